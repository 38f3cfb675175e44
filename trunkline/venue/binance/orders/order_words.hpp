// The venue's words for kinds, states and times in force of orders, as tables. Source: docs/venues/binance.md.
#pragma once

#include <optional>
#include <string_view>

#include "trunkline/order/order_types.hpp"
#include "trunkline/venue/binance/segment.hpp"

namespace trunkline::venue::binance::orders {

// As the venue writes an order of this type; post-only is LIMIT_MAKER on spot, LIMIT with GTX on futures.
std::string_view type_text(Segment segment, order::OrderType type) noexcept;
std::string_view time_in_force_text(Segment segment, order::OrderType type, order::TimeInForce time) noexcept;

std::optional<order::TradeType> side_of(std::string_view text) noexcept;
// `time_in_force` tells post-only orders of futures.
std::optional<order::OrderType> type_of(std::string_view text, std::string_view time_in_force) noexcept;
order::TimeInForce time_in_force_of(std::string_view text) noexcept;

struct StateWord {
  order::OrderState state;
  order::OrderReason reason = order::OrderReason::None;
};
// NEW, FILLED ... of orders; of conditional orders of USD-M, too.
std::optional<StateWord> state_of(std::string_view text) noexcept;

}  // namespace trunkline::venue::binance::orders
