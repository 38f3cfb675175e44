#include "trunkline/hub/latency_summary.hpp"

#include <gtest/gtest.h>

namespace trunkline::hub {
namespace {

using namespace std::chrono_literals;
constexpr Nanos now = 1'700'000'000s;

TEST(LatencySummary, QuantilesAreNeverTooLowAndAtMostASixteenthTooHigh) {
  for (const Nanos largest : {Nanos{20}, Nanos{1000}, Nanos{5ms}, Nanos{90s}}) {
    LatencySummary summary;
    for (int i = 1; i <= 1000; ++i) summary.add(largest * i / 1000, now);
    for (const double part : {0.5, 0.9, 0.99, 0.999, 1.0}) {
      const Nanos exact{largest * static_cast<int>(part * 1000) / 1000};
      const auto told = summary.quantile(part, now);
      ASSERT_TRUE(told);
      EXPECT_GE(*told, exact) << part << " of " << largest.count();
      EXPECT_LE(*told, exact + exact / 16) << part << " of " << largest.count();
    }
  }
}

TEST(LatencySummary, ForgetsWhatIsOlderThanAMinuteButNotTheCountAndSum) {
  LatencySummary summary;
  EXPECT_FALSE(summary.quantile(0.5, now));
  summary.add(100ns, now);
  summary.add(100ms, now + 31s);
  EXPECT_LE(*summary.quantile(0.5, now + 31s), 110ns);
  EXPECT_GE(*summary.quantile(0.5, now + 62s), 100ms);
  EXPECT_FALSE(summary.quantile(0.5, now + 100s));
  summary.add(1us, now + 500s);
  EXPECT_LE(*summary.quantile(1, now + 500s), 1100ns);
  EXPECT_EQ(summary.count(), 3U);
  EXPECT_EQ(summary.sum(), 100ns + 100ms + 1us);
}

TEST(LatencySummary, TakesTheEndsOfItsRangeForWhatLiesOutside) {
  LatencySummary summary;
  summary.add(-5s, now);
  EXPECT_EQ(*summary.quantile(1, now), 0ns);
  summary.add(Nanos::max(), now);
  EXPECT_GT(*summary.quantile(1, now), 18min);
}

}  // namespace
}  // namespace trunkline::hub
