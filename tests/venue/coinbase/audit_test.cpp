// Books compared with whole ones by REST: a wrong level is found, and nothing else is taken for one.
#include <gtest/gtest.h>

#include "trunkline/venue/book_audit.hpp"
#include "venue/coinbase/harness.hpp"

namespace trunkline::venue::coinbase::test {
namespace {

using wire::BookReason;

class Audit : public testing::Test {
 protected:
  void SetUp() override {
    CoinbaseConfig config{.audit_interval = 1min};
    config.subscriptions = {{*SymbolDescriptor::parse("coinbase:A-USD"), {Channel::Depth}}};
    harness = std::make_unique<Harness>(std::move(config));
    harness->start(products_reply(Api::Exchange, {"A-USD"}));
    harness->open();
    harness->bytes(snapshot("A-USD", {{"10", "1"}, {"9", "2"}, {"8", "3"}}, {{"11", "1"}, {"12", "2"}, {"13", "3"}}));
    ASSERT_TRUE(book().live());
  }
  static std::string rest(const LevelTexts& bids, const LevelTexts& asks, int second = 0) {
    return R"({"bids":)" + levels_text(bids) + R"(,"asks":)" + levels_text(asks) +
           R"(,"sequence":1,"time":"2026-01-01T00:00:)" + std::to_string(10 + second) + R"(Z"})";
  }
  const ProductBook& book() { return harness->book("coinbase:A-USD"); }
  const CoinbaseVenue::BookCounters& counters() { return harness->venue().book_counters(); }
  bool asked() const {
    return std::ranges::any_of(harness->requests, [](const Request& each) {
      return each.url == "https://api.exchange.coinbase.com/products/A-USD/book?level=2";
    });
  }
  // Lets time pass until the venue has asked for the book.
  void wait_for_request() {
    for (int i = 0; i < 1'500 && !asked(); ++i) harness->tick();
    ASSERT_TRUE(asked());
  }
  void answer(const std::string& body, int status = 200) {
    ASSERT_TRUE(harness->answer("/book?level=2", status, body));
    harness->ticks(BookAudit::after + 200ms);
  }

  std::unique_ptr<Harness> harness;
  const LevelTexts bids = {{"10", "1"}, {"9", "2"}, {"8", "3"}};
  const LevelTexts asks = {{"11", "1"}, {"12", "2"}, {"13", "3"}};
};

TEST_F(Audit, ABookThatEqualsTheReplyIsRight) {
  wait_for_request();
  answer(rest(bids, asks));
  EXPECT_EQ(counters().audits, 1U);
  EXPECT_EQ(counters().audits_failed, 0U);
  EXPECT_TRUE(book().live());
}

TEST_F(Audit, ALevelThatTwoRepliesContradictMakesTheBookStale) {
  // 12 x 2 was removed, and the message never came.
  const LevelTexts truth = {{"11", "1"}, {"13", "3"}};
  wait_for_request();
  answer(rest(bids, truth));
  EXPECT_TRUE(book().live()) << "one reply is no proof";
  wait_for_request();
  answer(rest(bids, truth, 9));
  EXPECT_EQ(book().published().reason(), BookReason::AuditMismatch);
  EXPECT_EQ(counters().audits_failed, 1U);
  ASSERT_EQ(harness->event_counts["book_audit_failed"], 1);
  const auto failed = std::ranges::find(harness->events, "book_audit_failed", &Event::name);
  EXPECT_EQ(failed->fields[0].second, "ask 12: book has 2, venue 0");
  harness->tick();
  EXPECT_GE(harness->count_sent("subscribe", "level2_batch", "A-USD"), 2);
}

TEST_F(Audit, LevelsThatWeMissAndWrongQuantitiesAreFoundToo) {
  for (const LevelTexts& truth : {LevelTexts{{"10", "1"}, {"9.5", "1"}, {"9", "2"}, {"8", "3"}},
                                  LevelTexts{{"10", "1.00000001"}, {"9", "2"}, {"8", "3"}},
                                  LevelTexts{{"10.5", "1"}, {"10", "1"}, {"9", "2"}, {"8", "3"}}}) {
    const auto failed = counters().audits_failed;
    wait_for_request();
    answer(rest(truth, asks));
    wait_for_request();
    answer(rest(truth, asks, 9));
    EXPECT_EQ(counters().audits_failed, failed + 1);
    harness->ticks(35s);
    harness->bytes(snapshot("A-USD", bids, asks));
    ASSERT_TRUE(book().live());
  }
}

TEST_F(Audit, AReplyThatIsOlderOrNewerThanTheStreamIsNoFault) {
  // Changed a moment before the request: the reply may not know yet.
  for (int i = 0; i < 1'500 && !asked(); ++i) {
    harness->tick();
    harness->bytes(l2update("A-USD", {{"9", std::to_string(i + 3)}}, {}));
  }
  ASSERT_TRUE(asked());
  // 13 x 5 is known to the reply before the stream says so.
  ASSERT_TRUE(harness->answer("/book?level=2", 200, rest(bids, {{"11", "1"}, {"12", "2"}, {"13", "5"}})));
  harness->tick();
  harness->bytes(l2update("A-USD", {}, {{"13", "5"}}));
  harness->ticks(3s);
  EXPECT_EQ(counters().audits, 1U);
  EXPECT_EQ(counters().audits_failed, 0U);
}

TEST_F(Audit, AReplyFromAnOldCacheIsForgivenOnceALaterOneAgrees) {
  wait_for_request();
  answer(rest({{"10", "7"}, {"9", "2"}, {"8", "3"}}, asks));
  wait_for_request();
  answer(rest(bids, asks, 9));
  EXPECT_TRUE(book().live());
  EXPECT_EQ(counters().audits, 1U);
  // The same reply twice proves nothing.
  const std::string cached = rest({{"10", "7"}, {"9", "2"}, {"8", "3"}}, asks);
  wait_for_request();
  answer(cached);
  wait_for_request();
  answer(cached);
  EXPECT_TRUE(book().live());
  EXPECT_EQ(counters().audits_inconclusive, 1U);
}

TEST_F(Audit, RepliesThatCannotBeReadAreReportedAndHarmNothing) {
  for (const char* body : {"", "{}", R"({"bids":[["10","1"],["10","1"]],"asks":[]})",
                           R"({"bids":[["10","0"]],"asks":[]})", R"({"bids":[],"asks":[["1","x"]]})"}) {
    wait_for_request();
    answer(body);
  }
  wait_for_request();
  answer(R"({"message":"rate limit"})", 429);
  EXPECT_EQ(counters().audits_inconclusive, 6U);
  EXPECT_EQ(harness->event_counts["book_audit_impossible"], 6);
  EXPECT_TRUE(book().live());
}

TEST_F(Audit, AnAuditEndsWhereTheBookDoesAndOldRepliesAreIgnored) {
  wait_for_request();
  harness->bytes(l2update("A-USD", {{"11", "1"}}, {}));
  harness->tick();
  EXPECT_EQ(counters().audits_inconclusive, 0U) << "given up at once, with the book";
  harness->bytes(snapshot("A-USD", bids, asks));
  ASSERT_TRUE(harness->answer("/book?level=2", 200, rest({}, {})));
  harness->ticks(3s);
  EXPECT_TRUE(book().live());
}

TEST_F(Audit, AStreamThatFallsSilentIsAudited) {
  for (int i = 0; i < 200; ++i) {
    harness->tick();
    harness->bytes(l2update("A-USD", {{"9", std::to_string(i + 3)}}, {}));
  }
  harness->requests.clear();
  harness->ticks(12s);
  EXPECT_EQ(harness->event_counts["channel_silent"], 1);
  EXPECT_TRUE(asked()) << "before its turn";
}

TEST(BookAudit, ComparesOnlyWhereBothAreWhole) {
  const auto level = [](const char* p, const char* q) { return wire::Level{*Price::parse(p), *Quantity::parse(q)}; };
  book::Ladder ladder({.tick = *Price::parse("1")});
  const std::vector<wire::Level> bids = {level("10", "1"), level("9", "1"), level("5", "1")};
  ASSERT_TRUE(ladder.replace(bids, {}));
  ASSERT_TRUE(ladder.apply(book::Side::Bid, *Price::parse("4"), *Quantity::parse("1")));
  const auto verdict = [&](std::vector<wire::Level> theirs, std::size_t limit) {
    BookAudit audit;
    Nanos now{1};
    audit.begin(now);
    auto last = BookAudit::Verdict::Nothing;
    for (int i = 0; i < 400; ++i) {
      last = audit.tick(ladder, now += 100ms);
      if (last == BookAudit::Verdict::Ask) {
        audit.take({.time = now, .bids = theirs, .asks = {level("11", "1")}}, limit, now);
      } else if (last != BookAudit::Verdict::Nothing) {
        return last;
      }
    }
    return last;
  };
  using Verdict = BookAudit::Verdict;
  EXPECT_EQ(verdict({level("10", "1"), level("9", "1"), level("5", "1"), level("4", "1")}, 0), Verdict::Equal);
  // Beyond the worst level of our snapshot nothing is known.
  EXPECT_EQ(verdict({level("10", "1"), level("9", "1"), level("5", "1"), level("3", "1")}, 0), Verdict::Equal);
  // Beyond the worst level of a reply that was cut neither.
  EXPECT_EQ(verdict({level("10", "1"), level("9", "1")}, 2), Verdict::Equal);
  EXPECT_EQ(verdict({level("10", "1"), level("9", "1")}, 0), Verdict::Different);
  EXPECT_EQ(verdict({level("10", "1"), level("8", "1")}, 2), Verdict::Different);
}

}  // namespace
}  // namespace trunkline::venue::coinbase::test
