#include "trunkline/bus/bus.hpp"

#include <atomic>
#include <gtest/gtest.h>
#include <map>
#include <memory>
#include <poll.h>
#include <thread>

#include "bus/frames.hpp"
#include "trunkline/bus/typed_bus.hpp"

namespace trunkline::bus {
namespace {

using test::eventually;
using test::number_of;
using test::publish;

constexpr Nanos for_ever{-1};

TEST(Bus, KeepsTheOrderWithinEachRingAndIsFairBetweenThem) {
  Bus bus;
  Ring rings[3];
  for (const auto& ring : rings) bus.add(ring);
  auto reader = bus.subscribe();
  constexpr std::uint64_t frames = 500;
  for (auto& ring : rings) {
    for (std::uint64_t number = 0; number < frames; ++number) {
      ASSERT_EQ(publish(ring, number, 64), PublishResult::Published);
    }
  }
  std::map<RingId, std::uint64_t> next;
  for (std::uint64_t i = 0; i < 3 * frames; ++i) {
    const BusPoll poll = reader.poll();
    ASSERT_EQ(poll.kind, PollKind::Frame);
    ASSERT_EQ(number_of(poll.frame), next[poll.ring]++);
    if (i < frames) {
      for (const auto& [ring, count] : next) {
        ASSERT_LE(count, next[poll.ring] + 2 * BusReader::burst) << "no ring runs ahead of another by more";
      }
    }
  }
  EXPECT_EQ(reader.poll().kind, PollKind::Empty);
  EXPECT_EQ(reader.total_read(), 3 * frames);
  EXPECT_EQ(next.size(), 3U);
}

TEST(Bus, ABusyRingDoesNotStarveAQuietOne) {
  Bus bus;
  Ring busy, quiet;
  bus.add(busy);
  bus.add(quiet);
  auto reader = bus.subscribe();
  for (std::uint64_t number = 0; number < 1'000; ++number)
    ASSERT_EQ(publish(busy, number, 64), PublishResult::Published);
  ASSERT_EQ(publish(quiet, 0, 64), PublishResult::Published);
  unsigned polls = 1;
  while (reader.poll().ring != quiet.id()) ++polls;
  EXPECT_LE(polls, BusReader::burst + 1);
}

TEST(Bus, RingsAddedLaterReachReadersThatAreThereAndReadersThatCome) {
  Bus bus;
  auto before = bus.subscribe();
  Ring first;
  bus.add(first);
  ASSERT_EQ(publish(first, 1, 64), PublishResult::Published);
  EXPECT_EQ(number_of(before.poll().frame), 1U);
  Ring second;
  bus.add(second);
  auto after = bus.subscribe();
  ASSERT_EQ(publish(second, 2, 64), PublishResult::Published);
  const BusPoll poll = before.poll();
  EXPECT_EQ(number_of(poll.frame), 2U);
  EXPECT_EQ(poll.ring, second.id());
  EXPECT_EQ(number_of(after.poll().frame), 2U);
}

TEST(Bus, AddingARingWakesAReaderThatSleeps) {
  Bus bus;
  auto reader = bus.subscribe();
  std::atomic<bool> got{false};
  std::thread sleeper([&] {
    while (reader.poll().kind != PollKind::Frame) reader.wait(for_ever);
    got = true;
  });
  Ring ring;
  bus.add(ring);
  ASSERT_EQ(publish(ring, 0, 64), PublishResult::Published);
  ring.flush();
  EXPECT_TRUE(eventually([&] { return got.load(); }));
  sleeper.join();
}

TEST(Bus, AnyRingWakesAReaderOfAll) {
  Bus bus;
  Ring rings[3];
  for (const auto& ring : rings) bus.add(ring);
  auto reader = bus.subscribe();
  for (auto& ring : rings) {
    while (reader.poll().kind != PollKind::Empty) {
    }
    ASSERT_TRUE(reader.arm());
    ASSERT_EQ(publish(ring, 0, 64), PublishResult::Published);
    ring.flush();
    pollfd descriptor{.fd = reader.wake_fd(), .events = POLLIN, .revents = 0};
    EXPECT_EQ(::poll(&descriptor, 1, 0), 1);
  }
}

TEST(Bus, InterruptEndsAWait) {
  Bus bus;
  Ring ring;
  bus.add(ring);
  auto reader = bus.subscribe();
  reader.interrupt();
  EXPECT_FALSE(reader.wait(for_ever)) << "also one that comes after it";
  std::atomic<bool> returned{false};
  std::thread sleeper([&] {
    EXPECT_FALSE(reader.wait(for_ever));
    returned = true;
  });
  reader.interrupt();
  EXPECT_TRUE(eventually([&] { return returned.load(); }));
  sleeper.join();
}

TEST(Bus, ARingThatEndsIsReadToItsEndAndForgotten) {
  Bus bus;
  auto reader = bus.subscribe();
  {
    Ring ring;
    bus.add(ring);
    ASSERT_EQ(publish(ring, 0, 64), PublishResult::Published);
    ASSERT_EQ(publish(ring, 1, 64), PublishResult::Published);
  }
  EXPECT_EQ(number_of(reader.poll().frame), 0U);
  EXPECT_EQ(reader.rings(), 1U);
  EXPECT_EQ(number_of(reader.poll().frame), 1U);
  EXPECT_EQ(reader.poll().kind, PollKind::Empty);
  EXPECT_EQ(reader.rings(), 0U);
  EXPECT_EQ(reader.total_read(), 2U);
}

TEST(Bus, TellsOfLossAndOfWhichRing) {
  Bus bus;
  Ring lossy(RingConfig{.capacity_bytes = 4096}), calm;
  bus.add(lossy);
  bus.add(calm);
  auto reader = bus.subscribe();
  for (std::uint64_t number = 0; number < 1'000; ++number)
    ASSERT_EQ(publish(lossy, number, 64), PublishResult::Published);
  const BusPoll poll = reader.poll();
  EXPECT_EQ(poll.kind, PollKind::Missed);
  EXPECT_EQ(poll.ring, lossy.id());
  EXPECT_EQ(poll.missed, reader.total_missed());
  while (reader.poll().kind != PollKind::Empty) {
  }
  EXPECT_EQ(reader.total_read() + reader.total_missed(), 1'000U);
}

TEST(Bus, ReadersComeAndGoFromOtherThreadsWhileRingsAreWritten) {
  Bus bus;
  Ring rings[2];
  bus.add(rings[0]);
  std::atomic<bool> stop{false};
  std::vector<std::thread> visitors;
  for (int i = 0; i < 3; ++i) {
    visitors.emplace_back([&] {
      while (!stop) {
        auto reader = bus.subscribe();
        std::map<RingId, std::uint64_t> next;
        for (int polls = 0; polls < 200; ++polls) {
          const BusPoll poll = reader.poll();
          if (poll.kind == PollKind::Empty) reader.wait(std::chrono::microseconds(100));
          if (poll.kind == PollKind::Missed) next.erase(poll.ring);
          if (poll.kind != PollKind::Frame) continue;
          const auto number = number_of(poll.frame);
          ASSERT_TRUE(number.has_value());
          const auto [at, is_new] = next.try_emplace(poll.ring, *number);
          ASSERT_EQ(at->second, *number);
          ++at->second;
        }
      }
    });
  }
  for (std::uint64_t number = 0; number < 20'000; ++number) {
    if (number == 5'000) bus.add(rings[1]);
    for (auto& ring : rings) {
      ASSERT_EQ(publish(ring, number, test::size_of(number, 2048)), PublishResult::Published);
      ring.flush();
    }
  }
  stop = true;
  for (auto& visitor : visitors) visitor.join();
}

// ---- Typed views ----

PublishResult put(Ring& ring, auto&&... parts) {
  std::byte* const room = ring.reserve(ring.max_frame_bytes());
  const std::size_t size = wire::encode(std::span(room, ring.max_frame_bytes()), parts..., 0U);
  const auto frame = wire::FrameView::parse({room, size});
  return ring.commit(frame->header());
}

constexpr auto no_flags = std::uint8_t{0};

TEST(TradeBus, GivesTradesOnlyAndTheirSide) {
  Bus bus;
  Ring ring;
  bus.add(ring);
  auto trades = TradeBus(bus).subscribe();
  ASSERT_EQ(put(ring, wire::Quote{.update_id = 1}, no_flags), PublishResult::Published);
  ASSERT_EQ(put(ring, wire::Trade{.trade_id = 5}, wire::flag::side_sell), PublishResult::Published);
  ASSERT_EQ(put(ring, wire::Heartbeat{}, no_flags), PublishResult::Published);
  const TradePoll poll = trades.poll();
  ASSERT_EQ(poll.kind, PollKind::Frame);
  EXPECT_EQ(poll.event.trade->trade_id, 5U);
  EXPECT_TRUE(poll.event.sold());
  EXPECT_FALSE(poll.event.bought());
  EXPECT_EQ(poll.ring, ring.id());
  EXPECT_EQ(trades.poll().kind, PollKind::Empty);
}

TEST(TradeBus, PassesOverAFrameThatIsNoWholeTradeAndCountsIt) {
  Bus bus;
  Ring ring;
  bus.add(ring);
  auto trades = TradeBus(bus).subscribe();
  ASSERT_NE(ring.reserve(40), nullptr);
  ASSERT_EQ(ring.commit({wire::Trade::type, 0, 32, 0}), PublishResult::Published);
  ASSERT_EQ(put(ring, wire::Trade{.trade_id = 6}, no_flags), PublishResult::Published);
  EXPECT_EQ(trades.poll().event.trade->trade_id, 6U);
  EXPECT_EQ(trades.malformed(), 1U);
}

TEST(TradeBus, TellsOfLoss) {
  Bus bus;
  Ring ring(RingConfig{.capacity_bytes = 4096});
  bus.add(ring);
  auto trades = TradeBus(bus).subscribe();
  for (int i = 0; i < 500; ++i) ASSERT_EQ(put(ring, wire::Trade{}, no_flags), PublishResult::Published);
  std::uint64_t seen = 0;
  for (TradePoll poll = trades.poll(); poll.kind != PollKind::Empty; poll = trades.poll()) {
    seen += poll.kind == PollKind::Missed ? poll.missed : 1;
  }
  EXPECT_EQ(seen, 500U);
  EXPECT_GT(trades.total_missed(), 0U);
}

TEST(BookUpdateBus, GivesSnapshotsDeltasAndStatusInOrder) {
  Bus bus;
  Ring ring;
  bus.add(ring);
  auto books = BookUpdateBus(bus).subscribe();
  const wire::Level bids[] = {{Price::from_int(10), Quantity::from_int(1)},
                              {Price::from_int(9), Quantity::from_int(2)}};
  const wire::Level asks[] = {{Price::from_int(11), Quantity::from_int(3)}};
  const std::span<const wire::Level> none;
  ASSERT_EQ(put(ring, wire::BookStatus{.state = wire::BookState::Syncing}, no_flags), PublishResult::Published);
  ASSERT_EQ(put(ring, wire::Trade{}, no_flags), PublishResult::Published);
  ASSERT_EQ(put(ring, wire::L2Snapshot{.symbol = 8, .update_id = 3}, std::span<const wire::Level>(bids),
                std::span<const wire::Level>(asks), wire::flag::more),
            PublishResult::Published);
  ASSERT_EQ(put(ring, wire::L2Delta{.update_id = 4}, none, std::span<const wire::Level>(asks), no_flags),
            PublishResult::Published);

  BookUpdatePoll poll = books.poll();
  ASSERT_NE(poll.event.status, nullptr);
  EXPECT_EQ(poll.event.status->state, wire::BookState::Syncing);
  EXPECT_TRUE(poll.event.bids().empty());
  poll = books.poll();
  ASSERT_NE(poll.event.snapshot, nullptr);
  EXPECT_EQ(poll.event.symbol(), 8U);
  EXPECT_TRUE(poll.event.more());
  ASSERT_EQ(poll.event.bids().size(), 2U);
  EXPECT_EQ(poll.event.bids()[1], bids[1]);
  EXPECT_EQ(poll.event.asks()[0], asks[0]);
  poll = books.poll();
  ASSERT_NE(poll.event.delta, nullptr);
  EXPECT_EQ(poll.event.snapshot, nullptr);
  EXPECT_EQ(poll.event.asks().size(), 1U);
  EXPECT_FALSE(poll.event.more());
  EXPECT_EQ(books.poll().kind, PollKind::Empty);
}

TEST(TypedBus, ReadersSubscribeAndLeaveAtAnyTime) {
  Bus bus;
  Ring ring;
  bus.add(ring);
  TradeBus trades(bus);
  for (std::uint64_t round = 0; round < 100; ++round) {
    auto reader = trades.subscribe();
    ASSERT_EQ(put(ring, wire::Trade{.trade_id = round}, no_flags), PublishResult::Published);
    ASSERT_EQ(reader.poll().event.trade->trade_id, round);
  }
}

// What must not compile.
template <class R>
concept PollsATemporary = requires(R&& reader) { std::move(reader).poll(); };
static_assert(!PollsATemporary<BusReader> && !PollsATemporary<TradeReader>);
static_assert(!BusEvent<int> && !BusEvent<wire::Trade>);
static_assert(!std::is_copy_constructible_v<BusReader> && !std::is_copy_constructible_v<TradeReader>);
static_assert(!std::is_constructible_v<TradeBus, Ring&>);

}  // namespace
}  // namespace trunkline::bus
