#include <algorithm>
#include <gtest/gtest.h>

#include "conformance/order_check.hpp"
#include "conformance/order_run.hpp"
#include "tests/support/temp_folder.hpp"

namespace trunkline::conformance {
namespace {

using namespace order;
using nlohmann::json;
using State = OrderState;

#define ASSERT_RESTS(id) ASSERT_FALSE((id).empty()) << run.log()
#define EXPECT_ENDS_EQUAL(run) EXPECT_TRUE((run).ends_equal()) << (run).difference() << "\n" << (run).log()

// --- Orders as the venue takes them ----------------------------------------------------------------------------------

void becomes_ready(const OrderSubject& subject, std::string_view) {
  OrderRun run(subject);
  EXPECT_TRUE(run.connector().is_connected());
  EXPECT_FALSE(run.connector().balances().empty());
  EXPECT_EQ(run.difference(), "");
}

void rules_are_the_venues(const OrderSubject& subject, std::string_view) {
  OrderRun run(subject);
  const TradingRule rule = run.rule();
  EXPECT_TRUE(rule.significant_figures != 0 || rule.tick > Price{});
  EXPECT_GT(rule.step, Quantity{});
  EXPECT_FALSE(rule.venue_symbol.empty());
  OrderParams params = run.wanted(Price::from_raw(run.bid(90).raw() + 1));
  params.amount = Quantity::from_raw(params.amount.value()->raw() + 1);
  const auto id = run.connector().buy(params);
  ASSERT_TRUE(id) << id.error().message;
  ASSERT_TRUE(run.reaches(*id, State::Open)) << run.log();
  EXPECT_EQ(run.order(*id).amount, *run.wanted().amount.value());
  params.amount = Quantity::from_raw(1);
  const auto refused = run.connector().buy(params);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().outcome, OrderOutcome::NotSent);
  EXPECT_EQ(refused.error().reason, OrderReason::InvalidOrder);
  EXPECT_ENDS_EQUAL(run);
}

void orders_rest_and_are_cancelled(const OrderSubject& subject, std::string_view) {
  OrderRun run(subject);
  const OrderId id = run.rest();
  ASSERT_RESTS(id);
  EXPECT_FALSE(run.order(id).exchange_order_id.empty());
  ASSERT_TRUE(run.connector().cancel(id));
  ASSERT_TRUE(run.reaches(id, State::Cancelled)) << run.log();
  EXPECT_EQ(run.states_of(id),
            (std::vector{State::PendingSubmit, State::Open, State::PendingCancel, State::Cancelled}));
  EXPECT_ENDS_EQUAL(run);
}

void market_orders_fill_exactly(const OrderSubject& subject, std::string_view) {
  OrderRun run(subject);
  OrderId id;
  // What they are priced by comes with the first messages.
  ASSERT_TRUE(run.until([&] {
    const auto placed = run.connector().buy(run.wanted());
    if (placed) id = *placed;
    return placed && run.reaches(id, State::Filled, 3s);
  })) << run.log();
  const InFlightOrder order = run.order(id);
  EXPECT_EQ(order.filled_amount, order.amount);
  ASSERT_FALSE(order.fills.empty());
  Quantity sum{};
  for (const TradeUpdate& fill : order.fills) {
    sum = Quantity::from_raw(sum.raw() + fill.fill_base_amount.raw());
    EXPECT_EQ(fill.liquidity, Liquidity::Taker);
    EXPECT_EQ(fill.fee_currency.view(), subject.currency);
    EXPECT_GT(fill.fee_amount, Quantity{});
    EXPECT_FALSE(fill.trade_id.empty());
  }
  EXPECT_EQ(sum, order.amount);
  EXPECT_ENDS_EQUAL(run);
}

void partial_fills_add_up(const OrderSubject& subject, std::string_view) {
  OrderRun run(subject);
  const OrderId id = run.rest();
  ASSERT_RESTS(id);
  const Quantity half = Quantity::from_raw(run.order(id).amount.raw() / 2);
  run.fill(id, half);
  ASSERT_TRUE(run.reaches(id, State::PartiallyFilled)) << run.log();
  EXPECT_EQ(run.order(id).filled_amount, half);
  run.fill(id, half);
  ASSERT_TRUE(run.reaches(id, State::Filled)) << run.log();
  for (const TradeUpdate& each : run.order(id).fills) EXPECT_EQ(each.liquidity, Liquidity::Maker);
  EXPECT_ENDS_EQUAL(run);
}

void amounts_are_amended(const OrderSubject& subject, std::string_view) {
  OrderRun run(subject);
  const OrderId id = run.rest();
  ASSERT_RESTS(id);
  const Quantity half = Quantity::from_raw(run.order(id).amount.raw() / 2);
  ASSERT_TRUE(run.connector().amend(id, {.amount = half}));
  EXPECT_TRUE(run.until([&] { return run.order(id).amount == half && run.order(id).doubts == 0; })) << run.log();
  EXPECT_EQ(run.order(id).state, State::Open);
  EXPECT_ENDS_EQUAL(run);
}

void prices_are_amended(const OrderSubject& subject, std::string_view) {
  OrderRun run(subject);
  const OrderId id = run.rest();
  ASSERT_RESTS(id);
  const Price lower = run.bid(85);
  ASSERT_TRUE(run.connector().amend(id, {.price = lower}));
  EXPECT_TRUE(run.until([&] { return run.order(id).price == lower; })) << run.log();
  EXPECT_EQ(run.order(id).state, State::Open);
  ASSERT_TRUE(run.connector().amend(id, {.price = run.ask(102)}));
  EXPECT_TRUE(run.reaches(id, State::Filled)) << run.log();
  EXPECT_ENDS_EQUAL(run);
}

void post_only_never_takes(const OrderSubject& subject, std::string_view) {
  OrderRun run(subject);
  OrderParams params = run.wanted(run.ask(102));
  params.post_only = true;
  const auto id = run.connector().buy(params);
  ASSERT_TRUE(id) << id.error().message;
  ASSERT_TRUE(run.until([&] { return run.order(*id).is_done(); })) << run.log();
  EXPECT_EQ(run.order(*id).reason, OrderReason::WouldTrade);
  EXPECT_TRUE(run.order(*id).filled_amount.is_zero());
  EXPECT_ENDS_EQUAL(run);
}

void conditional_orders_wait(const OrderSubject& subject, std::string_view) {
  OrderRun run(subject);
  OrderParams params = run.wanted(run.bid(79));
  params.trigger_price = run.bid(80);
  params.order_type = OrderType::StopLimit;
  const auto id = run.connector().sell(params);
  ASSERT_TRUE(id) << id.error().message;
  ASSERT_TRUE(run.reaches(*id, State::Open)) << run.log();
  ASSERT_TRUE(run.connector().cancel(*id));
  ASSERT_TRUE(run.reaches(*id, State::Cancelled)) << run.log();
  EXPECT_ENDS_EQUAL(run);
}

void leaves_nothing_to_rest(const OrderSubject& subject, TimeInForce time_in_force) {
  OrderRun run(subject);
  OrderParams params = run.wanted(run.bid(90));
  params.time_in_force = time_in_force;
  const auto id = run.connector().buy(params);
  ASSERT_TRUE(id) << id.error().message;
  ASSERT_TRUE(run.until([&] { return run.order(*id).is_done(); })) << run.log();
  EXPECT_TRUE(run.order(*id).filled_amount.is_zero());
  EXPECT_ENDS_EQUAL(run);
}

void immediate_or_cancel(const OrderSubject& subject, std::string_view) {
  leaves_nothing_to_rest(subject, TimeInForce::Ioc);
}

void fill_or_kill(const OrderSubject& subject, std::string_view) {
  leaves_nothing_to_rest(subject, TimeInForce::Fok);
}

void ids_are_taken_once(const OrderSubject& subject, std::string_view) {
  OrderRun run(subject);
  const OrderId id = run.rest();
  ASSERT_RESTS(id);
  OrderParams params = run.wanted(run.bid(90));
  params.client_order_id = id.str();
  const auto again = run.connector().buy(params);
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().outcome, OrderOutcome::NotSent);
  EXPECT_EQ(again.error().reason, OrderReason::DuplicateId);
  EXPECT_ENDS_EQUAL(run);
  EXPECT_EQ(run.record()["orders"].size(), 1U);
}

