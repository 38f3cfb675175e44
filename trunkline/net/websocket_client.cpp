#include "trunkline/net/websocket_client.hpp"

#include <array>
#include <boost/asio/error.hpp>
#include <cstring>
#include <fmt/format.h>

#include "trunkline/net/connector.hpp"
#include "trunkline/net/http_parser.hpp"
#include "trunkline/net/rate_limiter.hpp"
#include "trunkline/protocol/websocket.hpp"
#include "trunkline/protocol/websocket_handshake.hpp"

namespace trunkline::net {

namespace websocket = protocol::websocket;

struct WebSocketClient::Impl : std::enable_shared_from_this<WebSocketClient::Impl> {
  enum class State : std::uint8_t { Idle, Opening, Open, Closing, Closed };

  Impl(asio::io_context& context, WebSocketClientOptions settings, WebSocketListener& to)
      : io(context), options(std::move(settings)), listener(&to), timer(context) {}

  void open();
  void start_handshake(ByteStream connected);
  void read_handshake();
  void judge(const ParsedResponse& response);
  void read();
  void drain(Nanos received);
  void handle(const websocket::Message& message, Nanos received);
  void write(std::string bytes);
  void send_text(std::string_view text);
  void send_binary(std::string_view payload);
  void close(std::uint16_t code, std::string_view reason);
  void watch();
  void end(WebSocketClosed closed);
  void end(std::string reason) { end(WebSocketClosed{std::move(reason)}); }
  void release() {
    state = State::Closed;
    connector = {};
    stream.reset();
    timer.cancel();
  }
  bool alive() const noexcept { return state == State::Open || state == State::Closing; }

