// A reader that is too slow is told exactly how many frames it missed, and goes on.
#include <gtest/gtest.h>

#include "bus/frames.hpp"
#include "trunkline/bus/ring.hpp"

namespace trunkline::bus {
namespace {

using test::number_of;
using test::publish;

struct Account {
  std::uint64_t read = 0;
  std::uint64_t missed = 0;
  std::uint64_t reports = 0;
};

// Reads all there is; every frame is whole and has the number that read and missed add up to.
Account drain(RingReader& reader, std::uint64_t expected) {
  Account account;
  for (;;) {
    const Poll poll = reader.poll();
    if (poll.kind == PollKind::Empty) return account;
    if (poll.kind == PollKind::Missed) {
      EXPECT_GT(poll.missed, 0U);
      account.missed += poll.missed;
      ++account.reports;
      expected += poll.missed;
      continue;
    }
    EXPECT_EQ(number_of(poll.frame), expected);
    ++expected;
    ++account.read;
  }
}

TEST(RingLoss, IsCountedExactlyHoweverManyLapsTheReaderSlept) {
  Ring ring(RingConfig{.capacity_bytes = 4096});
  std::uint64_t number = 0;
  for (const std::uint64_t frames : {10U, 60U, 64U, 65U, 100U, 1'000U, 100'000U}) {
    auto reader = ring.subscribe();
    const std::uint64_t first = number;
    for (std::uint64_t i = 0; i < frames; ++i) ASSERT_EQ(publish(ring, number++, 64), PublishResult::Published);
    const Account account = drain(reader, first);
    EXPECT_EQ(account.read + account.missed, frames);
    EXPECT_EQ(reader.total_read(), account.read);
    EXPECT_EQ(reader.total_missed(), account.missed);
    EXPECT_EQ(account.reports, frames > 58 ? 1U : 0U) << frames;
    if (frames > 64) {
      EXPECT_GE(account.read, 16U) << "what is still in the ring is not thrown away";
    }
  }
}

TEST(RingLoss, IsCountedExactlyWithFramesOfAllSizes) {
  for (const std::size_t capacity : {std::size_t{4096}, std::size_t{16384}, std::size_t{262144}}) {
    Ring ring(RingConfig{.capacity_bytes = capacity});
    auto reader = ring.subscribe();
    std::uint64_t number = 0;
    std::uint64_t expected = 0;
    for (std::uint64_t round = 0; round < (capacity < 65536 ? 200 : 8); ++round) {
      const std::uint64_t frames = test::mix(round) % (capacity / 64);
      for (std::uint64_t i = 0; i < frames; ++i, ++number) {
        ASSERT_EQ(publish(ring, number, test::size_of(number, ring.max_frame_bytes())), PublishResult::Published);
      }
      const Account account = drain(reader, expected);
      expected += account.read + account.missed;
      ASSERT_EQ(expected, number);
    }
    EXPECT_GT(reader.total_missed(), 0U);
    EXPECT_GT(reader.total_read(), 0U);
    EXPECT_EQ(reader.total_read() + reader.total_missed(), number);
  }
}

TEST(RingLoss, OfOneReaderIsNoLossOfAnother) {
  Ring ring(RingConfig{.capacity_bytes = 4096});
  auto fast = ring.subscribe();
  auto slow = ring.subscribe();
  for (std::uint64_t number = 0; number < 1'000; ++number) {
    ASSERT_EQ(publish(ring, number, 64), PublishResult::Published);
    ASSERT_EQ(number_of(fast.poll().frame), number);
  }
  EXPECT_EQ(fast.total_missed(), 0U);
  EXPECT_EQ(drain(slow, 0).reports, 1U);
  EXPECT_EQ(slow.total_read() + slow.total_missed(), 1'000U);
}

TEST(RingLoss, IsSeenThoughAnOldFrameLiesWhereTheReaderWaits) {
  // The lapped reader finds each kind of word at its place: a header, a payload word, zero.
  for (std::uint64_t extra = 0; extra < 200; ++extra) {
    Ring ring(RingConfig{.capacity_bytes = 4096});
    auto reader = ring.subscribe();
    ASSERT_EQ(publish(ring, 0, 64), PublishResult::Published);
    ASSERT_EQ(number_of(reader.poll().frame), 0U);
    std::uint64_t number = 1;
    for (std::uint64_t i = 0; i < 64 + extra; ++i, ++number) {
      ASSERT_EQ(publish(ring, number, 64 + 64 * (i % 5)), PublishResult::Published);
    }
    const Account account = drain(reader, 1);
    ASSERT_EQ(account.read + account.missed, number - 1);
    ASSERT_EQ(account.reports, 1U);
  }
}

TEST(RingLoss, DoesNotReachAcrossAFilter) {
  Ring ring(RingConfig{.capacity_bytes = 4096});
  auto reader = ring.subscribe();
  for (std::uint64_t number = 0; number < 500; ++number) {
    ASSERT_EQ(publish(ring, number, 64), PublishResult::Published);
  }
  const Poll poll = reader.poll(TypeSet::of<wire::Trade>());
  EXPECT_EQ(poll.kind, PollKind::Missed);
  EXPECT_EQ(reader.poll(TypeSet::of<wire::Trade>()).kind, PollKind::Empty);
  EXPECT_EQ(reader.total_read() + reader.total_missed(), 500U);
}

}  // namespace
}  // namespace trunkline::bus
