// The book of one market cut to a depth, as clients of that depth hold it, and what they are told when it changes: new
// and changed levels, levels that come up from below the cut, removals; but nothing of a level that falls below it.
//
// Thread: one at a time.
#pragma once

#include <span>
#include <vector>

#include "sandbox/market/listed_market.hpp"

namespace trunkline::sandbox::kraken {

class DepthView {
 public:
  DepthView(const ListedMarket& market, std::size_t depth);

  struct Change {
    std::vector<BookLevel> bids;
    std::vector<BookLevel> asks;
    bool empty() const noexcept { return bids.empty() && asks.empty(); }
  };
  // After the market changed these levels.
  Change follow(const ListedMarket& market, std::span<const match::LevelChange> changes);

  std::span<const BookLevel> bids() const noexcept { return bids_; }
  std::span<const BookLevel> asks() const noexcept { return asks_; }
  std::size_t depth() const noexcept { return depth_; }

 private:
  std::vector<BookLevel> cut(const ListedMarket& market, match::Side side) const;
  bool concerns(std::span<const BookLevel> side, const match::LevelChange& change) const;

  std::size_t depth_;
  std::vector<BookLevel> bids_;  // best first
  std::vector<BookLevel> asks_;
};

}  // namespace trunkline::sandbox::kraken
