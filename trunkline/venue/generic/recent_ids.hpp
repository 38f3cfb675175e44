// Lets each id through once while it is among the last `window` ids, in whatever order they come and whether they are
// numbers or hashes of texts. No allocation after construction. One thread at a time.
#pragma once

#include <cstdint>
#include <vector>

namespace trunkline::venue::generic {

class RecentIds {
 public:
  static constexpr std::size_t window = 2'048;

  // True: not seen among the last ones.
  bool take(std::uint64_t id) {
    if (slots_.empty()) {
      slots_.assign(4 * window, {});
      order_.assign(window, 0);
    }
    std::size_t at = home(id);
    for (; slots_[at].used; at = next(at)) {
      if (slots_[at].id == id) return false;
    }
    if (count_ == window) {
      forget(order_[oldest_]);
      // What moved up may have left a place nearer to home.
      for (at = home(id); slots_[at].used; at = next(at)) {
      }
    } else {
      ++count_;
    }
    slots_[at] = {id, true};
    order_[oldest_] = id;
    oldest_ = (oldest_ + 1) % window;
    return true;
  }

 private:
  struct Slot {
    std::uint64_t id = 0;
    bool used = false;
  };
  std::size_t home(std::uint64_t id) const noexcept {
    return static_cast<std::size_t>((id * 0x9E37'79B9'7F4A'7C15ULL) >> 51) % slots_.size();
  }
  std::size_t next(std::size_t at) const noexcept { return (at + 1) % slots_.size(); }
  // Takes it out and moves up those behind it that were pushed away from their place.
  void forget(std::uint64_t id) {
    std::size_t hole = home(id);
    while (slots_[hole].id != id || !slots_[hole].used) hole = next(hole);
    for (std::size_t at = next(hole); slots_[at].used; at = next(at)) {
      const std::size_t wanted = home(slots_[at].id);
      const bool stays = hole < at ? hole < wanted && wanted <= at : hole < wanted || wanted <= at;
      if (stays) continue;
      slots_[hole] = slots_[at];
      hole = at;
    }
    slots_[hole].used = false;
  }

  std::vector<Slot> slots_;
  std::vector<std::uint64_t> order_;
  std::size_t oldest_ = 0;
  std::size_t count_ = 0;
};

}  // namespace trunkline::venue::generic
