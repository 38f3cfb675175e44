// Single messages of the stream as events of the log, for whoever looks at a connector in detail.
#pragma once

#include <cstddef>
#include <optional>

#include "trunkline/core/event.hpp"
#include "trunkline/hub/stream_monitor.hpp"
#include "trunkline/wire/frame.hpp"

namespace trunkline::hub {

// connector_trade {price, qty, side, lag_ms, queue_size} of a Trade, connector_depth {lag_ms, queue_size, bids, asks}
// of a book message, with Severity::Debug; none of other frames. lag_ms is from the venue's time to the receipt, absent
// where the venue gave no time; queue_size: bytes that wait for slow clients.
std::optional<Event> message_event(wire::FrameView frame, const StreamMonitor& monitor, std::size_t queue_size);

}  // namespace trunkline::hub
