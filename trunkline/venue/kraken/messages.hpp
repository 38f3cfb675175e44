// What Kraken's WebSocket v2 messages say, as plain values; texts lie in the message. Field names are the venue's own,
// see docs/venues/kraken.md. Prices and quantities count the symbol's units, see Instrument::unit_exponent.
#pragma once

#include <cstdint>
#include <string_view>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/decimal.hpp"

namespace trunkline::venue::kraken {

struct TradeMessage {
  std::string_view symbol;
  Nanos time{0};
  std::uint64_t id = 0;
  Price price;
  Quantity quantity;
  bool buy = false;  // what the aggressor did
};

struct QuoteMessage {
  std::string_view symbol;
  Nanos time{0};  // 0 where the venue does not say
  Price bid_price;
  Quantity bid_quantity;
  Price ask_price;
  Quantity ask_quantity;
};

// Of prices and quantities as the venue prints them: 2 and 8 for 105944.20 x 0.13600000.
struct Decimals {
  std::uint8_t price = 0;
  std::uint8_t quantity = 0;
  friend bool operator==(Decimals, Decimals) = default;
};

// Levels stand in a buffer beside it, bids first, asks behind them.
struct BookMessage {
  std::string_view symbol;
  Nanos time{0};
  std::size_t bid_count = 0;
  std::size_t ask_count = 0;
  std::uint32_t checksum = 0;
  Decimals decimals;  // the most that a level shows; only of a snapshot
};

struct BarMessage {
  std::string_view symbol;
  Nanos time{0};  // of the message; 0 where the venue does not say
  Nanos open_time{0};
  Nanos interval{0};
  Price open;
  Price high;
  Price low;
  Price close;
  Quantity volume = Quantity::absent();  // absent: beyond the range
  std::uint64_t trades = 0;
};

// To one symbol of a subscribe or unsubscribe, or to a whole request where `symbol` is empty.
struct ReplyMessage {
  std::uint64_t id = 0;
  bool subscribe = false;
  bool refused = false;
  std::string_view symbol;
  std::string_view error;
};

}  // namespace trunkline::venue::kraken
