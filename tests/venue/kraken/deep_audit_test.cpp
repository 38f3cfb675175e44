// What the checksum over the ten best levels does not see, the audit finds.
#include <gtest/gtest.h>

#include "venue/kraken/harness.hpp"

namespace trunkline::venue::kraken::test {
namespace {

const std::string symbol = "BTC/USD";
const std::string text = "kraken:BTC-USD";

LevelTexts ladder(int best, int step, int count) {
  LevelTexts levels;
  for (int i = 0; i < count; ++i) {
    levels.push_back({std::to_string(best + i * step) + ".00", "1." + std::to_string(i % 10) + "0000007"});
  }
  return levels;
}

class KrakenDeepAudit : public ::testing::Test {
 protected:
  explicit KrakenDeepAudit(std::uint32_t depth = 25)
      : harness({.subscriptions = {{*SymbolDescriptor::parse(text), {Channel::Depth}}},
                 .depth = depth,
                 .audit_interval = 1min}) {
    harness.listed = {{symbol}};
    (void)book().update(ladder(1000, -1, 25), ladder(1001, 1, 25));
    harness.start();
    harness.open();
  }
  VenueBook& book() { return harness.true_book(symbol); }
  // Until the audit asks, at most.
  bool asks() {
    const std::size_t before = harness.requests.size();
    for (int i = 0; i < 700 && harness.requests.size() == before; ++i) harness.tick();
    return harness.requests.size() > before;
  }
  std::string rest() { return book().rest("XXBTZUSD"); }
  // The venue's book changes and the message does not come.
  void lose(const LevelTexts& bids, const LevelTexts& asks) { (void)book().update(bids, asks); }

  Harness harness;
};

class KrakenShallowBook : public KrakenDeepAudit {
 protected:
  KrakenShallowBook() : KrakenDeepAudit(10) {}
};

TEST_F(KrakenDeepAudit, AsksForTheWholeBookByItsRestNameAndFindsItRight) {
  ASSERT_TRUE(harness.book(text).live());
  ASSERT_TRUE(asks());
  EXPECT_EQ(harness.requests.back().url, "https://api.kraken.com/0/public/Depth?pair=XBTUSD&count=500");
  harness.answer(rest());
  harness.ticks(2s);
  EXPECT_EQ(harness.venue().audits().passed, 1U) << "rounded quantities are no difference";
  harness.expect_true(symbol, text);
}

TEST_F(KrakenDeepAudit, AMissedChangeBelowTheTenBestIsFoundAndTheBookMadeAnew) {
  lose({{"985.00", "7"}}, {{"1020.00", "0"}});
  harness.bytes(book().update({{"1000.00", "3"}}, {}));
  ASSERT_TRUE(harness.book(text).live()) << "the checksum cannot see it";
  ASSERT_TRUE(asks());
  harness.answer(rest());
  ASSERT_TRUE(asks()) << "a second look is taken";
  EXPECT_TRUE(harness.book(text).live());
  harness.answer(rest());
  harness.ticks(2s);
  EXPECT_EQ(harness.event_counts["book_audit_failed"], 1);
  EXPECT_EQ(harness.venue().audits().failed, 1U);
  EXPECT_EQ(std::ranges::count(harness.statuses, wire::BookReason::AuditMismatch, &wire::BookStatus::reason), 2)
      << "Stale, then Syncing";
  harness.expect_true(symbol, text);
}

TEST_F(KrakenDeepAudit, AReplyThatIsAheadOfTheStreamIsNoFault) {
  ASSERT_TRUE(asks());
  const std::string change = book().update({{"985.00", "7"}, {"984.00", "0"}}, {});
  harness.answer(rest());
  harness.bytes(change);
  harness.ticks(2s);
  EXPECT_EQ(harness.venue().audits().passed, 1U);
  EXPECT_EQ(harness.event_counts["book_audit_failed"], 0);
}

TEST_F(KrakenDeepAudit, LevelsBeyondTheCutOfEitherAreNotCompared) {
  // A level better than all pushes the worst one out of the 25; REST still tells it.
  harness.bytes(book().update({{"1000.50", "1"}}, {}));
  ASSERT_TRUE(asks());
  std::string reply = rest();
  reply.insert(reply.rfind("]}}}"), R"(,["976.00","5.000",1700000000])");
  harness.answer(reply);
  harness.ticks(2s);
  EXPECT_EQ(harness.venue().audits().passed, 1U);
}

TEST_F(KrakenDeepAudit, WhatIsNoBookDecidesNothing) {
  for (const std::string body :
       {R"({"error":["EQuery:Unknown asset pair"]})", "", "[]", R"({"error":[],"result":{}})",
        R"({"error":[],"result":{"X":1}})",
        R"({"error":[],"result":{"X":{"asks":[["1","1",1],["1","1",1]],"bids":[]}}})",
        R"({"error":[],"result":{"X":{"asks":[["1","1",1]]}}})", R"({"error":[],"result":{"X":{"asks":[[1,2]]}}})"}) {
    ASSERT_TRUE(asks());
    harness.answer(body);
    harness.ticks(2s);
  }
  ASSERT_TRUE(asks());
  harness.answer("no", 503);
  EXPECT_EQ(harness.event_counts["book_audit_impossible"], 9);
  EXPECT_EQ(harness.venue().audits().inconclusive, 9U);
  harness.expect_true(symbol, text);
}

TEST_F(KrakenShallowBook, NeedsNoAudit) {
  ASSERT_TRUE(harness.book(text).live());
  EXPECT_FALSE(asks());
}

}  // namespace
}  // namespace trunkline::venue::kraken::test
