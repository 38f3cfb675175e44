#include "trunkline/venue/binance/orders/symbols.hpp"

#include <fmt/format.h>
#include <simdjson.h>
#include <utility>

#include "trunkline/venue/binance/exchange_info.hpp"

namespace trunkline::venue::binance::orders {
namespace {

using order::OrderType;
using order::TimeInForce;
using order::TradingRule;

TradingRule rule_of(const SegmentSpec& spec, const Instrument& instrument) {
  TradingRule rule;
  rule.trading_pair = instrument.hash;
  rule.text = instrument.text;
  rule.venue_symbol = instrument.venue_symbol;
  rule.base = order::Currency::cut(instrument.descriptor.base);
  rule.quote = order::Currency::cut(instrument.descriptor.quote);
  rule.kind = instrument.kind;
  rule.trading = instrument.status == wire::TradingStatus::Trading;
  rule.tick = instrument.tick;
  rule.step = instrument.lot;
  rule.minimum_amount = instrument.minimum_quantity;
  rule.maximum_amount = instrument.maximum_quantity;
  rule.minimum_notional = instrument.minimum_notional;
  rule.minimum_price = instrument.minimum_price;
  rule.maximum_price = instrument.maximum_price;
  rule.price_decimals = instrument.price_decimals;
  rule.amount_decimals = instrument.quantity_decimals;
  rule.order_types = {OrderType::Limit,           OrderType::LimitMaker, OrderType::Market,
                      OrderType::StopLimit,       OrderType::StopMarket, OrderType::TakeProfitLimit,
                      OrderType::TakeProfitMarket};
  rule.times_in_force = {TimeInForce::Gtc, TimeInForce::Ioc, TimeInForce::Fok};
  if (spec.segment != Segment::Spot) {
    rule.times_in_force = {TimeInForce::Gtc, TimeInForce::Ioc, TimeInForce::Fok, TimeInForce::Gtd};
    rule.reduce_only = true;
  }
  return rule;
}

// "rateLimits":[{"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":100}, ...]
struct Limits {
  std::vector<order::OrderLimit> orders;
  std::uint32_t weight_per_minute = 0;
};
Limits read_limits(std::string_view body) {
  namespace ondemand = simdjson::ondemand;
  Limits limits;
  ondemand::parser parser;
  ondemand::document document;
  ondemand::array rows;
  const simdjson::padded_string_view padded(body.data(), body.size(), body.size() + simdjson::SIMDJSON_PADDING);
  if (parser.iterate(padded).get(document) != simdjson::SUCCESS) return limits;
  if (document["rateLimits"].get_array().get(rows) != simdjson::SUCCESS) return limits;
  for (auto row : rows) {
    std::string_view type, interval;
    std::uint64_t number = 0, limit = 0;
    if (row["rateLimitType"].get(type) != simdjson::SUCCESS || row["interval"].get(interval) != simdjson::SUCCESS ||
        row["intervalNum"].get(number) != simdjson::SUCCESS || row["limit"].get(limit) != simdjson::SUCCESS) {
      continue;
    }
    const Nanos unit = interval == "SECOND"   ? Nanos{std::chrono::seconds{1}}
                       : interval == "MINUTE" ? Nanos{std::chrono::minutes{1}}
                                              : Nanos{0};  // a day's is the venue's to count
    if (type == "ORDERS" && unit != Nanos{0} && number < 100 && limit < 1'000'000) {
      limits.orders.push_back({static_cast<std::uint32_t>(limit), unit * static_cast<std::int64_t>(number)});
    }
    if (type == "REQUEST_WEIGHT" && interval == "MINUTE" && number == 1 && limit <= 1'000'000'000) {
      limits.weight_per_minute = static_cast<std::uint32_t>(limit);
    }
  }
  return limits;
}

}  // namespace

const TradingRule* Symbols::find(SymbolHash symbol) const {
  const auto found = by_hash_.find(symbol);
  return found == by_hash_.end() ? nullptr : &rules_[found->second];
}

const TradingRule* Symbols::find(std::string_view venue_symbol) const {
  const auto found = by_name_.find(std::string(venue_symbol));
  return found == by_name_.end() ? nullptr : &rules_[found->second];
}

Result<Symbols> Symbols::parse(const SegmentSpec& spec, std::string_view body) {
  const auto catalog = parse_exchange_info(spec, body);
  if (!catalog) return std::unexpected(catalog.error());
  Symbols symbols;
  for (const Instrument& instrument : catalog->instruments) {
    if (instrument.unit_exponent != 0) continue;
    symbols.by_hash_.emplace(instrument.hash, symbols.rules_.size());
    symbols.by_name_.emplace(instrument.venue_symbol, symbols.rules_.size());
    symbols.rules_.push_back(rule_of(spec, instrument));
  }
  Limits limits = read_limits(body);
  symbols.limits_ = std::move(limits.orders);
  symbols.weight_per_minute_ = limits.weight_per_minute;
  return symbols;
}

}  // namespace trunkline::venue::binance::orders
