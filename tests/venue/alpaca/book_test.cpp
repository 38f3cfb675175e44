// Crypto books: whole book first, then changes; every doubt makes the book Stale and its stream is subscribed anew.
#include <gtest/gtest.h>

#include "venue/alpaca/harness.hpp"

namespace trunkline::venue::alpaca::test {
namespace {

using wire::BookReason;
using wire::BookState;

constexpr const char* btc = "alpaca_crypto:BTC-USD";
constexpr Channels depth_only{Channel::Depth};

std::string book_message(const std::string& bids, const std::string& asks, bool whole,
                         const std::string& time = "2026-11-23T15:00:00.1Z") {
  return R"([{"T":"o","S":"BTC/USD","t":")" + time + R"(","b":)" + bids + R"(,"a":)" + asks +
         (whole ? R"(,"r":true}])" : "}]");
}
std::string whole_book() {
  // Not best first: the venue promises no order.
  return book_message(R"([{"p":99,"s":2},{"p":100.5,"s":1}])", R"([{"p":101,"s":1.5},{"p":102,"s":3}])", true);
}

std::size_t times_subscribed(const Harness& h) {
  return static_cast<std::size_t>(std::count_if(h.sent.begin(), h.sent.end(), [](const auto& sent) {
    return sent.text.find(R"("subscribe")") != std::string::npos && sent.text.find("orderbooks") != std::string::npos;
  }));
}

TEST(CryptoBooks, AreLiveWithTheWholeBookAndFollowChanges) {
  Harness h(crypto(depth_only));
  h.start();
  ASSERT_EQ(h.statuses.size(), 1U);
  EXPECT_EQ(h.statuses[0].state, BookState::Syncing);
  EXPECT_EQ(h.statuses[0].integrity, wire::Integrity::Unverified);
  h.bytes(book_message(R"([{"p":5,"s":5}])", "[]", false));  // before the whole book: nothing to put it on
  EXPECT_EQ(h.venue_book(btc).early(), 1U);
  h.bytes(whole_book());
  ASSERT_TRUE(h.book(btc).live());
  EXPECT_EQ(h.book(btc).ladder().best_bid(), (wire::Level{price("100.5"), quantity("1")}));
  h.bytes(book_message(R"([{"p":100.5,"s":0},{"p":100.25,"s":0.12345678}])", R"([{"p":101,"s":0}])", false));
  ASSERT_TRUE(h.book(btc).live());
  EXPECT_EQ(h.book(btc).ladder().best_bid(), (wire::Level{price("100.25"), quantity("0.12345678")}));
  EXPECT_EQ(h.book(btc).ladder().best_ask(), (wire::Level{price("102"), quantity("3")}));
  EXPECT_EQ(h.book(btc).update_id(), 2U);
  // A whole book in between replaces it; it stays Live.
  h.bytes(whole_book());
  EXPECT_TRUE(h.book(btc).live());
  EXPECT_EQ(h.book(btc).ladder().best_ask().price, price("101"));
  EXPECT_EQ(h.disagreements, 0U);
  EXPECT_EQ(h.mappings.at(btc).tick_size, price("0.01"));
  EXPECT_EQ(h.mappings.at(btc).minimum_quantity, quantity("0.0001"));
  EXPECT_EQ(h.mappings.at(btc).status, wire::TradingStatus::Trading);
}

TEST(CryptoBooks, ACrossedBookIsStaleAndSubscribedAnew) {
  Harness h(crypto(depth_only));
  h.start();
  h.bytes(whole_book());
  h.bytes(book_message(R"([{"p":101,"s":1}])", "[]", false));
  EXPECT_EQ(h.statuses[2].state, BookState::Stale);
  EXPECT_EQ(h.statuses[2].reason, BookReason::Crossed);
  EXPECT_EQ(times_subscribed(h), 2U);  // unsubscribe and subscribe were both answered
  EXPECT_EQ(h.venue_book(btc).state(), BookState::Syncing);
  h.bytes(whole_book());
  EXPECT_TRUE(h.book(btc).live());
  EXPECT_EQ(h.statuses.back().gaps, 1U);
  EXPECT_EQ(h.statuses.back().resyncs, 1U);
}

TEST(CryptoBooks, AMalformedChangeMakesThatBookStaleAlone) {
  auto config = crypto(depth_only);
  config.subscriptions.push_back({SymbolDescriptor::spot("alpaca_crypto", "ETH", "USD"), depth_only});
  Harness h(config);
  h.start();
  h.bytes(whole_book());
  h.bytes(R"([{"T":"o","S":"ETH/USD","t":"2026-11-23T15:00:00Z","b":[],"a":[],"r":true}])");
  h.bytes(R"([{"T":"o","S":"BTC/USD","t":"2026-11-23T15:00:00Z","b":[{"p":"x","s":1}],"a":[]}])");
  EXPECT_FALSE(h.book(btc).live());
  EXPECT_TRUE(h.book("alpaca_crypto:ETH-USD").live());
  EXPECT_EQ(h.event_counts["connector_depth_parse_error"], 1);
  // A frame that is cut off may have been about any book.
  h.bytes(whole_book());
  h.bytes(R"([{"T":"o","S":"BT)");
  EXPECT_FALSE(h.book(btc).live());
  EXPECT_FALSE(h.book("alpaca_crypto:ETH-USD").live());
  EXPECT_EQ(h.disagreements, 0U);
}

TEST(CryptoBooks, ADisconnectMakesThemStaleUntilTheNextWholeBook) {
  Harness h(crypto(depth_only));
  h.start();
  h.bytes(whole_book());
  h.close();
  EXPECT_EQ(h.statuses.back().reason, BookReason::Disconnected);
  h.open(ConnectionId{2});
  EXPECT_EQ(h.statuses.back().state, BookState::Syncing);
  h.bytes(whole_book(), ConnectionId{2});
  EXPECT_TRUE(h.book(btc).live());
}

TEST(CryptoBooks, ABookThatDoesNotComeIsAskedForAgain) {
  Harness h(crypto(depth_only));
  h.start();
  h.ticks(12s, 1s);
  EXPECT_EQ(times_subscribed(h), 2U);
  EXPECT_EQ(h.venue_book(btc).state(), BookState::Syncing);
  h.bytes(whole_book());
  EXPECT_TRUE(h.book(btc).live());
}

TEST(CryptoBooks, ASilentBookIsStaleAndAskedForAgain) {
  Harness h(crypto(depth_only));
  h.start();
  h.bytes(whole_book());
  for (int i = 0; i < 200; ++i) {
    h.tick(50ms);
    h.bytes(book_message(R"([{"p":99,"s":)" + std::to_string(i + 1) + "}]", "[]", false));
  }
  ASSERT_TRUE(h.book(btc).live());
  h.ticks(6s);
  EXPECT_EQ(h.event_counts["channel_silent"], 1);
  EXPECT_EQ(times_subscribed(h), 2U);
  EXPECT_FALSE(h.book(btc).live());
}

TEST(CryptoBooks, UnsubscribingEndsThem) {
  Harness h(crypto(depth_only));
  h.start();
  h.bytes(whole_book());
  ASSERT_TRUE(h.command(Action::Unsubscribe, btc, depth_only));
  EXPECT_EQ(h.statuses.back().reason, BookReason::Unsubscribed);
  h.bytes(whole_book());
  EXPECT_FALSE(h.book(btc).live());
  ASSERT_TRUE(h.command(Action::Subscribe, btc, depth_only));
  h.bytes(whole_book());
  EXPECT_TRUE(h.book(btc).live());
}

TEST(CryptoBooks, ResendTellsTheBookOnceMore) {
  Harness h(crypto(depth_only));
  h.start();
  h.bytes(whole_book());
  h.bytes(book_message(R"([{"p":98,"s":4}])", "[]", false));
  ASSERT_TRUE(h.command(Action::Resend, btc, {}));
  EXPECT_TRUE(h.book(btc).live());
  EXPECT_EQ(h.book(btc).ladder().size(book::Side::Bid), 3U);
  EXPECT_EQ(h.disagreements, 0U);
}

TEST(CryptoBooks, TradesTellTheTaker) {
  Harness h(crypto({Channel::Trades}));
  h.start();
  h.bytes(R"([{"T":"t","S":"BTC/USD","p":40650,"s":0.1517,"t":"2026-11-23T15:00:00.96Z","i":26932440,"tks":"B"},
              {"T":"t","S":"BTC/USD","p":40650,"s":0.1517,"t":"2026-11-23T15:00:00.97Z","i":26932441,"tks":"S"}])");
  ASSERT_EQ(h.trades.size(), 2U);
  EXPECT_EQ(h.trade_flags, (std::vector<std::uint8_t>{wire::flag::side_buy, wire::flag::side_sell}));
}

// ---- audits

class Audited : public testing::Test {
 protected:
  static AlpacaConfig config() {
    auto out = crypto(depth_only);
    out.audit_interval = 10s;
    return out;
  }
  void SetUp() override {
    h.start();
    h.bytes(whole_book());
    for (int i = 0; i < 200 && !h.asked_for("latest/orderbooks"); ++i) h.tick(100ms);
    ASSERT_TRUE(h.asked_for("/v1beta3/crypto/us/latest/orderbooks?symbols=BTC%2FUSD"));
  }
  static std::string body(const std::string& bids, const std::string& time) {
    return R"({"orderbooks":{"BTC/USD":{"t":")" + time + R"(","b":)" + bids + R"(,"a":[{"p":101,"s":1.5}]}}})";
  }
  Harness h{config()};
};

TEST_F(Audited, TheSameBookPasses) {
  h.answer("orderbooks", 200, body(R"([{"p":100.5,"s":1},{"p":99,"s":2}])", "2026-11-23T15:00:00.1Z"));
  EXPECT_EQ(h.venue().counters().audits, 1U);
  EXPECT_EQ(h.venue().counters().audits_failed, 0U);
  EXPECT_TRUE(h.book(btc).live());
}

TEST_F(Audited, AWrongLevelIsFound) {
  h.answer("orderbooks", 200, body(R"([{"p":100.5,"s":1},{"p":99,"s":2.5}])", "2026-11-23T15:00:00.1Z"));
  EXPECT_EQ(h.venue().counters().audits_failed, 1U);
  EXPECT_FALSE(h.book(btc).live());
  EXPECT_EQ(times_subscribed(h), 2U);
  EXPECT_NE(h.told.find("bid 99: the venue has 2.5"), std::string::npos) << h.told;
}

TEST_F(Audited, ChangesSinceTheRequestsTimeArePutOnIt) {
  h.bytes(book_message(R"([{"p":99,"s":7}])", "[]", false, "2026-11-23T15:00:20Z"));
  h.bytes(book_message(R"([{"p":99,"s":8}])", "[]", false, "2026-11-23T15:00:21Z"));
  h.answer("orderbooks", 200, body(R"([{"p":100.5,"s":1},{"p":99,"s":7}])", "2026-11-23T15:00:20Z"));
  EXPECT_EQ(h.venue().counters().audits, 1U);
  EXPECT_EQ(h.venue().counters().audits_failed, 0U);
}

TEST_F(Audited, ABookAheadOfTheStreamWaitsForIt) {
  h.answer("orderbooks", 200, body(R"([{"p":100.5,"s":1},{"p":99,"s":9}])", "2026-11-23T15:00:30Z"));
  EXPECT_EQ(h.venue().counters().audits, 0U);
  h.bytes(book_message(R"([{"p":99,"s":9}])", "[]", false, "2026-11-23T15:00:30Z"));
  EXPECT_EQ(h.venue().counters().audits, 1U);
  EXPECT_EQ(h.venue().counters().audits_failed, 0U);
}

TEST_F(Audited, AStreamThatNeverComesThereHasDied) {
  h.answer("orderbooks", 200, body(R"([{"p":100.5,"s":1},{"p":99,"s":9}])", "2026-11-23T15:00:30Z"));
  h.ticks(6s);
  EXPECT_EQ(h.venue().counters().audits_failed, 1U);
}

TEST_F(Audited, AFailedOrOlderAnswerDecidesNothing) {
  h.answer("orderbooks", 503, "busy");
  EXPECT_EQ(h.venue().counters().audits_inconclusive, 1U);
  for (int i = 0; i < 200 && !h.asked_for("orderbooks"); ++i) h.tick(100ms);
  h.answer("orderbooks", 200, body("[]", "2026-11-23T14:00:00Z"));
  EXPECT_EQ(h.venue().counters().audits_inconclusive, 2U);
  EXPECT_TRUE(h.book(btc).live());
}

}  // namespace
}  // namespace trunkline::venue::alpaca::test
