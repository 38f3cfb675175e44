// The trading days that the sandbox's calendar tells: those of the New York Stock Exchange by its standing rules (Rule
// 7.2: holidays; early closes at 13:00), or every day around the clock. Eastern time.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

namespace trunkline::sandbox::alpaca {

struct MarketDay {
  std::chrono::minutes session_open;
  std::chrono::minutes open;
  std::chrono::minutes close;
  std::chrono::minutes session_close;
};

enum class Hours : std::uint8_t {
  Always,    // 00:00 to 23:59, every day: data at any time
  Exchange,  // as the stock exchange
};

// Empty on a day without trading.
std::optional<MarketDay> market_day(std::chrono::year_month_day date, Hours hours);

enum class Session : std::uint8_t { Closed, Pre, Regular, Post };

// At this Unix time.
Session session_at(std::chrono::nanoseconds unix_time, Hours hours);

}  // namespace trunkline::sandbox::alpaca
