// Which state of an order may follow which: one table, which the code obeys and docs/orders.md shows.
#pragma once

#include <array>
#include <cstddef>
#include <string>

#include "trunkline/order/order_types.hpp"

namespace trunkline::order {

inline constexpr std::size_t order_state_count = 10;
inline constexpr std::array<OrderState, order_state_count> all_order_states{
    OrderState::PendingCreate,   OrderState::PendingSubmit, OrderState::Unknown, OrderState::Open,
    OrderState::PartiallyFilled, OrderState::PendingCancel, OrderState::Filled,  OrderState::Cancelled,
    OrderState::Expired,         OrderState::Failed};

enum class Transition : std::uint8_t {
  No,  // refused and reported
  Yes,
  Alarm,  // made, since the venue's word decides, and reported: something that was told as final was not
};

Transition transition(OrderState from, OrderState to) noexcept;

// Nothing but late fills follows.
constexpr bool is_terminal(OrderState state) noexcept {
  return state == OrderState::Filled || state == OrderState::Cancelled || state == OrderState::Failed ||
         state == OrderState::Expired;
}

// The table as Markdown.
std::string transition_table();

}  // namespace trunkline::order
