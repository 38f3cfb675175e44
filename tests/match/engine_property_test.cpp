// Random orders through the engine and through the naive model: they must agree on everything, and the book that a
// reader keeps from level changes alone must equal both.
#include <gtest/gtest.h>
#include <random>

#include "naive_book.hpp"
#include "trunkline/match/engine.hpp"

namespace trunkline::match::test {
namespace {

using Levels = std::map<std::int64_t, std::int64_t>;

Levels levels_of(const Engine& engine, Side side) {
  Levels levels;
  engine.for_each_level(side, [&](const LevelView& level) {
    levels[level.price.raw()] = level.quantity.raw();
    return true;
  });
  return levels;
}

class Reader {  // knows the book by level changes only
 public:
  void apply(const Report& report) {
    for (const LevelChange& change : report.levels) {
      Levels& side = sides_[change.side == Side::Buy ? 0 : 1];
      const auto known = side.find(change.price.raw());
      EXPECT_EQ(change.before.raw(), known == side.end() ? 0 : known->second);
      if (change.quantity.is_zero())
        side.erase(change.price.raw());
      else
        side[change.price.raw()] = change.quantity.raw();
    }
  }
  const Levels& side(Side which) const { return sides_[which == Side::Buy ? 0 : 1]; }

 private:
  Levels sides_[2];
};

class Script {
 public:
  explicit Script(unsigned seed) : random_(seed) {}
  std::int64_t below(std::int64_t bound) { return std::uniform_int_distribution<std::int64_t>(0, bound - 1)(random_); }

  NewOrder order() {
    NewOrder order;
    order.kind = below(8) == 0 ? OrderKind::Market : OrderKind::Limit;
    order.side = below(2) == 0 ? Side::Buy : Side::Sell;
    order.time_in_force = below(3) == 0 ? static_cast<TimeInForce>(below(4)) : TimeInForce::GoodTilCancel;
    order.self_trade = static_cast<SelfTrade>(below(4));
    order.price = price(order.side);
    order.quantity = Quantity::from_raw(below(20));
    order.account = static_cast<std::uint64_t>(below(4));
    order.client_id = static_cast<std::uint64_t>(below(1000));
    return order;
  }
  Price price(Side side) {
    return Price::from_raw((side == Side::Buy ? 96 : 100) + below(9) - (below(50) == 0 ? 105 : 0));
  }

 private:
  std::mt19937 random_;
};

void check(const Report& report, const NaiveBook::Outcome& expected) {
  ASSERT_EQ(report.status, expected.status);
  if (report.status != Status::Rejected) {
    ASSERT_EQ(report.remaining.raw(), expected.remaining);
  } else {
    ASSERT_NE(report.reject, Reject::None);
    ASSERT_TRUE(report.levels.empty());
  }
  ASSERT_EQ(report.fills.size(), expected.fills.size());
  std::int64_t filled = 0;
  for (std::size_t i = 0; i < report.fills.size(); ++i) {
    ASSERT_EQ(report.fills[i].maker, expected.fills[i].maker);
    ASSERT_EQ(report.fills[i].taker, expected.fills[i].taker);
    ASSERT_EQ(report.fills[i].price, expected.fills[i].price);
    ASSERT_EQ(report.fills[i].quantity, expected.fills[i].quantity);
    filled += report.fills[i].quantity.raw();
  }
  ASSERT_EQ(report.filled.raw(), filled);
  ASSERT_EQ(report.prevented.size(), expected.prevented.size());
  for (std::size_t i = 0; i < report.prevented.size(); ++i) ASSERT_EQ(report.prevented[i].id, expected.prevented[i]);
}

TEST(EngineProperty, AgreesWithTheNaiveModel) {
  for (unsigned seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    Script script(seed);
    Engine engine;
    NaiveBook naive;
    Reader reader;
    TradeId last_trade = 0;
    OrderId last_order = 0;
    for (int step = 0; step < 1500; ++step) {
      SCOPED_TRACE(step);
      const std::int64_t what = script.below(10);
      Report report;
      NaiveBook::Outcome expected;
      const OrderId known =
          last_order == 0 ? 1 : static_cast<OrderId>(script.below(static_cast<std::int64_t>(last_order)) + 1);
      if (what < 6) {
        const NewOrder order = script.order();
        report = engine.submit(order);
        ASSERT_GT(report.id, last_order);
        last_order = report.id;
        expected = naive.submit(report.id, order);
      } else if (what < 8) {
        report = engine.cancel(known);
        expected = naive.cancel(known);
      } else {
        const Price price = script.price(script.below(2) == 0 ? Side::Buy : Side::Sell);
        const Quantity quantity = Quantity::from_raw(script.below(25));
        const Order* const before = engine.find(known);
        const bool same_price = before != nullptr && script.below(2) == 0;
        const Price target = same_price ? before->price : price;
        report = engine.amend(known, target, quantity);
        expected = naive.amend(known, target, quantity);
      }
      ASSERT_NO_FATAL_FAILURE(check(report, expected));
      for (const Fill& fill : report.fills) {
        ASSERT_EQ(fill.trade_id, last_trade + 1);
        last_trade = fill.trade_id;
        ASSERT_GT(fill.quantity, Quantity{});
      }
      reader.apply(report);
      const auto bid = engine.best(Side::Buy);
      const auto ask = engine.best(Side::Sell);
      ASSERT_TRUE(!bid || !ask || bid->price < ask->price) << "crossed book";
      for (const Side side : {Side::Buy, Side::Sell}) {
        ASSERT_EQ(reader.side(side), naive.levels(side));
        if (step % 25 == 0) {
          ASSERT_EQ(levels_of(engine, side), naive.levels(side));
        }
      }
      if (step % 25 == 0) {
        ASSERT_EQ(engine.orders(), naive.resting().size());
      }
    }
  }
}

TEST(EngineProperty, ConservesQuantity) {
  for (unsigned seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    Script script(1000 + seed);
    Engine engine;
    std::int64_t accepted = 0, gone = 0, traded = 0;
    OrderId last = 0;
    for (int step = 0; step < 2000; ++step) {
      if (script.below(4) != 0 || last == 0) {
        const NewOrder order = script.order();
        const Report report = engine.submit(order);
        last = report.id;
        if (report.status == Status::Rejected) continue;
        accepted += order.quantity.raw();
        traded += 2 * report.filled.raw();
        if (report.status == Status::Expired) gone += report.remaining.raw();
        for (const Order& maker : report.prevented) gone += maker.remaining.raw();
      } else {
        const Report report = engine.cancel(static_cast<OrderId>(script.below(static_cast<std::int64_t>(last)) + 1));
        if (report.status == Status::Cancelled) gone += report.remaining.raw();
      }
    }
    std::int64_t resting = 0;
    for (const Side side : {Side::Buy, Side::Sell})
      for (const auto& [price, quantity] : levels_of(engine, side)) resting += quantity;
    EXPECT_EQ(accepted, resting + gone + traded);
  }
}

}  // namespace
}  // namespace trunkline::match::test
