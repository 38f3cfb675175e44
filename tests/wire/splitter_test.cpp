#include <gtest/gtest.h>
#include <random>
#include <string>
#include <vector>

#include "trunkline/wire/frame_splitter.hpp"

namespace trunkline::wire {
namespace {

using Bytes = std::vector<std::byte>;

Bytes trade(std::uint32_t sequence) {
  Bytes out(64);
  encode(out, Trade{.symbol = 1, .trade_id = sequence}, 0, sequence);
  return out;
}

Bytes delta(std::size_t levels, std::uint32_t sequence) {
  Bytes out(max_frame);
  const std::vector<Level> bids(levels, Level{Price::from_int(1), Quantity::from_int(2)});
  out.resize(encode(out, L2Delta{.update_id = sequence}, bids, {}, 0, sequence));
  return out;
}

// A stream of frames of many sizes, and the sequences of those that are known.
struct Stream {
  Bytes bytes;
  std::vector<std::uint32_t> sequences;

  void add(const Bytes& frame, bool known = true) {
    bytes.insert(bytes.end(), frame.begin(), frame.end());
    if (known) sequences.push_back(FrameView::parse(frame)->sequence());
  }
};

Stream mixed_stream() {
  Stream stream;
  std::uint32_t sequence = 0;
  for (const std::size_t levels : {0U, 1U, 5U, 100U, 4091U, 3U}) {
    stream.add(trade(sequence++));
    stream.add(delta(levels, sequence++));
  }
  Bytes unknown = trade(sequence++);
  unknown[1] = std::byte{200};
  stream.add(unknown, false);
  stream.add(trade(sequence));
  return stream;
}

std::vector<std::uint32_t> split(FrameSplitter& splitter, std::span<const std::byte> chunk) {
  std::vector<std::uint32_t> sequences;
  EXPECT_TRUE(splitter.feed(chunk, [&](FrameView frame) {
    EXPECT_TRUE(frame.as<Trade>() != nullptr || frame.as<L2Delta>() != nullptr);
    sequences.push_back(frame.sequence());
  }));
  return sequences;
}

TEST(FrameSplitter, GivesAllFramesOfOneChunkWithoutCopying) {
  const Stream stream = mixed_stream();
  FrameSplitter splitter;
  const std::byte* const begin = stream.bytes.data();
  std::size_t inside = 0;
  ASSERT_TRUE(splitter.feed(stream.bytes, [&](FrameView frame) {
    inside += frame.bytes().data() >= begin && frame.bytes().data() < begin + stream.bytes.size();
  }));
  EXPECT_EQ(inside, stream.sequences.size());
  EXPECT_EQ(splitter.frames(), stream.sequences.size());
  EXPECT_EQ(splitter.unknown_frames(), 1U);
  EXPECT_EQ(splitter.waiting(), 0U);
}

TEST(FrameSplitter, GivesTheSameFramesByteByByte) {
  const Stream stream = mixed_stream();
  FrameSplitter splitter;
  std::vector<std::uint32_t> sequences;
  for (const std::byte& byte : stream.bytes) {
    for (const auto sequence : split(splitter, {&byte, 1})) sequences.push_back(sequence);
  }
  EXPECT_EQ(sequences, stream.sequences);
  EXPECT_EQ(splitter.unknown_frames(), 1U);
}

TEST(FrameSplitter, GivesTheSameFramesHoweverTheStreamIsCut) {
  const Stream stream = mixed_stream();
  std::mt19937 random(1);
  for (int round = 0; round < 50; ++round) {
    FrameSplitter splitter;
    std::vector<std::uint32_t> sequences;
    std::span<const std::byte> rest = stream.bytes;
    while (!rest.empty()) {
      const std::size_t cut = std::min<std::size_t>(rest.size(), 1 + random() % (round % 2 == 0 ? 40 : 4000));
      for (const auto sequence : split(splitter, rest.first(cut))) sequences.push_back(sequence);
      rest = rest.subspan(cut);
    }
    ASSERT_EQ(sequences, stream.sequences) << "round " << round;
  }
}

TEST(FrameSplitter, EndsAtABadMagicAndNamesTheBytes) {
  Bytes bytes = trade(1);
  const std::string http = "GET / HTTP/1.1\r\n";
  for (char c : http) bytes.push_back(static_cast<std::byte>(c));
  FrameSplitter splitter;
  int frames = 0;
  const auto count = [&](FrameView) { ++frames; };
  const auto result = splitter.feed(bytes, count);
  ASSERT_FALSE(result);
  EXPECT_EQ(result.error().message(), "bad magic: header bytes 47 45 54 20 2f 20 48 54");
  EXPECT_EQ(frames, 1);
  EXPECT_FALSE(splitter.feed(trade(2), count)) << "a stream that ended stays ended";
  EXPECT_EQ(frames, 1);
}

TEST(FrameSplitter, RefusesAWrongFirstByteBeforeEightHaveCome) {
  FrameSplitter splitter;
  const std::byte wrong{0x7B};
  EXPECT_FALSE(splitter.feed({&wrong, 1}, [](FrameView) {}));
}

TEST(FrameSplitter, EndsAtAnImpossibleLength) {
  for (const unsigned length : {0U, 24U, 57U, 65'535U}) {
    const std::uint64_t word = pack({MessageType::Trade, 0, static_cast<std::uint16_t>(length), 0});
    FrameSplitter splitter;
    const auto result = splitter.feed(std::as_bytes(std::span(&word, 1)), [](FrameView) {});
    ASSERT_FALSE(result) << length;
    EXPECT_EQ(result.error().kind, FrameError::Kind::BadLength);
  }
}

}  // namespace
}  // namespace trunkline::wire
