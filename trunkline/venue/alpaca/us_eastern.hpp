// The clock of the stock market: US Eastern time, as law since 2007 has it (15 U.S.C. 260a): UTC-5, and UTC-4 from the
// second Sunday of March, 2:00, to the first Sunday of November, 2:00. Exact for those years, which are all that a
// calendar of a running market asks for; a change of that law is a change here.
#pragma once

#include <chrono>

#include "trunkline/core/clock.hpp"

namespace trunkline::venue::alpaca {

// When summer time begins and ends in that year, in UTC.
struct SummerTime {
  std::chrono::sys_seconds begins;
  std::chrono::sys_seconds ends;
};
constexpr SummerTime summer_time(std::chrono::year year) noexcept {
  using namespace std::chrono;
  return {sys_days(year / March / Sunday[2]) + hours{2 + 5}, sys_days(year / November / Sunday[1]) + hours{2 + 4}};
}

// What to add to UTC.
constexpr std::chrono::seconds eastern_offset(std::chrono::sys_seconds at) noexcept {
  using namespace std::chrono;
  const SummerTime summer = summer_time(year_month_day(floor<days>(at)).year());
  return at >= summer.begins && at < summer.ends ? hours{-4} : hours{-5};
}

constexpr std::chrono::year_month_day eastern_date(Nanos unix_time) noexcept {
  using namespace std::chrono;
  const sys_seconds at{floor<seconds>(unix_time)};
  return floor<days>(at + eastern_offset(at));
}

// A time of day there as Unix time. Between 1:00 and 2:00 when summer time ends, the first of the two; in the hour that
// is left out in March, as if it were not.
constexpr Nanos from_eastern(std::chrono::year_month_day date, std::chrono::minutes time_of_day) noexcept {
  using namespace std::chrono;
  const sys_seconds as_if_utc = sys_days(date) + time_of_day;
  const sys_seconds summer = as_if_utc + hours{4};
  const SummerTime bounds = summer_time(date.year());
  const sys_seconds at = summer >= bounds.begins && summer < bounds.ends ? summer : as_if_utc + hours{5};
  return at.time_since_epoch();
}

}  // namespace trunkline::venue::alpaca
