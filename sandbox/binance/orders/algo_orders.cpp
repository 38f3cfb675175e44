// USD-M conditional orders, which have ids, queries and cancels of their own.
#include "sandbox/binance/orders/order_rules.hpp"
#include "sandbox/binance/orders/trading_api.hpp"

namespace trunkline::sandbox::binance {
namespace {

constexpr std::string_view id_name = "algoId", client_id_name = "clientAlgoId";

ApiResult<std::string> symbol_of(OrderDesk& desk, const Account& account, const Parameters& parameters) {
  // algoId and clientAlgoId are enough; the symbol follows from the order.
  const auto id = parameters.whole(id_name);
  if (!id) return std::unexpected(id.error());
  const auto client_id = parameters.get(client_id_name);
  if (*id) {
    const ClientOrder* const order = desk.order(static_cast<std::uint64_t>(**id));
    if (order != nullptr && order->account == account.number) return order->symbol;
  } else if (client_id) {
    for (auto one = account.orders.rbegin(); one != account.orders.rend(); ++one) {
      const ClientOrder& order = *desk.order(*one);
      if (order.trigger_makes_another && order.client_id == *client_id) return order.symbol;
    }
  } else {
    return missing_parameter(id_name);
  }
  return refuse(-2013, "Order does not exist.");
}

}  // namespace

ApiResult<Json> TradingApi::algo_place(Account& account, const Parameters& parameters) {
  const auto where = market(Market::Usdm, parameters);
  if (!where) return std::unexpected(where.error());
  auto request = read_algo_order(parameters, **where);
  if (!request) return std::unexpected(request.error());
  if (request->client_id.empty()) request->client_id = fresh_client_id();
  const auto placed = desk_.place(account, **where, std::move(*request));
  if (!placed) return std::unexpected(api_error(placed.error(), Market::Usdm));
  return algo_order(**placed, (*where)->instrument());
}

ApiResult<Json> TradingApi::algo_cancel(Account& account, const Parameters& parameters) {
  const auto symbol = symbol_of(desk_, account, parameters);
  if (!symbol) return std::unexpected(api_error(Refusal::UnknownOrder, Market::Usdm));
  ClientMarket& where = *desk_.market(Market::Usdm, *symbol);
  const auto order = find(account, where, parameters, false, id_name, client_id_name);
  if (!order) return std::unexpected(order.error());
  if (const auto refused = desk_.cancel(**order)) return std::unexpected(api_error(*refused, Market::Usdm));
  return Json{{"algoId", (*order)->id}, {"clientAlgoId", (*order)->client_id}, {"code", "200"}, {"msg", "success"}};
}

ApiResult<Json> TradingApi::algo_status(Account& account, const Parameters& parameters) {
  const auto symbol = symbol_of(desk_, account, parameters);
  if (!symbol) return std::unexpected(symbol.error());
  ClientMarket& where = *desk_.market(Market::Usdm, *symbol);
  const auto order = find(account, where, parameters, true, id_name, client_id_name);
  if (!order) return std::unexpected(order.error());
  return algo_order(**order, where.instrument());
}

ApiResult<Json> TradingApi::algo_open_orders(Account& account, const Parameters& parameters) {
  Json out = Json::array();
  for (const ClientOrder* const order : open_orders(account, Market::Usdm, parameters.text("symbol"), true))
    out.push_back(algo_order(*order, desk_.market(Market::Usdm, order->symbol)->instrument()));
  return out;
}

ApiResult<Json> TradingApi::algo_all_orders(Account& account, const Parameters& parameters) {
  const auto where = market(Market::Usdm, parameters);
  if (!where) return std::unexpected(where.error());
  Json out = Json::array();
  for (const ClientOrder* const order : all_orders(account, **where, parameters, true))
    out.push_back(algo_order(*order, (*where)->instrument()));
  return out;
}

ApiResult<Json> TradingApi::algo_cancel_all(Account& account, const Parameters& parameters) {
  const auto where = market(Market::Usdm, parameters);
  if (!where) return std::unexpected(where.error());
  for (const ClientOrder* const order : open_orders(account, Market::Usdm, (*where)->instrument().symbol, true))
    desk_.cancel(*order);
  return Json{{"code", 200}, {"msg", "The operation of cancel all open order is done."}};
}

}  // namespace trunkline::sandbox::binance
