#include "trunkline/net/backoff.hpp"

#include <gtest/gtest.h>

namespace trunkline::net {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, DoublesUpToTheCap) {
  Backoff backoff({.first = 100ms, .cap = 500ms, .jitter = 0.0}, 1);
  EXPECT_EQ(*backoff.next(), 100ms);
  EXPECT_EQ(*backoff.next(), 200ms);
  EXPECT_EQ(*backoff.next(), 400ms);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(*backoff.next(), 500ms);
  EXPECT_EQ(backoff.attempts(), 103U);
}

TEST(Backoff, StartsOverAfterReset) {
  Backoff backoff({.first = 100ms, .jitter = 0.0}, 1);
  backoff.next();
  backoff.next();
  backoff.reset();
  EXPECT_EQ(backoff.attempts(), 0U);
  EXPECT_EQ(*backoff.next(), 100ms);
}

TEST(Backoff, StaysWithinItsJitterAndDiffersFromSeedToSeed) {
  Backoff one({.first = 1000ms, .cap = 1000ms, .jitter = 0.5}, 1);
  Backoff same({.first = 1000ms, .cap = 1000ms, .jitter = 0.5}, 1);
  Backoff other({.first = 1000ms, .cap = 1000ms, .jitter = 0.5}, 2);
  int different = 0;
  for (int i = 0; i < 1000; ++i) {
    const Nanos wait = *one.next();
    EXPECT_GE(wait, 500ms);
    EXPECT_LE(wait, 1000ms);
    EXPECT_EQ(wait, *same.next());
    if (wait != *other.next()) ++different;
  }
  EXPECT_GT(different, 990);
}

TEST(Backoff, EndsAtItsLimitAndNeverWithoutOne) {
  Backoff limited({.attempt_limit = 2}, 1);
  EXPECT_TRUE(limited.next());
  EXPECT_TRUE(limited.next());
  EXPECT_FALSE(limited.next());
  limited.reset();
  EXPECT_TRUE(limited.next());
  Backoff endless({}, 1);
  for (int i = 0; i < 10'000; ++i) ASSERT_TRUE(endless.next());
}

}  // namespace
}  // namespace trunkline::net
