#include "trunkline/venue/hyperliquid/orders/action_text.hpp"

#include <fmt/format.h>

namespace trunkline::venue::hyperliquid::orders {
namespace {

using order::OrderType;

std::string_view bool_text(bool value) noexcept {
  return value ? "true" : "false";
}

std::string kind_text(const order::InFlightOrder& order) {
  switch (order.order_type) {
    case OrderType::Limit:
      return fmt::format(R"({{"limit":{{"tif":"{}"}}}})",
                         order.time_in_force == order::TimeInForce::Ioc ? "Ioc" : "Gtc");
    case OrderType::LimitMaker:
      return R"({"limit":{"tif":"Alo"}})";
    case OrderType::Market:
      return R"({"limit":{"tif":"Ioc"}})";
    case OrderType::StopLimit:
    case OrderType::StopMarket:
    case OrderType::TakeProfitLimit:
    case OrderType::TakeProfitMarket:
      break;
  }
  const bool market = !order::has_limit_price(order.order_type);
  const bool stop = order.order_type == OrderType::StopLimit || order.order_type == OrderType::StopMarket;
  return fmt::format(R"({{"trigger":{{"isMarket":{},"triggerPx":"{}","tpsl":"{}"}}}})", bool_text(market),
                     order.trigger_price.to_text(), stop ? "sl" : "tp");
}

bool has_cloid(const order::InFlightOrder& order) noexcept {
  return order.client_order_id.view().starts_with("0x");
}

}  // namespace

std::string order_text(const order::InFlightOrder& order, const order::TradingRule& rule, Price price, Quantity size) {
  std::string out = fmt::format(R"({{"a":{},"b":{},"p":"{}","s":"{}","r":{},"t":{})", rule.asset,
                                bool_text(order.side == order::TradeType::Buy), price.to_text(), size.to_text(),
                                bool_text(order.reduce_only), kind_text(order));
  if (has_cloid(order)) out += fmt::format(R"(,"c":"{}")", order.client_order_id.view());
  return out += '}';
}

std::string modify_action(const order::InFlightOrder& order, const order::TradingRule& rule, std::string_view oid,
                          Price price, Quantity size) {
  return fmt::format(R"({{"type":"batchModify","modifies":[{{"oid":{},"order":{}}}]}})", oid,
                     order_text(order, rule, price, size));
}

std::string cancel_text(const order::InFlightOrder& order, const order::TradingRule& rule) {
  if (!has_cloid(order)) return fmt::format(R"({{"a":{},"o":{}}})", rule.asset, order.exchange_order_id.view());
  return fmt::format(R"({{"asset":{},"cloid":"{}"}})", rule.asset, order.client_order_id.view());
}

ListAction cancel_kind(const order::InFlightOrder& order) noexcept {
  return has_cloid(order) ? ListAction::CancelByOurId : ListAction::CancelByNumber;
}

std::string list_action(ListAction kind, std::string_view items) {
  switch (kind) {
    case ListAction::Place:
      return fmt::format(R"({{"type":"order","orders":[{}],"grouping":"na"}})", items);
    case ListAction::CancelByOurId:
      return fmt::format(R"({{"type":"cancelByCloid","cancels":[{}]}})", items);
    case ListAction::CancelByNumber:
      break;
  }
  return fmt::format(R"({{"type":"cancel","cancels":[{}]}})", items);
}

std::string leverage_action(const order::TradingRule& rule, std::uint32_t leverage, bool cross) {
  return fmt::format(R"({{"type":"updateLeverage","asset":{},"isCross":{},"leverage":{}}})", rule.asset,
                     bool_text(cross), leverage);
}

std::string schedule_cancel_action(std::uint64_t time_ms) {
  return fmt::format(R"({{"type":"scheduleCancel","time":{}}})", time_ms);
}

}  // namespace trunkline::venue::hyperliquid::orders