void cancel_all_cancels_all(const OrderSubject& subject, std::string_view) {
  OrderRun run(subject);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(run.connector().buy(run.wanted(run.bid(90 - i))));
  ASSERT_TRUE(run.until([&] {
    return std::ranges::all_of(run.connector().tracker().all_orders(),
                               [](const InFlightOrder& order) { return order.state == State::Open; });
  })) << run.log();
  EXPECT_EQ(run.connector().cancel_all(), 5U);
  ASSERT_TRUE(run.until([&] { return run.connector().tracker().active_order_count() == 0; })) << run.log();
  EXPECT_ENDS_EQUAL(run);
}

void halt_stops_everything(const OrderSubject& subject, std::string_view) {
  OrderRun run(subject);
  const OrderId id = run.rest();
  ASSERT_RESTS(id);
  run.connector().set_trading_state(TradingState::Halted, "conformance");
  ASSERT_TRUE(run.reaches(id, State::Cancelled)) << run.log();
  const auto refused = run.connector().buy(run.wanted(run.bid(90)));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().outcome, OrderOutcome::NotSent);
  EXPECT_EQ(refused.error().reason, OrderReason::Halted);
  EXPECT_ENDS_EQUAL(run);
}

// --- From one process to the next -----------------------------------------------------------------------------------

