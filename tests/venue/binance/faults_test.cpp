// Every fault the venue can see: the book is Stale at once, nothing is called Live until it is right again, and only
// the symbol that was hit resynchronises.
#include <gtest/gtest.h>

#include "venue/binance/harness.hpp"

namespace trunkline::venue::binance::test {
namespace {

using wire::BookReason;
using wire::BookState;

constexpr const char* btc = "binance:BTC-USDT";
constexpr const char* eth = "binance:ETH-USDT";

const LevelTexts bids{{"99.99", "1.000"}, {"99.98", "2.000"}};
const LevelTexts asks{{"100.01", "1.500"}, {"100.02", "2.500"}};

std::string spot_info() {
  return exchange_info(
      Segment::Spot,
      {{"BTCUSDT", "BTC", "USDT"}, {"ETHUSDT", "ETH", "USDT"}, {"LUNAUSDT", "LUNA", "USDT", "0.01", "0.001", "BREAK"}});
}

BinanceConfig spot_config() {
  BinanceConfig config;
  config.subscriptions = {{*SymbolDescriptor::parse(btc), default_channels},
                          {*SymbolDescriptor::parse(eth), default_channels}};
  config.audit_interval = 0ms;
  return config;
}

// Both books Live at 101, having applied one event each.
class Faults : public ::testing::Test {
 protected:
  explicit Faults(BinanceConfig config = spot_config()) : h(std::move(config)) {
    h.start(spot_info());
    h.open();
    for (const char* symbol : {"BTCUSDT", "ETHUSDT"}) {
      EXPECT_TRUE(h.answer(std::string("depth?symbol=") + symbol, 200, snapshot(100, bids, asks)));
      h.bytes(combined("x@depth@100ms", spot_depth(symbol, 101, 101, {{"99.97", "3.000"}}, {})));
    }
    EXPECT_TRUE(h.book(btc).live());
    EXPECT_TRUE(h.book(eth).live());
    h.tick();
    h.statuses.clear();
  }

  void depth(std::uint64_t first, std::uint64_t last, const LevelTexts& b = {}, const LevelTexts& a = {},
             ConnectionId connection = first_connection) {
    h.bytes(combined("btcusdt@depth@100ms", spot_depth("BTCUSDT", first, last, b, a)), connection);
  }
  // The states that were published for a symbol since the last clear, with their reasons.
  std::string states(const char* symbol = btc) const {
    std::string text;
    for (const auto& status : h.statuses) {
      if (status.symbol != hash_symbol_text(symbol)) continue;
      text += std::string(text.empty() ? "" : " ") + std::string(wire::to_text(status.state)) + ":" +
              std::string(wire::to_text(status.reason));
    }
    return text;
  }
  // Answers the snapshot and lets the stream reach it.
  void recover(std::uint64_t id, ConnectionId connection = first_connection) {
    ASSERT_TRUE(h.answer("depth?symbol=BTCUSDT", 200, snapshot(id, bids, asks)));
    depth(id + 1, id + 1, {}, {}, connection);
    EXPECT_TRUE(h.book(btc).live());
    EXPECT_EQ(h.book(btc).update_id(), id + 1);
  }
  void expect_only_btc_was_hit() {
    EXPECT_EQ(states(eth), "");
    EXPECT_TRUE(h.book(eth).live());
    EXPECT_FALSE(h.asked_for("ETHUSDT"));
    EXPECT_EQ(h.live_disagreements, 0U);
    EXPECT_EQ(h.reconnects.size(), 0U);
  }

