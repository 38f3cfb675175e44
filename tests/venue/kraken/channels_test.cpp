// Subscribing, reference data, and the channels beside the book.
#include <gtest/gtest.h>

#include "venue/kraken/harness.hpp"

namespace trunkline::venue::kraken::test {
namespace {

const std::string text = "kraken:BTC-USD";

Harness with(Channels channels, const std::string& of = text) {
  return Harness({.subscriptions = {{*SymbolDescriptor::parse(of), channels}}});
}

TEST(KrakenChannels, ReferenceDataIsSubscribedFirstAndSymbolsTogether) {
  Harness harness({.subscriptions = {{*SymbolDescriptor::parse(text), default_channels},
                                     {*SymbolDescriptor::parse("kraken:ETH-USD"), {Channel::Depth, Channel::Bars}}}});
  harness.listed = {{"BTC/USD", "0.1", "0.00000001", 1, 8}, {"ETH/USD"}};
  harness.start();
  EXPECT_TRUE(harness.sent.empty());
  harness.open();
  ASSERT_EQ(harness.sent.size(), 5U);
  EXPECT_EQ(harness.sent[0].text,
            R"({"method":"subscribe","params":{"channel":"instrument","snapshot":true},"req_id":1})");
  EXPECT_EQ(harness.sent[1].text, R"({"method":"subscribe","params":{"channel":"book",)"
                                  R"("symbol":["BTC/USD","ETH/USD"],"depth":10,"snapshot":true},"req_id":2})");
  EXPECT_EQ(harness.sent[2].text, R"({"method":"subscribe","params":{"channel":"ticker",)"
                                  R"("symbol":["BTC/USD"],"event_trigger":"bbo","snapshot":true},"req_id":3})");
  EXPECT_EQ(harness.sent[3].text, R"({"method":"subscribe","params":{"channel":"trade",)"
                                  R"("symbol":["BTC/USD"],"snapshot":true},"req_id":4})");
  EXPECT_EQ(harness.sent[4].text, R"({"method":"subscribe","params":{"channel":"ohlc",)"
                                  R"("symbol":["ETH/USD"],"interval":1,"snapshot":true},"req_id":5})");
  EXPECT_EQ(harness.readies.size(), 1U);
  const wire::SymbolMapping& mapping = harness.mappings.at(text);
  EXPECT_EQ(mapping.tick_size.to_text(), "0.1");
  EXPECT_EQ(mapping.lot_size.raw(), 1);
  EXPECT_EQ(mapping.price_decimals, 1);
  EXPECT_EQ(mapping.quantity_decimals, 8);
  EXPECT_EQ(mapping.kind, wire::InstrumentKind::Spot);
  EXPECT_EQ(mapping.status, wire::TradingStatus::Trading);
}

TEST(KrakenChannels, ReferenceDataThatDoesNotComeIsAskedForAgain) {
  Harness harness = with({Channel::Trades});
  harness.start();
  harness.open();
  EXPECT_EQ(harness.times_sent("instrument"), 1U);
  harness.ticks(30s);
  EXPECT_EQ(harness.times_sent("instrument"), 2U);
  EXPECT_EQ(harness.event_counts["reference_data_failed"], 1);
  harness.bytes(instrument_message({{"BTC/USD"}}));
  EXPECT_EQ(harness.times_sent(R"("trade")"), 1U);
}

TEST(KrakenChannels, ASymbolThatIsNotListedIsRefusedByName) {
  Harness harness = with({Channel::Trades}, "kraken:BTC-USB");
  harness.listed = {{"BTC/USD"}};
  harness.start();
  harness.open();
  EXPECT_EQ(harness.event_counts["subscription_failed"], 1);
  const auto done = harness.command(Action::Subscribe, "kraken:XBT-USD", {Channel::Trades});
  ASSERT_FALSE(done);
  EXPECT_NE(done.error().message.find("kraken:BTC-USD"), std::string::npos) << done.error().message;
  EXPECT_FALSE(harness.command(Action::Subscribe, text, {Channel::Liquidations}));
}

TEST(KrakenChannels, ARefusedSymbolIsReportedAndTheOthersGoOn) {
  Harness harness({.subscriptions = {{*SymbolDescriptor::parse(text), {Channel::Depth}},
                                     {*SymbolDescriptor::parse("kraken:ETH-USD"), {Channel::Depth}}}});
  harness.listed = {{"BTC/USD"}, {"ETH/USD"}};
  harness.refused = {"BTC/USD"};
  (void)harness.true_book("ETH/USD").update({{"10.00", "1"}}, {{"11.00", "1"}});
  harness.start();
  harness.open();
  EXPECT_EQ(harness.venue().counters().refused_streams, 1U);
  EXPECT_EQ(harness.event_counts["subscription_refused"], 1);
  EXPECT_FALSE(harness.book(text).live());
  EXPECT_TRUE(harness.book("kraken:ETH-USD").live());
  EXPECT_EQ(harness.readies.size(), 1U);
}

TEST(KrakenChannels, TradesOfOneMessageAreAllPublishedOnceAndHolesAreTold) {
  Harness harness = with({Channel::Trades});
  harness.listed = {{"BTC/USD"}};
  harness.start();
  harness.open();
  const std::string two = trade_message(trade_entry("BTC/USD", 10, "100.10", "0.5") + "," +
                                        trade_entry("BTC/USD", 11, "100.20", "1e-8", false));
  harness.bytes(two);
  ASSERT_EQ(harness.trades.size(), 2U);
  EXPECT_EQ(harness.trades[0].price.to_text(), "100.1");
  EXPECT_EQ(harness.trades[0].trade_id, 10U);
  EXPECT_EQ(harness.trade_flags[0] & wire::flag::side_buy, wire::flag::side_buy);
  EXPECT_EQ(harness.trade_flags[1] & wire::flag::side_sell, wire::flag::side_sell);
  EXPECT_EQ(harness.trades[1].quantity.raw(), 1);
  EXPECT_EQ(harness.trades[1].exchange_time, Nanos{1'700'000'000'000'001'000});
  harness.bytes(two);
  EXPECT_EQ(harness.trades.size(), 2U);
  EXPECT_EQ(harness.venue().counters().duplicates, 2U);
  harness.bytes(trade_message(trade_entry("BTC/USD", 15, "100", "1")));
  ASSERT_EQ(harness.gaps.size(), 1U);
  EXPECT_EQ(harness.gaps[0].missed, 3U);
}

TEST(KrakenChannels, PastTradesFillInWhatALostConnectionMissed) {
  Harness harness = with({Channel::Trades});
  harness.listed = {{"BTC/USD"}};
  harness.past_trades = trade_entry("BTC/USD", 8, "100", "1") + "," + trade_entry("BTC/USD", 9, "100", "1");
  harness.start();
  harness.open();
  EXPECT_TRUE(harness.trades.empty());  // history is not what was asked for
  harness.bytes(trade_message(trade_entry("BTC/USD", 10, "100", "1")));
  EXPECT_EQ(harness.trades.size(), 1U);
  harness.close();
  for (int id = 10; id <= 12; ++id) {
    harness.past_trades += "," + trade_entry("BTC/USD", static_cast<std::uint64_t>(id), "100", "1");
  }
  harness.open(second_connection);
  ASSERT_EQ(harness.trades.size(), 3U);
  EXPECT_EQ(harness.trades[1].trade_id, 11U);
  EXPECT_EQ(harness.trades[1].detail, 2U);
  EXPECT_EQ(harness.trades[2].trade_id, 12U);
  harness.bytes(trade_message(trade_entry("BTC/USD", 13, "100", "1")), second_connection);
  EXPECT_EQ(harness.trades.size(), 4U);
  EXPECT_TRUE(harness.gaps.empty());
}

TEST(KrakenChannels, QuotesOfTwoConnectionsArePublishedOnce) {
  Harness harness = with({Channel::Quotes});
  harness.listed = {{"BTC/USD"}};
  harness.start();
  harness.open();
  harness.bytes(quote_message("BTC/USD", "100.10", "100.20", 1));
  harness.open(second_connection);
  harness.bytes(quote_message("BTC/USD", "100.11", "100.20", 2));
  harness.bytes(quote_message("BTC/USD", "100.11", "100.20", 2), second_connection);
  harness.bytes(quote_message("BTC/USD", "100.10", "100.20", 1), second_connection);  // late
  harness.bytes(quote_message("BTC/USD", "100.12", "100.20", 3), second_connection);
  ASSERT_EQ(harness.quotes.size(), 3U);
  EXPECT_EQ(harness.quotes[2].bid_price.to_text(), "100.12");
  EXPECT_EQ(harness.quotes[2].ask_quantity.to_text(), "2");
  EXPECT_EQ(harness.venue().counters().duplicates, 2U);
}

std::string bar_message(const char* minute, const char* close, int trades, const char* type = "update") {
  return std::string(R"({"channel":"ohlc","type":")") + type +
         R"(","timestamp":"2023-11-14T22:13:20.5Z","data":[{"symbol":"BTC/USD","open":1.5,"high":9,"low":1,"close":)" +
         close + R"(,"vwap":2,"trades":)" + std::to_string(trades) +
         R"(,"volume":12345678901234567890.5,"interval_begin":"2023-11-14T22:)" + minute +
         R"(:00.000000000Z","interval":1,"timestamp":"2023-11-14T22:59:00.000000Z"}]})";
}

