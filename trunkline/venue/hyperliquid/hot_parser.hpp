// Reads the frequent messages in the orders in which Hyperliquid writes their fields, straight into fixed-point
// numbers. False means only "not in an order known here": the caller then asks MessageParser, which takes any order.
// Source of the orders: the venue's documentation (the first of each) and a recording of 2025 (fields by name). No
// allocation.
#pragma once

#include <span>
#include <string_view>

#include "trunkline/protocol/json_scanner.hpp"
#include "trunkline/venue/hyperliquid/messages.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::venue::hyperliquid {

namespace detail {

using protocol::JsonScanner;

inline bool scan_milliseconds(JsonScanner& s, Nanos& out) noexcept {
  std::uint64_t value = 0;
  if (!s.integer(value) || value > 9'000'000'000'000ULL) return false;
  out = Nanos{static_cast<std::int64_t>(value) * 1'000'000};
  return true;
}

// {"px":"1.0","sz":"2.0","n":3} or {"n":3,"px":"1.0","sz":"2.0"}
inline bool scan_level(JsonScanner& s, Price& price, Quantity& quantity) noexcept {
  std::uint64_t orders = 0;
  if (s.literal(R"({"px":)")) {
    return s.quoted(price) && s.literal(R"(,"sz":)") && s.quoted(quantity) && s.literal(R"(,"n":)") &&
           s.integer(orders) && s.literal('}');
  }
  return s.literal(R"({"n":)") && s.integer(orders) && s.literal(R"(,"px":)") && s.quoted(price) &&
         s.literal(R"(,"sz":)") && s.quoted(quantity) && s.literal('}');
}

// Best first, none empty; false also where there are more than `out` has room for. Sign 1: bids, whose prices fall.
inline bool scan_levels(JsonScanner& s, int sign, std::span<wire::Level> out, std::size_t& count) noexcept {
  count = 0;
  if (!s.literal('[')) return false;
  if (s.literal(']')) return true;
  do {
    if (count == out.size()) return false;
    wire::Level& level = out[count];
    if (!scan_level(s, level.price, level.quantity) || level.quantity.is_zero()) return false;
    if (count != 0 && (sign > 0 ? level.price >= out[count - 1].price : level.price <= out[count - 1].price)) {
      return false;
    }
    ++count;
  } while (s.literal(','));
  return s.literal(']');
}

inline bool scan_side(JsonScanner& s, bool& buy) noexcept {
  buy = s.literal(R"("B")");
  return buy || s.literal(R"("A")");
}
inline bool scan_users(JsonScanner& s) noexcept {
  std::string_view user;
  return s.literal('[') && s.quoted_text(user) && s.literal(',') && s.quoted_text(user) && s.literal(']');
}

inline bool scan_trade(JsonScanner& s, TradeMessage& out) noexcept {
  std::string_view hash;
  if (!s.literal(R"({"coin":)") || !s.quoted_text(out.coin)) return false;
  if (s.literal(R"(,"side":)")) {
    if (!scan_side(s, out.buy) || !s.literal(R"(,"px":)") || !s.quoted(out.price) || !s.literal(R"(,"sz":)") ||
        !s.quoted(out.quantity) || !s.literal(R"(,"time":)") || !scan_milliseconds(s, out.time) ||
        !s.literal(R"(,"hash":)") || !s.quoted_text(hash) || !s.literal(R"(,"tid":)") || !s.integer(out.id)) {
      return false;
    }
    if (s.literal(R"(,"users":)") && !scan_users(s)) return false;
    return s.literal('}');
  }
  return s.literal(R"(,"hash":)") && s.quoted_text(hash) && s.literal(R"(,"px":)") && s.quoted(out.price) &&
         s.literal(R"(,"side":)") && scan_side(s, out.buy) && s.literal(R"(,"sz":)") && s.quoted(out.quantity) &&
         s.literal(R"(,"tid":)") && s.integer(out.id) && s.literal(R"(,"time":)") && scan_milliseconds(s, out.time) &&
         s.literal(R"(,"users":)") && scan_users(s) && s.literal('}');
}

}  // namespace detail

// A message of one or more trades; false also where there are more than `out` has room for.
inline bool scan_trades(std::string_view text, std::span<TradeMessage> out, std::size_t& count) noexcept {
  protocol::JsonScanner s(text);
  count = 0;
  if (!s.literal(R"({"channel":"trades","data":[)")) return false;
  do {
    if (count == out.size() || !detail::scan_trade(s, out[count++])) return false;
  } while (s.literal(','));
  return s.literal("]}") && s.at_end();
}

// The best bid and ask.
inline bool scan_quote(std::string_view text, QuoteMessage& out) noexcept {
  protocol::JsonScanner s(text);
  return s.literal(R"({"channel":"bbo","data":{"coin":)") && s.quoted_text(out.coin) && s.literal(R"(,"time":)") &&
         detail::scan_milliseconds(s, out.time) && s.literal(R"(,"bbo":[)") &&
         (s.literal("null") || detail::scan_level(s, out.bid_price, out.bid_quantity)) && s.literal(',') &&
         (s.literal("null") || detail::scan_level(s, out.ask_price, out.ask_quantity)) && s.literal("]}}") &&
         s.at_end();
}

// A whole book. `levels` takes bids, then asks; false also where it has no room for them.
inline bool scan_book(std::string_view text, BookMessage& out, std::span<wire::Level> levels) noexcept {
  protocol::JsonScanner s(text);
  if (!s.literal(R"({"channel":"l2Book","data":{"coin":)") || !s.quoted_text(out.coin)) return false;
  const bool time_first = s.literal(R"(,"time":)");
  if (time_first && !detail::scan_milliseconds(s, out.time)) return false;
  if (!s.literal(R"(,"levels":[)") || !detail::scan_levels(s, 1, levels, out.bid_count) || !s.literal(',') ||
      !detail::scan_levels(s, -1, levels.subspan(out.bid_count), out.ask_count) || !s.literal(']')) {
    return false;
  }
  if (!time_first && (!s.literal(R"(,"time":)") || !detail::scan_milliseconds(s, out.time))) return false;
  return s.literal("}}") && s.at_end();
}

}  // namespace trunkline::venue::hyperliquid
