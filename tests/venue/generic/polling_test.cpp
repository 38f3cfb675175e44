// What a source is asked for over HTTP, and what becomes of the answers.
#include <gtest/gtest.h>

#include "venue/generic/harness.hpp"

namespace trunkline::venue::generic::test {
namespace {

const std::string btc = "polled:BTC-USDT";

constexpr std::string_view polled = R"(
symbol = "{BASE}{QUOTE}"
requests_per_minute = 120
[[poll]]
channel = "trades"
url = "https://example.com/trades?symbol={symbol}"
interval = "2s"
weight = 5
[poll.message]
kind = "trade"
each = "result.list"
symbol = "symbol"
price = "price"
quantity = "size"
side = "side"
buy = "Buy"
sell = "Sell"
time = "time"
id = "execId"
[[poll]]
channel = "depth"
url = "https://example.com/book?symbol={symbol}"
[poll.message]
kind = "book_snapshot"
bids = "bids"
asks = "asks"
)";

Mapping polled_mapping() {
  auto mapping = read_mapping(polled, "polled.toml");
  if (!mapping) throw std::runtime_error(mapping.error().message);
  return *std::move(mapping);
}
std::string trades(std::initializer_list<std::pair<const char*, int>> items) {
  std::string text;
  for (const auto& [id, at] : items) {
    text += std::string(text.empty() ? "" : ",") + R"({"execId":")" + id +
            R"(","symbol":"BTCUSDT","price":"10","size":"1","side":"Buy","time":")" +
            std::to_string(1'700'000'000'000 + at) + "\"}";
  }
  return R"({"retCode":0,"result":{"list":[)" + text + "]}}";
}

class Polling : public ::testing::Test {
 protected:
  Polling() : harness(polled_mapping(), "polled") {}
  void want(Channel channel) {
    ASSERT_TRUE(harness.subscribe(btc, {channel}));
    harness.tick();
    ASSERT_EQ(harness.requests.size(), 1U);
  }
  Harness harness;
};

TEST_F(Polling, AsksAtItsIntervalAndOnlyAfterTheAnswerBefore) {
  EXPECT_TRUE(harness.venue().lanes().empty());
  EXPECT_EQ(harness.venue().limits().weight_per_minute, 120U);
  want(Channel::Trades);
  EXPECT_EQ(harness.requests[0].url, "https://example.com/trades?symbol=BTCUSDT");
  EXPECT_EQ(harness.requests[0].weight, 5U);
  harness.tick(5s);
  EXPECT_EQ(harness.requests.size(), 1U);
  harness.reply(200, trades({{"a", 1}}));
  harness.tick();
  EXPECT_EQ(harness.requests.size(), 1U);
  harness.reply(200, trades({{"a", 1}}));
  harness.tick(1s);
  EXPECT_TRUE(harness.requests.empty());
  harness.tick(1s);
  EXPECT_EQ(harness.requests.size(), 1U);
}

TEST_F(Polling, EachTradeIsPublishedOnceAndTheOldestFirst) {
  want(Channel::Trades);
  harness.reply(200, trades({{"c", 3}, {"b", 2}, {"a", 1}}));
  harness.tick(2s);
  harness.reply(200, trades({{"e", 5}, {"d", 4}, {"c", 3}, {"b", 2}}));
  ASSERT_EQ(harness.trades.size(), 5U);
  for (std::size_t i = 1; i < 5; ++i) {
    EXPECT_GT(harness.trades[i].exchange_time, harness.trades[i - 1].exchange_time);
  }
  // The first answer tells of what was before.
  EXPECT_EQ(harness.trades[0].detail, 2);
  EXPECT_EQ(harness.trades[3].detail, 0);
  EXPECT_EQ(harness.venue().counters().duplicates, 2U);
}

