// Is this text UTF-8? Pure ASCII, which market data nearly always is, is answered without leaving the header.
#pragma once

#ifdef __SSE2__
#include <emmintrin.h>
#endif

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

namespace trunkline::protocol {

namespace detail {
bool valid_utf8_slow(const char* text, std::size_t size) noexcept;
}

// Are all of these bytes below 0x80?
inline bool is_ascii(const char* text, std::size_t size) noexcept {
#ifdef __SSE2__
  const auto load = [](const char* at) { return _mm_loadu_si128(reinterpret_cast<const __m128i*>(at)); };
  if (size >= 16) {
    const char* const last = text + size - 16;
    __m128i a = load(last), b = a, c = a, d = a;
    for (; last - text >= 48; text += 64) {
      a = _mm_or_si128(a, load(text));
      b = _mm_or_si128(b, load(text + 16));
      c = _mm_or_si128(c, load(text + 32));
      d = _mm_or_si128(d, load(text + 48));
    }
    for (; text < last; text += 16) a = _mm_or_si128(a, load(text));
    return _mm_movemask_epi8(_mm_or_si128(_mm_or_si128(a, b), _mm_or_si128(c, d))) == 0;
  }
#endif
  std::uint64_t seen = 0;
  for (; size >= 8; text += 8, size -= 8) {
    std::uint64_t word;
    std::memcpy(&word, text, sizeof word);
    seen |= word;
  }
  for (std::size_t i = 0; i < size; ++i) seen |= static_cast<unsigned char>(text[i]);
  return (seen & 0x8080808080808080ULL) == 0;
}

inline bool valid_utf8(std::span<const char> text) noexcept {
  return is_ascii(text.data(), text.size()) || detail::valid_utf8_slow(text.data(), text.size());
}

}  // namespace trunkline::protocol
