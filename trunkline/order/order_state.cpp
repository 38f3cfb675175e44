#include "trunkline/order/order_state.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace trunkline::order {
namespace {

// Rows: from; columns: to; both in the order of all_order_states. y: legal, !: legal and an alarm, '.': refused.
//
// A fill can come before its order's acknowledgement, and after its cancellation: both are legal. A rejection after an
// acknowledgement is, too. What was told as Failed and turns out to live is not passed over in silence.
constexpr std::array<std::string_view, order_state_count> rows{
    //  create submit unknown open partial cancel filled cancelled expired failed
    ".y.......y",  // PendingCreate
    "..yyyyyyyy",  // PendingSubmit
    "...yyyyyyy",  // Unknown
    "....yyyyyy",  // Open
    "....yyyyyy",  // PartiallyFilled: another partial fill is no change of state
    "...yy.yyyy",  // PendingCancel: back where the venue refuses the cancellation
    "..........",  // Filled
    "......y...",  // Cancelled: late fills
    "......y...",  // Expired
    "...!!!!!!.",  // Failed
};

constexpr std::size_t place(OrderState state) noexcept {
  return static_cast<std::size_t>(std::ranges::find(all_order_states, state) - all_order_states.begin());
}

}  // namespace

Transition transition(OrderState from, OrderState to) noexcept {
  if (place(from) >= order_state_count || place(to) >= order_state_count) return Transition::No;
  switch (rows[place(from)][place(to)]) {
    case 'y':
      return Transition::Yes;
    case '!':
      return Transition::Alarm;
    default:
      return Transition::No;
  }
}

std::string transition_table() {
  std::string out = "| from \\ to |";
  for (const OrderState to : all_order_states) out += fmt::format(" {} |", wire::to_text(to));
  out += "\n| --- |";
  for (std::size_t i = 0; i < order_state_count; ++i) out += " --- |";
  out += '\n';
  for (const OrderState from : all_order_states) {
    out += fmt::format("| {} |", wire::to_text(from));
    for (const OrderState to : all_order_states) {
      const Transition allowed = transition(from, to);
      out += allowed == Transition::Yes ? " yes |" : allowed == Transition::Alarm ? " alarm |" : "  |";
    }
    out += '\n';
  }
  return out;
}

}  // namespace trunkline::order
