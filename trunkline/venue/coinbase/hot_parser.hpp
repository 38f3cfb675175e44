// Reads the frequent messages of both feeds in the order in which Coinbase writes their fields, straight into
// fixed-point numbers. False means only "not in one of the orders known here": the caller then asks MessageParser,
// which takes any order. Orders of the recording of 2021 and of messages quoted by other clients in 2026. No
// allocation.
#pragma once

#include <algorithm>
#include <span>
#include <string_view>

#include "trunkline/protocol/json_scanner.hpp"
#include "trunkline/venue/coinbase/iso_time.hpp"
#include "trunkline/venue/coinbase/messages.hpp"

namespace trunkline::venue::coinbase {

namespace detail {

using protocol::JsonScanner;

inline bool scan_time(JsonScanner& s, Nanos& out) noexcept {
  std::string_view text;
  return s.quoted_text(text) && scan_iso_time(text.data(), text.data() + text.size(), out) == text.data() + text.size();
}
template <std::size_t Size>
bool skip_text(JsonScanner& s, const char (&key)[Size]) noexcept {
  std::string_view ignored;
  return s.literal(key) && s.quoted_text(ignored);
}
template <std::size_t Size>
bool skip_optional_text(JsonScanner& s, const char (&key)[Size]) noexcept {
  std::string_view ignored;
  return !s.literal(key) || s.quoted_text(ignored);
}
template <std::size_t Size, class Decimal>
bool scan_optional(JsonScanner& s, const char (&key)[Size], Decimal& out) noexcept {
  out = Decimal::absent();
  return !s.literal(key) || s.quoted(out);
}

// Takes changed levels of either side in any order and leaves them bids first, asks right behind.
class SideBuffer {
 public:
  explicit SideBuffer(std::span<wire::Level> levels) noexcept
      : levels_(levels), first_ask_(levels.size() / 2), next_ask_(first_ask_) {}
  // Null where there is no room.
  wire::Level* next(bool bid) noexcept {
    if (bid) return bids_ == first_ask_ ? nullptr : &levels_[bids_++];
    return next_ask_ == levels_.size() ? nullptr : &levels_[next_ask_++];
  }
  void finish(BookMessage& out) noexcept {
    out.first_level = 0;
    out.bid_count = bids_;
    out.ask_count = next_ask_ - first_ask_;
    std::copy_n(levels_.data() + first_ask_, out.ask_count, levels_.data() + bids_);
  }

