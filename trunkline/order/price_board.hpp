// The best prices of each symbol's book as far as it is Live: what the price collar compares with.
//
// Thread: any; a short lock.
#pragma once

#include <mutex>
#include <optional>
#include <unordered_map>

#include "trunkline/core/decimal.hpp"
#include "trunkline/core/symbol.hpp"

namespace trunkline::order {

struct BestPrices {
  Price bid = Price::absent();
  Price ask = Price::absent();
};

class PriceBoard {
 public:
  void set(SymbolHash symbol, BestPrices prices) {
    const std::lock_guard lock(mutex_);
    prices_[symbol] = prices;
  }
  // The book is not Live: there is nothing to compare with.
  void forget(SymbolHash symbol) {
    const std::lock_guard lock(mutex_);
    prices_.erase(symbol);
  }
  std::optional<BestPrices> live(SymbolHash symbol) const {
    const std::lock_guard lock(mutex_);
    const auto found = prices_.find(symbol);
    return found == prices_.end() ? std::nullopt : std::optional(found->second);
  }

 private:
  mutable std::mutex mutex_;
  std::unordered_map<SymbolHash, BestPrices> prices_;
};

}  // namespace trunkline::order
