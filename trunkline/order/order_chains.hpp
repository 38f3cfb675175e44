// The orders of a gateway that were replaced, or are about to be, each over all its numbers at the venue.
//
// Thread: the gateway's.
#pragma once

#include <unordered_map>
#include <vector>

#include "trunkline/order/order_chain.hpp"

namespace trunkline::order {

class OrderChains {
 public:
  // An order of another run: followed where it was replaced, or where that is in doubt and can be true until then.
  void take_over(const InFlightOrder& order, Nanos until);
  // It is being replaced by one of this total.
  void begin(const InFlightOrder& order, Quantity amount, Nanos until);
  // As OrderChain::take_answer; an order that was never replaced is as it is told.
  void take_answer(OrderUpdate& update);
  // It was not replaced: its end, where that was held back meanwhile.
  std::optional<OrderUpdate> refused(const OrderId& client_order_id);

  // Turns what the venue says of one number into what it says of the order. False: there is nothing to tell.
  bool follow(OrderUpdate& update, Nanos now);
  // What a fill changes beside itself.
  std::optional<OrderUpdate> count(const TradeUpdate& fill);
  // Ends that were held back for a replacement that did not come in time.
  std::vector<OrderUpdate> overdue(Nanos now);

  bool contains(const OrderId& client_order_id) const { return chains_.contains(client_order_id); }
  // Of one that it contains, by our id or a number: that it is open, and nothing new.
  OrderUpdate as_it_stands(const OrderId& client_order_id, const OrderId& number);

 private:
  OrderChain* find(const OrderId& client_order_id, const OrderId& number);

  std::unordered_map<OrderId, OrderChain> chains_;  // by our id
};

}  // namespace trunkline::order
