// Books of a source described in configuration: every sequence rule, and what breaks them.
#include <gtest/gtest.h>

#include "support/captures.hpp"
#include "venue/generic/harness.hpp"

namespace trunkline::venue::generic::test {
namespace {

using wire::BookReason;
using wire::BookState;

const std::string btc = "bybit:BTC-USDT";
const std::string none = "[]";

Mapping with_rule(SequenceRule rule) {
  Mapping mapping = bybit();
  mapping.sequence = rule;
  mapping.messages[0].path(Field::PreviousId) = *Path::parse("data.seq");
  return mapping;
}
std::string change(std::uint64_t previous, std::uint64_t id, const std::string& bids, const std::string& asks) {
  return R"({"topic":"orderbook.50.BTCUSDT","type":"delta","ts":1700000000000,"data":{"s":"BTCUSDT","b":)" + bids +
         R"(,"a":)" + asks + R"(,"u":)" + std::to_string(id) + R"(,"seq":)" + std::to_string(previous) + "}}";
}

class Books : public ::testing::Test {
 protected:
  void start(SequenceRule rule) {
    harness.emplace(with_rule(rule));
    ASSERT_TRUE(harness->subscribe(btc, {Channel::Depth}));
    harness->open();
    EXPECT_EQ(book().state(), BookState::Syncing);
    harness->bytes(book_text("snapshot", "BTCUSDT", 100, some_bids, some_asks));
    EXPECT_TRUE(book().live());
    harness->sent.clear();
  }
  book::Book& book() { return harness->book(btc); }
  bool resubscribed() const {
    return harness->sent.size() == 2 && harness->sent[0].text.find("unsubscribe") != std::string::npos &&
           harness->sent[1].text.find("\"subscribe\"") != std::string::npos;
  }
  void expect_best(const char* bid, const char* ask) {
    EXPECT_EQ(book().ladder().best_bid().price, *Price::parse(bid));
    EXPECT_EQ(book().ladder().best_ask().price, *Price::parse(ask));
    EXPECT_EQ(harness->disagreements, 0U);
  }

