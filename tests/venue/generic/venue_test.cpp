// A source described in configuration as a venue: subscribing, trades, what keeps its connection alive.
#include <gtest/gtest.h>

#include "venue/generic/harness.hpp"

namespace trunkline::venue::generic::test {
namespace {

const std::string btc = "bybit:BTC-USDT";

TEST(GenericVenue, SubscribesInBatchesAndMapsASymbolBeforeItsFirstUse) {
  Harness harness(bybit());
  ASSERT_TRUE(harness.subscribe(btc));
  ASSERT_TRUE(harness.subscribe("bybit:ETH-USDT"));
  harness.open();
  ASSERT_EQ(harness.sent.size(), 1U);
  const auto json = nlohmann::json::parse(harness.sent[0].text);
  EXPECT_EQ(json["args"].size(), 4U);
  EXPECT_EQ(json["args"][0], "publicTrade.BTCUSDT");
  EXPECT_EQ(harness.readies.size(), 1U);
  EXPECT_TRUE(harness.mappings.contains(btc));
  harness.bytes(trade_text("BTCUSDT", "7", "10.5"));
  ASSERT_EQ(harness.trades.size(), 1U);
  EXPECT_EQ(harness.trades[0].trade_id, 7U);
  EXPECT_EQ(harness.trade_flags[0], wire::flag::side_sell);
  EXPECT_EQ(harness.trades[0].exchange_time, Nanos{1'700'000'000'000'000'000});
}

TEST(GenericVenue, ChannelsThatAreNotMappedAreLeftOutAndReported) {
  Harness harness(bybit());
  ASSERT_TRUE(harness.subscribe(btc, default_channels));
  EXPECT_TRUE(harness.reported("channel_unsupported"));
  const auto refused = harness.subscribe(btc, {Channel::Bars});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().message, "bybit has no channel bars");
}

TEST(GenericVenue, ATopicThatIsRefusedIsFoundInItsBatchAndReported) {
  Harness harness(bybit());
  harness.refused_topic = "orderbook.50.BADUSDT";
  ASSERT_TRUE(harness.subscribe(btc));
  ASSERT_TRUE(harness.subscribe("bybit:BAD-USDT"));
  harness.open();
  EXPECT_EQ(harness.venue().counters().refused_streams, 1U);
  EXPECT_TRUE(harness.reported("subscription_refused"));
  EXPECT_EQ(harness.readies.size(), 1U);
  harness.bytes(book_text("snapshot", "BTCUSDT", 1, some_bids, some_asks));
  EXPECT_TRUE(harness.book(btc).live());
}

TEST(GenericVenue, ARefusalWithoutANumberIsForTheOldestRequest) {
  Harness harness(bybit());
  harness.answers = false;
  ASSERT_TRUE(harness.subscribe(btc, {Channel::Trades}));
  harness.open();
  harness.bytes(R"({"success":false,"ret_msg":"Invalid topic: x","conn_id":"c","op":"subscribe"})");
  EXPECT_EQ(harness.venue().counters().refused_streams, 1U);
  harness.bytes(R"({"success":false,"ret_msg":"what?","op":"subscribe"})");
  EXPECT_TRUE(harness.reported("venue_error"));
}

TEST(GenericVenue, AnUnknownSymbolIsRefusedWithTheNearestOneListed) {
  Mapping mapping = bybit();
  mapping.symbol.clear();
  mapping.symbols["BTC-USDT"] = {"BTCUSDT", *Price::parse("0.01"), *Quantity::parse("0.000001")};
  Harness harness(mapping);
  const auto refused = harness.subscribe("bybit:BTC-USDC");
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::NotFound);
  EXPECT_NE(refused.error().message.find("the nearest it has is bybit:BTC-USDT"), std::string::npos);
  ASSERT_TRUE(harness.subscribe(btc));
  EXPECT_EQ(harness.mappings[btc].price_decimals, 2);
  EXPECT_EQ(harness.mappings[btc].quantity_decimals, 6);
  EXPECT_EQ(harness.mappings[btc].tick_size, *Price::parse("0.01"));
}

TEST(GenericVenue, TradesThatCameBeforeAreDropped) {
  Harness harness(bybit());
  ASSERT_TRUE(harness.subscribe(btc));
  harness.open();
  for (const char* id : {"a", "b", "a", "9", "3", "9"}) harness.bytes(trade_text("BTCUSDT", id, "10"));
  EXPECT_EQ(harness.trades.size(), 4U);
  EXPECT_EQ(harness.venue().counters().duplicates, 2U);
}

TEST(GenericVenue, UnsubscribingStopsTheFlow) {
  Harness harness(bybit());
  ASSERT_TRUE(harness.subscribe(btc));
  harness.open();
  harness.bytes(book_text("snapshot", "BTCUSDT", 1, some_bids, some_asks));
  ASSERT_TRUE(harness.command(Action::Unsubscribe, btc, {Channel::Trades, Channel::Depth}));
  EXPECT_NE(harness.sent.back().text.find("unsubscribe"), std::string::npos);
  EXPECT_EQ(harness.book(btc).reason(), wire::BookReason::Unsubscribed);
  harness.bytes(trade_text("BTCUSDT", "1", "10"));
  EXPECT_TRUE(harness.trades.empty());
  EXPECT_EQ(harness.venue().counters().unwanted, 1U);
}

