// Serves a stream on a thread of its own: relay socket, WebSocket bridge, dashboard, health and metrics. The stream is
// that of this process's bus (`trunkline run`), of a relay (`trunkline bridge`), or of the collectors that connect to
// the relay socket (`trunkline relay`).
//
// Thread: start() and stop() are the owner's; everything else runs on the server's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "trunkline/bus/bus.hpp"
#include "trunkline/core/error.hpp"
#include "trunkline/hub/health.hpp"
#include "trunkline/hub/log.hpp"
#include "trunkline/hub/settings.hpp"
#include "trunkline/net/http_message.hpp"

namespace trunkline::hub {

struct StreamServerConfig {
  std::string http_listen = "127.0.0.1:8000";  // port 0: any free one; empty: no HTTP
  std::vector<std::string> allowed_origins;
  std::string relay_socket;  // empty: no relay
  std::size_t max_queue = 8U << 20;
  Nanos heartbeat = std::chrono::seconds{30};
  relay::FilterConfig filter = {};

  static StreamServerConfig from(const Settings& settings);
};

// Where the stream comes from.
struct FromBus {
  bus::Bus& bus;
  // A book was lost on the way here and is to be sent once more. From the server's thread.
  std::function<void(SymbolHash)> request_resend;
  // Figures that only the connectors know; may be empty. From the server's thread.
  std::function<std::vector<ConnectorCounters>()> counters = {};
  // Answers /control/; empty: there is no control. From the server's thread.
  std::function<net::HttpResponse(const net::HttpRequest&)> control = {};
  // Answers /orders; empty: there are none. From the server's thread.
  std::function<net::HttpResponse(const net::HttpRequest&)> orders = {};
  // The accounts for orders, for health and metrics; may be empty. From the server's thread.
  std::function<std::vector<OrderAccountView>()> order_accounts = {};
};
struct FromRelay {
  std::string socket;
};
struct FromCollectors {};  // that connect to the relay socket
using StreamSource = std::variant<FromBus, FromRelay, FromCollectors>;

class StreamServer {
 public:
  // Listens, then serves until stop(). An address or socket that is taken is an error that says what to do.
  static Result<std::unique_ptr<StreamServer>> start(StreamServerConfig config, StreamSource source, Log& log);
  ~StreamServer();  // stops
  StreamServer(const StreamServer&) = delete;
  StreamServer& operator=(const StreamServer&) = delete;

  void stop();

  std::string http_address() const;  // "127.0.0.1:8000"; empty without HTTP
  std::string relay_socket() const;

 private:
  struct Impl;
  explicit StreamServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace trunkline::hub
