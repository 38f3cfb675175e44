// Exact decimal numbers: int64 counts of a power of ten. Text goes in and comes out without passing through a double.
// Source of the scales: prices and quantities count 1e-8 (range +-92e9), rates count 1e-12.
#pragma once

#include <bit>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

namespace trunkline {

enum class DecimalError : std::uint8_t {
  Empty,
  Malformed,   // not a decimal number
  Inexact,     // has digits below the scale
  OutOfRange,  // too large for the scale
};

std::string_view to_text(DecimalError error) noexcept;

namespace detail {

// Reads a whole decimal, sign, fraction and exponent allowed, as a count of 10^-digits. Exact or an error.
std::expected<std::int64_t, DecimalError> parse_decimal(std::string_view text, int digits) noexcept;

// Writes a count of 10^-digits with at least `min_decimals` decimals, and more where the value needs them.
std::string decimal_text(std::int64_t raw, int digits, int min_decimals);

std::expected<std::int64_t, DecimalError> from_double(double value, int digits) noexcept;

constexpr std::int64_t power_of_ten(int exponent) noexcept {
  std::int64_t power = 1;
  while (exponent-- > 0) power *= 10;
  return power;
}

// Eight bytes of text as one word, the first character lowest (little-endian).
inline std::uint64_t load_eight(const char* text) noexcept {
  std::uint64_t word;
  __builtin_memcpy(&word, text, sizeof word);
  return word;
}
// How many of the eight characters, from the first one on, are digits.
constexpr int leading_digits(std::uint64_t word) noexcept {
  const std::uint64_t t = word ^ 0x3030303030303030ULL;
  // A byte that is not a digit may carry into later ones, which no longer count.
  const std::uint64_t others = ((t + 0x7676767676767676ULL) | t) & 0x8080808080808080ULL;
  return std::countr_zero(others) >> 3;
}
// Eight digits as a number; a zero byte counts as the digit 0.
constexpr std::uint64_t eight_digits(std::uint64_t word) noexcept {
  word = (word & 0x0F0F0F0F0F0F0F0FULL) * 2561 >> 8;
  word = (word & 0x00FF00FF00FF00FFULL) * 6553601 >> 16;
  return (word & 0x0000FFFF0000FFFFULL) * 42949672960001ULL >> 32;
}
// The first `count` characters, 1 to 8 and all digits, as a number ...
constexpr std::uint64_t first_digits(std::uint64_t word, int count) noexcept {
  return eight_digits(word << (64 - 8 * count));
}
// ... and as decimals: counted in 1e-8, whatever the count.
constexpr std::uint64_t first_decimals(std::uint64_t word, int count) noexcept {
  return eight_digits(word & (~std::uint64_t{0} >> (64 - 8 * count)));
}

}  // namespace detail

template <class Tag, int Digits>
class Fixed {
  static_assert(Digits >= 8 && Digits <= 12);

 public:
  static constexpr int digits = Digits;
  static constexpr std::int64_t one = detail::power_of_ten(Digits);

  constexpr Fixed() noexcept = default;
  static constexpr Fixed from_raw(std::int64_t raw) noexcept {
    Fixed value;
    value.raw_ = raw;
    return value;
  }
  static constexpr Fixed from_int(std::int64_t whole) noexcept { return from_raw(whole * one); }
  // Stands for "the venue did not say"; never the result of parsing or arithmetic.
  static constexpr Fixed absent() noexcept { return from_raw(std::numeric_limits<std::int64_t>::min()); }

  static std::expected<Fixed, DecimalError> parse(std::string_view text) noexcept {
    Fixed value;
    if (scan(text.data(), text.data() + text.size(), value) == text.data() + text.size() && !text.empty()) return value;
    return wrap(detail::parse_decimal(text, Digits));
  }

  // Nearest value to a double; for configuration and tests, never for venue text.
  static std::expected<Fixed, DecimalError> from_double(double value) noexcept {
    return wrap(detail::from_double(value, Digits));
  }

