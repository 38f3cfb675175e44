// What has to be known of a source to read it without code of its own: addresses, what to send, how to tell messages
// apart, and where their fields stand. Plain data; mapping_reader.hpp fills it from TOML, Program compiles it.
// The keys and their meaning: docs/sources-without-code.md.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/decimal.hpp"
#include "trunkline/venue/channels.hpp"
#include "trunkline/venue/generic/path.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::venue::generic {

enum class MessageKind : std::uint8_t {
  Trade,
  Quote,
  Book,  // snapshot or change, told apart by snapshot_when
  BookSnapshot,
  BookChange,
  Ticker,        // marks of a derivative
  Acknowledged,  // of a subscription
  Refused,
  Ping,     // answered with Messages::reply
  Ignored,  // known, and of no use
};

enum class Field : std::uint8_t {
  Symbol,
  Time,
  Price,
  Quantity,
  Side,
  Id,          // of a trade
  UpdateId,    // of a book after the message, or of a quote
  FirstId,     // the first update that a change covers; absent: the same as UpdateId
  PreviousId,  // UpdateId of the change before
  BidPrice,
  BidQuantity,
  AskPrice,
  AskQuantity,
  MarkPrice,
  IndexPrice,
  SettlePrice,
  FundingRate,
  NextFundingTime,
  OpenInterest,
  Request,  // the number of the request that is answered
  Topic,    // the stream that is answered
  Reason,
  Value,  // to be echoed in a reply
};
inline constexpr std::size_t field_count = 23;

enum class TimeUnit : std::uint8_t { Seconds, Milliseconds, Microseconds, Nanoseconds, Iso };

// The value at a path is the text, or starts with it, or is there at all.
struct Condition {
  enum class Match : std::uint8_t { Equal, Prefix, Present };
  Path path;
  Match match = Match::Equal;
  std::string value;
};

enum class LevelSide : std::uint8_t { Bids, Asks, Both };

// A list of levels. Both: each level says its side.
struct LevelList {
  Path path;
  LevelSide side = LevelSide::Bids;
  bool removals = false;  // the levels named have gone; no quantity is read
};

// How one level is written: a list ("0", "1") or an object ("price", "size").
struct LevelShape {
  std::string price = "0";
  std::string quantity = "1";
  std::string side;  // with LevelSide::Both
  std::string bid;   // the value of side that means a bid; anything but this and ask is an error
  std::string ask;
};

struct MessageMapping {
  MessageKind kind = MessageKind::Ignored;
  std::string place;                     // for errors: "bybit.toml:14: message"
  std::vector<Condition> when;           // all must hold; the first mapping whose conditions hold takes the message
  std::vector<Condition> snapshot_when;  // of Book
  std::optional<Path> each;              // a list whose items are read one by one
  std::array<std::optional<Path>, field_count> fields;
  std::string symbol_after;  // the symbol is what follows the last one of these in the field's text
  TimeUnit time_unit = TimeUnit::Milliseconds;
  std::string buy;  // of Side: the taker bought
  std::string sell;
  std::vector<LevelList> levels;
  LevelShape level;
  std::string reply;     // of Ping: a template with {value}
  bool partial = false;  // of Ticker and Quote: fields that are missing keep their last value

  const std::optional<Path>& path(Field field) const noexcept { return fields[std::to_underlying(field)]; }
  std::optional<Path>& path(Field field) noexcept { return fields[std::to_underlying(field)]; }
};

// How the changes of a book follow on each other and on the snapshot before.
enum class SequenceRule : std::uint8_t {
  None,        // nothing to check by
  PlusOne,     // first id = last update id + 1
  PreviousId,  // previous id = last update id
};

// Fetched over HTTP at an interval; the reply is read by its own mapping.
struct PollMapping {
  Channel channel = Channel::Trades;
  std::string place;
  std::string url;  // a template with {symbol}
  Nanos interval = std::chrono::seconds{5};
  std::uint32_t weight = 1;
  MessageMapping message;
};

struct ListedSymbol {
  std::string venue_symbol;
  Price tick = Price::absent();
  Quantity lot = Quantity::absent();
};

struct Mapping {
  std::string title;

  std::string url;  // of the WebSocket; empty: requests alone
  Nanos maximum_age{0};
  std::uint32_t messages_per_second = 0;
  std::string heartbeat;  // sent every heartbeat_interval; empty: none
  Nanos heartbeat_interval{0};
  std::string heartbeat_answer;  // a message that is not JSON and only says that the other side lives: "pong"

  // Templates. {topic}: one stream's name, {topics}: several, quoted, with commas between them; {id}: a number that
  // rises; {symbol}: the venue's symbol.
  std::string subscribe;
  std::string unsubscribe;  // empty: a stream that is not wanted any more is dropped as it comes
  std::uint32_t batch = 1;  // topics in one message
  bool acknowledges = true;
  // Each book is subscribed anew once an audit interval, so that an error which no rule sees does not live for longer.
  bool refresh = false;
  std::array<std::string, channel_count> topics;  // templates by channel; empty: the source has no such channel

  std::vector<MessageMapping> messages;
  SequenceRule sequence = SequenceRule::None;
  std::vector<PollMapping> polls;
  std::uint32_t requests_per_minute = 60;

  // The venue's symbol of a pair: a template with {BASE}, {QUOTE}, {base}, {quote}; empty: only listed ones.
  std::string symbol;
  wire::InstrumentKind kind = wire::InstrumentKind::Spot;
  std::map<std::string, ListedSymbol, std::less<>> symbols;  // by canonical text behind the exchange: "BTC-USDT"
};

}  // namespace trunkline::venue::generic
