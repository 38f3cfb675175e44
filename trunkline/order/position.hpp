// A position of an account in a derivative, as the venue tells it.
#pragma once

#include "trunkline/core/clock.hpp"
#include "trunkline/core/decimal.hpp"
#include "trunkline/core/symbol.hpp"

namespace trunkline::order {

struct Position {
  SymbolHash trading_pair = 0;
  Quantity quantity{};  // negative: short
  Price entry_price = Price::absent();
  Price mark_price = Price::absent();
  Price liquidation_price = Price::absent();
  Price unrealized_pnl = Price::absent();
  Price realized_pnl = Price::absent();
  std::uint32_t leverage = 0;  // 0: not told
  Nanos updated{0};            // of which moment it is, on the venue's clock; 0: not told
};

// What positions in a symbol are marked and paid by.
struct Marks {
  Price mark_price = Price::absent();
  Price index_price = Price::absent();
  Rate funding_rate = Rate::absent();
  Nanos next_funding_time{0};
};

}  // namespace trunkline::order