TEST_F(Polling, AnUnchangedAnswerIsAskedForByItsTag) {
  want(Channel::Trades);
  EXPECT_TRUE(harness.requests[0].headers.empty());
  harness.reply(200, trades({{"a", 1}}), {{"etag", "\"v1\""}, {"Last-Modified", "Sat, 21 Nov 2026 08:00:00 GMT"}});
  harness.tick(2s);
  ASSERT_EQ(harness.requests.size(), 1U);
  const std::vector<std::pair<std::string, std::string>> expected{
      {"If-None-Match", "\"v1\""}, {"If-Modified-Since", "Sat, 21 Nov 2026 08:00:00 GMT"}};
  EXPECT_EQ(harness.requests[0].headers, expected);
  harness.reply(304, "");
  EXPECT_EQ(harness.venue().polls().unchanged, 1U);
  harness.tick(2s);
  ASSERT_EQ(harness.requests.size(), 1U);
  EXPECT_EQ(harness.requests[0].headers, expected);
}

TEST_F(Polling, FailuresDoubleThePauseAndAreReported) {
  want(Channel::Trades);
  harness.reply(503, "busy");
  EXPECT_TRUE(harness.reported("poll_failed"));
  harness.tick(3900ms);
  EXPECT_TRUE(harness.requests.empty());
  harness.tick();
  ASSERT_EQ(harness.requests.size(), 1U);
  harness.reply(200, "nonsense");
  EXPECT_EQ(harness.venue().counters().malformed, 1U);
  harness.tick(7900ms);
  EXPECT_TRUE(harness.requests.empty());
  harness.tick();
  ASSERT_EQ(harness.requests.size(), 1U);
  harness.reply(200, trades({{"a", 1}}));
  harness.tick(2s);
  EXPECT_EQ(harness.requests.size(), 1U);
  EXPECT_EQ(harness.venue().polls().failed, 2U);
}

TEST_F(Polling, AWholeBookReplacesTheOneBeforeAndGoesStaleWhereItCannotBeFetched) {
  want(Channel::Depth);
  harness.reply(200, R"({"bids":[[10,1],[9.5,2]],"asks":[["11","1"]]})");
  EXPECT_TRUE(harness.book(btc).live());
  EXPECT_EQ(harness.book(btc).integrity(), wire::Integrity::SnapshotOnly);
  harness.tick(5s);
  harness.reply(200, R"({"bids":[[10.1,1]],"asks":[["11","1"]]})");
  EXPECT_EQ(harness.book(btc).ladder().best_bid().price, *Price::parse("10.1"));
  EXPECT_EQ(harness.disagreements, 0U);
  for (int i = 0; i < 3; ++i) {
    harness.tick(1min);
    ASSERT_EQ(harness.requests.size(), 1U);
    harness.reply(500, "");
  }
  EXPECT_EQ(harness.book(btc).reason(), wire::BookReason::SnapshotFailed);
  harness.tick(1min);
  harness.reply(200, R"({"bids":[[10,1]],"asks":[[11,1]]})");
  EXPECT_TRUE(harness.book(btc).live());
}

TEST_F(Polling, WhatIsNotWantedIsNotAskedFor) {
  want(Channel::Trades);
  ASSERT_TRUE(harness.command(Action::Unsubscribe, btc, {Channel::Trades}));
  harness.reply(200, trades({{"a", 1}}));
  EXPECT_TRUE(harness.trades.empty());
  harness.tick(1min);
  EXPECT_TRUE(harness.requests.empty());
}

TEST(PolledMapping, TradesWithoutAnIdAndKindsThatDoNotFitAreRefused) {
  std::string text(polled);
  text.replace(text.find("id = \"execId\"\n"), 14, "");
  EXPECT_NE(read_mapping(text, "p.toml").error().message.find("polled trades need `id`"), std::string::npos);
  text = polled;
  text.replace(text.find("kind = \"trade\""), 14, "kind = \"quote\"");
  EXPECT_FALSE(read_mapping(text, "p.toml"));
}

}  // namespace
}  // namespace trunkline::venue::generic::test
