// What a mapping reads out of messages: Bybit's as in its recordings and documentation, and the shapes of other venues.
#include <gtest/gtest.h>

#include "venue/generic/collector.hpp"

namespace trunkline::venue::generic::test {
namespace {

constexpr std::string_view trade_text =
    R"({"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1709891679005,"data":[)"
    R"({"T":1709891679000,"s":"BTCUSDT","S":"Buy","v":"0.010","p":"27451.00","i":"9dc75fca-4bdd","BT":false},)"
    R"({"T":1709891679001,"s":"BTCUSDT","S":"Sell","v":"1","p":"27450.5","i":"2290000000012345678","BT":false}]})";

TEST(GenericParser, ReadsEachItemOfAList) {
  Parser parser = parser_of(bybit());
  const Collector out = collect(parser, trade_text);
  ASSERT_EQ(out.trades.size(), 2U);
  EXPECT_TRUE(out.failures.empty());
  EXPECT_EQ(out.trades[0].symbol, "BTCUSDT");
  EXPECT_EQ(out.trades[0].record.price, *Price::parse("27451"));
  EXPECT_EQ(out.trades[0].record.quantity, *Quantity::parse("0.01"));
  EXPECT_EQ(out.trades[0].record.time, Nanos{1'709'891'679'000'000'000});
  EXPECT_EQ(out.trades[0].record.taker, Taker::Bought);
  EXPECT_FALSE(out.trades[0].record.numbered);
  EXPECT_EQ(out.trades[0].record.id, hash_symbol_text("9dc75fca-4bdd"));
  EXPECT_EQ(out.trades[1].record.taker, Taker::Sold);
  EXPECT_TRUE(out.trades[1].record.numbered);
  EXPECT_EQ(out.trades[1].record.id, 2'290'000'000'012'345'678U);
}

TEST(GenericParser, ReadsASnapshotAndAChange) {
  Parser parser = parser_of(bybit());
  const Collector snapshot = collect(
      parser,
      R"({"topic":"orderbook.50.BTCUSDT","type":"snapshot","ts":1709891679000,"data":{"s":"BTCUSDT",)"
      R"("b":[["27450.00","0.500"],["27449.50","1.000"]],"a":[["27451.00","0.750"]],"u":123456789,"seq":987654321}})");
  ASSERT_EQ(snapshot.books.size(), 1U);
  EXPECT_TRUE(snapshot.books[0].record.snapshot);
  EXPECT_EQ(snapshot.books[0].record.ids.last, 123'456'789U);
  EXPECT_EQ(snapshot.books[0].bids.size(), 2U);
  EXPECT_EQ(snapshot.books[0].asks.at(0).price, *Price::parse("27451"));
  const Collector change =
      collect(parser, R"({"data":{"u":123456790,"a":[["27451.00","0"]],"b":[ ["27450.00", "0.400"] ],"s":"BTCUSDT"},)"
                      R"("ts":1709891679500,"type":"delta","topic":"orderbook.50.BTCUSDT"})");
  ASSERT_EQ(change.books.size(), 1U);
  EXPECT_FALSE(change.books[0].record.snapshot);
  EXPECT_EQ(change.books[0].record.ids.first, 123'456'790U);
  EXPECT_EQ(change.books[0].bids.at(0).quantity, *Quantity::parse("0.4"));
  EXPECT_TRUE(change.books[0].asks.at(0).quantity.is_zero());
}

TEST(GenericParser, TellsAcknowledgementsRefusalsAndPongsApart) {
  Parser parser = parser_of(bybit());
  const Collector yes = collect(parser, R"({"success":true,"ret_msg":"","conn_id":"x","req_id":"7","op":"subscribe"})");
  ASSERT_EQ(yes.answers.size(), 1U);
  EXPECT_FALSE(yes.answers[0].record.refused);
  EXPECT_TRUE(yes.answers[0].record.has_request);
  EXPECT_EQ(yes.answers[0].record.request, 7U);
  const Collector no =
      collect(parser, R"({"success":false,"ret_msg":"Invalid topic: a.b","conn_id":"x","op":"subscribe"})");
  ASSERT_EQ(no.answers.size(), 1U);
  EXPECT_TRUE(no.answers[0].record.refused);
  EXPECT_FALSE(no.answers[0].record.has_request);
  EXPECT_EQ(no.answers[0].reason, "Invalid topic: a.b");
  const Collector pong = collect(parser, R"({"success":true,"ret_msg":"pong","conn_id":"x","op":"ping"})");
  EXPECT_TRUE(pong.answers.empty() && pong.unknown.empty() && pong.failures.empty());
  EXPECT_EQ(collect(parser, R"({"topic":"kline.5.BTCUSDT","data":[]})").unknown.size(), 1U);
}

TEST(GenericParser, ItemsBeforeWhatTheyNeedAreReadInASecondPass) {
  Parser parser = parser_of(R"(
    [[message]]
    kind = "trade"
    when = { type = "trades" }
    each = "data"
    symbol = "$.market"
    price = "0"
    quantity = "1"
    time = "$.at"
    time_unit = "s"
  )");
  const Collector out =
      collect(parser, R"({"data":[[1.5,"2"],["3",0.25]],"type":"trades","market":"AB","at":1618677785.482746})");
  ASSERT_EQ(out.trades.size(), 2U);
  EXPECT_EQ(out.trades[0].symbol, "AB");
  EXPECT_EQ(out.trades[0].record.price, *Price::parse("1.5"));
  EXPECT_EQ(out.trades[1].record.quantity, *Quantity::parse("0.25"));
  EXPECT_EQ(out.trades[1].record.time, Nanos{1'618'677'785'482'746'000});
  EXPECT_FALSE(out.trades[1].record.has_id);
}

TEST(GenericParser, LevelsMayBeObjectsThatSayTheirSide) {
  Parser parser = parser_of(R"(
    [[message]]
    kind = "book_change"
    when = { topic = "orderBookL2_25.*" }
    symbol = "topic"
    symbol_after = "."
    changes = ["data.update", "data.insert"]
    removals = "data.delete"
    level = { price = "price", quantity = "size", side = "side", bid = "Buy", ask = "Sell" }
  )");
  const Collector out = collect(parser, R"({"topic":"orderBookL2_25.BTCUSD","data":{)"
                                        R"("delete":[{"price":"1054.30","side":"Buy"}],)"
                                        R"("update":[{"price":1055.5,"side":"Sell","size":3}],)"
                                        R"("insert":[{"side":"Buy","size":1e2,"price":"1054.00"}]}})");
  ASSERT_EQ(out.books.size(), 1U) << (out.failures.empty() ? "" : out.failures[0].error);
  EXPECT_EQ(out.books[0].symbol, "BTCUSD");
  ASSERT_EQ(out.books[0].bids.size(), 2U);
  EXPECT_TRUE(out.books[0].bids[0].quantity.is_zero());
  EXPECT_EQ(out.books[0].bids[1].quantity, *Quantity::parse("100"));
  EXPECT_EQ(out.books[0].asks.at(0).price, *Price::parse("1055.5"));
}

TEST(GenericParser, ListsAndPlacesInThemAreRead) {
  // As Kraken's first stream writes it.
  Parser parser = parser_of(R"(
    [[message]]
    kind = "trade"
    when = { "2" = "trade" }
    each = "1"
    symbol = "$.3"
    price = "0"
    quantity = "1"
    time = "2"
    time_unit = "s"
    side = "3"
    buy = "b"
    sell = "s"
  )");
  const Collector out =
      collect(parser, R"([337,[["5541.20000","0.15850568","1534614057.321597","s","l",""]],"trade","XBT\/USD"])");
  ASSERT_EQ(out.trades.size(), 1U);
  EXPECT_EQ(out.trades[0].symbol, "XBT/USD");
  EXPECT_EQ(out.trades[0].record.time, Nanos{1'534'614'057'321'597'000});
  EXPECT_EQ(out.trades[0].record.taker, Taker::Sold);
}

TEST(GenericParser, AWholeMessageMayBeTheList) {
  Parser parser = parser_of(R"(
    [[message]]
    kind = "quote"
    each = "$"
    symbol = "S"
    bid_price = "bp"
    ask_price = "ap"
  )");
  const Collector out = collect(parser, R"([{"S":"A","bp":1,"ap":2},{"S":"B","bp":"3","ap":null}])");
  ASSERT_EQ(out.quotes.size(), 2U);
  EXPECT_EQ(out.quotes[0].record.ask_price, *Price::parse("2"));
  EXPECT_TRUE(out.quotes[1].record.ask_price.is_absent());
  EXPECT_TRUE(out.quotes[1].record.bid_quantity.is_absent());
}

TEST(GenericParser, TickersKeepRatesExact) {
  Parser parser = parser_of(R"(
    [[message]]
    kind = "ticker"
    when = { topic = "tickers.*" }
    symbol = "data.symbol"
    mark_price = "data.markPrice"
    funding_rate = "data.fundingRate"
    next_funding_time = "data.nextFundingTime"
    partial = true
  )");
  const Collector out = collect(
      parser,
      R"({"topic":"tickers.A","data":{"symbol":"A","fundingRate":"-0.000212","nextFundingTime":"1673280000000"}})");
  ASSERT_EQ(out.tickers.size(), 1U);
  EXPECT_TRUE(out.tickers[0].record.mark.is_absent());
  EXPECT_EQ(out.tickers[0].record.funding_rate, *Rate::parse("-0.000212"));
  EXPECT_EQ(out.tickers[0].record.next_funding_time, Nanos{1'673'280'000'000'000'000});
}

TEST(GenericParser, OneWrongItemLosesNoOther) {
  Parser parser = parser_of(bybit());
  const Collector out = collect(
      parser, R"({"topic":"publicTrade.A","data":[{"T":1,"s":"A","S":"Buy","v":"1","p":"x1"},)"
              R"({"T":1,"s":"A","S":"Hold","v":"1","p":"1"},{"T":1,"s":"A","S":"Buy","v":"1"},)"
              R"({"T":"soon","s":"A","S":"Buy","v":"1","p":"2"},{"T":1,"s":"A","S":"Buy","v":"0.123456789","p":"2"},)"
              R"({"T":1,"s":"A","S":"Buy","v":"1","p":"2"}]})");
  ASSERT_EQ(out.failures.size(), 5U);
  EXPECT_TRUE(out.failures[0].error.starts_with(R"(p: "x1" is not a decimal number in {"topic")"));
  EXPECT_TRUE(out.failures[1].error.starts_with(R"(S: "Hold" is neither "Buy" nor "Sell")"));
  EXPECT_TRUE(out.failures[2].error.starts_with("p is missing"));
  EXPECT_TRUE(out.failures[3].error.starts_with(R"(T: "soon" is no time in ms)"));
  EXPECT_TRUE(out.failures[4].error.starts_with(R"(v: "0.123456789" is more decimals than can be kept exactly)"));
  EXPECT_EQ(out.failures[4].symbol, "A");
  EXPECT_EQ(out.trades.size(), 1U);
}

TEST(GenericParser, WrongLevelsAreNamed) {
  Parser parser = parser_of(bybit());
  const auto error_of = [&](const std::string& bids) {
    const Collector out = collect(parser, R"({"topic":"orderbook.50.A","type":"delta","ts":1,"data":{"b":)" + bids +
                                              R"(,"a":[],"s":"A","u":2}})");
    EXPECT_TRUE(out.books.empty());
    return out.failures.size() == 1 && out.failures[0].symbol == "A" ? out.failures[0].error : "no single failure";
  };
  EXPECT_TRUE(error_of(R"([["1","2"],["-1","2"]])").starts_with(R"(data.b: 0 "-1" is negative)"));
  EXPECT_TRUE(error_of(R"([["1"]])").starts_with(R"(data.b: 1 "" is empty)"));
  EXPECT_TRUE(error_of(R"({"1":2})").starts_with("data.b: { is no list"));
  EXPECT_TRUE(error_of(R"([3])").starts_with("data.b: 3 is no level"));
}

TEST(GenericParser, WhatIsNoMessageIsAFailure) {
  Parser parser = parser_of(bybit());
  for (const std::string_view text :
       {"", " ", "pong", "{", R"({"topic":"orderbook.50.A")", R"({"topic":"publicTrade.A","data":[{"T":1)", "\xff\xfe",
        R"({"topic":"publicTrade.A","data":[{"T":1,"s":"A","S":"Buy","v":"1","p":"2"}]])", "nonsense{}",
        R"({"ping{"ping":149204023,"ping":1492420402377})"}) {
    const Collector out = collect(parser, text);
    EXPECT_EQ(out.failures.size() + out.unknown.size(), 1U) << text;
  }
}

TEST(GenericParser, AnEmptyConditionTakesEveryMessage) {
  Parser parser = parser_of(R"(
    [[message]]
    kind = "ping"
    when = { ping = "*" }
    value = "ping"
    reply = '{"pong":{value}}'
    [[message]]
    kind = "ignored"
  )");
  EXPECT_EQ(collect(parser, R"({"ping":1492420473027})").pings, std::vector<std::string>{"1492420473027"});
  EXPECT_TRUE(collect(parser, R"({"other":1})").unknown.empty());
}

}  // namespace
}  // namespace trunkline::venue::generic::test
