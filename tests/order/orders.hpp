// Orders, updates and fills in one line each.
#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <ostream>
#include <string>
#include <string_view>

#include "trunkline/order/client_order_tracker.hpp"
#include "trunkline/order/trading_rule.hpp"

namespace trunkline {

// What gtest prints of values.
template <class Tag, int Digits>
void PrintTo(const Fixed<Tag, Digits>& value, std::ostream* out) {
  *out << (value.is_absent() ? "absent" : value.to_text());
}
template <std::size_t Capacity>
void PrintTo(const InlineText<Capacity>& text, std::ostream* out) {
  *out << text.view();
}
namespace wire {
inline void PrintTo(OrderState state, std::ostream* out) {
  *out << to_text(state);
}
inline void PrintTo(OrderReason reason, std::ostream* out) {
  *out << to_text(reason);
}
inline void PrintTo(OrderOutcome outcome, std::ostream* out) {
  *out << to_text(outcome);
}
}  // namespace wire

namespace order::test {

inline const SymbolHash btc = hash_symbol_text("fake:BTC-USDT");
inline const SymbolHash eth = hash_symbol_text("fake:ETH-USDT");

inline Price price(std::string_view text) {
  return Price::parse(text).value();
}
inline Quantity amount(std::string_view text) {
  return Quantity::parse(text).value();
}

inline InFlightOrder make_order(std::string_view id, std::string_view quantity = "1", std::string_view at = "100",
                                TradeType side = TradeType::Buy) {
  InFlightOrder order;
  order.client_order_id = OrderId::cut(id);
  order.trading_pair = btc;
  order.side = side;
  order.price = price(at);
  order.amount = amount(quantity);
  order.created = Nanos{1'000};
  order.updated = order.created;
  return order;
}

inline OrderUpdate update(std::string_view client, std::string_view exchange, OrderState state, Nanos at = Nanos{0}) {
  return {.client_order_id = OrderId::cut(client),
          .exchange_order_id = OrderId::cut(exchange),
          .trading_pair = btc,
          .new_state = state,
          .update_timestamp = at};
}

inline TradeUpdate fill(std::string_view trade, std::string_view client, std::string_view exchange,
                        std::string_view quantity, std::string_view at = "100") {
  return {.trade_id = TradeId::cut(trade),
          .client_order_id = OrderId::cut(client),
          .exchange_order_id = OrderId::cut(exchange),
          .trading_pair = btc,
          .side = TradeType::Buy,
          .fill_price = price(at),
          .fill_base_amount = amount(quantity)};
}

inline TradingRule make_rule() {
  TradingRule rule;
  rule.trading_pair = btc;
  rule.text = "fake:BTC-USDT";
  rule.venue_symbol = "BTCUSDT";
  rule.tick = price("0.01");
  rule.step = amount("0.001");
  rule.minimum_amount = amount("0.001");
  rule.maximum_amount = amount("100");
  rule.minimum_notional = price("5");
  rule.order_types = {OrderType::Limit, OrderType::LimitMaker, OrderType::Market, OrderType::StopLimit,
                      OrderType::StopMarket};
  rule.times_in_force = {TimeInForce::Gtc, TimeInForce::Ioc, TimeInForce::Gtd};
  return rule;
}

}  // namespace order::test
}  // namespace trunkline
