// Reads a JSON frame of trades and quotes alone, the frequent ones, in one pass and in any order of their fields, T
// first. False means only "something else is in it": the caller then asks read_messages() for all of the frame, which
// takes everything and says what is wrong. No allocation once `messages` has grown.
#pragma once

#include <string_view>
#include <variant>
#include <vector>

#include "trunkline/protocol/json_scanner.hpp"
#include "trunkline/protocol/rfc3339.hpp"
#include "trunkline/venue/alpaca/message_reader.hpp"
#include "trunkline/venue/alpaca/messages.hpp"

namespace trunkline::venue::alpaca {

using HotMessages = std::vector<std::variant<TradeMessage, QuoteMessage>>;

namespace detail {

using protocol::JsonScanner;

inline bool scan_letter(JsonScanner& s, char& out) noexcept {
  std::string_view text;
  if (!s.quoted_text(text)) return false;
  out = text.empty() ? '\0' : text.front();
  return true;
}

inline bool scan_conditions(JsonScanner& s, Conditions& out) noexcept {
  out.count = 0;
  if (!s.literal('[')) return false;
  if (s.literal(']')) return true;
  do {
    char letter = 0;
    if (!scan_letter(s, letter)) return false;
    if (out.count < sizeof out.letters) out.letters[out.count++] = letter;
  } while (s.literal(','));
  return s.literal(']');
}

// Calls field(letter) for each member behind T, the cursor on its name; the object's end is passed.
template <class Field>
bool scan_members(JsonScanner& s, Field field) {
  while (s.literal(",\"")) {
    if (s.left() == 0 || !field(*s.at())) return false;
  }
  return s.literal('}');
}

inline bool scan_trade(JsonScanner& s, TradeMessage& out) {
  unsigned seen = 0;
  Conditions conditions;
  char exchange = 0;
  char tape = 0;
  const bool scanned = scan_members(s, [&](char letter) {
    switch (letter) {
      case 'S':
        seen |= 1;
        return s.literal("S\":") && s.quoted_text(out.symbol);
      case 't':
        if (s.literal("tks\":")) {
          char side = 0;
          if (!scan_letter(s, side)) return false;
          out.side = side == 'B' ? Side::Buy : side == 'S' ? Side::Sell : Side::Unknown;
          return true;
        }
        seen |= 2;
        return s.literal("t\":") && protocol::scan_rfc3339(s, out.time);
      case 'p':
        seen |= 4;
        return s.literal("p\":") && s.number(out.price);
      case 's':
        seen |= 8;
        return s.literal("s\":") && s.number(out.quantity);
      case 'i':
        seen |= 16;
        return s.literal("i\":") && s.integer(out.id);
      case 'x':
        return s.literal("x\":") && scan_letter(s, exchange);
      case 'z':
        return s.literal("z\":") && scan_letter(s, tape);
      case 'c':
        return s.literal("c\":") && scan_conditions(s, conditions);
      default:
        return false;
    }
  });
  out.detail = conditions.detail(tape, exchange);
  return scanned && seen == 31 && !out.symbol.empty();
}

inline bool scan_quote(JsonScanner& s, QuoteMessage& out) {
  unsigned seen = 0;
  char ignored = 0;
  const bool scanned = scan_members(s, [&](char letter) {
    switch (letter) {
      case 'S':
        seen |= 1;
        return s.literal("S\":") && s.quoted_text(out.symbol);
      case 't':
        seen |= 2;
        return s.literal("t\":") && protocol::scan_rfc3339(s, out.time);
      case 'b':
        if (s.literal("bp\":")) return seen |= 4, s.number(out.bid_price);
        if (s.literal("bs\":")) return seen |= 8, s.number(out.bid_quantity);
        return s.literal("bx\":") && scan_letter(s, ignored);
      case 'a':
        if (s.literal("ap\":")) return seen |= 16, s.number(out.ask_price);
        if (s.literal("as\":")) return seen |= 32, s.number(out.ask_quantity);
        return s.literal("ax\":") && scan_letter(s, ignored);
      case 'z':
        return s.literal("z\":") && scan_letter(s, ignored);
      case 'c': {
        Conditions conditions;
        return s.literal("c\":") && scan_conditions(s, conditions);
      }
      default:
        return false;
    }
  });
  return scanned && seen == 63 && !out.symbol.empty();
}

}  // namespace detail

inline bool scan_frame(std::string_view frame, HotMessages& messages) {
  messages.clear();
  detail::JsonScanner s(frame);
  if (!s.literal('[')) return false;
  do {
    if (s.literal(R"({"T":"q")")) {
      if (!detail::scan_quote(s, messages.emplace_back().emplace<QuoteMessage>())) return false;
    } else if (s.literal(R"({"T":"t")")) {
      if (!detail::scan_trade(s, messages.emplace_back().emplace<TradeMessage>())) return false;
    } else {
      return false;
    }
  } while (s.literal(','));
  return s.literal(']') && s.at_end();
}

// handler.on(...) for each message in its order, where scan_frame() reads the frame; else nothing, and false.
template <class Handler>
bool read_hot(std::string_view frame, HotMessages& messages, Handler& handler) {
  if (!scan_frame(frame, messages)) return false;
  for (const auto& message : messages) std::visit([&](const auto& each) { handler.on(each); }, message);
  return true;
}

}  // namespace trunkline::venue::alpaca
