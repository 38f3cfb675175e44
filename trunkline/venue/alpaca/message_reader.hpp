// Reads the messages of one frame, in JSON or MessagePack, their fields in any order, and hands each to a handler:
// handler.on(const TradeMessage&) and so on for every type of messages.hpp, and handler.on_malformed(failure) for what
// cannot be read. One bad message of a frame loses no other, as long as the frame can be walked at all.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/venue/alpaca/json_cursor.hpp"
#include "trunkline/venue/alpaca/message_pack_cursor.hpp"
#include "trunkline/venue/alpaca/messages.hpp"

namespace trunkline::venue::alpaca {

struct MalformedMessage {
  std::string error;   // names the field and the value
  char kind = 0;       // its T where that is one letter; 0: not known
  std::string symbol;  // empty where that cannot be told
};

namespace detail {

// A field's name as a number, for switch; names beyond eight letters are no field known here.
constexpr std::uint64_t key_number(std::string_view key) noexcept {
  if (key.size() > 8) return 0;
  std::uint64_t number = 0;
  for (const char c : key) number = number << 8 | static_cast<unsigned char>(c);
  return number;
}
consteval std::uint64_t operator""_key(const char* text, std::size_t size) {
  return key_number({text, size});
}

template <class Cursor, class Decimal>
bool read_positive(Cursor& cursor, Decimal& out) {
  if (!cursor.decimal(out)) return false;
  return out.raw() >= 0 || cursor.fail("a number below zero");
}

// Quantities and means of a bar may be finer than 1e-8, or larger than the range: rounded, or absent.
std::optional<Quantity> round_to_quantity(std::string_view text, bool& rounded) noexcept;

// One letter of a trade's conditions. Meanings: the UTP and CTA plans' sale conditions; `tape` is z.
std::uint16_t condition_detail(char condition, char tape) noexcept;

template <class Cursor>
bool read_letter(Cursor& cursor, char& out) {
  std::string_view text;
  if (!cursor.text(text)) return false;
  out = text.empty() ? '\0' : text.front();
  return true;
}

// Up to eight conditions, the first letter of each.
struct Conditions {
  char letters[8] = {};
  std::size_t count = 0;

