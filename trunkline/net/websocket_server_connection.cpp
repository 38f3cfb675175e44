#include "trunkline/net/websocket_server_connection.hpp"

#include <boost/asio/post.hpp>
#include <cstring>

#include "trunkline/net/websocket_server_impl.hpp"

namespace trunkline::net {
namespace {

namespace websocket = protocol::websocket;
using Kind = WebSocketServerConnection::Kind;

constexpr auto close_patience = std::chrono::seconds{2};
constexpr std::uint16_t abnormal = 1006;  // no close frame came

websocket::Opcode opcode_of(Kind kind) {
  return kind == Kind::Text ? websocket::Opcode::Text : websocket::Opcode::Binary;
}

}  // namespace

SharedBytes WebSocketServerConnection::encode(Kind kind, std::string_view payload) {
  std::string bytes(websocket::max_header, '\0');
  bytes.resize(websocket::write_header(bytes.data(), {opcode_of(kind)}, payload.size()));
  bytes += payload;
  return SharedBytes(std::move(bytes));
}

WebSocketServerConnection::Impl::Impl(asio::io_context& io, ByteStream connected, const WebSocketServerSettings& how,
                                      std::string_view early)
    : stream(std::move(connected)),
      settings(how),
      decoder({websocket::Role::Server, how.maximum_message, 4096, how.deflate}),
      encoder({websocket::Role::Server, how.deflate}),
      liveness(io),
      closing_timer(io) {
  if (early.empty()) return;
  std::memcpy(decoder.prepare(early.size()).data(), early.data(), early.size());
  decoder.received(early.size());
}

void WebSocketServerConnection::Impl::start() {
  const auto keep = shared_from_this();
  watch();
  drain();
  read();
}

void WebSocketServerConnection::Impl::read() {
  if (half_open || !stream.is_open()) return;
  stream.read_some(decoder.prepare(4096), [this](error_code error, std::size_t bytes) {
    const auto keep = shared_from_this();
    if (half_open) return;
    if (error) return end(abnormal, "connection lost: " + error.message());
    heard_ = true;
    decoder.received(bytes);
    drain();
    read();
  });
}

void WebSocketServerConnection::Impl::drain() {
  websocket::Message message;
  websocket::Decode result;
  while (stream.is_open() && !half_open && (result = decoder.next(message)) != websocket::Decode::NeedMore) {
    if (result == websocket::Decode::Error) {
      const auto wrong = decoder.error();
      if (!closing) {
        std::string frame;
        encoder.close(frame, wrong.code, wrong.reason);
        stream.send(SharedBytes(std::move(frame)));
      }
      return end(static_cast<std::uint16_t>(wrong.code), wrong.reason);
    }
    switch (message.opcode) {
      case websocket::Opcode::Text:
      case websocket::Opcode::Binary:
        ++received;
        if (message_handler && !closing) {
          message_handler(message.opcode == websocket::Opcode::Text ? Kind::Text : Kind::Binary, message.text());
        }
        break;
      case websocket::Opcode::Ping: {
        std::string frame;
        encoder.pong(frame, message.text());
        write(std::move(frame));
        break;
      }
      case websocket::Opcode::Pong:
        if (pong_handler) pong_handler(message.text());
        break;
      case websocket::Opcode::Close: {
        const auto close_frame = websocket::parse_close(message.payload);
        if (!closing) {
          std::string frame;
          encoder.close(frame, close_frame.code == websocket::CloseCode::NoStatus ? websocket::CloseCode::Normal
                                                                                  : close_frame.code);
          write(std::move(frame));
        }
        return end(static_cast<std::uint16_t>(close_frame.code), close_frame.reason);
      }
      case websocket::Opcode::Continuation:
        break;
    }
  }
}

void WebSocketServerConnection::Impl::watch() {
  if (settings.ping_after.count() == 0) return;
  liveness.expires_after(settings.ping_after);
  liveness.async_wait([weak = weak_from_this()](error_code error) {
    const auto self = weak.lock();
    if (error || !self || !self->stream.is_open() || self->half_open) return;
    if (std::exchange(self->heard_, false)) {
      self->pinged_ = false;
    } else if (self->pinged_) {
      return self->end(abnormal, "no answer to ping");
    } else {
      std::string frame;
      self->encoder.ping(frame);
      self->write(std::move(frame));
      self->pinged_ = true;
    }
    self->watch();
  });
}

void WebSocketServerConnection::Impl::send(Kind kind, std::string_view payload) {
  if (closing || !stream.is_open()) return;
  std::string frame;
  encoder.message(frame, opcode_of(kind), payload);
  ++sent;
  write(std::move(frame));
}

void WebSocketServerConnection::Impl::write(std::string bytes) {
  stream.send(SharedBytes(std::move(bytes)));
}

void WebSocketServerConnection::Impl::close(std::uint16_t code, std::string_view reason) {
  if (closing || !stream.is_open()) return;
  std::string frame;
  encoder.close(frame, static_cast<websocket::CloseCode>(code), reason);
  write(std::move(frame));
  closing = true;
  message_handler = nullptr;
  close_handler = nullptr;
  pong_handler = nullptr;
  liveness.cancel();
  // Keeps this alive until the peer answered or had its time.
  closing_timer.expires_after(close_patience);
  closing_timer.async_wait([self = shared_from_this()](error_code) { self->stream.close(); });
}

void WebSocketServerConnection::Impl::end(std::uint16_t code, std::string_view reason) {
  const auto keep = shared_from_this();
  stream.close();
  liveness.cancel();
  closing_timer.cancel();
  if (const auto handler = std::exchange(close_handler, nullptr)) handler(code, reason);
}

void WebSocketServerConnection::Impl::reset() {
  close_handler = nullptr;
  stream.reset();
  liveness.cancel();
}

void WebSocketServerConnection::Impl::owner_gone() {
  close_handler = nullptr;
  message_handler = nullptr;
  pong_handler = nullptr;
  stream.on_drained(nullptr);
  if (!closing) close(1001, "");
}

WebSocketServerConnection::WebSocketServerConnection(std::shared_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
WebSocketServerConnection::~WebSocketServerConnection() {
  impl_->owner_gone();
}

void WebSocketServerConnection::on_message(std::function<void(Kind, std::string_view)> handler) {
  impl_->message_handler = std::move(handler);
}
void WebSocketServerConnection::on_close(std::function<void(std::uint16_t, std::string_view)> handler) {
  impl_->close_handler = std::move(handler);
}
void WebSocketServerConnection::on_pong(std::function<void(std::string_view)> handler) {
  impl_->pong_handler = std::move(handler);
}
void WebSocketServerConnection::send(Kind kind, std::string_view payload) {
  impl_->send(kind, payload);
}
void WebSocketServerConnection::queue(SharedBytes encoded) {
  if (impl_->closing) return;
  ++impl_->sent;
  impl_->stream.queue(std::move(encoded));
}
void WebSocketServerConnection::flush() {
  impl_->stream.flush();
}
void WebSocketServerConnection::ping(std::string_view payload) {
  std::string frame;
  impl_->encoder.ping(frame, payload);
  impl_->write(std::move(frame));
}
std::size_t WebSocketServerConnection::queued_bytes() const noexcept {
  return impl_->stream.queued_bytes();
}
std::size_t WebSocketServerConnection::drop_unsent() {
  return impl_->stream.drop_unsent();
}
void WebSocketServerConnection::on_drained(std::move_only_function<void()> handler) {
  impl_->stream.on_drained(std::move(handler));
}
void WebSocketServerConnection::close(std::uint16_t code, std::string_view reason) {
  impl_->close(code, reason);
}
void WebSocketServerConnection::reset() {
  impl_->reset();
}
void WebSocketServerConnection::hold_writes(bool hold) {
  impl_->stream.hold_writes(hold);
}
void WebSocketServerConnection::go_half_open() {
  impl_->half_open = true;
  impl_->liveness.cancel();
  impl_->stream.hold_writes(true);
}
void WebSocketServerConnection::send_raw(std::string_view bytes) {
  impl_->write(std::string(bytes));
}
void WebSocketServerConnection::send_fragmented(Kind kind, std::string_view payload, std::size_t fragment) {
  std::string bytes;
  websocket::Opcode opcode = opcode_of(kind);
  do {
    const std::string_view part = payload.substr(0, std::max<std::size_t>(fragment, 1));
    payload.remove_prefix(part.size());
    impl_->encoder.frame(bytes, {opcode, payload.empty()}, part);
    opcode = websocket::Opcode::Continuation;
  } while (!payload.empty());
  ++impl_->sent;
  impl_->write(std::move(bytes));
}
bool WebSocketServerConnection::is_open() const noexcept {
  return impl_->stream.is_open() && !impl_->closing;
}
bool WebSocketServerConnection::compressed() const noexcept {
  return impl_->settings.deflate.has_value();
}
const std::string& WebSocketServerConnection::peer() const noexcept {
  return impl_->stream.peer();
}
std::uint64_t WebSocketServerConnection::messages_received() const noexcept {
  return impl_->received;
}
std::uint64_t WebSocketServerConnection::messages_sent() const noexcept {
  return impl_->sent;
}

}  // namespace trunkline::net
