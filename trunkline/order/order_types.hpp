// The words of an order: what the wire says of it (schema/messages.toml), under the names of this room, and its ids.
#pragma once

#include <string>
#include <string_view>

#include "trunkline/core/inline_text.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::order {

using wire::Liquidity;
using wire::OrderOutcome;
using wire::OrderReason;
using wire::OrderState;
using wire::OrderType;
using wire::PositionAction;
using wire::TimeInForce;
using wire::TradeType;
using wire::TradingState;

// Of an order, as we named it or as the venue did; of a trade.
using OrderId = InlineText<47>;
using TradeId = InlineText<47>;
using Currency = InlineText<15>;

// What is in doubt of an order: a request was sent, and whether it took effect is not known.
namespace doubt {
inline constexpr std::uint8_t create = 1;
inline constexpr std::uint8_t amend = 2;
inline constexpr std::uint8_t cancel = 4;
}  // namespace doubt

// In `detail` of the order frames.
namespace order_detail {
inline constexpr std::uint16_t reduce_only = 1U << 0;
inline constexpr std::uint16_t post_only = 1U << 1;
inline constexpr std::uint16_t external = 1U << 2;  // placed by another program of the same account
inline constexpr std::uint16_t paper = 1U << 3;
inline constexpr std::uint16_t create_in_doubt = 1U << 4;
inline constexpr std::uint16_t amend_in_doubt = 1U << 5;
inline constexpr std::uint16_t cancel_in_doubt = 1U << 6;
inline constexpr std::uint16_t lost = 1U << 7;
inline constexpr std::uint16_t fills_missing = 1U << 8;
}  // namespace order_detail

constexpr bool is_conditional(OrderType type) noexcept {
  return type == OrderType::StopLimit || type == OrderType::StopMarket || type == OrderType::TakeProfitLimit ||
         type == OrderType::TakeProfitMarket;
}
constexpr bool has_limit_price(OrderType type) noexcept {
  return type != OrderType::Market && type != OrderType::StopMarket && type != OrderType::TakeProfitMarket;
}
constexpr TradeType opposite(TradeType side) noexcept {
  return side == TradeType::Buy ? TradeType::Sell : TradeType::Buy;
}

}  // namespace trunkline::order