  template <class Cursor>
  bool read(Cursor& cursor) {
    count = 0;
    if (cursor.null()) return true;
    return cursor.items([&] {
      char letter = 0;
      if (!read_letter(cursor, letter)) return false;
      if (count < sizeof letters) letters[count++] = letter;
      return true;
    });
  }
  std::uint16_t detail(char tape, char exchange) const noexcept {
    std::uint16_t bits = trade_detail::exchange(exchange);
    for (std::size_t i = 0; i < count; ++i)
      bits = static_cast<std::uint16_t>(bits | condition_detail(letters[i], tape));
    return bits;
  }
};

// Fields that must be there, by bit; the first that is not.
template <class Cursor>
bool require(Cursor& cursor, unsigned seen, std::initializer_list<std::string_view> names) {
  unsigned bit = 1;
  for (const std::string_view name : names) {
    if ((seen & bit) == 0) return cursor.fail("a field that is missing", name);
    bit <<= 1;
  }
  return true;
}

}  // namespace detail

// The same members stand in stream messages and in the bodies of requests, there without T and S.
template <class Cursor>
bool read_trade(Cursor& cursor, TradeMessage& out) {
  using namespace detail;
  unsigned seen = 0;
  Conditions conditions;
  char exchange = 0;
  char tape = 0;
  const bool read = cursor.fields([&](std::string_view key) {
    switch (key_number(key)) {
      case "S"_key:
        return cursor.text(out.symbol);
      case "t"_key:
        seen |= 1;
        return cursor.time(out.time);
      case "p"_key:
        seen |= 2;
        return read_positive(cursor, out.price);
      case "s"_key:
        seen |= 4;
        return read_positive(cursor, out.quantity);
      case "i"_key:
        seen |= 8;
        return cursor.integer(out.id);
      case "x"_key:
        return read_letter(cursor, exchange);
      case "z"_key:
        return read_letter(cursor, tape);
      case "c"_key:
        return conditions.read(cursor);
      case "tks"_key: {
        char side = 0;
        if (!read_letter(cursor, side)) return false;
        out.side = side == 'B' ? Side::Buy : side == 'S' ? Side::Sell : Side::Unknown;
        return true;
      }
      default:
        return cursor.skip();
    }
  });
  out.detail = conditions.detail(tape, exchange);
  return read && require(cursor, seen, {"t", "p", "s", "i"});
}

template <class Cursor>
bool read_quote(Cursor& cursor, QuoteMessage& out) {
  using namespace detail;
  unsigned seen = 0;
  const bool read = cursor.fields([&](std::string_view key) {
    switch (key_number(key)) {
      case "S"_key:
        return cursor.text(out.symbol);
      case "t"_key:
        seen |= 1;
        return cursor.time(out.time);
      case "bp"_key:
        seen |= 2;
        return read_positive(cursor, out.bid_price);
      case "bs"_key:
        seen |= 4;
        return read_positive(cursor, out.bid_quantity);
      case "ap"_key:
        seen |= 8;
        return read_positive(cursor, out.ask_price);
      case "as"_key:
        seen |= 16;
        return read_positive(cursor, out.ask_quantity);
      default:
        return cursor.skip();
    }
  });
  return read && require(cursor, seen, {"t", "bp", "bs", "ap", "as"});
}

template <class Cursor>
bool read_bar(Cursor& cursor, BarMessage& out) {
  using namespace detail;
  constexpr std::uint16_t closed = 1;
  constexpr std::uint16_t volume_absent = 2;
  constexpr std::uint16_t volume_rounded = 4;
  unsigned seen = 0;
  bool rounded = false;
  std::optional<Quantity> mean;
  const bool read = cursor.fields([&](std::string_view key) {
    switch (key_number(key)) {
      case "S"_key:
        return cursor.text(out.symbol);
      case "t"_key:
        seen |= 1;
        return cursor.time(out.bar.open_time);
      case "o"_key:
        seen |= 2;
        return read_positive(cursor, out.bar.open);
      case "h"_key:
        seen |= 4;
        return read_positive(cursor, out.bar.high);
      case "l"_key:
        seen |= 8;
        return read_positive(cursor, out.bar.low);
      case "c"_key:
        seen |= 16;
        return read_positive(cursor, out.bar.close);
      case "v"_key: {
        seen |= 32;
        std::string_view text;
        if (!cursor.number_text(text)) return false;
        const auto volume = round_to_quantity(text, rounded);
        out.bar.volume = volume.value_or(Quantity::absent());
        return true;
      }
      case "vw"_key: {
        std::string_view text;
        if (!cursor.number_text(text)) return false;
        bool ignored = false;
        mean = round_to_quantity(text, ignored);
        return true;
      }
      case "n"_key:
        return cursor.integer(out.bar.trade_count);
      default:
        return cursor.skip();
    }
  });
  if (!read || !require(cursor, seen, {"t", "o", "h", "l", "c", "v"})) return false;
  out.bar.interval = out.stream == Stream::DailyBars ? Nanos{std::chrono::hours{24}} : Nanos{std::chrono::minutes{1}};
  // The money that changed hands: volume by mean price, both as the venue rounds them.
  out.bar.quote_volume = Quantity::absent();
  if (mean && !out.bar.volume.is_absent()) {
    const Int128 money = (static_cast<Int128>(out.bar.volume.raw()) * mean->raw() + Quantity::one / 2) / Quantity::one;
    if (money <= std::numeric_limits<std::int64_t>::max()) {
      out.bar.quote_volume = Quantity::from_raw(static_cast<std::int64_t>(money));
      rounded = true;
    }
  }
  out.bar.detail =
      static_cast<std::uint16_t>((out.stream == Stream::DailyBars ? 0 : closed) |
                                 (out.bar.volume.is_absent() ? volume_absent : 0) | (rounded ? volume_rounded : 0));
  return true;
}

// Levels go to `levels`, bids first.
template <class Cursor>
bool read_book(Cursor& cursor, BookMessage& out, std::vector<wire::Level>& levels) {
  using namespace detail;
  unsigned seen = 0;
  typename Cursor::Position bids = cursor.position();
  typename Cursor::Position asks = bids;
  const bool read = cursor.fields([&](std::string_view key) {
    switch (key_number(key)) {
      case "S"_key:
        return cursor.text(out.symbol);
      case "t"_key:
        seen |= 1;
        return cursor.time(out.time);
      case "r"_key:
        return cursor.boolean(out.whole);
      case "b"_key:
        seen |= 2;
        bids = cursor.position();
        return cursor.skip();
      case "a"_key:
        seen |= 4;
        asks = cursor.position();
        return cursor.skip();
      default:
        return cursor.skip();
    }
  });
  if (!read || !require(cursor, seen, {"t", "b", "a"})) return false;
  const auto end = cursor.position();
  levels.clear();
  const auto side = [&](typename Cursor::Position at) {
    cursor.rewind(at);
    if (cursor.null()) return true;
    return cursor.items([&] {
      wire::Level level;
      unsigned has = 0;
      const bool whole = cursor.fields([&](std::string_view key) {
        if (key == "p") return has |= 1, read_positive(cursor, level.price);
        if (key == "s") return has |= 2, read_positive(cursor, level.quantity);
        return cursor.skip();
      });
      levels.push_back(level);
      return whole && require(cursor, has, {"p", "s"});
    });
  };
  if (!side(bids)) return false;
  out.bid_count = levels.size();
  if (!side(asks)) return false;
  out.ask_count = levels.size() - out.bid_count;
  cursor.rewind(end);
  return true;
}

namespace detail {

template <class Cursor>
bool read_status(Cursor& cursor, StatusMessage& out) {
  unsigned seen = 0;
  const bool read = cursor.fields([&](std::string_view key) {
    switch (key_number(key)) {
      case "S"_key:
        return cursor.text(out.symbol);
      case "t"_key:
        seen |= 1;
        return cursor.time(out.time);
      case "sc"_key:
        seen |= 2;
        return cursor.text(out.code);
      case "sm"_key:
        return cursor.text(out.text);
      case "rc"_key:
        return cursor.text(out.reason_code);
      case "rm"_key:
        return cursor.text(out.reason);
      default:
        return cursor.skip();
    }
  });
  return read && require(cursor, seen, {"t", "sc"});
}

template <class Cursor>
bool read_bands(Cursor& cursor, BandsMessage& out) {
  unsigned seen = 0;
  const bool read = cursor.fields([&](std::string_view key) {
    switch (key_number(key)) {
      case "S"_key:
        return cursor.text(out.symbol);
      case "t"_key:
        seen |= 1;
        return cursor.time(out.time);
      case "u"_key:
        seen |= 2;
        return read_positive(cursor, out.upper);
      case "d"_key:
        seen |= 4;
        return read_positive(cursor, out.lower);
      case "i"_key:
        return cursor.text(out.indicator);
      default:
        return cursor.skip();
    }
  });
  return read && require(cursor, seen, {"t", "u", "d"});
}

// c: original and corrected; x: cancelled (a: C) or in error (E).
template <class Cursor>
bool read_correction(Cursor& cursor, CorrectionMessage& out, bool cancel) {
  unsigned seen = 0;
  char exchange = 0;
  char action = 0;
  wire::TradeCorrection& to = out.correction;
  const bool read = cursor.fields([&](std::string_view key) {
    switch (key_number(key)) {
      case "S"_key:
        return cursor.text(out.symbol);
      case "t"_key:
        seen |= 1;
        return cursor.time(out.time);
      case "x"_key:
        return read_letter(cursor, exchange);
      case "i"_key:
      case "oi"_key:
        seen |= 2;
        return cursor.integer(to.original_trade_id);
      case "p"_key:
      case "op"_key:
        seen |= 4;
        return read_positive(cursor, to.original_price);
      case "s"_key:
      case "os"_key:
        seen |= 8;
        return read_positive(cursor, to.original_quantity);
      case "ci"_key:
        seen |= 16;
        return cursor.integer(to.trade_id);
      case "cp"_key:
        seen |= 32;
        return read_positive(cursor, to.price);
      case "cs"_key:
        seen |= 64;
        return read_positive(cursor, to.quantity);
      case "a"_key:
        return cursor.is_text() ? read_letter(cursor, action) : cursor.skip();
      default:
        return cursor.skip();
    }
  });
  if (!read) return false;
  to.detail = trade_detail::exchange(exchange);
  if (!cancel) return require(cursor, seen, {"t", "oi", "op", "os", "ci", "cp", "cs"});
  to.price = Price::absent();
  to.quantity = Quantity::absent();
  to.trade_id = 0;
  to.detail = static_cast<std::uint16_t>(to.detail | 1U | (action == 'E' ? 2U : 0U));
  return require(cursor, seen, {"t", "i", "p", "s"});
}

template <class Cursor>
bool read_error(Cursor& cursor, ErrorMessage& out) {
  return cursor.fields([&](std::string_view key) {
    if (key == "code") return cursor.integer(out.code);
    if (key == "msg") return cursor.text(out.text);
    return cursor.skip();
  });
}

template <class Cursor>
bool read_subscription(Cursor& cursor, SubscriptionMessage& out) {
  return cursor.fields([&](std::string_view key) {
    for (const Stream stream : all_streams) {
      if (key != to_text(stream)) continue;
      if (cursor.null()) return true;
      return cursor.items([&] {
        std::string_view symbol;
        if (!cursor.text(symbol)) return false;
        out.streams.emplace_back(stream, symbol);
        return true;
      });
    }
    return cursor.skip();
  });
}

// What can be told of an object without understanding it; leaves the cursor behind it.
template <class Cursor>
bool look_at(Cursor& cursor, std::string_view& kind, std::string_view& symbol) {
  return cursor.fields([&](std::string_view key) {
    if (key == "T" && cursor.is_text()) return cursor.text(kind);
    if (key == "S" && cursor.is_text()) return cursor.text(symbol);
    return cursor.skip();
  });
}

// The kind of the object at the cursor, which stays where it is.
template <class Cursor>
std::string_view kind_of(Cursor& cursor) {
  const auto start = cursor.position();
  std::string_view kind;
  // T comes first in all that was seen: reading ends there.
  (void)cursor.fields([&](std::string_view key) {
    if (key != "T") return cursor.skip();
    (void)cursor.text(kind);
    return false;
  });
  cursor.rewind(start);
  return kind;
}

template <class Message, class Cursor, class Handler, class Read>
bool read_one(Cursor& cursor, Handler& handler, Read read, Message message = {}) {
  if (!read(cursor, message)) return false;
  if constexpr (requires { message.symbol; }) {
    if (message.symbol.empty()) return cursor.fail("a field that is missing", "S");
  }
  handler.on(message);
  return true;
}

template <class Cursor, class Handler>
bool read_message(Cursor& cursor, std::vector<wire::Level>& levels, Handler& handler) {
  const std::string_view kind = kind_of(cursor);
  const auto bar = [&](Stream stream) {
    return read_one<BarMessage>(cursor, handler, read_bar<Cursor>, {.symbol = {}, .stream = stream, .bar = {}});
  };
  const auto correction = [&](bool cancel) {
    return read_one<CorrectionMessage>(
        cursor, handler, [cancel](Cursor& from, CorrectionMessage& to) { return read_correction(from, to, cancel); });
  };
  switch (key_number(kind)) {
    case "t"_key:
      return read_one<TradeMessage>(cursor, handler, read_trade<Cursor>);
    case "q"_key:
      return read_one<QuoteMessage>(cursor, handler, read_quote<Cursor>);
    case "o"_key:
      return read_one<BookMessage>(cursor, handler,
                                   [&](Cursor& from, BookMessage& to) { return read_book(from, to, levels); });
    case "b"_key:
      return bar(Stream::Bars);
    case "u"_key:
      return bar(Stream::UpdatedBars);
    case "d"_key:
      return bar(Stream::DailyBars);
    case "s"_key:
      return read_one<StatusMessage>(cursor, handler, read_status<Cursor>);
    case "l"_key:
      return read_one<BandsMessage>(cursor, handler, read_bands<Cursor>);
    case "c"_key:
      return correction(false);
    case "x"_key:
      return correction(true);
    case "success"_key:
      return read_one<SuccessMessage>(cursor, handler, [](Cursor& from, SuccessMessage& to) {
        return from.fields([&](std::string_view key) { return key == "msg" ? from.text(to.text) : from.skip(); });
      });
    case "error"_key:
      return read_one<ErrorMessage>(cursor, handler, read_error<Cursor>);
    default:
      if (kind == "subscription") return read_one<SubscriptionMessage>(cursor, handler, read_subscription<Cursor>);
      if (!cursor.skip()) return false;
      if (kind.empty()) return cursor.fail("a field that is missing", "T");
      handler.on(UnknownMessage{kind});
      return true;
  }
}

}  // namespace detail

// The levels of a BookMessage stand in `levels` until the next message. What the messages hold lies in the frame and in
// the cursor.
template <class Cursor, class Handler>
void read_messages(Cursor& cursor, std::vector<wire::Level>& levels, Handler& handler) {
  bool told = false;
  const bool walked = cursor.items([&] {
    const auto start = cursor.position();
    if (detail::read_message(cursor, levels, handler)) [[likely]]
      return true;
    MalformedMessage failure;
    failure.error = cursor.fault().to_text();
    cursor.rewind(start);
    std::string_view kind;
    std::string_view symbol;
    bool passable = detail::look_at(cursor, kind, symbol);
    if (!passable) {
      cursor.rewind(start);
      passable = cursor.skip();
    }
    if (kind.size() == 1) failure.kind = kind.front();
    failure.symbol = symbol;
    handler.on_malformed(failure);
    told = !passable;
    return passable;
  });
  if ((walked && cursor.at_end()) || told) [[likely]]
    return;
  handler.on_malformed(
      MalformedMessage{walked ? "something behind the list of messages" : cursor.fault().to_text(), 0, {}});
}

}  // namespace trunkline::venue::alpaca
