// Trades that a lost connection missed are asked for and told once; what cannot be had is told as a Gap.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include "venue/alpaca/harness.hpp"

namespace trunkline::venue::alpaca::test {
namespace {

constexpr Channels trades_only{Channel::Trades};
constexpr ConnectionId second{2};

// At that many milliseconds after ten o'clock in New York.
std::string fields_of(int id, int ms) {
  return fmt::format(R"("i":{},"x":"V","p":1,"s":1,"t":"2026-11-23T15:00:{:02}.{:03}Z")", id, ms / 1000, ms % 1000);
}
std::string told(int id, int ms, const char* symbol = "AAPL") {
  return fmt::format(R"([{{"T":"t","S":"{}",{}}}])", symbol, fields_of(id, ms));
}
std::string past(const std::vector<std::pair<int, int>>& trades, const char* token = "null") {
  std::string list;
  for (const auto& [id, ms] : trades) list += fmt::format("{}{{{}}}", list.empty() ? "" : ",", fields_of(id, ms));
  return fmt::format(R"({{"trades":{{"AAPL":[{}]}},"next_page_token":{}}})", list, token);
}

class CatchUpTest : public ::testing::Test {
 protected:
  CatchUpTest() : h(stocks({"AAPL"}, trades_only)) {
    h.now = *read_time("2026-11-23T15:00:00Z");
    h.start();
    h.tick();
    h.answer("/trades/latest", 200, R"({"trades":{}})");
    h.bytes(told(7, 1'000));
    h.bytes(told(3, 2'000));
    h.bytes(told(9, 2'500));
    h.close();
    h.open(second);
    h.tick();
    h.trades.clear();
  }
  std::vector<std::uint64_t> ids() const {
    std::vector<std::uint64_t> out;
    for (const auto& trade : h.trades) out.push_back(trade.trade_id);
    return out;
  }
  static constexpr const char* path = "/v2/stocks/trades?";

  Harness h;
};
using Ids = std::vector<std::uint64_t>;

TEST_F(CatchUpTest, AsksFromTheLastSecondThatItKnows) {
  EXPECT_TRUE(
      h.asked_for("/v2/stocks/trades?symbols=AAPL&start=2026-11-23T15:00:01.500000000Z&limit=10000&sort=asc&feed=iex"));
  EXPECT_FALSE(h.asked_for("/trades/latest")) << "the newest is among them";
}

TEST_F(CatchUpTest, EachTradeIsToldOnceWhicheverBringsItFirst) {
  h.bytes(told(20, 4'000), second);  // before the answer, which has it too
  ASSERT_TRUE(h.answer(path, 200, past({{3, 2'000}, {4, 2'100}, {9, 2'500}, {10, 3'000}, {20, 4'000}, {21, 4'100}})));
  h.bytes(told(21, 4'100), second);  // after it
  h.bytes(told(22, 4'200), second);
  EXPECT_EQ(ids(), (Ids{20, 4, 10, 21, 22}));
  EXPECT_EQ(h.trades[0].detail & trade_detail::from_history, 0);
  EXPECT_NE(h.trades[1].detail & trade_detail::from_history, 0);
  EXPECT_EQ(h.venue().counters().trades_caught_up, 3U);
  EXPECT_EQ(h.event_counts["trades_missed"], 0);
}

TEST_F(CatchUpTest, PagesAreFollowedToTheEnd) {
  ASSERT_TRUE(h.answer(path, 200, past({{10, 3'000}}, R"("next one")")));
  h.tick();
  ASSERT_TRUE(h.asked_for("&page_token=next%20one"));
  ASSERT_TRUE(h.answer(path, 200, past({{11, 3'100}})));
  EXPECT_EQ(ids(), (Ids{10, 11}));
  h.ticks(2s);
  EXPECT_FALSE(h.asked_for(path));
}

TEST_F(CatchUpTest, AConnectionLostOnceMoreIsCaughtUpFromTheFirstLoss) {
  ASSERT_TRUE(h.answer(path, 200, past({{10, 3'000}}, R"("more")")));
  h.bytes(told(30, 9'000), second);
  h.close(second);
  h.open(ConnectionId{3});
  h.requests.clear();
  h.tick();
  ASSERT_TRUE(h.asked_for("start=2026-11-23T15:00:01.500000000Z"));
  ASSERT_TRUE(h.answer(path, 200, past({{10, 3'000}, {11, 3'100}, {30, 9'000}, {31, 9'100}})));
  EXPECT_EQ(ids(), (Ids{10, 30, 11, 31}));
}

TEST_F(CatchUpTest, WhatCannotBeHadIsAGapOfAnUnknownNumber) {
  ASSERT_TRUE(h.answer(path, 403, R"({"message":"subscription does not permit querying recent SIP data"})"));
  EXPECT_EQ(h.event_counts["trades_missed"], 1);
  ASSERT_EQ(h.gaps.size(), 1U);
  EXPECT_EQ(h.gaps[0].missed, 0U);
  EXPECT_EQ(h.gaps[0].symbol, hash_symbol_text("alpaca:AAPL"));
  h.ticks(5s);
  EXPECT_FALSE(h.asked_for(path)) << "asking again cannot help";
}

TEST_F(CatchUpTest, AFailureIsTriedAgainAFewTimes) {
  for (int tries = 0; tries < 5; ++tries) {
    EXPECT_EQ(h.event_counts["trades_missed"], 0);
    for (int i = 0; i < 400 && !h.asked_for(path); ++i) h.tick();
    ASSERT_TRUE(h.answer(path, tries % 2 == 0 ? 500 : 200, "[]"));
  }
  EXPECT_EQ(h.event_counts["trades_missed"], 1);
}

}  // namespace
}  // namespace trunkline::venue::alpaca::test
