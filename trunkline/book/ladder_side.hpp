// One side of a ladder. Near the best price, where most updates fall, a level is a slot in an array of ticks and a bit
// in a bitmap; every other price, off the grid or outside the window, is in a LevelList. No level is ever lost: the
// window follows the best price, and what it leaves moves to the list and back.
//
// Memory: window_ticks * 8.13 bytes once the first level came, and the list's. One thread at a time.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>
#include <limits>
#include <vector>

#include "trunkline/book/level_list.hpp"
#include "trunkline/core/decimal.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::book {

// The grid of prices: multiples of one tick. Says by one multiplication whether a price is on it, and at which tick.
class TickGrid {
 public:
  TickGrid() = default;
  explicit TickGrid(Price tick) noexcept {
    if (tick.is_absent() || tick.raw() <= 0) return;
    tick_ = tick.raw();
    const auto unsigned_tick = static_cast<std::uint64_t>(tick_);
    shift_ = std::countr_zero(unsigned_tick);
    const std::uint64_t odd = unsigned_tick >> shift_;
    inverse_ = odd;  // Newton's iteration modulo 2^64: each step doubles the right bits
    for (int i = 0; i < 5; ++i) inverse_ *= 2 - odd * inverse_;
    limit_ = ~std::uint64_t{0} / unsigned_tick;
  }

  bool known() const noexcept { return tick_ != 0; }
  std::int64_t tick() const noexcept { return tick_; }
  // Prices that are not on the grid, and those below 0, give a number above any real tick.
  static constexpr std::uint64_t off_grid = ~std::uint64_t{0};
  std::uint64_t tick_of(Price price) const noexcept {
    const std::uint64_t tick = std::rotr(static_cast<std::uint64_t>(price.raw()) * inverse_, shift_);
    return tick <= limit_ && price.raw() >= 0 ? tick : off_grid;
  }

 private:
  std::int64_t tick_ = 0;
  std::uint64_t inverse_ = 0;
  std::uint64_t limit_ = 0;
  int shift_ = 0;
};

// Sign 1: bids; -1: asks. A rank is Sign times the tick, so that the best level has the greatest rank on both sides.
template <int Sign>
class LadderSide {
 public:
  // window_ticks: a power of two, 64 or more. max_listed: levels outside the window, beyond which apply() refuses.
  LadderSide(Price tick, std::uint32_t window_ticks, std::size_t max_listed) : grid_(tick), max_listed_(max_listed) {
    if (!grid_.known()) return;
    // Ticks below the limit leave room for two windows beside them in 64 bits of price.
    const std::int64_t ticks = std::numeric_limits<std::int64_t>::max() / grid_.tick();
    if (ticks <= std::int64_t{4} * window_ticks) return;
    tick_limit_ = static_cast<std::uint64_t>(ticks - std::int64_t{2} * window_ticks);
    window_ = window_ticks;
    mask_ = window_ - 1;
  }

  // Quantity 0 removes. False: refused, the side holds all that it may.
  bool apply(Price price, Quantity quantity) {
    const std::uint64_t tick = grid_.tick_of(price);
    const std::int64_t rank = Sign * static_cast<std::int64_t>(tick);
    if (tick != TickGrid::off_grid && in_window(rank)) [[likely]] {
      set_in_window(rank, quantity.raw());
      return true;
    }
    return apply_outside(price, tick, quantity.raw());
  }

  bool empty() const noexcept { return best_key() == LevelList::no_key; }
  std::size_t size() const noexcept { return in_window_count_ + list_.size(); }
  // Key of the best level as LevelList orders them, no_key where the side is empty.
  std::int64_t best_key() const noexcept { return best_key_ > list_.best_key() ? best_key_ : list_.best_key(); }
  static Price price_of(std::int64_t key) noexcept { return Price::from_raw(Sign * key); }

  wire::Level best() const noexcept {
    if (best_key_ > list_.best_key()) return {price_of(best_key_), Quantity::from_raw(slots_[slot(best_rank_)])};
    if (list_.empty()) return {Price::absent(), Quantity::absent()};
    const auto entry = list_.best();
    return {price_of(entry.key), Quantity::from_raw(entry.quantity)};
  }

