// Diff events that wait for a snapshot, or for the events before them. Bounded: says no when it is full.
// One thread at a time.
#pragma once

#include <cstdint>
#include <deque>
#include <span>
#include <utility>
#include <vector>

#include "trunkline/book/sync_rule.hpp"
#include "trunkline/core/clock.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::book {

struct HeldDelta {
  UpdateIds ids;
  Nanos exchange_time{0};
  std::uint32_t source = 0;  // which connection brought it
  std::size_t bid_count = 0;
  std::vector<wire::Level> levels;  // bids, then asks

  std::span<const wire::Level> bids() const noexcept { return std::span(levels).first(bid_count); }
  std::span<const wire::Level> asks() const noexcept { return std::span(levels).subspan(bid_count); }
};

struct HoldLimits {
  std::size_t events = 4'096;
  std::size_t levels = 65'536;  // of all events together; 16 bytes each
};

class HeldDeltas {
 public:
  explicit HeldDeltas(HoldLimits limits) noexcept : limits_(limits) {}

  bool empty() const noexcept { return events_.empty(); }
  std::size_t size() const noexcept { return events_.size(); }
  const HeldDelta& front() const noexcept { return events_.front(); }

  bool full_for(const HeldDelta& event) const noexcept {
    return events_.size() >= limits_.events || levels_ + event.levels.size() > limits_.levels;
  }
  [[nodiscard]] bool push(HeldDelta event) {
    if (full_for(event)) return false;
    levels_ += event.levels.size();
    events_.push_back(std::move(event));
    return true;
  }
  const HeldDelta& operator[](std::size_t index) const noexcept { return events_[index]; }
  HeldDelta take(std::size_t index) {
    HeldDelta event = std::move(events_[index]);
    levels_ -= event.levels.size();
    events_.erase(events_.begin() + static_cast<std::ptrdiff_t>(index));
    return event;
  }
  void clear() noexcept {
    events_.clear();
    levels_ = 0;
  }

 private:
  HoldLimits limits_;
  std::deque<HeldDelta> events_;
  std::size_t levels_ = 0;
};

}  // namespace trunkline::book
