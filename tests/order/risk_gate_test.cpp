#include "trunkline/order/risk_gate.hpp"

#include "order/orders.hpp"

namespace trunkline::order::test {
namespace {

const BestPrices book{price("99"), price("101")};
constexpr Nanos second = std::chrono::seconds{1};

RiskLimits no_limits() {
  return {.max_order_notional = Price::absent(),
          .price_collar_bp = 0,
          .max_open_orders = 0,
          .max_orders_per_second = 0,
          .duplicate_window = Nanos{0}};
}

// Admits and says why not.
std::string refusal(RiskGate& gate, const OrderSummary& order, Nanos now = Nanos{0},
                    std::optional<BestPrices> prices = book, bool stale = false) {
  const auto answer = gate.admit(order, prices, stale, now);
  if (answer) return "";
  EXPECT_EQ(answer.error().outcome, OrderOutcome::NotSent);
  return answer.error().message;
}

TEST(RiskGate, AdmitsAndCountsOpenOrders) {
  RiskGate gate;
  OrderSummary order = make_order("a");
  EXPECT_EQ(refusal(gate, order), "");
  EXPECT_EQ(gate.counters().open_orders, 1U);
  order.state = OrderState::Cancelled;
  gate.update(order);
  EXPECT_EQ(gate.counters().open_orders, 0U);
  EXPECT_EQ(gate.counters().admitted, 1U);
}

TEST(RiskGate, LimitsTheAmount) {
  RiskLimits limits = no_limits();
  limits.max_order_amount = amount("2");
  RiskGate gate(limits);
  EXPECT_EQ(refusal(gate, make_order("a", "2")), "");
  EXPECT_EQ(refusal(gate, make_order("b", "2.001")), "amount 2.001 is more than 2 (risk.max_order_amount)");
  EXPECT_EQ(gate.counters().refused, 1U);
}

TEST(RiskGate, LimitsTheNotionalExactly) {
  RiskLimits limits = no_limits();
  limits.max_order_notional = price("200");
  RiskGate gate(limits);
  EXPECT_EQ(refusal(gate, make_order("a", "2", "100")), "");
  EXPECT_EQ(refusal(gate, make_order("b", "2", "100.00000001")),
            "2 at 100.00000001 is worth more than 200 (risk.max_order_notional)");
  OrderSummary market = make_order("c", "1.98019802", "1");
  market.order_type = OrderType::Market;
  market.price = Price::absent();
  EXPECT_NE(refusal(gate, market), "") << "valued at the best ask, 101";
  market.amount = amount("1.98019801");
  EXPECT_EQ(refusal(gate, market), "");
  market.client_order_id = OrderId::cut("d");
  EXPECT_EQ(refusal(gate, market, Nanos{0}, std::nullopt, true),
            "the order cannot be valued: there is no price for it (risk.max_order_notional)");
}

TEST(RiskGate, CollarsPricesByTheOtherSidesBest) {
  RiskLimits limits = no_limits();
  limits.price_collar_bp = 1'000;
  RiskGate gate(limits);
  EXPECT_EQ(refusal(gate, make_order("a", "1", "111.1")), "");
  EXPECT_EQ(refusal(gate, make_order("b", "1", "111.10000001")),
            "price 111.10000001 is more than 1000 hundredths of a percent beyond the best, 101 (risk.price_collar_bp)");
  EXPECT_EQ(refusal(gate, make_order("c", "1", "1")), "") << "a bid far below harms nobody";
  EXPECT_EQ(refusal(gate, make_order("d", "1", "89.1", TradeType::Sell)), "");
  EXPECT_NE(refusal(gate, make_order("e", "1", "89.09999999", TradeType::Sell)), "");
}

TEST(RiskGate, RefusesWithoutALiveBookUnlessToldOtherwise) {
  RiskGate gate;
  EXPECT_NE(refusal(gate, make_order("a"), Nanos{0}, std::nullopt).find("the book is not Live"), std::string::npos);
  EXPECT_NE(refusal(gate, make_order("a"), Nanos{0}, BestPrices{price("99"), Price::absent()}), "")
      << "no asks: nothing to compare a bid with";
  EXPECT_EQ(refusal(gate, make_order("a"), Nanos{0}, std::nullopt, true), "");
}

TEST(RiskGate, LimitsOpenOrders) {
  RiskLimits limits = no_limits();
  limits.max_open_orders = 2;
  RiskGate gate(limits);
  OrderSummary first = make_order("a");
  EXPECT_EQ(refusal(gate, first), "");
  EXPECT_EQ(refusal(gate, make_order("b")), "");
  EXPECT_EQ(refusal(gate, make_order("c")), "2 orders are open, the most that are allowed (risk.max_open_orders)");
  first.state = OrderState::Filled;
  gate.update(first);
  EXPECT_EQ(refusal(gate, make_order("c")), "");
}

TEST(RiskGate, LimitsThePositionWithAllOpenOrdersFilled) {
  RiskLimits limits = no_limits();
  limits.max_position = amount("10");
  RiskGate gate(limits);
  gate.set_position(btc, amount("4"));
  OrderSummary open = make_order("a", "5");
  EXPECT_EQ(refusal(gate, open), "");
  EXPECT_NE(refusal(gate, make_order("b", "1.00000001")), "");
  EXPECT_EQ(refusal(gate, make_order("b", "1")), "");
  EXPECT_EQ(refusal(gate, make_order("c", "14", "100", TradeType::Sell)), "") << "down to -10";
  EXPECT_NE(refusal(gate, make_order("d", "0.1", "100", TradeType::Sell)), "");
  // A fill moves amount from the open order to the position: the reach stays.
  gate.add_fill(btc, TradeType::Buy, amount("2"));
  open.filled_amount = amount("2");
  open.state = OrderState::PartiallyFilled;
  gate.update(open);
  EXPECT_EQ(gate.position(btc), amount("6"));
  EXPECT_NE(refusal(gate, make_order("e", "0.1")), "");
  open.state = OrderState::Cancelled;
  gate.update(open);
  EXPECT_EQ(refusal(gate, make_order("e", "3")), "");
}

TEST(RiskGate, LimitsTheRate) {
  RiskLimits limits = no_limits();
  limits.max_orders_per_second = 3;
  RiskGate gate(limits);
  for (int i = 0; i < 3; ++i) EXPECT_EQ(refusal(gate, make_order(std::to_string(i)), Nanos{i}), "");
  EXPECT_EQ(refusal(gate, make_order("x"), second - Nanos{1}),
            "3 orders within a second, the most that are allowed (risk.max_orders_per_second)");
  EXPECT_EQ(refusal(gate, make_order("x"), second), "");
}

TEST(RiskGate, RefusesTheSameOrderAgainWhileOneIsOpen) {
  RiskGate gate;
  OrderSummary first = make_order("a");
  EXPECT_EQ(refusal(gate, first, Nanos{0}), "");
  EXPECT_EQ(refusal(gate, make_order("b"), std::chrono::milliseconds{499}),
            "the same order was placed 499 ms ago as a (risk.duplicate_window)");
  EXPECT_EQ(refusal(gate, make_order("c", "1", "100", TradeType::Sell), Nanos{1}), "");
  EXPECT_EQ(refusal(gate, make_order("d", "1", "100.5"), Nanos{1}), "");
  EXPECT_EQ(refusal(gate, make_order("e"), std::chrono::milliseconds{500}), "");
}

TEST(RiskGate, RefusesASecondOrderOfOneIdAndCountsTheFirstOnce) {
  RiskLimits limits = no_limits();
  limits.max_position = amount("10");
  RiskGate gate(limits);
  OrderSummary first = make_order("a", "5");
  EXPECT_EQ(refusal(gate, first), "");
  EXPECT_EQ(gate.admit(make_order("a", "1"), book, false, second).error().reason, OrderReason::DuplicateId);
  first.state = OrderState::Cancelled;
  gate.update(first);
  EXPECT_EQ(refusal(gate, make_order("b", "10")), "");
}

TEST(RiskGate, HaltedTakesNothing) {
  RiskGate gate;
  gate.set_trading_state(TradingState::Halted, "by hand");
  const auto answer = gate.admit(make_order("a"), book, false, Nanos{0});
  ASSERT_FALSE(answer);
  EXPECT_EQ(answer.error().reason, OrderReason::Halted);
  EXPECT_EQ(answer.error().message, "trading is halted: by hand");
  EXPECT_FALSE(gate.admit_amendment(make_order("a"), price("99"), amount("1"), book));
  gate.set_trading_state(TradingState::Active, "");
  EXPECT_EQ(refusal(gate, make_order("a")), "");
}

TEST(RiskGate, ReducingTakesOnlyWhatMakesAPositionSmaller) {
  RiskGate gate(no_limits());
  gate.set_trading_state(TradingState::Reducing, "risk");
  EXPECT_NE(refusal(gate, make_order("a", "1", "100", TradeType::Sell)), "") << "there is no position";
  gate.set_position(btc, amount("3"));
  EXPECT_NE(refusal(gate, make_order("a", "1")), "") << "a buy makes it larger";
  EXPECT_EQ(refusal(gate, make_order("b", "2", "100", TradeType::Sell)), "");
  EXPECT_NE(refusal(gate, make_order("c", "1.5", "100", TradeType::Sell)), "") << "with b it would turn it round";
  EXPECT_EQ(refusal(gate, make_order("c", "1", "100", TradeType::Sell)), "");
  OrderSummary reduce_only = make_order("d", "50");
  reduce_only.reduce_only = true;
  EXPECT_EQ(refusal(gate, reduce_only), "") << "the venue sees to that";
  reduce_only.state = OrderState::Cancelled;
  gate.update(reduce_only);
  gate.set_position(btc, amount("-3"));
  EXPECT_EQ(refusal(gate, make_order("e", "3")), "");
}

TEST(RiskGate, AmendmentsPassTheSameLimits) {
  RiskLimits limits;
  limits.max_order_amount = amount("5");
  limits.max_position = amount("6");
  RiskGate gate(limits);
  const OrderSummary order = make_order("a", "4");
  EXPECT_EQ(refusal(gate, order), "");
  const auto amend = [&](std::string_view at, std::string_view quantity, std::optional<BestPrices> prices = book) {
    return gate.admit_amendment(order, price(at), amount(quantity), prices).has_value();
  };
  EXPECT_TRUE(amend("100", "5"));
  EXPECT_FALSE(amend("100", "5.1")) << "amount";
  EXPECT_FALSE(amend("30000", "4")) << "notional";
  EXPECT_FALSE(amend("120", "4")) << "collar";
  EXPECT_FALSE(amend("100", "4", std::nullopt)) << "no Live book";
  gate.set_position(btc, amount("1.5"));
  EXPECT_FALSE(amend("100", "5")) << "position";
  EXPECT_TRUE(amend("100", "4.5"));
  gate.set_trading_state(TradingState::Reducing, "risk");
  EXPECT_FALSE(amend("100", "4.1")) << "larger";
  EXPECT_TRUE(amend("100", "3")) << "smaller";
}

TEST(RiskGate, CountsOrdersThatItDidNotAdmit) {
  RiskLimits limits = no_limits();
  limits.max_position = amount("10");
  limits.max_open_orders = 1;
  RiskGate gate(limits);
  OrderSummary adopted = make_order("a", "8");
  adopted.filled_amount = amount("3");
  adopted.state = OrderState::PartiallyFilled;
  gate.update(adopted);
  gate.update(adopted);
  EXPECT_EQ(gate.counters().open_orders, 1U);
  EXPECT_NE(refusal(gate, make_order("b")), "");
  adopted.state = OrderState::Filled;
  gate.update(adopted);
  EXPECT_EQ(refusal(gate, make_order("b", "10")), "");
}

}  // namespace
}  // namespace trunkline::order::test