TEST(KrakenChannels, ABarIsClosedByTheNextOne) {
  Harness harness = with({Channel::Bars});
  harness.listed = {{"BTC/USD"}};
  harness.start();
  harness.open();
  harness.bytes(bar_message("10", "2", 3, "snapshot"));
  harness.bytes(bar_message("10", "3", 4));
  harness.bytes(bar_message("10", "3", 4));
  harness.bytes(bar_message("11", "4", 1));
  ASSERT_EQ(harness.bars.size(), 4U);
  EXPECT_EQ(harness.bars[1].close.to_text(), "3");
  EXPECT_EQ(harness.bars[1].detail, 2U);  // a volume beyond the range is absent, not wrong
  EXPECT_TRUE(harness.bars[1].volume.is_absent());
  EXPECT_EQ(harness.bars[2].detail, 3U);
  EXPECT_EQ(harness.bars[2].open_time, harness.bars[1].open_time);
  EXPECT_EQ(harness.bars[3].open_time - harness.bars[2].open_time, 1min);
  EXPECT_EQ(harness.bars[3].interval, 1min);
  EXPECT_EQ(harness.bars[3].exchange_time, Nanos{1'700'000'000'500'000'000});
}

TEST(KrakenChannels, APairThatIsHaltedLeavesItsStreamsAndComesBack) {
  Harness harness = with({Channel::Depth});
  harness.listed = {{"BTC/USD"}};
  (void)harness.true_book("BTC/USD").update({{"100.00", "1"}}, {{"101.00", "1"}});
  harness.start();
  harness.open();
  ASSERT_TRUE(harness.book(text).live());
  harness.bytes(instrument_message({{.symbol = "BTC/USD", .status = "maintenance"}}, "update"));
  EXPECT_EQ(harness.book(text).reason(), wire::BookReason::NotTrading);
  EXPECT_EQ(harness.mappings.at(text).status, wire::TradingStatus::Halted);
  EXPECT_EQ(harness.times_sent(R"("unsubscribe")"), 1U);
  harness.bytes(instrument_message({{.symbol = "BTC/USD"}}, "update"));
  harness.expect_true("BTC/USD", text);
}

