// CRC32 (IEEE, as in zip) of a book's best levels, kept level by level: after a change only the levels from there on
// are summed again, and the sums of the two sides are put together without reading either side again.
// Source: Kraken's guide to the book checksum of WebSocket v2. No allocation; one thread at a time.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

#include "trunkline/core/decimal.hpp"
#include "trunkline/venue/kraken/messages.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::venue::kraken {

// The register of the CRC, without the inversions before and after.
class Crc32 {
 public:
  static constexpr std::uint32_t start = 0xFFFF'FFFF;
  static constexpr std::uint32_t finish(std::uint32_t state) noexcept { return ~state; }

  static std::uint32_t add(std::uint32_t state, const char* text, std::size_t length) noexcept;
  // The state after `length` zero bytes; length < max_zeros.
  static constexpr std::size_t max_zeros = 1024;
  static std::uint32_t add_zeros(std::uint32_t state, std::size_t length) noexcept;
};

// How many decimals the venue prints beyond those that the numbers here count, or fewer.
struct DigitShift {
  int price = 0;
  int quantity = 0;

  static DigitShift of(Decimals decimals, int unit_exponent) noexcept {
    return {decimals.price - Price::digits - unit_exponent, decimals.quantity - Quantity::digits + unit_exponent};
  }
};

// Price then quantity of one level as the checksum takes them: the printed digits without the point and without
// leading zeros. Writes at most `max_digits` and returns the end.
inline constexpr std::size_t max_digits = 64;
char* write_digits(char* out, const wire::Level& level, DigitShift shift) noexcept;

// One side's part of the sum.
class SideChecksum {
 public:
  static constexpr std::size_t depth = 10;

  // `first`: the state to begin with: Crc32::start for the side that is summed first, 0 for the other.
  explicit SideChecksum(std::uint32_t first) noexcept { states_[0] = first; }

  // Levels from this rank on (0: the best) may have changed.
  void touch(std::size_t rank) noexcept { valid_ = std::min(valid_, rank); }
  bool current() const noexcept { return valid_ == depth; }
  // `best_last`: the levels of the side, best at the end.
  void refresh(std::span<const wire::Level> best_last, DigitShift shift) noexcept {
    if (!current()) sum(best_last, shift);
  }

  std::uint32_t state() const noexcept { return states_[depth]; }
  std::size_t length() const noexcept { return lengths_[depth]; }

 private:
  void sum(std::span<const wire::Level> best_last, DigitShift shift) noexcept;

  std::array<std::uint32_t, depth + 1> states_{};   // after so many levels
  std::array<std::uint32_t, depth + 1> lengths_{};  // bytes summed until then
  std::size_t valid_ = 0;                           // levels whose sums are right; all: depth
};

// Asks are summed first.
inline std::uint32_t checksum_of(const SideChecksum& asks, const SideChecksum& bids) noexcept {
  return Crc32::finish(Crc32::add_zeros(asks.state(), bids.length()) ^ bids.state());
}

}  // namespace trunkline::venue::kraken
