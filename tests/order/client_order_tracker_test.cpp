#include "order/orders.hpp"

namespace trunkline::order::test {
namespace {

using Kind = OrderChange::Kind;
using State = OrderState;

class ClientOrderTrackerTest : public ::testing::Test {
 protected:
  // An order on its way.
  void send(std::string_view id, std::string_view quantity = "1") {
    ASSERT_TRUE(tracker.start_tracking(make_order(id, quantity)));
    ASSERT_EQ(tracker.submitted(id, Nanos{2'000}).order.state, State::PendingSubmit);
  }
  void open(std::string_view id, std::string_view exchange, std::string_view quantity = "1") {
    send(id, quantity);
    ASSERT_EQ(tracker.process_order_update(update(id, exchange, State::Open)).order.state, State::Open);
  }
  State state(std::string_view id) const { return tracker.find(id)->state; }

  ClientOrderTracker tracker{{.expected_orders = 16, .kept_done = 4, .lost_after = 3}};
};

TEST_F(ClientOrderTrackerTest, TracksAnOrderFromBeforeItIsSentToItsEnd) {
  EXPECT_TRUE(tracker.start_tracking(make_order("a")));
  EXPECT_FALSE(tracker.start_tracking(make_order("a"))) << "one order an id";
  EXPECT_EQ(state("a"), State::PendingCreate);
  EXPECT_EQ(tracker.active_order_count(), 1U);
  EXPECT_TRUE(tracker.all_fillable_orders().empty());

  EXPECT_EQ(tracker.submitted("a", Nanos{5}).previous, State::PendingCreate);
  EXPECT_EQ(tracker.find("a")->sent, Nanos{5});
  const OrderChange ack = tracker.process_order_update(update("a", "X1", State::Open, Nanos{10}));
  EXPECT_EQ(ack.kind, Kind::Changed);
  EXPECT_EQ(ack.order.exchange_order_id, "X1");
  const OrderChange partial = tracker.process_trade_update(fill("t1", "a", "X1", "0.4"));
  EXPECT_TRUE(partial.filled);
  EXPECT_EQ(partial.order.state, State::PartiallyFilled);
  EXPECT_EQ(partial.order.remaining_amount(), amount("0.6"));
  const OrderChange rest = tracker.process_trade_update(fill("t2", "a", "X1", "0.6", "99"));
  EXPECT_EQ(rest.order.state, State::Filled);
  EXPECT_EQ(rest.order.average_price(), price("99.4"));
  EXPECT_EQ(rest.order.number, 4U);
  EXPECT_EQ(tracker.active_order_count(), 0U);
  EXPECT_TRUE(tracker.get_order("a")->is_done()) << "kept for late fills";
}

TEST_F(ClientOrderTrackerTest, AFillCanPrecedeTheAcknowledgement) {
  send("a");
  EXPECT_EQ(tracker.process_trade_update(fill("t1", "a", "X1", "0.5")).order.state, State::PartiallyFilled);
  EXPECT_EQ(tracker.find("a")->exchange_order_id, "X1");
  EXPECT_EQ(tracker.process_order_update(update("a", "X1", State::Open)).kind, Kind::Nothing);
  EXPECT_EQ(state("a"), State::PartiallyFilled);
  EXPECT_EQ(tracker.process_trade_update(fill("t2", "a", "X1", "0.5")).order.state, State::Filled);
  EXPECT_EQ(tracker.process_order_update(update("a", "X1", State::Open)).kind, Kind::Nothing);
  EXPECT_EQ(state("a"), State::Filled);
}

TEST_F(ClientOrderTrackerTest, AFillCountsOnce) {
  open("a", "X1");
  EXPECT_TRUE(tracker.process_trade_update(fill("t1", "a", "X1", "0.2")).changed());
  EXPECT_EQ(tracker.process_trade_update(fill("t1", "a", "X1", "0.2")).kind, Kind::Nothing);
  EXPECT_EQ(tracker.process_trade_update(fill("t1", "", "X1", "0.2")).kind, Kind::Nothing);
  EXPECT_EQ(tracker.find("a")->filled_amount, amount("0.2"));
  EXPECT_EQ(tracker.counters().duplicate_fills, 2U);
  // Venues there are that give one id to two fills, of different amount, price or side.
  EXPECT_TRUE(tracker.process_trade_update(fill("t1", "a", "X1", "0.3")).changed());
  EXPECT_TRUE(tracker.process_trade_update(fill("t1", "a", "X1", "0.3", "101")).changed());
  EXPECT_EQ(tracker.find("a")->filled_amount, amount("0.8"));
}

TEST_F(ClientOrderTrackerTest, MatchesByClientIdFirstAndByExchangeIdSecond) {
  open("a", "X1");
  open("b", "X2");
  EXPECT_EQ(tracker.process_trade_update(fill("t2", "someone-else", "X2", "0.1")).order.client_order_id, "b");
  EXPECT_EQ(tracker.process_trade_update(fill("t3", "", "X1", "0.1")).order.client_order_id, "a");
  EXPECT_EQ(tracker.process_trade_update(fill("t1", "a", "X2", "0.1")).order.client_order_id, "a");
  TradeUpdate other = fill("t4", "", "X1", "0.1");
  other.trading_pair = eth;
  EXPECT_EQ(tracker.process_trade_update(other).kind, Kind::UnknownOrder) << "exchange ids are a trading pair's own";
  EXPECT_EQ(tracker.process_order_update(update("", "X9", State::Open)).kind, Kind::UnknownOrder);
  EXPECT_EQ(tracker.counters().unknown_orders, 2U);
}

TEST_F(ClientOrderTrackerTest, LateFillsApplyToACancelledOrderAndMayFillIt) {
  open("a", "X1");
  tracker.process_order_update(update("a", "X1", State::Cancelled));
  const OrderChange late = tracker.process_trade_update(fill("t1", "a", "X1", "0.4"));
  EXPECT_EQ(late.order.state, State::Cancelled);
  EXPECT_EQ(late.order.filled_amount, amount("0.4"));
  EXPECT_EQ(tracker.process_trade_update(fill("t2", "a", "X1", "0.6")).order.state, State::Filled);
  EXPECT_EQ(tracker.counters().late_fills, 2U);
  EXPECT_EQ(tracker.active_order_count(), 0U);
}

TEST_F(ClientOrderTrackerTest, AFilledOrderIsNeverCancelled) {
  open("a", "X1");
  tracker.process_trade_update(fill("t1", "a", "X1", "1"));
  EXPECT_EQ(tracker.process_order_update(update("a", "X1", State::Cancelled)).kind, Kind::Refused);
  EXPECT_EQ(tracker.process_order_update(update("a", "X1", State::Failed)).kind, Kind::Refused);
  EXPECT_EQ(state("a"), State::Filled);
  EXPECT_EQ(tracker.counters().refused_transitions, 2U);
  EXPECT_EQ(tracker.cancel_requested("a", Nanos{0}).kind, Kind::Refused);
}

TEST_F(ClientOrderTrackerTest, TheVenuesSumDoesNotReplaceFillsThatAreMissing) {
  open("a", "X1");
  OrderUpdate filled = update("a", "X1", State::Filled);
  filled.filled = amount("1");
  const OrderChange told = tracker.process_order_update(filled);
  EXPECT_EQ(told.order.state, State::Open) << "its fills decide";
  EXPECT_TRUE(told.order.fills_missing());
  EXPECT_EQ(told.order.filled_amount, amount("0"));
  EXPECT_EQ(tracker.process_trade_update(fill("t1", "a", "X1", "1")).order.state, State::Filled);
  EXPECT_FALSE(tracker.find("a")->fills_missing());

  open("b", "X2");
  OrderUpdate cancelled = update("b", "X2", State::Cancelled);
  cancelled.filled = amount("0.3");
  EXPECT_TRUE(tracker.process_order_update(cancelled).order.fills_missing());
  EXPECT_EQ(state("b"), State::Cancelled);
}

TEST_F(ClientOrderTrackerTest, MoreFilledThanOrderedIsAnAlarm) {
  open("a", "X1");
  EXPECT_FALSE(tracker.process_trade_update(fill("t1", "a", "X1", "1")).alarm);
  const OrderChange over = tracker.process_trade_update(fill("t2", "a", "X1", "0.1"));
  EXPECT_TRUE(over.alarm);
  EXPECT_EQ(over.order.filled_amount, amount("1.1")) << "counted all the same";
  EXPECT_EQ(tracker.counters().alarms, 1U);
}

TEST_F(ClientOrderTrackerTest, UnknownStaysUnknownUntilTheVenueAnswers) {
  send("a");
  const OrderChange change = tracker.create_failed("a", OrderOutcome::Unknown, OrderReason::Timeout, Nanos{3});
  EXPECT_EQ(change.order.state, State::Unknown);
  EXPECT_EQ(change.order.reason, OrderReason::Timeout);
  EXPECT_EQ(change.order.doubts, doubt::create);
  EXPECT_TRUE(change.order.is_active());
  EXPECT_EQ(tracker.process_order_not_found("a", false, Nanos{4}).kind, Kind::Nothing);
  EXPECT_EQ(state("a"), State::Unknown);
  const OrderChange ack = tracker.process_order_update(update("a", "X1", State::Open));
  EXPECT_EQ(ack.order.state, State::Open);
  EXPECT_EQ(ack.order.doubts, 0);
}

TEST_F(ClientOrderTrackerTest, NotFoundIsFinalOnlyAfterTheHorizon) {
  send("a");
  tracker.create_failed("a", OrderOutcome::Unknown, OrderReason::Timeout, Nanos{3});
  for (int i = 0; i < 2; ++i) tracker.process_order_not_found("a", false, Nanos{4});
  EXPECT_EQ(state("a"), State::Unknown);
  const OrderChange gone = tracker.process_order_not_found("a", true, Nanos{5});
  EXPECT_EQ(gone.order.state, State::Failed);
  EXPECT_EQ(gone.order.reason, OrderReason::NotFound);
}

TEST_F(ClientOrderTrackerTest, AnAcknowledgementBeforeTheUnknownOutcomeKeepsTheOrderOpen) {
  open("a", "X1");
  EXPECT_EQ(tracker.create_failed("a", OrderOutcome::Unknown, OrderReason::Timeout, Nanos{3}).kind, Kind::Nothing);
  EXPECT_EQ(state("a"), State::Open);
  EXPECT_EQ(tracker.find("a")->doubts, 0);
}

TEST_F(ClientOrderTrackerTest, ARejectionAfterTheAcknowledgementFailsTheOrder) {
  open("a", "X1");
  EXPECT_EQ(tracker.process_order_update(update("a", "X1", State::Failed)).order.state, State::Failed);
  EXPECT_EQ(tracker.active_order_count(), 0U);
  const OrderChange alive = tracker.process_order_update(update("a", "X1", State::Open));
  EXPECT_EQ(alive.order.state, State::Open);
  EXPECT_TRUE(alive.alarm) << "what was told as final was not";
  EXPECT_EQ(tracker.active_order_count(), 1U);
}

TEST_F(ClientOrderTrackerTest, NotFoundSeveralTimesIsLostAndNotCancelled) {
  open("a", "X1");
  EXPECT_EQ(tracker.process_order_not_found("a", true, Nanos{1}).kind, Kind::Nothing);
  EXPECT_EQ(tracker.process_order_not_found("a", true, Nanos{2}).kind, Kind::Nothing);
  const OrderChange lost = tracker.process_order_not_found("a", true, Nanos{3});
  EXPECT_TRUE(lost.changed() && lost.alarm);
  EXPECT_TRUE(lost.order.lost);
  EXPECT_EQ(lost.order.reason, OrderReason::Lost);
  EXPECT_EQ(lost.order.state, State::Open);
  EXPECT_EQ(tracker.process_order_not_found("a", true, Nanos{4}).kind, Kind::Nothing) << "told once";
  EXPECT_EQ(tracker.lost_order_count(), 1U);
  ASSERT_EQ(tracker.lost_orders().size(), 1U);
  const OrderChange back = tracker.process_order_update(update("a", "X1", State::Open));
  EXPECT_TRUE(back.changed());
  EXPECT_FALSE(back.order.lost);
  EXPECT_EQ(back.order.not_found, 0U);
}

TEST_F(ClientOrderTrackerTest, ACancellationOfWhatIsNotAcknowledgedIsKept) {
  send("a");
  const OrderChange wanted = tracker.cancel_requested("a", Nanos{3});
  EXPECT_TRUE(wanted.changed());
  EXPECT_EQ(wanted.order.state, State::PendingSubmit);
  EXPECT_EQ(tracker.cancel_requested("a", Nanos{3}).kind, Kind::Nothing);
  EXPECT_EQ(tracker.process_order_update(update("a", "X1", State::Open)).order.state, State::PendingCancel);
  send("b");
  tracker.cancel_requested("b", Nanos{3});
  EXPECT_EQ(tracker.process_trade_update(fill("t", "b", "X2", "0.1")).order.state, State::PendingCancel);
}

TEST_F(ClientOrderTrackerTest, ACancellationOfWhatWasNotSentEndsIt) {
  tracker.start_tracking(make_order("a"));
  const OrderChange change = tracker.cancel_requested("a", Nanos{3});
  EXPECT_EQ(change.order.state, State::Failed);
  EXPECT_EQ(change.order.reason, OrderReason::Requested);
  EXPECT_FALSE(tracker.submitted("a", Nanos{4}).changed());
}

TEST_F(ClientOrderTrackerTest, ARefusedCancellationLeavesTheOrderAsItStands) {
  open("a", "X1");
  EXPECT_EQ(tracker.cancel_requested("a", Nanos{3}).order.state, State::PendingCancel);
  EXPECT_EQ(tracker.process_order_update(update("a", "X1", State::Open)).kind, Kind::Nothing) << "an older word";
  EXPECT_EQ(tracker.cancel_failed("a", OrderOutcome::Rejected, OrderReason::VenueError, Nanos{4}).order.state,
            State::Open);
  tracker.cancel_requested("a", Nanos{5});
  tracker.process_trade_update(fill("t1", "a", "X1", "0.5"));
  EXPECT_EQ(state("a"), State::PendingCancel);
  EXPECT_EQ(tracker.cancel_failed("a", OrderOutcome::Rejected, OrderReason::VenueError, Nanos{6}).order.state,
            State::PartiallyFilled);
}

TEST_F(ClientOrderTrackerTest, ACancellationOfUnknownOutcomeIsInDoubt) {
  open("a", "X1");
  tracker.cancel_requested("a", Nanos{3});
  const OrderChange change = tracker.cancel_failed("a", OrderOutcome::Unknown, OrderReason::Timeout, Nanos{4});
  EXPECT_EQ(change.order.state, State::PendingCancel);
  EXPECT_EQ(change.order.doubts, doubt::cancel);
  EXPECT_EQ(tracker.process_order_update(update("a", "X1", State::Cancelled)).order.doubts, 0);
}

TEST_F(ClientOrderTrackerTest, AnAmendmentTakesEffectWithTheVenuesWord) {
  open("a", "X1");
  EXPECT_TRUE(tracker.amend_requested("a", price("99"), amount("2"), Nanos{3}).changed());
  EXPECT_EQ(tracker.amend_requested("a", price("98"), amount("2"), Nanos{3}).kind, Kind::Refused) << "one at a time";
  EXPECT_EQ(tracker.find("a")->price, price("100")) << "not before the venue said so";
  EXPECT_TRUE(tracker.amend_failed("a", OrderOutcome::Unknown, OrderReason::Timeout, Nanos{4}).changed());
  EXPECT_EQ(tracker.find("a")->doubts, doubt::amend);
  OrderUpdate amended = update("a", "X2", State::Open, Nanos{5});
  amended.price = price("99");
  amended.amount = amount("2");
  const OrderChange change = tracker.process_order_update(amended);
  EXPECT_EQ(change.order.price, price("99"));
  EXPECT_EQ(change.order.amount, amount("2"));
  EXPECT_EQ(change.order.doubts, 0);
  EXPECT_TRUE(change.order.amend_price.is_absent());
  EXPECT_EQ(change.order.exchange_order_id, "X2");
  // The chain of the venue's ids.
  EXPECT_EQ(tracker.get_order("a")->earlier_exchange_order_ids, std::vector<OrderId>{OrderId::cut("X1")});
  EXPECT_EQ(tracker.process_trade_update(fill("t1", "", "X1", "0.5")).order.client_order_id, "a");
  EXPECT_EQ(tracker.find("a")->exchange_order_id, "X2") << "a fill of before does not turn it back";
  EXPECT_EQ(tracker.get_order_by_exchange_id(btc, "X1")->client_order_id, "a");
  EXPECT_EQ(tracker.get_order_by_exchange_id(btc, "X2")->client_order_id, "a");
}

TEST_F(ClientOrderTrackerTest, AFillDuringAnAmendmentThatMakesItLargerDoesNotEndIt) {
  open("a", "X1");
  tracker.amend_requested("a", price("100"), amount("2"), Nanos{3});
  EXPECT_EQ(tracker.process_trade_update(fill("t1", "a", "X1", "1")).order.state, State::PartiallyFilled);
  OrderUpdate amended = update("a", "X2", State::Open, Nanos{5});
  amended.amount = amount("2");
  tracker.process_order_update(amended);
  EXPECT_EQ(tracker.process_trade_update(fill("t2", "a", "X2", "1")).order.state, State::Filled);
  const auto fillable = tracker.all_fillable_orders();
  ASSERT_EQ(fillable.size(), 1U) << "what X1 filled may be learnt late";
}

TEST_F(ClientOrderTrackerTest, ARefusedAmendmentIsForgottenAndAnotherMayFollow) {
  open("a", "X1");
  tracker.amend_requested("a", price("99"), amount("1"), Nanos{3});
  tracker.amend_failed("a", OrderOutcome::Rejected, OrderReason::InvalidOrder, Nanos{4});
  EXPECT_TRUE(tracker.amend_requested("a", price("98"), amount("1"), Nanos{5}).changed());
}

TEST_F(ClientOrderTrackerTest, AnAmendmentThatLosesTheRaceWithAFillLeavesItFilled) {
  open("a", "X1");
  tracker.amend_requested("a", price("99"), amount("1"), Nanos{3});
  EXPECT_EQ(tracker.process_trade_update(fill("t1", "a", "X1", "1")).order.state, State::Filled);
  EXPECT_EQ(tracker.amend_failed("a", OrderOutcome::Rejected, OrderReason::NotFound, Nanos{4}).kind, Kind::Nothing);
  EXPECT_TRUE(tracker.find("a")->amend_price.is_absent());
}

TEST_F(ClientOrderTrackerTest, AnOlderListingDoesNotUndoAnAmendment) {
  open("a", "X1");
  OrderUpdate amended = update("a", "X1", State::Open, Nanos{100});
  amended.price = price("99");
  tracker.process_order_update(amended);
  OrderUpdate older = update("a", "X1", State::Open, Nanos{50});
  older.price = price("100");
  EXPECT_EQ(tracker.process_order_update(older).kind, Kind::Nothing);
  EXPECT_EQ(tracker.find("a")->price, price("99"));
}

TEST_F(ClientOrderTrackerTest, DoubtsAreSettledByAnAnswerOfAfterwards) {
  open("a", "X1");
  tracker.cancel_requested("a", Nanos{3});
  tracker.cancel_failed("a", OrderOutcome::Unknown, OrderReason::Timeout, Nanos{4});
  EXPECT_TRUE(tracker.settle_doubts("a", Nanos{5}).changed());
  EXPECT_EQ(tracker.find("a")->doubts, 0);
  EXPECT_EQ(tracker.settle_doubts("a", Nanos{6}).kind, Kind::Nothing);
}

TEST_F(ClientOrderTrackerTest, FeesAddUpByCurrency) {
  open("a", "X1");
  TradeUpdate first = fill("t1", "a", "X1", "0.1");
  first.fee_currency = Currency::cut("USDT");
  first.fee_amount = amount("0.01");
  TradeUpdate second = fill("t2", "a", "X1", "0.1");
  second.fee_currency = Currency::cut("USDT");
  second.fee_amount = amount("-0.003");  // a rebate
  TradeUpdate third = fill("t3", "a", "X1", "0.1");
  third.fee_currency = Currency::cut("BNB");
  third.fee_amount = amount("0.0005");
  for (const TradeUpdate& trade : {first, second, third, fill("t4", "a", "X1", "0.1")}) {
    tracker.process_trade_update(trade);
  }
  const auto order = tracker.get_order("a");
  EXPECT_EQ(order->fee_paid("USDT"), amount("0.007"));
  EXPECT_EQ(order->fee_paid("BNB"), amount("0.0005"));
  EXPECT_EQ(order->fee_paid("ETH"), amount("0"));
  EXPECT_EQ(order->fills.size(), 4U);
}

TEST_F(ClientOrderTrackerTest, KeepsTheLatestEndedOrdersAndForgetsOlderOnes) {
  for (int i = 0; i < 6; ++i) {
    const std::string id = std::to_string(i);
    open(id, "X" + id);
    tracker.process_order_update(update(id, "X" + id, State::Cancelled));
  }
  open("live", "XL");
  EXPECT_FALSE(tracker.find("0") || tracker.find("1"));
  EXPECT_FALSE(tracker.get_order_by_exchange_id(btc, "X0"));
  for (const char* const id : {"2", "3", "4", "5", "live"}) EXPECT_TRUE(tracker.find(id)) << id;
}

TEST_F(ClientOrderTrackerTest, AnOrderThatCameBackIsNotForgottenForItsFirstEnd) {
  open("back", "XB");
  tracker.process_order_update(update("back", "XB", State::Failed));
  tracker.process_order_update(update("back", "XB", State::Open));
  for (int i = 0; i < 8; ++i) {
    const std::string id = std::to_string(i);
    open(id, "X" + id);
    tracker.process_order_update(update(id, "X" + id, State::Cancelled));
  }
  ASSERT_TRUE(tracker.find("back"));
  EXPECT_EQ(tracker.active_order_count(), 1U);
}

TEST_F(ClientOrderTrackerTest, ListsOldestFirstWhatIsAskedFor) {
  for (const auto& [id, created] : {std::pair("c", 30), std::pair("a", 10), std::pair("b", 20)}) {
    InFlightOrder order = make_order(id);
    order.created = Nanos{created};
    tracker.start_tracking(order);
    tracker.submitted(id, Nanos{40});
  }
  tracker.process_order_update(update("b", "X", State::Cancelled));
  const auto ids = [](const std::vector<InFlightOrder>& orders) {
    std::string out;
    for (const InFlightOrder& order : orders) out += order.client_order_id.view();
    return out;
  };
  EXPECT_EQ(ids(tracker.active_orders()), "ac");
  EXPECT_EQ(ids(tracker.all_fillable_orders()), "abc");
  EXPECT_EQ(ids(tracker.all_orders()), "abc");
  tracker.stop_tracking("a");
  EXPECT_EQ(ids(tracker.active_orders()), "c");
  EXPECT_EQ(tracker.active_order_count(), 1U);
}

TEST_F(ClientOrderTrackerTest, TakesRequestsForOrdersThatItDoesNotKnow) {
  EXPECT_EQ(tracker.submitted("x", Nanos{0}).kind, Kind::UnknownOrder);
  EXPECT_EQ(tracker.cancel_requested(std::string(100, 'x'), Nanos{0}).kind, Kind::UnknownOrder);
  EXPECT_EQ(tracker.amend_requested("x", price("1"), amount("1"), Nanos{0}).kind, Kind::UnknownOrder);
  EXPECT_EQ(tracker.process_order_not_found("x", true, Nanos{0}).kind, Kind::UnknownOrder);
  EXPECT_FALSE(tracker.get_order("x"));
  tracker.stop_tracking("x");
}

}  // namespace
}  // namespace trunkline::order::test
