// A server that speaks Binance's REST and WebSocket protocols over real sockets, for programs and tests without a
// network. Behind it is a matching engine with seeded order flow, or a recorded session.
//
// Each market has a port of its own, where bare paths are that market's. REST paths (/api/v3, /fapi/v1, /dapi/v1), the
// routed USD-M streams (/public, /market, /private) and the control endpoint (/sandbox/...) are served on every port.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "sandbox/binance/exchange.hpp"
#include "sandbox/binance/orders/trading.hpp"
#include "sandbox/binance/replay.hpp"
#include "sandbox/binance/rest_api.hpp"
#include "trunkline/core/clock.hpp"
#include "trunkline/core/error.hpp"
#include "trunkline/core/event.hpp"

namespace trunkline::sandbox::binance {

struct BinanceSandboxOptions {
  std::string address = "127.0.0.1";
  std::uint16_t port = 9010;  // of the first market; the next ones follow. 0: any free ones
  std::vector<Market> markets{Market::Spot, Market::Usdm, Market::Coinm};
  std::vector<std::string> symbols{"BTCUSDT", "ETHUSDT"};  // upper-case spot names; unused in a replay
  double rate = 50;  // messages a second and symbol on trade, bookTicker and depth@100ms together
  std::uint64_t seed = 1;
  std::vector<std::string> faults;  // "drop:symbol=BTCUSDT,count=1,after=50"
  ReplayOptions replay;             // with files: their markets and symbols in place of the flow's
  RestOptions rest;
  TradingOptions trading;
  Nanos spot_ping = std::chrono::seconds{20};
  Nanos spot_pong_timeout = std::chrono::minutes{1};
  Nanos futures_ping = std::chrono::minutes{3};
  Nanos futures_pong_timeout = std::chrono::minutes{10};
  Nanos maximum_age = std::chrono::hours{24};  // of a WebSocket
};

class BinanceSandbox {
 public:
  // Listens, then serves on a thread of its own. `log` may be null and must outlive the sandbox.
  static Result<std::unique_ptr<BinanceSandbox>> start(BinanceSandboxOptions options, EventLog* log = nullptr);
  ~BinanceSandbox();  // stops
  BinanceSandbox(const BinanceSandbox&) = delete;
  BinanceSandbox& operator=(const BinanceSandbox&) = delete;

  // All of these from any thread.
  void stop();                                       // closes everything and joins; twice is fine
  std::uint16_t port() const noexcept;               // of the first market
  std::uint16_t port(Market market) const noexcept;  // 0 where it is not served
  Result<void> inject(std::string_view fault_spec);
  std::string status() const;  // as GET /sandbox/status
  // As GET /sandbox/book; update_id 0: now.
  Result<Book> book(Market market, std::string_view symbol, std::uint64_t update_id = 0) const;

  struct Core;

 private:
  explicit BinanceSandbox(std::shared_ptr<Core> core);
  std::shared_ptr<Core> core_;
};

// Serves until SIGINT or SIGTERM. The exit status of a program.
int run_binance_sandbox(const BinanceSandboxOptions& options, EventLog* log);

}  // namespace trunkline::sandbox::binance
