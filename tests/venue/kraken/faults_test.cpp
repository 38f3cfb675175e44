// Whatever goes wrong, a book is right or it says that it is not, and it becomes right again by itself, alone.
#include <gtest/gtest.h>

#include "venue/kraken/harness.hpp"

namespace trunkline::venue::kraken::test {
namespace {

const std::string symbol = "BTC/USD";
const std::string text = "kraken:BTC-USD";
const std::string other_text = "kraken:ETH-USD";

LevelTexts ladder(int best, int step, int count) {
  LevelTexts levels;
  for (int i = 0; i < count; ++i) {
    levels.push_back({std::to_string(best + i * step) + ".00", "1." + std::to_string(i % 10) + "0000000"});
  }
  return levels;
}

class KrakenFaults : public ::testing::Test {
 protected:
  explicit KrakenFaults(std::uint32_t depth = 10)
      : harness({.subscriptions = {{*SymbolDescriptor::parse(text), default_channels},
                                   {*SymbolDescriptor::parse(other_text), default_channels}},
                 .depth = depth}) {
    harness.listed = {{symbol}, {"ETH/USD"}, {"DOGE/USD"}};
    (void)harness.true_book(symbol).update(ladder(100, -1, 10), ladder(101, 1, 10));
    (void)harness.true_book("ETH/USD").update({{"10.00", "1"}}, {{"11.00", "1"}});
  }
  void start() {
    harness.start();
    harness.open();
    ASSERT_TRUE(harness.book(text).live());
    ASSERT_TRUE(harness.book(other_text).live());
  }
  void update(const LevelTexts& bids, const LevelTexts& asks, int checksum_error = 0) {
    harness.bytes(harness.true_book(symbol).update(bids, asks, checksum_error));
  }
  // Nothing but the one symbol was touched.
  void expect_other_untouched() {
    EXPECT_TRUE(harness.book(other_text).live());
    EXPECT_EQ(harness.feed(other_text).publisher().gaps(), 0U);
  }

