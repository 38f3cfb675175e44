// Reads times as Coinbase writes them, "2021-04-17T16:43:37.075687Z" with up to nine decimals, from a known place in a
// message. No allocation.
#pragma once

#include <cstdint>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/decimal.hpp"

namespace trunkline::venue::coinbase {

namespace detail {

// Eight characters of a form such as "0000-00-", where '0' stands for any digit: each digit's value in its byte.
inline bool read_form(const char* text, const char* form, std::uint64_t& digits) noexcept {
  constexpr std::uint64_t high = 0x8080'8080'8080'8080ULL;
  const std::uint64_t wanted = trunkline::detail::load_eight(form);
  digits = trunkline::detail::load_eight(text) ^ wanted;
  // 0x76 lifts a value above 9 into the high bit, 0x7F any value but 0; only literals have a bit outside of "0".
  const std::uint64_t literal = wanted ^ 0x3030'3030'3030'3030ULL;
  const std::uint64_t is_literal = ((literal + 0x7F7F'7F7F'7F7F'7F7FULL) & high) >> 7;
  const std::uint64_t lift = 0x7676'7676'7676'7676ULL + is_literal * 9;
  return ((((digits & ~high) + lift) | digits) & high) == 0;
}
constexpr unsigned digit(std::uint64_t digits, int at) noexcept {
  return static_cast<unsigned>(digits >> 8 * at & 0xFF);
}
constexpr unsigned two(std::uint64_t digits, int at) noexcept {
  return digit(digits, at) * 10 + digit(digits, at + 1);
}
// Days since 1970-01-01 of a Gregorian date (Howard Hinnant's days_from_civil).
constexpr std::int64_t days_of(unsigned year, unsigned month, unsigned day) noexcept {
  const unsigned y = year - (month <= 2 ? 1U : 0U);
  const unsigned era = y / 400;
  const unsigned of_era = y - era * 400;
  const unsigned of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
  const unsigned of_era_days = of_era * 365 + of_era / 4 - of_era / 100 + of_year;
  return static_cast<std::int64_t>(era) * 146'097 + of_era_days - 719'468;
}

}  // namespace detail

// Stops behind the 'Z'; null where the text is anything else. Years up to 1970 mean that the venue does not know the
// time, and give 0; years beyond 2261 do not fit.
inline const char* scan_iso_time(const char* first, const char* last, Nanos& out) noexcept {
  constexpr int shortest = 20;
  if (last - first < shortest) return nullptr;
  std::uint64_t date = 0;
  std::uint64_t clock = 0;
  if (!detail::read_form(first, "0000-00-", date) || !detail::read_form(first + 8, "00T00:00", clock)) return nullptr;
  if (first[16] != ':') return nullptr;
  const auto tens = static_cast<unsigned>(first[17] - '0');
  const auto ones = static_cast<unsigned>(first[18] - '0');
  if (tens > 9 || ones > 9) return nullptr;
  const unsigned year = detail::two(date, 0) * 100 + detail::two(date, 2);
  const unsigned month = detail::two(date, 5);
  const unsigned day = detail::two(clock, 0);
  const unsigned hour = detail::two(clock, 3);
  const unsigned minute = detail::two(clock, 6);
  const unsigned second = tens * 10 + ones;
  // Second 60 is a leap second.
  if (month - 1 > 11 || day - 1 > 30 || hour > 23 || minute > 59 || second > 60 || year > 2261) return nullptr;
  const char* at = first + 19;
  std::uint64_t nanos = 0;
  if (*at == '.') {
    ++at;
    std::uint64_t scale = 100'000'000;
    const char* const fraction = at;
    for (; at != last && static_cast<unsigned>(*at - '0') < 10U; ++at, scale /= 10) {
      nanos += static_cast<unsigned>(*at - '0') * scale;
    }
    if (at == fraction || at - fraction > 9) return nullptr;
  }
  if (at == last || *at != 'Z') return nullptr;
  const std::int64_t days = year <= 1970 ? 0 : detail::days_of(year, month, day);
  const std::int64_t seconds = days * 86'400 + hour * 3'600 + minute * 60 + second;
  out = year <= 1970 ? Nanos{0} : Nanos{seconds * 1'000'000'000 + static_cast<std::int64_t>(nanos)};
  return at + 1;
}

}  // namespace trunkline::venue::coinbase