void takes_over_its_journal(const OrderSubject& subject, std::string_view) {
  const test::TempFolder folder;
  OrderRun run(subject, {.journal = folder.path()});
  const OrderId id = run.rest();
  ASSERT_RESTS(id);
  const OrderId other = run.rest(95);  // whoever trades with it comes by nothing else of ours
  ASSERT_RESTS(other);
  const Quantity whole = run.order(other).amount;
  run.close();
  run.fill(other, whole);
  run.open();
  EXPECT_TRUE(run.reaches(other, State::Filled)) << "filled while nobody was there\n" << run.log();
  EXPECT_EQ(run.order(id).state, State::Open);
  EXPECT_FALSE(run.order(id).external);
  ASSERT_TRUE(run.connector().cancel(id));
  ASSERT_TRUE(run.reaches(id, State::Cancelled)) << run.log();
  EXPECT_ENDS_EQUAL(run);
}

void a_journal_has_one_process(const OrderSubject& subject, std::string_view) {
  const test::TempFolder folder;
  OrderRun run(subject, {.journal = folder.path()});
  const auto refused = run.make()->initialize();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::AlreadyExists);
}

void adopts_what_is_open(const OrderSubject& subject, std::string_view) {
  OrderRun run(subject);
  const OrderId id = run.rest();
  ASSERT_RESTS(id);
  run.close();
  run.open();  // knows nothing of it
  ASSERT_TRUE(run.reaches(id, State::Open)) << run.log();
  EXPECT_TRUE(run.order(id).external);
  ASSERT_TRUE(run.connector().cancel(id));
  ASSERT_TRUE(run.reaches(id, State::Cancelled)) << run.log();
  EXPECT_ENDS_EQUAL(run);
}

// --- Perpetuals -----------------------------------------------------------------------------------------------------

void fill_at_market(OrderRun& run, TradeType side, bool reduce_only = false) {
  OrderId id;
  ASSERT_TRUE(run.until([&] {
    OrderParams params = run.wanted();
    params.reduce_only = reduce_only;
    const auto placed = run.connector().place(side, params);
    if (placed) id = *placed;
    return placed && run.reaches(id, State::Filled, 3s);
  })) << run.log();
}

void reduce_only_never_opens(const OrderSubject& subject, std::string_view) {
  OrderRun run(subject);
  OrderParams params = run.wanted(run.ask(102));
  params.reduce_only = true;
  const auto id = run.connector().buy(params);
  ASSERT_TRUE(id) << id.error().message;
  ASSERT_TRUE(run.until([&] { return run.order(*id).is_done(); })) << run.log();
  EXPECT_EQ(run.order(*id).reason, OrderReason::ReduceOnly);
  EXPECT_TRUE(run.order(*id).filled_amount.is_zero());
  const auto position_is = [&](Quantity amount) {
    return run.until([&] {
      const auto position = run.perpetual().get_position(subject.symbol);
      return (position ? position->quantity : Quantity{}) == amount;
    });
  };
  fill_at_market(run, TradeType::Buy);
  EXPECT_TRUE(position_is(*run.wanted().amount.value())) << run.log();
  fill_at_market(run, TradeType::Sell, true);
  EXPECT_TRUE(position_is(Quantity{})) << run.log();
  EXPECT_ENDS_EQUAL(run);
}

