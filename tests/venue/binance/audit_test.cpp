// A wrong level that no sequence rule can see is found by comparing the book with a fresh snapshot.
#include <gtest/gtest.h>

#include "venue/binance/harness.hpp"

namespace trunkline::venue::binance::test {
namespace {

using wire::BookReason;
using wire::BookState;

constexpr const char* btc = "binance:BTC-USDT";
const LevelTexts bids{{"99.99", "1.000"}, {"99.98", "2.000"}};
const LevelTexts asks{{"100.01", "1.500"}, {"100.02", "2.500"}};

class Audits : public ::testing::Test {
 protected:
  explicit Audits(std::uint32_t depth_limit = 0) : h(config(depth_limit)) {
    h.start(exchange_info(Segment::Spot, {{"BTCUSDT", "BTC", "USDT"}}));
    h.open();
    EXPECT_TRUE(h.answer("depth", 200, snapshot(100, bids, asks)));
    depth(101, 101);
    EXPECT_TRUE(h.book(btc).live());
    h.statuses.clear();
  }
  static BinanceConfig config(std::uint32_t depth_limit) {
    BinanceConfig config;
    config.subscriptions = {{*SymbolDescriptor::parse(btc), {Channel::Depth}}};
    config.audit_interval = 60s;
    config.depth_limit = depth_limit;
    return config;
  }
  void depth(std::uint64_t first, std::uint64_t last, const LevelTexts& b = {}, const LevelTexts& a = {}) {
    h.bytes(combined("btcusdt@depth@100ms", spot_depth("BTCUSDT", first, last, b, a)));
  }
  const BinanceVenue::BookCounters& book_counters() { return h.venue().book_counters(); }

