// The way of an order through the connector, one rule a test, against a venue in memory.
#include "order/scripted_connector.hpp"

namespace trunkline::order::test {
namespace {

using State = OrderState;
using namespace std::chrono_literals;
using Texts = std::vector<std::string>;

class ConnectorBaseTest : public ::testing::Test {
 protected:
  void SetUp() override { start(ScriptedConnector::config()); }
  void start(ConnectorConfig config) {
    connector = std::make_unique<ScriptedConnector>(venue, std::move(config));
    ASSERT_TRUE(connector->initialize());
    connector->connect();
    connector->run();
    ASSERT_TRUE(connector->is_ready());
  }
  std::string open(std::string_view quantity = "1") {
    const std::string id = connector->place(quantity);
    connector->run();
    EXPECT_EQ(connector->state(id), State::Open);
    return id;
  }
  Nanos now() const { return connector->now(); }

  ModelVenue venue;
  std::unique_ptr<ScriptedConnector> connector;
};

TEST_F(ConnectorBaseTest, BuyReturnsAtOnceAndTheRestComesToTheListeners) {
  const std::string id = connector->place("1.0009", "100.019");
  EXPECT_EQ(connector->state(id), State::PendingCreate);
  EXPECT_EQ(connector->asked("place"), 0) << "nothing happens on the caller's thread";
  connector->run();
  EXPECT_EQ(connector->state(id), State::Open);
  EXPECT_EQ(venue.find(id)->wanted.amount, amount("1"));
  EXPECT_EQ(venue.find(id)->wanted.price, price("100.01"));
  connector->tell(venue.trade(id, "0.25", now()));
  connector->tell(venue.trade(id, "0.75", now()));
  EXPECT_EQ(connector->heard.events, (Texts{id + " PendingSubmit", id + " Open", id + " fill 0.25",
                                            id + " PartiallyFilled", id + " fill 0.75", id + " Filled"}));
  EXPECT_EQ(connector->heard.created, 1);
  EXPECT_EQ(connector->heard.filled, 2);
  EXPECT_EQ(connector->tracker().get_order(id)->fee_paid("USDT"), amount("0.002"));
  EXPECT_EQ(connector->risk().position(btc), amount("1"));
}

TEST_F(ConnectorBaseTest, EachFundingPaymentSinceItsStartCountsOnce) {
  const FundingPayment paid{
      .trading_pair = btc, .currency = Currency::cut("USDT"), .amount = amount("-0.5"), .timestamp = now()};
  FundingPayment got = paid;
  got.timestamp += 8h;
  got.amount = amount("0.25");
  FundingPayment old = paid;
  old.timestamp -= 8h;
  for (const FundingPayment& payment : {paid, old, got, paid, got}) connector->process_funding(payment);
  EXPECT_EQ(connector->heard.events, (Texts{"funding -0.5 USDT", "funding 0.25 USDT"}));
}

TEST_F(ConnectorBaseTest, APositionThatIsNotListedAnyMoreIsNone) {
  connector->held = {{.trading_pair = btc, .quantity = amount("2"), .updated = now()}};
  connector->events_missed("a test");
  connector->run();
  ASSERT_EQ(connector->positions().size(), 1U);
  EXPECT_EQ(connector->positions().front().quantity, amount("2"));
  EXPECT_EQ(connector->risk().position(btc), amount("2"));
  // What is older than that is passed over.
  connector->process_position({.trading_pair = btc, .quantity = amount("3"), .updated = now() - 1s});
  EXPECT_EQ(connector->positions().front().quantity, amount("2"));
  connector->held.clear();
  connector->events_missed("a test");
  connector->run();
  EXPECT_TRUE(connector->positions().front().quantity.is_zero());
  EXPECT_TRUE(connector->risk().position(btc).is_zero());
}

TEST_F(ConnectorBaseTest, RefusesAtOnceWhatCannotBeSent) {
  const auto refusal = [&](const OrderParams& params) {
    const auto id = connector->buy(params);
    EXPECT_FALSE(id);
    if (id) return std::string();
    EXPECT_EQ(id.error().outcome, OrderOutcome::NotSent);
    return id.error().message;
  };
  EXPECT_EQ(refusal({.trading_pair = "XX-YY", .amount = 1, .price = 1}), "fake does not trade XX-YY");
  EXPECT_EQ(refusal({.trading_pair = "BTC-USDT", .amount = "1,5", .price = 100}),
            "amount: \"1,5\" is not a decimal number");
  EXPECT_EQ(refusal({.trading_pair = "BTC-USDT", .price = 100}), "an order needs an amount");
  EXPECT_EQ(refusal({.trading_pair = "BTC-USDT", .amount = 1}), "fake:BTC-USDT: this order needs a price above 0");
  EXPECT_EQ(refusal({.trading_pair = "BTC-USDT", .amount = "0.01", .price = 100}),
            "fake:BTC-USDT: 0.01 at 100 is worth less than the least, 5");
  EXPECT_NE(refusal({.trading_pair = "BTC-USDT", .amount = 1, .price = 100, .client_order_id = "a b"}), "");
  EXPECT_NE(refusal({.trading_pair = "BTC-USDT", .amount = 1, .price = 100, .time_in_force = TimeInForce::Gtd}), "");
  EXPECT_NE(refusal({.trading_pair = "BTC-USDT", .amount = 1, .price = 100, .extra_params = {{"a=b", "c"}}}), "");
  connector->disconnect();
  EXPECT_EQ(refusal({.trading_pair = "BTC-USDT", .amount = 1, .price = 100}), "fake is not connected");
  connector->run();
  EXPECT_EQ(connector->asked("place"), 0);
  EXPECT_EQ(connector->tracker().active_order_count(), 0U);
  EXPECT_EQ(connector->risk().counters().open_orders, 0U);
}

TEST_F(ConnectorBaseTest, AnIdOfItsUsersIsTakenOnce) {
  const OrderParams params{.trading_pair = "BTC-USDT", .amount = 1, .price = 100, .client_order_id = "mine"};
  EXPECT_EQ(connector->buy(params).value(), "mine");
  EXPECT_EQ(connector->buy(params).error().reason, OrderReason::DuplicateId);
  connector->run();
  EXPECT_EQ(venue.placed["mine"], 1);
  EXPECT_TRUE(connector->cancel("mine"));
  connector->run();
  EXPECT_EQ(connector->buy(params).error().reason, OrderReason::DuplicateId) << "also of one that ended";
  EXPECT_EQ(connector->risk().counters().open_orders, 0U);
}

TEST_F(ConnectorBaseTest, MarketOrdersNeedNoBookWhereThereIsNoCollar) {
  EXPECT_TRUE(connector->buy({.trading_pair = "BTC-USDT", .amount = 1, .order_type = OrderType::Market}).has_value());
}

TEST_F(ConnectorBaseTest, AFillBeforeTheAcknowledgementCounts) {
  connector->hold("place");
  const std::string id = connector->place();
  connector->run();
  EXPECT_EQ(connector->state(id), State::PendingSubmit);
  connector->tell(venue.trade(id, "0.4", now()));
  EXPECT_EQ(connector->state(id), State::PartiallyFilled);
  connector->release("place");
  EXPECT_EQ(connector->state(id), State::PartiallyFilled);
  EXPECT_EQ(connector->tracker().find(id)->filled_amount, amount("0.4"));
}

TEST_F(ConnectorBaseTest, ARejectedOrderFails) {
  connector->fault("place", Fault::Rejected);
  const std::string id = connector->place();
  connector->run();
  EXPECT_EQ(connector->state(id), State::Failed);
  EXPECT_EQ(connector->heard.errors, Texts{id + " Rejected InsufficientFunds"});
  EXPECT_EQ(connector->risk().counters().open_orders, 0U);
}

TEST_F(ConnectorBaseTest, AnUnknownOutcomeIsAskedAboutAndNeverSentAgain) {
  connector->fault("place", Fault::AnswerLost);
  connector->fault("query", Fault::RequestLost);
  const std::string id = connector->place();
  connector->run();
  EXPECT_EQ(connector->state(id), State::Unknown);
  EXPECT_TRUE(connector->tracker().find(id)->is_active());
  connector->pass(150ms);
  EXPECT_EQ(connector->asked("query"), 0);
  connector->pass(100ms);
  EXPECT_EQ(connector->asked("query"), 1);
  EXPECT_EQ(connector->state(id), State::Unknown) << "that question was lost, too";
  connector->pass(1s);
  EXPECT_EQ(connector->asked("query"), 2);
  EXPECT_EQ(connector->state(id), State::Open);
  EXPECT_EQ(venue.placed[id], 1);
  EXPECT_EQ(connector->counters().unknown, 1U);
}

TEST_F(ConnectorBaseTest, NotFoundIsFinalOnlyAfterTheHorizon) {
  connector->fault("place", Fault::RequestLost);
  const std::string id = connector->place();
  connector->run();
  connector->pass(9s);
  EXPECT_GT(connector->asked("query"), 2);
  EXPECT_EQ(connector->state(id), State::Unknown);
  connector->pass(12s);
  EXPECT_EQ(connector->state(id), State::Failed);
  EXPECT_EQ(connector->tracker().find(id)->reason, OrderReason::NotFound);
  EXPECT_EQ(venue.placed[id], 0);
  const int asked = connector->asked("query");
  connector->pass(20s);
  EXPECT_EQ(connector->asked("query"), asked) << "nothing is in doubt any more";
}

TEST_F(ConnectorBaseTest, ARequestThatArrivesLateIsFoundBeforeTheHorizon) {
  connector->fault("place", Fault::RequestLost);
  const std::string id = connector->place();
  connector->run();
  connector->pass(3s);
  ASSERT_TRUE(venue.place(*connector->tracker().get_order(id), now()));
  connector->pass(10s);
  EXPECT_EQ(connector->state(id), State::Open);
}

TEST_F(ConnectorBaseTest, ACancellationOfWhatIsNotAcknowledgedGoesOutOnceItIs) {
  connector->hold("place");
  const std::string id = connector->place();
  connector->run();
  EXPECT_TRUE(connector->cancel(id));
  connector->run();
  EXPECT_EQ(connector->asked("cancel"), 0);
  connector->release("place");
  EXPECT_EQ(connector->asked("cancel"), 1);
  EXPECT_EQ(connector->state(id), State::Cancelled);
}

TEST_F(ConnectorBaseTest, ACancellationOfAnOrderInDoubtGoesOutOnceItIsFound) {
  connector->fault("place", Fault::AnswerLost);
  const std::string id = connector->place();
  connector->run();
  EXPECT_TRUE(connector->cancel(id));
  connector->pass(1s);
  EXPECT_EQ(connector->state(id), State::Cancelled);
  EXPECT_EQ(venue.find(id)->state, State::Cancelled);
}

TEST_F(ConnectorBaseTest, ACancellationThatIsRefusedBecauseTheOrderFilledLeavesItFilled) {
  const std::string id = open();
  const TradeUpdate fill = venue.trade(id, "1", now());
  EXPECT_TRUE(connector->cancel(id));
  connector->run();
  EXPECT_EQ(connector->state(id), State::Open) << "the cancellation was refused, the fill is not here yet";
  connector->tell(fill);
  EXPECT_EQ(connector->state(id), State::Filled);
  EXPECT_EQ(connector->heard.errors, Texts{id + " Rejected VenueError"});
}

TEST_F(ConnectorBaseTest, ACancellationOfUnknownOutcomeIsAskedAboutAndAskedForAgain) {
  const std::string lost = open();
  connector->fault("cancel", Fault::RequestLost);
  EXPECT_TRUE(connector->cancel(lost));
  connector->run();
  EXPECT_EQ(connector->state(lost), State::PendingCancel);
  EXPECT_EQ(connector->tracker().find(lost)->doubts, doubt::cancel);
  connector->pass(1s);
  EXPECT_EQ(connector->state(lost), State::Cancelled);
  EXPECT_EQ(connector->asked("cancel"), 2);

  const std::string done = open();
  connector->fault("cancel", Fault::AnswerLost);
  EXPECT_TRUE(connector->cancel(done));
  connector->pass(1s);
  EXPECT_EQ(connector->state(done), State::Cancelled);
  EXPECT_EQ(connector->asked("cancel"), 3) << "asking was enough";
}

TEST_F(ConnectorBaseTest, ACancellationThatTheVenueHadNoTimeForIsTriedAgain) {
  const std::string id = open();
  connector->fault("cancel", Fault::RateLimited);
  EXPECT_TRUE(connector->cancel(id));
  connector->run();
  EXPECT_EQ(connector->state(id), State::PendingCancel);
  connector->pass(1s);
  EXPECT_EQ(connector->state(id), State::Cancelled);
}

TEST_F(ConnectorBaseTest, ACreationThatTheVenueHadNoTimeForFailsAndHoldsTheNextBack) {
  connector->fault("place", Fault::RateLimited);
  const std::string first = connector->place();
  connector->run();
  EXPECT_EQ(connector->state(first), State::Failed);
  const std::string second = connector->place();
  connector->run();
  EXPECT_EQ(connector->state(second), State::Failed);
  EXPECT_EQ(connector->heard.errors.back(), second + " NotSent RateLimited");
  EXPECT_EQ(connector->asked("place"), 1);
  connector->pass(1s);
  open();
}

TEST_F(ConnectorBaseTest, HeadroomIsKeptForCancellations) {
  connector->set_order_limits({{.count = 5, .window = 10s}});
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(connector->place());
  connector->run();
  EXPECT_EQ(connector->asked("place"), 4);
  EXPECT_EQ(connector->state(ids[4]), State::Failed);
  EXPECT_EQ(connector->cancel_all(), 4U);
  connector->run();
  EXPECT_EQ(connector->tracker().active_order_count(), 0U);
}

TEST_F(ConnectorBaseTest, AnAmendmentTakesEffectWithTheVenuesAnswer) {
  const std::string id = open();
  EXPECT_TRUE(connector->amend(id, {.amount = 2, .price = "99.5"}));
  connector->run();
  const auto order = connector->tracker().get_order(id);
  EXPECT_EQ(order->price, price("99.5"));
  EXPECT_EQ(order->amount, amount("2"));
  EXPECT_EQ(order->earlier_exchange_order_ids.size(), 1U);
  EXPECT_FALSE(connector->amend(id, {.price = "99.5"})) << "nothing is to be changed";
  EXPECT_EQ(connector->heard.filled, 0);
}

TEST_F(ConnectorBaseTest, AnAmendmentThatRacesAFillEndsAsTheVenueSays) {
  const std::string id = open();
  const TradeUpdate fill = venue.trade(id, "1", now());
  EXPECT_TRUE(connector->amend(id, {.price = 99}));
  connector->run();
  EXPECT_EQ(connector->tracker().find(id)->price, price("100"));
  connector->tell(fill);
  EXPECT_EQ(connector->state(id), State::Filled);

  // The fill of before the replacement comes after it, under the earlier id.
  const std::string other = open();
  TradeUpdate early = venue.trade(other, "0.3", now());
  early.client_order_id = {};
  EXPECT_TRUE(connector->amend(other, {.price = 99}));
  connector->run();
  connector->tell(early);
  EXPECT_EQ(connector->tracker().find(other)->filled_amount, amount("0.3"));
  EXPECT_EQ(connector->tracker().find(other)->price, price("99"));
}

TEST_F(ConnectorBaseTest, AnAmendmentOfUnknownOutcomeIsAskedAbout) {
  const std::string done = open();
  connector->fault("amend", Fault::AnswerLost);
  EXPECT_TRUE(connector->amend(done, {.price = 99}));
  connector->run();
  EXPECT_EQ(connector->tracker().find(done)->doubts, doubt::amend);
  connector->pass(1s);
  EXPECT_EQ(connector->tracker().find(done)->doubts, 0);
  EXPECT_EQ(connector->tracker().find(done)->price, price("99"));

  const std::string lost = open();
  connector->fault("amend", Fault::RequestLost);
  EXPECT_TRUE(connector->amend(lost, {.price = 98}));
  connector->pass(5s);
  EXPECT_EQ(connector->tracker().find(lost)->doubts, doubt::amend) << "it could still arrive";
  connector->pass(15s);
  EXPECT_EQ(connector->tracker().find(lost)->doubts, 0);
  EXPECT_EQ(connector->tracker().find(lost)->price, price("100"));
  EXPECT_TRUE(connector->amend(lost, {.price = 98}));
  connector->run();
  EXPECT_EQ(connector->tracker().find(lost)->price, price("98"));
}

TEST_F(ConnectorBaseTest, ALostOrderIsPolledAndCancelledAndNotTakenForCancelled) {
  const std::string id = open();
  ModelVenue::Order hidden = *venue.find(id);
  venue.orders.erase(id);
  connector->pass(60s);
  EXPECT_TRUE(connector->tracker().find(id)->lost);
  EXPECT_TRUE(connector->tracker().find(id)->is_active());
  EXPECT_EQ(connector->tracker().lost_order_count(), 1U);
  EXPECT_GE(connector->asked("cancel"), 1);
  venue.orders[id] = hidden;  // the venue knows it again
  connector->pass(30s);
  EXPECT_EQ(connector->tracker().lost_order_count(), 0U);
  EXPECT_EQ(connector->state(id), venue.find(id)->state);
}

TEST_F(ConnectorBaseTest, OrdersWaitUntilItIsReady) {
  connector->disconnect();
  connector->hold("open");
  connector->connect();
  const std::string id = connector->place();
  connector->run();
  EXPECT_FALSE(connector->is_ready());
  EXPECT_EQ(connector->asked("place"), 0);
  EXPECT_EQ(connector->counters().held, 1U);
  connector->release("open");
  EXPECT_TRUE(connector->is_ready());
  EXPECT_EQ(connector->state(id), State::Open);
}

TEST_F(ConnectorBaseTest, OrdersThatWaitTooLongAreGivenUp) {
  connector->disconnect();
  connector->hold("open");
  connector->connect();
  const std::string given_up = connector->place();
  const std::string cancelled = connector->place("2");
  connector->run();
  EXPECT_TRUE(connector->cancel(cancelled));
  connector->pass(2s);
  EXPECT_EQ(connector->state(given_up), State::Failed);
  EXPECT_EQ(connector->state(cancelled), State::Failed);
  EXPECT_EQ(connector->heard.errors, Texts{given_up + " NotSent NotSentInTime"});
  connector->release("open");
  EXPECT_EQ(connector->asked("place"), 0);
}

TEST_F(ConnectorBaseTest, ReconciliationFindsWhatWasMissedAndAdoptsOrdersOfOthers) {
  const std::string filled = open();
  const std::string cancelled = open();
  const std::string partial = open();
  connector->disconnect();
  venue.trade(filled, "1", now());
  ASSERT_TRUE(venue.cancel(cancelled, now()));
  venue.trade(partial, "0.1", now());
  InFlightOrder foreign = make_order("somebody-else", "7", "90");
  ASSERT_TRUE(venue.place(foreign, now()));
  connector->pass(1s);
  connector->connect();
  EXPECT_TRUE(connector->is_ready());
  EXPECT_EQ(connector->state(filled), State::Filled);
  EXPECT_EQ(connector->state(cancelled), State::Cancelled);
  EXPECT_EQ(connector->tracker().find(partial)->filled_amount, amount("0.1"));
  const auto adopted = connector->tracker().get_order("somebody-else");
  ASSERT_TRUE(adopted);
  EXPECT_TRUE(adopted->external);
  EXPECT_EQ(adopted->state, State::Open);
  EXPECT_EQ(adopted->amount, amount("7"));
  EXPECT_EQ(connector->counters().adopted, 1U);
  EXPECT_EQ(connector->balance("USDT")->total, amount("1000"));
  connector->events_missed("again");
  EXPECT_EQ(connector->counters().adopted, 1U);
}

TEST_F(ConnectorBaseTest, AReconciliationThatFailsIsTriedAgain) {
  connector->disconnect();
  connector->fault("open", Fault::RequestLost);
  connector->connect();
  EXPECT_FALSE(connector->is_ready());
  connector->pass(2s);
  EXPECT_TRUE(connector->is_ready());
}

TEST_F(ConnectorBaseTest, AReconciliationThatALostConnectionOvertookDoesNotMakeItReady) {
  connector->disconnect();
  connector->hold("open");
  connector->connect();
  connector->disconnect();
  connector->release("open");
  EXPECT_FALSE(connector->is_ready());
  connector->connect();
  EXPECT_TRUE(connector->is_ready());
}

TEST_F(ConnectorBaseTest, FillsThatTheVenuesSumKnowsAreAskedFor) {
  const std::string id = open();
  venue.trade(id, "0.6", now());
  connector->tell(id);  // the order's event came, the fill's did not
  EXPECT_TRUE(connector->tracker().find(id)->fills_missing());
  connector->pass(1s);
  EXPECT_EQ(connector->tracker().find(id)->filled_amount, amount("0.6"));
  EXPECT_EQ(connector->state(id), State::PartiallyFilled);
}

TEST_F(ConnectorBaseTest, AnAuditFindsWhatNoEventTold) {
  const std::string id = open();
  venue.trade(id, "1", now());
  connector->pass(31s);
  EXPECT_EQ(connector->state(id), State::Filled);
}

TEST_F(ConnectorBaseTest, CancelAllCancelsOneTradingPairOrAll) {
  for (int i = 0; i < 3; ++i) open();
  EXPECT_EQ(connector->cancel_all("XX-YY"), 0U);
  EXPECT_EQ(connector->cancel_all("BTC-USDT"), 3U);
  connector->run();
  EXPECT_EQ(connector->tracker().active_order_count(), 0U);
}

TEST_F(ConnectorBaseTest, BatchesAnswerEachInTheirOrder) {
  const std::vector<std::pair<TradeType, OrderParams>> orders{
      {TradeType::Buy, {.trading_pair = "BTC-USDT", .amount = 1, .price = 100}},
      {TradeType::Sell, {.trading_pair = "XX-YY", .amount = 1, .price = 100}},
      {TradeType::Sell, {.trading_pair = "BTC-USDT", .amount = 1, .price = 101}}};
  const auto placed = connector->place_batch(orders);
  ASSERT_EQ(placed.size(), 3U);
  EXPECT_TRUE(placed[0] && !placed[1] && placed[2]);
  connector->run();
  const std::vector<std::string> ids{placed[0]->str(), "none", placed[2]->str()};
  const auto cancelled = connector->cancel_batch(ids);
  EXPECT_TRUE(cancelled[0] && !cancelled[1] && cancelled[2]);
  connector->run();
  EXPECT_EQ(connector->tracker().active_order_count(), 0U);
}

TEST_F(ConnectorBaseTest, HaltedCancelsWhatIsOpenAndSendsNothingThatWaits) {
  const std::string id = open();
  const std::string waiting = connector->place("2");  // posted, not yet sent
  connector->set_trading_state(TradingState::Halted, "by hand");
  connector->run();
  EXPECT_EQ(connector->state(id), State::Cancelled);
  EXPECT_EQ(connector->state(waiting), State::Failed);
  EXPECT_EQ(connector->asked("place"), 1);
  EXPECT_EQ(connector->buy({.trading_pair = "BTC-USDT", .amount = 1, .price = 100}).error().reason,
            OrderReason::Halted);
}

TEST_F(ConnectorBaseTest, WhatIsShutDownDoesNothingAnyMore) {
  connector->hold("place");
  const std::string id = connector->place();
  connector->run();
  connector->shut();
  connector->release("place");
  EXPECT_EQ(connector->state(id), State::PendingSubmit);
  EXPECT_FALSE(connector->buy({.trading_pair = "BTC-USDT", .amount = 1, .price = 100}));
  connector->pass(1s);
}

}  // namespace
}  // namespace trunkline::order::test
