// The REST endpoints: /api/v3 (spot), /fapi/v1 (USD-M) and /dapi/v1 (COIN-M), with weights, limits and error bodies.
//
// Thread: the server's.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "sandbox/binance/exchange.hpp"
#include "sandbox/faults/fault.hpp"
#include "trunkline/net/http_server.hpp"

namespace trunkline::sandbox::binance {

struct RestOptions {
  int weight_per_minute_spot = 6000;  // 0: no limit; the same for both
  int weight_per_minute_futures = 2400;
  bool order_limits = true;  // exchangeInfo tells of them
  Nanos delay{0};            // of every reply
};

class RestApi {
 public:
  // Runs something later on the server's thread.
  using Later = std::function<void(Nanos, std::function<void()>)>;
  // In place of the flow's book, where there is none: answers a depth request itself, at once or later.
  using DepthSource = std::function<void(Market, const Instrument&, std::size_t limit, net::Responder)>;

  RestApi(Exchange& exchange, FaultSet& faults, RestOptions options, Later later)
      : exchange_(exchange), faults_(faults), options_(options), later_(std::move(later)) {}
  void set_depth_source(DepthSource source) { depth_source_ = std::move(source); }

  // False where the path belongs to no market.
  bool handle(const net::HttpRequest& request, net::Responder responder);
  // What GET time tells is so far from the truth.
  void set_clock_skew(std::int64_t ms) noexcept { skew_ms_ = ms; }
  std::uint64_t requests() const noexcept { return requests_; }
  // Charges the weight; a reply where the limit is exceeded.
  std::optional<net::HttpResponse> charge(Market market, int weight);
  int used_weight(Market market) const { return budgets_[static_cast<std::size_t>(market)].used; }

 private:
  struct Budget {
    std::int64_t minute = 0;
    int used = 0;
    int refused = 0;
    Nanos banned_until{0};
  };

  net::HttpResponse answer(Market market, std::string_view endpoint, const net::HttpRequest& request);
  net::HttpResponse exchange_info(Market market, const net::HttpRequest& request);
  net::HttpResponse depth(const Instrument& instrument, std::size_t limit);
  net::HttpResponse trades(const Instrument& instrument, std::size_t limit);
  net::HttpResponse agg_trades(const Instrument& instrument, std::size_t limit);
  net::HttpResponse klines(const Instrument& instrument, const net::HttpRequest& request);
  net::HttpResponse book_ticker(Market market, const Instrument* only);
  net::HttpResponse price_ticker(Market market, const Instrument* only);
  net::HttpResponse premium_index(Market market, const Instrument* only);
  net::HttpResponse open_interest(const Instrument& instrument);

  Exchange& exchange_;
  FaultSet& faults_;
  RestOptions options_;
  Later later_;
  DepthSource depth_source_;
  std::array<Budget, market_count> budgets_;
  std::uint64_t requests_ = 0;
  std::int64_t skew_ms_ = 0;
};

// {"lastUpdateId":...,"bids":...}, in the market's form.
std::string depth_body(const Instrument& instrument, const Book& book, std::int64_t event_ms);

std::string exchange_info_body(Market market, const std::vector<const Instrument*>& instruments, std::int64_t now_ms,
                               const RestOptions& limits);

}  // namespace trunkline::sandbox::binance
