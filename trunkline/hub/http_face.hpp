// The hub's face on HTTP: the dashboard at /, the stream at /ws, health at /ws/health, metrics at /metrics,
// orders at /orders.
//
// Thread: the one that runs the io_context.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "trunkline/core/error.hpp"
#include "trunkline/hub/health.hpp"
#include "trunkline/net/asio.hpp"
#include "trunkline/net/http_server.hpp"
#include "trunkline/relay/bridge.hpp"

namespace trunkline::hub {

struct HttpFaceConfig {
  std::string listen = "127.0.0.1:8000";  // address:port; port 0: any free one
};

class HttpFace {
 public:
  // Asked for at each request; the references stay valid while the face lives.
  struct Sources {
    const StreamMonitor& monitor;
    std::function<ProcessView()> process;
    std::function<std::vector<ConnectorCounters>()> counters;
    std::function<net::HttpResponse(const net::HttpRequest&)> control;  // empty: there is none
    std::function<net::HttpResponse(const net::HttpRequest&)> orders;   // likewise
  };

  // Io where the address is taken, with what to do about it. `bridge` outlives the face.
  static Result<std::unique_ptr<HttpFace>> listen(net::asio::io_context& io, const HttpFaceConfig& config,
                                                  relay::Bridge& bridge, Sources sources);

  std::uint16_t port() const noexcept { return server_->port(); }
  const std::string& address() const noexcept { return address_; }

 private:
  HttpFace(std::string address, Sources sources) : address_(std::move(address)), sources_(std::move(sources)) {}
  net::HttpResponse answer(const net::HttpRequest& request) const;

  std::string address_;
  Sources sources_;
  std::optional<net::HttpServer> server_;
};

}  // namespace trunkline::hub
