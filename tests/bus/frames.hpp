// Frames that prove themselves: every payload word follows from the frame's number, so a torn one is seen.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <optional>

#include "trunkline/bus/ring.hpp"

namespace trunkline::bus::test {

inline constexpr auto type = static_cast<wire::MessageType>(60);
inline constexpr std::size_t smallest = wire::header_size + wire::min_payload;

constexpr std::uint64_t mix(std::uint64_t value) noexcept {
  value = (value ^ value >> 30) * 0xBF58476D1CE4E5B9ULL;
  value = (value ^ value >> 27) * 0x94D049BB133111EBULL;
  return value ^ value >> 31;
}

// A frame size for this number: mostly small, sometimes up to `largest` bytes.
constexpr std::size_t size_of(std::uint64_t number, std::size_t largest) noexcept {
  const std::uint64_t dice = mix(number ^ 0x5EED);
  const std::size_t limit = dice % 16 == 0 ? largest : largest < 512 ? largest : 512;
  return smallest + dice / 16 % ((limit - smallest) / 8 + 1) * 8;
}

inline wire::Header header_of(std::uint64_t number, std::size_t size) noexcept {
  return {type, static_cast<std::uint8_t>(number), static_cast<std::uint16_t>(size - wire::header_size),
          static_cast<std::uint32_t>(number) & wire::sequence_mask};
}

inline void fill(std::byte* frame, std::uint64_t number, std::size_t size) noexcept {
  std::uint64_t word = number;
  for (std::size_t at = wire::header_size; at < size; at += 8) {
    std::memcpy(frame + at, &word, 8);
    word = word * 0x9E3779B97F4A7C15ULL + 1;
  }
}

inline PublishResult publish(Ring& ring, std::uint64_t number, std::size_t size) noexcept {
  std::byte* const frame = ring.reserve(size);
  if (frame == nullptr) return PublishResult::TooLarge;
  fill(frame, number, size);
  return ring.commit(header_of(number, size));
}

// The number of the frame, or nothing where any part of it is not what was published.
inline std::optional<std::uint64_t> number_of(wire::FrameView frame) noexcept {
  std::uint64_t word = 0;
  const auto payload = frame.payload();
  std::memcpy(&word, payload.data(), 8);
  const std::uint64_t number = word;
  if (frame.header() != header_of(number, frame.size())) return std::nullopt;
  std::uint64_t header = 0;
  std::memcpy(&header, frame.bytes().data(), 8);
  if (header != wire::pack(frame.header())) return std::nullopt;
  for (std::size_t at = 0; at < payload.size(); at += 8) {
    std::uint64_t found = 0;
    std::memcpy(&found, payload.data() + at, 8);
    if (found != word) return std::nullopt;
    word = word * 0x9E3779B97F4A7C15ULL + 1;
  }
  return number;
}

// For what other threads do: polls until it is so, or for ten seconds.
template <class Condition>
bool eventually(Condition&& condition) {
  const Nanos deadline = monotonic_now() + std::chrono::seconds(10);
  while (!condition()) {
    if (monotonic_now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

}  // namespace trunkline::bus::test
