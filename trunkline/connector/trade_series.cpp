#include "trunkline/connector/trade_series.hpp"

#include <algorithm>
#include <utility>

namespace trunkline::connector {

bool TradeSeries::mark(std::uint64_t id) noexcept {
  if (id > last_) {
    const std::uint64_t oldest = id < window ? 0 : id - window + 1;
    for (std::uint64_t entering = std::max(last_ + 1, oldest); entering <= id; ++entering) {
      seen_.remove(entering);
      told_.remove(entering);
    }
    last_ = id;
  } else if (last_ - id >= window || seen_.has(id)) {
    return false;
  }
  seen_.add(id);
  return true;
}

std::uint64_t TradeSeries::tell(const Hole& hole) noexcept {
  std::uint64_t count = 0;
  const std::uint64_t oldest = last_ < window ? 0 : last_ - window + 1;
  for (std::uint64_t id = std::max(hole.first, oldest); id <= std::min(hole.last, last_); ++id) {
    if (seen_.has(id) || told_.has(id)) continue;
    told_.add(id);
    ++count;
  }
  return count;
}

std::uint64_t TradeSeries::settle(std::size_t source, bool other_connected) {
  std::uint64_t lost = 0;
  std::erase_if(holes_, [&](const Hole& hole) {
    // Whoever might have filled it is past it, or is not there.
    const bool settled = from_[1 - hole.of].last > hole.last || (hole.of == source && !other_connected);
    if (settled) lost += tell(hole);
    return settled;
  });
  return lost;
}

TradeSeries::Answer TradeSeries::take(std::size_t source, std::uint64_t id, bool other_connected) {
  Source& from = from_[source];
  // A venue that was set up anew counts from the start.
  if (id + window < from.last) *this = {};
  Answer answer;
  const std::uint64_t missed = std::min(std::exchange(from.missed, 0), id == 0 ? 0 : id - 1);
  // What lies before the window and after the newest cannot be remembered one by one.
  const std::uint64_t before = std::max(last_, id - missed - 1);
  if (missed != 0 && last_ != 0 && id > before + window) answer.lost = id - before - window;
  answer.fresh = mark(id);
  from.last = std::max(from.last, id);
  if (missed != 0) holes_.push_back({id - missed, id - 1, source});
  answer.lost += settle(source, other_connected);
  return answer;
}

}  // namespace trunkline::connector
