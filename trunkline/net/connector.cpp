#include "trunkline/net/connector.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <vector>

#include "trunkline/net/byte_stream_impl.hpp"
#include "trunkline/net/unix_socket.hpp"

namespace trunkline::net {
namespace {

using Tcp = asio::ip::tcp;
using TcpSocket = asio::basic_stream_socket<Tcp, asio::io_context::executor_type>;
using Resolver = asio::ip::basic_resolver<Tcp, asio::io_context::executor_type>;

std::string endpoint_text(const Tcp::endpoint& endpoint) {
  const auto address = endpoint.address();
  return address.is_v6() ? fmt::format("[{}]:{}", address.to_string(), endpoint.port())
                         : fmt::format("{}:{}", address.to_string(), endpoint.port());
}

}  // namespace

struct Connector::Impl : std::enable_shared_from_this<Connector::Impl> {
  Impl(asio::io_context& context, Url to, std::optional<TlsContext> tls_context, Handler on_done)
      : io(context), url(std::move(to)), tls(std::move(tls_context)), handler(std::move(on_done)) {}

  // A handler of ours that does nothing once the attempt is over.
  template <class Function>
  auto guarded(Function function) {
    return [weak = weak_from_this(), function](auto&&... arguments) mutable {
      if (const auto self = weak.lock(); self && self->handler) function(*self, std::move(arguments)...);
    };
  }

  void start(Nanos timeout) {
    if (url.scheme == "unix") {
      asio::post(io, guarded([](Impl& self) { self.finish(connect_unix(self.io, self.url.target)); }));
      return;
    }
    timer.expires_after(timeout);
    timer.async_wait(guarded([](Impl& self, error_code error) {
      if (!error) self.fail(ErrorCode::Timeout, "no answer in time");
    }));
    error_code not_an_address;
    const auto address = asio::ip::make_address(url.host, not_an_address);
    if (!not_an_address) {
      endpoints = {Tcp::endpoint(address, url.port)};
      return connect();
    }
    resolver.emplace(io);
    resolver->async_resolve(url.host, std::to_string(url.port),
                            guarded([](Impl& self, error_code error, Resolver::results_type found) {
                              if (error) return self.fail(ErrorCode::Unavailable, "name lookup: " + error.message());
                              for (const auto& entry : found) self.endpoints.push_back(entry.endpoint());
                              self.connect();
                            }));
  }

  void connect() {
    phase = "connecting";
    asio::async_connect(socket, endpoints, guarded([](Impl& self, error_code error, const Tcp::endpoint& endpoint) {
                          if (error) return self.fail(ErrorCode::Unavailable, error.message());
                          self.connected(endpoint);
                        }));
  }

  void connected(const Tcp::endpoint& endpoint) {
    error_code ignored;
    socket.set_option(Tcp::no_delay(true), ignored);
    socket.set_option(asio::socket_base::keep_alive(true), ignored);
    socket.non_blocking(true, ignored);
    if (!url.secure()) return finish(make_plain_stream(Socket(std::move(socket)), endpoint_text(endpoint)));
    if (!tls) return fail(ErrorCode::InvalidArgument, "TLS is not set up");
    phase = "TLS handshake";
    handshake = start_tls(Socket(std::move(socket)), endpoint_text(endpoint), *tls, url.host,
                          guarded([](Impl& self, Result<ByteStream> stream) {
                            if (!stream) return self.fail(stream.error().code, stream.error().message);
                            self.finish(std::move(stream));
                          }));
  }

  void fail(ErrorCode code, const std::string& why) {
    finish(trunkline::fail(code, fmt::format("{}: {}: {}", url.origin(), phase, why)));
  }

  void finish(Result<ByteStream> result) {
    const auto keep = shared_from_this();
    auto done = std::exchange(handler, nullptr);
    stop();
    done(std::move(result));
  }

  void stop() {
    handler = nullptr;
    timer.cancel();
    if (resolver) resolver->cancel();
    handshake = nullptr;
    error_code ignored;
    socket.close(ignored);
  }

  asio::io_context& io;
  Url url;
  std::optional<TlsContext> tls;
  Handler handler;
  Timer timer{io};
  std::optional<Resolver> resolver;
  TcpSocket socket{io};
  std::vector<Tcp::endpoint> endpoints;
  std::shared_ptr<void> handshake;
  std::string_view phase = "name lookup";
};

Connector::~Connector() {
  if (impl_) impl_->stop();
}
Connector& Connector::operator=(Connector&& other) noexcept {
  if (this != &other) {
    if (impl_) impl_->stop();
    impl_ = std::move(other.impl_);
  }
  return *this;
}

Connector Connector::start(asio::io_context& io, const Url& url, std::optional<TlsContext> tls, Nanos timeout,
                           Handler handler) {
  auto impl = std::make_shared<Impl>(io, url, std::move(tls), std::move(handler));
  impl->start(timeout);
  return Connector(std::move(impl));
}

}  // namespace trunkline::net
