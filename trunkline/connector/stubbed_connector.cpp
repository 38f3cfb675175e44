#include "trunkline/connector/stubbed_connector.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <thread>

#include "trunkline/core/symbol.hpp"

namespace trunkline::connector {
namespace {

// splitmix64
std::uint64_t next_random(std::uint64_t& state) {
  std::uint64_t z = (state += 0x9E3779B97F4A7C15ULL);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
  return z ^ (z >> 31);
}

std::int64_t below(std::uint64_t& state, std::int64_t bound) {
  return static_cast<std::int64_t>(next_random(state) % static_cast<std::uint64_t>(bound));
}

std::string price_text(std::int64_t ticks) {
  return fmt::format("{}.{:02}", ticks / 100, ticks % 100);
}

std::string quantity_text(std::uint64_t& state) {
  return fmt::format("{}.{:03}", below(state, 5), 1 + below(state, 999));
}

}  // namespace

StubbedConnector::StubbedConnector(StubbedConnectorConfig config) : config_(config) {}

Result<void> StubbedConnector::connect() {
  markets_.clear();
  turn_ = 0;
  next_ = monotonic_now();
  has_trades_ = has_depth_ = false;
  connected_ = true;
  return {};
}

void StubbedConnector::disconnect() {
  connected_ = false;
}

Result<StubbedConnector::Market*> StubbedConnector::market_of(std::string_view symbol) {
  if (symbol.empty()) return fail(ErrorCode::InvalidArgument, "a symbol has a name");
  const auto found = std::ranges::find(markets_, symbol, &Market::symbol);
  if (found != markets_.end()) return &*found;
  Market market;
  market.symbol = symbol;
  market.random = config_.seed ^ hash_symbol_text(symbol);
  market.mid = 10'000 + below(market.random, 1'000'000);
  market.update_id = market.trade_id = 1'000'000;
  markets_.push_back(std::move(market));
  return &markets_.back();
}

Result<void> StubbedConnector::subscribe_trades(std::string_view symbol) {
  const auto market = market_of(symbol);
  if (!market) return std::unexpected(market.error());
  (*market)->trades = has_trades_ = true;
  return {};
}

Result<void> StubbedConnector::subscribe_depth(std::string_view symbol) {
  const auto market = market_of(symbol);
  if (!market) return std::unexpected(market.error());
  (*market)->depth = has_depth_ = true;
  return {};
}

Result<std::optional<ConnectorEvent>> StubbedConnector::next_event(Nanos timeout) {
  if (!connected_) return fail(ErrorCode::Closed, "connect() first");
  if (markets_.empty()) {
    std::this_thread::sleep_for(timeout);
    return std::nullopt;
  }
  if (config_.rate > 0) {
    const Nanos wait = next_ - monotonic_now();
    if (wait > timeout) {
      std::this_thread::sleep_for(timeout);
      return std::nullopt;
    }
    if (wait > Nanos{0}) std::this_thread::sleep_for(wait);
    next_ = std::max(next_, monotonic_now() - timeout) + Nanos{static_cast<std::int64_t>(1e9 / config_.rate)};
  }
  Market& market = markets_[turn_++ % markets_.size()];
  market.mid = std::max<std::int64_t>(market.mid + below(market.random, 5) - 2, 1'000);
  const bool trade = market.trades && (!market.depth || below(market.random, 5) == 0);
  ++events_;
  if (trade) return make_trade(market);
  return make_depth(market);
}

TradeFields StubbedConnector::make_trade(Market& market) const {
  TradeFields trade;
  trade.symbol = market.symbol;
  trade.timestamp = unix_now().count();
  const bool bought = below(market.random, 2) == 0;
  trade.price = price_text(market.mid + (bought ? 1 : -1));
  trade.qty = quantity_text(market.random);
  trade.side = bought ? "buy" : "sell";
  trade.is_buyer_maker = !bought;
  trade.id = std::to_string(++market.trade_id);
  return trade;
}

DepthFields StubbedConnector::make_depth(Market& market) const {
  DepthFields depth;
  depth.symbol = market.symbol;
  depth.timestamp = unix_now().count();
  depth.last_update_id = ++market.update_id;
  for (std::size_t i = 1; i <= config_.levels; ++i) {
    const auto away = static_cast<std::int64_t>(i);
    depth.bids.push_back({price_text(market.mid - away), quantity_text(market.random)});
    depth.asks.push_back({price_text(market.mid + away), quantity_text(market.random)});
  }
  return depth;
}

HealthStatus StubbedConnector::get_health_status() const {
  return {.connected = connected_,
          .subscribed_trades = has_trades_,
          .subscribed_depth = has_depth_,
          .event_counter = events_,
          .details = {{"source", "made up"}}};
}

}  // namespace trunkline::connector
