// Reads every message of the streams with its fields in any order, and says what is wrong with those it cannot read.
// The way for everything that is rare, or that hot_parser.hpp does not recognise. One thread at a time.
#pragma once

#include <expected>
#include <functional>
#include <simdjson.h>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "trunkline/venue/binance/messages.hpp"

namespace trunkline::venue::binance {

struct AggregateTradeMessage : TradeMessage {};
struct UnknownMessage {
  std::string_view event;  // its "e", or empty
};

using ParsedMessage = std::variant<UnknownMessage, TradeMessage, AggregateTradeMessage, QuoteMessage, DepthMessage,
                                   BarMessage, MarkMessage, LiquidationMessage, ReplyMessage>;

struct ParseFailure {
  std::string message;  // names the field and the value
  bool depth = false;   // it was a depth event, as far as can be told
  bool trade = false;   // it was a trade, likewise
  std::string symbol;   // of this symbol, as the venue writes it; empty where that cannot be told
};

// Ten to this power units is what prices of the symbol count; see Instrument::unit_exponent.
using ExponentOf = std::function<int(std::string_view symbol)>;

class MessageParser {
 public:
  // `futures`: depth events must tell the previous update id.
  explicit MessageParser(bool futures) : futures_(futures) {}

  // `text` is followed by simdjson::SIMDJSON_PADDING readable bytes. What comes back refers to it and to this parser
  // until the next call.
  std::expected<ParsedMessage, ParseFailure> parse(std::string_view text, const ExponentOf& exponent_of);

  // Levels of the last DepthMessage.
  std::span<const wire::Level> bids(const DepthMessage& depth) const {
    return std::span(levels_).first(depth.bid_count);
  }
  std::span<const wire::Level> asks(const DepthMessage& depth) const {
    return std::span(levels_).subspan(depth.bid_count);
  }

 private:
  bool futures_;
  simdjson::ondemand::parser parser_;
  std::vector<wire::Level> levels_;
};

// The body of a depth request.
struct DepthSnapshot {
  std::uint64_t last_update_id = 0;
  Nanos time{0};  // T; spot does not say
  std::vector<wire::Level> bids;
  std::vector<wire::Level> asks;
};

class SnapshotParser {
 public:
  // Valid until the next call. `body` is followed by SIMDJSON_PADDING readable bytes. Levels that are not in order,
  // best first, or that repeat, or whose quantity is 0, are an error.
  std::expected<const DepthSnapshot*, std::string> parse(std::string_view body, int unit_exponent);

 private:
  simdjson::ondemand::parser parser_;
  DepthSnapshot snapshot_;
};

}  // namespace trunkline::venue::binance
