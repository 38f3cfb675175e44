#include "trunkline/venue/generic/times.hpp"

#include <gtest/gtest.h>

namespace trunkline::venue::generic {
namespace {

TEST(GenericTimes, CountsOfEveryUnitAreExact) {
  EXPECT_EQ(parse_time("1618677785", TimeUnit::Seconds), Nanos{1'618'677'785'000'000'000});
  EXPECT_EQ(parse_time("1618677785.4827468", TimeUnit::Seconds), Nanos{1'618'677'785'482'746'800});
  EXPECT_EQ(parse_time("1709891679005", TimeUnit::Milliseconds), Nanos{1'709'891'679'005'000'000});
  EXPECT_EQ(parse_time("1709891679005123", TimeUnit::Microseconds), Nanos{1'709'891'679'005'123'000});
  EXPECT_EQ(parse_time("1709891679005123456", TimeUnit::Nanoseconds), Nanos{1'709'891'679'005'123'456});
  EXPECT_EQ(parse_time("0", TimeUnit::Milliseconds), Nanos{0});
}

TEST(GenericTimes, IsoTextsWithAndWithoutFractionAndOffset) {
  EXPECT_EQ(parse_time("2021-04-17T16:43:05.000Z", TimeUnit::Iso), Nanos{1'618'677'785'000'000'000});
  EXPECT_EQ(parse_time("2021-04-17T16:43:05.123456789Z", TimeUnit::Iso), Nanos{1'618'677'785'123'456'789});
  EXPECT_EQ(parse_time("2021-04-17 16:43:05", TimeUnit::Iso), Nanos{1'618'677'785'000'000'000});
  EXPECT_EQ(parse_time("2021-04-17T18:43:05+02:00", TimeUnit::Iso), Nanos{1'618'677'785'000'000'000});
  EXPECT_EQ(parse_time("2021-04-17T12:13:05.5-0430", TimeUnit::Iso), Nanos{1'618'677'785'500'000'000});
}

TEST(GenericTimes, AnythingElseIsNoTime) {
  for (const char* text : {"", "x", "-1", "12345678901234567890", "1.1234567", "1e300"}) {
    EXPECT_FALSE(parse_time(text, TimeUnit::Milliseconds)) << text;
  }
  for (const char* text :
       {"", "2021", "2021-13-01T00:00:00Z", "2021-02-30T00:00:00Z", "2021-04-17T24:00:00Z", "2021-04-17T16:43:05.Z",
        "2021-04-17T16:43:05Zx", "9999-04-17T16:43:05Z", "2021-04-17T16:43:05.0000000001Z"}) {
    EXPECT_FALSE(parse_time(text, TimeUnit::Iso)) << text;
  }
}

}  // namespace
}  // namespace trunkline::venue::generic
