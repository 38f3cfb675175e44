// Market hours: Eastern time over its changes, half days, holidays, and what lies outside of the calendar.
#include <gtest/gtest.h>

#include "trunkline/venue/alpaca/market_calendar.hpp"
#include "trunkline/venue/alpaca/rest_bodies.hpp"
#include "trunkline/venue/alpaca/time_text.hpp"
#include "trunkline/venue/alpaca/us_eastern.hpp"

namespace trunkline::venue::alpaca {
namespace {

using namespace std::chrono_literals;
using std::chrono::year_month_day;

Nanos at(std::string_view text) {
  return read_time(text).value();
}

TEST(EasternTime, ChangesOnTheSecondSundayOfMarchAndTheFirstOfNovember) {
  // Dates of the change from 2007 on, as published by NIST.
  const struct {
    int year;
    unsigned march, november;
  } table[] = {{2007, 11, 4}, {2008, 9, 2},  {2015, 8, 1}, {2020, 8, 1}, {2021, 14, 7}, {2022, 13, 6},
               {2023, 12, 5}, {2024, 10, 3}, {2025, 9, 2}, {2026, 8, 1}, {2027, 14, 7}, {2028, 12, 5}};
  for (const auto& row : table) {
    const auto summer = summer_time(std::chrono::year{row.year});
    EXPECT_EQ(summer.begins, std::chrono::sys_days(year_month_day{std::chrono::year{row.year}, std::chrono::March,
                                                                  std::chrono::day{row.march}}) +
                                 7h);
    EXPECT_EQ(summer.ends, std::chrono::sys_days(year_month_day{std::chrono::year{row.year}, std::chrono::November,
                                                                std::chrono::day{row.november}}) +
                               6h);
  }
  EXPECT_EQ(
      eastern_offset(std::chrono::sys_seconds{std::chrono::floor<std::chrono::seconds>(at("2026-03-08T06:59:59Z"))}),
      -5h);
  EXPECT_EQ(
      eastern_offset(std::chrono::sys_seconds{std::chrono::floor<std::chrono::seconds>(at("2026-03-08T07:00:00Z"))}),
      -4h);
  EXPECT_EQ(
      eastern_offset(std::chrono::sys_seconds{std::chrono::floor<std::chrono::seconds>(at("2026-11-01T05:59:59Z"))}),
      -4h);
  EXPECT_EQ(
      eastern_offset(std::chrono::sys_seconds{std::chrono::floor<std::chrono::seconds>(at("2026-11-01T06:00:00Z"))}),
      -5h);
}

TEST(EasternTime, OpensOneHourEarlierInUtcInSummer) {
  using namespace std::chrono;
  EXPECT_EQ(from_eastern(2026y / March / 6, 9h + 30min), at("2026-03-06T14:30:00Z"));
  EXPECT_EQ(from_eastern(2026y / March / 9, 9h + 30min), at("2026-03-09T13:30:00Z"));
  EXPECT_EQ(from_eastern(2026y / October / 30, 16h), at("2026-10-30T20:00:00Z"));
  EXPECT_EQ(from_eastern(2026y / November / 2, 16h), at("2026-11-02T21:00:00Z"));
  EXPECT_EQ(eastern_date(at("2026-11-23T04:59:59Z")), 2026y / November / 22);
  EXPECT_EQ(eastern_date(at("2026-11-23T05:00:00Z")), 2026y / November / 23);
  EXPECT_EQ(eastern_date(at("2026-07-01T04:00:00Z")), 2026y / July / 1);
}

// The week of Thanksgiving 2025: Thursday is a holiday, Friday a half day.
MarketCalendar thanksgiving() {
  using namespace std::chrono;
  auto calendar = parse_calendar(
      R"([{"date":"2025-11-26","open":"09:30","close":"16:00","session_open":"0400","session_close":"2000"},
          {"date":"2025-11-28","open":"09:30","close":"13:00","session_open":"0400","session_close":"1700"},
          {"date":"2025-12-01","open":"09:30","close":"16:00","session_open":"0400","session_close":"2000",
           "settlement_date":"2025-12-02"}])",
      2025y / November / 20, 2025y / December / 5);
  EXPECT_TRUE(calendar.has_value());
  return *calendar;
}

