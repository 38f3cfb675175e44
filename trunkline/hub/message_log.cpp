#include "trunkline/hub/message_log.hpp"

#include <fmt/format.h>
#include <string_view>

namespace trunkline::hub {
namespace {

Event begin(std::string_view name, const wire::Stamp& stamp, const StreamMonitor& monitor) {
  Event event{Severity::Debug, name, {}, monitor.symbol_text(stamp.symbol), {}};
  if (const auto at = monitor.connectors().find(static_cast<std::uint16_t>(stamp.source >> 4));
      at != monitor.connectors().end()) {
    event.connector = at->second.name;
  }
  return event;
}

void add_lag(Event& event, const wire::Stamp& stamp, std::size_t queue_size) {
  if (stamp.exchange_time != Nanos{0}) {
    const auto lag = std::chrono::duration_cast<std::chrono::microseconds>(stamp.receive_time - stamp.exchange_time);
    event.fields.emplace_back("lag_ms", fmt::format("{:.3f}", static_cast<double>(lag.count()) / 1e3));
  }
  event.fields.emplace_back("queue_size", std::to_string(queue_size));
}

std::string_view side_of(wire::FrameView frame) noexcept {
  if (frame.has(wire::flag::side_buy)) return "buy";
  return frame.has(wire::flag::side_sell) ? "sell" : "unknown";
}

template <class Message>
Event depth_event(const Message& message, wire::FrameView frame, const StreamMonitor& monitor, std::size_t queue_size) {
  Event event = begin("connector_depth", frame.stamp(), monitor);
  add_lag(event, frame.stamp(), queue_size);
  event.fields.emplace_back("bids", std::to_string(message.bid_count));
  event.fields.emplace_back("asks", std::to_string(message.ask_count));
  return event;
}

}  // namespace

std::optional<Event> message_event(wire::FrameView frame, const StreamMonitor& monitor, std::size_t queue_size) {
  if (const auto* const trade = frame.as<wire::Trade>()) {
    Event event = begin("connector_trade", frame.stamp(), monitor);
    event.fields = {
        {"price", trade->price.to_text()}, {"qty", trade->quantity.to_text()}, {"side", std::string(side_of(frame))}};
    add_lag(event, frame.stamp(), queue_size);
    return event;
  }
  if (const auto* const delta = frame.as<wire::L2Delta>()) return depth_event(*delta, frame, monitor, queue_size);
  if (const auto* const whole = frame.as<wire::L2Snapshot>()) return depth_event(*whole, frame, monitor, queue_size);
  return std::nullopt;
}

}  // namespace trunkline::hub
