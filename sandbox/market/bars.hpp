// Minute bars of one symbol: made-up ones before the sandbox began, then what traded.
#pragma once

#include <cstdint>
#include <deque>

#include "sandbox/flow/instrument.hpp"
#include "trunkline/core/clock.hpp"
#include "trunkline/core/decimal.hpp"

namespace trunkline::sandbox {

struct Bar {
  std::int64_t open_ms = 0;  // Unix
  std::int64_t close_ms = 0;
  Price open{}, high{}, low{}, close{};
  std::int64_t volume = 0;      // raw Quantity
  std::int64_t buy_volume = 0;  // of it, bought by takers
  Int128 turnover = 0;          // price x quantity, 1e-16
  Int128 buy_turnover = 0;
  std::int64_t first_trade = -1, last_trade = -1;
  std::int64_t trades = 0;
};

class Bars {
 public:
  explicit Bars(const Instrument& instrument, std::int64_t begin_ms, std::uint64_t seed);

  void add(std::int64_t time_ms, Price price, Quantity quantity, bool taker_bought, std::int64_t trade_id);
  // The bar of `interval_ms` that holds this moment; open = high = low = close = last price where nothing traded.
  Bar at(std::int64_t time_ms, std::int32_t interval_ms) const;

 private:
  static constexpr std::size_t most_minutes = 1500;
  Bar made_up(std::int64_t open_ms, std::int32_t interval_ms) const;
  Bar empty(std::int64_t open_ms, std::int32_t interval_ms) const;

  Price start_;
  Price tick_;
  std::int64_t begin_ms_;
  std::uint64_t seed_;
  std::deque<Bar> minutes_;  // those in which something traded
  Price last_;
};

}  // namespace trunkline::sandbox
