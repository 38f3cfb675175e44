// Orders as frames: for the journal and for the stream, out of the same words.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "trunkline/order/in_flight_order.hpp"
#include "trunkline/order/position.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::order {

inline constexpr std::size_t max_frame_text = 256;  // of the venue's words; more is cut
inline constexpr std::size_t max_extra_text = 512;

// "name=value\n" for each; nullopt where a name or value has '\n', a name '=', or all is too long for a frame.
std::optional<std::string> extra_text(const ExtraParams& extra);
ExtraParams parse_extra(std::string_view text);

std::uint16_t order_detail_of(const OrderSummary& order, bool paper) noexcept;

// Without the lists; `now` is when it is written, and so when the order is sent.
wire::PlaceOrder place_frame(const OrderSummary& order, bool paper, Nanos now) noexcept;
wire::OrderStatus status_frame(const OrderSummary& order, OrderState previous, bool paper, Nanos now) noexcept;
wire::Fill fill_frame(const TradeUpdate& trade, bool external, bool paper, Nanos now) noexcept;
wire::FundingPayment funding_frame(const FundingPayment& payment, bool paper, Nanos now) noexcept;
wire::PositionStatus position_frame(const Position& position, bool paper, Nanos now) noexcept;

// And back. Null where a text of the frame is longer than an id may be.
std::optional<InFlightOrder> order_of(const wire::PlaceOrder& frame);
std::optional<TradeUpdate> trade_of(const wire::Fill& frame);
// The state that a journal's frame tells, put into the order.
void apply_status(InFlightOrder& order, const wire::OrderStatus& frame);

}  // namespace trunkline::order
