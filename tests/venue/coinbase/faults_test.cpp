// What the venue does when something is lost, falsified, late, repeated or refused.
#include <gtest/gtest.h>

#include "venue/coinbase/harness.hpp"

namespace trunkline::venue::coinbase::test {
namespace {

using wire::BookReason;
using wire::BookState;

Price price(const char* text) {
  return *Price::parse(text);
}
Quantity quantity(const char* text) {
  return *Quantity::parse(text);
}

const std::string first_book = snapshot("A-USD", {{"10", "1"}, {"9", "2"}}, {{"11", "3"}, {"12", "4"}});

class Exchange : public testing::Test {
 protected:
  void begin(CoinbaseConfig config = {}) {
    config.subscriptions = {{*SymbolDescriptor::parse("coinbase:A-USD"), default_channels},
                            {*SymbolDescriptor::parse("coinbase:B-USD"), default_channels}};
    harness = std::make_unique<Harness>(std::move(config));
    harness->start(products_reply(Api::Exchange, {"A-USD", "B-USD", "C-USD"}));
    harness->open();
    harness->bytes(first_book);
    harness->bytes(snapshot("B-USD", {{"5", "1"}}, {{"6", "1"}}));
    ASSERT_TRUE(book().live());
  }
  const ProductBook& book(const std::string& product = "A-USD") { return harness->book("coinbase:" + product); }
  BookReason reason(const std::string& product = "A-USD") { return book(product).published().reason(); }
  book::Book& mirror() { return harness->mirror("coinbase:A-USD"); }
  void TearDown() override {
    if (harness) {
      EXPECT_EQ(harness->mirror_faults, 0U);
    }
  }

