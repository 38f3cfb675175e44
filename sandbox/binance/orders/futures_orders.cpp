// USD-M: placing, modifying, cancelling and asking.
#include <fmt/format.h>

#include "sandbox/binance/orders/order_rules.hpp"
#include "sandbox/binance/orders/trading_api.hpp"

namespace trunkline::sandbox::binance {
namespace {

constexpr std::size_t most_open = 200;  // as exchangeInfo tells
constexpr std::size_t most_batched = 5, most_cancelled_at_once = 10;

Json failure(const ApiError& error) {
  return {{"code", error.code}, {"msg", error.message}};
}

}  // namespace

ApiResult<Json> TradingApi::futures_place(Account& account, const Parameters& parameters) {
  const auto where = market(Market::Usdm, parameters);
  if (!where) return std::unexpected(where.error());
  auto request = read_futures_order(parameters, **where);
  if (!request) return std::unexpected(request.error());
  const std::string response = parameters.text("newOrderRespType", "ACK");
  if (response != "ACK" && response != "RESULT") return malformed_parameter("newOrderRespType");
  if (open_orders(account, Market::Usdm, (*where)->instrument().symbol, false).size() >= most_open)
    return refuse(-2025, "Reach max open order limit.");
  if (request->client_id.empty()) request->client_id = fresh_client_id();
  const auto placed = desk_.place(account, **where, std::move(*request));
  if (!placed) return std::unexpected(api_error(placed.error(), Market::Usdm));
  if (response == "RESULT") return futures_order(**placed, (*where)->instrument(), false);
  // An acknowledgement tells the order as it came in, fills or not.
  ClientOrder fresh = **placed;
  fresh.state = OrderState::New;
  fresh.filled = Quantity{};
  fresh.turnover = 0;
  return futures_order(fresh, (*where)->instrument(), false);
}

ApiResult<Json> TradingApi::futures_test(Account& account, const Parameters& parameters) {
  const auto where = market(Market::Usdm, parameters);
  if (!where) return std::unexpected(where.error());
  const auto request = read_futures_order(parameters, **where);
  if (!request) return std::unexpected(request.error());
  if (const auto refused = desk_.check(account, **where, *request))
    return std::unexpected(api_error(*refused, Market::Usdm));
  return Json::object();
}

ApiResult<Json> TradingApi::futures_modify(Account& account, const Parameters& parameters) {
  const auto where = market(Market::Usdm, parameters);
  if (!where) return std::unexpected(where.error());
  const Instrument& in = (*where)->instrument();
  const auto order = find(account, **where, parameters, true);
  if (!order) return std::unexpected(order.error());
  const auto side = parameters.needed("side");
  if (!side) return std::unexpected(side.error());
  if (*side != venue_side((*order)->side)) return refuse(-1117, "Invalid side.");
  const auto price = read_price(parameters, "price", in);
  if (!price) return std::unexpected(price.error());
  const auto quantity = read_quantity(parameters, "quantity", in);
  if (!quantity) return std::unexpected(quantity.error());
  if (auto enough = check_notional(*price, *quantity, in, (*order)->reduce_only); !enough)
    return std::unexpected(enough.error());
  if (const auto refused = desk_.amend(**order, *price, *quantity))
    return std::unexpected(api_error(*refused, Market::Usdm, true));
  return futures_order(**order, in, false);
}

ApiResult<Json> TradingApi::futures_cancel(Account& account, const Parameters& parameters) {
  const auto where = market(Market::Usdm, parameters);
  if (!where) return std::unexpected(where.error());
  const auto order = find(account, **where, parameters, false);
  if (!order) return std::unexpected(order.error());
  if (const auto refused = desk_.cancel(**order)) return std::unexpected(api_error(*refused, Market::Usdm));
  return futures_order(**order, (*where)->instrument(), false);
}

ApiResult<Json> TradingApi::futures_status(Account& account, const Parameters& parameters) {
  const auto where = market(Market::Usdm, parameters);
  if (!where) return std::unexpected(where.error());
  const auto order = find(account, **where, parameters, true);
  if (!order) return std::unexpected(order.error());
  return futures_order(**order, (*where)->instrument(), true);
}

ApiResult<Json> TradingApi::futures_open_order(Account& account, const Parameters& parameters) {
  const auto where = market(Market::Usdm, parameters);
  if (!where) return std::unexpected(where.error());
  const auto order = find(account, **where, parameters, true);
  if (!order) return std::unexpected(order.error());
  if (!(*order)->open()) return std::unexpected(api_error(Refusal::UnknownOrder, Market::Usdm, true));
  return futures_order(**order, (*where)->instrument(), true);
}

ApiResult<Json> TradingApi::futures_open_orders(Account& account, const Parameters& parameters) {
  const std::string symbol = parameters.text("symbol");
  if (!symbol.empty()) {
    if (const auto where = market(Market::Usdm, parameters); !where) return std::unexpected(where.error());
  }
  Json out = Json::array();
  for (const ClientOrder* const order : open_orders(account, Market::Usdm, symbol, false))
    out.push_back(futures_order(*order, desk_.market(Market::Usdm, order->symbol)->instrument(), true));
  return out;
}

ApiResult<Json> TradingApi::futures_cancel_all(Account& account, const Parameters& parameters) {
  const auto where = market(Market::Usdm, parameters);
  if (!where) return std::unexpected(where.error());
  for (const ClientOrder* const order : open_orders(account, Market::Usdm, (*where)->instrument().symbol, false))
    desk_.cancel(*order);
  return Json{{"code", 200}, {"msg", "The operation of cancel all open order is done."}};
}

ApiResult<Json> TradingApi::futures_all_orders(Account& account, const Parameters& parameters) {
  const auto where = market(Market::Usdm, parameters);
  if (!where) return std::unexpected(where.error());
  Json out = Json::array();
  for (const ClientOrder* const order : all_orders(account, **where, parameters, false))
    out.push_back(futures_order(*order, (*where)->instrument(), true));
  return out;
}

ApiResult<Json> TradingApi::futures_trades(Account& account, const Parameters& parameters) {
  const auto where = market(Market::Usdm, parameters);
  if (!where) return std::unexpected(where.error());
  const Instrument& in = (*where)->instrument();
  return trades(account, **where, parameters,
                [&](const ClientOrder& order, const FillRecord& fill) { return futures_trade(order, fill, in); });
}

ApiResult<Json> TradingApi::futures_batch_place(Account& account, const Parameters& parameters) {
  const auto text = parameters.needed("batchOrders");
  if (!text) return std::unexpected(text.error());
  const auto orders = nlohmann::json::parse(*text, nullptr, false);
  if (!orders.is_array() || orders.empty() || orders.size() > most_batched) return malformed_parameter("batchOrders");
  Json out = Json::array();
  for (const auto& order : orders) {
    const auto placed = futures_place(account, Parameters::of_json(order));
    out.push_back(placed ? *placed : failure(placed.error()));
  }
  return out;
}

ApiResult<Json> TradingApi::futures_batch_cancel(Account& account, const Parameters& parameters) {
  const auto where = market(Market::Usdm, parameters);
  if (!where) return std::unexpected(where.error());
  Json out = Json::array();
  for (const auto& [list, name] :
       {std::pair{"orderIdList", "orderId"}, {"origClientOrderIdList", "origClientOrderId"}}) {
    const auto text = parameters.get(list);
    if (!text) continue;
    const auto ids = nlohmann::json::parse(*text, nullptr, false);
    if (!ids.is_array() || ids.size() > most_cancelled_at_once) return malformed_parameter(list);
    for (const auto& id : ids) {
      Parameters one;
      one.add("symbol", (*where)->instrument().symbol);
      one.add(name, id.is_string() ? id.get<std::string>() : id.dump());
      const auto cancelled = futures_cancel(account, one);
      out.push_back(cancelled ? *cancelled : failure(cancelled.error()));
    }
    return out;
  }
  return missing_parameter("orderIdList");
}

// ---- dead man's switch

ApiResult<Json> TradingApi::countdown_cancel_all(Account& account, const Parameters& parameters) {
  const auto where = market(Market::Usdm, parameters);
  if (!where) return std::unexpected(where.error());
  const auto time = parameters.whole("countdownTime");
  if (!time) return std::unexpected(time.error());
  if (!*time) return missing_parameter("countdownTime");
  if (**time < 0) return malformed_parameter("countdownTime");
  const std::string& symbol = (*where)->instrument().symbol;
  std::erase_if(countdowns_,
                [&](const Countdown& one) { return one.account == account.number && one.symbol == symbol; });
  if (**time > 0) countdowns_.push_back({account.number, symbol, monotonic_now() + std::chrono::milliseconds{**time}});
  return Json{{"symbol", symbol}, {"countdownTime", std::to_string(**time)}};
}

void TradingApi::advance() {
  if (countdowns_.empty()) return;
  const Nanos now = monotonic_now();
  std::erase_if(countdowns_, [&](const Countdown& one) {
    if (now < one.at) return false;
    const Account& account = desk_.accounts()[one.account - 1];
    for (const ClientOrder* const order : open_orders(account, Market::Usdm, one.symbol, false)) desk_.cancel(*order);
    return true;
  });
}

}  // namespace trunkline::sandbox::binance
