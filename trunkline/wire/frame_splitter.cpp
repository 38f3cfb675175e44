#include "trunkline/wire/frame_splitter.hpp"

#include <algorithm>

namespace trunkline::wire {

bool FrameSplitter::hold(std::span<const std::byte>& chunk, std::size_t size) {
  const std::size_t added = std::min(size - held_, chunk.size());
  if (words_.size() * 8 < size) words_.resize((size + 7) / 8);
  if (added != 0) std::memcpy(buffer() + held_, chunk.data(), added);
  held_ += added;
  chunk = chunk.subspan(added);
  return held_ == size;
}

std::expected<std::optional<FrameView>, FrameError> FrameSplitter::take(std::span<const std::byte>& chunk) {
  if (held_ == 0 && reinterpret_cast<std::uintptr_t>(chunk.data()) % 8 == 0) {
    const auto frame = FrameView::parse(chunk);
    if (frame) {
      chunk = chunk.subspan(frame->size());
      return *frame;
    }
    if (frame.error().kind != FrameError::Kind::Truncated) return std::unexpected(frame.error());
  }
  if (held_ < header_size && !hold(chunk, header_size)) {
    // A wrong first byte is told at once, not when eight have come.
    if (held_ != 0 && *buffer() != std::byte{magic}) {
      std::uint64_t word = 0;
      std::memcpy(&word, buffer(), held_);
      return std::unexpected(FrameError{FrameError::Kind::BadMagic, word});
    }
    return std::nullopt;
  }
  const auto header = unpack(words_.front());
  if (!header) return std::unexpected(header.error());
  if (!hold(chunk, header_size + header->length)) return std::nullopt;
  held_ = 0;
  return FrameView(*header, buffer());
}

}  // namespace trunkline::wire
