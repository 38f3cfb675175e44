#include "trunkline/venue/kraken/checksum.hpp"

#include <cstring>

namespace trunkline::venue::kraken {
namespace {

constexpr std::uint32_t polynomial = 0xEDB8'8320;  // bits reversed

using Table = std::array<std::uint32_t, 256>;

// tables[n][b]: what byte b does to the register n bytes later.
constexpr std::array<Table, 8> make_tables() {
  std::array<Table, 8> tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t state = byte;
    for (int bit = 0; bit < 8; ++bit) state = (state >> 1) ^ (polynomial & (0U - (state & 1U)));
    tables[0][byte] = state;
  }
  for (std::size_t later = 1; later < tables.size(); ++later) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[later - 1][byte];
      tables[later][byte] = (before >> 8) ^ tables[0][before & 0xFF];
    }
  }
  return tables;
}
constexpr std::array<Table, 8> tables = make_tables();

constexpr std::uint32_t add_byte(std::uint32_t state, std::uint8_t byte) noexcept {
  return (state >> 8) ^ tables[0][(state ^ byte) & 0xFF];
}

// a * b modulo the polynomial; the highest bit is the power 0.
constexpr std::uint32_t multiply(std::uint32_t a, std::uint32_t b) noexcept {
  std::uint32_t product = 0;
  for (int bit = 31; bit >= 0; --bit) {
    product ^= b & (0U - (a >> bit & 1U));
    b = (b >> 1) ^ (polynomial & (0U - (b & 1U)));
  }
  return product;
}

// x^(8 n): what n zero bytes multiply the register by.
constexpr std::array<std::uint32_t, Crc32::max_zeros> make_powers() {
  std::array<std::uint32_t, Crc32::max_zeros> powers{};
  powers[0] = 0x8000'0000;
  for (std::size_t n = 1; n < powers.size(); ++n) powers[n] = add_byte(powers[n - 1], 0);
  return powers;
}
constexpr std::array<std::uint32_t, Crc32::max_zeros> zero_powers = make_powers();
static_assert(multiply(zero_powers[3], zero_powers[4]) == zero_powers[7]);

constexpr auto digit_pairs = [] {
  std::array<char, 200> pairs{};
  for (std::size_t i = 0; i < 100; ++i) {
    pairs[2 * i] = static_cast<char>('0' + i / 10);
    pairs[2 * i + 1] = static_cast<char>('0' + i % 10);
  }
  return pairs;
}();

// Nothing for 0. The last -shift digits are left out, or `shift` zeros added.
char* write_number(char* out, std::uint64_t value, int shift) noexcept {
  if (value == 0) return out;
  char buffer[20];
  char* at = buffer + sizeof buffer;
  while (value >= 100) {
    at -= 2;
    std::memcpy(at, digit_pairs.data() + 2 * (value % 100), 2);
    value /= 100;
  }
  if (value >= 10) {
    at -= 2;
    std::memcpy(at, digit_pairs.data() + 2 * value, 2);
  } else {
    *--at = static_cast<char>('0' + value);
  }
  const auto digits = static_cast<int>(buffer + sizeof buffer - at);
  const int kept = std::clamp(digits + std::min(shift, 0), 0, digits);
  std::memcpy(out, at, static_cast<std::size_t>(kept));
  out += kept;
  for (int zero = 0; zero < std::min(shift, 12); ++zero) *out++ = '0';
  return out;
}

}  // namespace

std::uint32_t Crc32::add(std::uint32_t state, const char* text, std::size_t length) noexcept {
  for (; length >= 8; length -= 8, text += 8) {
    const std::uint64_t word = trunkline::detail::load_eight(text) ^ state;
    state = tables[7][word & 0xFF] ^ tables[6][word >> 8 & 0xFF] ^ tables[5][word >> 16 & 0xFF] ^
            tables[4][word >> 24 & 0xFF] ^ tables[3][word >> 32 & 0xFF] ^ tables[2][word >> 40 & 0xFF] ^
            tables[1][word >> 48 & 0xFF] ^ tables[0][word >> 56];
  }
  for (; length != 0; --length, ++text) state = add_byte(state, static_cast<std::uint8_t>(*text));
  return state;
}

std::uint32_t Crc32::add_zeros(std::uint32_t state, std::size_t length) noexcept {
  return multiply(zero_powers[length], state);
}

char* write_digits(char* out, const wire::Level& level, DigitShift shift) noexcept {
  out = write_number(out, static_cast<std::uint64_t>(level.price.raw()), shift.price);
  return write_number(out, static_cast<std::uint64_t>(level.quantity.raw()), shift.quantity);
}

void SideChecksum::sum(std::span<const wire::Level> best_last, DigitShift shift) noexcept {
  const std::size_t levels = std::min(best_last.size(), depth);
  for (std::size_t rank = valid_; rank < levels; ++rank) {
    char digits[max_digits];
    const char* const end = write_digits(digits, best_last[best_last.size() - 1 - rank], shift);
    const auto length = static_cast<std::size_t>(end - digits);
    states_[rank + 1] = Crc32::add(states_[rank], digits, length);
    lengths_[rank + 1] = lengths_[rank] + static_cast<std::uint32_t>(length);
  }
  std::fill(states_.begin() + static_cast<std::ptrdiff_t>(levels) + 1, states_.end(), states_[levels]);
  std::fill(lengths_.begin() + static_cast<std::ptrdiff_t>(levels) + 1, lengths_.end(), lengths_[levels]);
  valid_ = depth;
}

}  // namespace trunkline::venue::kraken
