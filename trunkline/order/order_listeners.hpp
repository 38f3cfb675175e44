// Who is told what becomes of orders. Called from the connector's thread, outside of every lock, each order's events in
// their sequence; what is given is valid during the call. A listener may place, amend and cancel, and must not block.
#pragma once

#include "trunkline/order/in_flight_order.hpp"
#include "trunkline/order/order_error.hpp"
#include "trunkline/order/position.hpp"

namespace trunkline::order {

struct OrderEvent {
  const OrderSummary& order;  // as it stands now
  OrderState previous;
  std::string_view text;  // the venue's words, where it has some
  bool filled = false;    // by a fill
};

struct TradeEvent {
  const OrderSummary& order;  // with this fill in it
  const TradeUpdate& trade;
};

enum class OrderAction : std::uint8_t { Place, Amend, Cancel, Query, Journal };

struct ErrorEvent {
  OrderAction action;
  std::string_view client_order_id;  // empty: of no single order
  const OrderError& error;
};

class OrderEventListener {
 public:
  virtual ~OrderEventListener() = default;
  // Every change. The default hands it to the one below that it is.
  virtual void on_order_event(const OrderEvent& event);
  virtual void on_order_created(const OrderEvent&) {}  // the venue has it
  virtual void on_order_filled(const OrderEvent&) {}   // in part or whole
  virtual void on_order_cancelled(const OrderEvent&) {}
  virtual void on_order_expired(const OrderEvent&) {}
  virtual void on_order_failed(const OrderEvent&) {}
  virtual void on_order_unknown(const OrderEvent&) {}  // sent, outcome not known: it is being asked about
};

class TradeEventListener {
 public:
  virtual ~TradeEventListener() = default;
  virtual void on_trade(const TradeEvent&) {}
  // Each once, of what fell due since the connector ran; those missed while it was not connected come later.
  virtual void on_funding(const FundingPayment&) {}
};

class ErrorEventListener {
 public:
  virtual ~ErrorEventListener() = default;
  virtual void on_error(const ErrorEvent&) {}
};

inline void OrderEventListener::on_order_event(const OrderEvent& event) {
  if (event.filled) return on_order_filled(event);
  if (event.order.state == event.previous) return;
  switch (event.order.state) {
    case OrderState::Open:
      if (event.previous != OrderState::PendingCancel) on_order_created(event);
      return;
    case OrderState::Filled:
      return on_order_filled(event);
    case OrderState::Cancelled:
      return on_order_cancelled(event);
    case OrderState::Expired:
      return on_order_expired(event);
    case OrderState::Failed:
      return on_order_failed(event);
    case OrderState::Unknown:
      return on_order_unknown(event);
    case OrderState::PendingCreate:
    case OrderState::PendingSubmit:
    case OrderState::PendingCancel:
    case OrderState::PartiallyFilled:
      return;
  }
}

}  // namespace trunkline::order
