// Reads JSON whose members come in one known order with no spaces, as venues send their hot messages: literals are
// compared, numbers go straight to integers. Every function returns false where the text is anything else, and the
// caller then reads the whole message with simdjson instead; nothing is known about at() after a false.
// Never reads at or beyond `end`. No allocation. One thread at a time.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <string_view>

#include "trunkline/core/decimal.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::protocol {

class JsonScanner {
 public:
  explicit JsonScanner(std::string_view text) noexcept : at_(text.data()), end_(text.data() + text.size()) {}

  const char* at() const noexcept { return at_; }
  bool at_end() const noexcept { return at_ == end_; }
  std::size_t left() const noexcept { return static_cast<std::size_t>(end_ - at_); }

  // The given bytes, exactly: scanner.literal(R"({"e":"trade","E":)").
  template <std::size_t Size>
  [[nodiscard]] bool literal(const char (&expected)[Size]) noexcept {
    constexpr std::size_t length = Size - 1;
    if (left() < length || !same<length>(at_, expected)) return false;
    at_ += length;
    return true;
  }
  [[nodiscard]] bool literal(char expected) noexcept {
    if (at_ == end_ || *at_ != expected) return false;
    ++at_;
    return true;
  }
  // The given bytes where they are only known at run time (a symbol).
  [[nodiscard]] bool text(std::string_view expected) noexcept {
    if (left() < expected.size() || std::memcmp(at_, expected.data(), expected.size()) != 0) return false;
    at_ += expected.size();
    return true;
  }

  // 0 or digits without a leading zero, that fit; stops behind the last digit.
  template <std::unsigned_integral Integer>
  [[nodiscard]] bool integer(Integer& out) noexcept {
    const char* const first = at_;
    std::uint64_t value = 0;
    int chunk = 8;
    while (chunk == 8 && left() >= 8) {
      const std::uint64_t word = detail::load_eight(at_);
      chunk = detail::leading_digits(word);
      if (chunk == 0) break;
      value = value * powers_of_ten[chunk] + detail::first_digits(word, chunk);
      at_ += chunk;
    }
    if (chunk == 8) {
      while (at_ != end_ && is_digit(*at_)) value = value * 10 + static_cast<unsigned>(*at_++ - '0');
    }
    const std::ptrdiff_t length = at_ - first;
    // Nineteen digits always fit; what is longer is left to simdjson.
    if (length == 0 || length > 19 || (*first == '0' && length != 1)) return false;
    if (value > std::numeric_limits<Integer>::max()) return false;
    out = static_cast<Integer>(value);
    return true;
  }

  [[nodiscard]] bool boolean(bool& out) noexcept {
    if (literal("true")) {
      out = true;
      return true;
    }
    out = false;
    return literal("false");
  }

  // An unsigned plain decimal (Price, Quantity, Rate), quoted: "61837.63000000". Exact or false.
  template <class Decimal>
  [[nodiscard]] bool quoted(Decimal& out) noexcept {
    return literal('"') && decimal(out) && literal('"');
  }

  // An unquoted JSON number that is not negative, with or without an exponent: 61837.63, 1e-8. Exact or false.
  template <class Decimal>
  [[nodiscard]] bool number(Decimal& out) noexcept {
    const char* const first = at_;
    const bool leading_zero = end_ - first > 1 && first[0] == '0' && is_digit(first[1]);
    if (decimal(out)) [[likely]]
      return !leading_zero;
    const char* const stop = number_end(first, end_);
    if (stop == nullptr || *first == '-') return false;
    const auto parsed = Decimal::parse({first, static_cast<std::size_t>(stop - first)});
    if (!parsed) return false;
    out = *parsed;
    at_ = stop;
    return true;
  }
  // Any JSON number, whatever its value.
  [[nodiscard]] bool skip_number() noexcept {
    const char* const stop = number_end(at_, end_);
    if (stop == nullptr) return false;
    at_ = stop;
    return true;
  }
  // Behind the JSON number that begins at `first`; null where none does.
  static const char* number_end(const char* first, const char* last) noexcept {
    const char* p = first;
    const auto digits = [&p, last] {
      const char* const from = p;
      while (p != last && is_digit(*p)) ++p;
      return p - from;
    };
    if (p != last && *p == '-') ++p;
    const char* const whole = p;
    const auto length = digits();
    if (length == 0 || (length > 1 && *whole == '0')) return nullptr;
    if (p != last && *p == '.') {
      ++p;
      if (digits() == 0) return nullptr;
    }
    if (p != last && (*p == 'e' || *p == 'E')) {
      ++p;
      if (p != last && (*p == '-' || *p == '+')) ++p;
      if (digits() == 0) return nullptr;
    }
    return p;
  }