void leverage_is_set(const OrderSubject& subject, std::string_view) {
  OrderRun run(subject);
  ASSERT_TRUE(run.perpetual().set_leverage(subject.symbol, 7));
  EXPECT_TRUE(run.until([&] {
    const json positions = run.record()["positions"];
    return std::ranges::any_of(positions, [](const json& position) { return position["leverage"] == 7; });
  })) << run.log();
}

void funding_is_told_once(const OrderSubject& subject, std::string_view) {
  OrderRun run(subject);
  fill_at_market(run, TradeType::Buy);
  const auto pay = [&] {
    run.sandbox().post(
        "/sandbox/account/funding",
        json{{"market", subject.market}, {"symbol", run.rule().venue_symbol}, {"rate", "0.0001"}}.dump());
  };
  const auto equal = [&] {
    std::vector<std::string> ours;
    std::vector<std::string> theirs;
    for (const FundingPayment& payment : run.fundings()) ours.push_back(payment.amount.to_text());
    const json books = run.record();
    for (const json& each : books["funding"]) theirs.push_back(each["amount"]);
    return !theirs.empty() && ours == theirs;
  };
  pay();
  EXPECT_TRUE(run.until(equal)) << run.log();
  run.sandbox().inject("venue_restart:duration_ms=500");
  static_cast<void>(run.connector().buy(run.wanted(run.bid(80))));
  EXPECT_TRUE(run.until([&] { return !run.connector().is_connected(); })) << run.log();
  pay();
  EXPECT_TRUE(run.until(equal)) << "paid while there was no connection\n" << run.log();
  EXPECT_EQ(run.fundings().size(), 2U);
  EXPECT_ENDS_EQUAL(run);
}

void dead_mans_switch_cancels(const OrderSubject& subject, std::string_view) {
  OrderRun run(subject, {.dead_man = 6s});
  const OrderId id = run.rest();
  ASSERT_RESTS(id);
  // Orders go on as long as we are heard of.
  EXPECT_FALSE(run.until([&] { return run.order(id).is_done(); }, 8s));
  run.close();
  EXPECT_TRUE(run.until([&] {
    const json orders = run.record()["orders"];
    return std::ranges::none_of(
        orders, [](const json& order) { return order["state"] == "new" || order["state"] == "partially_filled"; });
  })) << run.log();
}

// --- What may go wrong ----------------------------------------------------------------------------------------------

// An order that rests, one that trades, an amendment and a cancellation while it strikes; then both have the same
// books.
void survives(const OrderSubject& subject, std::string_view fault) {
  OrderRun run(subject);
  const OrderId first = run.rest();
  ASSERT_RESTS(first);
  run.sandbox().inject(std::string(fault));
  const auto settled = [&](const OrderId& id) {
    static_cast<void>(run.until(
        [&] {
          const State state = run.order(id).state;
          return state != State::PendingCreate && state != State::PendingSubmit;
        },
        3s));
  };
  static_cast<void>(run.connector().amend(first, {.amount = Quantity::from_raw(run.order(first).amount.raw() / 2)}));
  std::vector<OrderId> ids;
  for (const Price price : {run.ask(101), run.bid(90), run.bid(91)}) {
    const auto id = run.connector().buy(run.wanted(price));
    if (!id) continue;  // the connection is lost already
    ids.push_back(*id);
    settled(*id);
  }
  for (const OrderId& id : ids) static_cast<void>(run.connector().cancel(id));
  EXPECT_TRUE(run.until([&] { return run.struck(std::string(fault)); })) << "the fault did not strike\n" << run.log();
  if (fault.starts_with("clock_skew") || fault.find("count=0") != std::string_view::npos) {
    static_cast<void>(run.until([&] { return run.connector().tracker().active_order_count() == 0; }, 3s));
    run.sandbox().clear_faults();
  }
  EXPECT_ENDS_EQUAL(run);
  for (const InFlightOrder& order : run.connector().tracker().all_orders()) EXPECT_FALSE(order.lost);
}

