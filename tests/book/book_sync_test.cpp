#include "trunkline/book/book_sync.hpp"

#include <gtest/gtest.h>
#include <vector>

namespace trunkline::book {
namespace {

HeldDelta held(UpdateIds ids, std::uint32_t source = 0, std::size_t levels = 1) {
  HeldDelta event;
  event.ids = ids;
  event.source = source;
  event.levels.resize(levels);
  event.bid_count = levels;
  return event;
}

// Feeds an event, holding it when told to.
DeltaVerdict feed(BookSync& sync, UpdateIds ids, std::uint32_t source = 0) {
  const DeltaVerdict verdict = sync.on_delta(ids, source);
  if (verdict == DeltaVerdict::Hold || verdict == DeltaVerdict::Refetch) {
    EXPECT_TRUE(sync.hold(held(ids, source)));
  }
  return verdict;
}

// Takes what is due among the held events and returns their last ids.
std::vector<std::uint64_t> drain(BookSync& sync, DeltaVerdict expected_end = DeltaVerdict::Hold) {
  std::vector<std::uint64_t> applied;
  for (;;) {
    auto next = sync.next_held();
    if (next.verdict != DeltaVerdict::Apply) {
      EXPECT_EQ(next.verdict, expected_end);
      return applied;
    }
    applied.push_back(next.event->ids.last);
  }
}

using Ids = std::vector<std::uint64_t>;

class SpotSync : public ::testing::Test {
 protected:
  void live_at(std::uint64_t id) {
    ASSERT_TRUE(sync_.begin());
    sync_.snapshot_asked();
    ASSERT_EQ(sync_.on_snapshot(id), SnapshotVerdict::Use);
    ASSERT_EQ(feed(sync_, {id + 1, id + 1}), DeltaVerdict::Apply);
  }
  BookSync sync_{binance_spot_rule};
};

TEST_F(SpotSync, DropsStaleEventsJoinsAndChains) {
  ASSERT_TRUE(sync_.begin());
  EXPECT_EQ(feed(sync_, {1, 5}), DeltaVerdict::Hold);
  EXPECT_EQ(feed(sync_, {6, 8}), DeltaVerdict::Hold);
  EXPECT_EQ(feed(sync_, {9, 12}), DeltaVerdict::Hold);
  sync_.snapshot_asked();
  EXPECT_EQ(sync_.on_snapshot(10), SnapshotVerdict::Use);
  EXPECT_EQ(sync_.phase(), Phase::Bridging);
  EXPECT_EQ(drain(sync_), (Ids{12}));
  EXPECT_EQ(sync_.phase(), Phase::Live);
  EXPECT_EQ(feed(sync_, {13, 13}), DeltaVerdict::Apply);
  EXPECT_EQ(feed(sync_, {13, 13}), DeltaVerdict::Drop);
  EXPECT_EQ(feed(sync_, {15, 16}), DeltaVerdict::Gap);
  EXPECT_EQ(sync_.refused(), 0U);
}

TEST_F(SpotSync, StaysUnprovenWhileTheStreamLagsBehindTheSnapshot) {
  ASSERT_TRUE(sync_.begin());
  sync_.snapshot_asked();
  EXPECT_EQ(sync_.on_snapshot(10), SnapshotVerdict::Use);
  EXPECT_EQ(feed(sync_, {1, 5}), DeltaVerdict::Drop);
  EXPECT_EQ(sync_.phase(), Phase::Bridging);
  EXPECT_FALSE(sync_.quiet());
  EXPECT_EQ(feed(sync_, {6, 10}), DeltaVerdict::Drop);
  EXPECT_EQ(sync_.phase(), Phase::Live);
  EXPECT_EQ(feed(sync_, {11, 14}), DeltaVerdict::Apply);
}

TEST_F(SpotSync, ASnapshotOlderThanTheFirstHeldEventIsFetchedAgain) {
  ASSERT_TRUE(sync_.begin());
  feed(sync_, {20, 22});
  sync_.snapshot_asked();
  EXPECT_EQ(sync_.on_snapshot(18), SnapshotVerdict::TooOld);
  EXPECT_EQ(sync_.phase(), Phase::Buffering);
  EXPECT_EQ(sync_.on_snapshot(19), SnapshotVerdict::Use);
  EXPECT_EQ(drain(sync_), (Ids{22}));
}

TEST_F(SpotSync, ASnapshotThatTheNextEventDoesNotReachIsFetchedAgain) {
  ASSERT_TRUE(sync_.begin());
  sync_.snapshot_asked();
  EXPECT_EQ(sync_.on_snapshot(18), SnapshotVerdict::Use);
  EXPECT_EQ(feed(sync_, {20, 22}), DeltaVerdict::Refetch);
  EXPECT_EQ(sync_.phase(), Phase::Buffering);
  sync_.snapshot_asked();
  EXPECT_EQ(sync_.on_snapshot(21), SnapshotVerdict::Use);
  EXPECT_EQ(drain(sync_), (Ids{22}));
}

TEST_F(SpotSync, AGapAmongHeldEventsIsAGap) {
  ASSERT_TRUE(sync_.begin());
  feed(sync_, {1, 5});
  feed(sync_, {8, 9});
  sync_.snapshot_asked();
  EXPECT_EQ(sync_.on_snapshot(3), SnapshotVerdict::Use);
  EXPECT_EQ(drain(sync_, DeltaVerdict::Gap), (Ids{5}));
}

TEST_F(SpotSync, AnIdFarAheadOfTheStreamIsNotBelievedForEver) {
  ASSERT_TRUE(sync_.begin());
  sync_.snapshot_asked();
  EXPECT_EQ(sync_.on_snapshot(1'000'000), SnapshotVerdict::Use);
  DeltaVerdict verdict = DeltaVerdict::Drop;
  std::uint64_t id = 0;
  while (verdict == DeltaVerdict::Drop && id < 10'000) verdict = feed(sync_, {id + 1, id + 1}), ++id;
  EXPECT_EQ(verdict, DeltaVerdict::Gap);
  EXPECT_EQ(sync_.phase(), Phase::Bridging);
}

TEST_F(SpotSync, AQuietBookIsLiveOnItsSnapshotAloneAndStillChecksTheFirstEvent) {
  ASSERT_TRUE(sync_.begin());
  sync_.snapshot_asked();
  sync_.on_snapshot(10);
  EXPECT_TRUE(sync_.quiet());
  EXPECT_EQ(sync_.phase(), Phase::Live);
  EXPECT_EQ(feed(sync_, {9, 12}), DeltaVerdict::Apply);
  EXPECT_EQ(feed(sync_, {14, 15}), DeltaVerdict::Gap);

  BookSync other(binance_spot_rule);
  other.begin();
  other.on_snapshot(10);
  EXPECT_TRUE(other.quiet());
  EXPECT_EQ(feed(other, {13, 15}), DeltaVerdict::Gap);
}

TEST_F(SpotSync, ImpossibleTransitionsAreRefusedAndCounted) {
  EXPECT_FALSE(sync_.fault());
  EXPECT_EQ(sync_.on_snapshot(1), SnapshotVerdict::Stray);
  EXPECT_EQ(feed(sync_, {1, 1}), DeltaVerdict::Stray);
  EXPECT_TRUE(sync_.begin());
  EXPECT_FALSE(sync_.begin());
  EXPECT_EQ(sync_.phase(), Phase::Buffering);
  EXPECT_EQ(sync_.refused(), 2U);
  EXPECT_TRUE(sync_.fault());
  EXPECT_TRUE(sync_.fault());
  EXPECT_EQ(feed(sync_, {1, 1}), DeltaVerdict::Stray);
}

TEST_F(SpotSync, TheBufferForgetsOldEventsOnlyBeforeTheSnapshotIsAskedFor) {
  BookSync sync(binance_spot_rule, {.events = 3, .levels = 100});
  sync.begin();
  for (std::uint64_t id = 1; id <= 10; ++id) EXPECT_TRUE(sync.hold(held({id, id})));
  EXPECT_EQ(sync.held(), 3U);
  sync.snapshot_asked();
  EXPECT_FALSE(sync.hold(held({11, 11})));
  EXPECT_EQ(sync.on_snapshot(8), SnapshotVerdict::Use);
  EXPECT_EQ(drain(sync), (Ids{9, 10}));
  BookSync small(binance_spot_rule, {.events = 100, .levels = 10});
  small.begin();
  small.snapshot_asked();
  EXPECT_TRUE(small.hold(held({1, 1}, 0, 10)));
  EXPECT_FALSE(small.hold(held({2, 2}, 0, 1)));
}

TEST_F(SpotSync, TwoConnectionsOfOneStreamCountOnce) {
  live_at(10);
  EXPECT_EQ(feed(sync_, {12, 13}, 0), DeltaVerdict::Apply);
  EXPECT_EQ(feed(sync_, {12, 13}, 1), DeltaVerdict::Drop);
  // The new connection is ahead of the carrier: no gap, it waits.
  EXPECT_EQ(feed(sync_, {16, 17}, 1), DeltaVerdict::Hold);
  EXPECT_EQ(feed(sync_, {14, 15}, 0), DeltaVerdict::Apply);
  EXPECT_EQ(drain(sync_), (Ids{17}));
  EXPECT_EQ(feed(sync_, {16, 17}, 0), DeltaVerdict::Drop);
  // It cut its event elsewhere.
  EXPECT_EQ(feed(sync_, {17, 19}, 1), DeltaVerdict::Apply);
  EXPECT_EQ(feed(sync_, {22, 23}, 1), DeltaVerdict::Hold);
  EXPECT_TRUE(sync_.source_closed(0, 1));
  EXPECT_EQ(sync_.carrier(), 1U);
  EXPECT_EQ(drain(sync_, DeltaVerdict::Gap), Ids{});
  EXPECT_FALSE(sync_.source_closed(1, std::nullopt));
}

TEST_F(SpotSync, WhatRunsAheadForTooLongIsForgottenWithoutAFault) {
  BookSync sync(binance_spot_rule, {.events = 2, .levels = 100});
  sync.begin();
  sync.on_snapshot(10);
  ASSERT_EQ(feed(sync, {11, 11}, 0), DeltaVerdict::Apply);
  for (std::uint64_t id = 20; id < 30; ++id) EXPECT_EQ(feed(sync, {id, id}, 1), DeltaVerdict::Hold);
  EXPECT_EQ(feed(sync, {12, 12}, 0), DeltaVerdict::Apply);
  EXPECT_EQ(sync.phase(), Phase::Live);
}

TEST(FuturesSync, JoinsAroundTheSnapshotAndChainsByPreviousId) {
  BookSync sync(binance_futures_rule);
  sync.begin();
  feed(sync, {90, 95, 88});
  feed(sync, {99, 104, 95});
  feed(sync, {110, 120, 104});
  sync.snapshot_asked();
  EXPECT_EQ(sync.on_snapshot(104), SnapshotVerdict::Use);
  EXPECT_EQ(drain(sync), (Ids{104, 120}));
  EXPECT_EQ(feed(sync, {130, 131, 120}), DeltaVerdict::Apply);
  EXPECT_EQ(feed(sync, {130, 131, 120}), DeltaVerdict::Drop);
  EXPECT_EQ(feed(sync, {140, 141, 133}), DeltaVerdict::Gap);
}

TEST(FuturesSync, AnEventThatFollowsTheSnapshotDirectlyJoinsToo) {
  BookSync sync(binance_futures_rule);
  sync.begin();
  sync.snapshot_asked();
  sync.on_snapshot(104);
  EXPECT_EQ(feed(sync, {110, 120, 104}), DeltaVerdict::Apply);
  EXPECT_EQ(sync.phase(), Phase::Live);

  BookSync late(binance_futures_rule);
  late.begin();
  feed(late, {110, 120, 104});
  late.snapshot_asked();
  EXPECT_EQ(late.on_snapshot(103), SnapshotVerdict::TooOld);
  EXPECT_EQ(late.on_snapshot(104), SnapshotVerdict::Use);
}

}  // namespace
}  // namespace trunkline::book
