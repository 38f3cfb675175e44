// One symbol's book as Kraken keeps it: both sides cut to the subscribed depth after each message, because no removal
// is sent for a level that falls out, and the venue's checksum over the ten best of each. One thread at a time;
// applying allocates only when a side grows beyond what it ever held.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "trunkline/venue/kraken/checksum.hpp"

namespace trunkline::venue::kraken {

// One side, sorted; most changes fall near the best level, which stands at the end. Sign 1: bids; -1: asks.
template <int Sign>
class DepthSide {
 public:
  explicit DepthSide(std::uint32_t first_state) noexcept : checksum_(first_state) {}

  std::span<const wire::Level> best_last() const noexcept { return std::span(levels_).subspan(begin_); }
  std::size_t size() const noexcept { return levels_.size() - begin_; }
  bool empty() const noexcept { return size() == 0; }
  const wire::Level& best() const noexcept { return levels_.back(); }

  void clear() noexcept {
    levels_.clear();
    begin_ = 0;
    checksum_.touch(0);
  }
  // Quantity 0 removes, unknown levels too.
  void apply(const wire::Level& level) {
    const auto at = std::lower_bound(
        levels_.begin() + static_cast<std::ptrdiff_t>(begin_), levels_.end(), level.price,
        [](const wire::Level& each, Price price) { return Sign > 0 ? each.price < price : each.price > price; });
    const bool known = at != levels_.end() && at->price == level.price;
    if (!known && level.quantity.is_zero()) return;
    // Of the level, or of the one that will be behind it.
    const auto rank = static_cast<std::size_t>(levels_.end() - at) - (known ? 1 : 0);
    if (level.quantity.is_zero()) {
      levels_.erase(at);
    } else if (known) {
      at->quantity = level.quantity;
    } else {
      levels_.insert(at, level);
    }
    checksum_.touch(rank);
  }
  // Drops the worst levels beyond `depth`; each(price) is told of every one.
  template <class Each>
  void cut(std::size_t depth, Each&& each) {
    if (size() <= depth) [[likely]]
      return;
    for (; size() > depth; ++begin_) each(levels_[begin_].price);
    // What was dropped is moved over when it is as much as what is left: little work for each.
    if (begin_ >= std::max<std::size_t>(depth, 64)) {
      levels_.erase(levels_.begin(), levels_.begin() + static_cast<std::ptrdiff_t>(begin_));
      begin_ = 0;
    }
  }
  const SideChecksum& checksum(DigitShift shift) noexcept {
    checksum_.refresh(best_last(), shift);
    return checksum_;
  }
  void touch() noexcept { checksum_.touch(0); }

 private:
  std::vector<wire::Level> levels_;
  std::size_t begin_ = 0;  // levels before it were cut
  SideChecksum checksum_;
};

class DepthBook {
 public:
  explicit DepthBook(std::size_t depth) noexcept : depth_(depth) {}

  void clear() noexcept {
    bids_.clear();
    asks_.clear();
  }
  void set_digits(DigitShift shift) noexcept {
    shift_ = shift;
    bids_.touch();
    asks_.touch();
  }
  // In the order given: a price may come twice.
  void apply(std::span<const wire::Level> bids, std::span<const wire::Level> asks) {
    for (const wire::Level& level : bids) bids_.apply(level);
    for (const wire::Level& level : asks) asks_.apply(level);
  }
  template <class Each>
  void cut_bids(Each&& each) {
    bids_.cut(depth_, each);
  }
  template <class Each>
  void cut_asks(Each&& each) {
    asks_.cut(depth_, each);
  }
  std::uint32_t checksum() noexcept { return checksum_of(asks_.checksum(shift_), bids_.checksum(shift_)); }

  bool crossed() const noexcept { return !bids_.empty() && !asks_.empty() && bids_.best().price >= asks_.best().price; }
  std::size_t depth() const noexcept { return depth_; }
  const DepthSide<1>& bids() const noexcept { return bids_; }
  const DepthSide<-1>& asks() const noexcept { return asks_; }

 private:
  std::size_t depth_;
  DigitShift shift_;
  DepthSide<1> bids_{0};
  DepthSide<-1> asks_{Crc32::start};
};

}  // namespace trunkline::venue::kraken
