// A venue in memory: its books of record, and what it answers. Value semantics, so that a test can keep it as it was at
// some moment.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "order/orders.hpp"
#include "trunkline/order/connector_base.hpp"

namespace trunkline::order::test {

class ModelVenue {
 public:
  struct Order {
    InFlightOrder wanted;
    OrderId exchange_id;
    Quantity filled{};
    OrderState state = OrderState::Open;
    Nanos updated{0};
  };

  // Takes effect or is refused, as the venue would.
  OrderResult<OrderUpdate> place(const InFlightOrder& order, Nanos now) {
    ++placed[order.client_order_id.str()];
    if (const auto found = orders.find(order.client_order_id.str()); found != orders.end()) {
      return rejected(OrderReason::DuplicateId, "Duplicate order sent.");
    }
    Order& kept = orders[order.client_order_id.str()];
    kept = {.wanted = order, .exchange_id = next_id(), .updated = now};
    return said(kept);
  }
  OrderResult<OrderUpdate> cancel(std::string_view id, Nanos now) {
    Order* const order = find(id);
    if (order == nullptr) return rejected(OrderReason::NotFound, "Unknown order sent.");
    if (is_terminal(order->state)) return rejected(OrderReason::VenueError, "The order has ended.");
    order->state = OrderState::Cancelled;
    order->updated = now;
    return said(*order);
  }
  // Under a new id, as where an amendment is cancel and replace.
  OrderResult<OrderUpdate> amend(std::string_view id, Price price, Quantity amount, Nanos now) {
    Order* const order = find(id);
    if (order == nullptr) return rejected(OrderReason::NotFound, "Unknown order sent.");
    if (is_terminal(order->state)) return rejected(OrderReason::VenueError, "The order has ended.");
    order->wanted.price = price;
    order->wanted.amount = amount;
    order->exchange_id = next_id();
    order->updated = now;
    return said(*order);
  }
  TradeUpdate trade(std::string_view id, std::string_view quantity, Nanos now) {
    Order& order = orders.at(std::string(id));
    order.filled = Quantity::from_raw(order.filled.raw() + amount(quantity).raw());
    order.state = order.filled == order.wanted.amount ? OrderState::Filled : OrderState::PartiallyFilled;
    order.updated = now;
    TradeUpdate fill = test::fill(fmt::format("t{}", fills.size() + 1), id, order.exchange_id, quantity);
    fill.side = order.wanted.side;
    fill.fill_price = order.wanted.price;
    fill.fee_currency = Currency::cut("USDT");
    fill.fee_amount = test::amount("0.001");
    fill.fill_timestamp = now;
    fills.push_back(fill);
    return fill;
  }

  Order* find(std::string_view id) {
    const auto found = orders.find(std::string(id));
    return found == orders.end() ? nullptr : &found->second;
  }
  static OrderUpdate said(const Order& order) {
    OrderUpdate update = test::update(order.wanted.client_order_id, order.exchange_id, order.state, order.updated);
    update.filled = order.filled;
    update.amount = order.wanted.amount;
    update.price = order.wanted.price;
    return update;
  }
  std::vector<ListedOrder> open() const {
    std::vector<ListedOrder> out;
    for (const auto& [id, order] : orders) {
      if (!is_terminal(order.state)) out.push_back({.update = said(order), .side = order.wanted.side});
    }
    return out;
  }

  std::map<std::string, Order> orders;
  std::vector<TradeUpdate> fills;
  std::map<std::string, int> placed;  // times that a creation arrived, by client id

 private:
  OrderId next_id() { return OrderId::cut(fmt::format("X{}", ++ids_)); }
  int ids_ = 0;
};

}  // namespace trunkline::order::test
