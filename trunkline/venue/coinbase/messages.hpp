// What Coinbase's two feeds say, as numbers: the Exchange feed and Advanced Trade differ in shape and not in meaning.
// Texts refer to the message. Facts: docs/venues/coinbase.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/decimal.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::venue::coinbase {

enum class Api : std::uint8_t { Exchange, Advanced };

// match, last_match; a trade of market_trades.
struct TradeMessage {
  std::string_view product;
  Nanos time{0};
  std::uint64_t id = 0;
  bool numbered = true;  // ids of a product are consecutive; false: `id` is the hash of a text
  bool history = false;  // happened before we subscribed
  bool taker_sold = false;
  Price price;
  Quantity quantity;
};

// ticker. Absent where the venue did not say.
struct QuoteMessage {
  std::string_view product;
  Nanos time{0};
  std::uint64_t sequence = 0;  // of the product; 0: not told
  Price bid_price = Price::absent();
  Quantity bid_quantity = Quantity::absent();
  Price ask_price = Price::absent();
  Quantity ask_quantity = Quantity::absent();
};

// l2update and snapshot; an event of l2_data. Levels stand in the buffer given to the parser, bids first.
struct BookMessage {
  std::string_view product;
  Nanos time{0};
  bool snapshot = false;
  std::size_t first_level = 0;
  std::size_t bid_count = 0;
  std::size_t ask_count = 0;
};

// Of one product on the Exchange feed, of the whole connection (no product) on Advanced Trade.
struct HeartbeatMessage {
  std::string_view product;
  Nanos time{0};
  std::uint64_t sequence = 0;
  std::uint64_t last_trade_id = 0;
};

// A channel and a product that the venue says are subscribed now.
struct SubscribedMessage {
  std::string_view channel;
  std::string_view product;
};
struct SubscriptionsMessage {};  // behind the last SubscribedMessage of a list

struct ErrorMessage {
  std::string_view message;
  std::string_view reason;
};

// What one product of the status channel may do now.
struct StatusMessage {
  std::string_view product;
  wire::TradingStatus status = wire::TradingStatus::Unknown;
};

struct UnknownMessage {
  std::string_view type;  // its type or channel, or empty
};

}  // namespace trunkline::venue::coinbase