  Harness harness;
};

class KrakenFaultsOfADeepBook : public KrakenFaults {
 protected:
  KrakenFaultsOfADeepBook() : KrakenFaults(100) {}
};

TEST_F(KrakenFaults, ABookIsLiveFromItsSnapshotAndFollowsItsUpdates) {
  start();
  harness.expect_true(symbol, text);
  update({{"100.00", "2.5"}}, {});
  update({}, {{"101.00", "0"}, {"101.50", "3"}});
  harness.expect_true(symbol, text);
  EXPECT_EQ(harness.book(text).integrity(), wire::Integrity::Checksummed);
  EXPECT_EQ(harness.book(text).update_id(), 3U);
  EXPECT_EQ(harness.reader_losses, 0U);
}

TEST_F(KrakenFaults, AWrongChecksumMakesThatBookStaleAndItSubscribesAgainAlone) {
  start();
  const std::size_t subscribed = harness.times_sent(R"("subscribe")");
  harness.hold_snapshots = true;
  update({{"100.00", "7"}}, {}, 1);
  EXPECT_FALSE(harness.book(text).live());
  EXPECT_EQ(harness.feed(text).publisher().reason(), wire::BookReason::ChecksumMismatch);
  EXPECT_EQ(harness.feed(text).publisher().gaps(), 1U);
  ASSERT_GE(harness.statuses.size(), 2U);
  EXPECT_EQ(harness.statuses[harness.statuses.size() - 2].state, wire::BookState::Stale);
  EXPECT_EQ(harness.event_counts["book_stale"], 1);
  // Only this symbol's book.
  EXPECT_EQ(harness.times_sent(R"("subscribe")"), subscribed + 1);
  EXPECT_EQ(harness.sent.back().text.find("ETH/USD"), std::string::npos);
  EXPECT_NE(harness.sent.back().text.find(R"("channel":"book","symbol":["BTC/USD"])"), std::string::npos);
  EXPECT_NE(harness.sent[harness.sent.size() - 2].text.find(R"("unsubscribe")"), std::string::npos);
  expect_other_untouched();

  // What still comes of the old stream means nothing until the snapshot.
  const auto deltas = harness.frames[wire::MessageType::L2Delta];
  update({{"99.00", "8"}}, {});
  EXPECT_EQ(harness.frames[wire::MessageType::L2Delta], deltas);
  harness.bytes(harness.true_book(symbol).snapshot());
  harness.expect_true(symbol, text);
  EXPECT_EQ(harness.feed(text).publisher().resyncs(), 1U);
  EXPECT_EQ(harness.reader_losses, 0U);
}

TEST_F(KrakenFaults, ALostUpdateIsNoticedAtTheNextOneAndHeals) {
  start();
  (void)harness.true_book(symbol).update({{"100.00", "0"}}, {});  // never arrives
  update({}, {{"103.00", "4"}});
  EXPECT_EQ(harness.feed(text).mismatches(), 1U);
  harness.expect_true(symbol, text);
  expect_other_untouched();
}

TEST_F(KrakenFaults, TwoUpdatesInTheWrongOrderAreNoticedByTheNextChecksumThatDiffers) {
  start();
  const std::string first = harness.true_book(symbol).update({{"100.00", "5"}}, {});
  const std::string second = harness.true_book(symbol).update({{"99.00", "6"}}, {});
  harness.bytes(second);
  EXPECT_EQ(harness.feed(text).mismatches(), 1U);
  harness.expect_true(symbol, text);
  // Of one level: the late one's own checksum is right, so it is the next message that tells.
  const std::string third = harness.true_book(symbol).update({{"100.00", "7"}}, {});
  const std::string fourth = harness.true_book(symbol).update({{"100.00", "8"}}, {});
  harness.bytes(fourth);
  harness.bytes(third);
  EXPECT_EQ(harness.feed(text).mismatches(), 1U);
  update({{"98.00", "1"}}, {});
  EXPECT_EQ(harness.feed(text).mismatches(), 2U);
  harness.ticks(2s);
  harness.expect_true(symbol, text);
}

TEST_F(KrakenFaults, AnUpdateThatComesTwiceDoesNoHarm) {
  start();
  const std::string message = harness.true_book(symbol).update({{"100.00", "5"}}, {});
  harness.bytes(message);
  harness.bytes(message);
  EXPECT_EQ(harness.feed(text).mismatches(), 0U);
  harness.expect_true(symbol, text);
}

TEST_F(KrakenFaults, ASnapshotIsCheckedBeforeAnythingIsPublished) {
  harness.snapshot_errors = 1;
  harness.start();
  harness.open();
  // One snapshot was wrong; the next, asked for at once, is right.
  EXPECT_EQ(harness.frames[wire::MessageType::L2Snapshot], 2U);
  EXPECT_EQ(harness.feed(text).mismatches() + harness.feed(other_text).mismatches(), 1U);
  harness.expect_true(symbol, text);
}

TEST_F(KrakenFaults, ChecksumsThatStayWrongAreAskedForMoreAndMoreSeldom) {
  start();
  harness.snapshot_errors = 1'000;
  update({{"100.00", "7"}}, {}, 1);
  const std::size_t before = harness.times_sent(R"("unsubscribe")");
  harness.ticks(60s);
  const std::size_t in_a_minute = harness.times_sent(R"("unsubscribe")") - before;
  EXPECT_GE(in_a_minute, 3U);
  EXPECT_LE(in_a_minute, 8U);
  EXPECT_FALSE(harness.book(text).live());
  expect_other_untouched();
  harness.snapshot_errors = 0;
  harness.ticks(90s);
  harness.expect_true(symbol, text);
}

TEST_F(KrakenFaults, ASnapshotThatNeverComesIsAskedForAgain) {
  harness.hold_snapshots = true;
  harness.start();
  harness.open();
  EXPECT_EQ(harness.book(text).state(), wire::BookState::Syncing);
  harness.hold_snapshots = false;
  harness.ticks(32s);
  harness.expect_true(symbol, text);
  EXPECT_TRUE(harness.reconnects.empty());
}

TEST_F(KrakenFaults, WhatFallsOutOfTheDepthIsRemovedFromReadersBooks) {
  start();
  update({{"100.50", "1"}}, {{"100.60", "1"}});
  harness.expect_true(symbol, text);
  EXPECT_EQ(harness.book(text).ladder().size(book::Side::Bid), 10U);
  EXPECT_EQ(harness.book(text).ladder().size(book::Side::Ask), 10U);
  // Several at once, and a level that is cut by the message that brings it.
  update({{"100.51", "1"}, {"100.52", "1"}, {"50.00", "1"}}, {{"100.59", "1"}, {"500.00", "2"}});
  harness.expect_true(symbol, text);
  // Room is made, and the venue tells the level again that fell out.
  update({{"100.52", "0"}, {"93.00", "1.7"}}, {});
  harness.expect_true(symbol, text);
  EXPECT_EQ(harness.feed(text).mismatches(), 0U);
}

TEST_F(KrakenFaultsOfADeepBook, ALevelBeyondTheTopTenIsCutToo) {
  (void)harness.true_book(symbol).update(ladder(90, -1, 60), ladder(111, 1, 90));
  start();
  for (int i = 0; i < 30; ++i) {
    update({{"100." + std::to_string(10 + i), "1"}}, {{"100." + std::to_string(99 - i), "2"}});
  }
  harness.expect_true(symbol, text);
  EXPECT_EQ(harness.book(text).ladder().size(book::Side::Ask), 100U);
  EXPECT_EQ(harness.feed(text).mismatches(), 0U);
}

TEST_F(KrakenFaults, APriceTwiceInOneMessageTakesTheLast) {
  start();
  update({{"100.00", "0"}, {"100.00", "4"}, {"100.00", "5"}}, {{"101.00", "1"}, {"101.00", "0"}});
  harness.expect_true(symbol, text);
  EXPECT_EQ(harness.feed(text).mismatches(), 0U);
}

TEST_F(KrakenFaults, ASideMayBecomeEmptyAndFillAgain) {
  start();
  LevelTexts gone;
  for (int i = 0; i < 10; ++i) gone.push_back({std::to_string(101 + i) + ".00", "0"});
  update({}, gone);
  harness.expect_true(symbol, text);
  update({}, {{"105.00", "1"}});
  harness.expect_true(symbol, text);
}

TEST_F(KrakenFaults, AnEmptyBookIsABook) {
  (void)harness.true_book("DOGE/USD");
  start();
  ASSERT_TRUE(harness.command(Action::Subscribe, "kraken:DOGE-USD", {Channel::Depth}));
  EXPECT_TRUE(harness.book("kraken:DOGE-USD").live());
  // The digits are then those of the reference data.
  harness.bytes(harness.true_book("DOGE/USD").update({{"0.10", "5.00000000"}}, {}));
  harness.expect_true("DOGE/USD", "kraken:DOGE-USD");
}

TEST_F(KrakenFaults, ACrossedBookIsNeverLive) {
  start();
  harness.snapshot_errors = 0;
  harness.hold_snapshots = true;
  update({{"105.00", "1"}}, {});  // and the checksum is right
  EXPECT_EQ(harness.feed(text).publisher().reason(), wire::BookReason::Crossed);
  EXPECT_FALSE(harness.book(text).live());
  EXPECT_EQ(harness.reader_losses, 0U);
}

TEST_F(KrakenFaults, AMalformedUpdateSpoilsItsBookAlone) {
  start();
  harness.bytes(R"({"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[{"price":"x","qty":1}],)"
                R"("asks":[],"checksum":1,"timestamp":"2023-11-14T22:13:20.000001Z"}]})");
  EXPECT_EQ(harness.venue().counters().malformed, 1U);
  EXPECT_EQ(harness.event_counts["connector_depth_parse_error"], 1);
  EXPECT_EQ(harness.feed(text).publisher().gaps(), 1U);
  harness.expect_true(symbol, text);  // again
  expect_other_untouched();
}

TEST_F(KrakenFaults, WhatCannotBeReadIsCountedAndLosesNothingElse) {
  start();
  for (const char* const bad : {"", "x", "{", "[1,2]", "{}", R"({"channel":7})", R"({"channel":"book"})",
                                R"({"channel":"trade","type":"update","data":[{"symbol":"BTC/USD"}]})",
                                R"({"channel":"ticker","type":"update","data":{}})",
                                R"({"channel":"book","type":"update","data":[{"symbol":"NO/NO","bids":[],"asks":[],)"
                                R"("checksum":0,"timestamp":"2023-11-14T22:13:20.000001Z"}]})",
                                R"({"method":"subscribe"})", R"({"error":"what?","success":false})"}) {
    harness.bytes(bad);
  }
  EXPECT_TRUE(harness.book(text).live());
  expect_other_untouched();
  EXPECT_EQ(harness.venue().counters().unknown_symbols, 1U);
  EXPECT_GE(harness.venue().counters().malformed, 6U);
  EXPECT_EQ(harness.event_counts["venue_error"], 1);
  update({{"100.00", "9"}}, {});
  harness.expect_true(symbol, text);
}

TEST_F(KrakenFaults, ADisconnectMakesEveryBookStaleUntilTheNextSnapshot) {
  start();
  harness.close();
  EXPECT_FALSE(harness.book(text).live());
  EXPECT_EQ(harness.book(text).reason(), wire::BookReason::Disconnected);
  EXPECT_FALSE(harness.book(other_text).live());
  (void)harness.true_book(symbol).update({{"99.00", "0"}}, {});
  harness.open(second_connection);
  harness.expect_true(symbol, text);
  EXPECT_EQ(harness.feed(text).publisher().resyncs(), 1U);
}

TEST_F(KrakenFaults, ABookGoesOverToANewConnectionWithoutALossOrABreak) {
  start();
  update({{"100.00", "2"}}, {});
  harness.hold_snapshots = true;
  harness.open(second_connection);
  // Not ready before it brings the books.
  EXPECT_EQ(harness.readies.size(), 1U);
  update({{"99.00", "2"}}, {});  // on the first one
  harness.expect_true(symbol, text);
  (void)harness.true_book(symbol).update({{"98.00", "0"}, {"100.20", "7"}}, {{"102.00", "9"}});
  harness.bytes(harness.true_book(symbol).snapshot(), second_connection);
  harness.expect_true(symbol, text);
  // From here on the old one's updates are not taken.
  harness.bytes(R"({"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[{"price":1.00,"qty":1}],)"
                R"("asks":[],"checksum":1,"timestamp":"2023-11-14T22:13:20.000001Z"}]})");
  harness.bytes(harness.true_book(symbol).update({{"97.00", "3"}}, {}), second_connection);
  harness.expect_true(symbol, text);
  harness.bytes(harness.true_book("ETH/USD").snapshot(), second_connection);
  ASSERT_EQ(harness.readies.size(), 2U);
  EXPECT_EQ(harness.readies.back(), second_connection);
  harness.close(first_connection);
  harness.expect_true(symbol, text);
  harness.expect_true("ETH/USD", other_text);
  EXPECT_EQ(harness.feed(text).publisher().gaps(), 0U);
  EXPECT_EQ(harness.feed(text).publisher().resyncs(), 0U);
  EXPECT_EQ(harness.event_counts["book_stale"], 0);
  EXPECT_EQ(harness.reader_losses, 0U);
}

TEST_F(KrakenFaults, IfTheNewConnectionDiesTheOldOneBringsASnapshotAgain) {
  start();
  harness.open(second_connection);
  harness.close(second_connection);
  harness.expect_true(symbol, text);
  harness.bytes(harness.true_book(symbol).update({{"97.00", "3"}}, {}), first_connection);
  harness.expect_true(symbol, text);
}

TEST_F(KrakenFaults, AResendTellsTheWholeBookOnceMore) {
  start();
  update({{"100.00", "2"}}, {});
  const auto snapshots = harness.frames[wire::MessageType::L2Snapshot];
  ASSERT_TRUE(harness.command(Action::Resend, text, {}));
  EXPECT_EQ(harness.frames[wire::MessageType::L2Snapshot], snapshots + 1);
  harness.expect_true(symbol, text);
  update({{"100.00", "3"}}, {});
  harness.expect_true(symbol, text);
}

}  // namespace
}  // namespace trunkline::venue::kraken::test
