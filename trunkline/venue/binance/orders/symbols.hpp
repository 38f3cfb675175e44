// The symbols that orders may be of, by either name.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "trunkline/core/error.hpp"
#include "trunkline/order/order_rate.hpp"
#include "trunkline/order/trading_rule.hpp"
#include "trunkline/venue/binance/segment.hpp"

namespace trunkline::venue::binance::orders {

class Symbols {
 public:
  const order::TradingRule* find(SymbolHash symbol) const;
  const order::TradingRule* find(std::string_view venue_symbol) const;
  const std::vector<order::TradingRule>& rules() const noexcept { return rules_; }
  const std::vector<order::OrderLimit>& limits() const noexcept { return limits_; }
  // Of requests, as the venue tells it; 0: it does not.
  std::uint32_t weight_per_minute() const noexcept { return weight_per_minute_; }
  bool empty() const noexcept { return rules_.empty(); }

  // Out of the body of GET exchangeInfo, followed by 64 readable bytes. Symbols whose tick is finer than 1e-8 are left
  // out: their orders would not be exact.
  static Result<Symbols> parse(const SegmentSpec& spec, std::string_view body);

 private:
  std::vector<order::TradingRule> rules_;
  std::vector<order::OrderLimit> limits_;
  std::uint32_t weight_per_minute_ = 0;
  std::unordered_map<SymbolHash, std::size_t> by_hash_;
  std::unordered_map<std::string, std::size_t> by_name_;
};

}  // namespace trunkline::venue::binance::orders
