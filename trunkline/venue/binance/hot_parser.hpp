// Reads the frequent messages in the order in which Binance writes their fields, straight into fixed-point numbers.
// False means only "not in one of the orders known here": the caller then asks MessageParser, which takes any order.
// Orders seen in recordings of 2021 to 2024 and in the documentation of 2026. No allocation.
#pragma once

#include <cstring>
#include <string_view>

#include "trunkline/protocol/json_scanner.hpp"
#include "trunkline/venue/binance/messages.hpp"

namespace trunkline::venue::binance {

// What a message holds: itself, or the `data` of {"stream":"...","data":...}. Empty where the wrapper is not as known.
inline std::string_view unwrap(std::string_view text) noexcept {
  constexpr std::string_view stream = R"({"stream":")";
  constexpr std::string_view data = R"(","data":)";
  if (!text.starts_with(stream)) return text;
  const char* const from = text.data() + stream.size();
  const auto* const quote = static_cast<const char*>(std::memchr(from, '"', text.size() - stream.size()));
  if (quote == nullptr || text.back() != '}') return {};
  std::string_view rest = text.substr(static_cast<std::size_t>(quote - text.data()));
  if (!rest.starts_with(data) || rest.size() == data.size()) return {};
  rest.remove_prefix(data.size());
  rest.remove_suffix(1);
  return rest;
}

namespace detail {

using protocol::JsonScanner;

// Unix milliseconds as Nanos.
inline bool scan_time(JsonScanner& s, Nanos& out) noexcept {
  std::uint64_t milliseconds = 0;
  if (!s.integer(milliseconds) || milliseconds > 9'000'000'000'000ULL) return false;
  out = Nanos{static_cast<std::int64_t>(milliseconds) * 1'000'000};
  return true;
}
inline bool skip_integer(JsonScanner& s) noexcept {
  std::uint64_t ignored = 0;
  return s.integer(ignored);
}
// Fields that some segments or years add; each is absent or right.
template <std::size_t Size>
bool skip_optional_integer(JsonScanner& s, const char (&key)[Size]) noexcept {
  return !s.literal(key) || skip_integer(s);
}
template <std::size_t Size>
bool skip_optional_text(JsonScanner& s, const char (&key)[Size]) noexcept {
  std::string_view ignored;
  return !s.literal(key) || s.quoted_text(ignored);
}
template <std::size_t Size>
bool skip_optional_boolean(JsonScanner& s, const char (&key)[Size]) noexcept {
  bool ignored = false;
  return !s.literal(key) || s.boolean(ignored);
}

inline bool scan_trade_end(JsonScanner& s, TradeMessage& out) noexcept {
  return s.literal(R"(,"m":)") && s.boolean(out.buyer_is_maker) && skip_optional_boolean(s, R"(,"M":)") &&
         skip_optional_integer(s, R"(,"st":)") && s.literal('}') && s.at_end();
}

}  // namespace detail

inline bool scan_trade(std::string_view text, TradeMessage& out) noexcept {
  protocol::JsonScanner s(text);
  if (!s.literal(R"({"e":"trade","E":)") || !detail::skip_integer(s)) return false;
  const bool time_first = s.literal(R"(,"T":)");
  if (time_first && !detail::scan_time(s, out.time)) return false;
  if (!s.literal(R"(,"s":)") || !s.quoted_text(out.symbol) || !s.literal(R"(,"t":)") || !s.integer(out.id) ||
      !s.literal(R"(,"p":)") || !s.quoted(out.price) || !s.literal(R"(,"q":)") || !s.quoted(out.quantity)) {
    return false;
  }
  out.of_the_market = true;
  if (time_first) {
    if (s.literal(R"(,"X":)")) {
      std::string_view kind;
      if (!s.quoted_text(kind)) return false;
      out.of_the_market = kind == "MARKET";
    }
  } else {
    if (!detail::skip_optional_integer(s, R"(,"b":)") || !detail::skip_optional_integer(s, R"(,"a":)")) return false;
    if (!s.literal(R"(,"T":)") || !detail::scan_time(s, out.time)) return false;
  }
  return detail::scan_trade_end(s, out);
}

