#include "trunkline/bus/ring.hpp"

#include <algorithm>
#include <array>
#include <gtest/gtest.h>

#include "bus/frames.hpp"

namespace trunkline::bus {
namespace {

using test::number_of;
using test::publish;

TEST(Ring, GivesWhatWasCommitted) {
  Ring ring;
  auto reader = ring.subscribe();
  wire::Trade trade;
  trade.trade_id = 77;
  std::byte* const room = ring.reserve(wire::header_size + sizeof trade);
  ASSERT_NE(room, nullptr);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(room) % 64, 0U);
  std::memcpy(room + wire::header_size, &trade, sizeof trade);
  EXPECT_EQ(reader.poll().kind, PollKind::Empty);
  ASSERT_EQ(ring.commit({wire::Trade::type, wire::flag::side_buy, sizeof trade, 9}), PublishResult::Published);

  const Poll poll = reader.poll();
  ASSERT_EQ(poll.kind, PollKind::Frame);
  EXPECT_EQ(poll.frame.header(), (wire::Header{wire::Trade::type, wire::flag::side_buy, sizeof trade, 9}));
  ASSERT_NE(poll.frame.as<wire::Trade>(), nullptr);
  EXPECT_EQ(poll.frame.as<wire::Trade>()->trade_id, 77U);
  EXPECT_EQ(reader.poll().kind, PollKind::Empty);
  EXPECT_EQ(ring.published(), 1U);
}

TEST(Ring, PublishesACopyOfAFrameWithItsOwnSequence) {
  Ring upstream, ring;
  auto between = upstream.subscribe();
  auto reader = ring.subscribe();
  ASSERT_EQ(publish(upstream, 41, 200), PublishResult::Published);
  ASSERT_EQ(ring.publish(between.poll().frame), PublishResult::Published);
  const Poll poll = reader.poll();
  ASSERT_EQ(poll.kind, PollKind::Frame);
  EXPECT_EQ(number_of(poll.frame), 41U);
  EXPECT_EQ(poll.frame.sequence(), 41U);
}

TEST(Ring, PublishesAMessageWithoutTailsDirectly) {
  Ring ring;
  auto reader = ring.subscribe();
  ASSERT_NE(ring.reserve(64), nullptr);
  wire::BookStatus status{.gaps = 3, .state = wire::BookState::Stale, .padding = {1, 2, 3, 4, 5}};
  ASSERT_EQ(ring.publish(status, wire::flag::recovered, 17), PublishResult::Published);
  EXPECT_EQ(ring.commit(test::header_of(0, 64)), PublishResult::NoReservation) << "the reservation is abandoned";

  std::array<std::byte, 72> encoded{};
  ASSERT_EQ(wire::encode(encoded, status, wire::flag::recovered, 17), encoded.size());
  const Poll poll = reader.poll();
  ASSERT_EQ(poll.kind, PollKind::Frame);
  EXPECT_TRUE(std::ranges::equal(poll.frame.bytes(), encoded)) << "the same bytes as the wire's own encoder";
}

TEST(Ring, KeepsEveryFrameWholeThroughManyLapsOfAllSizes) {
  for (const std::size_t capacity : {std::size_t{4096}, std::size_t{32768}, std::size_t{262144}}) {
    Ring ring(RingConfig{.capacity_bytes = capacity});
    auto reader = ring.subscribe();
    for (std::uint64_t number = 0; number < 5'000; ++number) {
      ASSERT_EQ(publish(ring, number, test::size_of(number, ring.max_frame_bytes())), PublishResult::Published);
      const Poll poll = reader.poll();
      ASSERT_EQ(poll.kind, PollKind::Frame) << number;
      ASSERT_EQ(number_of(poll.frame), number);
    }
    EXPECT_EQ(reader.total_read(), 5'000U);
    EXPECT_EQ(reader.total_missed(), 0U);
  }
}

TEST(Ring, TakesTheLargestFrameOfTheWireAnywhereInTheRing) {
  Ring ring(RingConfig{.capacity_bytes = 262'144});
  auto reader = ring.subscribe();
  ASSERT_EQ(ring.max_frame_bytes(), wire::max_frame);
  std::uint64_t number = 0;
  for (std::size_t small = 0; small < 70; ++small) {  // moves the start of the large one
    ASSERT_EQ(publish(ring, number, 64 * (small + 1)), PublishResult::Published);
    ASSERT_EQ(number_of(reader.poll().frame), number++);
    ASSERT_EQ(publish(ring, number, wire::max_frame), PublishResult::Published);
    const Poll poll = reader.poll();
    ASSERT_EQ(poll.kind, PollKind::Frame);
    ASSERT_EQ(poll.frame.size(), wire::max_frame);
    ASSERT_EQ(number_of(poll.frame), number++);
  }
}

TEST(Ring, RefusesWhatNeverFitsAndGoesOn) {
  Ring ring(RingConfig{.capacity_bytes = 4096});
  auto reader = ring.subscribe();
  EXPECT_EQ(ring.max_frame_bytes(), 1024U);
  EXPECT_EQ(ring.reserve(1032), nullptr);
  EXPECT_EQ(ring.commit(test::header_of(0, 1032)), PublishResult::NoReservation);
  Ring large;
  auto from_large = large.subscribe();
  ASSERT_EQ(publish(large, 0, 1032), PublishResult::Published);
  EXPECT_EQ(ring.publish(from_large.poll().frame), PublishResult::TooLarge);
  EXPECT_EQ(ring.published(), 0U);
  EXPECT_EQ(publish(ring, 5, 1024), PublishResult::Published);
  EXPECT_EQ(number_of(reader.poll().frame), 5U);
}

TEST(Ring, RefusesACommitThatDoesNotMatchItsReservation) {
  Ring ring;
  auto reader = ring.subscribe();
  EXPECT_EQ(ring.commit(test::header_of(0, 64)), PublishResult::NoReservation);
  ASSERT_NE(ring.reserve(64), nullptr);
  EXPECT_EQ(ring.commit(test::header_of(0, 72)), PublishResult::TooLarge);
  EXPECT_EQ(ring.commit(test::header_of(0, 64)), PublishResult::NoReservation)
      << "a refused commit ends its reservation";
  ASSERT_NE(ring.reserve(64), nullptr);
  EXPECT_EQ(ring.commit({test::type, 0, 52, 0}), PublishResult::Malformed);
  ASSERT_NE(ring.reserve(64), nullptr);
  EXPECT_EQ(ring.commit({test::type, 0, 24, 0}), PublishResult::Malformed);
  EXPECT_EQ(reader.poll().kind, PollKind::Empty);
  EXPECT_EQ(ring.published(), 0U);
}

TEST(Ring, AnAbandonedReservationLeavesNothingBehind) {
  Ring ring;
  auto reader = ring.subscribe();
  std::byte* const first = ring.reserve(4096);
  test::fill(first, 1, 4096);
  EXPECT_EQ(ring.reserve(64), first) << "the same room, so that what was written stays";
  EXPECT_EQ(publish(ring, 2, 128), PublishResult::Published);
  EXPECT_EQ(number_of(reader.poll().frame), 2U);
  EXPECT_EQ(reader.poll().kind, PollKind::Empty);
}

TEST(Ring, AShorterFrameThanReservedIsPublishedShort) {
  Ring ring;
  auto reader = ring.subscribe();
  std::byte* const room = ring.reserve(wire::max_frame);
  test::fill(room, 3, 104);
  ASSERT_EQ(ring.commit(test::header_of(3, 104)), PublishResult::Published);
  EXPECT_EQ(reader.poll().frame.size(), 104U);
}

TEST(Ring, RoundsItsCapacityUpToAPowerOfTwo) {
  EXPECT_EQ(Ring(RingConfig{.capacity_bytes = 1}).capacity_bytes(), 4096U);
  EXPECT_EQ(Ring(RingConfig{.capacity_bytes = 5000}).capacity_bytes(), 8192U);
  EXPECT_EQ(Ring().capacity_bytes(), std::size_t{4} << 20);
}

TEST(Ring, ANewReaderGetsWhatComesAfterIt) {
  Ring ring(RingConfig{.capacity_bytes = 8192});
  std::uint64_t number = 0;
  for (int round = 0; round < 500; ++round) {
    for (int i = 0; i < round % 37; ++i) {
      ASSERT_EQ(publish(ring, number, test::size_of(number, 2048)), PublishResult::Published);
      ++number;
    }
    auto reader = ring.subscribe();
    ASSERT_EQ(reader.poll().kind, PollKind::Empty);
    ASSERT_EQ(publish(ring, number, test::size_of(number, 2048)), PublishResult::Published);
    ASSERT_EQ(number_of(reader.poll().frame), number++);
    ASSERT_EQ(reader.total_read(), 1U);
    ASSERT_EQ(reader.total_missed(), 0U);
  }
}

TEST(Ring, ReadersThatStopAndStartAgainAreServed) {
  Ring ring(RingConfig{.capacity_bytes = 4096});
  auto steady = ring.subscribe();
  std::uint64_t number = 0;
  for (int round = 0; round < 100; ++round) {
    auto visitor = ring.subscribe();
    for (int i = 0; i < 10; ++i, ++number) {
      ASSERT_EQ(publish(ring, number, 128), PublishResult::Published);
      ASSERT_EQ(number_of(visitor.poll().frame), number);
      ASSERT_EQ(number_of(steady.poll().frame), number);
    }
  }
}

TEST(Ring, AReaderOutlivesItsRing) {
  auto ring = std::make_unique<Ring>();
  auto reader = ring->subscribe();
  ASSERT_EQ(publish(*ring, 1, 64), PublishResult::Published);
  EXPECT_FALSE(reader.ended());
  ring.reset();
  EXPECT_FALSE(reader.ended()) << "one frame is left";
  EXPECT_EQ(number_of(reader.poll().frame), 1U);
  EXPECT_TRUE(reader.ended());
  EXPECT_FALSE(reader.wait(Nanos{-1}));
  EXPECT_EQ(reader.poll().kind, PollKind::Empty);
}

TEST(Ring, AClosedRingRefusesFrames) {
  Ring ring;
  ASSERT_EQ(publish(ring, 0, 64), PublishResult::Published);
  ring.close();
  EXPECT_EQ(publish(ring, 1, 64), PublishResult::Closed);
  EXPECT_EQ(ring.published(), 1U);
}

TEST(Ring, AMovedReaderGoesOnWhereItWas) {
  Ring ring;
  auto first = ring.subscribe();
  ASSERT_EQ(publish(ring, 0, 64), PublishResult::Published);
  ASSERT_EQ(publish(ring, 1, 64), PublishResult::Published);
  ASSERT_EQ(number_of(first.poll().frame), 0U);
  auto second = std::move(first);
  EXPECT_EQ(number_of(second.poll().frame), 1U);
  EXPECT_EQ(second.total_read(), 2U);
}

TEST(Ring, AFilterPassesOverOtherTypes) {
  Ring ring;
  auto reader = ring.subscribe();
  const wire::Trade trade{.trade_id = 4};
  ASSERT_EQ(publish(ring, 0, 512), PublishResult::Published);
  std::byte* const room = ring.reserve(64);
  std::memcpy(room + wire::header_size, &trade, sizeof trade);
  ASSERT_EQ(ring.commit({wire::Trade::type, 0, sizeof trade, 1}), PublishResult::Published);
  ASSERT_EQ(publish(ring, 2, 512), PublishResult::Published);
  const Poll poll = reader.poll(TypeSet::of<wire::Trade>());
  ASSERT_EQ(poll.kind, PollKind::Frame);
  EXPECT_EQ(poll.frame.as<wire::Trade>()->trade_id, 4U);
  EXPECT_EQ(reader.poll(TypeSet::of<wire::Trade>()).kind, PollKind::Empty);
  EXPECT_EQ(reader.total_read(), 3U);
}

TEST(Ring, TellsTheBacklog) {
  Ring ring;
  auto reader = ring.subscribe();
  for (std::uint64_t number = 0; number < 5; ++number) ASSERT_EQ(publish(ring, number, 64), PublishResult::Published);
  EXPECT_EQ(reader.backlog(), 5U);
  EXPECT_EQ(reader.poll().kind, PollKind::Frame);
  EXPECT_EQ(reader.backlog(), 4U);
}

// What must not compile.
template <class R>
concept PollsATemporary = requires(R&& reader) { std::move(reader).poll(); };
static_assert(!PollsATemporary<RingReader>);
template <class M>
concept PublishedDirectly = requires(Ring& ring, const M& message) { ring.publish(message, std::uint8_t{0}, 0U); };
static_assert(PublishedDirectly<wire::Trade> && PublishedDirectly<wire::Quote> && PublishedDirectly<wire::Bar>);
static_assert(!PublishedDirectly<wire::L2Delta>, "its levels would be missing");
static_assert(!PublishedDirectly<wire::Level> && !PublishedDirectly<int>);
static_assert(!std::is_copy_constructible_v<Ring> && !std::is_move_constructible_v<Ring>);
static_assert(!std::is_copy_constructible_v<RingReader> && std::is_nothrow_move_constructible_v<RingReader>);
static_assert(!std::is_convertible_v<RingConfig, Ring>);

}  // namespace
}  // namespace trunkline::bus
