#include "trunkline/venue/generic/times.hpp"

#include <chrono>

#include "trunkline/core/decimal.hpp"

namespace trunkline::venue::generic {
namespace {

constexpr int decimals_of(TimeUnit unit) noexcept {
  switch (unit) {
    case TimeUnit::Seconds:
      return 9;
    case TimeUnit::Milliseconds:
      return 6;
    case TimeUnit::Microseconds:
      return 3;
    case TimeUnit::Nanoseconds:
    case TimeUnit::Iso:
      return 0;
  }
  return 0;
}

class Reader {
 public:
  explicit Reader(std::string_view text) noexcept : rest_(text) {}

  bool at_end() const noexcept { return rest_.empty(); }
  std::size_t left() const noexcept { return rest_.size(); }
  bool literal(char expected) noexcept {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(1);
    return true;
  }
  bool digits(std::size_t count, int& out) noexcept {
    if (rest_.size() < count) return false;
    out = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const auto digit = static_cast<unsigned>(rest_[i] - '0');
      if (digit > 9) return false;
      out = out * 10 + static_cast<int>(digit);
    }
    rest_.remove_prefix(count);
    return true;
  }

 private:
  std::string_view rest_;
};

// 2021-04-17T16:43:05[.123456789](Z|+00:00|nothing); a blank may stand for the T.
std::optional<Nanos> parse_iso(std::string_view text) noexcept {
  Reader in(text);
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!in.digits(4, year) || !in.literal('-') || !in.digits(2, month) || !in.literal('-') || !in.digits(2, day)) {
    return std::nullopt;
  }
  if (!in.literal('T') && !in.literal(' ')) return std::nullopt;
  if (!in.digits(2, hour) || !in.literal(':') || !in.digits(2, minute) || !in.literal(':') || !in.digits(2, second)) {
    return std::nullopt;
  }
  std::int64_t fraction = 0;
  if (in.literal('.')) {
    std::int64_t unit = 100'000'000;
    int digit = 0;
    bool any = false;
    while (in.digits(1, digit)) {
      if (unit == 0 && digit != 0) return std::nullopt;
      fraction += digit * unit;
      unit /= 10;
      any = true;
    }
    if (!any) return std::nullopt;
  }
  std::chrono::minutes offset{0};
  const bool behind = in.literal('-');
  if (behind || in.literal('+')) {
    int hours = 0, minutes = 0;
    if (!in.digits(2, hours)) return std::nullopt;
    (void)in.literal(':');
    if (in.left() != 0 && !in.digits(2, minutes)) return std::nullopt;
    offset = std::chrono::hours{hours} + std::chrono::minutes{minutes};
    if (behind) offset = -offset;
  } else {
    (void)in.literal('Z');
  }
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!in.at_end() || !date.ok() || year < 1970 || year > 2261 || hour > 23 || minute > 59 || second > 60) {
    return std::nullopt;
  }
  const std::chrono::sys_days days{date};
  return Nanos{days.time_since_epoch()} + std::chrono::hours{hour} + std::chrono::minutes{minute} - offset +
         std::chrono::seconds{second} + Nanos{fraction};
}

}  // namespace

std::string_view to_text(TimeUnit unit) noexcept {
  switch (unit) {
    case TimeUnit::Seconds:
      return "s";
    case TimeUnit::Milliseconds:
      return "ms";
    case TimeUnit::Microseconds:
      return "us";
    case TimeUnit::Nanoseconds:
      return "ns";
    case TimeUnit::Iso:
      return "iso";
  }
  return "";
}

std::optional<Nanos> parse_time(std::string_view text, TimeUnit unit) noexcept {
  if (unit == TimeUnit::Iso) return parse_iso(text);
  const int decimals = decimals_of(unit);
  // Whole and not too long to overflow: nearly all of them.
  if (text.size() >= 9 && text.size() + static_cast<std::size_t>(decimals) <= 19) {
    std::uint64_t value = 0;
    std::size_t at = 0;
    for (; at + 8 <= text.size(); at += 8) {
      const std::uint64_t word = detail::load_eight(text.data() + at);
      if (detail::leading_digits(word) != 8) break;
      value = value * 100'000'000 + detail::eight_digits(word);
    }
    while (at < text.size() && text[at] >= '0' && text[at] <= '9') {
      value = value * 10 + static_cast<unsigned>(text[at++] - '0');
    }
    const std::uint64_t count = value * static_cast<std::uint64_t>(detail::power_of_ten(decimals));
    if (at == text.size() && count <= std::uint64_t{INT64_MAX}) return Nanos{static_cast<std::int64_t>(count)};
  }
  const auto parsed = detail::parse_decimal(text, decimals);
  if (!parsed || *parsed < 0) return std::nullopt;
  return Nanos{*parsed};
}

}  // namespace trunkline::venue::generic
