// Replay and backtest: the writer waits for everyone.
#include <atomic>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

#include "bus/frames.hpp"
#include "trunkline/bus/ring.hpp"

namespace trunkline::bus {
namespace {

using test::eventually;
using test::number_of;
using test::publish;

// Reads frames first, first + 1 ... to the end of the ring.
void read_all(RingReader& reader, std::uint64_t first, std::uint64_t end) {
  std::uint64_t expected = first;
  while (expected < end) {
    const Poll poll = reader.poll();
    ASSERT_NE(poll.kind, PollKind::Missed);
    if (poll.kind == PollKind::Empty) {
      reader.wait(Nanos{-1});
      continue;
    }
    ASSERT_EQ(number_of(poll.frame), expected);
    ++expected;
  }
}

TEST(RingLossless, NobodyMissesAnythingHoweverSlow) {
  Ring ring(RingConfig{.capacity_bytes = 4096, .lossless = true});
  static constexpr std::uint64_t frames = 20'000;
  std::vector<std::thread> readers;
  for (int i = 0; i < 4; ++i) {
    readers.emplace_back([i, reader = ring.subscribe()]() mutable {
      if (i == 0) {
        for (std::uint64_t expected = 0; expected < frames; ++expected) {
          while (!reader.ready()) std::this_thread::yield();
          std::this_thread::yield();
          ASSERT_EQ(number_of(reader.poll().frame), expected);
        }
      } else {
        read_all(reader, 0, frames);
      }
      EXPECT_EQ(reader.total_missed(), 0U);
      EXPECT_EQ(reader.total_read(), frames);
    });
  }
  for (std::uint64_t number = 0; number < frames; ++number) {
    ASSERT_EQ(publish(ring, number, test::size_of(number, 1024)), PublishResult::Published);
  }
  ring.flush();
  for (auto& reader : readers) reader.join();
}

TEST(RingLossless, AWaitingWriterWakesTheReadersItWaitsFor) {
  Ring ring(RingConfig{.capacity_bytes = 4096, .lossless = true});
  static constexpr std::uint64_t frames = 1'000;
  std::thread sleeper([reader = ring.subscribe()]() mutable { read_all(reader, 0, frames); });
  for (std::uint64_t number = 0; number < frames; ++number) {
    ASSERT_EQ(publish(ring, number, 64), PublishResult::Published);  // no flush in between
  }
  ring.flush();
  sleeper.join();
}

TEST(RingLossless, AReaderThatLeavesLetsTheWriterGoOn) {
  Ring ring(RingConfig{.capacity_bytes = 4096, .lossless = true});
  auto idle = std::make_unique<RingReader>(ring.subscribe());
  std::atomic<std::uint64_t> published{0};
  std::thread writer([&] {
    for (std::uint64_t number = 0; number < 1'000; ++number) {
      ASSERT_EQ(publish(ring, number, 64), PublishResult::Published);
      ++published;
    }
  });
  EXPECT_TRUE(eventually([&] { return published.load() >= 40; }));
  EXPECT_LT(published.load(), 65U);
  idle.reset();
  writer.join();
  EXPECT_EQ(published.load(), 1'000U);
}

TEST(RingLossless, ReadersMayJoinWhileTheWriterWrites) {
  Ring ring(RingConfig{.capacity_bytes = 4096, .lossless = true});
  std::atomic<bool> stop{false};
  std::thread writer([&] {
    for (std::uint64_t number = 0; !stop.load(std::memory_order_relaxed); ++number) {
      ASSERT_EQ(publish(ring, number, test::size_of(number, 1024)), PublishResult::Published);
    }
  });
  for (int round = 0; round < 50; ++round) {
    auto reader = ring.subscribe();
    std::uint64_t expected = 0;
    for (int i = 0; i < 50;) {
      const Poll poll = reader.poll();
      ASSERT_NE(poll.kind, PollKind::Missed);
      if (poll.kind == PollKind::Empty) {
        std::this_thread::yield();
        continue;
      }
      const auto number = number_of(poll.frame);
      ASSERT_TRUE(number.has_value());
      if (i++ > 0) {
        ASSERT_EQ(*number, expected);
      }
      expected = *number + 1;
    }
  }
  stop = true;
  writer.join();
}

TEST(RingLossless, AWriterThatGivesUpHasPublishedNothingAndTheRingGoesOn) {
  Ring ring(RingConfig{.capacity_bytes = 4096, .lossless = true, .lossless_timeout = std::chrono::microseconds(200)});
  auto reader = ring.subscribe();
  std::uint64_t number = 0;
  for (int round = 0; round < 20; ++round) {
    for (;;) {
      const auto result = publish(ring, number, test::size_of(number, 1024));
      if (result == PublishResult::ReadersBehind) break;
      ASSERT_EQ(result, PublishResult::Published);
      ++number;
    }
    ASSERT_EQ(ring.published(), number);
    while (reader.ready()) {
      const Poll poll = reader.poll();
      if (poll.kind == PollKind::Empty) break;
      ASSERT_EQ(number_of(poll.frame), reader.total_read() - 1);
    }
    ASSERT_EQ(reader.total_read(), number);
  }
  EXPECT_EQ(reader.total_missed(), 0U);
}

}  // namespace
}  // namespace trunkline::bus
