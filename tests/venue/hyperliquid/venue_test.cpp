#include "trunkline/wire/trade_detail.hpp"
#include "venue/hyperliquid/harness.hpp"

namespace trunkline::venue::hyperliquid::test {
namespace {

using wire::BookReason;
using wire::BookState;

constexpr const char* btc = "hyperliquid:BTC-USD";
constexpr Channels all{Channel::Trades, Channel::Quotes, Channel::Depth, Channel::Bars, Channel::Ticker};

class HyperliquidTest : public testing::Test {
 protected:
  void run(Channels channels = default_channels, const std::string& symbol = btc) {
    harness.start();
    harness.open();
    const auto done = harness.command(Action::Subscribe, symbol, channels);
    ASSERT_TRUE(done) << done.error().message;
  }
  BookReason last_reason() const { return harness.statuses.back().reason; }

  Harness harness{{}};
};

TEST_F(HyperliquidTest, AsksForReferenceDataByPost) {
  harness.start();
  ASSERT_EQ(harness.requests.size(), 2U);
  for (const Request& request : harness.requests) {
    EXPECT_EQ(request.method, "POST");
    EXPECT_EQ(request.url, "https://api.hyperliquid.xyz/info");
    EXPECT_EQ(request.content_type, "application/json");
    EXPECT_EQ(request.weight, 20U);
  }
  EXPECT_EQ(harness.requests[0].body, R"({"type":"meta"})");
  EXPECT_EQ(harness.requests[1].body, R"({"type":"spotMeta"})");
}

TEST_F(HyperliquidTest, TellsTicksAndSizesOfPerpetualsAndSpotPairs) {
  run();
  ASSERT_TRUE(harness.command(Action::Subscribe, "hyperliquid:HYPE-USDC", default_channels));
  const wire::SymbolMapping& perpetual = harness.mappings.at(btc);
  EXPECT_EQ(perpetual.tick_size.to_text(), "0.1");
  EXPECT_EQ(perpetual.lot_size.to_text(), "0.00001");
  EXPECT_EQ(perpetual.minimum_notional.to_text(), "10");
  EXPECT_EQ(perpetual.kind, wire::InstrumentKind::Perpetual);
  EXPECT_EQ(perpetual.status, wire::TradingStatus::Trading);
  const wire::SymbolMapping& spot = harness.mappings.at("hyperliquid:HYPE-USDC");
  EXPECT_EQ(spot.tick_size.to_text(), "0.000001");
  EXPECT_EQ(spot.lot_size.to_text(), "0.01");
  EXPECT_EQ(spot.kind, wire::InstrumentKind::Spot);
  EXPECT_EQ(harness.times_sent(R"("type":"l2Book","coin":"@107")"), 1U);
  // BAD's szDecimals, @108's token.
  EXPECT_EQ(harness.event_counts["reference_data_refused"], 2);
}

TEST_F(HyperliquidTest, TakesReferenceDataInEitherOrderAndAsksAgainWhereOneFails) {
  harness.answer_requests = false;
  harness.start();
  harness.open();
  harness.answer(RequestId{2}, spot_meta_body);
  EXPECT_TRUE(harness.venue().catalog().instruments.empty());
  harness.answer(RequestId{1}, "gateway timeout", 504);
  EXPECT_EQ(harness.event_counts["reference_data_failed"], 1);
  harness.answer_requests = true;
  harness.ticks(5s);
  EXPECT_EQ(harness.venue().catalog().instruments.size(), 5U);
}

TEST_F(HyperliquidTest, SubscribesTheFastBookUnlessTwentyLevelsAreWanted) {
  run(all);
  EXPECT_EQ(harness.times_sent(R"({"type":"l2Book","coin":"BTC","fast":true})"), 1U);
  EXPECT_EQ(harness.times_sent(R"({"type":"bbo","coin":"BTC"})"), 1U);
  EXPECT_EQ(harness.times_sent(R"({"type":"trades","coin":"BTC"})"), 1U);
  EXPECT_EQ(harness.times_sent(R"({"type":"candle","coin":"BTC","interval":"1m"})"), 1U);
  EXPECT_EQ(harness.times_sent(R"({"type":"activeAssetCtx","coin":"BTC"})"), 1U);
  Harness deep({.depth = 20});
  deep.start();
  deep.open();
  ASSERT_TRUE(deep.command(Action::Subscribe, btc, default_channels));
  EXPECT_EQ(deep.times_sent(R"({"type":"l2Book","coin":"BTC"})"), 1U);
}

TEST_F(HyperliquidTest, EveryBookMessageIsTheWholeBook) {
  run();
  harness.bytes(book_message("BTC", {{"100.0", "1"}, {"99.5", "2"}}, {{"100.5", "3"}}));
  EXPECT_TRUE(harness.book(btc).live());
  EXPECT_EQ(harness.statuses.back().integrity, wire::Integrity::SnapshotOnly);
  harness.bytes(book_message("BTC", {{"101.0", "4"}}, {{"101.5", "5"}, {"102.0", "6"}}));
  EXPECT_EQ(harness.side(btc, book::Side::Bid), "101 x 4, ");
  EXPECT_EQ(harness.side(btc, book::Side::Ask), "101.5 x 5, 102 x 6, ");
  EXPECT_EQ(harness.reader_losses, 0U);
  EXPECT_EQ(harness.venue().counters().slow, 3U);  // the answers to the subscriptions
}

TEST_F(HyperliquidTest, ABookThatCannotBeRightIsStaleUntilTheNextMessage) {
  run();
  const std::string good = book_message("BTC", {{"100.0", "1"}}, {{"100.5", "3"}});
  const std::pair<std::string, BookReason> wrongs[] = {
      {book_message("BTC", {{"100.0", "1"}}, {{"99.0", "3"}}), BookReason::Crossed},
      {book_message("BTC", {{"100.0", "1"}, {"100.5", "1"}}, {{"101.0", "3"}}), BookReason::Malformed},
      {book_message("BTC", {{"100.0", "0"}}, {{"101.0", "3"}}), BookReason::Malformed},
      {book_message("BTC", {{"1oo", "1"}}, {{"101.0", "3"}}), BookReason::Malformed},
      {good.substr(0, good.size() - 5), BookReason::Malformed},
  };
  for (const auto& [message, reason] : wrongs) {
    harness.bytes(good);
    EXPECT_TRUE(harness.book(btc).live());
    harness.bytes(message);
    EXPECT_FALSE(harness.book(btc).live()) << message;
    EXPECT_EQ(last_reason(), reason) << message;
  }
  harness.bytes(good);
  EXPECT_TRUE(harness.book(btc).live());
  EXPECT_EQ(harness.times_sent("l2Book"), 1U);  // nothing was asked for again
}

TEST_F(HyperliquidTest, ABookOfALostConnectionIsStaleUntilTheNextBringsIt) {
  run();
  harness.bytes(book_message("BTC", {{"100.0", "1"}}, {{"100.5", "3"}}));
  harness.close();
  EXPECT_EQ(harness.statuses.back().state, BookState::Stale);
  EXPECT_EQ(last_reason(), BookReason::Disconnected);
  harness.open(second_connection);
  EXPECT_FALSE(harness.book(btc).live());
  harness.bytes(book_message("BTC", {{"100.0", "1"}}, {{"100.5", "3"}}), second_connection);
  EXPECT_TRUE(harness.book(btc).live());
}

TEST_F(HyperliquidTest, WhileTwoConnectionsOverlapEachThingIsToldOnce) {
  run();
  harness.open(second_connection);
  const std::string book = book_message("BTC", {{"100.0", "1"}}, {{"100.5", "3"}});
  const std::string block = trade_message(trade_entry("BTC", 9, "100.5") + "," + trade_entry("BTC", 4, "100.5"));
  for (const ConnectionId connection : {first_connection, second_connection}) {
    harness.bytes(book, connection);
    harness.bytes(block, connection);
    harness.bytes(quote_message("BTC", "100.0", "100.5"), connection);
  }
  EXPECT_EQ(harness.trades.size(), 2U);
  EXPECT_EQ(harness.quotes.size(), 1U);
  EXPECT_EQ(harness.frames[wire::MessageType::L2Snapshot], 1U);
  EXPECT_EQ(harness.venue().counters().duplicates, 4U);
}

TEST_F(HyperliquidTest, TradesOfBeforeAreToldOnlyWhereAConnectionMissedThem) {
  run();
  harness.bytes(trade_message(trade_entry("BTC", 7, "100.0", start_ms - 60'000)));
  EXPECT_TRUE(harness.trades.empty());
  harness.bytes(trade_message(trade_entry("BTC", 3, "101.0", start_ms)));
  ASSERT_EQ(harness.trades.size(), 1U);
  EXPECT_EQ(harness.trades[0].detail, 0);
  harness.close();
  harness.now += 30s;
  harness.open(second_connection);
  harness.bytes(
      trade_message(trade_entry("BTC", 7, "100.0", start_ms - 60'000) + "," + trade_entry("BTC", 3, "101.0", start_ms) +
                    "," + trade_entry("BTC", 1, "102.0", start_ms + 10'000, false) + "," +
                    trade_entry("BTC", 2, "103.0", start_ms + 30'000)),
      second_connection);
  ASSERT_EQ(harness.trades.size(), 3U);
  EXPECT_EQ(harness.trades[1].trade_id, 1U);
  EXPECT_EQ(harness.trades[1].detail, wire::trade_detail::from_history);
  EXPECT_EQ(harness.trade_flags[1] & wire::flag::side_sell, wire::flag::side_sell);
  EXPECT_EQ(harness.trades[2].trade_id, 2U);
  EXPECT_EQ(harness.trades[2].detail, 0);
}

TEST_F(HyperliquidTest, TheFirstTradeOfAllIsTold) {
  run();
  harness.bytes(trade_message(trade_entry("BTC", 7, "100.0", start_ms + 10)));
  EXPECT_EQ(harness.trades.size(), 1U);
}

TEST_F(HyperliquidTest, AnEmptySideOfTheBestPricesIsAbsent) {
  run();
  harness.bytes(quote_message("BTC", "100.0", ""));
  ASSERT_EQ(harness.quotes.size(), 1U);
  EXPECT_EQ(harness.quotes[0].bid_price.to_text(), "100");
  EXPECT_TRUE(harness.quotes[0].ask_price.is_absent());
  EXPECT_TRUE(harness.quotes[0].ask_quantity.is_absent());
}

TEST_F(HyperliquidTest, TellsFundingMarkAndOracle) {
  run(all);
  harness.bytes(
      R"({"channel":"activeAssetCtx","data":{"coin":"BTC","ctx":{"funding":"-0.0000125","openInterest":"688.11",)"
      R"("prevDayPx":"1","dayNtlVlm":"1169046.29","premium":null,"oraclePx":"14.32","markPx":"14.3161","midPx":null}}})");
  ASSERT_EQ(harness.tickers.size(), 1U);
  EXPECT_EQ(harness.tickers[0].funding_rate.to_text(), "-0.0000125");
  EXPECT_EQ(harness.tickers[0].mark_price.to_text(), "14.3161");
  EXPECT_EQ(harness.tickers[0].index_price.to_text(), "14.32");
  EXPECT_EQ(harness.tickers[0].open_interest.to_text(), "688.11");
}

TEST_F(HyperliquidTest, ABarIsClosedWhenTheNextBegins) {
  run(all);
  const auto bar = [](std::uint64_t open, int trades) {
    return fmt::format(R"({{"channel":"candle","data":{{"t":{},"T":{},"s":"BTC","i":"1m","o":"1.5","c":"2","h":"3",)"
                       R"("l":"1","v":"12.5","n":{}}}}})",
                       open, open + 59'999, trades);
  };
  harness.bytes(bar(start_ms, 1));
  harness.bytes(bar(start_ms, 2));
  harness.bytes(bar(start_ms, 2));
  harness.bytes(bar(start_ms + 60'000, 1));
  ASSERT_EQ(harness.bars.size(), 4U);
  EXPECT_EQ(harness.bars[2].detail, 1);
  EXPECT_EQ(harness.bars[2].trade_count, 2U);
  EXPECT_EQ(harness.bars[3].detail, 0);
  EXPECT_EQ(harness.bars[3].interval, Nanos(1min));
  EXPECT_EQ(harness.bars[3].volume.to_text(), "12.5");
}

TEST_F(HyperliquidTest, PingsASilentConnectionAndOneThatTalks) {
  run();
  harness.ticks(9s);
  EXPECT_EQ(harness.times_sent("ping"), 0U);
  harness.ticks(2s);
  EXPECT_EQ(harness.times_sent("ping"), 1U);
  harness.sent.clear();
  for (int second = 0; second < 60; ++second) {
    harness.bytes(quote_message("BTC", "100.0", "100.5", start_ms + static_cast<std::uint64_t>(second)));
    harness.ticks(1s);
  }
  EXPECT_EQ(harness.times_sent("ping"), 1U);
  EXPECT_EQ(harness.event_counts["connector_parse_error"], 0);
}

TEST_F(HyperliquidTest, ReadsTheGreetingAndWhatItDoesNotKnow) {
  run();
  harness.bytes("Websocket connection established.");
  EXPECT_EQ(harness.venue().counters().malformed, 0U);
  harness.bytes(R"({"channel":"notification","data":{"notification":"hello"}})");
  EXPECT_EQ(harness.venue().counters().unknown_events, 1U);
  harness.bytes(R"({"channel":"error","data":"Too many requests"})");
  EXPECT_EQ(harness.event_counts["venue_error"], 1);
  harness.bytes("not JSON at all");
  EXPECT_EQ(harness.venue().counters().malformed, 1U);
}

TEST_F(HyperliquidTest, TellsRefusedSubscriptionsAndTakesOneThatIsThereAlready) {
  harness.refused.insert("ETH");
  run();
  EXPECT_EQ(harness.readies.size(), 1U);
  ASSERT_TRUE(harness.command(Action::Subscribe, "hyperliquid:ETH-USD", default_channels));
  EXPECT_EQ(harness.event_counts["subscription_refused"], 3);
  harness.bytes(R"({"channel":"error","data":"Already subscribed: {\"type\":\"l2Book\",\"coin\":\"BTC\"}"})");
  EXPECT_EQ(harness.event_counts["subscription_refused"], 3);
  EXPECT_EQ(harness.event_counts["venue_error"], 0);
}

TEST_F(HyperliquidTest, LeavesACoinAndTakesItUpAgain) {
  run();
  harness.bytes(book_message("BTC", {{"100.0", "1"}}, {{"100.5", "3"}}));
  ASSERT_TRUE(harness.command(Action::Unsubscribe, btc, default_channels));
  EXPECT_EQ(last_reason(), BookReason::Unsubscribed);
  harness.bytes(book_message("BTC", {{"100.0", "1"}}, {{"100.5", "3"}}));
  EXPECT_FALSE(harness.book(btc).live());
  ASSERT_TRUE(harness.command(Action::Subscribe, btc, default_channels));
  harness.bytes(book_message("BTC", {{"100.0", "1"}}, {{"100.5", "3"}}));
  EXPECT_TRUE(harness.book(btc).live());
}

TEST_F(HyperliquidTest, ABookThatFallsSilentIsStale) {
  run();
  for (int i = 0; i < 200; ++i) {
    harness.bytes(book_message("BTC", {{"100.0", "1"}}, {{"100.5", "3"}}, start_ms + static_cast<std::uint64_t>(i)));
    harness.tick(500ms);
  }
  EXPECT_TRUE(harness.book(btc).live());
  harness.ticks(15s);
  EXPECT_FALSE(harness.book(btc).live());
  EXPECT_EQ(last_reason(), BookReason::Silent);
  EXPECT_EQ(harness.event_counts["channel_silent"], 1);
}

TEST_F(HyperliquidTest, ADelistedCoinIsClosed) {
  run(default_channels, "hyperliquid:OLD-USD");
  EXPECT_EQ(harness.mappings.at("hyperliquid:OLD-USD").status, wire::TradingStatus::Closed);
  EXPECT_EQ(harness.times_sent("subscribe"), 0U);
  EXPECT_EQ(last_reason(), BookReason::NotTrading);
}

TEST_F(HyperliquidTest, SaysTheBookAgain) {
  run();
  harness.bytes(book_message("BTC", {{"100.0", "1"}}, {{"100.5", "3"}}));
  ASSERT_TRUE(harness.command(Action::Resend, btc, {}));
  EXPECT_TRUE(harness.book(btc).live());
  EXPECT_EQ(harness.side(btc, book::Side::Bid), "100 x 1, ");
  EXPECT_EQ(harness.reader_losses, 0U);
}

}  // namespace
}  // namespace trunkline::venue::hyperliquid::test
