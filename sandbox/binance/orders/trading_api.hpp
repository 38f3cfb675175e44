// The private requests: one operation each, whether it came by REST or by the WebSocket API.
//
// Thread: the server's.
#pragma once

#include <algorithm>

#include "sandbox/account/desk.hpp"
#include "sandbox/binance/orders/authentication.hpp"
#include "sandbox/binance/orders/order_text.hpp"
#include "sandbox/binance/orders/parameters.hpp"
#include "sandbox/binance/orders/user_streams.hpp"

namespace trunkline::sandbox::binance {

class TradingApi {
 public:
  using Handler = ApiResult<Json> (TradingApi::*)(Account&, const Parameters&);
  struct Operation {
    Market market;
    std::string_view method;  // of the WebSocket API; empty: REST only
    std::string_view verb;    // of REST; empty: WebSocket API only
    std::string_view path;
    Security security;
    int weight;
    int orders;  // that it counts for the order limits
    Handler handler;
  };

  TradingApi(OrderDesk& desk, UserStreams& streams, Authentication& authentication)
      : desk_(desk), streams_(streams), authentication_(authentication) {}

  static const Operation* find_method(Market market, std::string_view method);
  static const Operation* find_path(std::string_view verb, std::string_view path);
  // The path is known under another verb.
  static bool knows_path(std::string_view path);

  ApiResult<Json> perform(const Operation& operation, Account& account, const Parameters& parameters) {
    return (this->*operation.handler)(account, parameters);
  }
  // Dead man's switches that have run out.
  void advance();

 private:
  friend struct Operations;

  // Spot.
  ApiResult<Json> spot_place(Account& account, const Parameters& parameters);
  ApiResult<Json> spot_test(Account& account, const Parameters& parameters);
  ApiResult<Json> spot_status(Account& account, const Parameters& parameters);
  ApiResult<Json> spot_cancel(Account& account, const Parameters& parameters);
  ApiResult<Json> spot_cancel_replace(Account& account, const Parameters& parameters);
  ApiResult<Json> spot_amend(Account& account, const Parameters& parameters);
  ApiResult<Json> spot_open_orders(Account& account, const Parameters& parameters);
  ApiResult<Json> spot_cancel_all(Account& account, const Parameters& parameters);
  ApiResult<Json> spot_all_orders(Account& account, const Parameters& parameters);
  ApiResult<Json> spot_trades(Account& account, const Parameters& parameters);
  ApiResult<Json> spot_account_status(Account& account, const Parameters& parameters);
  ApiResult<Json> spot_listen_key(Account& account, const Parameters& parameters);
  ApiResult<Json> place_spot(Account& account, ClientMarket& market, const Parameters& parameters,
                             std::string_view usual_response);

  // USD-M.
  ApiResult<Json> futures_place(Account& account, const Parameters& parameters);
  ApiResult<Json> futures_test(Account& account, const Parameters& parameters);
  ApiResult<Json> futures_modify(Account& account, const Parameters& parameters);
  ApiResult<Json> futures_cancel(Account& account, const Parameters& parameters);
  ApiResult<Json> futures_status(Account& account, const Parameters& parameters);
  ApiResult<Json> futures_open_order(Account& account, const Parameters& parameters);
  ApiResult<Json> futures_open_orders(Account& account, const Parameters& parameters);
  ApiResult<Json> futures_cancel_all(Account& account, const Parameters& parameters);
  ApiResult<Json> futures_all_orders(Account& account, const Parameters& parameters);
  ApiResult<Json> futures_trades(Account& account, const Parameters& parameters);
  ApiResult<Json> futures_batch_place(Account& account, const Parameters& parameters);
  ApiResult<Json> futures_batch_cancel(Account& account, const Parameters& parameters);
  ApiResult<Json> countdown_cancel_all(Account& account, const Parameters& parameters);

