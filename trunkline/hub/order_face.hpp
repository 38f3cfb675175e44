// Orders over HTTP: read by everybody who reaches the hub, changed by who brings the control token.
//
//   GET    /orders                   accounts, open orders, the latest that ended
//   GET    /orders/ID                one order and its timeline
//   POST   /orders                   {"symbol": "binance:BTC-USDT", "side": "buy", "amount": "0.01", "price": "60000"}
//   PATCH  /orders/ID                {"price": "60001"}
//   DELETE /orders/ID
//   DELETE /orders[?symbol=...]      all, or all of a symbol
//   POST   /trading_state            {"state": "Halted", "reason": "..."}
//
// An ID that two accounts have wants ?exchange=NAME. docs/order-cli.md tells the rest.
//
// Thread: any; what it calls is for any thread.
#pragma once

#include <string>

#include "trunkline/hub/order_desk.hpp"
#include "trunkline/net/http_message.hpp"

namespace trunkline::hub {

class OrderFace {
 public:
  // `desk` outlives it. Without a token nothing can be changed.
  OrderFace(OrderDesk& desk, std::string token) : desk_(desk), token_(std::move(token)) {}

  static bool answers(std::string_view path) noexcept;
  net::HttpResponse answer(const net::HttpRequest& request) const;

 private:
  struct Found {
    OrderAccount* account;
    order::InFlightOrder order;
  };
  // NotFound; InvalidArgument where it is the id of several.
  Result<Found> find(std::string_view id, const net::HttpRequest& request) const;

  net::HttpResponse overview() const;
  net::HttpResponse one(std::string_view id, const net::HttpRequest& request) const;
  net::HttpResponse place(const net::HttpRequest& request) const;
  net::HttpResponse amend(std::string_view id, const net::HttpRequest& request) const;
  net::HttpResponse cancel(std::string_view id, const net::HttpRequest& request) const;
  net::HttpResponse cancel_all(const net::HttpRequest& request) const;
  net::HttpResponse set_state(const net::HttpRequest& request) const;

  OrderDesk& desk_;
  std::string token_;
};

}  // namespace trunkline::hub
