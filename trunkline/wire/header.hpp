// The eight bytes before every payload: magic, type, flags, payload length, sequence; little-endian. They are also the
// bus's commit word, in which 0 means "nothing here": no valid header is 0.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <expected>
#include <span>
#include <string>

namespace trunkline::wire {

static_assert(std::endian::native == std::endian::little, "payloads are read in place");

enum class MessageType : std::uint8_t;

inline constexpr std::uint8_t magic = 0xFE;
inline constexpr std::size_t header_size = 8;
inline constexpr std::size_t min_payload = 32;      // the stamp
inline constexpr std::size_t max_payload = 65'528;  // payloads are multiples of 8
inline constexpr std::size_t max_frame = header_size + max_payload;
inline constexpr std::uint32_t sequence_mask = 0xFF'FFFF;

struct Header {
  MessageType type{};
  std::uint8_t flags = 0;
  std::uint16_t length = 0;    // of the payload
  std::uint32_t sequence = 0;  // 24 bits

  friend bool operator==(const Header&, const Header&) = default;
};

// Why bytes are no frame.
struct FrameError {
  enum class Kind : std::uint8_t {
    BadMagic,   // the first byte is not 0xFE
    BadLength,  // shorter than a stamp, or no multiple of 8
    Truncated,  // fewer bytes than the header says
  };
  Kind kind;
  std::uint64_t word;  // the eight header bytes as found

  // "bad magic: header bytes 48 54 54 50 2f 31 2e 31"
  std::string message() const;
};

constexpr std::uint64_t pack(Header header) noexcept {
  return std::uint64_t{magic} | std::uint64_t{static_cast<std::uint8_t>(header.type)} << 8 |
         std::uint64_t{header.flags} << 16 | std::uint64_t{header.length} << 24 |
         std::uint64_t{header.sequence & sequence_mask} << 40;
}

constexpr std::expected<Header, FrameError> unpack(std::uint64_t word) noexcept {
  if ((word & 0xFF) != magic) return std::unexpected(FrameError{FrameError::Kind::BadMagic, word});
  const Header header{static_cast<MessageType>(word >> 8 & 0xFF), static_cast<std::uint8_t>(word >> 16 & 0xFF),
                      static_cast<std::uint16_t>(word >> 24 & 0xFFFF), static_cast<std::uint32_t>(word >> 40)};
  if (header.length < min_payload || header.length % 8 != 0) {
    return std::unexpected(FrameError{FrameError::Kind::BadLength, word});
  }
  return header;
}

namespace detail {

template <class Item, class M>
const Item* behind(const M& message, std::size_t offset) noexcept {
  return reinterpret_cast<const Item*>(reinterpret_cast<const std::byte*>(&message) + sizeof(M) + offset);
}

template <class M>
std::size_t encode_fixed(std::span<std::byte> out, const M& message, std::uint8_t flags,
                         std::uint32_t sequence) noexcept {
  if (out.size() < header_size + sizeof(M)) return 0;
  const std::uint64_t word = pack({M::type, flags, sizeof(M), sequence});
  std::memcpy(out.data(), &word, header_size);
  std::memcpy(out.data() + header_size, &message, sizeof(M));
  return header_size + sizeof(M);
}

template <class M, class... Tails>
std::size_t encode_tailed(std::span<std::byte> out, const M& message, std::uint8_t flags, std::uint32_t sequence,
                          Tails... tails) noexcept {
  const std::size_t filled = sizeof(M) + (tails.size() + ...);
  const std::size_t payload = (filled + 7) / 8 * 8;
  if (payload > max_payload || out.size() < header_size + payload) return 0;
  const std::uint64_t word = pack({M::type, flags, static_cast<std::uint16_t>(payload), sequence});
  std::memcpy(out.data(), &word, header_size);
  std::byte* at = out.data() + header_size;
  std::memcpy(at, &message, sizeof(M));
  at += sizeof(M);
  const auto append = [&at](std::span<const std::byte> tail) {
    if (!tail.empty()) std::memcpy(at, tail.data(), tail.size());
    at += tail.size();
  };
  (append(tails), ...);
  if (payload != filled) std::memset(at, 0, payload - filled);
  return header_size + payload;
}

}  // namespace detail
}  // namespace trunkline::wire
