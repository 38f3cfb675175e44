// What Hyperliquid's market messages say, as plain values; texts lie in the message. Field names are the venue's own,
// see docs/venues/hyperliquid.md.
#pragma once

#include <cstdint>
#include <string_view>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/decimal.hpp"

namespace trunkline::venue::hyperliquid {

struct TradeMessage {
  std::string_view coin;
  Nanos time{0};  // of its block
  std::uint64_t id = 0;
  Price price;
  Quantity quantity;
  bool buy = false;  // what the aggressor did
};

// Absent where a side is empty.
struct QuoteMessage {
  std::string_view coin;
  Nanos time{0};
  Price bid_price = Price::absent();
  Quantity bid_quantity = Quantity::absent();
  Price ask_price = Price::absent();
  Quantity ask_quantity = Quantity::absent();
};

// Levels stand in a buffer beside it, bids first, asks behind them.
struct BookMessage {
  std::string_view coin;
  Nanos time{0};
  std::size_t bid_count = 0;
  std::size_t ask_count = 0;
};

// Absent what the venue does not say.
struct TickerMessage {
  std::string_view coin;
  Rate funding = Rate::absent();  // of an hour
  Price mark_price = Price::absent();
  Price oracle_price = Price::absent();
  Quantity open_interest = Quantity::absent();  // in the coin
};

struct BarMessage {
  std::string_view coin;
  Nanos open_time{0};
  Nanos interval{0};
  Price open;
  Price high;
  Price low;
  Price close;
  Quantity volume = Quantity::absent();  // absent: beyond the range
  std::uint64_t trades = 0;
};

}  // namespace trunkline::venue::hyperliquid
