// Reads every message of WebSocket v2 with its fields in any order, and says what is wrong with those it cannot read.
// The way for everything that is rare, or that hot_parser.hpp does not recognise. One thread at a time.
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <simdjson.h>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/venue/channels.hpp"
#include "trunkline/venue/instrument.hpp"
#include "trunkline/venue/kraken/messages.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::venue::kraken {

enum class MessageKind : std::uint8_t {
  Trades,
  Quotes,
  Books,
  Bars,
  Instruments,
  Reply,
  Status,
  Heartbeat,
  Pong,
  Unknown
};

struct ParsedMessage {
  MessageKind kind = MessageKind::Unknown;
  bool snapshot = false;
  ReplyMessage reply = {};
  std::string_view text = {};  // Status: the system's; Unknown: the channel or method
};

struct ParseFailure {
  std::string message;                    // names the field and the value
  std::optional<Channel> channel = {};    // as far as can be told
  std::vector<std::string> symbols = {};  // those it names, as the venue writes them
};

// Ten to this power units is what prices of the symbol count; see Instrument::unit_exponent.
using ExponentOf = std::function<int(std::string_view symbol)>;

class MessageParser {
 public:
  // `text` is followed by simdjson::SIMDJSON_PADDING readable bytes. What comes back, and the lists below, refer to it
  // and to this parser until the next call.
  std::expected<ParsedMessage, ParseFailure> parse(std::string_view text, const ExponentOf& exponent_of);

  std::span<const TradeMessage> trades() const noexcept { return trades_; }
  std::span<const QuoteMessage> quotes() const noexcept { return quotes_; }
  std::span<const BarMessage> bars() const noexcept { return bars_; }
  struct BookEntry {
    BookMessage book;
    std::size_t first = 0;  // of its levels
  };
  std::span<const BookEntry> books() const noexcept { return books_; }
  // Bids, then asks. Of a snapshot best first, none repeated, none empty.
  std::span<const wire::Level> levels(const BookEntry& entry) const noexcept {
    return std::span(levels_).subspan(entry.first, entry.book.bid_count + entry.book.ask_count);
  }
  // The pairs of an instrument message; what could not be understood is in `refused`. Not indexed.
  const Catalog& instruments() const noexcept { return instruments_; }

 private:
  simdjson::ondemand::parser parser_;
  std::vector<TradeMessage> trades_;
  std::vector<QuoteMessage> quotes_;
  std::vector<BarMessage> bars_;
  std::vector<BookEntry> books_;
  std::vector<wire::Level> levels_;
  Catalog instruments_;
};

}  // namespace trunkline::venue::kraken
