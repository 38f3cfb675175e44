#include "sandbox/binance/orders/user_events.hpp"

#include "sandbox/binance/orders/order_text.hpp"

namespace trunkline::sandbox::binance {
namespace {

std::string_view execution_type(OrderEvent event, bool futures) {
  switch (event) {
    case OrderEvent::New:
    case OrderEvent::Triggered:
      return "NEW";
    case OrderEvent::Trade:
      return "TRADE";
    case OrderEvent::Cancelled:
      return "CANCELED";
    case OrderEvent::Amended:
      return futures ? "AMENDMENT" : "REPLACED";
    case OrderEvent::Expired:
      return "EXPIRED";
    case OrderEvent::Prevented:
      return futures ? "EXPIRED" : "TRADE_PREVENTION";
  }
  return "?";
}

}  // namespace

std::string execution_report(const ClientOrder& order, OrderEvent event, const FillRecord* fill, std::int64_t now_ms) {
  const auto part = [&](std::int64_t raw) { return eight(fill != nullptr ? raw : 0); };
  const std::int64_t paid =
      fill != nullptr ? static_cast<std::int64_t>(notional(fill->price, fill->quantity) / Price::one) : 0;
  Json out{{"e", "executionReport"},
           {"E", now_ms},
           {"s", order.symbol},
           {"c", event == OrderEvent::Cancelled ? order.cancel_client_id : order.client_id},
           {"S", venue_side(order.side)},
           {"o", order.type},
           {"f", order.time_in_force_text},
           {"q", eight(order.quantity.raw())},
           {"p", eight(order.price.raw())},
           {"P", eight(order.trigger ? order.trigger->price.raw() : 0)},
           {"F", "0.00000000"},
           {"g", -1},
           {"C", event == OrderEvent::Cancelled ? order.client_id
                 : event == OrderEvent::Amended ? order.previous_client_id
                                                : std::string()},
           {"x", execution_type(event, false)},
           {"X", event == OrderEvent::New || event == OrderEvent::Triggered ? "NEW" : venue_state(order)},
           {"r", "NONE"},
           {"i", order.id},
           {"l", part(fill != nullptr ? fill->quantity.raw() : 0)},
           {"z", eight(order.filled.raw())},
           {"L", part(fill != nullptr ? fill->price.raw() : 0)},
           {"n", fill != nullptr ? eight(fill->fee.raw()) : "0"},
           {"N", fill != nullptr ? Json(fill->fee_asset) : Json(nullptr)},
           {"T", fill != nullptr ? fill->time_ms : order.updated_ms},
           {"t", fill != nullptr ? static_cast<std::int64_t>(fill->trade_id) : -1},
           {"I", order.id * 2 + order.fills.size()},
           {"w", order.open() && order.working},
           {"m", fill != nullptr && fill->maker},
           {"M", fill != nullptr},
           {"O", order.created_ms},
           {"Z", eight(static_cast<std::int64_t>(order.turnover / Price::one))},
           {"Y", eight(paid)},
           {"Q", eight(order.quote_quantity.raw())}};
  if (order.working) out["W"] = order.working_ms;
  out["V"] = order.self_trade_text;
  if (event == OrderEvent::Expired && !order.reason.empty()) out["eR"] = order.reason;
  return out.dump();
}

std::string account_position(const Account& account, const Instrument& in, std::int64_t now_ms) {
  Json balances = Json::array();
  for (const std::string& asset : {in.base, in.quote}) {
    const Balance& balance = account.wallet(in.market).of(asset);
    balances.push_back({{"a", asset}, {"f", eight(balance.free.raw())}, {"l", eight(balance.locked.raw())}});
  }
  return Json{{"e", "outboundAccountPosition"}, {"E", now_ms}, {"u", now_ms}, {"B", balances}}.dump();
}

std::string order_trade_update(const ClientOrder& order, const Instrument& in, OrderEvent event, const FillRecord* fill,
                               std::int64_t now_ms) {
  const auto price = [&](Price value) { return value.is_zero() ? "0" : decimals(value.raw(), in.price_decimals); };
  const auto quantity = [&](Quantity value) {
    return value.is_zero() ? "0" : decimals(value.raw(), in.quantity_decimals);
  };
  const std::int64_t time = fill != nullptr ? fill->time_ms : order.updated_ms;
  return Json{{"e", "ORDER_TRADE_UPDATE"},
              {"T", time},
              {"E", now_ms},
              {"o",
               {{"s", order.symbol},
                {"c", order.client_id},
                {"S", venue_side(order.side)},
                {"o", order.type},
                {"f", order.time_in_force_text},
                {"q", quantity(order.quantity)},
                {"p", price(order.price)},
                {"ap", price(order.average())},
                {"sp", "0"},
                {"x", execution_type(event, true)},
                {"X", event == OrderEvent::New ? "NEW" : venue_state(order)},
                {"i", order.id},
                {"l", fill != nullptr ? quantity(fill->quantity) : "0"},
                {"z", quantity(order.filled)},
                {"L", fill != nullptr ? price(fill->price) : "0"},
                {"N", in.quote},
                {"n", fill != nullptr ? eight(fill->fee.raw()) : "0"},
                {"T", time},
                {"t", fill != nullptr ? fill->trade_id : 0},
                {"b", "0"},
                {"a", "0"},
                {"m", fill != nullptr && fill->maker},
                {"R", order.reduce_only},
                {"wt", order.working_type},
                {"ot", order.type},
                {"ps", "BOTH"},
                {"cp", order.close_position},
                {"rp", fill != nullptr ? eight(fill->realised.raw()) : "0"},
                {"pP", false},
                {"si", 0},
                {"ss", 0},
                {"V", order.self_trade_text},
                {"pm", "NONE"},
                {"gtd", order.good_till_ms}}}}
      .dump();
}

std::string account_update(const Account& account, const Instrument& in, Price mark, std::string_view why,
                           std::int64_t now_ms) {
  const std::string worth = eight(account.wallet(in.market).of(in.quote).total().raw());
  Json positions = Json::array();
  // Of a crossed position the venue names the asset alone.
  const bool funding = why == "FUNDING_FEE";
  const std::string change = funding ? eight(account.income.back().amount.raw()) : "0";
  const auto& held = account.positions[static_cast<std::size_t>(in.market)];
  if (const auto found = held.find(in.symbol); found != held.end() && (!funding || found->second.isolated)) {
    const Position& position = found->second;
    positions.push_back({{"s", in.symbol},
                         {"pa", decimals(position.amount.raw(), in.quantity_decimals)},
                         {"ep", eight(position.entry.raw())},
                         {"bep", eight(position.entry.raw())},
                         {"cr", eight(position.realised.raw())},
                         {"up", eight(position.unrealised(mark))},
                         {"mt", position.isolated ? "isolated" : "cross"},
                         {"iw", "0"},
                         {"ps", "BOTH"}});
  }
  return Json{{"e", "ACCOUNT_UPDATE"},
              {"T", now_ms},
              {"E", now_ms},
              {"a",
               {{"m", why},
                {"B", Json::array({{{"a", in.quote}, {"wb", worth}, {"cw", worth}, {"bc", change}}})},
                {"P", positions}}}}
      .dump();
}

std::string algo_update(const ClientOrder& order, const Instrument& in, std::int64_t now_ms) {
  const std::string state = order.state == OrderState::Filled ? "FINISHED" : venue_state(order);
  return Json{{"e", "ALGO_UPDATE"},
              {"T", order.updated_ms},
              {"E", now_ms},
              {"o",
               {{"caid", order.client_id},
                {"aid", order.id},
                {"at", "CONDITIONAL"},
                {"o", order.type},
                {"s", order.symbol},
                {"S", venue_side(order.side)},
                {"ps", "BOTH"},
                {"f", order.time_in_force_text},
                {"q", decimals(order.quantity.raw(), in.quantity_decimals)},
                {"X", state},
                {"ai", order.made_order == 0 ? std::string() : std::to_string(order.made_order)},
                {"ap", "0.00000"},
                {"aq", "0.00000"},
                {"act", "0"},
                {"tp", decimals(order.trigger->price.raw(), in.price_decimals)},
                {"p", decimals(order.price.raw(), in.price_decimals)},
                {"V", order.self_trade_text},
                {"wt", order.working_type},
                {"pm", "NONE"},
                {"cp", order.close_position},
                {"pP", false},
                {"R", order.reduce_only},
                {"tt", order.triggered ? order.updated_ms : 0},
                {"gtd", order.good_till_ms},
                {"rm", order.reason}}}}
      .dump();
}

std::string listen_key_expired(std::string_view key, std::int64_t now_ms) {
  return Json{{"e", "listenKeyExpired"}, {"E", now_ms}, {"listenKey", key}}.dump();
}

}  // namespace trunkline::sandbox::binance
