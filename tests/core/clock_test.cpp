#include "trunkline/core/clock.hpp"

#include <gtest/gtest.h>

namespace trunkline {
namespace {

TEST(Clock, WritesIso8601) {
  EXPECT_EQ(to_iso8601(Nanos{0}), "1970-01-01T00:00:00.000000000Z");
  EXPECT_EQ(to_iso8601(Nanos{1723161253937085768}), "2024-08-08T23:54:13.937085768Z");
  EXPECT_EQ(to_iso8601(Nanos{-1}), "1969-12-31T23:59:59.999999999Z");
}

TEST(Clock, WritesTheEarliestAndTheLatestTime) {
  EXPECT_EQ(to_iso8601(Nanos::min()), "1677-09-21T00:12:43.145224192Z");
  EXPECT_EQ(to_iso8601(Nanos::max()), "2262-04-11T23:47:16.854775807Z");
}

}  // namespace
}  // namespace trunkline