  // A quoted text without escapes and control characters; `out` lies in the scanned bytes.
  [[nodiscard]] bool quoted_text(std::string_view& out) noexcept {
    if (at_ == end_ || *at_ != '"') return false;
    const char* const first = ++at_;
    while (left() >= 8) {
      const std::uint64_t stops = stop_bytes(detail::load_eight(at_));
      if (stops != 0) {
        at_ += std::countr_zero(stops) >> 3;
        break;
      }
      at_ += 8;
    }
    while (at_ != end_ && *at_ != '"') {
      if (*at_ == '\\' || static_cast<unsigned char>(*at_) < 0x20) return false;
      ++at_;
    }
    if (at_ == end_) return false;
    out = {first, static_cast<std::size_t>(at_ - first)};
    ++at_;
    return true;
  }

  // [["price","quantity"],...] or []; false also where there are more levels than `out` has room for.
  [[nodiscard]] bool levels(std::span<wire::Level> out, std::size_t& count) noexcept {
    count = 0;
    if (!literal('[')) return false;
    if (literal(']')) return true;
    do {
      if (count == out.size()) return false;
      wire::Level& level = out[count++];
      if (!literal("[\"") || !decimal(level.price) || !literal("\",\"") || !decimal(level.quantity) ||
          !literal("\"]")) {
        return false;
      }
    } while (literal(','));
    return literal(']');
  }

 private:
  static constexpr std::uint64_t powers_of_ten[] = {1,       10,        100,        1'000,      10'000,
                                                    100'000, 1'000'000, 10'000'000, 100'000'000};
  template <class Decimal>
  [[nodiscard]] bool decimal(Decimal& out) noexcept {
    const char* const stop = Decimal::scan(at_, end_, out);
    if (stop == nullptr) return false;
    at_ = stop;
    return true;
  }
  // memcmp of a length known here, without the call that compilers make for longer ones.
  template <std::size_t Length>
  static bool same(const char* text, const char* expected) noexcept {
    if constexpr (Length >= 8) {
      std::uint64_t different = 0;
      for (std::size_t at = 0; at + 8 <= Length; at += 8) {
        different |= detail::load_eight(text + at) ^ detail::load_eight(expected + at);
      }
      if constexpr (Length % 8 != 0) {
        different |= detail::load_eight(text + Length - 8) ^ detail::load_eight(expected + Length - 8);
      }
      return different == 0;
    } else {
      return std::memcmp(text, expected, Length) == 0;
    }
  }
  // Bit 7 of the first byte that is a quote, a backslash or a control character; bits above it mean nothing.
  static std::uint64_t stop_bytes(std::uint64_t word) noexcept {
    constexpr std::uint64_t ones = 0x0101010101010101ULL;
    const auto below = [](std::uint64_t bytes, std::uint64_t limit) { return (bytes - ones * limit) & ~bytes; };
    return (below(word ^ ones * '"', 1) | below(word ^ ones * '\\', 1) | below(word, 0x20)) & ones * 0x80;
  }
  static bool is_digit(char c) noexcept { return static_cast<unsigned>(c - '0') < 10U; }

  const char* at_;
  const char* end_;
};

}  // namespace trunkline::protocol
