// How a paper venue behaves. docs/paper-trading.md says what is modelled and what is not.
//
// Thread: values.
#pragma once

#include <cstdint>
#include <vector>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/decimal.hpp"
#include "trunkline/order/order_types.hpp"

namespace trunkline::paper {

// Where an order of ours stands among what the venue displays at its price: the two bounds of what is possible.
enum class QueueModel : std::uint8_t {
  Back,   // behind all of it; what goes without a trade goes from behind us
  Front,  // ahead of all of it
};

struct StartingBalance {
  order::Currency currency;
  Quantity amount{};
};

inline constexpr Quantity default_balance = Quantity::from_int(100'000);

struct PaperConfig {
  QueueModel queue = QueueModel::Back;
  Nanos latency = std::chrono::milliseconds{50};       // from us to the venue, and again from there to us
  Rate maker_fee = Rate::from_raw(Rate::one / 1'000);  // of the notional, in the quote currency; negative: a rebate
  Rate taker_fee = Rate::from_raw(Rate::one / 1'000);
  // Empty: `default_balance` of each quote currency that stands for US dollars.
  std::vector<StartingBalance> balances = {};
  std::uint32_t leverage = 20;  // of derivatives, until it is set
};

}  // namespace trunkline::paper
