// The actions of an account as JSON text, in the order of members that the venue signs. Source:
// docs/venues/hyperliquid.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "trunkline/order/in_flight_order.hpp"
#include "trunkline/order/trading_rule.hpp"

namespace trunkline::venue::hyperliquid::orders {

// One order of "orders", or the "order" of a modification. A market order is one that is filled at once at `price` or
// better.
std::string order_text(const order::InFlightOrder& order, const order::TradingRule& rule, Price price, Quantity size);
// A batch of one: its answer tells the new number, where that of a single modification tells none.
std::string modify_action(const order::InFlightOrder& order, const order::TradingRule& rule, std::string_view oid,
                          Price price, Quantity size);
// One of "cancels": by our id; an order that has none of ours, by the venue's number.
std::string cancel_text(const order::InFlightOrder& order, const order::TradingRule& rule);

// What goes out together, many at a time.
enum class ListAction : std::uint8_t { Place, CancelByOurId, CancelByNumber };
ListAction cancel_kind(const order::InFlightOrder& order) noexcept;
// `items` with commas between them.
std::string list_action(ListAction kind, std::string_view items);

std::string leverage_action(const order::TradingRule& rule, std::uint32_t leverage, bool cross);
// Everything is cancelled at that Unix time in ms.
std::string schedule_cancel_action(std::uint64_t time_ms);

}  // namespace trunkline::venue::hyperliquid::orders
