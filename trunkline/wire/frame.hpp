// One frame, read in place: a header and the payload behind it. Everything that reads messages starts here.
#pragma once

#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <expected>
#include <span>

#include "trunkline/wire/header.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::wire {

// Does not own the bytes and is valid as long as they are; copy it freely. The bytes are aligned to 8.
class FrameView {
 public:
  // No frame; only assignment is allowed.
  constexpr FrameView() noexcept = default;

  // Of a header that unpack() has accepted, with header.length readable bytes behind the eight at `frame`.
  FrameView(Header header, const std::byte* frame) noexcept : frame_(frame), header_(header) {
    assert(reinterpret_cast<std::uintptr_t>(frame) % 8 == 0);
  }

  // The frame that `bytes` start with; more may follow it.
  static std::expected<FrameView, FrameError> parse(std::span<const std::byte> bytes) noexcept {
    std::uint64_t word = 0;
    if (bytes.size() < header_size) {
      if (!bytes.empty()) std::memcpy(&word, bytes.data(), bytes.size());
      return std::unexpected(FrameError{FrameError::Kind::Truncated, word});
    }
    std::memcpy(&word, bytes.data(), header_size);
    const auto header = unpack(word);
    if (!header) return std::unexpected(header.error());
    if (bytes.size() < header_size + header->length) {
      return std::unexpected(FrameError{FrameError::Kind::Truncated, word});
    }
    return FrameView(*header, bytes.data());
  }

  Header header() const noexcept { return header_; }
  MessageType type() const noexcept { return header_.type; }
  std::uint8_t flags() const noexcept { return header_.flags; }
  bool has(std::uint8_t flag) const noexcept { return (header_.flags & flag) != 0; }
  std::uint32_t sequence() const noexcept { return header_.sequence; }

  // Header and payload.
  std::size_t size() const noexcept { return header_size + header_.length; }
  std::span<const std::byte> bytes() const noexcept { return {frame_, size()}; }
  std::span<const std::byte> payload() const noexcept { return {frame_ + header_size, header_.length}; }

  const Stamp& stamp() const noexcept { return *reinterpret_cast<const Stamp*>(frame_ + header_size); }

  // The message, or null where the frame is of another type, or its payload is shorter than the struct and the lists
  // that it counts. Lists of what is returned are safe to read.
  template <class M>
  const M* as() const noexcept {
    if (header_.type != M::type || header_.length < sizeof(M)) return nullptr;
    const M* const message = reinterpret_cast<const M*>(frame_ + header_size);
    return tail_size(*message) <= header_.length - sizeof(M) ? message : nullptr;
  }

 private:
  const std::byte* frame_ = nullptr;
  Header header_{};
};

}  // namespace trunkline::wire
