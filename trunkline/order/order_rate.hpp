// The venue's limits on orders, kept from our side: so many within a window, of which a part is left for cancellations.
//
// Thread: one at a time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <utility>
#include <vector>

#include "trunkline/core/clock.hpp"

namespace trunkline::order {

struct OrderLimit {
  std::uint32_t count = 0;
  Nanos window{0};
};

class OrderRate {
 public:
  void set_limits(std::vector<OrderLimit> limits) { limits_ = std::move(limits); }
  // The venue asked to be left alone, for so long where it said how long: nothing goes out until then, for what comes
  // too often may be shut out altogether. Each time in a row at least twice as long as the one before.
  void hold(Nanos now, Nanos wanted) noexcept {
    held_until_ = std::max(held_until_, now + std::max(wanted, next_hold_));
    next_hold_ = std::min<Nanos>(next_hold_ * 2, std::chrono::seconds{30});
  }
  // It answered again.
  void answered() noexcept { next_hold_ = std::chrono::milliseconds{500}; }
  bool held(Nanos now) const noexcept { return held_until_ > now; }

  // Counts a new order or an amendment in, where there is room beside the part of cancellations.
  bool take(Nanos now) { return !held(now) && count(now, true); }
  // Cancellations are not refused, only counted.
  void take_cancel(Nanos now) { count(now, false); }

 private:
  bool count(Nanos now, bool only_with_room) {
    Nanos longest{0};
    for (const OrderLimit& limit : limits_) longest = std::max(longest, limit.window);
    while (!sent_.empty() && now - sent_.front() >= longest) sent_.pop_front();
    if (only_with_room) {
      for (const OrderLimit& limit : limits_) {
        const auto first = std::lower_bound(sent_.begin(), sent_.end(), now - limit.window + Nanos{1});
        if (sent_.end() - first >= limit.count - limit.count / 5) return false;
      }
    }
    if (longest != Nanos{0}) sent_.push_back(now);
    return true;
  }

  std::vector<OrderLimit> limits_;
  std::deque<Nanos> sent_;
  Nanos held_until_{0};
  Nanos next_hold_ = std::chrono::milliseconds{500};
};

}  // namespace trunkline::order
