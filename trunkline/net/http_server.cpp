#include "trunkline/net/http_server.hpp"

#include <array>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <list>
#include <unordered_map>

#include "trunkline/net/byte_stream_impl.hpp"
#include "trunkline/net/http_parser.hpp"
#include "trunkline/net/websocket_server_impl.hpp"
#include "trunkline/protocol/websocket_handshake.hpp"

namespace trunkline::net {
namespace {

using Tcp = asio::ip::tcp;
using Acceptor = asio::basic_socket_acceptor<Tcp, asio::io_context::executor_type>;
using TcpSocket = asio::basic_stream_socket<Tcp, asio::io_context::executor_type>;
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

class HttpConnection;

struct HttpServer::Impl : std::enable_shared_from_this<HttpServer::Impl> {
  Impl(asio::io_context& context, HttpServerOptions settings, Handlers callbacks)
      : io(context), acceptor(context), options(std::move(settings)), handlers(std::move(callbacks)) {}

  Result<void> bind(std::uint16_t port);
  void accept();
  void take(TcpSocket socket, const Tcp::endpoint& peer);
  void begin(ByteStream stream);
  void close();

  asio::io_context& io;
  Acceptor acceptor;
  HttpServerOptions options;
  Handlers handlers;
  std::optional<TlsContext> tls;
  Timer pause{io};
  std::uint16_t port = 0;
  std::shared_ptr<int> open = std::make_shared<int>();  // one share for each living connection
  std::unordered_map<HttpConnection*, std::shared_ptr<HttpConnection>> connections;
  std::list<ByteStream> stalled;
  std::unordered_map<std::uint64_t, std::shared_ptr<void>> handshakes;
  std::uint64_t next_handshake = 0;
  std::uint64_t refused = 0;
  bool stalling = false;
  bool closed = false;
};

// One client; answers one request after the other.
class HttpConnection : public std::enable_shared_from_this<HttpConnection> {
 public:
  HttpConnection(HttpServer::Impl& server, ByteStream stream)
      : server_(&server),
        stream_(std::move(stream)),
        parser_({server.options.maximum_header, server.options.maximum_body}),
        timer_(server.io) {}

  void start() {
    arm_timer();
    read();
  }
  void answer(HttpResponse response);
  void reset() {
    if (server_ == nullptr) return;
    stream_.reset();
    finish();
  }
  void abandon() { timer_.cancel(); }
  bool gone() const noexcept { return server_ == nullptr || peer_closed_; }
  // The server goes away.
  void close() {
    stream_.close();
    timer_.cancel();
    server_ = nullptr;
  }

 private:
  void read();
  void advance();
  void handle(HttpRequest request, bool keep_alive);
  void upgrade(const HttpRequest& request);
  void refuse(const HttpResponse& response) {
    must_close_ = true;
    answering_ = true;
    answer(response);
  }
  void arm_timer();
  void finish();