  asio::io_context& io;
  WebSocketClientOptions options;
  WebSocketListener* listener;
  State state = State::Idle;
  Connector connector;
  std::optional<ByteStream> stream;
  std::optional<HttpResponseParser> handshake;
  std::string early;  // received during the handshake and not used up yet
  std::array<char, 4096> chunk;
  std::string key;
  std::optional<websocket::Decoder> decoder;
  std::optional<websocket::Encoder> encoder;
  std::string frame;
  Timer timer;          // while opening: the deadline; while open: liveness; while closing: patience
  Nanos heard{0};       // monotonic
  Nanos pinged{0};      // monotonic; 0: no ping is unanswered
  std::string goodbye;  // the reason given to close()
  std::uint64_t bytes = 0;
  std::uint64_t messages = 0;
  Nanos last_received{0};
};

void WebSocketClient::Impl::open() {
  if (state != State::Idle) return;
  state = State::Opening;
  timer.expires_after(options.open_timeout);
  timer.async_wait([weak = weak_from_this()](error_code error) {
    if (const auto self = weak.lock(); self && !error && self->state == State::Opening) {
      self->end(fmt::format("{}: the WebSocket handshake took too long", self->options.url.origin()));
    }
  });
  connector =
      Connector::start(io, options.url, options.tls, options.open_timeout, [this](Result<ByteStream> connected) {
        const auto keep = shared_from_this();
        if (!connected) return end(connected.error().message);
        start_handshake(std::move(*connected));
      });
}

void WebSocketClient::Impl::start_handshake(ByteStream connected) {
  stream.emplace(std::move(connected));
  key = websocket::make_key();
  std::string request = fmt::format(
      "GET {} HTTP/1.1\r\nHost: {}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
      "Sec-WebSocket-Key: {}\r\n",
      options.url.target, options.url.authority(), key);
  if (options.offer_deflate) request += fmt::format("Sec-WebSocket-Extensions: {}\r\n", websocket::deflate_offer({}));
  for (const auto& [name, value] : options.headers) request += fmt::format("{}: {}\r\n", name, value);
  stream->send(SharedBytes(request + "\r\n"));
  handshake.emplace(ParseLimits{16 * 1024, 64 * 1024}, false);
  read_handshake();
}

void WebSocketClient::Impl::read_handshake() {
  stream->read_some(chunk, [this](error_code error, std::size_t count) {
    const auto keep = shared_from_this();
    early.append(chunk.data(), count);
    bytes += count;
    Parsed parsed = error == asio::error::eof ? handshake->end() : handshake->feed(early);
    if (error && parsed.state != ParseState::Done) {
      const std::string why = error == asio::error::eof ? handshake->error() : error.message();
      return end(fmt::format("{}: WebSocket handshake: {}", options.url.origin(), why));
    }
    early.erase(0, parsed.used);
    if (parsed.state == ParseState::NeedMore) return read_handshake();
    if (parsed.state == ParseState::Failed) {
      return end(
          fmt::format("{}: WebSocket handshake: the answer is no HTTP: {}", options.url.origin(), handshake->error()));
    }
    judge(handshake->take());
  });
}

void WebSocketClient::Impl::judge(const ParsedResponse& response) {
  const auto refuse = [&](std::string_view why) {
    WebSocketClosed closed{fmt::format("{}: WebSocket handshake refused: {}", options.url.origin(), why)};
    closed.http_status = response.status;
    closed.retry_after = parse_retry_after(response.headers.get("Retry-After"), unix_now());
    end(std::move(closed));
  };
  if (response.status != 101) {
    return refuse(fmt::format("HTTP {} {}", response.status, excerpt(response.body, 128)));
  }
  if (!response.headers.has_token("Upgrade", "websocket") || !response.headers.has_token("Connection", "Upgrade")) {
    return refuse("the answer does not upgrade to WebSocket");
  }
  if (response.headers.get("Sec-WebSocket-Accept") != websocket::accept_for(key)) {
    return refuse("Sec-WebSocket-Accept is not the answer to our key");
  }
  if (response.headers.contains("Sec-WebSocket-Protocol")) return refuse("it chose a subprotocol that was not offered");
  std::string extensions;
  for (const auto& [name, value] : response.headers) {
    if (equal_ignoring_case(name, "Sec-WebSocket-Extensions")) extensions += (extensions.empty() ? "" : ",") + value;
  }
  std::optional<websocket::DeflateParameters> deflate;
  if (options.offer_deflate) {
    auto answer = websocket::read_deflate_answer({}, extensions);
    if (!answer) return refuse(answer.error().message);
    deflate = *answer;
  } else if (!extensions.empty()) {
    return refuse("it chose an extension that was not offered");
  }
  decoder.emplace(
      websocket::DecoderConfig{websocket::Role::Client, options.maximum_message, options.read_size, deflate});
  encoder.emplace(websocket::EncoderConfig{websocket::Role::Client, deflate});
  handshake.reset();
  state = State::Open;
  heard = monotonic_now();
  timer.cancel();
  watch();
  listener->on_open();
  if (!alive()) return;
  if (!early.empty()) {
    std::memcpy(decoder->prepare(early.size()).data(), early.data(), early.size());
    decoder->received(early.size());
    early = {};
    drain(unix_now());
  }
  read();
}

void WebSocketClient::Impl::read() {
  if (!alive()) return;
  stream->read_some(decoder->prepare(options.read_size / 2), [this](error_code error, std::size_t count) {
    const auto keep = shared_from_this();
    if (error) {
      if (state == State::Closing) return end(goodbye);
      return end(error == asio::error::eof ? "the server closed the connection without a close frame"
                                           : "connection lost: " + error.message());
    }
    const Nanos received = unix_now();
    heard = monotonic_now();
    pinged = Nanos{0};
    bytes += count;
    last_received = received;
    decoder->received(count);
    drain(received);
    read();
  });
}

void WebSocketClient::Impl::drain(Nanos received) {
  websocket::Message message;
  while (alive()) {
    const websocket::Decode result = decoder->next(message);
    if (result == websocket::Decode::NeedMore) break;
    if (result == websocket::Decode::Error) {
      const auto wrong = decoder->error();
      frame.clear();
      encoder->close(frame, wrong.code, wrong.reason);
      stream->send(SharedBytes(frame));
      return end(fmt::format("the server broke the WebSocket protocol: {}", wrong.reason));
    }
    handle(message, received);
  }
  if (alive()) listener->on_drained();
}

void WebSocketClient::Impl::handle(const websocket::Message& message, Nanos received) {
  switch (message.opcode) {
    case websocket::Opcode::Text:
    case websocket::Opcode::Binary:
      ++messages;
      listener->on_message(message.payload, received);
      break;
    case websocket::Opcode::Ping:
      if (state != State::Open) break;
      frame.clear();
      encoder->pong(frame, message.text());
      write(frame);
      break;
    case websocket::Opcode::Close: {
      const auto close_frame = websocket::parse_close(message.payload);
      if (state == State::Closing) return end(goodbye);
      frame.clear();
      encoder->close(
          frame, close_frame.code == websocket::CloseCode::NoStatus ? websocket::CloseCode::Normal : close_frame.code);
      stream->send(SharedBytes(frame));
      const auto code = static_cast<std::uint16_t>(close_frame.code);
      WebSocketClosed closed{close_frame.reason.empty()
                                 ? fmt::format("closed by the server: {}", code)
                                 : fmt::format("closed by the server: {} {}", code, excerpt(close_frame.reason, 128))};
      closed.code = code;
      return end(std::move(closed));
    }
    case websocket::Opcode::Pong:
    case websocket::Opcode::Continuation:
      break;
  }
}

void WebSocketClient::Impl::write(std::string data) {
  stream->send(SharedBytes(std::move(data)));
  if (stream->queued_bytes() <= options.maximum_queue || state != State::Open) return;
  // Not from inside the caller's send: it may be in the middle of something.
  state = State::Closing;
  goodbye = "the server takes no more of what is sent to it";
  timer.expires_after(Nanos{0});
  timer.async_wait([weak = weak_from_this()](error_code error) {
    if (const auto self = weak.lock(); self && !error && self->state == State::Closing) self->end(self->goodbye);
  });
}

void WebSocketClient::Impl::send_text(std::string_view text) {
  if (state != State::Open) return;
  frame.clear();
  encoder->text(frame, text);
  write(frame);
}

void WebSocketClient::Impl::send_binary(std::string_view payload) {
  if (state != State::Open) return;
  frame.clear();
  encoder->binary(frame, payload);
  write(frame);
}

void WebSocketClient::Impl::close(std::uint16_t code, std::string_view reason) {
  if (state == State::Closed || state == State::Closing) return;
  const bool was_open = state == State::Open;
  state = State::Closing;
  goodbye = reason;
  if (was_open) {
    frame.clear();
    encoder->close(frame, static_cast<websocket::CloseCode>(code), reason);
    stream->send(SharedBytes(frame));
  } else {
    connector = {};
    stream.reset();
  }
  timer.expires_after(was_open ? options.close_timeout : Nanos{0});
  timer.async_wait([weak = weak_from_this()](error_code error) {
    if (const auto self = weak.lock(); self && !error && self->state == State::Closing) self->end(self->goodbye);
  });
}

void WebSocketClient::Impl::watch() {
  if (options.silence_before_ping.count() == 0) return;
  const Nanos until = pinged.count() != 0 ? pinged + options.pong_timeout : heard + options.silence_before_ping;
  timer.expires_at(std::chrono::steady_clock::time_point(until));
  timer.async_wait([weak = weak_from_this()](error_code error) {
    const auto self = weak.lock();
    if (error || !self || self->state != State::Open) return;
    const Nanos now = monotonic_now();
    if (self->pinged.count() != 0 && now >= self->pinged + self->options.pong_timeout) {
      return self->end(fmt::format("no answer to ping within {} ms; nothing received for {} ms",
                                   self->options.pong_timeout / std::chrono::milliseconds{1},
                                   (now - self->heard) / std::chrono::milliseconds{1}));
    }
    if (self->pinged.count() == 0 && now >= self->heard + self->options.silence_before_ping) {
      self->frame.clear();
      self->encoder->ping(self->frame);
      self->pinged = now;
      self->write(self->frame);
      if (self->state != State::Open) return;
    }
    self->watch();
  });
}

void WebSocketClient::Impl::end(WebSocketClosed closed) {
  if (state == State::Closed) return;
  const auto keep = shared_from_this();
  release();
  if (listener != nullptr) std::exchange(listener, nullptr)->on_closed(closed);
}

WebSocketClient::WebSocketClient(asio::io_context& io, WebSocketClientOptions options, WebSocketListener& listener)
    : impl_(std::make_shared<Impl>(io, std::move(options), listener)) {}
WebSocketClient::~WebSocketClient() {
  impl_->listener = nullptr;
  impl_->release();
}

void WebSocketClient::open() {
  impl_->open();
}
void WebSocketClient::send_text(std::string_view text) {
  impl_->send_text(text);
}
void WebSocketClient::send_binary(std::string_view payload) {
  impl_->send_binary(payload);
}
void WebSocketClient::close(std::uint16_t code, std::string_view reason) {
  impl_->close(code, reason);
}
bool WebSocketClient::is_open() const noexcept {
  return impl_->state == Impl::State::Open;
}
std::size_t WebSocketClient::queued_bytes() const noexcept {
  return impl_->stream ? impl_->stream->queued_bytes() : 0;
}
std::uint64_t WebSocketClient::bytes_received() const noexcept {
  return impl_->bytes;
}
std::uint64_t WebSocketClient::messages_received() const noexcept {
  return impl_->messages;
}
Nanos WebSocketClient::last_received() const noexcept {
  return impl_->last_received;
}

}  // namespace trunkline::net
