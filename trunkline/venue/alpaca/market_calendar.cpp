#include "trunkline/venue/alpaca/market_calendar.hpp"

#include <algorithm>

#include "trunkline/venue/alpaca/us_eastern.hpp"

namespace trunkline::venue::alpaca {

MarketCalendar::MarketCalendar(std::chrono::year_month_day first, std::chrono::year_month_day last,
                               const std::vector<TradingDay>& days)
    : from_(from_eastern(first, std::chrono::minutes{0})),
      until_(from_eastern(std::chrono::sys_days(last) + std::chrono::days{1}, std::chrono::minutes{0})),
      days_(days.size()) {
  changes_.reserve(4 * days.size());
  for (const TradingDay& day : days) {
    changes_.push_back({from_eastern(day.date, day.session_open), Phase::Pre});
    changes_.push_back({from_eastern(day.date, day.open), Phase::Regular});
    changes_.push_back({from_eastern(day.date, day.close), Phase::Post});
    changes_.push_back({from_eastern(day.date, day.session_close), Phase::Closed});
  }
}

Phase MarketCalendar::phase_at(Nanos unix_time) const noexcept {
  if (unix_time < from_ || unix_time >= until_) return Phase::Unknown;
  const auto after = std::ranges::upper_bound(changes_, unix_time, {}, &Change::at);
  return after == changes_.begin() ? Phase::Closed : std::prev(after)->phase;
}

std::optional<Nanos> MarketCalendar::next_change(Nanos unix_time) const noexcept {
  const auto after = std::ranges::upper_bound(changes_, unix_time, {}, &Change::at);
  if (after == changes_.end()) return std::nullopt;
  return after->at;
}

}  // namespace trunkline::venue::alpaca
