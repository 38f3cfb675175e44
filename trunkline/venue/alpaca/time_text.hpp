// Reads the venue's times ("2022-03-18T14:02:43.651613184Z", RFC 3339) and dates ("2023-08-24"). No allocation.
#pragma once

#include <chrono>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "trunkline/core/clock.hpp"

namespace trunkline::venue::alpaca {

namespace detail {
// `count` digits at `at`; below 0: others.
constexpr int digits_at(std::string_view text, std::size_t at, std::size_t count) noexcept {
  if (text.size() < at + count) return -1;
  int value = 0;
  for (const char c : text.substr(at, count)) {
    if (c < '0' || c > '9') return -1;
    value = value * 10 + (c - '0');
  }
  return value;
}
}  // namespace detail

constexpr std::optional<std::chrono::year_month_day> read_date(std::string_view text) noexcept {
  const int year = detail::digits_at(text, 0, 4);
  const int month = detail::digits_at(text, 5, 2);
  const int day = detail::digits_at(text, 8, 2);
  if (year < 0 || month < 0 || day < 0 || text[4] != '-' || text[7] != '-') return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return std::nullopt;
  return date;
}

constexpr std::uint32_t date_number(const std::chrono::year_month_day& date) noexcept {
  return static_cast<std::uint32_t>(static_cast<int>(date.year())) * 10'000 +
         static_cast<unsigned>(date.month()) * 100 + static_cast<unsigned>(date.day());
}

// Up to nine decimals; `Z` or an offset such as -04:00. Empty where it is no such time, or beyond what Nanos hold.
constexpr std::optional<Nanos> read_time(std::string_view text) noexcept {
  using namespace std::chrono;
  if (text.size() < 20) return std::nullopt;
  const auto date = read_date(text.substr(0, 10));
  const int hour = detail::digits_at(text, 11, 2);
  const int minute = detail::digits_at(text, 14, 2);
  const int second = detail::digits_at(text, 17, 2);
  if (!date || text[10] != 'T' || text[13] != ':' || text[16] != ':' || hour < 0 || hour > 23 || minute < 0 ||
      minute > 59 || second < 0 || second > 60) {
    return std::nullopt;
  }
  std::size_t at = 19;
  std::int64_t nanos = 0;
  if (text[at] == '.') {
    std::int64_t unit = 1'000'000'000;
    for (++at; at < text.size() && text[at] >= '0' && text[at] <= '9'; ++at) {
      unit /= 10;
      if (unit == 0) return std::nullopt;
      nanos += (text[at] - '0') * unit;
    }
    if (unit == 1'000'000'000) return std::nullopt;
  }
  std::int64_t offset = 0;
  const std::string_view zone = text.substr(at);
  if (zone != "Z" && zone != "z") {
    const int hours = detail::digits_at(zone, 1, 2);
    const int minutes_off = detail::digits_at(zone, 4, 2);
    if (zone.size() != 6 || (zone[0] != '+' && zone[0] != '-') || zone[3] != ':' || hours < 0 || hours > 23 ||
        minutes_off < 0 || minutes_off > 59) {
      return std::nullopt;
    }
    offset = (hours * 60 + minutes_off) * (zone[0] == '-' ? -60 : 60);
  }
  const std::int64_t days = sys_days(*date).time_since_epoch().count();
  const std::int64_t seconds_since = days * 86'400 + hour * 3'600 + minute * 60 + second - offset;
  constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max() / 1'000'000'000 - 1;
  if (seconds_since > most || seconds_since < -most) return std::nullopt;
  return Nanos{seconds_since * 1'000'000'000 + nanos};
}

}  // namespace trunkline::venue::alpaca
