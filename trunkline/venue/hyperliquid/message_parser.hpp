// Reads every market message with its fields in any order, and says what is wrong with those it cannot read. The way
// for everything that is rare, or that hot_parser.hpp does not recognise. One thread at a time.
#pragma once

#include <expected>
#include <optional>
#include <simdjson.h>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/venue/channels.hpp"
#include "trunkline/venue/hyperliquid/messages.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::venue::hyperliquid {

// As the venue calls them in subscriptions; empty where it has no such channel.
std::string_view channel_name(Channel channel) noexcept;
std::optional<Channel> channel_of(std::string_view name) noexcept;

enum class MessageKind : std::uint8_t { Trades, Quote, Book, Ticker, Bar, Answer, Error, Pong, Unknown };

// To one subscribe or unsubscribe.
struct AnswerMessage {
  bool subscribe = false;
  std::string_view type;
  std::string_view coin;
};

struct ParsedMessage {
  MessageKind kind = MessageKind::Unknown;
  QuoteMessage quote = {};
  BookMessage book = {};
  TickerMessage ticker = {};
  BarMessage bar = {};
  AnswerMessage answer = {};
  std::string_view text = {};  // Error: the venue's words; Unknown: the channel
};

struct ParseFailure {
  std::string message;                  // names the field and the value
  std::optional<Channel> channel = {};  // as far as can be told
  std::string coin = {};
};

class MessageParser {
 public:
  // `text` is followed by simdjson::SIMDJSON_PADDING readable bytes. What comes back, and the lists below, refer to it
  // and to this parser until the next call.
  std::expected<ParsedMessage, ParseFailure> parse(std::string_view text);

  std::span<const TradeMessage> trades() const noexcept { return trades_; }
  // Bids, then asks; each side best first, none repeated, none empty.
  std::span<const wire::Level> levels() const noexcept { return levels_; }

 private:
  simdjson::ondemand::parser parser_;
  std::vector<TradeMessage> trades_;
  std::vector<wire::Level> levels_;
};

}  // namespace trunkline::venue::hyperliquid
