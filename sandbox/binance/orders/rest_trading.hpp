// The private requests by REST: /api/v3 (spot), /fapi/v1 to v3 (USD-M).
//
// Thread: the server's.
#pragma once

#include "sandbox/binance/orders/order_door.hpp"

namespace trunkline::sandbox::binance {

class RestTrading {
 public:
  RestTrading(OrderDoor& door, Exchange& exchange) : door_(door), exchange_(exchange) {}
  // False where the path is none of these.
  bool handle(const net::HttpRequest& request, const net::Responder& responder);

 private:
  void answer(const net::Responder& responder, Market market, std::uint64_t account, const ApiResult<Json>& result);

  OrderDoor& door_;
  Exchange& exchange_;
};

}  // namespace trunkline::sandbox::binance
