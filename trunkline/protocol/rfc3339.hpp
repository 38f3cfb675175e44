// Times as venues write them in RFC 3339: "2023-10-06T17:35:55.440295Z", UTC only, up to nine decimals of a second.
// No allocation; any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "trunkline/core/clock.hpp"
#include "trunkline/protocol/json_scanner.hpp"

namespace trunkline::protocol {

// Nothing where the text is anything else, or a time that Nanos cannot count (before 1970, after 2261).
inline std::optional<Nanos> parse_rfc3339(std::string_view text) noexcept {
  constexpr std::string_view form = "0000-00-00T00:00:00";
  if (text.size() < form.size() + 1 || text.back() != 'Z') return std::nullopt;
  unsigned others = 0;
  for (std::size_t i = 0; i < form.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    others |= form[i] == '0' ? static_cast<unsigned>(static_cast<unsigned>(c - '0') > 9)
                             : static_cast<unsigned>(text[i] != form[i]);
  }
  if (others != 0) return std::nullopt;
  const auto two = [text](std::size_t at) { return (text[at] - '0') * 10 + (text[at + 1] - '0'); };
  const int year = two(0) * 100 + two(2);
  const auto month = static_cast<unsigned>(two(5));
  const auto day = static_cast<unsigned>(two(8));
  const int hour = two(11);
  const int minute = two(14);
  const int second = two(17);
  using std::chrono::year_month_day;
  const year_month_day date{std::chrono::year{year}, std::chrono::month{month}, std::chrono::day{day}};
  if (!date.ok() || year < 1970 || year > 2261 || hour > 23 || minute > 59 || second > 60) return std::nullopt;

  std::int64_t fraction = 0;
  const std::string_view rest = text.substr(form.size(), text.size() - form.size() - 1);
  if (!rest.empty()) {
    if (rest.front() != '.' || rest.size() < 2 || rest.size() > 10) return std::nullopt;
    for (std::size_t i = 1; i < 10; ++i) {
      const unsigned digit = i < rest.size() ? static_cast<unsigned>(rest[i] - '0') : 0U;
      if (digit > 9) return std::nullopt;
      fraction = fraction * 10 + digit;
    }
  }
  const std::int64_t days = std::chrono::sys_days{date}.time_since_epoch().count();
  return Nanos{((days * 24 + hour) * 60 + minute) * 60'000'000'000 + second * std::int64_t{1'000'000'000} + fraction};
}

// The same, quoted, at the scanner.
inline bool scan_rfc3339(JsonScanner& scanner, Nanos& out) noexcept {
  std::string_view text;
  if (!scanner.quoted_text(text)) return false;
  const auto time = parse_rfc3339(text);
  if (time) out = *time;
  return time.has_value();
}

}  // namespace trunkline::protocol