  HttpServer::Impl* server_;  // null: finished
  ByteStream stream_;
  HttpRequestParser parser_;
  Timer timer_;
  std::array<char, 8192> chunk_;
  std::string buffer_;  // received and not used yet
  std::size_t queued_at_timer_ = 0;
  bool reading_ = false;
  bool answering_ = false;  // a request waits for its answer
  bool must_close_ = false;
  bool head_ = false;
  bool peer_closed_ = false;
  bool advancing_ = false;
};

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

Result<void> HttpServer::Impl::bind(std::uint16_t wanted) {
  error_code error;
  const auto fail_at = [&](std::string_view what) {
    const std::string message = error.message();
    const ErrorCode code = error == asio::error::address_in_use ? ErrorCode::AlreadyExists : ErrorCode::Io;
    error_code ignored;
    acceptor.close(ignored);
    return fail(code, fmt::format("listening on {}:{}: {}: {}", options.address, wanted, what, message));
  };
  const auto address = asio::ip::make_address(options.address, error);
  if (error) return fail_at("not an address");
  const Tcp::endpoint endpoint(address, wanted);
  if (acceptor.open(endpoint.protocol(), error); error) return fail_at("socket");
  acceptor.set_option(asio::socket_base::reuse_address(true), error);
  if (acceptor.bind(endpoint, error); error) return fail_at("bind");
  if (acceptor.listen(asio::socket_base::max_listen_connections, error); error) return fail_at("listen");
  port = acceptor.local_endpoint(error).port();
  accept();
  return {};
}

void HttpServer::Impl::accept() {
  auto peer = std::make_shared<Tcp::endpoint>();
  acceptor.async_accept(*peer, [self = shared_from_this(), this, peer](error_code error, TcpSocket socket) {
    if (closed || error == asio::error::operation_aborted || !acceptor.is_open()) return;
    if (!error) take(std::move(socket), *peer);
    if (closed || !acceptor.is_open()) return;
    if (!error || error == asio::error::connection_aborted) return accept();
    // Out of descriptors: try again when some may have come back, instead of spinning.
    pause.expires_after(std::chrono::milliseconds{50});
    pause.async_wait([self, this](error_code stopped) {
      if (!stopped && !closed && acceptor.is_open()) accept();
    });
  });
}

void HttpServer::Impl::take(TcpSocket socket, const Tcp::endpoint& peer) {
  if (open.use_count() > static_cast<long>(options.maximum_connections)) {
    ++refused;
    return;
  }
  error_code ignored;
  socket.set_option(Tcp::no_delay(true), ignored);
  socket.non_blocking(true, ignored);
  std::string name = fmt::format("{}:{}", peer.address().to_string(), peer.port());
  if (!tls || stalling) return begin(make_plain_stream(Socket(std::move(socket)), std::move(name), open));
  const std::uint64_t id = next_handshake++;
  handshakes[id] =
      start_tls(Socket(std::move(socket)), std::move(name), *tls, "", [this, id](Result<ByteStream> stream) {
        const auto keep = std::move(handshakes[id]);
        handshakes.erase(id);
        if (stream) begin(std::move(*stream));
      });
}

void HttpServer::Impl::begin(ByteStream stream) {
  if (stalling) {
    stalled.push_back(std::move(stream));
    return;
  }
  auto connection = std::make_shared<HttpConnection>(*this, std::move(stream));
  connections.emplace(connection.get(), connection);
  connection->start();
}

void HttpServer::Impl::close() {
  if (std::exchange(closed, true)) return;
  error_code ignored;
  acceptor.close(ignored);
  pause.cancel();
  stalled.clear();
  handshakes.clear();
  auto closing = std::move(connections);
  connections.clear();
  for (const auto& [key, connection] : closing) connection->close();
}

Result<HttpServer> HttpServer::listen(asio::io_context& io, HttpServerOptions options, Handlers handlers) {
  auto impl = std::make_shared<Impl>(io, std::move(options), std::move(handlers));
  if (!impl->options.tls_certificate_file.empty() && !impl->options.tls_key_file.empty()) {
    auto tls = TlsContext::server(impl->options.tls_certificate_file, impl->options.tls_key_file);
    if (!tls) return std::unexpected(tls.error());
    impl->tls = std::move(*tls);
  }
  if (auto bound = impl->bind(impl->options.port); !bound) return std::unexpected(bound.error());
  return HttpServer(std::move(impl));
}

HttpServer::HttpServer(std::shared_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}
HttpServer::HttpServer(HttpServer&&) noexcept = default;
HttpServer& HttpServer::operator=(HttpServer&& other) noexcept {
  if (this != &other) {
    if (impl_) impl_->close();
    impl_ = std::move(other.impl_);
  }
  return *this;
}
HttpServer::~HttpServer() {
  if (impl_) impl_->close();
}

std::uint16_t HttpServer::port() const noexcept {
  return impl_->port;
}
std::size_t HttpServer::connections() const noexcept {
  return static_cast<std::size_t>(impl_->open.use_count()) - 1;
}
std::uint64_t HttpServer::refused() const noexcept {
  return impl_->refused;
}

Result<void> HttpServer::refuse_connections(bool refuse) {
  if (refuse == !impl_->acceptor.is_open()) return {};
  if (!refuse) return impl_->bind(impl_->port);
  error_code ignored;
  impl_->acceptor.close(ignored);
  return {};
}

void HttpServer::stall_connections(bool stall) {
  impl_->stalling = stall;
  if (stall) return;
  auto waiting = std::move(impl_->stalled);
  impl_->stalled.clear();
  for (ByteStream& stream : waiting) impl_->begin(std::move(stream));
}

}  // namespace trunkline::net
