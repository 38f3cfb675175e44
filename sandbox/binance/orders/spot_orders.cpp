// Spot: placing, amending, cancelling and asking.
#include <fmt/format.h>

#include "sandbox/binance/orders/order_rules.hpp"
#include "sandbox/binance/orders/trading_api.hpp"

namespace trunkline::sandbox::binance {
namespace {

constexpr std::size_t most_open = 200;  // as exchangeInfo tells

}  // namespace

ApiResult<Json> TradingApi::place_spot(Account& account, ClientMarket& market, const Parameters& parameters,
                                       std::string_view usual_response) {
  auto request = read_spot_order(parameters, market);
  if (!request) return std::unexpected(request.error());
  std::string response = parameters.text("newOrderRespType", usual_response);
  if (response.empty()) response = request->type == "MARKET" || request->type == "LIMIT" ? "FULL" : "ACK";
  if (response != "ACK" && response != "RESULT" && response != "FULL") return malformed_parameter("newOrderRespType");
  if (open_orders(account, Market::Spot, market.instrument().symbol, false).size() >= most_open)
    return refuse(-1013, "Filter failure: MAX_NUM_ORDERS");
  if (request->client_id.empty()) request->client_id = fresh_client_id();
  const auto placed = desk_.place(account, market, std::move(*request));
  if (!placed) return std::unexpected(api_error(placed.error(), Market::Spot));
  return spot_placed(**placed, response);
}

ApiResult<Json> TradingApi::spot_place(Account& account, const Parameters& parameters) {
  const auto where = market(Market::Spot, parameters);
  if (!where) return std::unexpected(where.error());
  return place_spot(account, **where, parameters, "");
}

ApiResult<Json> TradingApi::spot_test(Account& account, const Parameters& parameters) {
  const auto where = market(Market::Spot, parameters);
  if (!where) return std::unexpected(where.error());
  const auto request = read_spot_order(parameters, **where);
  if (!request) return std::unexpected(request.error());
  if (const auto refused = desk_.check(account, **where, *request))
    return std::unexpected(api_error(*refused, Market::Spot));
  return Json::object();
}

ApiResult<Json> TradingApi::spot_status(Account& account, const Parameters& parameters) {
  const auto where = market(Market::Spot, parameters);
  if (!where) return std::unexpected(where.error());
  const auto order = find(account, **where, parameters, true);
  if (!order) return std::unexpected(order.error());
  return spot_order(**order);
}

ApiResult<Json> TradingApi::spot_cancel(Account& account, const Parameters& parameters) {
  const auto where = market(Market::Spot, parameters);
  if (!where) return std::unexpected(where.error());
  const auto order = find(account, **where, parameters, false);
  if (!order) return std::unexpected(order.error());
  const auto id = read_client_id(parameters, "newClientOrderId");
  if (!id) return std::unexpected(id.error());
  if (const auto only = parameters.get("cancelRestrictions")) {
    if (*only != "ONLY_NEW" && *only != "ONLY_PARTIALLY_FILLED") return malformed_parameter("cancelRestrictions");
    if ((*only == "ONLY_NEW") != ((*order)->state == OrderState::New))
      return refuse(-2011, "Order was not canceled due to cancel restrictions.");
  }
  if (const auto refused = desk_.cancel(**order, id->empty() ? fresh_client_id() : *id))
    return std::unexpected(api_error(*refused, Market::Spot));
  return spot_cancelled(**order);
}

// The new order is placed only after the old one is gone, or (ALLOW_FAILURE) whatever became of it.
ApiResult<Json> TradingApi::spot_cancel_replace(Account& account, const Parameters& parameters) {
  const auto mode = parameters.needed("cancelReplaceMode");
  if (!mode) return std::unexpected(mode.error());
  if (*mode != "STOP_ON_FAILURE" && *mode != "ALLOW_FAILURE") return malformed_parameter("cancelReplaceMode");
  const auto where = market(Market::Spot, parameters);
  if (!where) return std::unexpected(where.error());
  const auto request = read_spot_order(parameters, **where);
  if (!request) return std::unexpected(request.error());

  Json out{{"cancelResult", "FAILURE"},
           {"newOrderResult", "NOT_ATTEMPTED"},
           {"cancelResponse", nullptr},
           {"newOrderResponse", nullptr}};
  const auto failure = [](const ApiError& error) { return Json{{"code", error.code}, {"msg", error.message}}; };
  const auto order = find(account, **where, parameters, false, "cancelOrderId", "cancelOrigClientOrderId");
  std::optional<ApiError> not_cancelled;
  if (!order) {
    if (order.error().code == -1102) return std::unexpected(order.error());
    not_cancelled = order.error();
  } else if (const auto refused = desk_.cancel(**order, parameters.text("cancelNewClientOrderId", fresh_client_id()))) {
    not_cancelled = api_error(*refused, Market::Spot);
  }
  out["cancelResponse"] = not_cancelled ? failure(*not_cancelled) : spot_cancelled(**order);
  if (!not_cancelled) out["cancelResult"] = "SUCCESS";
  if (!not_cancelled || *mode == "ALLOW_FAILURE") {
    const auto placed = place_spot(account, **where, parameters, "FULL");
    out["newOrderResult"] = placed ? "SUCCESS" : "FAILURE";
    out["newOrderResponse"] = placed ? *placed : failure(placed.error());
  }
  const bool placed = out["newOrderResult"] == "SUCCESS";
  if (!not_cancelled && placed) return out;
  const bool partly = !not_cancelled || placed;
  ApiError error{partly ? 409 : 400, partly ? -2021 : -2022,
                 partly ? "Order cancel-replace partially failed." : "Order cancel-replace failed."};
  error.data = out.dump();
  return std::unexpected(error);
}

ApiResult<Json> TradingApi::spot_amend(Account& account, const Parameters& parameters) {
  const auto where = market(Market::Spot, parameters);
  if (!where) return std::unexpected(where.error());
  const auto order = find(account, **where, parameters, true);
  if (!order) return std::unexpected(order.error());
  const auto quantity = read_quantity(parameters, "newQty", (*where)->instrument());
  if (!quantity) return std::unexpected(quantity.error());
  const auto id = read_client_id(parameters, "newClientOrderId");
  if (!id) return std::unexpected(id.error());
  if (!(*order)->open()) return refuse(-2013, "Order does not exist.");
  if (*quantity > (*order)->quantity) return refuse(-2038, "Order amend (quantity increase) is not supported.");
  if (*quantity <= (*order)->filled)
    return refuse(-2038, "Order amend (new quantity below executed) is not supported.");
  if (auto enough = check_notional((*order)->price, *quantity, (*where)->instrument(), false); !enough)
    return std::unexpected(enough.error());
  const auto refused = desk_.amend(**order, (*order)->price, *quantity, id->empty() ? fresh_client_id() : *id);
  if (refused) return std::unexpected(api_error(*refused, Market::Spot, true));
  return spot_amended(**order);
}

ApiResult<Json> TradingApi::spot_open_orders(Account& account, const Parameters& parameters) {
  const std::string symbol = parameters.text("symbol");
  if (!symbol.empty()) {
    if (const auto where = market(Market::Spot, parameters); !where) return std::unexpected(where.error());
  }
  Json out = Json::array();
  for (const ClientOrder* const order : open_orders(account, Market::Spot, symbol, false))
    out.push_back(spot_order(*order));
  return out;
}

ApiResult<Json> TradingApi::spot_cancel_all(Account& account, const Parameters& parameters) {
  const auto where = market(Market::Spot, parameters);
  if (!where) return std::unexpected(where.error());
  const auto open = open_orders(account, Market::Spot, (*where)->instrument().symbol, false);
  if (open.empty()) return refuse(-2011, "Unknown order sent.");
  Json out = Json::array();
  for (const ClientOrder* const order : open) {
    desk_.cancel(*order, fresh_client_id());
    out.push_back(spot_cancelled(*order));
  }
  return out;
}

ApiResult<Json> TradingApi::spot_all_orders(Account& account, const Parameters& parameters) {
  const auto where = market(Market::Spot, parameters);
  if (!where) return std::unexpected(where.error());
  Json out = Json::array();
  for (const ClientOrder* const order : all_orders(account, **where, parameters, false))
    out.push_back(spot_order(*order));
  return out;
}

ApiResult<Json> TradingApi::spot_trades(Account& account, const Parameters& parameters) {
  const auto where = market(Market::Spot, parameters);
  if (!where) return std::unexpected(where.error());
  return trades(account, **where, parameters, spot_trade);
}

ApiResult<Json> TradingApi::spot_account_status(Account& account, const Parameters&) {
  return spot_account(account, desk_.fees(Market::Spot), authentication_.now_ms());
}

ApiResult<Json> TradingApi::spot_listen_key(Account&, const Parameters&) {
  return refuse(-1000, "Listen keys are no longer served. Use userDataStream.subscribe of the WebSocket API.", 410);
}

}  // namespace trunkline::sandbox::binance
