// What Hyperliquid writes: its coins, and the bodies that REST and WebSocket share. One thread at a time.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "sandbox/market/listed_market.hpp"

namespace trunkline::sandbox::hyperliquid {

inline constexpr std::size_t book_depth = 20;  // levels a side at most
inline constexpr std::size_t fast_book_depth = 5;
inline constexpr int perpetual_decimals = 6;  // of size and price together; spot pairs have two more
inline constexpr int spot_decimals = 8;
inline constexpr int most_leverage = 40;

// The instrument of "BTC" (a perpetual, in USD) or "HYPE/USDC" (a spot pair). `number`: of the pair among its like.
Result<Instrument> make_listing(std::string_view name, std::size_t number);

inline bool is_perpetual(const Instrument& in) noexcept {
  return in.market == Market::Usdm;
}

// A message of the WebSocket; `data` is JSON.
std::string message_text(std::string_view channel, std::string_view data);

std::string price_text(Price price);
std::string size_text(Quantity quantity);

// {"coin":...,"time":...,"levels":[bids,asks]}
std::string book_text(const Instrument& in, const Book& book, std::size_t depth, std::int64_t time_ms);
std::string bbo_text(const ListedMarket& market);
// The venue's number of a trade: fifty bits that tell no order, another for each id.
inline std::uint64_t trade_tid(std::uint64_t id) noexcept {
  return id * 0x9E37'79B9'7F4A'7C15ULL & ((std::uint64_t{1} << 50) - 1);
}
std::string trade_text(const Instrument& in, const TradePrint& trade);
std::string trades_text(const Instrument& in, std::span<const TradePrint> trades);
std::string bar_text(const Instrument& in, const Bar& bar, std::string_view interval);
std::string context_text(const ListedMarket& market, bool with_coin);
std::optional<std::string> mid_text(const ListedMarket& market);

// In ms; nullopt where the venue has no such interval.
std::optional<std::int32_t> interval_ms(std::string_view interval);

}  // namespace trunkline::sandbox::hyperliquid
