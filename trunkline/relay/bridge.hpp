// The stream for browsers: WebSocket clients of a Broadcast.
//
// Binary by default: each WebSocket message holds one or more whole frames back to back. With `?format=json`, or a
// Subscribe frame of that format: one JSON object a message (wire/json.hpp). Clients subscribe with Subscribe and
// Unsubscribe frames, or with text:
//
//   {"op":"subscribe","symbols":["binance:BTC-USDT"],"channels":["Trade","L2Delta"]}     both lists optional: all
//
// What cannot be understood is answered with {"type":"Error","message":"..."} as text.
//
// Thread: the one that runs the Broadcast's io_context.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "trunkline/net/http_server.hpp"
#include "trunkline/relay/broadcast.hpp"

namespace trunkline::relay {

struct BridgeConfig {
  // Origins besides the server's own host and loopback, as browsers send them: "https://desk.example:8443". "*": all.
  std::vector<std::string> allowed_origins = {};
};

class Bridge {
 public:
  struct Stats {
    std::uint64_t accepted = 0;
    std::uint64_t refused_origins = 0;
    std::uint64_t bad_commands = 0;
  };

  // The Broadcast outlives the bridge, and its FanOutConfig::encode_json is encode_json below.
  Bridge(Broadcast& broadcast, BridgeConfig config);
  ~Bridge();

  // Before the upgrade: nullopt, or 403 for a page of another origin, 400 for a format that there is not.
  std::optional<net::HttpResponse> check(const net::HttpRequest& request);
  void on_websocket(const net::HttpRequest& request, std::shared_ptr<net::WebSocketServerConnection> connection);

  std::size_t clients() const noexcept;
  Stats stats() const noexcept;

  // One frame as a whole WebSocket text message of a server.
  static void encode_json(wire::FrameView frame, std::string& out);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

// Whether a page of `origin` may read what a server reached as `host` serves: the same host, or loopback on loopback,
// or one of `allowed`. Both as the request has them; no origin: no browser, allowed.
bool is_origin_allowed(std::string_view origin, std::string_view host, const std::vector<std::string>& allowed);

}  // namespace trunkline::relay