  std::optional<Harness> harness;
};

TEST_F(Books, ChangesFollowByOne) {
  start(SequenceRule::PlusOne);
  EXPECT_EQ(book().integrity(), wire::Integrity::Sequenced);
  harness->bytes(change(0, 101, R"([["10.5","3"]])", none));
  harness->bytes(change(0, 102, R"([["10.5","0"]])", R"([["11","0"]])"));
  EXPECT_TRUE(book().live());
  EXPECT_EQ(book().update_id(), 102U);
  expect_best("10", "12");
}

TEST_F(Books, AGapMakesThatBookStaleAndAsksForItsSnapshotAgain) {
  start(SequenceRule::PlusOne);
  ASSERT_TRUE(harness->subscribe("bybit:ETH-USDT", {Channel::Depth}));
  harness->bytes(book_text("snapshot", "ETHUSDT", 5, some_bids, some_asks));
  harness->sent.clear();
  harness->bytes(change(0, 103, R"([["10.5","3"]])", none));
  EXPECT_FALSE(book().live());
  EXPECT_EQ(book().reason(), BookReason::SequenceGap);
  EXPECT_TRUE(resubscribed());
  EXPECT_TRUE(harness->book("bybit:ETH-USDT").live());
  // Until then changes are not put on anything.
  harness->bytes(change(0, 104, R"([["10.6","3"]])", none));
  EXPECT_FALSE(book().live());
  harness->bytes(book_text("snapshot", "BTCUSDT", 200, some_bids, some_asks));
  harness->bytes(change(0, 201, R"([["10.2","3"]])", none));
  EXPECT_TRUE(book().live());
  EXPECT_EQ(book().gaps(), 1U);
  EXPECT_EQ(book().resyncs(), 1U);
  expect_best("10.2", "11");
}

TEST_F(Books, WhatCameBeforeIsDropped) {
  start(SequenceRule::PlusOne);
  harness->bytes(change(0, 101, R"([["10.5","3"]])", none));
  harness->bytes(change(0, 101, R"([["10.7","3"]])", none));
  harness->bytes(change(0, 99, R"([["10.8","3"]])", none));
  EXPECT_TRUE(book().live());
  EXPECT_EQ(harness->venue().counters().duplicates, 2U);
  expect_best("10.5", "11");
}

TEST_F(Books, ASnapshotAtAnyTimeStartsTheBookAgain) {
  start(SequenceRule::PlusOne);
  harness->bytes(book_text("snapshot", "BTCUSDT", 1, R"([["7","1"]])", R"([["8","1"]])"));
  EXPECT_TRUE(book().live());
  harness->bytes(change(0, 2, R"([["7.5","1"]])", none));
  EXPECT_TRUE(book().live());
  expect_best("7.5", "8");
}

TEST_F(Books, ChangesNameTheOneBefore) {
  start(SequenceRule::PreviousId);
  harness->bytes(change(100, 107, R"([["10.5","3"]])", none));
  harness->bytes(change(107, 107, none, none));
  EXPECT_TRUE(book().live());
  EXPECT_EQ(book().update_id(), 107U);
  expect_best("10.5", "11");
  harness->bytes(change(109, 110, R"([["10.6","3"]])", none));
  EXPECT_EQ(book().reason(), BookReason::SequenceGap);
  EXPECT_TRUE(resubscribed());
}

TEST_F(Books, WithoutARuleTheBookSaysThatItIsUnverified) {
  start(SequenceRule::None);
  EXPECT_EQ(book().integrity(), wire::Integrity::Unverified);
  harness->bytes(change(0, 900, R"([["10.5","3"]])", none));
  harness->bytes(change(0, 3, none, R"([["11","0"]])"));
  EXPECT_TRUE(book().live());
  expect_best("10.5", "12");
}

TEST(SnapshotBooks, WholeBooksAloneSaySo) {
  Mapping mapping = bybit();
  mapping.sequence = SequenceRule::None;
  mapping.messages[0].kind = MessageKind::BookSnapshot;
  mapping.messages[0].snapshot_when.clear();
  Harness harness(mapping);
  ASSERT_TRUE(harness.subscribe(btc, {Channel::Depth}));
  harness.open();
  harness.bytes(book_text("any", "BTCUSDT", 1, some_bids, some_asks));
  harness.bytes(book_text("any", "BTCUSDT", 2, R"([["10.1","1"]])", R"([["10.2","1"]])"));
  EXPECT_TRUE(harness.book(btc).live());
  EXPECT_EQ(harness.book(btc).integrity(), wire::Integrity::SnapshotOnly);
  EXPECT_EQ(harness.book(btc).ladder().best_bid().price, *Price::parse("10.1"));
  EXPECT_EQ(harness.book(btc).ladder().size(book::Side::Bid), 1U);
  EXPECT_EQ(harness.disagreements, 0U);
}

TEST_F(Books, CrossedOrUnreadableChangesMakeItStale) {
  start(SequenceRule::PlusOne);
  harness->bytes(change(0, 101, R"([["11.5","3"]])", none));
  EXPECT_EQ(book().reason(), BookReason::Crossed);
  EXPECT_TRUE(resubscribed());
  harness->bytes(book_text("snapshot", "BTCUSDT", 200, some_bids, some_asks));
  EXPECT_TRUE(book().live());
  harness->bytes(change(0, 201, R"([["10.123456789","3"]])", none));
  EXPECT_EQ(book().reason(), BookReason::Malformed);
  harness->bytes(book_text("snapshot", "BTCUSDT", 300, some_bids, some_asks));
  EXPECT_TRUE(book().live());
  // Cut off before anything tells its kind or its symbol's end.
  harness->bytes(R"({"topic":"orderbook.50.BTCUSDT","type":"delta","ts":17000000)");
  EXPECT_EQ(book().reason(), BookReason::Malformed);
}

TEST_F(Books, ASnapshotThatDoesNotComeIsAskedForAgain) {
  start(SequenceRule::PlusOne);
  harness->bytes(change(0, 150, none, none));
  EXPECT_TRUE(resubscribed());
  harness->sent.clear();
  harness->bytes(change(0, 151, none, none));
  for (int i = 0; i < 99; ++i) harness->tick();
  EXPECT_TRUE(harness->sent.empty());
  harness->tick();
  EXPECT_TRUE(resubscribed());
}

TEST_F(Books, WithoutAWayToUnsubscribeTheConnectionIsMadeAnew) {
  Mapping mapping = bybit();
  mapping.unsubscribe.clear();
  harness.emplace(mapping);
  ASSERT_TRUE(harness->subscribe(btc, {Channel::Depth}));
  harness->open();
  harness->bytes(book_text("snapshot", "BTCUSDT", 100, some_bids, some_asks));
  harness->bytes(change(0, 150, none, none));
  ASSERT_EQ(harness->reconnects.size(), 1U);
  EXPECT_EQ(harness->reconnects[0].text, "orderbook.50.BTCUSDT needs a new snapshot");
  harness->close();
  harness->open(second_connection);
  harness->bytes(book_text("snapshot", "BTCUSDT", 200, some_bids, some_asks), second_connection);
  EXPECT_TRUE(book().live());
}

TEST_F(Books, AReconnectStartsOver) {
  start(SequenceRule::PlusOne);
  harness->close();
  EXPECT_EQ(book().reason(), BookReason::Disconnected);
  EXPECT_FALSE(book().live());
  harness->open(second_connection);
  EXPECT_EQ(book().state(), BookState::Syncing);
  harness->bytes(book_text("snapshot", "BTCUSDT", 1, some_bids, some_asks), second_connection);
  EXPECT_TRUE(book().live());
}

TEST_F(Books, WhileConnectionsOverlapTheBookFollowsTheNewerOneAndStaysLive) {
  start(SequenceRule::PlusOne);
  const auto faults = harness->statuses.size();
  harness->open(second_connection);
  harness->bytes(change(0, 101, R"([["10.1","1"]])", none));
  harness->bytes(book_text("snapshot", "BTCUSDT", 101, R"([["10.1","1"]])", some_asks), second_connection);
  harness->bytes(change(0, 102, R"([["10.2","1"]])", none));  // of the old one: not needed any more
  harness->bytes(change(0, 102, R"([["10.2","1"]])", none), second_connection);
  harness->close();
  harness->bytes(change(0, 103, R"([["10.3","1"]])", none), second_connection);
  EXPECT_TRUE(book().live());
  EXPECT_EQ(harness->statuses.size(), faults);
  expect_best("10.3", "11");
}

TEST_F(Books, ResendSaysTheWholeBookOnceMore) {
  start(SequenceRule::PlusOne);
  harness->bytes(change(0, 101, R"([["10.1","1"]])", none));
  book().lost();
  EXPECT_FALSE(book().live());
  ASSERT_TRUE(harness->command(Action::Resend, btc, {}));
  EXPECT_TRUE(book().live());
  expect_best("10.1", "11");
}

TEST(BybitRecordings, Version5GoesThroughTheVenueWithoutAGap) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  Harness harness(bybit());
  ASSERT_TRUE(harness.subscribe("bybit:XRP-USDT", {Channel::Depth}));
  harness.open();
  const std::string name = "bybit/bybit-v5-orderbook500-xrpusdt-1.jsonl.gz";
  trunkline::test::Capture capture(trunkline::test::shared_folder() / "data" / name);
  trunkline::test::CaptureLine line;
  while (capture.next(line)) harness.bytes(line.message);
  book::Book& book = harness.book("bybit:XRP-USDT");
  EXPECT_TRUE(book.live());
  EXPECT_EQ(book.gaps(), 0U);
  EXPECT_EQ(book.update_id(), 20'254'902U);
  EXPECT_EQ(harness.disagreements, 0U);
  EXPECT_EQ(harness.venue().counters().malformed + harness.venue().counters().unknown_events, 0U);
  EXPECT_EQ(book.ladder().best_bid(), (wire::Level{*Price::parse("1.9535"), *Quantity::parse("9324")}));
  EXPECT_EQ(book.ladder().best_ask(), (wire::Level{*Price::parse("1.9536"), *Quantity::parse("3654")}));
  EXPECT_EQ(book.ladder().size(book::Side::Bid), 500U);
}

}  // namespace
}  // namespace trunkline::venue::generic::test
