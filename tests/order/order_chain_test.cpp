#include "trunkline/order/order_chain.hpp"

#include <gtest/gtest.h>

namespace trunkline::order {
namespace {

using namespace std::chrono_literals;

constexpr Nanos begun = 100s;
constexpr Nanos until = 105s;

InFlightOrder order_of(const char* amount) {
  InFlightOrder order;
  order.client_order_id = OrderId::cut("0xaa");
  order.exchange_order_id = OrderId::cut("10");
  order.trading_pair = 7;
  order.state = OrderState::Open;
  order.amount = *Quantity::parse(amount);
  return order;
}

TradeUpdate fill(const char* number, const char* id, const char* amount) {
  TradeUpdate out;
  out.trade_id = TradeId::cut(id);
  out.client_order_id = OrderId::cut("0xaa");
  out.exchange_order_id = OrderId::cut(number);
  out.fill_base_amount = *Quantity::parse(amount);
  out.fill_timestamp = begun;
  return out;
}

OrderUpdate update(const char* number, OrderState state, const char* amount, const char* filled = "0") {
  OrderUpdate out;
  out.client_order_id = OrderId::cut("0xaa");
  out.exchange_order_id = OrderId::cut(number);
  out.new_state = state;
  if (state == OrderState::Cancelled) out.reason = OrderReason::Requested;
  out.amount = *Quantity::parse(amount);
  out.filled = *Quantity::parse(filled);
  out.update_timestamp = begun;
  return out;
}

OrderUpdate answer(const char* number, const char* amount) {
  OrderUpdate out = update(number, OrderState::Open, amount);
  out.filled = Quantity::absent();
  return out;
}

TEST(OrderChain, ANumberThatWasReplacedEndsNothing) {
  OrderChain chain(order_of("2"), until);
  chain.begin(order_of("2"), *Quantity::parse("1.5"), until);
  OrderUpdate old = update("10", OrderState::Cancelled, "2");
  EXPECT_FALSE(chain.follow(old, begun)) << "held back: a successor may come";
  OrderUpdate fresh = update("11", OrderState::Open, "1.5");
  EXPECT_TRUE(chain.follow(fresh, begun));
  EXPECT_EQ(fresh.new_state, OrderState::Open);
  EXPECT_EQ(fresh.amount.to_text(), "1.5");
  EXPECT_EQ(fresh.excess.to_text(), "0");
  OrderUpdate told = answer("11", "1.5");
  chain.take_answer(told);
  EXPECT_EQ(told.amount.to_text(), "1.5");
  OrderUpdate late = update("10", OrderState::Cancelled, "2");
  EXPECT_FALSE(chain.follow(late, begun));
  OrderUpdate ended = update("11", OrderState::Cancelled, "1.5");
  EXPECT_TRUE(chain.follow(ended, begun));
  EXPECT_EQ(ended.new_state, OrderState::Cancelled);
}

TEST(OrderChain, ACancellationIsToldOnceTheModificationCannotTakeEffect) {
  OrderChain chain(order_of("2"), until);
  chain.begin(order_of("2"), *Quantity::parse("1"), until);
  OrderUpdate cancelled = update("10", OrderState::Cancelled, "2");
  EXPECT_FALSE(chain.follow(cancelled, begun));
  EXPECT_FALSE(chain.overdue(until - 1ns));
  const auto told = chain.overdue(until);
  ASSERT_TRUE(told);
  EXPECT_EQ(told->new_state, OrderState::Cancelled);
  EXPECT_FALSE(chain.overdue(until + 1s));
}

TEST(OrderChain, AFillThatOvertookTheModificationMakesTheOrderLarger) {
  OrderChain chain(order_of("2"), until);
  chain.begin(order_of("2"), *Quantity::parse("2"), until);  // another price
  OrderUpdate old = update("10", OrderState::Cancelled, "2", "0.5");
  EXPECT_FALSE(chain.follow(old, begun));
  OrderUpdate told = answer("11", "2");
  chain.take_answer(told);
  EXPECT_EQ(told.amount.to_text(), "2.5");
  EXPECT_EQ(told.filled.to_text(), "0.5") << "so that the fill is asked for";
  EXPECT_EQ(told.excess.to_text(), "0.5");
  EXPECT_FALSE(chain.count(fill("10", "1", "0.5"))) << "it is counted already";
}

TEST(OrderChain, AFillThatIsLearntLateIsToldWithWhatItMakesOfTheAmount) {
  OrderChain chain(order_of("2"), until);
  chain.begin(order_of("2"), *Quantity::parse("2"), until);
  OrderUpdate told = answer("11", "2");
  chain.take_answer(told);
  EXPECT_EQ(told.amount.to_text(), "2");
  const auto changed = chain.count(fill("10", "1", "0.5"));
  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->amount.to_text(), "2.5");
  EXPECT_EQ(changed->excess.to_text(), "0.5");
  EXPECT_EQ(changed->exchange_order_id.view(), "11");
  EXPECT_FALSE(chain.count(fill("10", "1", "0.5"))) << "told twice";
  EXPECT_FALSE(chain.count(fill("11", "2", "0.1"))) << "of the number that lives";
}

TEST(OrderChain, TheFillOfANumberNotYetKnownNamesIt) {
  OrderChain chain(order_of("2"), until);
  chain.begin(order_of("2"), *Quantity::parse("2"), until);
  EXPECT_FALSE(chain.count(fill("11", "1", "0.5")));
  OrderUpdate told = answer("11", "2");
  chain.take_answer(told);
  EXPECT_EQ(told.amount.to_text(), "2");
  EXPECT_EQ(told.filled.to_text(), "0.5");
  EXPECT_EQ(told.excess.to_text(), "0");
}

TEST(OrderChain, AnotherRunGoesOnWithIt) {
  InFlightOrder order = order_of("2.5");
  order.exchange_order_id = OrderId::cut("11");
  order.earlier_exchange_order_ids.push_back(OrderId::cut("10"));
  order.fills.push_back(fill("10", "1", "0.5"));
  order.filled_amount = *Quantity::parse("0.5");
  OrderChain chain(order, until);
  OrderUpdate listed = update("11", OrderState::Open, "2", "0.25");
  EXPECT_TRUE(chain.follow(listed, begun));
  EXPECT_EQ(listed.amount.to_text(), "2.5");
  EXPECT_EQ(listed.filled.to_text(), "0.75");
  OrderUpdate old = update("10", OrderState::Cancelled, "2.5", "0.5");
  EXPECT_FALSE(chain.follow(old, begun));
}

TEST(OrderChain, ARefusedModificationLeavesTheOrderAsItWas) {
  OrderChain chain(order_of("2"), until);
  chain.begin(order_of("2"), *Quantity::parse("1"), until);
  EXPECT_FALSE(chain.refused());
  OrderUpdate listed = update("10", OrderState::Open, "2");
  EXPECT_TRUE(chain.follow(listed, begun));
  EXPECT_EQ(listed.amount.to_text(), "2");
  EXPECT_EQ(listed.excess.to_text(), "0");
}

}  // namespace
}  // namespace trunkline::order
