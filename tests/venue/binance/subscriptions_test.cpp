// Subscribing: batches, refusals, streams that are acknowledged and stay silent, live changes, the lanes of USD-M.
#include <gtest/gtest.h>

#include "venue/binance/harness.hpp"

namespace trunkline::venue::binance::test {
namespace {

constexpr const char* btc = "binance:BTC-USDT";

BinanceConfig config_of(Segment segment, const std::vector<std::string>& symbols, Channels channels) {
  BinanceConfig config;
  config.segment = segment;
  for (const std::string& symbol : symbols)
    config.subscriptions.push_back({*SymbolDescriptor::parse(symbol), channels});
  config.audit_interval = 0ms;
  return config;
}
std::string spot_info() {
  return exchange_info(Segment::Spot, {{"BTCUSDT", "BTC", "USDT"}, {"ETHUSDT", "ETH", "USDT"}});
}
std::size_t count(const std::string& text, const std::string& part) {
  std::size_t found = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++found;
  return found;
}

TEST(Subscriptions, AsksForAllStreamsInBatchesAndIsReadyOnceTheyAreConfirmed) {
  std::vector<Listed> listed;
  std::vector<std::string> symbols;
  for (int i = 0; i < 120; ++i) {
    const std::string base = "C" + std::to_string(i);
    listed.push_back({base + "USDT", base, "USDT"});
    symbols.push_back("binance:" + base + "-USDT");
  }
  Harness h(config_of(Segment::Spot, symbols, {Channel::Trades, Channel::Quotes}));
  h.answer_subscriptions = false;
  h.start(exchange_info(Segment::Spot, listed));
  h.open();
  ASSERT_EQ(h.sent.size(), 3U);  // 240 streams
  EXPECT_EQ(count(h.sent[0].text, "@"), 100U);
  EXPECT_EQ(count(h.sent[2].text, "@"), 40U);
  EXPECT_EQ(h.mappings.size(), 120U);
  h.bytes(R"({"result":null,"id":1})");
  h.bytes(R"({"result":null,"id":2})");
  EXPECT_TRUE(h.readies.empty());
  h.bytes(R"({"result":null,"id":3})");
  EXPECT_EQ(h.readies, std::vector<ConnectionId>{first_connection});
}

TEST(Subscriptions, WaitsForTheReferenceData) {
  Harness h(config_of(Segment::Spot, {btc}, default_channels));
  h.now += 0ms;
  h.open();
  EXPECT_TRUE(h.sent.empty());
  h.start(spot_info());
  ASSERT_EQ(h.sent.size(), 1U);
  EXPECT_NE(h.sent[0].text.find(R"("btcusdt@trade","btcusdt@bookTicker","btcusdt@depth@100ms")"), std::string::npos);
}

TEST(Subscriptions, ReferenceDataThatFailsIsFetchedAgain) {
  Harness h(config_of(Segment::Spot, {btc}, default_channels));
  h.start("{\"symbols\":[{");
  EXPECT_EQ(h.event_counts["reference_data_failed"], 1);
  h.ticks(3s);
  ASSERT_TRUE(h.answer("exchangeInfo", 500, "oops"));
  h.ticks(5s);
  h.reply_info(spot_info());
  EXPECT_EQ(h.mappings.count(btc), 1U);
}

TEST(Subscriptions, TheRefusedStreamOfABatchIsFoundAndTheOthersGoOn) {
  Harness h(config_of(Segment::Spot, {btc, "binance:ETH-USDT"}, default_channels));
  h.refused_stream = "btcusdt@bookTicker";
  h.start(spot_info());
  h.open();
  EXPECT_EQ(h.event_counts["subscription_refused"], 1);
  EXPECT_EQ(h.venue().counters().refused_streams, 1U);
  EXPECT_EQ(h.readies.size(), 1U);
  EXPECT_TRUE(h.asked_for("BTCUSDT"));
  EXPECT_TRUE(h.asked_for("ETHUSDT"));
  h.refused_stream.clear();
  h.sent.clear();
  h.ticks(70s, 1s);
  ASSERT_FALSE(h.sent.empty());
  EXPECT_NE(h.sent[0].text.find("btcusdt@bookTicker"), std::string::npos);
}

TEST(Subscriptions, AStreamThatIsConfirmedAndStaysSilentIsAskedForAgainAndThenReconnected) {
  Harness h(config_of(Segment::Spot, {btc}, default_channels));
  h.start(spot_info());
  h.open();
  h.sent.clear();
  std::uint64_t id = 1;
  const auto quotes_for = [&](Nanos time) {
    for (Nanos passed{0}; passed < time; passed += 500ms) {
      h.bytes(combined("btcusdt@bookTicker", spot_quote("BTCUSDT", ++id, "99", "1", "101", "1")));
      h.bytes(combined("btcusdt@trade", spot_trade("BTCUSDT", id, "100", "1")));
      h.tick(500ms);
    }
  };
  quotes_for(9s);
  EXPECT_TRUE(h.sent.empty());
  quotes_for(3s);
  ASSERT_EQ(h.sent.size(), 2U);
  EXPECT_NE(h.sent[0].text.find("UNSUBSCRIBE"), std::string::npos);
  EXPECT_NE(h.sent[1].text.find(R"("SUBSCRIBE","params":["btcusdt@depth@100ms"])"), std::string::npos);
  EXPECT_EQ(h.event_counts["subscription_silent"], 1);
  EXPECT_TRUE(h.reconnects.empty());
  quotes_for(25s);
  ASSERT_EQ(h.reconnects.size(), 1U);
  EXPECT_EQ(h.venue().counters().silent_reconnects, 1U);
  // After the reconnect patience is longer, and a stream that speaks is forgiven.
  h.close();
  h.open(ConnectionId{2});
  EXPECT_EQ(h.depth(btc).book().state(), wire::BookState::Syncing);
  h.bytes(combined("btcusdt@depth@100ms", spot_depth("BTCUSDT", 1, 2, {}, {})), ConnectionId{2});
  h.ticks(3s);
  EXPECT_EQ(h.reconnects.size(), 1U);
}

TEST(Subscriptions, TheWrongPathOfUsdmIsFoundThoughEverySubscriptionWasConfirmed) {
  Harness h(config_of(Segment::Usdm, {"binance_usdm:BTC-USDT"}, default_channels));
  h.start(exchange_info(Segment::Usdm, {{"BTCUSDT", "BTC", "USDT"}}));
  h.open(ConnectionId{1}, 0);
  h.open(ConnectionId{2}, 1);
  // Lane 0 talks, the trades on lane 1 never come.
  std::uint64_t id = 1;
  for (int i = 0; i < 200 && h.reconnects.empty(); ++i) {
    h.bytes(combined("btcusdt@bookTicker", spot_quote("BTCUSDT", ++id, "99", "1", "101", "1")));
    h.bytes(combined("btcusdt@depth@100ms", futures_depth("BTCUSDT", id, id, id - 1, {}, {})));
    h.tick(1s);
  }
  ASSERT_EQ(h.reconnects.size(), 1U);
  EXPECT_EQ(h.reconnects[0].connection, ConnectionId{2});
  EXPECT_NE(h.reconnects[0].text.find("btcusdt@trade"), std::string::npos);
}

TEST(Subscriptions, AnUnansweredSubscriptionIsSentAgain) {
  Harness h(config_of(Segment::Spot, {btc}, default_channels));
  h.answer_subscriptions = false;
  h.start(spot_info());
  h.open();
  h.sent.clear();
  h.ticks(25s, 1s);
  EXPECT_FALSE(h.sent.empty());
  EXPECT_GE(h.event_counts["subscription_silent"], 1);
}

TEST(Subscriptions, UsdmStreamsGoToTheirOwnLanes) {
  Harness h(config_of(Segment::Usdm, {"binance_usdm:BTC-USDT"},
                      {Channel::Trades, Channel::AggregateTrades, Channel::Quotes, Channel::Depth, Channel::Bars,
                       Channel::Ticker, Channel::Liquidations}));
  const auto lanes = h.venue().lanes();
  ASSERT_EQ(lanes.size(), 2U);
  EXPECT_EQ(lanes[0].url, "wss://fstream.binance.com/public/stream");
  EXPECT_EQ(lanes[1].url, "wss://fstream.binance.com/market/stream");
  h.start(exchange_info(Segment::Usdm, {{"BTCUSDT", "BTC", "USDT"}}));
  h.open(ConnectionId{1}, 0);
  h.open(ConnectionId{2}, 1);
  ASSERT_EQ(h.sent.size(), 2U);
  EXPECT_NE(h.sent[0].text.find(R"(["btcusdt@bookTicker","btcusdt@depth@100ms"])"), std::string::npos);
  EXPECT_NE(
      h.sent[1].text.find(
          R"(["btcusdt@trade","btcusdt@aggTrade","btcusdt@kline_1m","btcusdt@markPrice@1s","btcusdt@forceOrder"])"),
      std::string::npos);
}

TEST(Subscriptions, ComeAndGoWhileRunning) {
  Harness h(config_of(Segment::Spot, {}, {}));
  h.start(spot_info());
  h.open();
  EXPECT_EQ(h.readies.size(), 1U);
  ASSERT_TRUE(h.command(Action::Subscribe, btc, default_channels).has_value());
  EXPECT_EQ(h.mappings.count(btc), 1U);
  ASSERT_TRUE(h.answer("depth?symbol=BTCUSDT&limit=1000", 200, snapshot(5, {{"1", "1"}}, {{"2", "1"}})));
  h.bytes(combined("btcusdt@depth@100ms", spot_depth("BTCUSDT", 6, 6, {}, {})));
  EXPECT_TRUE(h.book(btc).live());
  ASSERT_TRUE(h.command(Action::Unsubscribe, btc, {Channel::Depth, Channel::Quotes}).has_value());
  EXPECT_NE(h.sent.back().text.find(R"("UNSUBSCRIBE","params":["btcusdt@bookTicker","btcusdt@depth@100ms"])"),
            std::string::npos);
  EXPECT_EQ(h.book(btc).state(), wire::BookState::Stale);
  EXPECT_EQ(h.book(btc).reason(), wire::BookReason::Unsubscribed);
  // What is still on its way is not published.
  h.bytes(combined("btcusdt@depth@100ms", spot_depth("BTCUSDT", 7, 7, {}, {})));
  EXPECT_EQ(h.venue().counters().unwanted, 1U);
  h.bytes(combined("btcusdt@trade", spot_trade("BTCUSDT", 1, "1", "1")));
  EXPECT_EQ(h.trades.size(), 1U);
  ASSERT_TRUE(h.command(Action::Subscribe, btc, {Channel::Depth}).has_value());
  ASSERT_TRUE(h.answer("depth?symbol=BTCUSDT", 200, snapshot(9, {{"1", "1"}}, {{"2", "1"}})));
  h.bytes(combined("btcusdt@depth@100ms", spot_depth("BTCUSDT", 10, 10, {}, {})));
  EXPECT_TRUE(h.book(btc).live());
  EXPECT_TRUE(h.event_counts.count("book_stale") == 1);
}

TEST(Subscriptions, WhatCannotBeIsRefusedWithTheNearestName) {
  Harness h(config_of(Segment::Spot, {"binance:BTC-USD"}, default_channels));
  h.start(spot_info());
  EXPECT_EQ(h.event_counts["subscription_failed"], 1);
  auto done = h.command(Action::Subscribe, "binance:BTC-USDX", default_channels);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, ErrorCode::NotFound);
  EXPECT_NE(done.error().message.find(btc), std::string::npos) << done.error().message;
  done = h.command(Action::Subscribe, btc, {Channel::Liquidations});
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, ErrorCode::Unsupported);
  done = h.command(Action::Subscribe, "binance_usdm:BTC-USDT", default_channels);
  ASSERT_FALSE(done.has_value());
  EXPECT_EQ(done.error().code, ErrorCode::InvalidArgument);
  EXPECT_EQ(h.command(Action::Unsubscribe, btc, default_channels).error().code, ErrorCode::NotFound);
  EXPECT_EQ(h.command(Action::Resend, btc, {}).error().code, ErrorCode::NotFound);
}