TEST(MarketCalendar, KnowsPhasesHalfDaysHolidaysAndWeekends) {
  const MarketCalendar calendar = thanksgiving();
  const struct {
    const char* time;
    Phase phase;
  } table[] = {
      {"2025-11-26T08:59:59Z", Phase::Closed},        {"2025-11-26T09:00:00Z", Phase::Pre},
      {"2025-11-26T14:29:59.999999999Z", Phase::Pre}, {"2025-11-26T14:30:00Z", Phase::Regular},
      {"2025-11-26T20:59:59Z", Phase::Regular},       {"2025-11-26T21:00:00Z", Phase::Post},
      {"2025-11-27T00:59:59Z", Phase::Post},          {"2025-11-27T01:00:00Z", Phase::Closed},
      {"2025-11-27T15:00:00Z", Phase::Closed},   // Thanksgiving
      {"2025-11-28T17:59:59Z", Phase::Regular},  // half day
      {"2025-11-28T18:00:00Z", Phase::Post},     // 13:00
      {"2025-11-28T21:59:59Z", Phase::Post},          {"2025-11-28T22:00:00Z", Phase::Closed},
      {"2025-11-29T15:00:00Z", Phase::Closed},  // Saturday
      {"2025-12-01T15:00:00Z", Phase::Regular},       {"2025-12-02T15:00:00Z", Phase::Closed},
      {"2025-11-20T04:59:59Z", Phase::Unknown},  // before the first day asked for
      {"2025-11-20T05:00:00Z", Phase::Closed},        {"2025-12-06T04:59:59Z", Phase::Closed},
      {"2025-12-06T05:00:00Z", Phase::Unknown},
  };
  for (const auto& row : table) EXPECT_EQ(calendar.phase_at(at(row.time)), row.phase) << row.time;
  EXPECT_EQ(calendar.next_change(at("2025-11-27T15:00:00Z")), at("2025-11-28T09:00:00Z"));
  EXPECT_EQ(calendar.next_change(at("2025-12-05T15:00:00Z")), std::nullopt);
  EXPECT_EQ(calendar.trading_days(), 3U);
}

TEST(MarketCalendar, KnowsNothingBeforeItIsAsked) {
  EXPECT_EQ(MarketCalendar().phase_at(at("2025-12-01T15:00:00Z")), Phase::Unknown);
  EXPECT_TRUE(MarketCalendar().empty());
}

TEST(MarketCalendar, RefusesDaysThatCannotBe) {
  using namespace std::chrono;
  for (const char* body :
       {"", "{}", "[", R"([{"open":"09:30"}])", R"([{"date":"2025-13-01"}])",
        R"([{"date":"2025-12-01","open":"9:30","close":"16:00"}])",
        R"([{"date":"2025-12-01","open":"16:00","close":"09:30"}])", R"([{"date":"2025-12-02"},{"date":"2025-12-01"}])",
        R"([{"date":"2025-12-02"},{"date":"2025-12-02"}])", R"([{"date":20251202}])",
        R"([{"date":"2025-12-02","open":"25:30"}])", R"([{"date":"1012-11-26","open":"09:30","close":"16:00"}])"}) {
    EXPECT_FALSE(parse_calendar(body, 2025y / December / 1, 2025y / December / 5)) << body;
  }
}

TEST(MarketClock, IsReadWithItsOffset) {
  const auto clock = parse_clock(R"({"timestamp":"2025-11-26T10:15:30.123456789-05:00","is_open":true,
    "next_open":"2025-11-28T09:30:00-05:00","next_close":"2025-11-26T16:00:00-05:00"})");
  ASSERT_TRUE(clock.has_value());
  EXPECT_EQ(clock->time, at("2025-11-26T15:15:30.123456789Z"));
  EXPECT_TRUE(clock->open);
  EXPECT_EQ(clock->next_close, at("2025-11-26T21:00:00Z"));
  EXPECT_FALSE(parse_clock(R"({"timestamp":"2025-11-26T10:15:30-05:00"})"));
  EXPECT_FALSE(parse_clock(R"({"timestamp":"yesterday","is_open":true})"));
}

TEST(TimeText, ReadsWhatRfc3339AllowsAndNothingElse) {
  EXPECT_EQ(at("1970-01-01T00:00:10.00000001Z"), Nanos{10'000'000'010});
  EXPECT_EQ(at("2022-03-18T14:02:43.651613184Z").count(), 1'647'612'163'651'613'184);
  EXPECT_EQ(at("1969-12-31T23:59:59Z"), Nanos{-1'000'000'000});
  for (const char* text :
       {"", "2022-03-18", "2022-03-18T14:02:43", "2022-03-18 14:02:43Z", "2022-02-30T14:02:43Z", "2022-03-18T24:02:43Z",
        "2022-03-18T14:60:43Z", "2022-03-18T14:02:43.Z", "2022-03-18T14:02:43.1234567890Z", "2022-03-18T14:02:43+5:00",
        "2022-03-18T14:02:43Zx", "9999-03-18T14:02:43Z", "0000-00-00T00:00:00Z"}) {
    EXPECT_FALSE(read_time(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace trunkline::venue::alpaca
