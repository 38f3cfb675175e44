// A price ladder: the bids and asks of one symbol, by absolute quantity at a price.
//
// What it knows: levels of the last snapshot and every level touched since. Beyond the worst price of that snapshot
// (known_to) a level that nobody touched is missing; nothing that came is ever dropped.
//
// Cost: an update near the best price of a symbol whose tick is known is an array store; elsewhere two binary searches.
// Memory: for each side 8.13 bytes a tick of the window (133 kB by default; nothing before the first level), and
// 16 to 64 bytes a level outside of it, at most `max_levels` of them. One thread at a time.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "trunkline/book/ladder_side.hpp"
#include "trunkline/core/decimal.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::book {

enum class Side : std::uint8_t { Bid, Ask };

struct LadderConfig {
  Price tick = Price::absent();         // absent: not known, no window
  std::uint32_t window_ticks = 16'384;  // a power of two, 64 or more
  std::size_t max_levels = 262'144;     // outside the window, on each side
};

class Ladder {
 public:
  using Level = wire::Level;

  explicit Ladder(LadderConfig config = {})
      : bids_(config.tick, config.window_ticks, config.max_levels),
        asks_(config.tick, config.window_ticks, config.max_levels) {}

  // Quantity 0 removes, unknown levels too. Quantities below 0 are the caller's mistake. False: the side is full.
  bool apply(Side side, Price price, Quantity quantity) {
    return side == Side::Bid ? bids_.apply(price, quantity) : asks_.apply(price, quantity);
  }
  bool apply(std::span<const Level> bids, std::span<const Level> asks) {
    bool all = true;
    for (const Level& level : bids) all &= bids_.apply(level.price, level.quantity);
    for (const Level& level : asks) all &= asks_.apply(level.price, level.quantity);
    return all;
  }

  // Starts anew with a snapshot, best level first. A snapshot of several parts: replace(), then extend() for the rest.
  bool replace(std::span<const Level> bids, std::span<const Level> asks) {
    clear();
    return extend(bids, asks);
  }
  bool extend(std::span<const Level> bids, std::span<const Level> asks) {
    if (!bids.empty()) known_bid_ = bids.back().price;
    if (!asks.empty()) known_ask_ = asks.back().price;
    return apply(bids, asks);
  }
  void clear() noexcept {
    bids_.clear();
    asks_.clear();
    known_bid_ = known_ask_ = Price::absent();
  }

  // Price and quantity are absent() where the side is empty.
  Level best_bid() const noexcept { return bids_.best(); }
  Level best_ask() const noexcept { return asks_.best(); }
  Level best(Side side) const noexcept { return side == Side::Bid ? best_bid() : best_ask(); }

  // The best bid is not below the best ask.
  bool crossed() const noexcept { return !bids_.empty() && !asks_.empty() && bids_.best_key() >= -asks_.best_key(); }

  Quantity quantity_at(Side side, Price price) const noexcept {
    return side == Side::Bid ? bids_.quantity_at(price) : asks_.quantity_at(price);
  }
  std::size_t size(Side side) const noexcept { return side == Side::Bid ? bids_.size() : asks_.size(); }

  // The worst price of the last snapshot: from the best price to here every level is known, beyond it only those
  // touched. Absent where the snapshot had no level on this side.
  Price known_to(Side side) const noexcept { return side == Side::Bid ? known_bid_ : known_ask_; }

  // Best level first; `each(const Level&)` returns whether to go on.
  template <class Each>
  void walk(Side side, Each&& each) const {
    if (side == Side::Bid) {
      bids_.walk(each);
    } else {
      asks_.walk(each);
    }
  }
  // Fills `out` with the best levels and returns how many there were.
  std::size_t top(Side side, std::span<Level> out) const {
    std::size_t count = 0;
    if (out.empty()) return 0;
    walk(side, [&](const Level& level) {
      out[count++] = level;
      return count < out.size();
    });
    return count;
  }

 private:
  LadderSide<1> bids_;
  LadderSide<-1> asks_;
  Price known_bid_ = Price::absent();
  Price known_ask_ = Price::absent();
};

}  // namespace trunkline::book