  Harness h;
};

TEST_F(Audits, ComeInTurnAtLowPriorityAndChangeNothingWhereAllIsWell) {
  h.ticks(59s, 1s);
  EXPECT_TRUE(h.requests.empty());
  h.ticks(3s, 1s);
  ASSERT_EQ(h.requests.size(), 1U);
  EXPECT_EQ(h.requests[0].priority, Priority::Low);
  EXPECT_EQ(h.requests[0].weight, 50U);
  depth(102, 105, {{"99.99", "3.000"}});
  depth(106, 107, {{"99.97", "1.000"}});
  // The snapshot was taken between both.
  ASSERT_TRUE(h.answer("depth", 200, snapshot(105, {{"99.99", "3.000"}, {"99.98", "2.000"}}, asks)));
  h.tick();
  EXPECT_EQ(book_counters().audits, 1U);
  EXPECT_EQ(book_counters().audits_failed, 0U);
  EXPECT_TRUE(h.statuses.empty());
  EXPECT_EQ(h.frames[wire::MessageType::L2Snapshot], 1U);
}

TEST_F(Audits, FindALevelThatIsWrong) {
  depth(102, 102, {{"99.97", "5.000"}});  // corrupted on its way: the venue said 6
  h.ticks(62s, 1s);
  ASSERT_TRUE(
      h.answer("depth", 200, snapshot(102, {{"99.99", "1.000"}, {"99.98", "2.000"}, {"99.97", "6.000"}}, asks)));
  ASSERT_GE(h.statuses.size(), 1U);
  EXPECT_EQ(h.statuses[0].state, BookState::Stale);
  EXPECT_EQ(h.statuses[0].reason, BookReason::AuditMismatch);
  EXPECT_EQ(book_counters().audits_failed, 1U);
  bool told = false;
  for (const Event& event : h.events) {
    for (const auto& field : event.fields) told |= field.second == "bid 2: book has 99.97 x 5, snapshot 99.97 x 6";
  }
  EXPECT_TRUE(told);
  h.ticks(300ms);
  ASSERT_TRUE(h.answer("depth", 200, snapshot(102, {{"99.99", "1.000"}, {"99.97", "6.000"}}, asks)));
  depth(103, 103);
  EXPECT_TRUE(h.book(btc).live());
}

TEST_F(Audits, WaitForTheStreamToReachASnapshotThatIsAhead) {
  h.ticks(62s, 1s);
  ASSERT_TRUE(h.answer("depth", 200, snapshot(104, {{"99.99", "4.000"}, {"99.98", "2.000"}}, asks)));
  h.tick();
  EXPECT_EQ(book_counters().audits, 0U);
  depth(102, 103, {{"99.99", "3.000"}});
  depth(104, 105, {{"99.99", "4.000"}, {"99.96", "1.000"}});
  h.tick();
  EXPECT_EQ(book_counters().audits, 1U);
  EXPECT_EQ(book_counters().audits_failed, 0U);
  EXPECT_TRUE(h.book(btc).live());
}

TEST_F(Audits, AStreamThatNeverReachesTheSnapshotHasDied) {
  h.ticks(62s, 1s);
  ASSERT_TRUE(h.answer("depth", 200, snapshot(104, {{"99.99", "4.000"}}, asks)));
  h.ticks(11s, 1s);
  ASSERT_GE(h.statuses.size(), 1U);
  EXPECT_EQ(h.statuses[0].reason, BookReason::Silent);
  EXPECT_NE(h.sent.back().text.find("SUBSCRIBE"), std::string::npos);
}

TEST_F(Audits, SilenceBeyondTheUsualIsCheckedAtOnceAndAQuietSymbolStaysLive) {
  std::uint64_t id = 102;
  for (int i = 0; i < 200; ++i, ++id) {
    depth(id, id);
    h.tick(100ms);
  }
  EXPECT_TRUE(h.requests.empty());
  h.ticks(4500ms);
  ASSERT_EQ(h.requests.size(), 1U);  // before its turn
  EXPECT_EQ(h.requests[0].priority, Priority::Normal);
  EXPECT_EQ(h.event_counts["channel_silent"], 1);
  ASSERT_TRUE(h.answer("depth", 200, snapshot(id - 1, bids, asks)));
  h.tick();
  EXPECT_TRUE(h.book(btc).live());
  EXPECT_TRUE(h.statuses.empty());
}

TEST_F(Audits, SilenceOfABookThatMovesIsStale) {
  std::uint64_t id = 102;
  for (int i = 0; i < 200; ++i, ++id) {
    depth(id, id);
    h.tick(100ms);
  }
  h.ticks(4500ms);
  ASSERT_TRUE(h.answer("depth", 200, snapshot(id + 50, {{"99.99", "7.000"}}, asks)));
  EXPECT_TRUE(h.book(btc).live());
  h.ticks(2500ms);
  ASSERT_GE(h.statuses.size(), 1U);
  EXPECT_EQ(h.statuses[0].state, BookState::Stale);
  EXPECT_EQ(h.statuses[0].reason, BookReason::Silent);
}

TEST_F(Audits, AFailedAuditRequestIsNoVerdict) {
  h.ticks(62s, 1s);
  ASSERT_TRUE(h.answer("depth", 429, ""));
  EXPECT_EQ(book_counters().audits_inconclusive, 1U);
  EXPECT_TRUE(h.book(btc).live());
  h.ticks(62s, 1s);
  EXPECT_EQ(h.requests.size(), 1U);
}

// Asks for two levels a side only, so that the book knows little.
class NarrowWindow : public Audits {
 protected:
  NarrowWindow() : Audits(2) {}
};

TEST_F(NarrowWindow, IsWidenedBeforeThePriceLeavesIt) {
  // Known: 99.98 to 99.99. The best bid falls to the last known one.
  depth(102, 102, {{"99.99", "0"}, {"99.90", "7"}});
  h.tick();
  ASSERT_EQ(h.requests.size(), 1U);
  EXPECT_EQ(h.requests[0].priority, Priority::Normal);
  ASSERT_TRUE(h.answer("depth", 200, snapshot(102, {{"99.98", "2.000"}, {"99.95", "4.000"}}, asks)));
  h.tick();
  EXPECT_EQ(book_counters().rebased, 1U);
  EXPECT_TRUE(h.statuses.empty());
  const book::Book& book = h.book(btc);
  EXPECT_TRUE(book.live());
  EXPECT_EQ(book.ladder().quantity_at(book::Side::Bid, *Price::parse("99.95")), *Quantity::parse("4"));
  EXPECT_EQ(book.ladder().quantity_at(book::Side::Bid, *Price::parse("99.90")), *Quantity::parse("7"));
  depth(103, 103, {{"99.94", "1"}});
  EXPECT_TRUE(book.live());
  EXPECT_EQ(h.live_disagreements, 0U);
}

TEST_F(NarrowWindow, ABookOutsideOfItIsNotLive) {
  depth(102, 102, {{"99.99", "0"}, {"99.98", "0"}, {"99.90", "7"}});
  h.ticks(3s);
  ASSERT_GE(h.statuses.size(), 1U);
  EXPECT_EQ(h.statuses[0].state, BookState::Stale);
  EXPECT_EQ(h.statuses[0].reason, BookReason::SnapshotFailed);
}

}  // namespace
}  // namespace trunkline::venue::binance::test
