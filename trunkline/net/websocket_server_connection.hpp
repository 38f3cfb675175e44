// The server's end of one WebSocket.
//
// Thread: the one that runs its io_context. Dropping the last pointer closes it; no handler runs after close(),
// reset() or the destructor.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "trunkline/net/byte_stream.hpp"
#include "trunkline/net/shared_bytes.hpp"

namespace trunkline::net {

class WebSocketServerConnection {
 public:
  enum class Kind : std::uint8_t { Text, Binary };

  // A message as every uncompressed client can share it: header and payload in one buffer, encoded once.
  static SharedBytes encode(Kind kind, std::string_view payload);

  struct Impl;
  explicit WebSocketServerConnection(std::shared_ptr<Impl> impl) noexcept;
  ~WebSocketServerConnection();
  WebSocketServerConnection(const WebSocketServerConnection&) = delete;
  WebSocketServerConnection& operator=(const WebSocketServerConnection&) = delete;

  // One whole message; the view is valid during the call. Reading starts when on_websocket returns, so handlers set
  // there miss nothing.
  void on_message(std::function<void(Kind, std::string_view)> handler);
  // Once, when the peer closed, broke the protocol or went away; `reason` says which. Not after one's own close().
  void on_close(std::function<void(std::uint16_t code, std::string_view reason)> handler);
  // An answer to ping() came, with its payload.
  void on_pong(std::function<void(std::string_view)> handler);

  void send(Kind kind, std::string_view payload);
  void send_text(std::string_view payload) { send(Kind::Text, payload); }
  void send_binary(std::string_view payload) { send(Kind::Binary, payload); }
  // Queues bytes made by encode(); nothing is written before flush(). On a connection that agreed on compression they
  // go out uncompressed, which the protocol allows.
  void queue(SharedBytes encoded);
  void flush();
  void ping(std::string_view payload = {});

  std::size_t queued_bytes() const noexcept;
  std::size_t drop_unsent();  // takes back whole messages not yet begun; returns their bytes
  void on_drained(std::move_only_function<void()> handler);

  // Sends a close frame, waits a moment for the answer, closes.
  void close(std::uint16_t code = 1000, std::string_view reason = {});

  // Fault injection.
  void reset();                           // the client sees a connection reset
  void hold_writes(bool hold);            // queues and writes nothing; reading goes on
  void go_half_open();                    // neither reads nor writes from now on, stays open: a dead peer behind NAT
  void send_raw(std::string_view bytes);  // bytes as they are, past all framing
  // A whole message sent as several frames of at most this many payload bytes.
  void send_fragmented(Kind kind, std::string_view payload, std::size_t fragment);

  bool is_open() const noexcept;
  bool compressed() const noexcept;
  const std::string& peer() const noexcept;
  std::uint64_t messages_received() const noexcept;
  std::uint64_t messages_sent() const noexcept;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace trunkline::net