  Harness h;
};

TEST_F(Faults, ADroppedEventMakesTheBookStaleUntilASnapshotAndItsEvents) {
  depth(103, 104, {{"99.99", "9.000"}});
  EXPECT_EQ(states(), "Stale:SequenceGap Syncing:SequenceGap");
  EXPECT_FALSE(h.book(btc).live());
  depth(105, 106);
  EXPECT_FALSE(h.book(btc).live());
  recover(106);
  EXPECT_EQ(states(), "Stale:SequenceGap Syncing:SequenceGap Live:SnapshotApplied");
  EXPECT_EQ(h.depth(btc).book().gaps(), 1U);
  EXPECT_EQ(h.depth(btc).book().resyncs(), 1U);
  EXPECT_EQ(h.statuses.back().gaps, 1U);
  EXPECT_EQ(h.statuses.back().resyncs, 1U);
  EXPECT_EQ(h.book(btc).integrity(), wire::Integrity::Sequenced);
  expect_only_btc_was_hit();
}

TEST_F(Faults, EventsHeldDuringTheResyncAreAppliedOnTopOfTheSnapshot) {
  depth(103, 104, {{"99.99", "9.000"}});
  depth(105, 106, {{"99.95", "5.000"}});
  depth(107, 108, {{"99.94", "4.000"}});
  ASSERT_TRUE(h.answer("depth?symbol=BTCUSDT", 200, snapshot(105, bids, asks)));
  EXPECT_TRUE(h.book(btc).live());
  EXPECT_EQ(h.book(btc).update_id(), 108U);
  EXPECT_EQ(h.book(btc).ladder().quantity_at(book::Side::Bid, *Price::parse("99.95")), *Quantity::parse("5"));
  EXPECT_EQ(h.book(btc).ladder().quantity_at(book::Side::Bid, *Price::parse("99.94")), *Quantity::parse("4"));
  EXPECT_EQ(h.book(btc).ladder().best_bid().quantity, *Quantity::parse("1"));
  expect_only_btc_was_hit();
}

TEST_F(Faults, ARepeatedEventIsDroppedWithoutHarm) {
  depth(102, 103, {{"99.99", "5.000"}});
  depth(102, 103, {{"99.99", "5.000"}});
  EXPECT_EQ(states(), "");
  EXPECT_EQ(h.depth(btc).duplicates(), 1U);
  EXPECT_EQ(h.book(btc).update_id(), 103U);
  expect_only_btc_was_hit();
}

TEST_F(Faults, ReorderedEventsAreAGap) {
  depth(103, 103);
  depth(102, 102);
  EXPECT_EQ(states(), "Stale:SequenceGap Syncing:SequenceGap");
  recover(110);
  expect_only_btc_was_hit();
}

TEST_F(Faults, ATruncatedTradeIsReportedAndHurtsNoBook) {
  const std::string whole = combined("btcusdt@trade", spot_trade("BTCUSDT", 7, "100.00", "1"));
  h.bytes(whole.substr(0, whole.size() / 2));
  EXPECT_EQ(states(), "");
  EXPECT_EQ(h.venue().counters().malformed, 1U);
  EXPECT_EQ(h.event_counts["connector_trade_parse_error"], 1);
  expect_only_btc_was_hit();
}

TEST_F(Faults, ATruncatedEventIsMalformedAndNamesItself) {
  const std::string whole = combined("btcusdt@depth@100ms", spot_depth("BTCUSDT", 102, 102, bids, asks));
  h.bytes(whole.substr(0, whole.size() / 2));
  EXPECT_EQ(states(), "Stale:Malformed Syncing:Malformed");
  EXPECT_EQ(h.venue().counters().malformed, 1U);
  EXPECT_EQ(h.event_counts["connector_depth_parse_error"], 1);
  recover(102);
  expect_only_btc_was_hit();
}

TEST_F(Faults, ACorruptedLevelIsMalformedAndItsValueIsTold) {
  h.bytes(combined("btcusdt@depth@100ms", spot_depth("BTCUSDT", 102, 102, {{"99.9x", "1.000"}}, {})));
  EXPECT_EQ(states(), "Stale:Malformed Syncing:Malformed");
  bool told = false;
  for (const Event& event : h.events) {
    for (const auto& [name, value] : event.fields) told |= name == "error" && value.find("99.9x") != std::string::npos;
  }
  EXPECT_TRUE(told);
  recover(102);
  expect_only_btc_was_hit();
}

TEST_F(Faults, ANegativeQuantityIsMalformed) {
  h.bytes(combined("btcusdt@depth@100ms", spot_depth("BTCUSDT", 102, 102, {{"99.90", "-1.000"}}, {})));
  EXPECT_EQ(states(), "Stale:Malformed Syncing:Malformed");
  expect_only_btc_was_hit();
}

TEST_F(Faults, ACrossedBookIsNeverPublished) {
  depth(102, 102, {{"100.01", "1.000"}});
  EXPECT_EQ(states(), "Stale:Crossed Syncing:Crossed");
  EXPECT_EQ(h.book(btc).update_id(), 101U);
  recover(103);
  expect_only_btc_was_hit();
}

TEST_F(Faults, AQuoteThatCameBeforeItsEventContradictsTheBook) {
  h.bytes(combined("btcusdt@bookTicker", spot_quote("BTCUSDT", 102, "99.99", "7.000", "100.01", "1.500")));
  EXPECT_EQ(states(), "");
  depth(102, 102, {{"99.99", "6.000"}});
  EXPECT_EQ(states(), "Stale:QuoteMismatch Syncing:QuoteMismatch");
  recover(103);
  expect_only_btc_was_hit();
}

TEST_F(Faults, AQuoteThatCameAfterItsEventContradictsTheBook) {
  depth(102, 102, {{"99.99", "6.000"}});
  depth(103, 103, {{"99.99", "5.000"}});
  h.bytes(combined("btcusdt@bookTicker", spot_quote("BTCUSDT", 102, "99.99", "6.000", "100.01", "1.500")));
  EXPECT_EQ(states(), "");
  h.bytes(combined("btcusdt@bookTicker", spot_quote("BTCUSDT", 103, "99.99", "5.000", "100.01", "1.400")));
  EXPECT_EQ(states(), "Stale:QuoteMismatch Syncing:QuoteMismatch");
  recover(104);
  expect_only_btc_was_hit();
}

TEST_F(Faults, ASnapshotThatIsTooOldIsFetchedAgainAfterAPause) {
  depth(110, 111);
  ASSERT_TRUE(h.answer("depth?symbol=BTCUSDT", 200, snapshot(105, bids, asks)));
  EXPECT_FALSE(h.book(btc).live());
  EXPECT_FALSE(h.asked_for("BTCUSDT"));
  h.ticks(300ms);
  ASSERT_TRUE(h.answer("depth?symbol=BTCUSDT", 200, snapshot(105, bids, asks)));
  h.ticks(300ms);
  EXPECT_FALSE(h.asked_for("BTCUSDT"));  // the pause doubles
  h.ticks(300ms);
  recover(111);
  expect_only_btc_was_hit();
}

TEST_F(Faults, AFailedSnapshotIsTriedAgainAndSaidSo) {
  depth(103, 104);
  ASSERT_TRUE(h.answer("depth?symbol=BTCUSDT", 503, "busy"));
  EXPECT_EQ(states(), "Stale:SequenceGap Syncing:SequenceGap Syncing:SnapshotFailed");
  h.ticks(300ms);
  ASSERT_TRUE(h.answer("depth?symbol=BTCUSDT", 200, R"({"lastUpdateId":110,"bids":[["1","1"],["2","1"]],"asks":[]})"));
  EXPECT_FALSE(h.book(btc).live());
  h.ticks(600ms);
  ASSERT_TRUE(h.answer("depth?symbol=BTCUSDT", 0, "timed out"));
  h.ticks(1200ms);
  recover(110);
  EXPECT_EQ(h.venue().book_counters().snapshots_failed, 3U);
  expect_only_btc_was_hit();
}

TEST_F(Faults, ASnapshotIdFarAheadIsNotBelieved) {
  depth(103, 104);
  ASSERT_TRUE(h.answer("depth?symbol=BTCUSDT", 200, snapshot(5'000, bids, asks)));
  for (std::uint64_t id = 105; id < 300; ++id) {
    depth(id, id);
    h.tick();
    EXPECT_FALSE(h.book(btc).live());
  }
  EXPECT_TRUE(states().ends_with("Stale:SnapshotFailed Syncing:SnapshotFailed")) << states();
  recover(299);
  expect_only_btc_was_hit();
}

TEST_F(Faults, ALateSnapshotIsBridgedByTheEventsHeldMeanwhile) {
  depth(103, 104);
  for (std::uint64_t id = 105; id < 405; ++id) {
    depth(id, id);
    h.tick();
  }
  ASSERT_TRUE(h.answer("depth?symbol=BTCUSDT", 200, snapshot(400, bids, asks)));
  EXPECT_TRUE(h.book(btc).live());
  EXPECT_EQ(h.book(btc).update_id(), 404U);
  expect_only_btc_was_hit();
}

TEST_F(Faults, ADisconnectedBookIsStaleAtOnceAndComesBackWithTheConnection) {
  h.close();
  EXPECT_EQ(states(), "Stale:Disconnected");
  EXPECT_EQ(states(eth), "Stale:Disconnected");
  EXPECT_FALSE(h.asked_for("depth"));
  h.open(ConnectionId{2});
  EXPECT_EQ(states(), "Stale:Disconnected Syncing:Subscribed");
  recover(200, ConnectionId{2});
  ASSERT_TRUE(h.answer("depth?symbol=ETHUSDT", 200, snapshot(100, bids, asks)));
}

TEST_F(Faults, OneConnectionReplacesAnotherWithoutLossOrRepetition) {
  h.bytes(combined("btcusdt@trade", spot_trade("BTCUSDT", 10, "100.00", "1.000")));
  h.open(ConnectionId{2});
  EXPECT_EQ(h.readies, (std::vector<ConnectionId>{first_connection, ConnectionId{2}}));
  depth(102, 103, {{"99.99", "5.000"}});
  depth(102, 103, {{"99.99", "5.000"}}, {}, ConnectionId{2});
  depth(106, 107, {{"99.96", "1.000"}}, {}, ConnectionId{2});  // the new one is ahead
  EXPECT_EQ(h.book(btc).update_id(), 103U);
  depth(104, 105);
  EXPECT_EQ(h.book(btc).update_id(), 107U);
  for (const ConnectionId each : {first_connection, ConnectionId{2}}) {
    h.bytes(combined("btcusdt@trade", spot_trade("BTCUSDT", 11, "100.00", "1.000")), each);
    h.bytes(combined("btcusdt@trade", spot_trade("BTCUSDT", 12, "100.00", "1.000")), each);
    h.bytes(combined("btcusdt@bookTicker", spot_quote("BTCUSDT", 108, "99.99", "5.000", "100.01", "1.500")), each);
  }
  h.close(first_connection);
  depth(108, 109, {}, {}, ConnectionId{2});
  EXPECT_EQ(states(), "");
  EXPECT_EQ(states(eth), "");
  EXPECT_EQ(h.book(btc).update_id(), 109U);
  EXPECT_TRUE(h.book(eth).live());
  EXPECT_EQ(h.trades.size(), 3U);
  EXPECT_EQ(h.quotes.size(), 1U);
  EXPECT_EQ(h.gaps.size(), 0U);
  depth(112, 113, {}, {}, ConnectionId{2});
  EXPECT_EQ(states(), "Stale:SequenceGap Syncing:SequenceGap");
  expect_only_btc_was_hit();
}

TEST_F(Faults, MissedTradesAreCountedAndTold) {
  h.bytes(combined("btcusdt@trade", spot_trade("BTCUSDT", 10, "100.00", "1.000")));
  h.bytes(combined("btcusdt@trade", spot_trade("BTCUSDT", 14, "100.00", "1.000")));
  ASSERT_EQ(h.gaps.size(), 1U);
  EXPECT_EQ(h.gaps[0].missed, 3U);
  EXPECT_EQ(h.gaps[0].scope, wire::GapScope::Venue);
  EXPECT_EQ(h.trades.size(), 2U);
}

TEST_F(Faults, ASeriesThatBeganAgainAfterAReconnectIsNotTakenForRepetition) {
  h.bytes(combined("btcusdt@trade", spot_trade("BTCUSDT", 5'000, "100.00", "1.000")));
  h.bytes(combined("btcusdt@bookTicker", spot_quote("BTCUSDT", 5'000, "99.99", "1", "100.01", "1")));
  h.close();
  h.open(ConnectionId{2});
  h.bytes(combined("btcusdt@trade", spot_trade("BTCUSDT", 7, "100.00", "1.000")), ConnectionId{2});
  h.bytes(combined("btcusdt@bookTicker", spot_quote("BTCUSDT", 7, "99.99", "1", "100.01", "1")), ConnectionId{2});
  EXPECT_EQ(h.trades.size(), 2U);
  EXPECT_EQ(h.quotes.size(), 2U);
}

TEST_F(Faults, AQuietSymbolIsLiveOnItsSnapshotAlone) {
  h.close();
  h.open(ConnectionId{2});
  ASSERT_TRUE(h.answer("depth?symbol=BTCUSDT", 200, snapshot(500, bids, asks)));
  EXPECT_FALSE(h.book(btc).live());
  h.ticks(2500ms);
  EXPECT_TRUE(h.book(btc).live());
  depth(501, 502, {}, {}, ConnectionId{2});
  EXPECT_EQ(h.book(btc).update_id(), 502U);
}

TEST_F(Faults, ASilentStreamIsNotTakenForAQuietSymbol) {
  h.close();
  h.open(ConnectionId{2});
  const auto quote = [&](std::uint64_t id) {
    h.bytes(combined("btcusdt@bookTicker", spot_quote("BTCUSDT", id, "99.99", "1", "100.01", "1")), ConnectionId{2});
  };
  quote(501);
  ASSERT_TRUE(h.answer("depth?symbol=BTCUSDT", 200, snapshot(500, bids, asks)));
  h.statuses.clear();
  h.ticks(9s);
  EXPECT_FALSE(h.book(btc).live()) << "a quote told of a change that the stream did not";
  EXPECT_EQ(states(), "");
  h.ticks(2s);
  EXPECT_EQ(states(), "Stale:SnapshotFailed Syncing:SnapshotFailed");
  // Quiet this time; but then there is a quote and no event.
  h.ticks(10s);
  ASSERT_TRUE(h.answer("depth?symbol=BTCUSDT", 200, snapshot(510, bids, asks)));
  h.ticks(2500ms);
  EXPECT_TRUE(h.book(btc).live());
  h.statuses.clear();
  quote(511);
  h.ticks(1s);
  quote(512);
  h.ticks(900ms);
  EXPECT_TRUE(h.book(btc).live());
  h.ticks(200ms);
  EXPECT_EQ(states(), "Stale:Silent Syncing:Silent");
}

TEST_F(Faults, AResendTellsTheBookAgainWithoutAskingTheVenue) {
  depth(102, 103, {{"99.99", "5.000"}});
  h.book(btc).lost();
  EXPECT_FALSE(h.book(btc).live());
  h.mappings.clear();
  ASSERT_TRUE(h.command(Action::Resend, btc, {}).has_value());
  EXPECT_EQ(h.mappings.count(btc), 1U);
  EXPECT_TRUE(h.book(btc).live());
  EXPECT_EQ(h.book(btc).update_id(), 103U);
  depth(104, 104);
  EXPECT_TRUE(h.book(btc).live());
  EXPECT_TRUE(h.requests.empty());
  EXPECT_EQ(h.live_disagreements, 0U);
}

TEST_F(Faults, ASymbolThatStopsTradingIsSaidSoAndComesBack) {
  h.requests.clear();
  h.tick(1h);
  ASSERT_TRUE(h.asked_for("exchangeInfo"));
  h.requests.erase(
      std::remove_if(h.requests.begin(), h.requests.end(),
                     [](const Request& each) { return each.url.find("exchangeInfo") == std::string::npos; }),
      h.requests.end());
  h.statuses.clear();
  h.reply_info(
      exchange_info(Segment::Spot, {{"BTCUSDT", "BTC", "USDT", "0.01", "0.001", "HALT"}, {"ETHUSDT", "ETH", "USDT"}}));
  EXPECT_EQ(states(), "Stale:NotTrading");
  EXPECT_EQ(h.mappings[btc].status, wire::TradingStatus::Halted);
  EXPECT_NE(h.sent.back().text.find("UNSUBSCRIBE"), std::string::npos);
  h.tick(1h);
  h.reply_info(spot_info());
  EXPECT_EQ(h.mappings[btc].status, wire::TradingStatus::Trading);
  recover(900);
}

}  // namespace
}  // namespace trunkline::venue::binance::test
