// Any bytes as a stream of frames: what is given out must be readable to its last list item, the same however the
// stream is cut, and the same again after encoding.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <string_view>
#include <vector>

#include "trunkline/wire/frame_splitter.hpp"
#include "trunkline/wire/json.hpp"
#include "trunkline/wire/line.hpp"
#include "trunkline/wire/visit.hpp"

namespace trunkline::wire {
namespace {

void require(bool holds) {
  if (!holds) std::abort();
}

void check(FrameView frame) {
  static std::vector<std::byte> first(max_frame);
  static std::vector<std::byte> second(max_frame);
  static fmt::memory_buffer json;
  json.clear();
  const bool read = to_json(frame, json);
  require(read == (json.size() != 0));
  require(!to_line(frame).empty());
  if (!read) return;
  const std::size_t size = encode_again(first, frame);
  require(size != 0 && size <= frame.size());
  const auto decoded = FrameView::parse(std::span(first).first(size));
  require(decoded && encode_again(second, *decoded) == size);
  require(std::equal(first.begin(), first.begin() + static_cast<std::ptrdiff_t>(size), second.begin()));
}

// What a stream gave: the headers and hashes of its frames, and how it ended.
struct Outcome {
  std::vector<std::uint64_t> frames;
  std::uint64_t unknown = 0;
  bool failed = false;

  bool operator==(const Outcome&) const = default;
};

Outcome run(std::span<const std::byte> bytes, std::size_t piece) {
  FrameSplitter splitter;
  Outcome outcome;
  const bool whole = piece >= bytes.size();
  while (!bytes.empty() && !splitter.failed()) {
    const auto chunk = bytes.first(std::min(piece, bytes.size()));
    bytes = bytes.subspan(chunk.size());
    (void)splitter.feed(chunk, [&](FrameView frame) {
      if (whole) check(frame);
      outcome.frames.push_back(pack(frame.header()));
      outcome.frames.push_back(
          std::hash<std::string_view>{}({reinterpret_cast<const char*>(frame.bytes().data()), frame.size()}));
    });
  }
  outcome.unknown = splitter.unknown_frames();
  outcome.failed = splitter.failed();
  return outcome;
}

}  // namespace
}  // namespace trunkline::wire

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace trunkline::wire;
  if (size == 0) return 0;
  const auto bytes = std::as_bytes(std::span(data, size));
  const Outcome whole = run(bytes, size);
  require(run(bytes, 1 + data[size - 1] % 97U) == whole);
  return 0;
}