inline bool scan_aggregate_trade(std::string_view text, TradeMessage& out) noexcept {
  protocol::JsonScanner s(text);
  if (!s.literal(R"({"e":"aggTrade","E":)") || !detail::skip_integer(s)) return false;
  if (s.literal(R"(,"a":)")) {
    if (!s.integer(out.id) || !s.literal(R"(,"s":)") || !s.quoted_text(out.symbol)) return false;
  } else if (!s.literal(R"(,"s":)") || !s.quoted_text(out.symbol) || !s.literal(R"(,"a":)") || !s.integer(out.id)) {
    return false;
  }
  out.of_the_market = true;
  return s.literal(R"(,"p":)") && s.quoted(out.price) && s.literal(R"(,"q":)") && s.quoted(out.quantity) &&
         s.literal(R"(,"f":)") && detail::skip_integer(s) && s.literal(R"(,"l":)") && detail::skip_integer(s) &&
         s.literal(R"(,"T":)") && detail::scan_time(s, out.time) && detail::scan_trade_end(s, out);
}

inline bool scan_quote(std::string_view text, QuoteMessage& out) noexcept {
  protocol::JsonScanner s(text);
  if (s.literal(R"({"u":)")) {
    if (!s.integer(out.update_id)) return false;
    (void)s.literal(R"(,"e":"bookTicker")");
  } else if (!s.literal(R"({"e":"bookTicker","u":)") || !s.integer(out.update_id)) {
    return false;
  }
  if (!s.literal(R"(,"s":)") || !s.quoted_text(out.symbol) || !detail::skip_optional_text(s, R"(,"ps":)")) return false;
  if (!s.literal(R"(,"b":)") || !s.quoted(out.bid_price) || !s.literal(R"(,"B":)") || !s.quoted(out.bid_quantity) ||
      !s.literal(R"(,"a":)") || !s.quoted(out.ask_price) || !s.literal(R"(,"A":)") || !s.quoted(out.ask_quantity)) {
    return false;
  }
  out.time = Nanos{0};
  if (s.literal(R"(,"T":)") &&
      (!detail::scan_time(s, out.time) || !s.literal(R"(,"E":)") || !detail::skip_integer(s))) {
    return false;
  }
  return detail::skip_optional_integer(s, R"(,"st":)") && s.literal('}') && s.at_end();
}

// `levels` takes bids, then asks. False also where it has no room for them.
inline bool scan_depth(std::string_view text, DepthMessage& out, std::span<wire::Level> levels) noexcept {
  protocol::JsonScanner s(text);
  if (!s.literal(R"({"e":"depthUpdate","E":)") || !detail::scan_time(s, out.time)) return false;
  const bool futures = s.literal(R"(,"T":)");
  if (futures && !detail::scan_time(s, out.time)) return false;
  if (!s.literal(R"(,"s":)") || !s.quoted_text(out.symbol)) return false;
  out.ids.previous = 0;
  if (futures && (!detail::skip_optional_text(s, R"(,"ps":)") || !detail::skip_optional_integer(s, R"(,"st":)"))) {
    return false;
  }
  if (!s.literal(R"(,"U":)") || !s.integer(out.ids.first) || !s.literal(R"(,"u":)") || !s.integer(out.ids.last)) {
    return false;
  }
  if (futures && (!s.literal(R"(,"pu":)") || !s.integer(out.ids.previous))) return false;
  return s.literal(R"(,"b":)") && s.levels(levels, out.bid_count) && s.literal(R"(,"a":)") &&
         s.levels(levels.subspan(out.bid_count), out.ask_count) && s.literal('}') && s.at_end() &&
         out.ids.first <= out.ids.last;
}

}  // namespace trunkline::venue::binance