TEST(Subscriptions, ASymbolThatDoesNotTradeIsNotSubscribed) {
  Harness h(config_of(Segment::Spot, {btc}, default_channels));
  h.start(exchange_info(Segment::Spot, {{"BTCUSDT", "BTC", "USDT", "0.01", "0.001", "BREAK"}}));
  h.open();
  EXPECT_TRUE(h.sent.empty());
  EXPECT_EQ(h.book(btc).reason(), wire::BookReason::NotTrading);
  EXPECT_EQ(h.mappings[btc].status, wire::TradingStatus::Halted);
}

TEST(Subscriptions, MoreStreamsThanTheVenueAllowsAreRefused) {
  std::vector<Listed> listed;
  for (int i = 0; i < 1'100; ++i) listed.push_back({"C" + std::to_string(i) + "USDT", "C" + std::to_string(i), "USDT"});
  Harness h(config_of(Segment::Spot, {}, {}));
  h.start(exchange_info(Segment::Spot, listed));
  int accepted = 0;
  for (int i = 0; i < 1'100; ++i) {
    accepted += h.command(Action::Subscribe, "binance:C" + std::to_string(i) + "-USDT", {Channel::Trades}).has_value();
  }
  EXPECT_EQ(accepted, 1'024);
}

TEST(Subscriptions, FewSnapshotsAreUnderWayAtATime) {
  std::vector<Listed> listed;
  std::vector<std::string> symbols;
  for (int i = 0; i < 20; ++i) {
    const std::string base = "C" + std::to_string(i);
    listed.push_back({base + "USDT", base, "USDT"});
    symbols.push_back("binance:" + base + "-USDT");
  }
  Harness h(config_of(Segment::Spot, symbols, {Channel::Depth}));
  h.start(exchange_info(Segment::Spot, listed));
  h.open();
  EXPECT_EQ(h.requests.size(), SnapshotQueue::max_under_way);
  EXPECT_EQ(h.requests[0].weight, 50U);
  int answered = 0;
  while (h.answer("depth", 200, snapshot(5, {{"1", "1"}}, {{"2", "1"}}))) ++answered;
  EXPECT_EQ(answered, 20);
}

}  // namespace
}  // namespace trunkline::venue::binance::test
