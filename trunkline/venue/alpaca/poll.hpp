// When a request that is made again and again is due: after its interval where it went well, sooner and then ever later
// where it failed. One thread at a time.
#pragma once

#include <algorithm>

#include "trunkline/core/clock.hpp"

namespace trunkline::venue::alpaca {

class Poll {
 public:
  static constexpr Nanos first_pause = std::chrono::seconds{2};
  static constexpr Nanos longest_pause = std::chrono::minutes{5};

  explicit Poll(Nanos interval) noexcept : interval_(interval) {}

  // True once for each time it is due; done() or failed() must follow.
  bool take(Nanos now) noexcept {
    // A due time far ahead means that the clock was set back.
    if (under_way_ || (now < due_ && due_ - now <= interval_ + longest_pause)) return false;
    return under_way_ = true;
  }
  void done(Nanos now) noexcept {
    under_way_ = false;
    failures_ = 0;
    due_ = now + interval_;
  }
  void failed(Nanos now) noexcept {
    under_way_ = false;
    due_ = now + std::min(longest_pause, first_pause * (1 << std::min(failures_++, 8)));
  }
  // Due at once, unless an answer is on its way.
  void hurry() noexcept { due_ = Nanos{0}; }

 private:
  Nanos interval_;
  Nanos due_{0};
  int failures_ = 0;
  bool under_way_ = false;
};

}  // namespace trunkline::venue::alpaca
