#include "trunkline/net/http_server.hpp"

#include <fmt/format.h>

#include "trunkline/net/http_server_impl.hpp"

namespace trunkline::net {

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
