// The inside of HttpServer, for this room alone.
#pragma once

#include <array>
#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <list>
#include <memory>
#include <string>
#include <unordered_map>

#include "trunkline/net/byte_stream_impl.hpp"
#include "trunkline/net/http_parser.hpp"
#include "trunkline/net/http_server.hpp"

namespace trunkline::net {

class HttpConnection;

struct HttpServer::Impl : std::enable_shared_from_this<HttpServer::Impl> {
  using Tcp = asio::ip::tcp;
  using Acceptor = asio::basic_socket_acceptor<Tcp, asio::io_context::executor_type>;
  using TcpSocket = asio::basic_stream_socket<Tcp, asio::io_context::executor_type>;

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

}  // namespace trunkline::net
