// What a message of a generic source says, in fixed-point numbers. Texts and levels belong to the parser and lie in the
// message: read them before the next message is parsed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "trunkline/book/sync_rule.hpp"
#include "trunkline/core/clock.hpp"
#include "trunkline/core/decimal.hpp"
#include "trunkline/venue/generic/mapping.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::venue::generic {

enum class Taker : std::uint8_t { Unknown, Bought, Sold };

struct TradeRecord {
  std::string_view symbol;
  Nanos time{0};
  Price price;
  Quantity quantity;
  std::uint64_t id = 0;  // the number, or the hash of a text that is none; 0: it has none
  bool has_id = false;
  bool numbered = false;  // the id is a number
  Taker taker = Taker::Unknown;
};

struct QuoteRecord {
  std::string_view symbol;
  Nanos time{0};
  Price bid_price = Price::absent();
  Quantity bid_quantity = Quantity::absent();
  Price ask_price = Price::absent();
  Quantity ask_quantity = Quantity::absent();
  std::uint64_t update_id = 0;
  bool partial = false;  // what is absent stays as it was
};

struct BookRecord {
  std::string_view symbol;
  Nanos time{0};
  bool snapshot = false;
  book::UpdateIds ids;  // all 0 where the source numbers nothing
  std::span<const wire::Level> bids;
  std::span<const wire::Level> asks;
};

struct TickerRecord {
  std::string_view symbol;
  Nanos time{0};
  Price mark = Price::absent();
  Price index = Price::absent();
  Price settle = Price::absent();
  Rate funding_rate = Rate::absent();
  Nanos next_funding_time{0};
  Quantity open_interest = Quantity::absent();
  bool partial = false;
};

struct AnswerRecord {
  bool refused = false;
  bool has_request = false;
  std::uint64_t request = 0;
  std::string_view topic;
  std::string_view reason;
};

struct PingRecord {
  std::string_view value;
  std::string_view reply;  // the template
};

class RecordListener {
 public:
  virtual ~RecordListener() = default;
  virtual void take(const TradeRecord& trade) = 0;
  virtual void take(const QuoteRecord& quote) = 0;
  virtual void take(const BookRecord& book) = 0;
  virtual void take(const TickerRecord& ticker) = 0;
  virtual void take(const AnswerRecord& answer) = 0;
  virtual void take(const PingRecord& ping) = 0;
  // A message, or one item of it, that could not be read; `symbol` as far as it is known.
  virtual void take_failure(MessageKind kind, std::string_view symbol, std::string error) = 0;
  // A message that no mapping takes.
  virtual void take_unknown(std::string_view text) = 0;
};

}  // namespace trunkline::venue::generic