  std::unique_ptr<Harness> harness;
};

TEST_F(Exchange, SubscribesEachChannelAndTheHeartbeatThatTellsOfLostTrades) {
  begin();
  EXPECT_EQ(harness->sent.front().text, R"({"type":"subscribe","channels":["status"]})");
  EXPECT_EQ(harness->count_sent("subscribe", "level2_batch", "A-USD"), 1);
  EXPECT_EQ(harness->count_sent("subscribe", "matches", "B-USD"), 1);
  EXPECT_EQ(harness->count_sent("subscribe", "heartbeat", "B-USD"), 1);
  EXPECT_EQ(harness->count_sent("subscribe", "ticker", "A-USD"), 1);
  EXPECT_EQ(harness->sent.size(), 4U) << "one message a channel, for all products";
  EXPECT_EQ(harness->readies.size(), 1U);
  EXPECT_EQ(mirror().integrity(), wire::Integrity::SnapshotOnly);
}

TEST_F(Exchange, AppliesChangesAndRemovesLevelsHoweverTheyWriteZero) {
  begin();
  for (const char* zero : {"0", "0.0", "0.00000000"}) {
    harness->bytes(l2update("A-USD", {{"9", zero}}, {{"11.5", "7"}}));
    EXPECT_TRUE(mirror().ladder().quantity_at(book::Side::Bid, price("9")).is_zero());
    EXPECT_EQ(mirror().ladder().quantity_at(book::Side::Ask, price("11.5")), quantity("7"));
    harness->bytes(l2update("A-USD", {{"9", "2"}}, {{"11.5", zero}}));
  }
  EXPECT_EQ(mirror().ladder().size(book::Side::Ask), 2U);
  EXPECT_TRUE(mirror().live());
  EXPECT_EQ(book().unknown_removals(), 0U);
  harness->bytes(l2update("A-USD", {{"1", "0"}}, {}));
  EXPECT_EQ(book().unknown_removals(), 1U);
}

TEST_F(Exchange, ACrossedBookIsStaleAloneAndComesBackWithTheNextSnapshot) {
  begin();
  harness->bytes(l2update("A-USD", {{"11", "1"}}, {}));
  EXPECT_EQ(book().published().state(), BookState::Stale);
  EXPECT_EQ(reason(), BookReason::Crossed);
  EXPECT_FALSE(mirror().live());
  EXPECT_TRUE(book("B-USD").live());
  harness->bytes(l2update("A-USD", {{"9", "5"}}, {}));
  EXPECT_EQ(harness->venue().book_counters().ignored_updates, 1U);
  harness->tick();
  EXPECT_EQ(harness->count_sent("unsubscribe", "level2_batch", "A-USD"), 1);
  EXPECT_EQ(harness->count_sent("subscribe", "level2_batch", "A-USD"), 2);
  EXPECT_EQ(harness->count_sent("unsubscribe", "level2_batch", "B-USD"), 0);
  EXPECT_EQ(book().published().state(), BookState::Syncing);
  harness->bytes(first_book);
  EXPECT_TRUE(mirror().live());
  EXPECT_EQ(book().published().resyncs(), 1U);
}

TEST_F(Exchange, ABookThatKeepsFailingAsksMoreAndMoreRarely) {
  begin();
  const int before = harness->count_sent("subscribe", "level2_batch", "A-USD");
  int asked = 0;
  harness->bytes(l2update("A-USD", {{"11", "1"}}, {}));
  for (int i = 0; i < 600; ++i) {
    harness->tick();
    if (harness->count_sent("subscribe", "level2_batch", "A-USD") - before == asked) continue;
    ++asked;
    harness->bytes(first_book);
    harness->bytes(l2update("A-USD", {{"11", "1"}}, {}));
  }
  EXPECT_GT(asked, 3);
  EXPECT_LT(asked, 15) << "a minute of faults";
  harness->ticks(31s);
  harness->bytes(first_book);
  harness->ticks(15s);
  const int settled = harness->count_sent("subscribe", "level2_batch", "A-USD");
  harness->bytes(l2update("A-USD", {{"11", "1"}}, {}));
  harness->tick();
  EXPECT_EQ(harness->count_sent("subscribe", "level2_batch", "A-USD"), settled + 1) << "at once after a long good time";
}

TEST_F(Exchange, AMessageThatCannotBeReadSpoilsOnlyTheBookItBelongsTo) {
  begin();
  harness->bytes(
      R"({"type":"l2update","product_id":"A-USD","changes":[["buy","10","x"]],"time":"2026-01-01T00:00:01Z"})");
  EXPECT_EQ(reason(), BookReason::Malformed);
  EXPECT_TRUE(book("B-USD").live());
  EXPECT_EQ(harness->venue().counters().malformed, 1U);
  EXPECT_EQ(harness->event_counts["connector_depth_parse_error"], 1);
  harness->tick();
  harness->bytes(first_book);
  EXPECT_TRUE(mirror().live());
}

TEST_F(Exchange, ABookMessageOfNobodyKnowsWhomSpoilsAllBooksOfItsConnection) {
  begin();
  harness->bytes(R"({"type":"l2update","product_id":"A-)");
  EXPECT_EQ(reason(), BookReason::Malformed);
  EXPECT_EQ(reason("B-USD"), BookReason::Malformed);
}

TEST_F(Exchange, OtherBrokenMessagesSpoilNoBook) {
  begin();
  harness->bytes("not json");
  harness->bytes("[]");
  harness->bytes(R"({"type":"match","product_id":"A-USD"})");
  harness->bytes(R"({"type":"ticker","product_id":"A-USD","sequence":"x"})");
  EXPECT_EQ(harness->venue().counters().malformed, 4U);
  EXPECT_EQ(harness->event_counts["connector_parse_error"] + harness->event_counts["connector_trade_parse_error"], 1)
      << "one report a second";
  EXPECT_TRUE(book().live());
  harness->bytes(R"({"type":"received","product_id":"A-USD"})");
  EXPECT_EQ(harness->venue().counters().unknown_events, 1U);
  harness->bytes(l2update("Z-USD", {{"1", "1"}}, {}));
  EXPECT_EQ(harness->venue().counters().unknown_symbols, 1U);
}

TEST_F(Exchange, ATornConnectionMakesBooksStaleUntilTheNextOneBringsSnapshots) {
  begin();
  harness->close();
  EXPECT_EQ(reason(), BookReason::Disconnected);
  EXPECT_EQ(reason("B-USD"), BookReason::Disconnected);
  harness->open(second_connection);
  EXPECT_EQ(book().published().state(), BookState::Syncing);
  harness->bytes(first_book, second_connection);
  EXPECT_TRUE(mirror().live());
  EXPECT_FALSE(book("B-USD").live());
}

TEST_F(Exchange, AReplacingConnectionTakesOverWithItsSnapshotAndWithoutABreak) {
  begin();
  harness->bytes(l2update("A-USD", {{"10", "8"}}, {}));
  const std::size_t statuses = harness->statuses.size();
  harness->open(second_connection);
  harness->bytes(l2update("A-USD", {{"10", "9"}}, {}), second_connection);
  EXPECT_EQ(mirror().ladder().best_bid().quantity, quantity("8")) << "the first one still carries the book";
  harness->bytes(snapshot("A-USD", {{"10", "9"}}, {{"11", "3"}}), second_connection);
  harness->bytes(l2update("A-USD", {{"10", "4"}}, {}));
  EXPECT_EQ(mirror().ladder().best_bid().quantity, quantity("9")) << "late on the first one";
  harness->bytes(l2update("A-USD", {{"10", "5"}}, {}), second_connection);
  EXPECT_EQ(mirror().ladder().best_bid().quantity, quantity("5"));
  harness->bytes(snapshot("B-USD", {{"5", "1"}}, {{"6", "1"}}), second_connection);
  harness->close(first_connection);
  EXPECT_TRUE(mirror().live());
  EXPECT_EQ(harness->statuses.size(), statuses) << "Live all the time";
}

TEST_F(Exchange, ASnapshotThatDoesNotComeIsAskedForAgain) {
  begin();
  harness->bytes(l2update("A-USD", {{"11", "1"}}, {}));
  harness->tick();
  const int asked = harness->count_sent("subscribe", "level2_batch", "A-USD");
  for (int i = 0; i < 160; ++i) {
    harness->bytes(l2update("A-USD", {{"9", "1"}}, {}));
    harness->tick();
  }
  EXPECT_EQ(harness->count_sent("subscribe", "level2_batch", "A-USD"), asked + 1);
}

TEST_F(Exchange, ACrossedSnapshotIsNotBelieved) {
  begin();
  harness->bytes(l2update("A-USD", {{"11", "1"}}, {}));
  harness->tick();
  harness->bytes(snapshot("A-USD", {{"10", "1"}}, {{"10", "1"}}));
  EXPECT_EQ(reason(), BookReason::Crossed);
  EXPECT_FALSE(mirror().live());
}

TEST_F(Exchange, TradesTellTheTakersSideAndAMissingNumberIsAGap) {
  begin();
  harness->bytes(match("A-USD", 100, "10", "sell", "last_match"));
  EXPECT_TRUE(harness->trades.empty()) << "what happened before is no news";
  harness->bytes(match("A-USD", 101, "10.5", "sell"));
  harness->bytes(match("A-USD", 101, "10.5", "sell"));
  harness->bytes(match("A-USD", 104, "10.5", "buy"));
  ASSERT_EQ(harness->trades.size(), 2U);
  EXPECT_EQ(harness->trade_flags[0] & 3, wire::flag::side_buy) << "the maker sold";
  EXPECT_EQ(harness->trade_flags[1] & 3, wire::flag::side_sell);
  EXPECT_EQ(harness->trades[0].price, price("10.5"));
  EXPECT_EQ(harness->trades[0].quantity, quantity("0.5"));
  ASSERT_EQ(harness->gaps.size(), 1U);
  EXPECT_EQ(harness->gaps[0].missed, 2U);
  EXPECT_EQ(harness->gaps[0].scope, wire::GapScope::Venue);
  EXPECT_EQ(harness->venue().counters().duplicates, 1U);
}

TEST_F(Exchange, TradesMissedWhileDisconnectedAreCountedWhenTheLastMatchTells) {
  begin();
  harness->bytes(match("A-USD", 100, "10", "sell", "last_match"));
  harness->bytes(match("A-USD", 101));
  harness->close();
  harness->open(second_connection);
  harness->bytes(match("A-USD", 105, "10", "sell", "last_match"), second_connection);
  ASSERT_EQ(harness->gaps.size(), 1U);
  EXPECT_EQ(harness->gaps[0].missed, 3U);
  ASSERT_EQ(harness->trades.size(), 2U);
  EXPECT_EQ(harness->trades[1].detail, 2U) << "taken from history";
  harness->bytes(match("A-USD", 106), second_connection);
  EXPECT_EQ(harness->trades.back().detail, 0U);
  EXPECT_EQ(harness->gaps.size(), 1U);
}

TEST_F(Exchange, TheHeartbeatFindsATradeThatNeverCameThoughNoOtherFollows) {
  begin();
  harness->bytes(match("A-USD", 100, "10", "sell", "last_match"));
  harness->bytes(match("A-USD", 101));
  harness->bytes(heartbeat("A-USD", 101));
  harness->bytes(heartbeat("A-USD", 103));
  EXPECT_TRUE(harness->gaps.empty()) << "they may still be on their way";
  harness->bytes(match("A-USD", 102));
  harness->bytes(heartbeat("A-USD", 103));
  ASSERT_EQ(harness->gaps.size(), 1U);
  EXPECT_EQ(harness->gaps[0].missed, 1U);
  harness->bytes(match("A-USD", 104));
  harness->bytes(heartbeat("A-USD", 104));
  EXPECT_EQ(harness->gaps.size(), 1U) << "told once";
}

TEST_F(Exchange, AVenueThatCountsItsTradesFromTheStartAgainIsHeard) {
  begin();
  harness->bytes(match("A-USD", 5'000));
  harness->close();
  harness->open(second_connection);
  harness->bytes(match("A-USD", 7, "10", "sell", "last_match"), second_connection);
  harness->bytes(match("A-USD", 8), second_connection);
  EXPECT_EQ(harness->trades.size(), 2U);
  EXPECT_TRUE(harness->gaps.empty());
}

TEST_F(Exchange, QuotesThatWereToldBeforeAreLeftOut) {
  begin();
  const auto ticker = [](int sequence) {
    return R"({"type":"ticker","sequence":)" + std::to_string(sequence) +
           R"(,"product_id":"A-USD","best_bid":"10","best_ask":"11","time":"2026-01-01T00:00:00Z"})";
  };
  harness->bytes(ticker(10));
  harness->bytes(ticker(10));
  harness->bytes(ticker(9));
  harness->bytes(ticker(11));
  EXPECT_EQ(harness->quotes.size(), 2U);
  EXPECT_TRUE(harness->quotes[0].bid_quantity.is_absent());
  harness->bytes(R"({"type":"ticker","sequence":12,"product_id":"A-USD","best_bid":"","best_ask":"11"})");
  EXPECT_TRUE(harness->quotes.back().bid_price.is_absent());
}

TEST_F(Exchange, AProductThatIsRefusedDoesNotTakeTheOthersWithIt) {
  CoinbaseConfig config;
  config.subscriptions = {{*SymbolDescriptor::parse("coinbase:A-USD"), default_channels},
                          {*SymbolDescriptor::parse("coinbase:B-USD"), default_channels}};
  harness = std::make_unique<Harness>(std::move(config));
  harness->refused_product = "B-USD";
  harness->start(products_reply(Api::Exchange, {"A-USD", "B-USD"}));
  harness->open();
  EXPECT_EQ(harness->event_counts["subscription_refused"], 3);
  EXPECT_EQ(harness->venue().counters().refused_streams, 3U);
  EXPECT_EQ(reason("B-USD"), BookReason::Unsubscribed);
  harness->bytes(first_book);
  EXPECT_TRUE(book().live());
  EXPECT_EQ(harness->readies.size(), 1U);
  // Asked for again after a while.
  harness->refused_product.clear();
  harness->ticks(62s, 1s);
  harness->bytes(snapshot("B-USD", {{"5", "1"}}, {{"6", "1"}}));
  EXPECT_TRUE(book("B-USD").live());
}

TEST_F(Exchange, AChannelThatWantsAKeyIsRefusedAndSaidSo) {
  CoinbaseConfig config;
  config.subscriptions = {{*SymbolDescriptor::parse("coinbase:A-USD"), default_channels}};
  harness = std::make_unique<Harness>(std::move(config));
  harness->answer_subscriptions = false;
  harness->start(products_reply(Api::Exchange, {"A-USD"}));
  harness->open();
  harness->bytes(
      R"({"type":"error","message":"Failed to subscribe","reason":"level2, level3, and full channels now require authentication. https://docs.cloud.coinbase.com/exchange/docs/websocket-auth"})");
  EXPECT_EQ(harness->event_counts["subscription_refused"], 1);
  EXPECT_EQ(reason(), BookReason::Unsubscribed);
  harness->bytes(R"({"type":"error","message":"slow down"})");
  EXPECT_EQ(harness->event_counts["venue_error"], 1);
}

TEST_F(Exchange, UnsubscribingLeavesTheChannelsAndTheBook) {
  begin();
  ASSERT_TRUE(harness->command(Action::Unsubscribe, "coinbase:A-USD", {Channel::Depth, Channel::Trades}));
  EXPECT_EQ(harness->count_sent("unsubscribe", "level2_batch", "A-USD"), 1);
  EXPECT_EQ(harness->count_sent("unsubscribe", "heartbeat", "A-USD"), 1);
  EXPECT_EQ(reason(), BookReason::Unsubscribed);
  harness->bytes(first_book);
  EXPECT_FALSE(book().live());
  EXPECT_EQ(harness->venue().counters().unwanted, 1U);
  harness->bytes(match("B-USD", 7));
  ASSERT_TRUE(harness->command(Action::Unsubscribe, "coinbase:B-USD", {Channel::Trades}));
  ASSERT_TRUE(harness->command(Action::Subscribe, "coinbase:B-USD", {Channel::Trades}));
  harness->bytes(match("B-USD", 90, "10", "sell", "last_match"));
  EXPECT_TRUE(harness->gaps.empty()) << "nobody wanted those between";
  ASSERT_TRUE(harness->command(Action::Subscribe, "coinbase:A-USD", {Channel::Depth}));
  harness->bytes(first_book);
  EXPECT_TRUE(mirror().live());
  ASSERT_TRUE(harness->command(Action::Resend, "coinbase:A-USD", {}));
  EXPECT_TRUE(mirror().live());
  const auto unknown = harness->command(Action::Subscribe, "coinbase:AA-USD", {Channel::Depth});
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().message.find("does not list"), std::string::npos);
  EXPECT_FALSE(harness->command(Action::Subscribe, "coinbase:A-USD", {Channel::Bars}));
}

TEST_F(Exchange, AProductThatStopsTradingIsStaleUntilItTradesAgain) {
  begin();
  harness->bytes(R"({"type":"status","products":[{"id":"A-USD","status":"online","cancel_only":true}]})");
  EXPECT_EQ(reason(), BookReason::NotTrading);
  EXPECT_EQ(harness->mappings["coinbase:A-USD"].status, wire::TradingStatus::Halted);
  harness->bytes(R"({"type":"status","products":[{"id":"A-USD","status":"online"}]})");
  harness->bytes(first_book);
  EXPECT_TRUE(mirror().live());
}

TEST_F(Exchange, ASilentSubscriptionIsAskedForAgainAndThenTheConnectionIsMadeAnew) {
  CoinbaseConfig config;
  config.subscriptions = {{*SymbolDescriptor::parse("coinbase:A-USD"), {Channel::Depth}}};
  harness = std::make_unique<Harness>(std::move(config));
  harness->answer_subscriptions = false;
  harness->start(products_reply(Api::Exchange, {"A-USD"}));
  harness->open();
  harness->ticks(70s, 1s);
  EXPECT_GE(harness->count_sent("subscribe", "level2_batch", "A-USD"), 2);
  EXPECT_EQ(harness->reconnects.size(), 1U);
}

TEST_F(Exchange, ProductsThatCannotBeHadAreAskedForAgain) {
  harness = std::make_unique<Harness>(CoinbaseConfig{});
  harness->start("{}");
  EXPECT_EQ(harness->event_counts["reference_data_failed"], 1);
  harness->ticks(3s);
  ASSERT_TRUE(harness->answer("/products", 503, "busy"));
  EXPECT_EQ(harness->event_counts["reference_data_failed"], 2);
  harness->ticks(5s);
  ASSERT_TRUE(harness->answer("/products", 200, products_reply(Api::Exchange, {"A-USD"})));
  EXPECT_TRUE(harness->command(Action::Subscribe, "coinbase:A-USD", default_channels));
}

TEST_F(Exchange, PricesOfAVeryFineTickCountMoreThanOneUnit) {
  CoinbaseConfig config;
  config.subscriptions = {{*SymbolDescriptor::parse("coinbase:MOG-USD"), default_channels}};
  harness = std::make_unique<Harness>(std::move(config));
  harness->start(products_reply(Api::Exchange, {"MOG-USD"}, "0.0000000001", "1"));
  harness->open();
  EXPECT_EQ(harness->mappings["coinbase:MOG-USD"].unit_exponent, 2);
  harness->bytes(snapshot("MOG-USD", {{"0.0000000123", "1000000"}}, {{"0.0000000125", "5000"}}));
  harness->bytes(l2update("MOG-USD", {{"0.0000000124", "200"}}, {}));
  const book::Ladder& ladder = harness->mirror("coinbase:MOG-USD").ladder();
  EXPECT_EQ(ladder.best_bid(), (wire::Level{price("0.00000124"), quantity("2")}));
  EXPECT_EQ(ladder.best_ask(), (wire::Level{price("0.00000125"), quantity("50")}));
}

// ---- Advanced Trade ----

class Advanced : public testing::Test {
 protected:
  void SetUp() override {
    CoinbaseConfig config{.api = Api::Advanced};
    config.subscriptions = {{*SymbolDescriptor::parse("coinbase_advanced:A-USD"), default_channels},
                            {*SymbolDescriptor::parse("coinbase_advanced:B-USD"), default_channels}};
    harness = std::make_unique<Harness>(std::move(config));
    harness->start(products_reply(Api::Advanced, {"A-USD", "B-USD"}));
    harness->open();
    send_books();
    ASSERT_TRUE(book("A-USD").live());
    ASSERT_TRUE(book("B-USD").live());
  }
  void send_books() {
    send("l2_data", book_event("snapshot", "A-USD", {{"10", "1"}}, {{"11", "1"}}) + "," +
                        book_event("snapshot", "B-USD", {{"5", "1"}}, {{"6", "1"}}));
  }
  void send(std::string_view channel, std::string_view list) { harness->bytes(harness->envelope(channel, list)); }
  const ProductBook& book(const std::string& product) { return harness->book("coinbase_advanced:" + product); }
  void TearDown() override { EXPECT_EQ(harness->mirror_faults, 0U); }

  std::unique_ptr<Harness> harness;
};

TEST_F(Advanced, SubscribesOneChannelAMessageAndToHeartbeatsFirst) {
  EXPECT_EQ(harness->sent.front().text, R"({"type":"subscribe","channel":"heartbeats"})");
  EXPECT_EQ(harness->sent[1].text, R"({"type":"subscribe","product_ids":["A-USD","B-USD"],"channel":"level2"})");
  EXPECT_EQ(harness->sent.size(), 4U);
  EXPECT_EQ(harness->mirror("coinbase_advanced:A-USD").integrity(), wire::Integrity::Sequenced);
}

TEST_F(Advanced, AnyLostMessageMakesAllBooksOfTheConnectionStaleAndIsMadeGood) {
  send("l2_data", book_event("update", "A-USD", {{"10", "2"}}, {}));
  ++harness->next_number[first_connection];  // lost
  send("ticker", R"({"type":"update","tickers":[{"product_id":"A-USD","best_bid":"10","best_ask":"11"}]})");
  for (const char* product : {"A-USD", "B-USD"}) {
    EXPECT_EQ(book(product).published().state(), BookState::Stale);
    EXPECT_EQ(book(product).published().reason(), BookReason::SequenceGap);
  }
  EXPECT_EQ(harness->venue().book_counters().messages_lost, 1U);
  EXPECT_EQ(harness->quotes.size(), 1U) << "the message that showed it is good";
  harness->tick();
  EXPECT_EQ(harness->count_sent("unsubscribe", "level2", "B-USD"), 1);
  EXPECT_EQ(harness->sent.back().text.find("subscribe"), 9U);
  EXPECT_EQ(harness->count_sent("subscribe", "market_trades", "A-USD"), 2);
  send("l2_data", book_event("update", "A-USD", {{"10", "7"}}, {}));
  EXPECT_FALSE(book("A-USD").live());
  send_books();
  EXPECT_TRUE(book("A-USD").live());
  EXPECT_TRUE(book("B-USD").live());
  EXPECT_EQ(harness->event_counts["connection_sequence_gap"], 1);
}

TEST_F(Advanced, ALateOrRepeatedMessageIsLeftOut) {
  const std::string update = harness->envelope("l2_data", book_event("update", "A-USD", {{"10", "2"}}, {}));
  harness->bytes(update);
  harness->bytes(harness->envelope("l2_data", book_event("update", "A-USD", {{"10", "3"}}, {})));
  harness->bytes(update);
  EXPECT_EQ(book("A-USD").ladder().best_bid().quantity, quantity("3"));
  EXPECT_EQ(harness->venue().book_counters().old_messages, 1U);
  EXPECT_TRUE(book("A-USD").live());
}

TEST_F(Advanced, ACountThatStartsAgainIsNotIgnoredForEver) {
  for (int i = 0; i < 40; ++i) send("l2_data", book_event("update", "A-USD", {{"10", "2"}}, {}));
  harness->next_number[first_connection] = 0;
  for (int i = 0; i < SequenceWatch::restart_after; ++i) {
    send("l2_data", book_event("update", "A-USD", {{"10", "4"}}, {}));
  }
  EXPECT_EQ(book("A-USD").published().reason(), BookReason::SequenceGap);
  harness->tick();
  send_books();
  EXPECT_TRUE(book("A-USD").live());
}

TEST_F(Advanced, TradesLostWithAMessageComeWithTheAnswerToTheNewSubscription) {
  send("market_trades", trade_event("snapshot", "A-USD", {100, 99, 98}));
  send("market_trades", trade_event("update", "A-USD", {101}));
  ASSERT_EQ(harness->trades.size(), 1U);
  EXPECT_EQ(harness->trade_flags[0] & 3, wire::flag::side_sell) << "the maker bought";
  ++harness->next_number[first_connection];
  send("heartbeats", R"({"current_time":"2026-01-01 00:00:00 +0000 UTC","heartbeat_counter":1})");
  harness->tick();
  EXPECT_EQ(harness->count_sent("subscribe", "market_trades", "A-USD"), 2);
  send("market_trades", trade_event("snapshot", "A-USD", {103, 102, 101, 100}));
  ASSERT_EQ(harness->trades.size(), 3U);
  EXPECT_EQ(harness->trades[1].trade_id, 102U);
  EXPECT_EQ(harness->trades[2].trade_id, 103U);
  EXPECT_EQ(harness->trades[2].detail, 2U);
  EXPECT_TRUE(harness->gaps.empty());
}

TEST_F(Advanced, ABrokenMessageWhoseNumberCanBeReadSpoilsOneBook) {
  std::string broken = harness->envelope("l2_data", book_event("update", "A-USD", {{"10", "2"}}, {}));
  broken.replace(broken.find("\"bid\""), 5, "\"bad\"");
  harness->bytes(broken);
  EXPECT_EQ(book("A-USD").published().reason(), BookReason::Malformed);
  send("l2_data", book_event("update", "B-USD", {{"5", "2"}}, {}));
  EXPECT_TRUE(book("B-USD").live());
  // Nothing can be read of this one: its number is missed.
  harness->envelope("l2_data", "");
  harness->bytes("\x01garbage");
  send("l2_data", book_event("update", "B-USD", {{"5", "2"}}, {}));
  EXPECT_EQ(book("B-USD").published().reason(), BookReason::SequenceGap);
}

TEST_F(Advanced, EachConnectionCountsForItself) {
  harness->open(second_connection);
  harness->bytes(
      harness->envelope("l2_data", book_event("snapshot", "A-USD", {{"10", "9"}}, {{"11", "1"}}), second_connection),
      second_connection);
  EXPECT_EQ(book("A-USD").ladder().best_bid().quantity, quantity("9"));
  ++harness->next_number[first_connection];
  send("heartbeats", R"({"current_time":"x","heartbeat_counter":1})");
  EXPECT_TRUE(book("A-USD").live()) << "carried by the second one";
  EXPECT_FALSE(book("B-USD").live());
}

TEST(SequenceWatch, FindsLossesAndNewCounts) {
  using Kind = SequenceWatch::Kind;
  SequenceWatch watch;
  EXPECT_EQ(watch.take(7).kind, Kind::Next) << "whatever comes first";
  EXPECT_EQ(watch.take(8).kind, Kind::Next);
  const auto lost = watch.take(12);
  EXPECT_EQ(lost.kind, Kind::Lost);
  EXPECT_EQ(lost.missed, 3U);
  EXPECT_EQ(watch.take(12).kind, Kind::Old);
  EXPECT_EQ(watch.take(10).kind, Kind::Old);
  EXPECT_EQ(watch.take(13).kind, Kind::Next);
  for (std::uint64_t n = 0; n < 7; ++n) EXPECT_EQ(watch.take(n).kind, Kind::Old);
  EXPECT_EQ(watch.take(7).kind, Kind::Restarted);
  EXPECT_EQ(watch.take(8).kind, Kind::Next);
}

}  // namespace
}  // namespace trunkline::venue::coinbase::test
