// Writes a fixed-point number as text without allocating.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

namespace trunkline {

using DecimalBuffer = std::array<char, 32>;

// `digits`, 0 to 18, of the number are decimals; zeros at its end are left out, but for `min_decimals` of them, which
// are at most `digits`. The text is in `buffer`.
inline std::string_view write_decimal(DecimalBuffer& buffer, std::int64_t raw, int digits,
                                      int min_decimals = 0) noexcept {
  char* const end = buffer.data() + buffer.size();
  char* at = end;
  std::uint64_t rest = raw < 0 ? ~static_cast<std::uint64_t>(raw) + 1 : static_cast<std::uint64_t>(raw);
  bool written = false;
  for (int decimal = digits; decimal > 0; --decimal, rest /= 10) {
    const char digit = static_cast<char>('0' + rest % 10);
    written = written || digit != '0' || decimal <= min_decimals;
    if (written) *--at = digit;
  }
  if (written) *--at = '.';
  do *--at = static_cast<char>('0' + rest % 10);
  while ((rest /= 10) != 0);
  if (raw < 0) *--at = '-';
  return {at, end};
}

}  // namespace trunkline