  Quantity quantity_at(Price price) const noexcept {
    const std::uint64_t tick = grid_.tick_of(price);
    const std::int64_t rank = Sign * static_cast<std::int64_t>(tick);
    if (tick != TickGrid::off_grid && in_window(rank)) return Quantity::from_raw(slots_[slot(rank)]);
    return Quantity::from_raw(list_.quantity_at(Sign * price.raw()));
  }

  // Best level first, until `each` returns false.
  template <class Each>
  void walk(Each&& each) const {
    LevelList::Walk list(list_);
    std::int64_t rank = best_rank_;
    while (rank != no_rank || !list.done()) {
      if (rank != no_rank && rank * grid_.tick() > list.key()) {
        const wire::Level level{price_of(rank * grid_.tick()), Quantity::from_raw(slots_[slot(rank)])};
        if (!each(level)) return;
        rank = next_below(rank);
      } else {
        const auto entry = list.entry();
        if (!each(wire::Level{price_of(entry.key), Quantity::from_raw(entry.quantity)})) return;
        list.step();
      }
    }
  }

  void clear() noexcept {
    if (in_window_count_ != 0) {
      for_each_bit([this](std::int64_t rank) { slots_[slot(rank)] = 0; });
      std::memset(words_.data(), 0, words_.size() * sizeof words_[0]);
      std::memset(summary_.data(), 0, summary_.size() * sizeof summary_[0]);
    }
    in_window_count_ = 0;
    set_best(no_rank);
    list_.clear();
  }

 private:
  static constexpr std::int64_t no_rank = LevelList::no_key;

  // Nothing is, until the first level has placed the window.
  bool in_window(std::int64_t rank) const noexcept {
    return static_cast<std::uint64_t>(rank) - static_cast<std::uint64_t>(base_) < window_in_use_;
  }
  std::size_t slot(std::int64_t rank) const noexcept { return static_cast<std::uint64_t>(rank) & mask_; }
  void set_best(std::int64_t rank) noexcept {
    best_rank_ = rank;
    best_key_ = rank == no_rank ? LevelList::no_key : rank * grid_.tick();
  }

  void set_in_window(std::int64_t rank, std::int64_t quantity) {
    const std::size_t at = slot(rank);
    const std::int64_t before = slots_[at];
    slots_[at] = quantity;
    if (quantity != 0) {
      if (before == 0) {
        words_[at / 64] |= std::uint64_t{1} << at % 64;
        summary_[at / 4096] |= std::uint64_t{1} << at / 64 % 64;
        ++in_window_count_;
        if (rank > best_rank_) set_best(rank);
      }
    } else if (before != 0) {
      words_[at / 64] &= ~(std::uint64_t{1} << at % 64);
      if (words_[at / 64] == 0) {
        summary_[at / 4096] &= ~(std::uint64_t{1} << at / 64 % 64);
      }
      --in_window_count_;
      if (rank == best_rank_) best_removed(rank);
    }
  }

  void best_removed(std::int64_t rank) {
    set_best(next_below(rank));
    // The window follows a best price that has fallen to its last eighth.
    if (best_rank_ == no_rank) {
      if (!list_.empty()) follow_list();
    } else if (best_rank_ - base_ < static_cast<std::int64_t>(window_ / 8)) {
      move_window(best_rank_);
    }
  }

  bool apply_outside(Price price, std::uint64_t tick, std::int64_t quantity) {
    const std::int64_t key = Sign * price.raw();
    if (quantity != 0) {
      if (list_.size() >= max_listed_ && list_.quantity_at(key) == 0) return false;
      if (tick < tick_limit_ && key > best_key_) {
        move_window(Sign * static_cast<std::int64_t>(tick));
        set_in_window(Sign * static_cast<std::int64_t>(tick), quantity);
        return true;
      }
    }
    list_.set(key, quantity);
    return true;
  }

  // The window is empty and the list is not: the best level there that is on the grid is where the book is now.
  void follow_list() {
    LevelList::Walk list(list_);
    for (int looked_at = 0; !list.done() && looked_at < 16; list.step(), ++looked_at) {
      const std::uint64_t tick = grid_.tick_of(price_of(list.key()));
      if (tick >= tick_limit_) continue;
      move_window(Sign * static_cast<std::int64_t>(tick));
      return;
    }
  }