TEST(KrakenChannels, UnsubscribingEndsTheBookAndSubscribingBeginsItAnew) {
  Harness harness = with({Channel::Depth, Channel::Trades});
  harness.listed = {{"BTC/USD"}};
  (void)harness.true_book("BTC/USD").update({{"100.00", "1"}}, {{"101.00", "1"}});
  harness.start();
  harness.open();
  ASSERT_TRUE(harness.command(Action::Unsubscribe, text, {Channel::Depth}));
  EXPECT_EQ(harness.book(text).reason(), wire::BookReason::Unsubscribed);
  harness.bytes(harness.true_book("BTC/USD").update({{"100.00", "2"}}, {}));
  EXPECT_EQ(harness.venue().counters().unwanted, 1U);
  harness.bytes(trade_message(trade_entry("BTC/USD", 10, "100", "1")));
  EXPECT_EQ(harness.trades.size(), 1U);
  ASSERT_TRUE(harness.command(Action::Subscribe, text, {Channel::Depth}));
  harness.expect_true("BTC/USD", text);
}

TEST(KrakenChannels, APairFinerThanTheNumbersCountsBiggerUnits) {
  Harness harness = with({Channel::Depth, Channel::Trades}, "kraken:PEPE-USD");
  harness.listed = {{"PEPE/USD", "1e-9", "0.00001", 9, 5}};
  harness.start();
  harness.open();
  EXPECT_EQ(harness.mappings.at("kraken:PEPE-USD").unit_exponent, 1);
  // Asks first: 6544 and 200000, then 6543 and 12505000000.
  const std::string digits = "6544200000654312505000000";
  harness.bytes(
      R"({"channel":"book","type":"snapshot","data":[{"symbol":"PEPE/USD","bids":[{"price":0.000006543,)"
      R"("qty":125050.00000}],"asks":[{"price":0.000006544,"qty":2.00000}],"checksum":)" +
      std::to_string(crc32(0, reinterpret_cast<const Bytef*>(digits.data()), static_cast<uInt>(digits.size()))) +
      "}]}");
  EXPECT_EQ(harness.side("kraken:PEPE-USD", book::Side::Bid), "0.00006543 x 12505, ");
  EXPECT_EQ(harness.side("kraken:PEPE-USD", book::Side::Ask), "0.00006544 x 0.2, ");
  harness.bytes(trade_message(trade_entry("PEPE/USD", 1, "0.000006544", "10.00000")));
  ASSERT_EQ(harness.trades.size(), 1U);
  EXPECT_EQ(harness.trades[0].price.raw(), 6'544);
  EXPECT_EQ(harness.trades[0].quantity.to_text(), "1");
}

TEST(KrakenChannels, TheSystemsStatusIsReportedWhenItChanges) {
  Harness harness = with({Channel::Trades});
  harness.listed = {{"BTC/USD"}};
  harness.start();
  harness.open();
  const auto status = [&](const std::string& system) {
    harness.bytes(
        R"({"channel":"status","type":"update","data":[{"api_version":"v2","connection_id":12345678901234567890,)"
        R"("system":")" +
        system + R"(","version":"2.0.9"}]})");
  };
  status("online");
  status("maintenance");
  status("online");
  EXPECT_EQ(harness.event_counts["venue_status"], 2);
  harness.bytes(R"({"channel":"heartbeat"})");
  harness.bytes(R"({"method":"pong","req_id":42})");
  EXPECT_EQ(harness.venue().counters().unknown_events, 0U);
}

}  // namespace
}  // namespace trunkline::venue::kraken::test
