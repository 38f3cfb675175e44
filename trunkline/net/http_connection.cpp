#include <boost/asio/post.hpp>
#include <fmt/format.h>

#include "trunkline/net/http_server_impl.hpp"
#include "trunkline/net/websocket_server_impl.hpp"
#include "trunkline/protocol/websocket_handshake.hpp"

namespace trunkline::net {
namespace {

namespace websocket = protocol::websocket;

std::string head_of(const HttpResponse& response, bool close) {
  std::string head = fmt::format("HTTP/1.1 {} {}\r\n", response.status, reason_phrase(response.status));
  if (!response.content_type.empty()) head += fmt::format("Content-Type: {}\r\n", response.content_type);
  head += fmt::format("Content-Length: {}\r\nConnection: {}\r\n", response.body.size(), close ? "close" : "keep-alive");
  for (const auto& [name, value] : response.headers) head += fmt::format("{}: {}\r\n", name, value);
  return head + "\r\n";
}

HttpResponse plain(int status, std::string text) {
  return {status, "text/plain", std::move(text) + "\n", {}, false};
}

}  // namespace

struct Responder::State {
  std::weak_ptr<HttpConnection> connection;
  bool answered = false;

  explicit State(std::weak_ptr<HttpConnection> to) : connection(std::move(to)) {}
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() {
    if (answered) return;
    if (const auto alive = connection.lock()) alive->answer(plain(500, "the request was not answered"));
  }
  std::shared_ptr<HttpConnection> claim() { return std::exchange(answered, true) ? nullptr : connection.lock(); }
};

void Responder::respond(HttpResponse response) const {
  if (const auto connection = state_->claim()) connection->answer(std::move(response));
}
void Responder::abandon() const {
  if (const auto connection = state_->claim()) connection->abandon();
}
void Responder::reset() const {
  if (const auto connection = state_->claim()) connection->reset();
}
bool Responder::client_is_gone() const noexcept {
  const auto connection = state_->connection.lock();
  return connection == nullptr || connection->gone();
}

void HttpConnection::arm_timer() {
  queued_at_timer_ = stream_.queued_bytes();
  timer_.expires_after(server_->options.idle_timeout);
  timer_.async_wait([weak = weak_from_this()](error_code error) {
    const auto self = weak.lock();
    if (error || !self || self->server_ == nullptr || self->answering_) return;
    const std::size_t queued = self->stream_.queued_bytes();
    if (queued != 0 && queued < self->queued_at_timer_) return self->arm_timer();  // slow, but it takes its answer
    self->finish();
  });
}

void HttpConnection::read() {
  if (reading_ || server_ == nullptr || peer_closed_) return;
  if (answering_ && buffer_.size() > server_->options.maximum_header) return;  // pipelined: read on after the answer
  reading_ = true;
  stream_.read_some(chunk_, [this](error_code error, std::size_t bytes) {
    const auto keep = shared_from_this();
    reading_ = false;
    buffer_.append(chunk_.data(), bytes);
    if (error) {
      peer_closed_ = true;
      // A client that half-closed still gets the answer under way.
      if (!answering_) finish();
      return;
    }
    advance();
    read();
  });
}

void HttpConnection::advance() {
  if (advancing_) return;
  advancing_ = true;
  while (server_ != nullptr && !answering_ && !must_close_ && !buffer_.empty()) {
    const Parsed parsed = parser_.feed(buffer_);
    buffer_.erase(0, parsed.used);
    if (parsed.state == ParseState::NeedMore) break;
    if (parsed.state == ParseState::Failed) {
      refuse(plain(parser_.error_status(), parser_.error()));
      break;
    }
    const bool keep_alive = parser_.keep_alive();
    handle(parser_.take(), keep_alive);
  }
  advancing_ = false;
}

void HttpConnection::handle(HttpRequest request, bool keep_alive) {
  request.peer = stream_.peer();
  must_close_ = !keep_alive;
  head_ = request.method == "HEAD";
  if (request.headers.has_token("Upgrade", "websocket")) return upgrade(request);
  answering_ = true;
  timer_.cancel();
  Responder responder(std::make_shared<Responder::State>(weak_from_this()));
  if (!server_->handlers.on_request) return responder.respond(plain(404, "not found"));
  server_->handlers.on_request(request, std::move(responder));
}

void HttpConnection::answer(HttpResponse response) {
  if (server_ == nullptr || !answering_) return;
  answering_ = false;
  must_close_ = must_close_ || response.close || peer_closed_;
  stream_.queue(SharedBytes(head_of(response, must_close_)));
  if (!head_) stream_.queue(SharedBytes(std::move(response.body)));
  head_ = false;
  stream_.flush();
  if (must_close_) {
    // Closing with unread input would reset the connection and could take the answer with it: let the client close.
    if (peer_closed_ && stream_.queued_bytes() == 0) return finish();
    stream_.shutdown_write();
  }
  arm_timer();
  if (advancing_) return;  // advance() goes on by itself
  // Not from inside the handler's call: it may answer a long pipeline.
  asio::post(server_->io, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) {
      self->advance();
      self->read();
    }
  });
}

void HttpConnection::upgrade(const HttpRequest& request) {
  const auto& handlers = server_->handlers;
  std::optional<HttpResponse> refusal;
  const std::string_view key = request.headers.get("Sec-WebSocket-Key");
  if (request.method != "GET" || !request.headers.has_token("Connection", "Upgrade") || !websocket::is_key(key)) {
    refusal = plain(400, "not a WebSocket handshake");
  } else if (reading_) {
    refusal = plain(400, "a WebSocket handshake must wait for the answer before it");
  } else if (request.headers.get("Sec-WebSocket-Version") != "13") {
    refusal = plain(426, "WebSocket version 13 is spoken here");
    refusal->headers.add("Sec-WebSocket-Version", "13");
  } else if (!handlers.on_websocket) {
    refusal = plain(404, "no WebSocket here");
  } else if (handlers.check_websocket) {
    refusal = handlers.check_websocket(request);
  }
  if (refusal) return refuse(*refusal);

  std::string reply = fmt::format(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {}\r\n",
      websocket::accept_for(key));
  std::optional<websocket::DeflateParameters> deflate;
  if (server_->options.deflate) {
    std::string offers;
    for (const auto& [name, value] : request.headers) {
      if (equal_ignoring_case(name, "Sec-WebSocket-Extensions")) offers += (offers.empty() ? "" : ",") + value;
    }
    if (auto answer = websocket::answer_deflate_offer({}, offers)) {
      deflate = answer->parameters;
      reply += fmt::format("Sec-WebSocket-Extensions: {}\r\n", answer->header);
    }
  }
  stream_.send(SharedBytes(reply + "\r\n"));

  const WebSocketServerSettings settings{server_->options.maximum_websocket_message,
                                         server_->options.websocket_ping_after, deflate};
  auto impl = std::make_shared<WebSocketServerConnection::Impl>(server_->io, std::move(stream_), settings, buffer_);
  const auto on_websocket = handlers.on_websocket;
  timer_.cancel();
  server_->connections.erase(this);
  server_ = nullptr;
  on_websocket(request, std::make_shared<WebSocketServerConnection>(impl));
  impl->start();
}

void HttpConnection::finish() {
  if (server_ == nullptr) return;
  const auto keep = shared_from_this();
  stream_.close();
  timer_.cancel();
  std::exchange(server_, nullptr)->connections.erase(this);
}

}  // namespace trunkline::net
