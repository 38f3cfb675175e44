// When the stock market trades: the days of /v2/calendar as Unix times. Days that the venue leaves out are holidays and
// weekends. Immutable once made.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "trunkline/core/clock.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::venue::alpaca {

enum class Phase : std::uint8_t { Unknown, Closed, Pre, Regular, Post };

constexpr std::string_view to_text(Phase phase) noexcept {
  constexpr std::string_view names[] = {"unknown", "closed", "pre", "regular", "post"};
  return names[static_cast<std::size_t>(phase)];
}

constexpr wire::TradingStatus status_in(Phase phase) noexcept {
  constexpr wire::TradingStatus statuses[] = {wire::TradingStatus::Unknown, wire::TradingStatus::Closed,
                                              wire::TradingStatus::PreOpen, wire::TradingStatus::Trading,
                                              wire::TradingStatus::AfterHours};
  return statuses[static_cast<std::size_t>(phase)];
}

struct TradingDay {
  std::chrono::year_month_day date;
  // Eastern time of day.
  std::chrono::minutes session_open{4 * 60};
  std::chrono::minutes open{9 * 60 + 30};
  std::chrono::minutes close{16 * 60};
  std::chrono::minutes session_close{20 * 60};
};

class MarketCalendar {
 public:
  MarketCalendar() = default;
  // The trading days among those from `first` to `last`, both included, in rising order.
  MarketCalendar(std::chrono::year_month_day first, std::chrono::year_month_day last,
                 const std::vector<TradingDay>& days);

  // Unknown outside of the days asked for.
  Phase phase_at(Nanos unix_time) const noexcept;
  // The next moment after this one at which a phase begins; empty where the calendar knows none.
  std::optional<Nanos> next_change(Nanos unix_time) const noexcept;
  // The calendar ends here.
  Nanos until() const noexcept { return until_; }
  bool empty() const noexcept { return until_ == from_; }
  std::size_t trading_days() const noexcept { return days_; }

 private:
  struct Change {
    Nanos at;
    Phase phase;
  };
  Nanos from_{0};
  Nanos until_{0};
  std::size_t days_ = 0;
  std::vector<Change> changes_;  // in rising order
};

}  // namespace trunkline::venue::alpaca
