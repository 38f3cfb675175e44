// Reads every message of both feeds with its fields in any order, and says what is wrong with those it cannot read. The
// way for everything that is rare, or that hot_parser.hpp does not recognise. One thread at a time.
#pragma once

#include <expected>
#include <functional>
#include <optional>
#include <simdjson.h>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "trunkline/venue/coinbase/messages.hpp"
#include "trunkline/venue/fields.hpp"

namespace trunkline::venue::coinbase {

using Item = std::variant<UnknownMessage, TradeMessage, QuoteMessage, BookMessage, HeartbeatMessage, SubscribedMessage,
                          SubscriptionsMessage, ErrorMessage, StatusMessage>;

// A message of the Exchange feed is one item (a list of subscriptions is several); one of Advanced Trade may hold many.
struct Parsed {
  std::optional<std::uint64_t> sequence;  // of the connection, Advanced Trade only
  std::vector<Item> items;
  std::vector<wire::Level> levels;

  std::span<const wire::Level> bids(const BookMessage& book) const {
    return std::span(levels).subspan(book.first_level, book.bid_count);
  }
  std::span<const wire::Level> asks(const BookMessage& book) const {
    return std::span(levels).subspan(book.first_level + book.bid_count, book.ask_count);
  }
};

struct ParseFailure {
  std::string message;                    // names the field and the value
  bool book = false;                      // it was about a book, as far as can be told
  bool trade = false;                     // it was a trade, likewise
  std::string product;                    // of this product; empty where that cannot be told
  std::optional<std::uint64_t> sequence;  // likewise
};

// Ten to this power units is what prices of the product count; see Instrument::unit_exponent.
using ExponentOf = std::function<int(std::string_view product)>;

class MessageParser {
 public:
  explicit MessageParser(Api api) : api_(api) {}

  // `text` is followed by simdjson::SIMDJSON_PADDING readable bytes. What comes back refers to it and to this parser
  // until the next call. Levels of a snapshot are in order, best first; one that repeats is an error.
  std::expected<const Parsed*, ParseFailure> parse(std::string_view text, const ExponentOf& exponent_of);

 private:
  void read_exchange(Fields& fields, const ExponentOf& exponent_of);
  void read_advanced(Fields& fields, const ExponentOf& exponent_of);
  void read_event(std::string_view channel, Nanos time, Fields& event, const ExponentOf& exponent_of);
  void read_changes(Fields& fields, BookMessage& book, int exponent);
  void read_updates(Fields& event, BookMessage& book, int exponent, Nanos time);
  std::string finish(BookMessage& book);

  Api api_;
  simdjson::ondemand::parser parser_;
  Parsed parsed_;
  std::vector<wire::Level> asks_;
};

}  // namespace trunkline::venue::coinbase
