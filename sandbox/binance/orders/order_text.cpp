#include "sandbox/binance/orders/order_text.hpp"

#include "sandbox/binance/text.hpp"

namespace trunkline::sandbox::binance {
namespace {

std::string quote_of(Int128 turnover) {
  return eight(static_cast<std::int64_t>(turnover / Price::one));
}

std::string stop_of(const ClientOrder& order) {
  return eight(order.trigger ? order.trigger->price.raw() : 0);
}

// The fields that all spot replies about an order share, from price on.
void spot_core(Json& out, const ClientOrder& order) {
  out["price"] = eight(order.price.raw());
  out["origQty"] = eight(order.quantity.raw());
  out["executedQty"] = eight(order.filled.raw());
}

void spot_state(Json& out, const ClientOrder& order) {
  out["status"] = venue_state(order);
  out["timeInForce"] = order.time_in_force_text;
  out["type"] = order.type;
  out["side"] = venue_side(order.side);
}

}  // namespace

std::string venue_state(const ClientOrder& order) {
  switch (order.state) {
    case OrderState::New:
      return "NEW";
    case OrderState::PartiallyFilled:
      return "PARTIALLY_FILLED";
    case OrderState::Filled:
      return "FILLED";
    case OrderState::Cancelled:
      return "CANCELED";
    case OrderState::Expired:
      return order.reason == "SELF_TRADE" ? "EXPIRED_IN_MATCH" : "EXPIRED";
    case OrderState::Rejected:
      return "REJECTED";
  }
  return "?";
}

std::string_view venue_side(match::Side side) noexcept {
  return side == match::Side::Buy ? "BUY" : "SELL";
}

std::string decimals(std::int64_t raw, int count) {
  std::string quoted;
  append_decimal(quoted, raw, count);
  return quoted.substr(1, quoted.size() - 2);
}

std::string eight(std::int64_t raw) {
  return decimals(raw, 8);
}

// ---- spot

Json spot_order(const ClientOrder& order) {
  Json out{{"symbol", order.symbol}, {"orderId", order.id}, {"orderListId", -1}, {"clientOrderId", order.client_id}};
  spot_core(out, order);
  out["cummulativeQuoteQty"] = quote_of(order.turnover);
  spot_state(out, order);
  out["stopPrice"] = stop_of(order);
  out["icebergQty"] = "0.00000000";
  out["time"] = order.created_ms;
  out["updateTime"] = order.updated_ms;
  out["isWorking"] = order.working;
  out["origQuoteOrderQty"] = eight(order.quote_quantity.raw());
  out["workingTime"] = order.working ? order.working_ms : -1;
  out["selfTradePreventionMode"] = order.self_trade_text;
  return out;
}

Json spot_placed(const ClientOrder& order, std::string_view response_type) {
  Json out{{"symbol", order.symbol},
           {"orderId", order.id},
           {"orderListId", -1},
           {"clientOrderId", order.client_id},
           {"transactTime", order.updated_ms}};
  if (response_type == "ACK") return out;
  spot_core(out, order);
  out["origQuoteOrderQty"] = eight(order.quote_quantity.raw());
  out["cummulativeQuoteQty"] = quote_of(order.turnover);
  spot_state(out, order);
  if (order.trigger) out["stopPrice"] = stop_of(order);
  out["workingTime"] = order.working ? order.working_ms : -1;
  out["selfTradePreventionMode"] = order.self_trade_text;
  if (response_type != "FULL") return out;
  out["fills"] = Json::array();
  for (const FillRecord& fill : order.fills)
    out["fills"].push_back({{"price", eight(fill.price.raw())},
                            {"qty", eight(fill.quantity.raw())},
                            {"commission", eight(fill.fee.raw())},
                            {"commissionAsset", fill.fee_asset},
                            {"tradeId", fill.trade_id}});
  return out;
}

Json spot_cancelled(const ClientOrder& order) {
  Json out{{"symbol", order.symbol}, {"origClientOrderId", order.client_id},    {"orderId", order.id},
           {"orderListId", -1},      {"clientOrderId", order.cancel_client_id}, {"transactTime", order.updated_ms}};
  spot_core(out, order);
  out["origQuoteOrderQty"] = eight(order.quote_quantity.raw());
  out["cummulativeQuoteQty"] = quote_of(order.turnover);
  spot_state(out, order);
  if (order.trigger) out["stopPrice"] = stop_of(order);
  out["selfTradePreventionMode"] = order.self_trade_text;
  return out;
}

Json spot_amended(const ClientOrder& order) {
  return {{"transactTime", order.updated_ms},
          {"executionId", order.id + order.fills.size()},
          {"amendedOrder",
           {{"symbol", order.symbol},
            {"orderId", order.id},
            {"orderListId", -1},
            {"origClientOrderId", order.previous_client_id.empty() ? order.client_id : order.previous_client_id},
            {"clientOrderId", order.client_id},
            {"price", eight(order.price.raw())},
            {"qty", eight(order.quantity.raw())},
            {"executedQty", eight(order.filled.raw())},
            {"preventedQty", "0.00000000"},
            {"quoteOrderQty", eight(order.quote_quantity.raw())},
            {"cumulativeQuoteQty", quote_of(order.turnover)},
            {"status", venue_state(order)},
            {"timeInForce", order.time_in_force_text},
            {"type", order.type},
            {"side", venue_side(order.side)},
            {"workingTime", order.working_ms},
            {"selfTradePreventionMode", order.self_trade_text}}}};
}

Json spot_trade(const ClientOrder& order, const FillRecord& fill) {
  return {{"symbol", order.symbol},
          {"id", fill.trade_id},
          {"orderId", order.id},
          {"orderListId", -1},
          {"price", eight(fill.price.raw())},
          {"qty", eight(fill.quantity.raw())},
          {"quoteQty", quote_of(notional(fill.price, fill.quantity))},
          {"commission", eight(fill.fee.raw())},
          {"commissionAsset", fill.fee_asset},
          {"time", fill.time_ms},
          {"isBuyer", order.side == match::Side::Buy},
          {"isMaker", fill.maker},
          {"isBestMatch", true}};
}

Json spot_account(const Account& account, FeeTable fees, std::int64_t updated_ms) {
  Json balances = Json::array();
  for (const auto& [asset, balance] : account.wallet(Market::Spot).all())
    balances.push_back(
        {{"asset", asset}, {"free", eight(balance.free.raw())}, {"locked", eight(balance.locked.raw())}});
  return {{"makerCommission", fees.maker / 10'000},
          {"takerCommission", fees.taker / 10'000},
          {"buyerCommission", 0},
          {"sellerCommission", 0},
          {"commissionRates",
           {{"maker", eight(fees.maker)}, {"taker", eight(fees.taker)}, {"buyer", eight(0)}, {"seller", eight(0)}}},
          {"canTrade", true},
          {"canWithdraw", true},
          {"canDeposit", true},
          {"brokered", false},
          {"requireSelfTradePrevention", false},
          {"preventSor", false},
          {"updateTime", updated_ms},
          {"accountType", "SPOT"},
          {"balances", balances},
          {"permissions", {"SPOT"}},
          {"uid", 354'937'000 + account.number}};
}

// ---- USD-M

Json futures_order(const ClientOrder& order, const Instrument& in, bool with_time) {
  const auto price = [&](Price value) { return value.is_zero() ? "0" : decimals(value.raw(), in.price_decimals); };
  Json out{{"orderId", order.id},
           {"symbol", order.symbol},
           {"status", venue_state(order)},
           {"clientOrderId", order.client_id},
           {"price", price(order.price)},
           {"avgPrice", decimals(order.average().raw(), 5)},
           {"origQty", decimals(order.quantity.raw(), in.quantity_decimals)},
           {"executedQty", decimals(order.filled.raw(), in.quantity_decimals)},
           {"cumQty", decimals(order.filled.raw(), in.quantity_decimals)},
           {"cumQuote", quote_of(order.turnover)},
           {"timeInForce", order.time_in_force_text},
           {"type", order.type},
           {"reduceOnly", order.reduce_only},
           {"closePosition", order.close_position},
           {"side", venue_side(order.side)},
           {"positionSide", "BOTH"},
           {"stopPrice", "0"},
           {"workingType", order.working_type},
           {"priceProtect", false},
           {"origType", order.type},
           {"priceMatch", "NONE"},
           {"selfTradePreventionMode", order.self_trade_text},
           {"goodTillDate", order.good_till_ms}};
  if (with_time) out["time"] = order.created_ms;
  out["updateTime"] = order.updated_ms;
  return out;
}

Json futures_trade(const ClientOrder& order, const FillRecord& fill, const Instrument& in) {
  return {{"symbol", order.symbol},
          {"id", fill.trade_id},
          {"orderId", order.id},
          {"side", venue_side(order.side)},
          {"price", decimals(fill.price.raw(), in.price_decimals)},
          {"qty", decimals(fill.quantity.raw(), in.quantity_decimals)},
          {"realizedPnl", eight(fill.realised.raw())},
          {"quoteQty", quote_of(notional(fill.price, fill.quantity))},
          {"commission", eight(fill.fee.raw())},
          {"commissionAsset", fill.fee_asset},
          {"time", fill.time_ms},
          {"positionSide", "BOTH"},
          {"buyer", order.side == match::Side::Buy},
          {"maker", fill.maker}};
}

Json algo_order(const ClientOrder& order, const Instrument& in) {
  const std::string state = order.state == OrderState::Filled ? "FINISHED" : venue_state(order);
  return {{"algoId", order.id},
          {"clientAlgoId", order.client_id},
          {"algoType", "CONDITIONAL"},
          {"orderType", order.type},
          {"type", order.type},
          {"symbol", order.symbol},
          {"side", venue_side(order.side)},
          {"positionSide", "BOTH"},
          {"timeInForce", order.time_in_force_text},
          {"quantity", decimals(order.quantity.raw(), in.quantity_decimals)},
          {"algoStatus", state},
          {"actualOrderId", order.made_order == 0 ? std::string() : std::to_string(order.made_order)},
          {"actualPrice", "0.00000"},
          {"triggerPrice", decimals(order.trigger->price.raw(), in.price_decimals)},
          {"price", decimals(order.price.raw(), in.price_decimals)},
          {"icebergQuantity", nullptr},
          {"selfTradePreventionMode", order.self_trade_text},
          {"workingType", order.working_type},
          {"priceMatch", "NONE"},
          {"closePosition", order.close_position},
          {"priceProtect", false},
          {"reduceOnly", order.reduce_only},
          {"createTime", order.created_ms},
          {"updateTime", order.updated_ms},
          {"triggerTime", order.triggered ? order.updated_ms : 0},
          {"goodTillDate", order.good_till_ms}};
}

}  // namespace trunkline::sandbox::binance
