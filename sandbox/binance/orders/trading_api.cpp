#include "sandbox/binance/orders/trading_api.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "sandbox/binance/orders/order_rules.hpp"

namespace trunkline::sandbox::binance {

// Weights as the venue's pages list them.
struct Operations {
  using Api = TradingApi;
  using Row = TradingApi::Operation;
  static constexpr Market spot = Market::Spot, usdm = Market::Usdm;
  static constexpr Security key = Security::Key, sign = Security::Signed, none = Security::None;
  static constexpr std::array rows{
      Row{spot, "order.place", "POST", "/api/v3/order", sign, 1, 1, &Api::spot_place},
      Row{spot, "order.test", "POST", "/api/v3/order/test", sign, 1, 0, &Api::spot_test},
      Row{spot, "order.status", "GET", "/api/v3/order", sign, 4, 0, &Api::spot_status},
      Row{spot, "order.cancel", "DELETE", "/api/v3/order", sign, 1, 0, &Api::spot_cancel},
      Row{spot, "order.cancelReplace", "POST", "/api/v3/order/cancelReplace", sign, 1, 1, &Api::spot_cancel_replace},
      Row{spot, "order.amend.keepPriority", "PUT", "/api/v3/order/amend/keepPriority", sign, 4, 0, &Api::spot_amend},
      Row{spot, "openOrders.status", "GET", "/api/v3/openOrders", sign, 6, 0, &Api::spot_open_orders},
      Row{spot, "openOrders.cancelAll", "DELETE", "/api/v3/openOrders", sign, 1, 0, &Api::spot_cancel_all},
      Row{spot, "allOrders", "GET", "/api/v3/allOrders", sign, 20, 0, &Api::spot_all_orders},
      Row{spot, "myTrades", "GET", "/api/v3/myTrades", sign, 20, 0, &Api::spot_trades},
      Row{spot, "account.status", "GET", "/api/v3/account", sign, 20, 0, &Api::spot_account_status},
      Row{spot, "", "POST", "/api/v3/userDataStream", key, 2, 0, &Api::spot_listen_key},
      Row{spot, "", "PUT", "/api/v3/userDataStream", key, 2, 0, &Api::spot_listen_key},
      Row{spot, "", "DELETE", "/api/v3/userDataStream", key, 2, 0, &Api::spot_listen_key},

      Row{usdm, "order.place", "POST", "/fapi/v1/order", sign, 0, 1, &Api::futures_place},
      Row{usdm, "order.test", "POST", "/fapi/v1/order/test", sign, 1, 0, &Api::futures_test},
      Row{usdm, "order.modify", "PUT", "/fapi/v1/order", sign, 1, 1, &Api::futures_modify},
      Row{usdm, "order.cancel", "DELETE", "/fapi/v1/order", sign, 1, 0, &Api::futures_cancel},
      Row{usdm, "order.status", "GET", "/fapi/v1/order", sign, 1, 0, &Api::futures_status},
      Row{usdm, "", "GET", "/fapi/v1/openOrder", sign, 1, 0, &Api::futures_open_order},
      Row{usdm, "openOrders.status", "GET", "/fapi/v1/openOrders", sign, 1, 0, &Api::futures_open_orders},
      Row{usdm, "openOrders.cancelAll", "DELETE", "/fapi/v1/allOpenOrders", sign, 1, 0, &Api::futures_cancel_all},
      Row{usdm, "", "GET", "/fapi/v1/allOrders", sign, 5, 0, &Api::futures_all_orders},
      Row{usdm, "myTrades", "GET", "/fapi/v1/userTrades", sign, 5, 0, &Api::futures_trades},
      Row{usdm, "", "POST", "/fapi/v1/batchOrders", sign, 5, 1, &Api::futures_batch_place},
      Row{usdm, "", "DELETE", "/fapi/v1/batchOrders", sign, 1, 0, &Api::futures_batch_cancel},
      Row{usdm, "", "POST", "/fapi/v1/countdownCancelAll", sign, 10, 0, &Api::countdown_cancel_all},

      Row{usdm, "account.balance", "GET", "/fapi/v2/balance", sign, 5, 0, &Api::balance},
      Row{usdm, "v2/account.balance", "GET", "/fapi/v3/balance", sign, 5, 0, &Api::balance},
      Row{usdm, "account.status", "GET", "/fapi/v2/account", sign, 5, 0, &Api::account_v2},
      Row{usdm, "v2/account.status", "GET", "/fapi/v3/account", sign, 5, 0, &Api::account_v3},
      Row{usdm, "account.position", "GET", "/fapi/v2/positionRisk", sign, 5, 0, &Api::position_risk_v2},
      Row{usdm, "v2/account.position", "GET", "/fapi/v3/positionRisk", sign, 5, 0, &Api::position_risk_v3},
      Row{usdm, "", "POST", "/fapi/v1/leverage", sign, 1, 0, &Api::set_leverage},
      Row{usdm, "", "GET", "/fapi/v1/leverageBracket", sign, 1, 0, &Api::leverage_bracket},
      Row{usdm, "", "POST", "/fapi/v1/marginType", sign, 1, 0, &Api::set_margin_type},
      Row{usdm, "", "GET", "/fapi/v1/positionSide/dual", sign, 30, 0, &Api::position_mode},
      Row{usdm, "", "POST", "/fapi/v1/positionSide/dual", sign, 1, 0, &Api::set_position_mode},
      Row{usdm, "", "GET", "/fapi/v1/income", sign, 30, 0, &Api::income},
      Row{usdm, "", "GET", "/fapi/v1/fundingRate", none, 1, 0, &Api::funding_rate},
      Row{usdm, "", "GET", "/fapi/v1/commissionRate", sign, 20, 0, &Api::commission_rate},
      Row{usdm, "userDataStream.start", "POST", "/fapi/v1/listenKey", key, 1, 0, &Api::start_listen_key},
      Row{usdm, "userDataStream.ping", "PUT", "/fapi/v1/listenKey", key, 1, 0, &Api::keep_listen_key},
      Row{usdm, "userDataStream.stop", "DELETE", "/fapi/v1/listenKey", key, 1, 0, &Api::end_listen_key},

      Row{usdm, "algoOrder.place", "POST", "/fapi/v1/algoOrder", sign, 0, 1, &Api::algo_place},
      Row{usdm, "algoOrder.cancel", "DELETE", "/fapi/v1/algoOrder", sign, 1, 0, &Api::algo_cancel},
      Row{usdm, "", "GET", "/fapi/v1/algoOrder", sign, 1, 0, &Api::algo_status},
      Row{usdm, "", "GET", "/fapi/v1/openAlgoOrders", sign, 1, 0, &Api::algo_open_orders},
      Row{usdm, "", "GET", "/fapi/v1/allAlgoOrders", sign, 5, 0, &Api::algo_all_orders},
      Row{usdm, "", "DELETE", "/fapi/v1/algoOpenOrders", sign, 1, 0, &Api::algo_cancel_all},
  };
};

const TradingApi::Operation* TradingApi::find_method(Market market, std::string_view method) {
  for (const Operation& row : Operations::rows)
    if (row.market == market && !method.empty() && row.method == method) return &row;
  return nullptr;
}

const TradingApi::Operation* TradingApi::find_path(std::string_view verb, std::string_view path) {
  for (const Operation& row : Operations::rows)
    if (row.verb == verb && row.path == path) return &row;
  return nullptr;
}

bool TradingApi::knows_path(std::string_view path) {
  return std::ranges::any_of(Operations::rows, [&](const Operation& row) { return row.path == path; });
}

// ---- shared

ApiResult<ClientMarket*> TradingApi::market(Market market, const Parameters& parameters) const {
  const auto symbol = parameters.needed("symbol");
  if (!symbol) return std::unexpected(symbol.error());
  ClientMarket* const found = desk_.market(market, *symbol);
  if (found == nullptr) return refuse(-1121, "Invalid symbol.");
  return found;
}

ApiResult<const ClientOrder*> TradingApi::find(Account& account, ClientMarket& market, const Parameters& parameters,
                                               bool query, std::string_view id_name,
                                               std::string_view client_id_name) const {
  const Instrument& in = market.instrument();
  const auto id = parameters.whole(id_name);
  if (!id) return std::unexpected(id.error());
  const auto client_id = parameters.get(client_id_name);
  if (!*id && !client_id)
    return refuse(-1102,
                  fmt::format("Param '{}' or '{}' must be sent, but both were empty/null!", client_id_name, id_name));
  const ClientOrder* const found = *id ? desk_.find(account, in.market, in.symbol, static_cast<std::uint64_t>(**id))
                                       : desk_.find(account, in.market, in.symbol, *client_id);
  const bool algo = id_name == "algoId";
  if (found == nullptr || found->trigger_makes_another != algo)
    return std::unexpected(api_error(Refusal::UnknownOrder, in.market, query));
  return found;
}

std::string TradingApi::fresh_client_id() {
  return fmt::format("auto{:018}", next_client_id_++);
}

std::vector<const ClientOrder*> TradingApi::open_orders(const Account& account, Market market, std::string_view symbol,
                                                        bool algo) const {
  std::vector<const ClientOrder*> out;
  for (const std::uint64_t id : account.open) {
    const ClientOrder& order = *desk_.order(id);
    if (order.market == market && order.trigger_makes_another == algo && (symbol.empty() || order.symbol == symbol))
      out.push_back(&order);
  }
  return out;
}

std::vector<const ClientOrder*> TradingApi::all_orders(const Account& account, const ClientMarket& market,
                                                       const Parameters& parameters, bool algo) const {
  const auto whole = [&](std::string_view name) {
    const auto value = parameters.whole(name);
    return value ? *value : std::nullopt;
  };
  const auto from = whole(algo ? "algoId" : "orderId"), start = whole("startTime"), end = whole("endTime");
  const auto most = static_cast<std::size_t>(std::clamp<std::int64_t>(whole("limit").value_or(500), 1, 1000));
  std::vector<const ClientOrder*> out;
  for (const std::uint64_t id : account.orders) {
    const ClientOrder& order = *desk_.order(id);
    if (order.market != market.instrument().market || order.symbol != market.instrument().symbol ||
        order.trigger_makes_another != algo)
      continue;
    if (from && id < static_cast<std::uint64_t>(*from)) continue;
    if ((start && order.created_ms < *start) || (end && order.created_ms > *end)) continue;
    out.push_back(&order);
  }
  if (out.size() > most) {
    if (from || start)
      out.resize(most);
    else
      out.erase(out.begin(), out.end() - static_cast<std::ptrdiff_t>(most));
  }
  return out;
}

}  // namespace trunkline::sandbox::binance