 private:
  std::span<wire::Level> levels_;
  std::size_t first_ask_;
  std::size_t next_ask_;
  std::size_t bids_ = 0;
};

}  // namespace detail

// ---- Exchange feed ----

inline bool scan_match(std::string_view text, TradeMessage& out) noexcept {
  detail::JsonScanner s(text);
  if (!s.literal(R"({"type":"match","trade_id":)") || !s.integer(out.id)) return false;
  if (!detail::skip_text(s, R"(,"maker_order_id":)") || !detail::skip_text(s, R"(,"taker_order_id":)")) return false;
  // The maker's side: the taker did the opposite.
  if (s.literal(R"(,"side":"buy")")) {
    out.taker_sold = true;
  } else if (s.literal(R"(,"side":"sell")")) {
    out.taker_sold = false;
  } else {
    return false;
  }
  std::uint64_t sequence = 0;
  out.history = false;
  out.numbered = true;
  return s.literal(R"(,"size":)") && s.quoted(out.quantity) && s.literal(R"(,"price":)") && s.quoted(out.price) &&
         s.literal(R"(,"product_id":)") && s.quoted_text(out.product) && s.literal(R"(,"sequence":)") &&
         s.integer(sequence) && s.literal(R"(,"time":)") && detail::scan_time(s, out.time) && s.literal('}') &&
         s.at_end();
}

inline bool scan_ticker(std::string_view text, QuoteMessage& out) noexcept {
  detail::JsonScanner s(text);
  if (!s.literal(R"({"type":"ticker","sequence":)") || !s.integer(out.sequence) || !s.literal(R"(,"product_id":)") ||
      !s.quoted_text(out.product)) {
    return false;
  }
  if (!detail::skip_text(s, R"(,"price":)") || !detail::skip_text(s, R"(,"open_24h":)") ||
      !detail::skip_text(s, R"(,"volume_24h":)") || !detail::skip_text(s, R"(,"low_24h":)") ||
      !detail::skip_text(s, R"(,"high_24h":)") || !detail::skip_text(s, R"(,"volume_30d":)")) {
    return false;
  }
  std::uint64_t trade_id = 0;
  return s.literal(R"(,"best_bid":)") && s.quoted(out.bid_price) &&
         detail::scan_optional(s, R"(,"best_bid_size":)", out.bid_quantity) && s.literal(R"(,"best_ask":)") &&
         s.quoted(out.ask_price) && detail::scan_optional(s, R"(,"best_ask_size":)", out.ask_quantity) &&
         detail::skip_text(s, R"(,"side":)") && s.literal(R"(,"time":)") && detail::scan_time(s, out.time) &&
         s.literal(R"(,"trade_id":)") && s.integer(trade_id) && detail::skip_text(s, R"(,"last_size":)") &&
         s.literal('}') && s.at_end();
}

// `levels` takes bids, then asks. False also where it has no room: each side may have half of it.
inline bool scan_l2update(std::string_view text, BookMessage& out, std::span<wire::Level> levels) noexcept {
  detail::JsonScanner s(text);
  if (!s.literal(R"({"type":"l2update","product_id":)") || !s.quoted_text(out.product)) return false;
  out.snapshot = false;
  if (!s.literal(R"(,"changes":[)")) return false;
  detail::SideBuffer sides(levels);
  do {
    const bool bid = s.literal(R"(["buy",)");
    if (!bid && !s.literal(R"(["sell",)")) return false;
    wire::Level* const level = sides.next(bid);
    if (level == nullptr || !s.quoted(level->price) || !s.literal(',') || !s.quoted(level->quantity) ||
        !s.literal(']')) {
      return false;
    }
  } while (s.literal(','));
  if (!s.literal(R"(],"time":)") || !detail::scan_time(s, out.time) || !s.literal('}') || !s.at_end()) return false;
  sides.finish(out);
  return true;
}

// ---- Advanced Trade: the envelope with one event ----

struct Envelope {
  Nanos time{0};
  std::uint64_t sequence = 0;
};

namespace detail {

// Behind {"channel":"...".
inline bool scan_envelope(JsonScanner& s, Envelope& out) noexcept {
  return skip_optional_text(s, R"(,"client_id":)") && s.literal(R"(,"timestamp":)") && scan_time(s, out.time) &&
         s.literal(R"(,"sequence_num":)") && s.integer(out.sequence) && s.literal(R"(,"events":[{"type":"update")");
}

// One trade of a list, in either of the two orders seen.
inline bool scan_trade(JsonScanner& s, TradeMessage& out) noexcept {
  const auto number = [&] { return s.integer(out.id) && s.literal('"'); };
  const auto side = [&] {
    out.taker_sold = s.literal(R"(,"side":"BUY")");
    return out.taker_sold || s.literal(R"(,"side":"SELL")");
  };
  const auto time = [&] { return s.literal(R"(,"time":)") && scan_time(s, out.time); };
  out.history = false;
  out.numbered = true;
  const bool product_first = s.literal(R"({"product_id":)");
  if (product_first) {
    if (!s.quoted_text(out.product) || !s.literal(R"(,"trade_id":")") || !number()) return false;
  } else if (!s.literal(R"({"trade_id":")") || !number() || !s.literal(R"(,"product_id":)") ||
             !s.quoted_text(out.product)) {
    return false;
  }
  return s.literal(R"(,"price":)") && s.quoted(out.price) && s.literal(R"(,"size":)") && s.quoted(out.quantity) &&
         (product_first ? time() && side() : side() && time()) && s.literal('}');
}

}  // namespace detail

// False also where there are more trades than `trades` has room for.
inline bool scan_market_trades(std::string_view text, Envelope& envelope, std::span<TradeMessage> trades,
                               std::size_t& count) noexcept {
  detail::JsonScanner s(text);
  if (!s.literal(R"({"channel":"market_trades")") || !detail::scan_envelope(s, envelope)) return false;
  if (!s.literal(R"(,"trades":[)")) return false;
  count = 0;
  do {
    if (count == trades.size() || !detail::scan_trade(s, trades[count++])) return false;
  } while (s.literal(','));
  return s.literal("]}]}") && s.at_end();
}

inline bool scan_advanced_ticker(std::string_view text, Envelope& envelope, QuoteMessage& out) noexcept {
  detail::JsonScanner s(text);
  if (!s.literal(R"({"channel":"ticker")") || !detail::scan_envelope(s, envelope)) return false;
  if (!s.literal(R"(,"tickers":[{"type":"ticker","product_id":)") || !s.quoted_text(out.product)) return false;
  if (!detail::skip_text(s, R"(,"price":)") || !detail::skip_text(s, R"(,"volume_24_h":)") ||
      !detail::skip_text(s, R"(,"low_24_h":)") || !detail::skip_text(s, R"(,"high_24_h":)") ||
      !detail::skip_text(s, R"(,"low_52_w":)") || !detail::skip_text(s, R"(,"high_52_w":)") ||
      !detail::skip_text(s, R"(,"price_percent_chg_24_h":)")) {
    return false;
  }
  out.time = envelope.time;
  out.sequence = 0;
  return s.literal(R"(,"best_bid":)") && s.quoted(out.bid_price) && s.literal(R"(,"best_bid_quantity":)") &&
         s.quoted(out.bid_quantity) && s.literal(R"(,"best_ask":)") && s.quoted(out.ask_price) &&
         s.literal(R"(,"best_ask_quantity":)") && s.quoted(out.ask_quantity) && s.literal("}]}]}") && s.at_end();
}

// `levels` as for scan_l2update.
inline bool scan_l2_data(std::string_view text, Envelope& envelope, BookMessage& out,
                         std::span<wire::Level> levels) noexcept {
  detail::JsonScanner s(text);
  if (!s.literal(R"({"channel":"l2_data")") || !detail::scan_envelope(s, envelope)) return false;
  if (!s.literal(R"(,"product_id":)") || !s.quoted_text(out.product) || !s.literal(R"(,"updates":[)")) return false;
  out.snapshot = false;
  detail::SideBuffer sides(levels);
  do {
    const bool bid = s.literal(R"({"side":"bid","event_time":)");
    if (!bid && !s.literal(R"({"side":"offer","event_time":)")) return false;
    wire::Level* const level = sides.next(bid);
    if (level == nullptr || !detail::scan_time(s, out.time) || !s.literal(R"(,"price_level":)") ||
        !s.quoted(level->price) || !s.literal(R"(,"new_quantity":)") || !s.quoted(level->quantity) || !s.literal('}')) {
      return false;
    }
  } while (s.literal(','));
  if (!s.literal("]}]}") || !s.at_end()) return false;
  if (out.time == Nanos{0}) out.time = envelope.time;
  sides.finish(out);
  return true;
}

}  // namespace trunkline::venue::coinbase
