// The conversation: greeting, key, subscriptions as whole states, error codes, silence, and what a venue that does not
// answer gets.
#include <gtest/gtest.h>

#include "venue/alpaca/harness.hpp"

namespace trunkline::venue::alpaca::test {
namespace {

constexpr Channels trades_only{Channel::Trades};

std::string error(int code) {
  return R"([{"T":"error","code":)" + std::to_string(code) + R"(,"msg":"as the test wants"}])";
}

TEST(Session, AuthenticatesThenSubscribesAndIsReady) {
  Harness h(stocks({"AAPL", "MSFT"}));
  h.start();
  ASSERT_EQ(h.sent.size(), 2U);
  EXPECT_EQ(h.sent[0].text, R"({"action":"auth","key":"the-key","secret":"the-secret"})");
  EXPECT_EQ(
      h.sent[1].text,
      R"({"action":"subscribe","trades":["AAPL","MSFT"],"quotes":["AAPL","MSFT"],"bars":["AAPL","MSFT"],)"
      R"("updatedBars":["AAPL","MSFT"],"dailyBars":["AAPL","MSFT"],"statuses":["AAPL","MSFT"],"lulds":["AAPL","MSFT"]})");
  EXPECT_EQ(h.readies, std::vector<ConnectionId>{first_connection});
  EXPECT_EQ(h.mappings.at("alpaca:AAPL").kind, wire::InstrumentKind::Stock);
  EXPECT_EQ(h.mappings.at("alpaca:AAPL").symbol, 11464620628871496031ULL);
  EXPECT_EQ(h.told.find("the-secret"), std::string::npos);
}

TEST(Session, LanesNameFeedAndEncoding) {
  const AlpacaVenue iex(stocks());
  EXPECT_EQ(iex.lanes()[0].url, "wss://stream.data.alpaca.markets/v2/iex");
  EXPECT_TRUE(iex.lanes()[0].headers.empty());
  AlpacaConfig config = stocks();
  config.feed = "sip";
  config.encoding = Encoding::MessagePack;
  const AlpacaVenue sip(config);
  EXPECT_EQ(sip.lanes()[0].url, "wss://stream.data.alpaca.markets/v2/sip");
  ASSERT_EQ(sip.lanes()[0].headers.size(), 1U);
  EXPECT_EQ(sip.lanes()[0].headers[0].second, "application/msgpack");
  const AlpacaVenue coins(crypto());
  EXPECT_EQ(coins.lanes()[0].url, "wss://stream.data.alpaca.markets/v1beta3/crypto/us");
  EXPECT_EQ(coins.exchange(), "alpaca_crypto");
}

TEST(Session, SubscribesOnceTheReferenceDataIsHere) {
  Harness h(stocks({"AAPL"}, trades_only));
  h.auto_rest = false;
  h.start();
  EXPECT_EQ(h.sent.size(), 1U);  // the key
  EXPECT_TRUE(h.readies.empty());
  h.answer("/v2/assets", 500, "oops");
  h.ticks(3s);
  h.answer_all();
  EXPECT_EQ(h.sent.size(), 2U);
  EXPECT_EQ(h.readies.size(), 1U);
  EXPECT_EQ(h.event_counts["reference_data_failed"], 1);
}

TEST(Session, WithoutAKeyNothingIsTried) {
  AlpacaConfig config = stocks();
  config.credentials = {};
  Harness h(config);
  h.start();
  EXPECT_TRUE(h.sent.empty());
  ASSERT_EQ(h.given_up.size(), 1U);
  EXPECT_NE(h.given_up[0].text.find("APCA_API_KEY_ID"), std::string::npos);
}

TEST(Session, ErrorCodesEndItOrWaitOrTryAgain) {
  const struct {
    int code;
    Remedy remedy;
  } table[] = {{401, Remedy::Reconnect}, {402, Remedy::GiveUp}, {403, Remedy::Note},
               {404, Remedy::Reconnect}, {406, Remedy::Wait},   {407, Remedy::Wait},
               {409, Remedy::GiveUp},    {411, Remedy::GiveUp}, {500, Remedy::Wait}};
  for (const auto& row : table) {
    SCOPED_TRACE(row.code);
    Harness h(stocks());
    h.start();
    h.bytes(error(row.code));
    h.bytes(error(row.code));  // once is enough
    EXPECT_EQ(h.given_up.size(), row.remedy == Remedy::GiveUp ? 1U : 0U);
    EXPECT_EQ(h.waits.size(), row.remedy == Remedy::Wait ? 1U : 0U);
    EXPECT_EQ(h.reconnects.size(), row.remedy == Remedy::Wait || row.remedy == Remedy::Reconnect ? 1U : 0U);
    EXPECT_GE(h.event_counts["venue_error"], 1);
  }
}

TEST(Session, ARefusedKeyIsFinal) {
  Harness h(stocks());
  h.greet = false;
  h.start();
  h.bytes(R"([{"T":"success","msg":"connected"}])");
  h.bytes(R"([{"T":"error","code":402,"msg":"auth failed"}])");
  ASSERT_EQ(h.given_up.size(), 1U);
  EXPECT_NE(h.given_up[0].text.find("auth failed"), std::string::npos);
  h.ticks(60s, 1s);
  EXPECT_TRUE(h.reconnects.empty());
}

TEST(Session, ARefusedStreamIsFoundAndTheOthersGoOn) {
  Harness h(stocks({"AAPL", "MSFT"}));
  h.refused = {"lulds:MSFT"};
  h.start();
  EXPECT_EQ(h.event_counts["subscription_refused"], 1);
  EXPECT_EQ(h.venue().counters().refused_streams, 1U);
  EXPECT_EQ(h.listed().size(), 13U);
  EXPECT_TRUE(h.listed().contains("lulds:AAPL"));
  EXPECT_EQ(h.readies.size(), 1U);
  EXPECT_TRUE(h.reconnects.empty());
}

TEST(Session, ASymbolLimitKeepsWhatFitsAndLeavingMakesRoom) {
  Harness h(stocks({"AAPL", "MSFT"}, trades_only));
  h.symbol_limit = 4;  // of six streams
  h.start();
  EXPECT_EQ(h.listed().size(), 4U);
  EXPECT_EQ(h.venue().counters().refused_streams, 2U);
  ASSERT_TRUE(h.command(Action::Unsubscribe, "alpaca:AAPL", trades_only));
  h.ticks(1s);
  EXPECT_EQ(h.listed().size(), 3U);
  EXPECT_TRUE(h.listed().contains("trades:MSFT"));
}

TEST(Session, AnAnswerThatLeavesAStreamOutRefusesIt) {
  Harness h(stocks({"AAPL"}, trades_only));
  h.answer_subscriptions = false;
  h.start();
  h.bytes(R"([{"T":"subscription","trades":[],"quotes":[],"bars":[],"statuses":["AAPL"],"lulds":["AAPL"]}])");
  EXPECT_EQ(h.event_counts["subscription_refused"], 1);
  EXPECT_EQ(h.readies.size(), 1U);
}

TEST(Session, AStreamThatTheVenueDroppedIsAskedForAgain) {
  Harness h(stocks({"AAPL"}, trades_only));
  h.start();
  h.answer_subscriptions = false;
  h.bytes(R"([{"T":"subscription","trades":[],"statuses":["AAPL"],"lulds":["AAPL"]}])");
  EXPECT_EQ(h.event_counts["subscription_lost"], 1);
  EXPECT_EQ(h.sent.back().text, R"({"action":"subscribe","trades":["AAPL"]})");
}

TEST(Session, WhoDoesNotAnswerIsLeft) {
  for (const int stage : {0, 1, 2}) {
    SCOPED_TRACE(stage);
    Harness h(stocks({"AAPL"}, trades_only));
    h.greet = false;
    h.answer_subscriptions = false;
    h.start();
    if (stage >= 1) h.bytes(R"([{"T":"success","msg":"connected"}])");
    if (stage >= 2) h.bytes(R"([{"T":"success","msg":"authenticated"}])");
    h.ticks(9s, 1s);
    EXPECT_TRUE(h.reconnects.empty());
    h.ticks(3s, 1s);
    EXPECT_EQ(h.reconnects.size(), 1U);
  }
}

TEST(Session, ANewConnectionAsksForEverythingOnceMore) {
  Harness h(stocks({"AAPL"}, trades_only));
  h.start();
  const std::string asked = h.sent.back().text;
  h.close();
  h.bytes(R"([{"T":"t","S":"AAPL","i":1,"p":1,"s":1,"t":"2026-11-23T15:00:00Z"}])");  // of a connection that is gone
  EXPECT_TRUE(h.trades.empty());
  h.open(ConnectionId{2});
  EXPECT_EQ(h.sent.back().text, asked);
  EXPECT_EQ(h.readies.size(), 2U);
  h.bytes(R"([{"T":"t","S":"AAPL","i":1,"p":1,"s":1,"t":"2026-11-23T15:00:00Z"}])", ConnectionId{2});
  EXPECT_EQ(h.trades.size(), 1U);
}

TEST(Session, CommandsSubscribeAndLeaveAndRefuseWhatThereIsNot) {
  Harness h(stocks({"AAPL"}, trades_only));
  h.start();
  ASSERT_TRUE(h.command(Action::Subscribe, "alpaca:MSFT", {Channel::Quotes}));
  EXPECT_TRUE(h.listed().contains("quotes:MSFT"));
  ASSERT_TRUE(h.command(Action::Unsubscribe, "alpaca:MSFT", {Channel::Quotes}));
  EXPECT_FALSE(h.listed().contains("quotes:MSFT"));
  EXPECT_FALSE(h.listed().contains("statuses:MSFT"));
  EXPECT_EQ(h.command(Action::Unsubscribe, "alpaca:MSFT", {Channel::Quotes}).error().code, ErrorCode::NotFound);
  const auto unknown = h.command(Action::Subscribe, "alpaca:AAPLE", trades_only);
  EXPECT_EQ(unknown.error().code, ErrorCode::NotFound);
  EXPECT_NE(unknown.error().message.find("alpaca:AAPL"), std::string::npos);
  EXPECT_EQ(h.command(Action::Subscribe, "alpaca:MSFT", {Channel::Liquidations}).error().code, ErrorCode::Unsupported);
  EXPECT_EQ(h.command(Action::Subscribe, "alpaca:MSFT", {Channel::Depth}).error().code, ErrorCode::Unsupported);
  // The default channels name a book, which stocks do not have: the rest is had.
  EXPECT_TRUE(h.command(Action::Subscribe, "alpaca:MSFT", default_channels));
  EXPECT_EQ(h.command(Action::Subscribe, "binance:BTC-USDT", trades_only).error().code, ErrorCode::InvalidArgument);
  const std::size_t before = h.trading.size();
  ASSERT_TRUE(h.command(Action::Resend, "alpaca:AAPL", {}));
  EXPECT_EQ(h.trading.size(), before + 1);
}

TEST(Session, SubscribesThousandsInBatches) {
  std::vector<std::string> symbols;
  for (int i = 0; i < 1'000; ++i) symbols.push_back("S" + std::to_string(i));
  Harness h(stocks(symbols, trades_only));
  h.start(stock_assets(symbols));
  EXPECT_EQ(h.listed().size(), 3'000U);
  for (const auto& sent : h.sent) EXPECT_LT(sent.text.size(), 16'384U);
  EXPECT_EQ(h.readies.size(), 1U);
}

TEST(Session, TradesThatCameBeforeAreDropped) {
  Harness h(stocks({"AAPL"}, trades_only));
  h.start();
  const std::string one = R"([{"T":"t","S":"AAPL","i":7,"x":"V","p":1,"s":1,"t":"2026-11-23T15:00:00.5Z"}])";
  h.bytes(one);
  h.bytes(one);
  // The same number of another stock exchange, and an older time: another trade.
  h.bytes(R"([{"T":"t","S":"AAPL","i":7,"x":"D","p":1,"s":1,"t":"2026-11-23T15:00:00.5Z"}])");
  h.bytes(R"([{"T":"t","S":"AAPL","i":3,"x":"V","p":1,"s":1,"t":"2026-11-23T15:00:00.4Z"}])");
  EXPECT_EQ(h.trades.size(), 3U);
  EXPECT_EQ(h.venue().counters().duplicates, 1U);
  EXPECT_EQ(h.trade_flags[0], 0);
}

TEST(Session, WhatNobodyAskedForIsCountedAndLeftAside) {
  Harness h(stocks({"AAPL"}, trades_only));
  h.start();
  h.bytes(R"([{"T":"q","S":"AAPL","bp":1,"bs":1,"ap":2,"as":1,"t":"2026-11-23T15:00:00Z"},
              {"T":"t","S":"NONE","i":1,"p":1,"s":1,"t":"2026-11-23T15:00:00Z"},{"T":"future","x":1}])");
  EXPECT_TRUE(h.quotes.empty());
  EXPECT_EQ(h.venue().counters().unwanted, 1U);
  EXPECT_EQ(h.venue().counters().unknown_symbols, 1U);
  EXPECT_EQ(h.venue().counters().unknown_messages, 1U);
}

TEST(Session, MalformedMessagesAreCountedAndToldOnceASecond) {
  Harness h(stocks({"AAPL"}, trades_only));
  h.start();
  for (int i = 0; i < 50; ++i) h.bytes(R"([{"T":"t","S":"AAPL","i":1,"p":"x","s":1,"t":"2026-11-23T15:00:00Z"}])");
  EXPECT_EQ(h.venue().counters().malformed, 50U);
  EXPECT_EQ(h.event_counts["connector_trade_parse_error"], 1);
  h.tick(1s);
  h.bytes("[]}");
  EXPECT_EQ(h.event_counts["connector_parse_error"], 1);
  h.bytes(R"([{"T":"t","S":"AAPL","i":1,"p":5,"s":1,"t":"2026-11-23T15:00:00Z"}])");
  EXPECT_EQ(h.trades.size(), 1U);
}

TEST(Session, TheTestFeedNeedsNoRequests) {
  AlpacaConfig config = stocks({"FAKEPACA"}, {Channel::Trades, Channel::Quotes});
  config.feed = "test";
  Harness h(config);
  h.start();
  EXPECT_TRUE(h.requests.empty());
  EXPECT_TRUE(h.listed().contains("trades:FAKEPACA"));
  h.ticks(2s);
  EXPECT_TRUE(h.requests.empty());
  EXPECT_EQ(h.trading, std::vector{wire::TradingStatus::Trading});
}

}  // namespace
}  // namespace trunkline::venue::alpaca::test