  ApiResult<Json> balance(Account& account, const Parameters& parameters);
  ApiResult<Json> account_v2(Account& account, const Parameters& parameters);
  ApiResult<Json> account_v3(Account& account, const Parameters& parameters);
  ApiResult<Json> position_risk_v2(Account& account, const Parameters& parameters);
  ApiResult<Json> position_risk_v3(Account& account, const Parameters& parameters);
  ApiResult<Json> set_leverage(Account& account, const Parameters& parameters);
  ApiResult<Json> leverage_bracket(Account& account, const Parameters& parameters);
  ApiResult<Json> set_margin_type(Account& account, const Parameters& parameters);
  ApiResult<Json> position_mode(Account& account, const Parameters& parameters);
  ApiResult<Json> set_position_mode(Account& account, const Parameters& parameters);
  ApiResult<Json> income(Account& account, const Parameters& parameters);
  ApiResult<Json> funding_rate(Account& account, const Parameters& parameters);
  ApiResult<Json> commission_rate(Account& account, const Parameters& parameters);
  ApiResult<Json> start_listen_key(Account& account, const Parameters& parameters);
  ApiResult<Json> keep_listen_key(Account& account, const Parameters& parameters);
  ApiResult<Json> end_listen_key(Account& account, const Parameters& parameters);

  ApiResult<Json> algo_place(Account& account, const Parameters& parameters);
  ApiResult<Json> algo_cancel(Account& account, const Parameters& parameters);
  ApiResult<Json> algo_status(Account& account, const Parameters& parameters);
  ApiResult<Json> algo_open_orders(Account& account, const Parameters& parameters);
  ApiResult<Json> algo_all_orders(Account& account, const Parameters& parameters);
  ApiResult<Json> algo_cancel_all(Account& account, const Parameters& parameters);

  // Shared.
  ApiResult<ClientMarket*> market(Market market, const Parameters& parameters) const;
  // By orderId or client id, whichever was sent.
  ApiResult<const ClientOrder*> find(Account& account, ClientMarket& market, const Parameters& parameters, bool query,
                                     std::string_view id_name = "orderId",
                                     std::string_view client_id_name = "origClientOrderId") const;
  std::string fresh_client_id();
  // Of one market (and symbol, where one was sent), oldest first.
  std::vector<const ClientOrder*> open_orders(const Account& account, Market market, std::string_view symbol,
                                              bool algo) const;
  std::vector<const ClientOrder*> all_orders(const Account& account, const ClientMarket& market,
                                             const Parameters& parameters, bool algo) const;
  Json positions(Account& account, bool all, const Parameters& parameters) const;
  Json account_information(Account& account, bool all) const;
  template <class Write>
  ApiResult<Json> trades(const Account& account, const ClientMarket& market, const Parameters& parameters,
                         Write write) const;

  OrderDesk& desk_;
  UserStreams& streams_;
  Authentication& authentication_;
  std::uint64_t next_client_id_ = 1;
  struct Countdown {
    std::uint64_t account;
    std::string symbol;
    Nanos at;  // monotonic
  };
  std::vector<Countdown> countdowns_;
};

template <class Write>
ApiResult<Json> TradingApi::trades(const Account& account, const ClientMarket& market, const Parameters& parameters,
                                   Write write) const {
  const auto order_id = parameters.whole("orderId"), from = parameters.whole("fromId");
  const auto start = parameters.whole("startTime"), end = parameters.whole("endTime");
  const auto limit = parameters.whole("limit");
  for (const auto* const number : {&order_id, &from, &start, &end, &limit})
    if (!*number) return std::unexpected(number->error());
  std::vector<std::pair<const FillRecord*, const ClientOrder*>> found;
  for (const std::uint64_t id : account.orders) {
    const ClientOrder& order = *desk_.order(id);
    if (order.market != market.instrument().market || order.symbol != market.instrument().symbol) continue;
    if (*order_id && id != static_cast<std::uint64_t>(**order_id)) continue;
    for (const FillRecord& fill : order.fills) {
      if (*from && fill.trade_id < static_cast<std::uint64_t>(**from)) continue;
      if ((*start && fill.time_ms < **start) || (*end && fill.time_ms > **end)) continue;
      found.emplace_back(&fill, &order);
    }
  }
  std::sort(found.begin(), found.end(), [](const auto& a, const auto& b) {
    return std::pair(a.first->trade_id, a.second->id) < std::pair(b.first->trade_id, b.second->id);
  });
  const auto most = static_cast<std::size_t>(std::clamp<std::int64_t>(limit->value_or(500), 1, 1000));
  // The latest, or from an id or a time on the earliest.
  if (found.size() > most && !*from && !*start)
    found.erase(found.begin(), found.end() - static_cast<std::ptrdiff_t>(most));
  Json out = Json::array();
  for (std::size_t i = 0; i < std::min(most, found.size()); ++i)
    out.push_back(write(*found[i].second, *found[i].first));
  return out;
}

}  // namespace trunkline::sandbox::binance
