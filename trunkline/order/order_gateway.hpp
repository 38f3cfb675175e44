// What a venue is for orders: a venue::Venue, so a state machine without I/O, that is also asked for orders and queries
// and tells what became of them. What it tells are values in events(), in their order; whoever drives it takes them
// after each call.
//
// Every request has a ticket of the asker's choosing and is answered exactly once, by an Answer of that ticket: within
// the gateway's own time limit, and at once where the connection it went by is lost. A request that was handed to the
// Outbox and not answered is Unknown, never NotSent.
//
// Thread: as venue::Venue, one.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "trunkline/order/in_flight_order.hpp"
#include "trunkline/order/order_error.hpp"
#include "trunkline/order/order_rate.hpp"
#include "trunkline/order/trading_rule.hpp"
#include "trunkline/venue/venue.hpp"

namespace trunkline::order {

enum class Ticket : std::uint64_t {};

// Which alternative it is follows from the request.
using AnswerValue = std::variant<OrderResult<PlaceAnswer>,               // place
                                 OrderResult<OrderUpdate>,               // cancel, amend, query
                                 OrderResult<std::vector<ListedOrder>>,  // query_open_orders
                                 OrderResult<std::vector<TradeUpdate>>,  // query_fills
                                 OrderResult<AccountState>,              // query_account
                                 OrderResult<void>>;                     // the others

struct Answer {
  Ticket ticket;
  AnswerValue value;
};
struct GatewayConnected {
  bool connected;
  std::string why;
};
struct EventsMissed {
  std::string why;
};
struct TradingRules {
  std::vector<TradingRule> rules;
};
struct OrderLimits {
  std::vector<OrderLimit> limits;
};
struct Marked {
  SymbolHash trading_pair;
  Marks marks;
};

using GatewayEvent = std::variant<Answer, OrderUpdate, TradeUpdate, BalanceUpdate, Position, Marked, GatewayConnected,
                                  EventsMissed, TradingRules, OrderLimits, FundingPayment,
                                  AccountState>;  // the whole of it, unasked

class OrderGateway : public venue::Venue {
 public:
  // An order that is not done, which this gateway may not have placed: before on_start.
  virtual void take_over(const InFlightOrder& order, Nanos now) {
    static_cast<void>(order);
    static_cast<void>(now);
  }

  virtual void place(Ticket ticket, const InFlightOrder& order, Nanos now, venue::Outbox& outbox) = 0;
  virtual void cancel(Ticket ticket, const InFlightOrder& order, Nanos now, venue::Outbox& outbox) = 0;
  virtual void amend(Ticket ticket, const InFlightOrder& order, Price price, Quantity amount, Nanos now,
                     venue::Outbox& outbox) = 0;
  virtual void query(Ticket ticket, const InFlightOrder& order, Nanos now, venue::Outbox& outbox) = 0;
  virtual void query_open_orders(Ticket ticket, Nanos now, venue::Outbox& outbox) = 0;
  // Of the trading pairs of these orders.
  virtual void query_fills(Ticket ticket, const std::vector<InFlightOrder>& orders, Nanos since, Nanos now,
                           venue::Outbox& outbox) = 0;
  virtual void query_account(Ticket ticket, Nanos now, venue::Outbox& outbox) = 0;
  virtual void set_leverage(Ticket ticket, SymbolHash trading_pair, std::uint32_t leverage, Nanos now,
                            venue::Outbox& outbox) {
    static_cast<void>(trading_pair);
    static_cast<void>(leverage);
    static_cast<void>(now);
    static_cast<void>(outbox);
    refuse(ticket, "this venue has no leverage");
  }
  virtual void extend_dead_man_switch(Ticket ticket, Nanos timeout, Nanos now, venue::Outbox& outbox) {
    static_cast<void>(timeout);
    static_cast<void>(now);
    static_cast<void>(outbox);
    refuse(ticket, "this venue has no dead man's switch");
  }

  // Whoever drives it has asked for all that belongs together: what was kept back to go out as one is sent.
  virtual void end_turn(Nanos now, venue::Outbox& outbox) {
    static_cast<void>(now);
    static_cast<void>(outbox);
  }

  std::vector<GatewayEvent> take_events() { return std::exchange(events_, {}); }

 protected:
  void tell(GatewayEvent event) { events_.push_back(std::move(event)); }
  template <class Value>
  void answer(Ticket ticket, OrderResult<Value> value) {
    events_.push_back(Answer{ticket, AnswerValue(std::move(value))});
  }

 private:
  void refuse(Ticket ticket, std::string why) {
    answer<void>(ticket, not_sent(OrderReason::Unsupported, std::move(why)));
  }

  std::vector<GatewayEvent> events_;
};

}  // namespace trunkline::order
