// Cuts the bytes of a stream into frames. Frames of unknown types are passed over and counted. A bad magic or an
// impossible length ends the stream: there is no way to find the next frame.
//
// One thread. Memory: at most one frame of the largest size, and none before the first frame that comes in parts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <expected>
#include <optional>
#include <span>
#include <vector>

#include "trunkline/wire/frame.hpp"

namespace trunkline::wire {

class FrameSplitter {
 public:
  // Calls on_frame(FrameView) for every frame that is whole with this chunk; the view is valid during the call only. A
  // frame that lies whole and aligned in the chunk is viewed there, without copying. After an error every call
  // returns it again.
  template <class OnFrame>
  std::expected<void, FrameError> feed(std::span<const std::byte> chunk, OnFrame&& on_frame) {
    if (error_) return std::unexpected(*error_);
    while (!chunk.empty()) {
      const auto frame = take(chunk);
      if (!frame) return std::unexpected(*(error_ = frame.error()));
      if (!*frame) break;
      if (is_known((*frame)->type())) {
        ++frames_;
        on_frame(**frame);
      } else {
        ++unknown_;
      }
    }
    return {};
  }

  std::uint64_t frames() const noexcept { return frames_; }           // given out
  std::uint64_t unknown_frames() const noexcept { return unknown_; }  // passed over
  std::size_t waiting() const noexcept { return held_; }              // bytes of a frame that is not whole yet
  bool failed() const noexcept { return error_.has_value(); }

 private:
  // The next frame, and the chunk moved behind what was used; none when the chunk is used up first.
  std::expected<std::optional<FrameView>, FrameError> take(std::span<const std::byte>& chunk);
  // Copies from the chunk until `size` bytes are held; false where the chunk ends before.
  bool hold(std::span<const std::byte>& chunk, std::size_t size);
  std::byte* buffer() noexcept { return reinterpret_cast<std::byte*>(words_.data()); }

  std::vector<std::uint64_t> words_;  // the start of a frame; of words, for alignment
  std::size_t held_ = 0;
  std::uint64_t frames_ = 0;
  std::uint64_t unknown_ = 0;
  std::optional<FrameError> error_;
};

}  // namespace trunkline::wire
