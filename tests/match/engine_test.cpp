#include "trunkline/match/engine.hpp"

#include <gtest/gtest.h>

namespace trunkline::match {
namespace {

Price price(std::int64_t whole) {
  return Price::from_int(whole);
}
Quantity quantity(std::int64_t whole) {
  return Quantity::from_int(whole);
}

NewOrder limit(Side side, std::int64_t at, std::int64_t size, TimeInForce rule = TimeInForce::GoodTilCancel) {
  NewOrder order;
  order.side = side;
  order.price = price(at);
  order.quantity = quantity(size);
  order.time_in_force = rule;
  return order;
}

NewOrder market(Side side, std::int64_t size) {
  NewOrder order;
  order.kind = OrderKind::Market;
  order.side = side;
  order.quantity = quantity(size);
  return order;
}

TEST(Engine, RestsWhatDoesNotCross) {
  Engine engine;
  const Report report = engine.submit(limit(Side::Buy, 100, 5));
  EXPECT_EQ(report.status, Status::Resting);
  ASSERT_EQ(report.levels.size(), 1U);
  EXPECT_EQ(report.levels[0].price, price(100));
  EXPECT_EQ(report.levels[0].quantity, quantity(5));
  EXPECT_EQ(engine.best(Side::Buy)->quantity, quantity(5));
  EXPECT_FALSE(engine.best(Side::Sell).has_value());
}

TEST(Engine, FillsBetterPricesFirstThenEarlierOrders) {
  Engine engine(700);
  const OrderId late_price = engine.submit(limit(Side::Sell, 102, 1)).id;
  const OrderId first = engine.submit(limit(Side::Sell, 101, 1)).id;
  const OrderId second = engine.submit(limit(Side::Sell, 101, 2)).id;
  const Report report = engine.submit(limit(Side::Buy, 102, 4));
  EXPECT_EQ(report.status, Status::Filled);
  ASSERT_EQ(report.fills.size(), 3U);
  EXPECT_EQ(report.fills[0].maker, first);
  EXPECT_EQ(report.fills[1].maker, second);
  EXPECT_EQ(report.fills[2].maker, late_price);
  EXPECT_EQ(report.fills[0].trade_id, 700U);
  EXPECT_EQ(report.fills[2].trade_id, 702U);
  EXPECT_EQ(report.fills[0].price, price(101));
  ASSERT_EQ(report.levels.size(), 2U);
  EXPECT_TRUE(report.levels[0].quantity.is_zero());
  EXPECT_EQ(engine.orders(), 0U);
}

TEST(Engine, TellsEachTouchedLevelOnceWithItsAbsoluteQuantity) {
  Engine engine;
  engine.submit(limit(Side::Sell, 101, 3));
  engine.submit(limit(Side::Sell, 101, 3));
  engine.submit(limit(Side::Sell, 102, 5));
  const Report report = engine.submit(limit(Side::Buy, 103, 13));
  ASSERT_EQ(report.levels.size(), 3U);
  EXPECT_EQ(report.levels[0].price, price(101));
  EXPECT_TRUE(report.levels[1].quantity.is_zero());
  EXPECT_EQ(report.levels[2].side, Side::Buy);
  EXPECT_EQ(report.levels[2].quantity, quantity(2));
}

TEST(Engine, ImmediateOrCancelGivesUpTheRest) {
  Engine engine;
  engine.submit(limit(Side::Sell, 101, 3));
  const Report report = engine.submit(limit(Side::Buy, 101, 5, TimeInForce::ImmediateOrCancel));
  EXPECT_EQ(report.status, Status::Expired);
  EXPECT_EQ(report.filled, quantity(3));
  EXPECT_EQ(report.remaining, quantity(2));
  EXPECT_EQ(engine.orders(), 0U);
}

TEST(Engine, FillOrKillFillsWholeOrChangesNothing) {
  Engine engine;
  engine.submit(limit(Side::Sell, 101, 3));
  engine.submit(limit(Side::Sell, 103, 3));
  const Report refused = engine.submit(limit(Side::Buy, 102, 4, TimeInForce::FillOrKill));
  EXPECT_EQ(refused.reject, Reject::NotFillable);
  EXPECT_TRUE(refused.fills.empty());
  EXPECT_EQ(engine.best(Side::Sell)->quantity, quantity(3));
  EXPECT_EQ(engine.submit(limit(Side::Buy, 103, 4, TimeInForce::FillOrKill)).status, Status::Filled);
}

TEST(Engine, PostOnlyIsRefusedWhereItWouldTrade) {
  Engine engine;
  engine.submit(limit(Side::Sell, 101, 3));
  EXPECT_EQ(engine.submit(limit(Side::Buy, 101, 1, TimeInForce::PostOnly)).reject, Reject::WouldTrade);
  EXPECT_EQ(engine.submit(limit(Side::Buy, 100, 1, TimeInForce::PostOnly)).status, Status::Resting);
}

TEST(Engine, MarketOrderTakesWhatIsThereAndNeverRests) {
  Engine engine;
  EXPECT_EQ(engine.submit(market(Side::Buy, 1)).status, Status::Expired);
  engine.submit(limit(Side::Buy, 1, 3));
  const Report report = engine.submit(market(Side::Sell, 4));
  EXPECT_EQ(report.filled, quantity(3));
  EXPECT_EQ(report.status, Status::Expired);
  EXPECT_EQ(engine.orders(), 0U);
}

TEST(Engine, CancelTakesTheOrderOutOnce) {
  Engine engine;
  const OrderId id = engine.submit(limit(Side::Buy, 100, 5)).id;
  engine.submit(limit(Side::Buy, 100, 2));
  const Report report = engine.cancel(id);
  EXPECT_EQ(report.status, Status::Cancelled);
  EXPECT_EQ(report.remaining, quantity(5));
  EXPECT_EQ(report.levels[0].quantity, quantity(2));
  EXPECT_EQ(engine.cancel(id).reject, Reject::UnknownOrder);
}

TEST(Engine, SmallerAmendKeepsThePlaceInTheQueueAndALargerOneLosesIt) {
  Engine engine;
  const OrderId first = engine.submit(limit(Side::Buy, 100, 5)).id;
  const OrderId second = engine.submit(limit(Side::Buy, 100, 5)).id;
  engine.amend(first, price(100), quantity(4));
  EXPECT_EQ(engine.order_at(Side::Buy, price(100), 0), first);
  engine.amend(first, price(100), quantity(6));
  EXPECT_EQ(engine.order_at(Side::Buy, price(100), 0), second);
  EXPECT_EQ(engine.order_at(Side::Buy, price(100), 1), first);
  EXPECT_EQ(engine.best(Side::Buy)->quantity, quantity(11));
}

TEST(Engine, AmendAcrossTheSpreadTradesUnderItsOwnId) {
  Engine engine;
  const OrderId maker = engine.submit(limit(Side::Sell, 105, 2)).id;
  const OrderId id = engine.submit(limit(Side::Buy, 100, 5)).id;
  const Report report = engine.amend(id, price(105), quantity(5));
  ASSERT_EQ(report.fills.size(), 1U);
  EXPECT_EQ(report.fills[0].maker, maker);
  EXPECT_EQ(report.fills[0].taker, id);
  EXPECT_EQ(engine.find(id)->price, price(105));
  EXPECT_EQ(engine.find(id)->remaining, quantity(3));
  EXPECT_EQ(engine.amend(id, price(105), quantity(2)).status, Status::Cancelled);
}

TEST(Engine, SelfTradePreventionCancelsWhomItSays) {
  for (const SelfTrade rule : {SelfTrade::CancelTaker, SelfTrade::CancelMaker, SelfTrade::CancelBoth}) {
    Engine engine;
    NewOrder own = limit(Side::Sell, 101, 2);
    own.account = 7;
    const OrderId mine = engine.submit(own).id;
    engine.submit(limit(Side::Sell, 102, 2));
    NewOrder taker = limit(Side::Buy, 102, 3);
    taker.account = 7;
    taker.self_trade = rule;
    const Report report = engine.submit(taker);
    EXPECT_EQ(report.fills.size(), rule == SelfTrade::CancelMaker ? 1U : 0U);
    EXPECT_EQ(report.status, rule == SelfTrade::CancelMaker ? Status::Resting : Status::Expired);
    EXPECT_EQ(report.prevented.size(), rule == SelfTrade::CancelTaker ? 0U : 1U);
    EXPECT_EQ(engine.find(mine) == nullptr, rule != SelfTrade::CancelTaker);
  }
}

TEST(Engine, CarriesAccountsAndClientIdsIntoFills) {
  Engine engine;
  NewOrder maker = limit(Side::Sell, 101, 2);
  maker.account = 1;
  maker.client_id = 11;
  engine.submit(maker);
  NewOrder taker = limit(Side::Buy, 101, 2);
  taker.account = 2;
  taker.client_id = 22;
  const Report report = engine.submit(taker);
  ASSERT_EQ(report.fills.size(), 1U);
  EXPECT_EQ(report.fills[0].maker_account, 1U);
  EXPECT_EQ(report.fills[0].taker_account, 2U);
  EXPECT_EQ(report.fills[0].maker_client_id, 11U);
  EXPECT_EQ(report.fills[0].taker_client_id, 22U);
}

TEST(Engine, RefusesWhatIsNotPositiveOrDoesNotFit) {
  Engine engine;
  EXPECT_EQ(engine.submit(limit(Side::Buy, 100, 0)).reject, Reject::InvalidQuantity);
  EXPECT_EQ(engine.submit(limit(Side::Buy, 0, 1)).reject, Reject::InvalidPrice);
  engine.submit(limit(Side::Buy, 100, 90'000'000'000));
  EXPECT_EQ(engine.submit(limit(Side::Buy, 100, 90'000'000'000)).reject, Reject::InvalidQuantity);
}

TEST(Engine, FindsTheNearestLevelBehindAPrice) {
  Engine engine;
  engine.submit(limit(Side::Buy, 100, 1));
  engine.submit(limit(Side::Buy, 90, 2));
  EXPECT_EQ(engine.level_from(Side::Buy, price(99))->price, price(90));
  EXPECT_EQ(engine.level_from(Side::Buy, price(100))->price, price(100));
  EXPECT_FALSE(engine.level_from(Side::Buy, price(89)).has_value());
}

}  // namespace
}  // namespace trunkline::match
