// Reads the frequent messages in the order in which Kraken writes their fields, straight into fixed-point numbers.
// False means only "not in the order known here": the caller then asks MessageParser, which takes any order.
// Source of the orders: Kraken's documentation of WebSocket v2. No allocation.
#pragma once

#include <span>
#include <string_view>

#include "trunkline/protocol/json_scanner.hpp"
#include "trunkline/protocol/rfc3339.hpp"
#include "trunkline/venue/kraken/messages.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::venue::kraken {

namespace detail {

using protocol::JsonScanner;

// [{"price":1.0,"qty":2.0},...] or []; false also where there are more than `out` has room for.
inline bool scan_levels(JsonScanner& s, std::span<wire::Level> out, std::size_t& count) noexcept {
  count = 0;
  if (!s.literal('[')) return false;
  if (s.literal(']')) return true;
  do {
    if (count == out.size()) return false;
    wire::Level& level = out[count++];
    if (!s.literal(R"({"price":)") || !s.number(level.price) || !s.literal(R"(,"qty":)") || !s.number(level.quantity) ||
        !s.literal('}')) {
      return false;
    }
  } while (s.literal(','));
  return s.literal(']');
}

}  // namespace detail

// A message of one or more trades; false also where there are more than `out` has room for.
inline bool scan_trades(std::string_view text, std::span<TradeMessage> out, std::size_t& count) noexcept {
  protocol::JsonScanner s(text);
  count = 0;
  if (!s.literal(R"({"channel":"trade","type":"update","data":[)")) return false;
  do {
    if (count == out.size()) return false;
    TradeMessage& trade = out[count++];
    if (!s.literal(R"({"symbol":)") || !s.quoted_text(trade.symbol) || !s.literal(R"(,"side":)")) return false;
    trade.buy = s.literal(R"("buy")");
    if (!trade.buy && !s.literal(R"("sell")")) return false;
    std::string_view kind;
    if (!s.literal(R"(,"price":)") || !s.number(trade.price) || !s.literal(R"(,"qty":)") || !s.number(trade.quantity) ||
        !s.literal(R"(,"ord_type":)") || !s.quoted_text(kind) || !s.literal(R"(,"trade_id":)") ||
        !s.integer(trade.id) || !s.literal(R"(,"timestamp":)") || !protocol::scan_rfc3339(s, trade.time) ||
        !s.literal('}')) {
      return false;
    }
  } while (s.literal(','));
  return s.literal("]}") && s.at_end();
}

// The ticker channel's best bid and ask; what else it tells is passed over.
inline bool scan_quote(std::string_view text, QuoteMessage& out) noexcept {
  protocol::JsonScanner s(text);
  if (!s.literal(R"({"channel":"ticker","type":"update","data":[{"symbol":)") || !s.quoted_text(out.symbol) ||
      !s.literal(R"(,"bid":)") || !s.number(out.bid_price) || !s.literal(R"(,"bid_qty":)") ||
      !s.number(out.bid_quantity) || !s.literal(R"(,"ask":)") || !s.number(out.ask_price) ||
      !s.literal(R"(,"ask_qty":)") || !s.number(out.ask_quantity) || !s.literal(R"(,"last":)") || !s.skip_number() ||
      !s.literal(R"(,"volume":)") || !s.skip_number() || !s.literal(R"(,"vwap":)") || !s.skip_number() ||
      !s.literal(R"(,"low":)") || !s.skip_number() || !s.literal(R"(,"high":)") || !s.skip_number() ||
      !s.literal(R"(,"change":)") || !s.skip_number() || !s.literal(R"(,"change_pct":)") || !s.skip_number()) {
    return false;
  }
  out.time = Nanos{0};
  if (s.literal(R"(,"volume_usd":)") && !s.skip_number()) return false;
  if (s.literal(R"(,"timestamp":)") && !protocol::scan_rfc3339(s, out.time)) return false;
  return s.literal("}]}") && s.at_end();
}

// One update of one book. `levels` takes bids, then asks; false also where it has no room for them.
inline bool scan_book_update(std::string_view text, BookMessage& out, std::span<wire::Level> levels) noexcept {
  protocol::JsonScanner s(text);
  return s.literal(R"({"channel":"book","type":"update","data":[{"symbol":)") && s.quoted_text(out.symbol) &&
         s.literal(R"(,"bids":)") && detail::scan_levels(s, levels, out.bid_count) && s.literal(R"(,"asks":)") &&
         detail::scan_levels(s, levels.subspan(out.bid_count), out.ask_count) && s.literal(R"(,"checksum":)") &&
         s.integer(out.checksum) && s.literal(R"(,"timestamp":)") && protocol::scan_rfc3339(s, out.time) &&
         s.literal("}]}") && s.at_end();
}

}  // namespace trunkline::venue::kraken
