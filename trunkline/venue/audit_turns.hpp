// Whose turn for an audit it is: each of many books once an interval, one after the other, so that audits are one small
// stream of requests.
//
// Thread: one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "trunkline/core/clock.hpp"

namespace trunkline::venue {

class AuditTurns {
 public:
  // The number below `count` of the next book for which ready(number) holds, where a turn has come; interval 0: never.
  template <class Ready>
  std::optional<std::uint32_t> next(Nanos now, Nanos interval, std::size_t count, Ready ready) {
    if (interval == Nanos{0} || count == 0) return std::nullopt;
    const Nanos step = interval / static_cast<std::int64_t>(count);
    if (next_turn_ == Nanos{0}) next_turn_ = now + step;  // a book that has just begun needs none yet
    // A turn farther away than the interval is of a clock that was set back.
    if (now < next_turn_ && next_turn_ - now <= interval) return std::nullopt;
    next_turn_ = now + step;
    for (std::size_t i = 0; i < count; ++i) {
      last_ = static_cast<std::uint32_t>((last_ + 1) % count);
      if (ready(last_)) return last_;
    }
    return std::nullopt;
  }

 private:
  std::uint32_t last_ = 0;
  Nanos next_turn_{0};
};

}  // namespace trunkline::venue
