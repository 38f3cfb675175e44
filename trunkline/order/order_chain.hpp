// An order of ours over all its numbers at the venue: a modification ends the number it had and gives it another, which
// knows its own size alone. What the order comes to is the size of the number that lives and what the others filled.
//
// A fill that overtakes a modification makes the order larger than was asked for; so does one that is learnt late.
//
// Thread: one at a time.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "trunkline/order/in_flight_order.hpp"

namespace trunkline::order {

class OrderChain {
 public:
  // As the order stands. A modification that is in doubt can take effect until then.
  OrderChain(const InFlightOrder& order, Nanos until);

  // A modification to this total is being sent, and can take effect until then.
  void begin(const InFlightOrder& order, Quantity amount, Nanos until);
  // The venue made it: `update` names the new number and its size, and afterwards tells of the order.
  void take_answer(OrderUpdate& update);
  // It took no effect: what was held back meanwhile, if anything.
  std::optional<OrderUpdate> refused();
  // Whether what is held back is to be told now, the modification being too late to take effect.
  std::optional<OrderUpdate> overdue(Nanos now);

  // Turns what the venue says of one number into what it says of the order. False: there is nothing to tell.
  bool follow(OrderUpdate& update, Nanos now);
  // What a fill changes of the order beside the fill itself: its amount, where the fill came late.
  std::optional<OrderUpdate> count(const TradeUpdate& fill);

  bool has(const OrderId& number) const { return numbers_.contains(number); }
  // That it is open, and nothing new.
  OrderUpdate as_it_stands() const;

 private:
  struct Number {
    Quantity size = Quantity::absent();
    Quantity fills{};  // sum of those that were told
    Quantity told{};   // cumulative, as the venue told it
    bool over = false;
    Quantity filled() const noexcept { return fills < told ? told : fills; }
  };
  void add(const TradeUpdate& fill);
  void live(const OrderId& number);
  Quantity filled_by_others() const;
  void put_totals(OrderUpdate& update) const;

  OrderId client_order_id_;
  SymbolHash trading_pair_;
  std::map<OrderId, Number> numbers_;
  std::set<TradeId> counted_;
  OrderId living_;
  Quantity wanted_{};                    // in total
  Quantity asked_ = Quantity::absent();  // likewise, by the modification on its way
  Nanos until_{0};                       // till when that can take effect; 0: none is
  Nanos told_{0};                        // the latest time of the venue's
  std::optional<OrderUpdate> ended_;
};

}  // namespace trunkline::order
