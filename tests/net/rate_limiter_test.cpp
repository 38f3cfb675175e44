#include "trunkline/net/rate_limiter.hpp"

#include <gtest/gtest.h>

namespace trunkline::net {
namespace {

using namespace std::chrono_literals;

TEST(RateLimiter, LetsThroughWhatFitsTheWindow) {
  RateLimiter limiter({.weight = 100});
  EXPECT_EQ(limiter.wait(0s, 60), 0s);
  limiter.sent(0s, 60);
  EXPECT_EQ(limiter.wait(10s, 40), 0s);
  limiter.sent(10s, 40);
  EXPECT_EQ(limiter.wait(20s, 1), 40s);
  EXPECT_EQ(limiter.wait(20s, 61), 50s);
  EXPECT_EQ(limiter.wait(60s, 60), 0s);
  EXPECT_EQ(limiter.used(60s), 40U);
}

TEST(RateLimiter, NeverExceedsTheLimitInAnyWindow) {
  RateLimiter limiter({.weight = 50});
  std::vector<std::pair<Nanos, std::uint32_t>> sent;
  Nanos now{0};
  for (std::uint32_t i = 0; i < 2000; ++i) {
    const std::uint32_t weight = 1 + i * 7 % 20;
    now += limiter.wait(now, weight);
    ASSERT_EQ(limiter.wait(now, weight), 0s);
    limiter.sent(now, weight);
    sent.emplace_back(now, weight);
    now += std::chrono::milliseconds{i % 13 * 100};
  }
  for (std::size_t first = 0; first < sent.size(); ++first) {
    std::uint32_t sum = 0;
    for (std::size_t i = first; i < sent.size() && sent[i].first < sent[first].first + 60s; ++i) sum += sent[i].second;
    ASSERT_LE(sum, 50U);
  }
}

TEST(RateLimiter, LowWaitsWhileMoreThanHalfIsUsed) {
  RateLimiter limiter({.weight = 100});
  limiter.sent(0s, 30);
  limiter.sent(10s, 20);
  EXPECT_EQ(limiter.wait(20s, 10, Urgency::Normal), 0s);
  EXPECT_EQ(limiter.wait(20s, 10, Urgency::Low), 40s);
  EXPECT_EQ(limiter.wait(60s, 10, Urgency::Low), 0s);
}

TEST(RateLimiter, LetsTheTooHeavyGoAlone) {
  RateLimiter limiter({.weight = 10});
  EXPECT_EQ(limiter.wait(0s, 50), 0s);
  limiter.sent(0s, 50);
  EXPECT_EQ(limiter.wait(1s, 50), 59s);
  EXPECT_EQ(limiter.wait(60s, 50, Urgency::Low), 0s);
}

TEST(RateLimiter, CountsWhatOthersUseOfTheSameBudget) {
  RateLimiter limiter({.weight = 100});
  limiter.sent(0s, 5);
  limiter.told_used(1s, 95);
  EXPECT_EQ(limiter.used(1s), 95U);
  EXPECT_GT(limiter.wait(1s, 10), 0s);
  limiter.told_used(2s, 3);  // the venue's window began anew: ours stays careful
  EXPECT_EQ(limiter.used(2s), 95U);
  EXPECT_EQ(limiter.wait(61s, 10), 0s);
}

TEST(RateLimiter, HoldsUntilItMayGoOn) {
  RateLimiter limiter({.weight = 0});
  EXPECT_EQ(limiter.wait(5s, 1'000'000), 0s);
  limiter.hold_until(30s);
  limiter.hold_until(20s);
  EXPECT_EQ(limiter.wait(5s, 1), 25s);
  EXPECT_EQ(limiter.wait(30s, 1), 0s);
}

TEST(RateLimiter, WorksForMessagesASecond) {
  RateLimiter limiter({.weight = 5, .window = 1s});
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(limiter.wait(0s, 1), 0s);
    limiter.sent(0s, 1);
  }
  EXPECT_EQ(limiter.wait(0s, 1), 1s);
  EXPECT_EQ(limiter.wait(1s, 1), 0s);
}

TEST(RetryAfter, IsSecondsOrADate) {
  EXPECT_EQ(parse_retry_after("120", 0s), 120s);
  EXPECT_EQ(parse_retry_after("0", 0s), 0s);
  // 2015-10-21T07:28:00Z
  EXPECT_EQ(parse_retry_after("Wed, 21 Oct 2015 07:28:00 GMT", Nanos(std::chrono::seconds{1445412470})), 10s);
  EXPECT_EQ(parse_retry_after("Wed, 21 Oct 2015 07:28:00 GMT", Nanos(std::chrono::seconds{1445412490})), 0s);
  for (const char* text : {"", "soon", "-5", "12 apples", "1e3"}) EXPECT_FALSE(parse_retry_after(text, 0s)) << text;
}

}  // namespace
}  // namespace trunkline::net
