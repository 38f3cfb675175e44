// What an account has of each asset, exact: free, and locked by open orders.
//
// Thread: one at a time.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "trunkline/core/decimal.hpp"

namespace trunkline::sandbox {

struct Balance {
  Quantity free{};
  Quantity locked{};
  Quantity total() const noexcept { return Quantity::from_raw(free.raw() + locked.raw()); }
};

class Wallet {
 public:
  const Balance& of(std::string_view asset) const {
    static const Balance none;
    const auto found = balances_.find(asset);
    return found == balances_.end() ? none : found->second;
  }
  void add(std::string_view asset, std::int64_t raw) {
    Balance& balance = entry(asset);
    balance.free = Quantity::from_raw(balance.free.raw() + raw);
  }
  // Moves from free to locked; negative: back.
  void lock(std::string_view asset, std::int64_t raw) {
    Balance& balance = entry(asset);
    balance.free = Quantity::from_raw(balance.free.raw() - raw);
    balance.locked = Quantity::from_raw(balance.locked.raw() + raw);
  }
  const std::map<std::string, Balance, std::less<>>& all() const noexcept { return balances_; }

 private:
  Balance& entry(std::string_view asset) {
    const auto found = balances_.find(asset);
    return found != balances_.end() ? found->second : balances_.emplace(std::string(asset), Balance{}).first->second;
  }
  std::map<std::string, Balance, std::less<>> balances_;
};

}  // namespace trunkline::sandbox
