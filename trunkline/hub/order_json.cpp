#include "trunkline/hub/order_json.hpp"

#include "trunkline/order/order_types.hpp"

namespace trunkline::hub {

using namespace order;

namespace {

using Json = OrderJson;

template <class Decimal>
Json number(Decimal value) {
  return value.is_absent() ? Json(nullptr) : Json(value.to_text());
}

Json time(Nanos at) {
  return at.count() == 0 ? Json(nullptr) : Json(to_iso8601(at));
}

Json limits_json(const RiskLimits& limits) {
  return {
      {"max_order_amount", number(limits.max_order_amount)},
      {"max_order_notional", number(limits.max_order_notional)},
      {"price_collar_bp", limits.price_collar_bp},
      {"max_open_orders", limits.max_open_orders},
      {"max_position", number(limits.max_position)},
      {"max_orders_per_second", limits.max_orders_per_second},
      {"duplicate_window_ms", std::chrono::duration_cast<std::chrono::milliseconds>(limits.duplicate_window).count()}};
}

Json counters_json(const OrderAccount& account) {
  const OrderAccountView view = account.view();
  const ConnectorBase::Counters counters = account.connector().counters();
  const ClientOrderTracker::Counters tracked = account.connector().tracker().counters();
  return {{"sent", view.sent},
          {"refused", view.refused},
          {"open", view.open},
          {"lost", view.lost},
          {"unknown", view.unknown},
          {"fills", view.fills},
          {"held", counters.held},
          {"queries", counters.queries},
          {"adopted", counters.adopted},
          {"reconciliations", view.reconciliations},
          {"duplicate_fills", tracked.duplicate_fills},
          {"alarms", tracked.alarms},
          {"journal_syncs", view.journal_syncs},
          {"journal_failures", view.journal_failures}};
}

Json balances_json(const ConnectorBase& connector) {
  Json out = Json::array();
  for (const BalanceUpdate& balance : connector.balances()) {
    out.push_back({{"currency", balance.currency.view()},
                   {"total", number(balance.total)},
                   {"available", number(balance.available)}});
  }
  return out;
}

Json positions_json(const OrderAccount& account) {
  Json out = Json::array();
  for (const Position& position : account.connector().positions()) {
    if (position.quantity.raw() == 0) continue;
    out.push_back({{"symbol", account.pair(position.trading_pair).text},
                   {"amount", number(position.quantity)},
                   {"entry_price", number(position.entry_price)},
                   {"mark_price", number(position.mark_price)},
                   {"liquidation_price", number(position.liquidation_price)},
                   {"unrealized_pnl", number(position.unrealized_pnl)},
                   {"realized_pnl", number(position.realized_pnl)},
                   {"leverage", position.leverage}});
  }
  return out;
}

Json results_json(const OrderAccount& account, const PriceBoard& prices) {
  Json out = Json::array();
  for (const Turnover& turnover : account.history().turnovers()) {
    const OrderAccount::Pair pair = account.pair(turnover.trading_pair);
    Json fees = Json::object();
    for (const auto& [currency, amount] : turnover.fees) fees[currency.str()] = number(amount);
    Json funding = Json::object();
    for (const auto& [currency, amount] : turnover.funding) funding[currency.str()] = number(amount);
    const BestPrices mark = prices.live(turnover.trading_pair).value_or(BestPrices{});
    out.push_back({{"symbol", pair.text},
                   {"fills", turnover.fills},
                   {"bought", number(turnover.bought)},
                   {"sold", number(turnover.sold)},
                   {"fees", std::move(fees)},
                   {"funding", std::move(funding)},
                   {"currency", pair.quote},
                   {"pnl", number(turnover.profit(mark, pair.base, pair.quote))}});
  }
  return out;
}

Json fill_json(const TradeUpdate& fill) {
  return {{"trade_id", fill.trade_id.view()},
          {"time", time(fill.fill_timestamp)},
          {"price", number(fill.fill_price)},
          {"amount", number(fill.fill_base_amount)},
          {"fee", number(fill.fee_amount)},
          {"fee_currency", fill.fee_currency.view()},
          {"liquidity", wire::to_text(fill.liquidity)}};
}

std::string_view kind_text(OrderMoment::Kind kind) noexcept {
  switch (kind) {
    case OrderMoment::Kind::Taken:
      return "taken_over";
    case OrderMoment::Kind::Change:
      return "change";
    case OrderMoment::Kind::Fill:
      return "fill";
    case OrderMoment::Kind::Error:
      return "error";
  }
  return "change";
}

}  // namespace

Json account_json(const OrderAccount& account, const PriceBoard& prices) {
  const ConnectorBase& connector = account.connector();
  return {{"exchange", account.exchange()},
          {"domain", account.domain()},
          {"account", connector.account()},
          {"paper", connector.paper()},
          {"live", account.live()},
          {"perpetual", connector.connector_type() == ConnectorType::DerivativePerpetual},
          {"connected", connector.is_connected()},
          {"ready", connector.is_ready()},
          {"trading_state", wire::to_text(connector.trading_state())},
          {"reason", connector.risk().reason()},
          {"limits", limits_json(connector.risk().limits())},
          {"counters", counters_json(account)},
          {"balances", balances_json(connector)},
          {"positions", positions_json(account)},
          {"results", results_json(account, prices)}};
}

Json order_json(const OrderAccount& account, const InFlightOrder& order) {
  Json doubts = Json::array();
  if ((order.doubts & doubt::create) != 0) doubts.push_back("create");
  if ((order.doubts & doubt::amend) != 0) doubts.push_back("amend");
  if ((order.doubts & doubt::cancel) != 0) doubts.push_back("cancel");
  Json fills = Json::array();
  for (const TradeUpdate& fill : order.fills) fills.push_back(fill_json(fill));
  Json fees = Json::object();
  for (const OrderFee& fee : order.fees) fees[fee.currency.str()] = number(fee.amount);
  return {{"client_order_id", order.client_order_id.view()},
          {"exchange_order_id", order.exchange_order_id.view()},
          {"exchange", account.exchange()},
          {"domain", account.domain()},
          {"account", account.connector().account()},
          {"paper", account.connector().paper()},
          {"symbol", account.pair(order.trading_pair).text},
          {"side", wire::to_text(order.side)},
          {"type", wire::to_text(order.order_type)},
          {"time_in_force", wire::to_text(order.time_in_force)},
          {"price", number(order.price)},
          {"trigger_price", number(order.trigger_price)},
          {"amount", number(order.amount)},
          {"filled", number(order.filled_amount)},
          {"remaining", number(order.remaining_amount())},
          {"average_price", number(order.average_price())},
          {"state", wire::to_text(order.state)},
          {"reason", wire::to_text(order.reason)},
          {"done", order.is_done()},
          {"doubts", std::move(doubts)},
          {"lost", order.lost},
          {"fills_missing", order.fills_missing()},
          {"external", order.external},
          {"post_only", order.post_only},
          {"reduce_only", order.reduce_only},
          {"created", time(order.created)},
          {"updated", time(order.updated)},
          {"good_till", time(order.good_till)},
          {"fees", std::move(fees)},
          {"fills", std::move(fills)}};
}

Json timeline_json(const OrderTimeline& timeline) {
  Json moments = Json::array();
  for (const OrderMoment& moment : timeline.moments) {
    moments.push_back({{"time", time(moment.time)},
                       {"kind", kind_text(moment.kind)},
                       {"state", wire::to_text(moment.state)},
                       {"previous", wire::to_text(moment.previous)},
                       {"reason", wire::to_text(moment.reason)},
                       {"price", number(moment.price)},
                       {"amount", number(moment.amount)},
                       {"filled", number(moment.filled)},
                       {"text", moment.text}});
  }
  return {{"left_out", timeline.left_out}, {"moments", std::move(moments)}};
}

Json error_json(const OrderError& error) {
  return {{"error", error.message}, {"outcome", wire::to_text(error.outcome)}, {"reason", wire::to_text(error.reason)}};
}

}  // namespace trunkline::hub
