#include "sandbox/alpaca/market_days.hpp"

#include "trunkline/venue/alpaca/us_eastern.hpp"

namespace trunkline::sandbox::alpaca {
namespace {

using namespace std::chrono;

// Of the Gregorian calendar (Meeus, Jones and Butcher).
year_month_day easter(year in) {
  const int y = static_cast<int>(in);
  const int a = y % 19;
  const int b = y / 100;
  const int c = y % 100;
  const int h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
  const int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
  const int m = (a + 11 * h + 22 * l) / 451;
  const int n = h + l - 7 * m + 114;
  return in / month(static_cast<unsigned>(n / 31)) / day(static_cast<unsigned>(n % 31 + 1));
}

// A holiday on Saturday is kept on Friday, one on Sunday on Monday.
sys_days observed(sys_days date) {
  const weekday on(date);
  return on == Saturday ? date - days{1} : on == Sunday ? date + days{1} : date;
}

bool is_holiday(sys_days date) {
  const year in = year_month_day(date).year();
  // A New Year's Day on Saturday is not kept on the last day of the old year.
  const sys_days new_year = sys_days(in / January / 1);
  const sys_days holidays[] = {
      weekday(new_year) == Saturday ? new_year : observed(new_year),
      sys_days(in / January / Monday[3]),
      sys_days(in / February / Monday[3]),
      sys_days(easter(in)) - days{2},
      sys_days(in / May / Monday[last]),
      in >= year{2022} ? observed(in / June / 19) : sys_days(in / January / 1),
      observed(in / July / 4),
      sys_days(in / September / Monday[1]),
      sys_days(in / November / Thursday[4]),
      observed(in / December / 25),
  };
  for (const sys_days holiday : holidays) {
    if (date == holiday) return true;
  }
  return false;
}

bool closes_early(sys_days date) {
  const year_month_day on(date);
  const year in = on.year();
  return date == sys_days(in / November / Thursday[4]) + days{1} || on == in / December / 24 ||
         (on == in / July / 3 && weekday(date) != Friday);
}

}  // namespace

std::optional<MarketDay> market_day(year_month_day date, Hours hours) {
  if (hours == Hours::Always) return MarketDay{minutes{0}, minutes{0}, minutes{23 * 60 + 59}, minutes{23 * 60 + 59}};
  const sys_days on(date);
  const weekday day(on);
  if (day == Saturday || day == Sunday || is_holiday(on)) return std::nullopt;
  MarketDay out{.session_open = minutes{4 * 60},
                .open = minutes{9 * 60 + 30},
                .close = minutes{16 * 60},
                .session_close = minutes{20 * 60}};
  if (closes_early(on)) {
    out.close = minutes{13 * 60};
    out.session_close = minutes{17 * 60};
  }
  return out;
}

Session session_at(nanoseconds unix_time, Hours hours) {
  using venue::alpaca::from_eastern;
  const year_month_day date = venue::alpaca::eastern_date(unix_time);
  const auto day = market_day(date, hours);
  if (!day || unix_time < from_eastern(date, day->session_open) ||
      unix_time >= from_eastern(date, day->session_close)) {
    return Session::Closed;
  }
  if (unix_time < from_eastern(date, day->open)) return Session::Pre;
  return unix_time < from_eastern(date, day->close) ? Session::Regular : Session::Post;
}

}  // namespace trunkline::sandbox::alpaca
