#include "trunkline/core/decimal.hpp"

#include <algorithm>
#include <cmath>

#include "trunkline/core/decimal_writer.hpp"

namespace trunkline {

std::string_view to_text(DecimalError error) noexcept {
  switch (error) {
    case DecimalError::Empty:
      return "empty";
    case DecimalError::Malformed:
      return "not a decimal number";
    case DecimalError::Inexact:
      return "more decimals than can be kept exactly";
    case DecimalError::OutOfRange:
      return "out of range";
  }
  return "unknown";
}

namespace detail {

namespace {

bool is_digit(char c) noexcept {
  return c >= '0' && c <= '9';
}

// Exponents beyond this cannot meet a digit that matters, whatever the text's length.
constexpr std::int64_t exponent_limit = 1'000'000'000;

struct Scanned {
  bool negative = false;
  std::string_view whole;
  std::string_view fraction;
  std::int64_t exponent = 0;
};

std::expected<Scanned, DecimalError> scan_decimal(std::string_view text) noexcept {
  if (text.empty()) return std::unexpected(DecimalError::Empty);
  Scanned scanned;
  std::size_t at = 0;
  const auto digits = [&] {
    const std::size_t start = at;
    while (at < text.size() && is_digit(text[at])) ++at;
    return text.substr(start, at - start);
  };
  if (text[at] == '-') {
    scanned.negative = true;
    ++at;
  }
  scanned.whole = digits();
  if (at < text.size() && text[at] == '.') {
    ++at;
    scanned.fraction = digits();
  }
  if (scanned.whole.empty() && scanned.fraction.empty()) return std::unexpected(DecimalError::Malformed);
  if (at < text.size() && (text[at] == 'e' || text[at] == 'E')) {
    ++at;
    bool negative = false;
    if (at < text.size() && (text[at] == '-' || text[at] == '+')) negative = text[at++] == '-';
    const std::string_view exponent = digits();
    if (exponent.empty()) return std::unexpected(DecimalError::Malformed);
    for (char c : exponent) scanned.exponent = std::min(exponent_limit, scanned.exponent * 10 + (c - '0'));
    if (negative) scanned.exponent = -scanned.exponent;
  }
  if (at != text.size()) return std::unexpected(DecimalError::Malformed);
  return scanned;
}

}  // namespace

std::expected<std::int64_t, DecimalError> parse_decimal(std::string_view text, int digits) noexcept {
  const auto scanned = scan_decimal(text);
  if (!scanned) return std::unexpected(scanned.error());

  const auto length = static_cast<std::int64_t>(scanned->whole.size() + scanned->fraction.size());
  const auto digit = [&](std::int64_t i) {
    const auto index = static_cast<std::size_t>(i);
    const auto whole = scanned->whole.size();
    return index < whole ? scanned->whole[index] : scanned->fraction[index - whole];
  };
  std::int64_t first = 0;
  while (first < length && digit(first) == '0') ++first;
  if (first == length) return 0;
  std::int64_t last = length;
  while (digit(last - 1) == '0') --last;

  // The value is the digits [first, last) times 10^shift, counted in units of 10^-digits.
  const std::int64_t shift =
      (length - last) - static_cast<std::int64_t>(scanned->fraction.size()) + scanned->exponent + digits;
  if (shift < 0) return std::unexpected(DecimalError::Inexact);
  if (last - first + shift > 19) return std::unexpected(DecimalError::OutOfRange);
  Int128 value = 0;
  for (std::int64_t i = first; i < last; ++i) value = value * 10 + (digit(i) - '0');
  for (std::int64_t i = 0; i < shift; ++i) value *= 10;
  if (value > std::numeric_limits<std::int64_t>::max()) return std::unexpected(DecimalError::OutOfRange);
  const auto raw = static_cast<std::int64_t>(value);
  return scanned->negative ? -raw : raw;
}

std::string decimal_text(std::int64_t raw, int digits, int min_decimals) {
  DecimalBuffer buffer;
  std::string text(write_decimal(buffer, raw, digits, min_decimals));
  if (min_decimals > digits) text.append(static_cast<std::size_t>(min_decimals - digits), '0');
  return text;
}

std::expected<std::int64_t, DecimalError> from_double(double value, int digits) noexcept {
  if (!std::isfinite(value)) return std::unexpected(DecimalError::Malformed);
  const long double scaled =
      std::round(static_cast<long double>(value) * static_cast<long double>(power_of_ten(digits)));
  if (std::fabs(scaled) >= 9223372036854775807.0L) return std::unexpected(DecimalError::OutOfRange);
  return static_cast<std::int64_t>(scaled);
}

}  // namespace detail
}  // namespace trunkline
