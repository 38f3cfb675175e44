// The WebSocket API: /ws-api/v3 (spot) and /ws-fapi/v1 (USD-M). Requests {"id","method","params"}, replies
// {"id","status","result" or "error","rateLimits"}; sessions and spot user-data subscriptions.
//
// Thread: the server's.
#pragma once

#include "sandbox/binance/orders/order_door.hpp"

namespace trunkline::sandbox::binance {

// Nullopt: not a path of this API.
std::optional<Market> websocket_trading_market(std::string_view path);

class WebSocketTrading {
 public:
  explicit WebSocketTrading(OrderDoor& door) : door_(door) {}
  // The connection outlives every reply, or is gone by then and known to be so.
  void message(const std::shared_ptr<Connection>& connection, std::string_view text);

 private:
  struct Request;
  void answer(Connection& connection, const Request& request, const ApiResult<Json>& result);
  ApiResult<Account*> who(const Connection& connection, Security security, const Parameters& parameters) const;
  // Sessions and subscriptions; nullopt: another method.
  std::optional<ApiResult<Json>> connection_method(Connection& connection, std::string_view method,
                                                   const Parameters& parameters);
  ApiResult<Json> log_on(Connection& connection, const Parameters& parameters);
  Json session(const Connection& connection) const;

  OrderDoor& door_;
};

}  // namespace trunkline::sandbox::binance
