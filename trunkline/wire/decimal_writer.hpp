// Writes a fixed-point number to a buffer without allocating; the text of Fixed::to_text().
#pragma once

#include <cstdint>
#include <fmt/format.h>

namespace trunkline::wire {

inline void append_decimal(fmt::memory_buffer& out, std::int64_t raw, int digits) {
  char text[32];
  char* const end = text + sizeof text;
  char* at = end;
  std::uint64_t rest = raw < 0 ? ~static_cast<std::uint64_t>(raw) + 1 : static_cast<std::uint64_t>(raw);
  bool significant = false;
  for (int i = 0; i < digits; ++i, rest /= 10) {
    const char digit = static_cast<char>('0' + rest % 10);
    significant = significant || digit != '0';
    if (significant) *--at = digit;
  }
  if (significant) *--at = '.';
  do *--at = static_cast<char>('0' + rest % 10);
  while ((rest /= 10) != 0);
  if (raw < 0) *--at = '-';
  out.append(at, end);
}

}  // namespace trunkline::wire
