// The inside of BinanceSandbox: what one thread with one io_context holds together.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <thread>

#include "sandbox/binance/server.hpp"
#include "sandbox/binance/websocket_api.hpp"
#include "sandbox/server/control.hpp"
#include "trunkline/net/asio.hpp"
#include "trunkline/net/http_server.hpp"

namespace trunkline::sandbox::binance {

struct BinanceSandbox::Core : Controlled {
  struct Port {
    Market market;
    net::HttpServer server;
  };

  Core(BinanceSandboxOptions options, EventLog* log, Exchange exchange, std::optional<Replay> replay, Nanos began);

  Result<void> listen();
  void begin();  // timers; then io.run()
  void shut();   // on the server's thread

  void pump();
  void keep_house(Nanos now);
  void accept(const net::HttpRequest& request, Market home, std::shared_ptr<net::WebSocketServerConnection> socket);
  void answer(const net::HttpRequest& request, Market home, net::Responder responder);
  void later(Nanos delay, std::function<void()> what);
  void report(std::string_view name, std::vector<std::pair<std::string_view, std::string>> fields);

  // control.cpp
  std::string status() override;
  const Instrument* instrument(std::optional<std::string_view> market, std::string_view symbol) const override;
  Result<Book> book(const Instrument& instrument, std::uint64_t update_id) override;
  Result<std::uint64_t> arm(Fault fault) override;
  std::size_t clear_faults() override;
  void pause(bool paused) override;
  void refuse(const Fault& fault);
  void restart(const Fault& fault);
  void skew_clock(std::int64_t ms);

  // Runs `what` on the server's thread and waits for it.
  template <class What>
  auto call(What what) -> decltype(what());

  BinanceSandboxOptions options;
  EventLog* log;
  net::asio::io_context io{1};
  FaultSet faults;
  Exchange exchange;
  std::optional<Replay> replay;
  StreamBoard board;
  WebSocketApi websocket;
  RestApi rest;
  Trading trading;
  std::vector<Port> ports;
  std::vector<std::pair<Market, std::uint16_t>> ports_at_start;  // for other threads
  std::map<std::uint64_t, std::shared_ptr<Connection>> connections;
  std::map<std::uint64_t, Nanos> leaving;  // gone, but their close frame may still be on its way
  std::multimap<Nanos, std::function<void()>> due;
  net::Timer timer;
  std::uint64_t next_connection = 1;
  Nanos started;      // monotonic
  Nanos flow_origin;  // monotonic time of virtual time 0
  Nanos next_house{0};
  Nanos down_until{0};  // a restart goes on
  bool paused = false;
  bool shutting = false;
  std::thread thread;
};

}  // namespace trunkline::sandbox::binance
