// The inside of WebSocketServerConnection, for this room alone.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "trunkline/core/clock.hpp"
#include "trunkline/net/websocket_server_connection.hpp"
#include "trunkline/protocol/websocket.hpp"

namespace trunkline::net {

struct WebSocketServerSettings {
  std::size_t maximum_message = 1024 * 1024;
  Nanos ping_after{0};  // of silence; the connection is given up after as much again; 0: never
  std::optional<protocol::websocket::DeflateParameters> deflate;
};

struct WebSocketServerConnection::Impl : std::enable_shared_from_this<WebSocketServerConnection::Impl> {
  // `early`: what came in behind the request's header.
  Impl(asio::io_context& io, ByteStream stream, const WebSocketServerSettings& settings, std::string_view early);

  void start();
  void send(Kind kind, std::string_view payload);
  void write(std::string bytes);
  void close(std::uint16_t code, std::string_view reason);
  void reset();
  void owner_gone();

  ByteStream stream;
  WebSocketServerSettings settings;
  protocol::websocket::Decoder decoder;
  protocol::websocket::Encoder encoder;
  Timer liveness;
  Timer closing_timer;
  std::function<void(Kind, std::string_view)> message_handler;
  std::function<void(std::uint16_t, std::string_view)> close_handler;
  std::function<void(std::string_view)> pong_handler;
  std::uint64_t received = 0;
  std::uint64_t sent = 0;
  bool closing = false;  // our close frame is out; waiting for the peer's
  bool half_open = false;

 private:
  void read();
  void drain();
  void watch();
  void end(std::uint16_t code, std::string_view reason);

  bool heard_ = true;  // since the liveness timer was set
  bool pinged_ = false;
};

}  // namespace trunkline::net