  // Puts the window so that `best` has a quarter of it above, and exchanges levels with the list.
  void move_window(std::int64_t best) {
    const std::int64_t base = best - static_cast<std::int64_t>(window_ / 4 * 3);
    const std::int64_t end = base + static_cast<std::int64_t>(window_);
    if (slots_.empty()) {
      slots_.resize(window_);
      words_.resize(window_ / 64);
      summary_.resize((window_ + 4095) / 4096);
      window_in_use_ = window_;
    }
    if (in_window_count_ != 0) {
      for_each_bit([&](std::int64_t rank) {
        if (rank >= base && rank < end) return;
        const std::size_t at = slot(rank);
        list_.set(rank * grid_.tick(), slots_[at]);
        slots_[at] = 0;
        words_[at / 64] &= ~(std::uint64_t{1} << at % 64);
        if (words_[at / 64] == 0) {
          summary_[at / 4096] &= ~(std::uint64_t{1} << at / 64 % 64);
        }
        --in_window_count_;
      });
      if (best_rank_ < base || best_rank_ >= end) set_best(no_rank);
    }
    base_ = base;
    list_.extract(base * grid_.tick(), (end - 1) * grid_.tick(), [this](const LevelList::Entry& entry) {
      const std::uint64_t tick = grid_.tick_of(price_of(entry.key));
      if (tick >= tick_limit_ + window_) return false;
      set_in_window(Sign * static_cast<std::int64_t>(tick), entry.quantity);
      return true;
    });
    if (best_rank_ == no_rank && in_window_count_ != 0)
      set_best(next_below(base_ + static_cast<std::int64_t>(window_)));
  }

  // The greatest rank in use below `rank`, where `rank` is at most one past the window's end.
  std::int64_t next_below(std::int64_t rank) const noexcept {
    if (in_window_count_ == 0) return no_rank;
    const std::size_t at = slot(rank);
    std::size_t word = at / 64;
    std::uint64_t bits = words_[word] & ((std::uint64_t{1} << at % 64) - 1);
    if (bits == 0) {
      std::size_t group = word / 64;
      std::uint64_t groups = summary_[group] & ((std::uint64_t{1} << word % 64) - 1);
      for (std::size_t turn = 0; groups == 0; ++turn) {
        if (turn == summary_.size()) return no_rank;
        group = group == 0 ? summary_.size() - 1 : group - 1;
        groups = summary_[group];
      }
      word = group * 64 + static_cast<std::size_t>(63 - std::countl_zero(groups));
      bits = words_[word];
    }
    const std::size_t found = word * 64 + static_cast<std::size_t>(63 - std::countl_zero(bits));
    // Slots run round the window: the distance is counted modulo its size.
    const std::int64_t below = rank - static_cast<std::int64_t>(((at - found - 1) & mask_) + 1);
    return below < base_ ? no_rank : below;
  }

  template <class Each>
  void for_each_bit(Each&& each) {
    for (std::size_t word = 0; word < words_.size(); ++word) {
      for (std::uint64_t bits = words_[word]; bits != 0; bits &= bits - 1) {
        const std::size_t at = word * 64 + static_cast<std::size_t>(std::countr_zero(bits));
        each(base_ + static_cast<std::int64_t>((at - slot(base_)) & mask_));
      }
    }
  }

  TickGrid grid_;
  std::size_t max_listed_;
  std::uint64_t tick_limit_ = 0;  // higher ticks are kept in the list
  std::size_t window_ = 0;
  std::size_t window_in_use_ = 0;
  std::size_t mask_ = 0;
  std::int64_t base_ = 0;  // lowest rank of the window
  std::int64_t best_rank_ = no_rank;
  std::int64_t best_key_ = LevelList::no_key;
  std::size_t in_window_count_ = 0;
  std::vector<std::int64_t> slots_;
  std::vector<std::uint64_t> words_;
  std::vector<std::uint64_t> summary_;
  LevelList list_;
};

}  // namespace trunkline::book