TEST(GenericVenue, HeartbeatsGoOutOnEachConnection) {
  Harness harness(bybit());
  harness.open();
  harness.open(second_connection);
  harness.tick(19s);
  EXPECT_TRUE(harness.sent.empty());
  harness.tick(1s);
  ASSERT_EQ(harness.sent.size(), 2U);
  EXPECT_EQ(harness.sent[0].text, R"({"op":"ping"})");
  harness.close();
  harness.tick(20s);
  EXPECT_EQ(harness.sent.size(), 3U);
  harness.bytes(R"({"success":true,"ret_msg":"pong","conn_id":"x","op":"ping"})", second_connection);
  EXPECT_EQ(harness.venue().counters().unknown_events, 0U);
}

TEST(GenericVenue, PingsOfTheServerAreAnsweredAndPlainAnswersPassedOver) {
  Mapping mapping = bybit();
  mapping.heartbeat_answer = "pong";
  MessageMapping ping;
  ping.kind = MessageKind::Ping;
  ping.when = {{*Path::parse("ping"), Condition::Match::Present, {}}};
  ping.path(Field::Value) = *Path::parse("ping");
  ping.reply = R"({"pong":{value}})";
  mapping.messages.push_back(ping);
  Harness harness(mapping);
  harness.open();
  harness.bytes(R"({"ping":1492420473027})");
  EXPECT_EQ(harness.sent.back().text, R"({"pong":1492420473027})");
  harness.bytes("pong");
  EXPECT_EQ(harness.venue().counters().malformed, 0U);
}

TEST(GenericVenue, ASourceThatAcknowledgesNothingIsTakenAtItsWord) {
  Mapping mapping = bybit();
  mapping.acknowledges = false;
  Harness harness(mapping);
  harness.answers = false;
  ASSERT_TRUE(harness.subscribe(btc));
  harness.open();
  harness.tick();
  EXPECT_EQ(harness.readies.size(), 1U);
  harness.bytes(book_text("snapshot", "BTCUSDT", 1, some_bids, some_asks));
  EXPECT_TRUE(harness.book(btc).live());
}

TEST(GenericVenue, AnswersMayNameTheTopic) {
  Mapping mapping = bybit();
  std::erase_if(mapping.messages, [](const MessageMapping& each) {
    return each.kind == MessageKind::Acknowledged || each.kind == MessageKind::Refused;
  });
  MessageMapping answer;
  answer.kind = MessageKind::Acknowledged;
  answer.when = {{*Path::parse("event"), Condition::Match::Equal, "subscribed"}};
  answer.path(Field::Topic) = *Path::parse("topic");
  mapping.messages.insert(mapping.messages.begin(), answer);
  Harness harness(mapping);
  harness.answers = false;
  ASSERT_TRUE(harness.subscribe(btc));
  harness.open();
  harness.bytes(R"({"event":"subscribed","topic":"publicTrade.BTCUSDT"})");
  EXPECT_TRUE(harness.readies.empty());
  harness.bytes(R"({"event":"subscribed","topic":"orderbook.50.BTCUSDT"})");
  EXPECT_EQ(harness.readies.size(), 1U);
}

TEST(GenericVenue, MessagesOnlyOfWhatChangedKeepTheRest) {
  Mapping mapping = bybit();
  mapping.topics[std::to_underlying(Channel::Ticker)] = "tickers.{symbol}";
  MessageMapping ticker;
  ticker.kind = MessageKind::Ticker;
  ticker.when = {{*Path::parse("topic"), Condition::Match::Prefix, "tickers."}};
  ticker.path(Field::Symbol) = *Path::parse("data.symbol");
  ticker.path(Field::MarkPrice) = *Path::parse("data.markPrice");
  ticker.path(Field::FundingRate) = *Path::parse("data.fundingRate");
  ticker.partial = true;
  mapping.messages.push_back(ticker);
  Harness harness(mapping);
  ASSERT_TRUE(harness.subscribe(btc, {Channel::Ticker}));
  harness.open();
  harness.bytes(
      R"({"topic":"tickers.BTCUSDT","data":{"symbol":"BTCUSDT","markPrice":"17217.33","fundingRate":"0.0001"}})");
  harness.bytes(R"({"topic":"tickers.BTCUSDT","data":{"symbol":"BTCUSDT","markPrice":"17218"}})");
  ASSERT_EQ(harness.tickers.size(), 2U);
  EXPECT_EQ(harness.tickers[1].mark_price, *Price::parse("17218"));
  EXPECT_EQ(harness.tickers[1].funding_rate, *Rate::parse("0.0001"));
}

TEST(GenericVenue, SymbolsThatNobodyAskedForAndMessagesThatNobodyKnowsAreCounted) {
  Harness harness(bybit());
  ASSERT_TRUE(harness.subscribe(btc));
  harness.open();
  harness.bytes(trade_text("XYZUSDT", "1", "10"));
  harness.bytes(R"({"topic":"kline.5.BTCUSDT","data":[]})");
  harness.bytes(trade_text("BTCUSDT", "1", "1e400"));
  EXPECT_EQ(harness.venue().counters().unknown_symbols, 1U);
  EXPECT_EQ(harness.venue().counters().unknown_events, 1U);
  EXPECT_EQ(harness.venue().counters().malformed, 1U);
  EXPECT_TRUE(harness.reported("connector_trade_parse_error"));
  harness.bytes(trade_text("BTCUSDT", "1", "10"));
  EXPECT_EQ(harness.trades.size(), 1U);
}

}  // namespace
}  // namespace trunkline::venue::generic::test
