// Is this text UTF-8? Pure ASCII, which market data nearly always is, is answered without leaving the header.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace trunkline::protocol {

namespace detail {
bool valid_utf8_slow(const char* text, std::size_t size) noexcept;
}

inline bool valid_utf8(std::span<const char> text) noexcept {
  constexpr std::uint64_t high_bits = 0x8080808080808080ULL;
  const char* at = text.data();
  std::size_t left = text.size();
  std::uint64_t seen = 0;
  for (; left >= 32; at += 32, left -= 32) {
    std::uint64_t words[4];
    std::memcpy(words, at, sizeof words);
    seen |= words[0] | words[1] | words[2] | words[3];
  }
  for (; left >= 8; at += 8, left -= 8) {
    std::uint64_t word;
    std::memcpy(&word, at, sizeof word);
    seen |= word;
  }
  std::uint64_t last = 0;
  if (left != 0) std::memcpy(&last, at, left);
  if (((seen | last) & high_bits) == 0) return true;
  return detail::valid_utf8_slow(text.data(), text.size());
}

}  // namespace trunkline::protocol
