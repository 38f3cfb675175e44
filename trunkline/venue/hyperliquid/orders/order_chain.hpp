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

namespace trunkline::venue::hyperliquid::orders {

class OrderChain {
 public:
  // As the order stands. A modification that is in doubt can take effect until then.
  OrderChain(const order::InFlightOrder& order, Nanos until);

  // A modification to this total is being sent, and can take effect until then.
  void begin(const order::InFlightOrder& order, Quantity amount, Nanos until);
  // The venue made it: `update` names the new number and its size, and afterwards tells of the order.
  void take_answer(order::OrderUpdate& update);
  // It took no effect: what was held back meanwhile, if anything.
  std::optional<order::OrderUpdate> refused();
  // Whether what is held back is to be told now, the modification being too late to take effect.
  std::optional<order::OrderUpdate> overdue(Nanos now);

  // Turns what the venue says of one number into what it says of the order. False: there is nothing to tell.
  bool follow(order::OrderUpdate& update, Nanos now);
  // What a fill changes of the order beside the fill itself: its amount, where the fill came late.
  std::optional<order::OrderUpdate> count(const order::TradeUpdate& fill);

  bool has(const order::OrderId& number) const { return numbers_.contains(number); }
  // That it is open, and nothing new.
  order::OrderUpdate as_it_stands() const;

 private:
  struct Number {
    Quantity size = Quantity::absent();
    Quantity fills{};  // sum of those that were told
    Quantity told{};   // cumulative, as the venue told it
    bool over = false;
    Quantity filled() const noexcept { return fills < told ? told : fills; }
  };
  void add(const order::TradeUpdate& fill);
  void live(const order::OrderId& number);
  Quantity filled_by_others() const;
  void put_totals(order::OrderUpdate& update) const;

  order::OrderId client_order_id_;
  SymbolHash trading_pair_;
  std::map<order::OrderId, Number> numbers_;
  std::set<order::TradeId> counted_;
  order::OrderId living_;
  Quantity wanted_{};                    // in total
  Quantity asked_ = Quantity::absent();  // likewise, by the modification on its way
  Nanos until_{0};                       // till when that can take effect; 0: none is
  Nanos told_{0};                        // the latest time of the venue's
  std::optional<order::OrderUpdate> ended_;
};

}  // namespace trunkline::venue::hyperliquid::orders
