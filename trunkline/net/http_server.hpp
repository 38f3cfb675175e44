// An HTTP/1.1 server for loopback: the hub's face and the sandboxes' REST and WebSocket endpoints.
//
// Thread: all calls and handlers on the one that runs its io_context.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/error.hpp"
#include "trunkline/net/asio.hpp"
#include "trunkline/net/http_message.hpp"
#include "trunkline/net/websocket_server_connection.hpp"

namespace trunkline::net {

// Answers one request, at once or later. Copyable; the first answer counts. Destroying all copies unanswered sends
// 500, so that no client hangs by mistake; abandon() is for those who want it to hang.
class Responder {
 public:
  struct State;
  explicit Responder(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}

  void respond(HttpResponse response) const;
  // Never answers; the connection stays open and silent until the client goes.
  void abandon() const;
  // Resets the connection instead of answering.
  void reset() const;
  bool client_is_gone() const noexcept;

 private:
  std::shared_ptr<State> state_;
};

struct HttpServerOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;  // 0: any free one, see port()
  std::size_t maximum_connections = 1024;
  std::size_t maximum_header = 16 * 1024;
  std::size_t maximum_body = 1024 * 1024;
  Nanos idle_timeout = std::chrono::seconds{75};          // for a whole request to arrive, and between requests
  std::size_t maximum_websocket_message = 1024 * 1024;    // from a client
  Nanos websocket_ping_after = std::chrono::seconds{30};  // of silence, and gone after as much again; 0: never
  bool deflate = true;                                    // permessage-deflate where a WebSocket client offers it
  // PEM files; with both set the server speaks TLS.
  std::string tls_certificate_file = {};
  std::string tls_key_file = {};
};

class HttpServer {
 public:
  struct Handlers {
    std::function<void(const HttpRequest&, Responder)> on_request = {};
    // A request to upgrade. Nullopt accepts; a response refuses (403 for a wrong Origin, 404 for a path).
    // Unset: every upgrade is accepted if on_websocket is set, else refused with 404.
    std::function<std::optional<HttpResponse>(const HttpRequest&)> check_websocket = {};
    // The upgrade is done. Set the connection's handlers here; keep the pointer as long as it is to live.
    std::function<void(const HttpRequest&, std::shared_ptr<WebSocketServerConnection>)> on_websocket = {};
  };

  static Result<HttpServer> listen(asio::io_context& io, HttpServerOptions options, Handlers handlers);
  HttpServer(HttpServer&&) noexcept;
  HttpServer& operator=(HttpServer&&) noexcept;
  ~HttpServer();  // closes the listener and every HTTP connection; upgraded WebSockets live on with their owners

  std::uint16_t port() const noexcept;
  std::size_t connections() const noexcept;  // HTTP ones; upgraded WebSockets count as long as they live
  std::uint64_t refused() const noexcept;    // turned away because there were too many

  // Fault injection. Refusing closes the listening socket, so that connecting is refused by the kernel; ending it
  // binds the same port again.
  Result<void> refuse_connections(bool refuse);
  // New connections are accepted and then neither read nor answered, until it ends.
  void stall_connections(bool stall);

  struct Impl;

 private:
  explicit HttpServer(std::shared_ptr<Impl> impl) noexcept;
  std::shared_ptr<Impl> impl_;
};

}  // namespace trunkline::net
