#include "trunkline/hub/http_face.hpp"

#include <charconv>
#include <fmt/format.h>
#include <utility>

#include "trunkline/hub/order_face.hpp"

namespace trunkline::hub {

extern const std::string_view dashboard_html;  // made by tools/embed.py

namespace {

struct Address {
  std::string host;
  std::uint16_t port = 0;
};

Result<Address> parse_address(std::string_view text) {
  const auto colon = text.rfind(':');
  Address address;
  const bool split = colon != std::string_view::npos;
  const std::string_view digits = split ? text.substr(colon + 1) : std::string_view{};
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), address.port);
  if (!split || digits.empty() || error != std::errc{} || end != digits.data() + digits.size()) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("http.listen = \"{}\": expected address:port, such as 127.0.0.1:8000", excerpt(text)));
  }
  address.host = text.substr(0, colon);
  if (address.host.starts_with('[') && address.host.ends_with(']')) {
    address.host = address.host.substr(1, address.host.size() - 2);
  }
  return address;
}

net::HttpResponse text_response(int status, std::string text) {
  return {.status = status, .content_type = "text/plain; charset=utf-8", .body = std::move(text)};
}

}  // namespace

Result<std::unique_ptr<HttpFace>> HttpFace::listen(net::asio::io_context& io, const HttpFaceConfig& config,
                                                   relay::Bridge& bridge, Sources sources) {
  const auto address = parse_address(config.listen);
  if (!address) return std::unexpected(address.error());
  std::unique_ptr<HttpFace> face(new HttpFace(address->host, std::move(sources)));
  net::HttpServerOptions options;
  options.address = address->host;
  options.port = address->port;
  net::HttpServer::Handlers handlers;
  handlers.on_request = [face = face.get()](const net::HttpRequest& request, net::Responder responder) {
    responder.respond(face->answer(request));
  };
  handlers.check_websocket = [&bridge](const net::HttpRequest& request) -> std::optional<net::HttpResponse> {
    if (request.path != "/ws") return text_response(404, "the stream is at /ws\n");
    return bridge.check(request);
  };
  handlers.on_websocket = [&bridge](const net::HttpRequest& request,
                                    std::shared_ptr<net::WebSocketServerConnection> connection) {
    bridge.on_websocket(request, std::move(connection));
  };
  auto server = net::HttpServer::listen(io, options, std::move(handlers));
  if (!server) {
    return fail(server.error().code,
                fmt::format("{}; choose another address with --http or http.listen", server.error().message));
  }
  face->server_.emplace(*std::move(server));
  return face;
}

net::HttpResponse HttpFace::answer(const net::HttpRequest& request) const {
  if (request.path.starts_with("/control/")) {
    if (!sources_.control) return text_response(404, "control is off here: see docs/control.md\n");
    return sources_.control(request);
  }
  if (OrderFace::answers(request.path)) {
    if (!sources_.orders) return text_response(404, "there are no orders here: see docs/order-cli.md\n");
    return sources_.orders(request);
  }
  if (request.method != "GET" && request.method != "HEAD") return text_response(405, "only GET is served here\n");
  const Nanos now = unix_now();
  if (request.path == "/" || request.path == "/index.html") {
    return {.content_type = "text/html; charset=utf-8",
            .body = std::string(dashboard_html),
            .headers = {{"Cache-Control", "no-cache"}}};
  }
  if (request.path == "/ws/health")
    return {.body = health_json(sources_.monitor, sources_.process(), sources_.counters(), now)};
  if (request.path == "/metrics") {
    if (!wants_metrics_text(request.headers.get("Accept"))) {
      return {.body = metrics_json(sources_.monitor, sources_.process(), sources_.counters(), now)};
    }
    return {.content_type = "text/plain; version=0.0.4; charset=utf-8",
            .body = metrics_text(sources_.monitor, sources_.process(), sources_.counters(), now)};
  }
  return text_response(404, "there are /, /ws, /ws/health, /metrics and /orders\n");
}

}  // namespace trunkline::hub
