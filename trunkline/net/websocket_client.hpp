// The client's end of one WebSocket: connects, upgrades, hands out messages, answers pings, and says when it is dead.
//
// Thread: the one that runs the io_context.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "trunkline/core/clock.hpp"
#include "trunkline/net/asio.hpp"
#include "trunkline/net/http_message.hpp"
#include "trunkline/net/tls.hpp"
#include "trunkline/net/url.hpp"

namespace trunkline::net {

struct WebSocketClientOptions {
  Url url;
  std::optional<TlsContext> tls = {};                    // needed for wss
  Nanos open_timeout = std::chrono::seconds{10};         // from open() to the server's yes
  Nanos silence_before_ping = std::chrono::seconds{15};  // 0: never pings
  Nanos pong_timeout = std::chrono::seconds{10};         // without a byte after our ping: dead
  Nanos close_timeout = std::chrono::seconds{2};         // for the server's answer to our close frame
  std::size_t maximum_message = 16 * 1024 * 1024;
  std::size_t maximum_queue = 4 * 1024 * 1024;  // of unsent bytes; beyond it the connection is given up
  std::size_t read_size = 64 * 1024;            // room of one read at least
  bool offer_deflate = false;
  Headers headers = {};  // besides those of the handshake
};

struct WebSocketClosed {
  std::string reason;
  std::uint16_t code = 0;                 // of the server's close frame; 0: there was none
  int http_status = 0;                    // the handshake's, where it was refused
  std::optional<Nanos> retry_after = {};  // from that refusal
};

// Whoever uses a WebSocketClient. It may close() or destroy the client from inside any of these.
class WebSocketListener {
 public:
  virtual ~WebSocketListener() = default;
  virtual void on_open() = 0;
  // One whole message. The bytes may be changed, and 64 readable bytes follow them; valid during the call. `received`
  // is when the read that completed it returned.
  virtual void on_message(std::span<char> message, Nanos received) = 0;
  // Every message of one read was handed out.
  virtual void on_drained() {}
  // Once, and the last call: the server closed, the connection broke, never came about, or close() is done.
  virtual void on_closed(const WebSocketClosed& closed) = 0;
};

class WebSocketClient {
 public:
  // The listener must outlive this object.
  WebSocketClient(asio::io_context& io, WebSocketClientOptions options, WebSocketListener& listener);
  ~WebSocketClient();  // closes at once; the listener hears nothing more
  WebSocketClient(const WebSocketClient&) = delete;
  WebSocketClient& operator=(const WebSocketClient&) = delete;

  // Once. The outcome is on_open or on_closed, never inside this call.
  void open();
  void send_text(std::string_view text);
  void send_binary(std::string_view payload);
  // Says goodbye and waits a moment for the answer; messages that still come are handed out. on_closed follows.
  void close(std::uint16_t code, std::string_view reason);

  bool is_open() const noexcept;
  std::size_t queued_bytes() const noexcept;
  std::uint64_t bytes_received() const noexcept;
  std::uint64_t messages_received() const noexcept;
  Nanos last_received() const noexcept;  // Unix time; 0: nothing yet

  struct Impl;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace trunkline::net
