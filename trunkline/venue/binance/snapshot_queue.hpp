// Which books wait for a snapshot, and when each may ask again. A few requests are under way at a time, so that a new
// fault does not wait behind hundreds of others; the session keeps to the venue's weights. One thread at a time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <vector>

#include "trunkline/core/clock.hpp"

namespace trunkline::venue::binance {

class SnapshotQueue {
 public:
  static constexpr unsigned max_under_way = 5;
  static constexpr Nanos first_pause = std::chrono::milliseconds{250};
  static constexpr Nanos longest_pause = std::chrono::seconds{30};

  // This book needs a snapshot, now or after a pause that doubles with each try in vain. Nothing changes where it
  // waits already, or where a request is under way.
  void add(std::uint32_t feed, Nanos now) {
    Entry& entry = at(feed);
    if (entry.state != State::Idle) return;
    entry.state = State::Waiting;
    entry.due = now + pause(entry.tries);
    waiting_.push_back(feed);
  }
  // The next book that may ask now; it is then under way.
  std::optional<std::uint32_t> next(Nanos now) {
    if (under_way_ >= max_under_way) return std::nullopt;
    const auto found =
        std::find_if(waiting_.begin(), waiting_.end(), [&](std::uint32_t feed) { return entries_[feed].due <= now; });
    if (found == waiting_.end()) return std::nullopt;
    const std::uint32_t feed = *found;
    waiting_.erase(found);
    Entry& entry = entries_[feed];
    entry.state = State::UnderWay;
    ++entry.tries;
    ++under_way_;
    return feed;
  }
  // The reply came. False: nobody had asked.
  bool answered(std::uint32_t feed) {
    if (feed >= entries_.size() || entries_[feed].state != State::UnderWay) return false;
    entries_[feed].state = State::Idle;
    --under_way_;
    return true;
  }
  // The book is in step: the next fault asks at once.
  void settled(std::uint32_t feed) { at(feed).tries = 0; }
  // It does not want one any more; a request under way is still answered.
  void drop(std::uint32_t feed) {
    Entry& entry = at(feed);
    entry.tries = 0;
    if (entry.state != State::Waiting) return;
    entry.state = State::Idle;
    std::erase(waiting_, feed);
  }

 private:
  enum class State : std::uint8_t { Idle, Waiting, UnderWay };
  struct Entry {
    State state = State::Idle;
    unsigned tries = 0;
    Nanos due{0};
  };
  static Nanos pause(unsigned tries) noexcept {
    if (tries == 0) return Nanos{0};
    return std::min(longest_pause, first_pause * (std::int64_t{1} << std::min(tries - 1, 10U)));
  }
  Entry& at(std::uint32_t feed) {
    if (feed >= entries_.size()) entries_.resize(feed + 1);
    return entries_[feed];
  }

  std::vector<Entry> entries_;
  std::vector<std::uint32_t> waiting_;
  unsigned under_way_ = 0;
};

}  // namespace trunkline::venue::binance
