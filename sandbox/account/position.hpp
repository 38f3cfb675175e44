// A perpetual position in one instrument, netted: signed amount, average entry, what closing has realised.
//
// Thread: one at a time.
#pragma once

#include "trunkline/core/decimal.hpp"
#include "trunkline/match/order.hpp"

namespace trunkline::sandbox {

struct Position {
  Quantity amount{};    // negative: short
  Price entry{};        // average of what is open; zero when flat
  Quantity realised{};  // in the quote asset, before fees
  int leverage = 20;
  bool isolated = false;
  std::int64_t updated_ms = 0;

  // One fill. Returns what it realised in the quote asset, raw.
  std::int64_t apply(match::Side side, Price price, Quantity quantity);
  // Gain of the open amount at this price, raw; rounded toward zero.
  std::int64_t unrealised(Price mark) const noexcept;
};

}  // namespace trunkline::sandbox
