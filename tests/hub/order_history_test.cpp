#include "trunkline/hub/order_history.hpp"

#include <gtest/gtest.h>

namespace trunkline::hub {
namespace {

using namespace order;

const SymbolHash btc = hash_symbol_text("binance:BTC-USDT");

OrderSummary summary(std::string_view id, OrderState state) {
  OrderSummary order;
  order.client_order_id = OrderId::cut(id);
  order.trading_pair = btc;
  order.state = state;
  order.price = Price::from_int(100);
  order.amount = Quantity::from_int(2);
  order.updated = Nanos{5};
  return order;
}

void change(OrderHistory& history, const OrderSummary& order, OrderState previous, std::string_view text = {}) {
  history.on_order_event({order, previous, text, false});
}

void fill(OrderHistory& history, TradeType side, const char* price, const char* amount, const char* fee,
          std::string_view currency) {
  const OrderSummary order = summary("a", OrderState::PartiallyFilled);
  TradeUpdate trade;
  trade.trade_id = TradeId::cut("7");
  trade.trading_pair = btc;
  trade.side = side;
  trade.fill_price = *Price::parse(price);
  trade.fill_base_amount = *Quantity::parse(amount);
  trade.fee_amount = *Quantity::parse(fee);
  trade.fee_currency = Currency::cut(currency);
  history.on_trade({order, trade});
}

TEST(OrderHistory, TellsEachChangeOfAnOrderInItsSequence) {
  OrderHistory history;
  change(history, summary("a", OrderState::PendingSubmit), OrderState::PendingCreate);
  change(history, summary("a", OrderState::Open), OrderState::PendingSubmit, "words");
  history.on_error({OrderAction::Amend, "a", {OrderOutcome::Rejected, OrderReason::InvalidOrder, "no such tick"}});
  change(history, summary("a", OrderState::Cancelled), OrderState::Open);
  const OrderTimeline timeline = history.timeline("a");
  ASSERT_EQ(timeline.moments.size(), 4U);
  EXPECT_EQ(timeline.moments[1].state, OrderState::Open);
  EXPECT_EQ(timeline.moments[1].text, "words");
  EXPECT_EQ(timeline.moments[2].kind, OrderMoment::Kind::Error);
  EXPECT_EQ(timeline.moments[2].state, OrderState::Open);
  EXPECT_EQ(timeline.moments[2].text, "Rejected: no such tick");
  EXPECT_EQ(timeline.moments[3].previous, OrderState::Open);
  ASSERT_EQ(history.ended().size(), 1U);
  EXPECT_TRUE(history.timeline("b").moments.empty());
}

TEST(OrderHistory, KeepsNoMoreThanItsBounds) {
  OrderHistory history;
  for (std::size_t i = 0; i < OrderHistory::kept_moments + 3; ++i) {
    change(history, summary("a", OrderState::Open), OrderState::Open);
  }
  EXPECT_EQ(history.timeline("a").moments.size(), OrderHistory::kept_moments);
  EXPECT_EQ(history.timeline("a").left_out, 3U);
  for (std::size_t i = 0; i < OrderHistory::kept_orders; ++i) {
    change(history, summary(std::to_string(i), OrderState::Filled), OrderState::Open);
  }
  EXPECT_TRUE(history.timeline("a").moments.empty());
  EXPECT_EQ(history.ended().size(), OrderHistory::kept_ended);
  EXPECT_EQ(history.ended().front(), std::to_string(OrderHistory::kept_orders - 1));
}

TEST(OrderHistory, TakesOverWhatTheJournalKnew) {
  OrderHistory history;
  InFlightOrder open;
  static_cast<OrderSummary&>(open) = summary("open", OrderState::Open);
  InFlightOrder done;
  static_cast<OrderSummary&>(done) = summary("done", OrderState::Filled);
  history.take_over({open, done}, Nanos{9});
  EXPECT_EQ(history.timeline("open").moments.front().kind, OrderMoment::Kind::Taken);
  ASSERT_EQ(history.ended().size(), 1U);
  EXPECT_EQ(history.ended().front(), "done");
}

TEST(Turnover, ComesToWhatIsLeftAfterTheRestWasClosedAtTheMarkAndFeesWerePaid) {
  OrderHistory history;
  fill(history, TradeType::Buy, "100", "2", "0.001", "BTC");
  fill(history, TradeType::Sell, "110.5", "1", "0.11", "USDT");
  fill(history, TradeType::Sell, "110", "0.5", "0.01", "BNB");
  const auto turnovers = history.turnovers();
  ASSERT_EQ(turnovers.size(), 1U);
  const Turnover& all = turnovers.front();
  EXPECT_EQ(all.fills, 3U);
  EXPECT_EQ(all.bought, *Quantity::parse("2"));
  EXPECT_EQ(all.sold, *Quantity::parse("1.5"));
  const BestPrices mark{*Price::parse("109"), *Price::parse("111")};
  // -200 + 110.5 + 55 - 0.11 + (0.5 - 0.001) x 109
  EXPECT_EQ(all.profit(mark, "BTC", "USDT").to_text(), "19.781");
  EXPECT_TRUE(all.profit({}, "BTC", "USDT").is_absent());
  history.on_funding({.trading_pair = btc, .currency = Currency::cut("USDT"), .amount = *Quantity::parse("-0.7")});
  history.on_funding({.trading_pair = btc, .currency = Currency::cut("USDT"), .amount = *Quantity::parse("0.2")});
  EXPECT_EQ(history.turnovers().front().profit(mark, "BTC", "USDT").to_text(), "19.281");
}

}  // namespace
}  // namespace trunkline::hub
