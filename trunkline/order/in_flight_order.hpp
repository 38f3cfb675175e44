// One order of ours from the moment it is wanted: what was asked for, how it stands, what has filled.
//
// Thread: values; the tracker owns the ones that change and hands out copies.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "trunkline/core/clock.hpp"
#include "trunkline/order/order_params.hpp"
#include "trunkline/order/order_state.hpp"
#include "trunkline/order/order_update.hpp"

namespace trunkline::order {

// All of an order but its lists: copied without allocating.
struct OrderSummary {
  OrderId client_order_id = {};
  OrderId exchange_order_id = {};  // empty until the venue gave one
  SymbolHash trading_pair = 0;
  TradeType side = TradeType::Buy;
  OrderType order_type = OrderType::Limit;
  TimeInForce time_in_force = TimeInForce::Gtc;
  PositionAction position_action = PositionAction::None;
  OrderState state = OrderState::PendingCreate;
  OrderReason reason = OrderReason::None;  // of the state
  std::uint8_t doubts = 0;                 // bits of order::doubt
  bool reduce_only = false;
  bool post_only = false;
  bool external = false;          // placed by another program of the same account
  bool lost = false;              // the venue said several times that it knows no such order
  bool cancel_requested = false;  // and not yet refused
  std::uint32_t leverage = 0;
  Price price = Price::absent();
  Price trigger_price = Price::absent();
  Quantity amount{};
  Price amend_price = Price::absent();         // of the amendment under way
  Quantity amend_amount = Quantity::absent();  //
  Quantity filled_amount{};                    // sum of the fills
  Int128 filled_notional = 0;                  // sum of price x amount, in 1e-16
  Quantity venue_filled = Quantity::absent();  // cumulative, as the venue last said
  Nanos created{0};
  Nanos updated{0};
  Nanos venue_updated{0};  // of the venue's last word, on its clock
  Nanos good_till{0};
  Nanos sent{0};             // when it was last handed to the venue; 0: never
  std::uint64_t number = 0;  // of its changes
  std::uint32_t not_found = 0;

  bool is_done() const noexcept { return is_terminal(state); }
  bool is_active() const noexcept { return !is_terminal(state); }
  // Fills may come: also of what ended a while ago.
  bool is_fillable() const noexcept { return state != OrderState::PendingCreate && state != OrderState::Filled; }
  bool fills_missing() const noexcept { return !venue_filled.is_absent() && venue_filled > filled_amount; }
  Quantity remaining_amount() const noexcept {
    return filled_amount >= amount ? Quantity{} : Quantity::from_raw(amount.raw() - filled_amount.raw());
  }
  // Of the fills, rounded to 1e-8; absent before the first.
  Price average_price() const noexcept;
};

struct OrderFee {
  Currency currency;
  Quantity amount{};
};

struct InFlightOrder : OrderSummary {
  std::vector<TradeUpdate> fills = {};
  std::vector<OrderFee> fees = {};                       // by currency
  std::vector<OrderId> earlier_exchange_order_ids = {};  // before amendments that replaced the order
  ExtraParams extra_params = {};

  // What was replaced may have filled before: that is learnt late, if at all, after its successor has filled.
  bool is_fillable() const noexcept { return OrderSummary::is_fillable() || !earlier_exchange_order_ids.empty(); }
  // False: it counts already. A fill is known by trade id, side, price and amount.
  bool add_fill(const TradeUpdate& trade);
  Quantity fee_paid(std::string_view currency) const noexcept;
  // As it was, for reuse without giving memory back.
  void clear();
};

}  // namespace trunkline::order
