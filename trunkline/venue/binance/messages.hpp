// What Binance's stream messages say, as plain values. Field letters are the venue's own, see docs/venues/binance.md.
// Times are Unix nanoseconds; texts lie in the message.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "trunkline/book/sync_rule.hpp"
#include "trunkline/core/clock.hpp"
#include "trunkline/core/decimal.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::venue::binance {

enum class MessageKind : std::uint8_t {
  Trade,
  AggregateTrade,
  Quote,
  Depth,
  Bar,
  Mark,
  Liquidation,
  Reply,    // to a SUBSCRIBE or UNSUBSCRIBE
  Unknown,  // well-formed, and nothing we know
  Malformed,
};

struct TradeMessage {
  std::string_view symbol;
  Nanos time{0};         // T
  std::uint64_t id = 0;  // t, or a where aggregate
  Price price;
  Quantity quantity;
  bool buyer_is_maker = false;
  bool of_the_market = true;  // false: insurance fund or auto-deleveraging (X), no trade of the order book
};

struct QuoteMessage {
  std::string_view symbol;
  Nanos time{0};  // T; spot does not say
  std::uint64_t update_id = 0;
  Price bid_price;
  Quantity bid_quantity;
  Price ask_price;
  Quantity ask_quantity;
};

struct DepthMessage {
  std::string_view symbol;
  Nanos time{0};  // T, or E where there is none
  book::UpdateIds ids;
  std::size_t bid_count = 0;  // levels stand in the buffer given to the parser, bids first
  std::size_t ask_count = 0;
};

struct BarMessage {
  std::string_view symbol;
  Nanos time{0};
  wire::Bar bar;  // without stamp
};

struct MarkMessage {
  std::string_view symbol;
  Nanos time{0};
  Price mark = Price::absent();
  Price index = Price::absent();
  Price settle = Price::absent();
  Rate funding_rate = Rate::absent();
  Nanos next_funding_time{0};
};

struct LiquidationMessage {
  std::string_view symbol;
  Nanos time{0};
  bool buy = false;
  Price price;
  Quantity quantity;
  Price average_price = Price::absent();
  Quantity filled_quantity = Quantity::absent();
};

struct ReplyMessage {
  std::uint64_t id = 0;
  bool refused = false;
  std::int64_t code = 0;
  std::string_view text;
};

}  // namespace trunkline::venue::binance
