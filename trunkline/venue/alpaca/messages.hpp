// What Alpaca's stream messages say, as plain values. Field letters are the venue's own, see docs/venues/alpaca.md.
// Times are Unix nanoseconds; texts lie in the message.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/decimal.hpp"
#include "trunkline/wire/messages.hpp"
#include "trunkline/wire/trade_detail.hpp"

namespace trunkline::venue::alpaca {

// The lists of a subscription. Corrections and cancelErrors follow trades by themselves.
enum class Stream : std::uint8_t { Trades, Quotes, Bars, UpdatedBars, DailyBars, OrderBooks, Statuses, Bands };

inline constexpr std::size_t stream_count = 8;
inline constexpr Stream all_streams[stream_count] = {Stream::Trades,      Stream::Quotes,    Stream::Bars,
                                                     Stream::UpdatedBars, Stream::DailyBars, Stream::OrderBooks,
                                                     Stream::Statuses,    Stream::Bands};

// As the venue writes it.
constexpr std::string_view to_text(Stream stream) noexcept {
  constexpr std::string_view names[stream_count] = {"trades",    "quotes",     "bars",     "updatedBars",
                                                    "dailyBars", "orderbooks", "statuses", "lulds"};
  return names[std::to_underlying(stream)];
}

namespace trade_detail = wire::trade_detail;

enum class Side : std::uint8_t { Unknown, Buy, Sell };

struct TradeMessage {
  std::string_view symbol;
  Nanos time{0};
  std::uint64_t id = 0;
  Price price;
  Quantity quantity;
  Side side = Side::Unknown;  // crypto: the taker's
  std::uint16_t detail = 0;   // conditions and exchange, as in wire::Trade
};

struct QuoteMessage {
  std::string_view symbol;
  Nanos time{0};
  Price bid_price;
  Quantity bid_quantity;
  Price ask_price;
  Quantity ask_quantity;
};

struct BarMessage {
  std::string_view symbol;
  Stream stream = Stream::Bars;
  wire::Bar bar;  // without stamp
};

struct BookMessage {
  std::string_view symbol;
  Nanos time{0};
  bool whole = false;         // r: replaces the book
  std::size_t bid_count = 0;  // levels stand in the reader's buffer, bids first
  std::size_t ask_count = 0;
};

struct StatusMessage {
  std::string_view symbol;
  Nanos time{0};
  std::string_view code;
  std::string_view text;
  std::string_view reason_code;
  std::string_view reason;
};

struct BandsMessage {
  std::string_view symbol;
  Nanos time{0};
  Price upper;
  Price lower;
  std::string_view indicator;
};

struct CorrectionMessage {
  std::string_view symbol;
  Nanos time{0};
  wire::TradeCorrection correction;  // without stamp but detail
};

struct SuccessMessage {
  std::string_view text;  // "connected", "authenticated"
};

struct ErrorMessage {
  std::uint64_t code = 0;
  std::string_view text;
};

// Everything that is subscribed after a change.
struct SubscriptionMessage {
  std::vector<std::pair<Stream, std::string_view>> streams;
};

struct UnknownMessage {
  std::string_view kind;  // its T
};

}  // namespace trunkline::venue::alpaca
