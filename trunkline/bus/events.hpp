// What the typed buses give: a frame that is known to be of a type, with what its header says.
#pragma once

#include <optional>
#include <span>

#include "trunkline/bus/ring_reader.hpp"
#include "trunkline/wire/frame.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::bus {

// Pointers are into the frame: valid until the reader's next poll.
struct TradeEvent {
  static constexpr TypeSet types = TypeSet::of<wire::Trade>();
  static std::optional<TradeEvent> from(wire::FrameView frame) noexcept {
    const auto* const trade = frame.as<wire::Trade>();
    if (trade == nullptr) return std::nullopt;
    return TradeEvent{trade, frame};
  }

  bool bought() const noexcept { return frame.has(wire::flag::side_buy); }  // the aggressor did
  bool sold() const noexcept { return frame.has(wire::flag::side_sell); }

  const wire::Trade* trade = nullptr;
  wire::FrameView frame;
};

// Exactly one of snapshot, delta and status is set.
struct BookUpdateEvent {
  static constexpr TypeSet types = TypeSet::of<wire::L2Snapshot, wire::L2Delta, wire::BookStatus>();
  static std::optional<BookUpdateEvent> from(wire::FrameView frame) noexcept {
    BookUpdateEvent event{frame.as<wire::L2Snapshot>(), frame.as<wire::L2Delta>(), frame.as<wire::BookStatus>(), frame};
    if (event.snapshot == nullptr && event.delta == nullptr && event.status == nullptr) return std::nullopt;
    return event;
  }

  SymbolHash symbol() const noexcept { return frame.stamp().symbol; }
  // Of the snapshot or delta, best level first in a snapshot; none of a status.
  std::span<const wire::Level> bids() const noexcept {
    if (snapshot != nullptr) return wire::bids(*snapshot);
    if (delta != nullptr) return wire::bids(*delta);
    return {};
  }
  std::span<const wire::Level> asks() const noexcept {
    if (snapshot != nullptr) return wire::asks(*snapshot);
    if (delta != nullptr) return wire::asks(*delta);
    return {};
  }
  // The next frame of this symbol and type continues this one.
  bool more() const noexcept { return frame.has(wire::flag::more); }

  const wire::L2Snapshot* snapshot = nullptr;
  const wire::L2Delta* delta = nullptr;
  const wire::BookStatus* status = nullptr;
  wire::FrameView frame;
};

}  // namespace trunkline::bus