constexpr OrderCheck list[] = {
    {41, "BecomesReady", "rules, balances and positions are known before it is ready", becomes_ready},
    {42, "RulesAreTheVenues",
     "amounts and prices are cut to what the venue takes, too little is refused before it is sent",
     rules_are_the_venues},
    {43, "OrdersRestAndAreCancelled", "PendingSubmit, Open, PendingCancel, Cancelled, each told once",
     orders_rest_and_are_cancelled},
    {44, "MarketOrdersFillExactly", "every fill, fee and balance equals the venue's", market_orders_fill_exactly},
    {45, "PartialFillsAddUp", "fills sum to what is filled, as maker", partial_fills_add_up},
    {46, "AmountsAreAmended", "an order becomes smaller and keeps our id", amounts_are_amended},
    {47, "PricesAreAmended", "an order moves to another price, and may fill there", prices_are_amended},
    {48, "PostOnlyNeverTakes", "one that would trade is refused, and says so", post_only_never_takes},
    {49, "ConditionalOrdersWait", "a stop order waits and can be cancelled", conditional_orders_wait},
    {50, "ImmediateOrCancel", "what does not fill at once is given up", immediate_or_cancel},
    {51, "FillOrKill", "all of it, or nothing", fill_or_kill},
    {52, "IdsAreTakenOnce", "a second order under an id is refused before it is sent", ids_are_taken_once},
    {53, "CancelAllCancelsAll", "nothing of ours stays open", cancel_all_cancels_all},
    {54, "HaltStopsEverything", "the kill switch cancels what is open and takes nothing new", halt_stops_everything},
    {55, "TakesOverItsJournal", "the next process knows every order, and learns what filled meanwhile",
     takes_over_its_journal},
    {56, "AJournalHasOneProcess", "a second one is refused", a_journal_has_one_process},
    {57, "AdoptsWhatIsOpen", "orders of another program are tracked and can be cancelled", adopts_what_is_open},
    {58, "ReduceOnlyNeverOpens", "it closes a position, and opens none", reduce_only_never_opens},
    {59, "LeverageIsSet", "the venue has it", leverage_is_set},
    {60, "FundingIsToldOnce", "what was paid for positions, also while the connection was lost", funding_is_told_once},
    {61, "DeadMansSwitchCancels", "the venue cancels everything once we are gone", dead_mans_switch_cancels},
    {62, "SurvivesLostAck", "an order whose answer never comes is asked about, not sent again", survives,
     "ack_lost:stream=create"},
    {63, "SurvivesLostAmendAck", "so is an amendment", survives, "ack_lost:stream=amend"},
    {64, "SurvivesLostCancelAck", "and a cancellation", survives, "ack_lost:stream=cancel"},
    {65, "SurvivesSlowReply", "an answer after its time is no second order", survives, "slow_reply:delay_ms=6000"},
    {66, "SurvivesLateOrder", "nor is an order that takes effect late", survives, "late_order:delay_ms=1500"},
    {67, "SurvivesFillBeforeAck", "a fill that comes before the answer counts once", survives, "fill_before_ack"},
    {68, "SurvivesDuplicateFill", "so does one that comes twice", survives, "user_event_duplicate:count=0"},
    {69, "SurvivesFillAfterCancel", "a fill that comes after the cancellation counts", survives, "fill_after_cancel"},
    {70, "SurvivesRejectAfterAck", "an order that was taken and then is not is not open", survives, "reject_after_ack"},
    {71, "SurvivesAmendRacingFill", "a fill between amendment and answer is in both books", survives,
     "amend_races_fill"},
    {72, "SurvivesLostFill", "a fill that was never told is found", survives, "user_event_lost:stream=fill,count=2"},
    {73, "SurvivesLostOrderEvent", "so is a change of an order", survives, "user_event_lost:stream=order,count=3"},
    {74, "SurvivesHalfOpenTaken", "a connection that only seems open, the order taken", survives, "half_open_taken"},
    {75, "SurvivesHalfOpenUntaken", "and not taken", survives, "half_open_untaken"},
    {76, "SurvivesResetTaken", "a connection that breaks, the order taken", survives, "reset_taken"},
    {77, "SurvivesResetUntaken", "and not taken", survives, "reset_untaken"},
    {78, "SurvivesRestart", "the venue goes and comes back with our orders", survives, "venue_restart:duration_ms=300"},
    {79, "SurvivesClockSkew", "a clock that is seconds off is asked for", survives, "clock_skew:offset=3000"},
    {80, "Obeys429OnCreate", "a refusal for the rate holds orders back", survives, "http_429:stream=create"},
    {81, "Obeys429OnCancel", "and cancellations go out as soon as they may", survives, "http_429:stream=cancel"},
};

}  // namespace

std::span<const OrderCheck> order_checks() {
  return list;
}

}  // namespace trunkline::conformance
