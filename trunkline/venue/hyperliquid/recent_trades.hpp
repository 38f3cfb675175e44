// Lets each trade of one coin through once, though two connections bring them and a subscription begins with those of
// before. Ids neither rise nor follow one another, and the trades of a block share its time: a trade is known by both.
// One thread at a time; no allocation.
#pragma once

#include <array>
#include <cstdint>

#include "trunkline/core/clock.hpp"
#include "trunkline/venue/venue.hpp"

namespace trunkline::venue::hyperliquid {

class RecentTrades {
 public:
  static constexpr std::size_t kept = 256;

  bool any() const noexcept { return count_ != 0; }
  Nanos newest() const noexcept { return newest_; }

  // False: it came before. `repeats`: the message may bring what came before on the same connection.
  bool take(Nanos time, std::uint64_t id, ConnectionId from, bool repeats) noexcept {
    // The connection that brought the newest block brings the rest of it, or a later one.
    const bool surely_new = time > newest_ || (time == newest_ && from == newest_from_ && !repeats);
    if (!surely_new && holds(time, id)) return false;
    if (time >= newest_) {
      newest_ = time;
      newest_from_ = from;
    }
    keys_[count_++ % kept] = {time, id};
    return true;
  }

 private:
  struct Key {
    Nanos time{0};
    std::uint64_t id = 0;
  };
  bool holds(Nanos time, std::uint64_t id) const noexcept {
    const std::size_t filled = count_ < kept ? count_ : kept;
    for (std::size_t i = 0; i < filled; ++i) {
      if (keys_[i].id == id && keys_[i].time == time) return true;
    }
    return false;
  }

  std::array<Key, kept> keys_{};
  std::size_t count_ = 0;
  Nanos newest_{0};
  ConnectionId newest_from_{};
};

}  // namespace trunkline::venue::hyperliquid
