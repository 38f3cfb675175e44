#include "trunkline/connector/trade_series.hpp"

#include <gtest/gtest.h>
#include <map>
#include <random>

namespace trunkline::connector {
namespace {

constexpr std::size_t a = 0;
constexpr std::size_t b = 1;

TEST(TradeSeries, AnIdGoesThroughOnceWhicheverSourceIsFirst) {
  TradeSeries series;
  EXPECT_TRUE(series.take(a, 100, true).fresh);
  EXPECT_FALSE(series.take(b, 100, true).fresh);
  EXPECT_TRUE(series.take(b, 101, true).fresh);
  EXPECT_FALSE(series.take(a, 101, true).fresh);
  EXPECT_TRUE(series.take(a, 103, true).fresh);
  EXPECT_TRUE(series.take(b, 102, true).fresh) << "a changed order is no loss";
}

TEST(TradeSeries, WhatTheOtherBroughtIsNotLost) {
  TradeSeries series;
  series.take(a, 100, true);
  for (std::uint64_t id = 100; id <= 110; ++id) series.take(b, id, false);
  series.missed(a, 10);
  const auto answer = series.take(a, 111, false);
  EXPECT_TRUE(answer.fresh);
  EXPECT_EQ(answer.lost, 0U);
}

TEST(TradeSeries, WhatTheOtherMayStillBringIsWaitedFor) {
  TradeSeries series;
  series.take(a, 100, true);
  series.take(b, 100, true);
  series.missed(a, 1000);
  EXPECT_EQ(series.take(a, 1101, true).lost, 0U);
  for (std::uint64_t id = 101; id <= 1102; ++id) {
    const auto answer = series.take(b, id, true);
    EXPECT_EQ(answer.fresh, id != 1101) << id;
    EXPECT_EQ(answer.lost, 0U) << id;
  }
}

TEST(TradeSeries, WhatNeitherBroughtIsCountedOnce) {
  TradeSeries series;
  series.take(a, 100, true);
  series.take(b, 102, true);
  series.take(b, 103, true);
  series.missed(a, 9);  // 101 to 109
  EXPECT_EQ(series.take(a, 110, true).lost, 0U) << "the other one may be late";
  series.missed(b, 5);  // 104 to 108
  EXPECT_EQ(series.take(b, 109, true).lost, 5U);
  EXPECT_EQ(series.take(b, 111, true).lost, 1U) << "101";
  EXPECT_EQ(series.take(a, 112, true).lost, 0U);
}

TEST(TradeSeries, ALossIsToldAtOnceWhereNobodyCanFillIt) {
  TradeSeries series;
  series.take(a, 100, false);
  series.missed(a, 20'000);
  EXPECT_EQ(series.take(a, 20'101, false).lost, 20'000U) << "more than the window remembers";
}

TEST(TradeSeries, ASeriesThatBeginsAnewIsFollowed) {
  TradeSeries series;
  series.take(a, 1'000'000, true);
  EXPECT_TRUE(series.take(a, 5, true).fresh);
  EXPECT_TRUE(series.take(a, 6, true).fresh);
  EXPECT_FALSE(series.take(b, 6, true).fresh);
}

// Two sources with holes of their own, in any interleaving: what goes through and what is told lost is all there was.
TEST(TradeSeries, ThroughAndLostTogetherAreAllIdsThatWere) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    constexpr std::uint64_t first = 1000;
    constexpr std::uint64_t last = 1300;
    TradeSeries series;
    std::uint64_t next[2] = {first, first};
    std::map<std::uint64_t, int> through;
    std::uint64_t lost = 0;
    while (next[a] <= last || next[b] <= last) {
      const std::size_t source = next[a] > last ? b : next[b] > last ? a : random() % 2;
      // The first and last two come, as a hole is seen by what is around it.
      const bool skips = random() % 8 == 0 && next[source] > first && next[source] < last - 20;
      if (skips) {
        const std::uint64_t count = 1 + random() % 15;
        series.missed(source, count);
        next[source] += count;
      }
      const auto answer = series.take(source, next[source], true);
      if (answer.fresh) ++through[next[source]];
      lost += answer.lost;
      ++next[source];
    }
    for (const auto& [id, times] : through) EXPECT_EQ(times, 1) << id;
    EXPECT_EQ(through.size() + lost, last - first + 1) << "round " << round;
  }
}

}  // namespace
}  // namespace trunkline::connector