  // The hot path: reads an unsigned plain decimal ("61837.63000000") from [first, last) and stops behind it.
  // Returns null where the text is not that plain or would not fit: then parse() decides.
  static const char* scan(const char* first, const char* last, Fixed& out) noexcept {
    const char* p = first;
    std::uint64_t whole = 0;
    if (last - p >= 8) {
      const std::uint64_t word = detail::load_eight(p);
      const int count = detail::leading_digits(word);
      if (count == 0) return nullptr;
      whole = detail::first_digits(word, count);
      p += count;
      if (count == 8) p = more_digits(p, last, whole);
    } else {
      p = more_digits(p, last, whole);
    }
    const std::ptrdiff_t whole_length = p - first;
    if (whole_length == 0 || whole_length > 18 - Digits) return nullptr;
    std::uint64_t raw = whole * static_cast<std::uint64_t>(one);
    if (p == last || *p != '.') return finish(p, last, raw, out);

    const char* const fraction = ++p;
    if (last - p >= 8) {
      const std::uint64_t word = detail::load_eight(p);
      const int count = detail::leading_digits(word);
      if (count == 0) return nullptr;
      if (count < 8) {
        p += count;
        return finish(p, last, raw + detail::first_decimals(word, count) * powers[Digits - 8], out);
      }
      if (Digits == 8 && !starts_with_digit(p + 8, last)) {
        return finish(p + 8, last, raw + detail::eight_digits(word), out);
      }
    }
    std::uint64_t part = 0;
    p = more_digits(p, last, part);
    const std::ptrdiff_t length = p - fraction;
    if (length == 0 || length > Digits) return nullptr;
    return finish(p, last, raw + part * powers[Digits - length], out);
  }

  constexpr std::int64_t raw() const noexcept { return raw_; }
  constexpr bool is_absent() const noexcept { return *this == absent(); }
  constexpr bool is_zero() const noexcept { return raw_ == 0; }
  double to_double() const noexcept { return static_cast<double>(raw_) / static_cast<double>(one); }

  // At least `min_decimals` decimals, more where the value needs them: to_text() of "0.10" is "0.1".
  std::string to_text(int min_decimals = 0) const { return detail::decimal_text(raw_, Digits, min_decimals); }

  friend constexpr auto operator<=>(Fixed, Fixed) noexcept = default;

  // Arithmetic says when the result does not fit; with what is absent there is none.
  friend constexpr std::optional<Fixed> checked_add(Fixed a, Fixed b) noexcept {
    Fixed sum;
    const bool over = __builtin_add_overflow(a.raw_, b.raw_, &sum.raw_);
    return present(over, sum, a, b);
  }
  friend constexpr std::optional<Fixed> checked_subtract(Fixed a, Fixed b) noexcept {
    Fixed difference;
    const bool over = __builtin_sub_overflow(a.raw_, b.raw_, &difference.raw_);
    return present(over, difference, a, b);
  }
  friend constexpr std::optional<Fixed> checked_multiply(Fixed a, std::int64_t times) noexcept {
    Fixed product;
    const bool over = __builtin_mul_overflow(a.raw_, times, &product.raw_);
    return present(over, product, a, a);
  }

 private:
  static constexpr std::uint64_t powers[] = {1,           10,           100,          1000,      10000,
                                             100000,      1000000,      10000000,     100000000, 1000000000,
                                             10000000000, 100000000000, 1000000000000};
  static std::expected<Fixed, DecimalError> wrap(std::expected<std::int64_t, DecimalError> raw) noexcept {
    if (!raw) return std::unexpected(raw.error());
    return from_raw(*raw);
  }
  static constexpr std::optional<Fixed> present(bool over, Fixed result, Fixed a, Fixed b) noexcept {
    if (over || result.is_absent() || a.is_absent() || b.is_absent()) return std::nullopt;
    return result;
  }
  static bool starts_with_digit(const char* p, const char* last) noexcept {
    return p != last && static_cast<unsigned>(*p - '0') < 10U;
  }
  static const char* more_digits(const char* p, const char* last, std::uint64_t& value) noexcept {
    while (starts_with_digit(p, last)) value = value * 10 + static_cast<unsigned>(*p++ - '0');
    return p;
  }
  static bool ends_number(const char* p, const char* last) noexcept {
    return p == last || (*p != 'e' && *p != 'E' && *p != '.');
  }
  // At most 18 digits came in, so the value fits.
  static const char* finish(const char* p, const char* last, std::uint64_t raw, Fixed& out) noexcept {
    if (!ends_number(p, last)) return nullptr;
    out = from_raw(static_cast<std::int64_t>(raw));
    return p;
  }

  std::int64_t raw_ = 0;
};

using Price = Fixed<struct PriceTag, 8>;
using Quantity = Fixed<struct QuantityTag, 8>;
using Rate = Fixed<struct RateTag, 12>;  // funding, interest, volatility

// price x quantity as a count of 1e-16; exact for every pair of operands.
__extension__ using Int128 = __int128;
constexpr Int128 notional(Price price, Quantity quantity) noexcept {
  return static_cast<Int128>(price.raw()) * quantity.raw();
}

}  // namespace trunkline
