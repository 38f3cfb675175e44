// Keeps what is sent within a weight per window of time. Pure logic: the caller passes the time, which must not run
// backwards. One thread at a time.
//
// The window slides, so the limit holds for the venue's fixed windows wherever they begin.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <string_view>

#include "trunkline/core/clock.hpp"

namespace trunkline::net {

struct RateLimit {
  std::uint32_t weight = 0;  // per window; 0: no limit
  Nanos window = std::chrono::minutes{1};
};

enum class Urgency : std::uint8_t { Normal, Low };

class RateLimiter {
 public:
  explicit RateLimiter(RateLimit limit) noexcept : limit_(limit) {}

  // How long from `now` until something of this weight may be sent; zero: now. Low also waits while sending it would
  // use more than half of the limit. What weighs more than the whole limit goes when the window is empty.
  Nanos wait(Nanos now, std::uint32_t weight, Urgency urgency = Urgency::Normal);
  void sent(Nanos now, std::uint32_t weight);

  // The venue's own count. More than ours means that others share the limit (same address): theirs count from now on.
  void told_used(Nanos now, std::uint32_t used);
  // Nothing may be sent before `until`; a shorter hold does not shorten a longer one.
  void hold_until(Nanos until) noexcept { held_until_ = std::max(held_until_, until); }
  Nanos held_until() const noexcept { return held_until_; }

  std::uint32_t used(Nanos now);

 private:
  struct Entry {
    Nanos time;
    std::uint32_t weight;
  };
  void expire(Nanos now);

  RateLimit limit_;
  std::deque<Entry> entries_;
  std::uint64_t used_ = 0;
  Nanos held_until_{INT64_MIN};
};

// Retry-After (RFC 9110, 10.2.3): seconds, or an HTTP date. Counted from `unix_now`; none where it is neither.
std::optional<Nanos> parse_retry_after(std::string_view text, Nanos unix_now);

}  // namespace trunkline::net
