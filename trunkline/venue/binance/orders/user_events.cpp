#include "trunkline/venue/binance/orders/user_events.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "trunkline/venue/binance/orders/order_words.hpp"
#include "trunkline/venue/json_fields.hpp"

namespace trunkline::venue::binance::orders {
namespace {

using order::OrderReason;
using order::OrderState;

// Of executionReport and of the `o` of ORDER_TRADE_UPDATE: the same letters mean the same in both.
Result<UserEvents> read_report(const Json& report, const Symbols& symbols, Nanos time) {
  UserEvents out;
  JsonFields fields(report);
  const auto* const rule = symbols.find(fields.text("s"));
  if (!fields.ok()) return fields.error();
  if (rule == nullptr) return out;
  const std::string_view type = fields.text("x");
  const std::string_view original = fields.text_or("C", "");
  order::OrderUpdate update;
  update.client_order_id = order::OrderId::cut(original.empty() ? fields.text("c") : original);
  update.exchange_order_id = order::OrderId::cut(fmt::format("{}", fields.integer("i")));
  update.trading_pair = rule->trading_pair;
  update.update_timestamp = time;
  update.filled = fields.decimal<Quantity>("z");
  update.amount = fields.decimal<Quantity>("q");
  update.price = fields.decimal<Price>("p");
  if (update.price.is_zero()) update.price = Price::absent();
  const std::string_view status = fields.text("X");
  const auto state = state_of(status);
  if (!state) fields.refuse("X", fmt::format("\"{}\" is not known", excerpt(status)));
  if (!fields.ok()) return fields.error();
  update.new_state = state->state;
  update.reason = state->reason;
  const std::string_view why = fields.text_or("r", "NONE");
  if (why != "NONE") update.text = why;
  if (type == "TRADE_PREVENTION") update.reason = OrderReason::SelfTrade;
  if (type == "CALCULATED") update.reason = OrderReason::Liquidation;
  if (type == "REPLACED" || type == "AMENDMENT") update.reason = OrderReason::Amended;

  const bool filled = type == "TRADE" || (type == "CALCULATED" && fields.text("l") != "0");
  if (filled) {
    order::TradeUpdate trade;
    trade.trade_id = order::TradeId::cut(fmt::format("{}", fields.integer("t")));
    trade.client_order_id = update.client_order_id;
    trade.exchange_order_id = update.exchange_order_id;
    trade.trading_pair = rule->trading_pair;
    const auto side = side_of(fields.text("S"));
    if (!side) fields.refuse("S", "is neither BUY nor SELL");
    trade.side = side.value_or(order::TradeType::Buy);
    trade.fill_price = fields.decimal<Price>("L");
    trade.fill_base_amount = fields.decimal<Quantity>("l");
    trade.fee_amount = fields.decimal_or_absent<Quantity>("n");
    trade.fee_currency = order::Currency::cut(fields.text_or("N", ""));
    trade.liquidity = fields.boolean_or("m", false) ? order::Liquidity::Maker : order::Liquidity::Taker;
    trade.fill_timestamp = fields.milliseconds("T");
    if (!fields.ok()) return fields.error();
    out.events.emplace_back(trade);
  }
  out.events.emplace_back(update);
  return out;
}

Result<UserEvents> read_spot_balances(const Json& event) {
  UserEvents out;
  const auto list = event.find("B");
  if (list == event.end() || !list->is_array())
    return fail(ErrorCode::Protocol, "outboundAccountPosition: B is missing");
  for (const Json& each : *list) {
    JsonFields fields(each);
    order::BalanceUpdate balance;
    balance.currency = order::Currency::cut(fields.text("a"));
    balance.available = fields.decimal<Quantity>("f");
    const Quantity locked = fields.decimal<Quantity>("l");
    if (!fields.ok()) return fields.error();
    balance.total = checked_add(balance.available, locked).value_or(Quantity::absent());
    out.events.emplace_back(balance);
  }
  return out;
}

Result<UserEvents> read_futures_account(const Json& event, const Symbols& symbols) {
  UserEvents out;
  const auto account = event.find("a");
  if (account == event.end() || !account->is_object()) return fail(ErrorCode::Protocol, "ACCOUNT_UPDATE: a is missing");
  JsonFields reason(*account);
  out.funded = reason.text_or("m", "") == "FUNDING_FEE";
  if (!reason.ok()) return reason.error();
  for (const Json& each : account->value("B", Json::array())) {
    JsonFields fields(each);
    order::BalanceUpdate balance;
    balance.currency = order::Currency::cut(fields.text("a"));
    balance.total = fields.decimal<Quantity>("wb");
    balance.available = Quantity::absent();  // the event does not say; the account's query does
    if (!fields.ok()) return fields.error();
    out.events.emplace_back(balance);
  }
  JsonFields whole(event);
  const Nanos updated = whole.find("T") == nullptr ? Nanos{0} : whole.milliseconds("T");
  if (!whole.ok()) return whole.error();
  for (const Json& each : account->value("P", Json::array())) {
    JsonFields fields(each);
    const auto* const rule = symbols.find(fields.text("s"));
    // The legs of a hedged account are not what we trade.
    if (rule == nullptr || fields.text_or("ps", "BOTH") != "BOTH") continue;
    order::Position position;
    position.trading_pair = rule->trading_pair;
    position.quantity = fields.decimal<Quantity>("pa");
    position.entry_price = fields.rounded("ep");
    position.unrealized_pnl = fields.rounded("up");
    position.realized_pnl = fields.rounded("cr");
    position.updated = updated;
    if (!fields.ok()) return fields.error();
    out.events.emplace_back(position);
  }
  return out;
}

Result<UserEvents> read_algo(const Json& event, const Symbols& symbols, Nanos time) {
  UserEvents out;
  const auto body = event.find("o");
  if (body == event.end()) return fail(ErrorCode::Protocol, "ALGO_UPDATE: o is missing");
  JsonFields fields(*body);
  const auto* const rule = symbols.find(fields.text("s"));
  if (!fields.ok()) return fields.error();
  if (rule == nullptr) return out;
  const std::string_view status = fields.text("X");
  order::OrderUpdate update;
  update.client_order_id = order::OrderId::cut(fields.text("caid"));
  update.exchange_order_id = algo_id(fields.integer("aid"));
  update.trading_pair = rule->trading_pair;
  update.update_timestamp = time;
  update.amount = fields.decimal_or_absent<Quantity>("q");
  update.text = fields.text_or("rm", "");
  const auto state = state_of(status);
  if (!state) fields.refuse("X", fmt::format("\"{}\" is not known", excerpt(status)));
  if (!fields.ok()) return fields.error();
  update.new_state = state->state;
  update.reason = state->reason;
  // Triggered, it goes on as an order of another number, whose fills name that.
  const std::string_view actual = fields.text_or("ai", "");
  if (!actual.empty() && actual != "0") update.exchange_order_id = order::OrderId::cut(actual);
  out.events.emplace_back(update);
  return out;
}

}  // namespace

Result<UserEvents> read_user_event(const Json& event, const Symbols& symbols) {
  JsonFields fields(event);
  const std::string_view type = fields.text("e");
  if (!fields.ok()) return fields.error();
  if (type == "executionReport") {
    const Nanos time = fields.milliseconds("T");
    if (!fields.ok()) return fields.error();
    return read_report(event, symbols, time);
  }
  if (type == "ORDER_TRADE_UPDATE") {
    const Nanos time = fields.milliseconds("T");
    const Json* const order = fields.find("o");
    if (!fields.ok() || order == nullptr) return fail(ErrorCode::Protocol, "ORDER_TRADE_UPDATE: o or T is missing");
    return read_report(*order, symbols, time);
  }
  if (type == "ALGO_UPDATE") {
    const Nanos time = fields.milliseconds("T");
    if (!fields.ok()) return fields.error();
    return read_algo(event, symbols, time);
  }
  if (type == "outboundAccountPosition") return read_spot_balances(event);
  if (type == "ACCOUNT_UPDATE") return read_futures_account(event, symbols);
  UserEvents out;
  out.stream_ended = type == "listenKeyExpired" || type == "eventStreamTerminated";
  // Told by others, or of no use to orders.
  constexpr std::string_view passed_over[] = {"balanceUpdate",         "listStatus",        "TRADE_LITE", "MARGIN_CALL",
                                              "ACCOUNT_CONFIG_UPDATE", "externalLockUpdate"};
  out.known = out.stream_ended || std::ranges::find(passed_over, type) != std::end(passed_over);
  return out;
}

}  // namespace trunkline::venue::binance::orders
