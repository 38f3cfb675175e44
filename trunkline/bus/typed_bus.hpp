// TradeBus and BookUpdateBus: the bus seen through a filter, with results of one type. They hold no frames of their
// own, so a trade and a book update of one connector keep their order for whoever reads both from a BusReader.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <utility>

#include "trunkline/bus/bus.hpp"
#include "trunkline/bus/events.hpp"

namespace trunkline::bus {

template <class E>
concept BusEvent = requires(wire::FrameView frame) {
  { E::types } -> std::convertible_to<TypeSet>;
  { E::from(frame) } -> std::same_as<std::optional<E>>;
};

template <BusEvent E>
struct EventPoll {
  PollKind kind = PollKind::Empty;
  E event{};                 // Frame: valid until the reader's next poll
  std::uint64_t missed = 0;  // Missed: frames of that ring, of all types: which ones they were nobody knows
  RingId ring{};             // Frame, Missed
};

// As BusReader, for the frames that are such an event.
template <BusEvent E>
class EventReader {
 public:
  explicit EventReader(BusReader reader) noexcept : reader_(std::move(reader)) {}

  EventPoll<E> poll() & noexcept {
    for (;;) {
      const BusPoll poll = reader_.poll(E::types);
      if (poll.kind != PollKind::Frame) return {poll.kind, {}, poll.missed, poll.ring};
      if (const auto event = E::from(poll.frame)) return {poll.kind, *event, 0, poll.ring};
      ++malformed_;
    }
  }
  EventPoll<E> poll() && = delete;  // the event would be gone with its reader

  // True: poll again, though what came may have been of another type.
  bool wait(Nanos timeout) noexcept { return reader_.wait(timeout); }
  bool arm() noexcept { return reader_.arm(); }
  int wake_fd() noexcept { return reader_.wake_fd(); }
  void interrupt() noexcept { reader_.interrupt(); }

  std::uint64_t total_missed() const noexcept { return reader_.total_missed(); }
  // Frames passed over because they had the type but not the shape.
  std::uint64_t malformed() const noexcept { return malformed_; }

 private:
  BusReader reader_;
  std::uint64_t malformed_ = 0;
};

template <BusEvent E>
class EventBus {
 public:
  // The bus must outlive this.
  explicit EventBus(Bus& bus) noexcept : bus_(&bus) {}

  // Any thread. Events published from now on; destroying the reader unsubscribes.
  [[nodiscard]] EventReader<E> subscribe(WaitStrategy wait = WaitStrategy::Block) {
    return EventReader<E>(bus_->subscribe(wait));
  }

 private:
  Bus* bus_;
};

using TradeBus = EventBus<TradeEvent>;
using TradeReader = EventReader<TradeEvent>;
using TradePoll = EventPoll<TradeEvent>;

using BookUpdateBus = EventBus<BookUpdateEvent>;
using BookUpdateReader = EventReader<BookUpdateEvent>;
using BookUpdatePoll = EventPoll<BookUpdateEvent>;

}  // namespace trunkline::bus
