#include "trunkline/book/ladder.hpp"

#include <gtest/gtest.h>
#include <map>
#include <random>
#include <vector>

namespace trunkline::book {
namespace {

Price price(const char* text) {
  return *Price::parse(text);
}
Quantity quantity(const char* text) {
  return *Quantity::parse(text);
}

std::vector<wire::Level> levels_of(const Ladder& ladder, Side side) {
  std::vector<wire::Level> levels;
  ladder.walk(side, [&](const wire::Level& level) {
    levels.push_back(level);
    return true;
  });
  return levels;
}

// The plain truth a ladder is compared with.
struct Reference {
  std::map<Price, Quantity> bids;
  std::map<Price, Quantity> asks;

  void apply(Side side, Price at, Quantity amount) {
    auto& levels = side == Side::Bid ? bids : asks;
    if (amount.is_zero()) {
      levels.erase(at);
    } else {
      levels[at] = amount;
    }
  }
  std::vector<wire::Level> levels(Side side) const {
    std::vector<wire::Level> out;
    if (side == Side::Bid) {
      for (auto it = bids.rbegin(); it != bids.rend(); ++it) out.push_back({it->first, it->second});
    } else {
      for (const auto& [at, amount] : asks) out.push_back({at, amount});
    }
    return out;
  }
};

void expect_equal(const Ladder& ladder, const Reference& reference) {
  for (const Side side : {Side::Bid, Side::Ask}) {
    const auto expected = reference.levels(side);
    ASSERT_EQ(ladder.size(side), expected.size());
    ASSERT_EQ(levels_of(ladder, side), expected);
    ASSERT_EQ(ladder.best(side), expected.empty() ? (wire::Level{Price::absent(), Quantity::absent()}) : expected[0]);
  }
}

TEST(TickGrid, FindsTheTickOfPricesOnTheGridOnly) {
  for (const char* tick : {"0.00000001", "0.01", "0.1", "0.05", "0.25", "3", "1000", "0.00000012"}) {
    const TickGrid grid(price(tick));
    std::mt19937_64 random(7);
    for (int i = 0; i < 10'000; ++i) {
      const auto raw = static_cast<std::int64_t>(random() >> (1 + random() % 60));
      const bool on_grid = raw % grid.tick() == 0;
      const std::uint64_t expected = on_grid ? static_cast<std::uint64_t>(raw / grid.tick()) : TickGrid::off_grid;
      ASSERT_EQ(grid.tick_of(Price::from_raw(raw)), expected) << raw << " of " << tick;
      const auto multiple = static_cast<std::int64_t>(random() % 1'000'000);
      ASSERT_EQ(grid.tick_of(Price::from_raw(multiple * grid.tick())), static_cast<std::uint64_t>(multiple));
      ASSERT_EQ(grid.tick_of(Price::from_raw(-1 - raw)), TickGrid::off_grid);
    }
  }
}

TEST(Ladder, KeepsTheBestOfBothSides) {
  Ladder ladder({.tick = price("0.01")});
  EXPECT_TRUE(ladder.best_bid().price.is_absent());
  ladder.apply(Side::Bid, price("100.00"), quantity("1"));
  ladder.apply(Side::Bid, price("100.01"), quantity("2"));
  ladder.apply(Side::Ask, price("100.03"), quantity("3"));
  ladder.apply(Side::Ask, price("100.02"), quantity("4"));
  EXPECT_EQ(ladder.best_bid(), (wire::Level{price("100.01"), quantity("2")}));
  EXPECT_EQ(ladder.best_ask(), (wire::Level{price("100.02"), quantity("4")}));
  ladder.apply(Side::Bid, price("100.01"), Quantity{});
  ladder.apply(Side::Ask, price("100.02"), Quantity{});
  EXPECT_EQ(ladder.best_bid(), (wire::Level{price("100.00"), quantity("1")}));
  EXPECT_EQ(ladder.best_ask(), (wire::Level{price("100.03"), quantity("3")}));
  EXPECT_FALSE(ladder.crossed());
  ladder.apply(Side::Bid, price("100.03"), quantity("1"));
  EXPECT_TRUE(ladder.crossed());
}

TEST(Ladder, RemovingAnUnknownLevelChangesNothing) {
  Ladder ladder({.tick = price("0.01")});
  EXPECT_TRUE(ladder.apply(Side::Bid, price("5"), Quantity{}));
  ladder.apply(Side::Bid, price("4"), quantity("1"));
  EXPECT_TRUE(ladder.apply(Side::Bid, price("5"), Quantity{}));
  EXPECT_TRUE(ladder.apply(Side::Bid, price("0.00000001"), Quantity{}));
  EXPECT_EQ(ladder.size(Side::Bid), 1U);
}

TEST(Ladder, KeepsLevelsFarOutsideTheWindow) {
  Ladder ladder({.tick = price("0.01"), .window_ticks = 64});
  Reference reference;
  for (int i = 1; i <= 3'000; ++i) {
    const Price at = Price::from_raw(price("0.37").raw() * i);
    ladder.apply(Side::Bid, at, quantity("1"));
    reference.apply(Side::Bid, at, quantity("1"));
    const Price ask = Price::from_raw(price("5000").raw() - price("0.37").raw() * i);
    ladder.apply(Side::Ask, ask, quantity("2"));
    reference.apply(Side::Ask, ask, quantity("2"));
  }
  expect_equal(ladder, reference);
}

TEST(Ladder, ASnapshotWiderThanTheWindowKeepsItsBestLevel) {
  Ladder ladder({.tick = price("0.01"), .window_ticks = 64});
  std::vector<wire::Level> bids;
  std::vector<wire::Level> asks;
  for (int i = 0; i < 1'000; ++i) {
    bids.push_back({Price::from_raw(price("99.99").raw() - i * 1'000'000), quantity("1")});
    asks.push_back({Price::from_raw(price("100.00").raw() + i * 1'000'000), quantity("1")});
  }
  ASSERT_TRUE(ladder.replace(bids, asks));
  EXPECT_EQ(levels_of(ladder, Side::Bid), bids);
  EXPECT_EQ(levels_of(ladder, Side::Ask), asks);
  EXPECT_EQ(ladder.known_to(Side::Bid), price("90.00"));
  EXPECT_EQ(ladder.known_to(Side::Ask), price("109.99"));
}

TEST(Ladder, TakesPricesOffTheGridAndAbsurdOnes) {
  Ladder ladder({.tick = price("0.01"), .window_ticks = 64});
  Reference reference;
  const auto apply = [&](Side side, Price at, Quantity amount) {
    ladder.apply(side, at, amount);
    reference.apply(side, at, amount);
  };
  apply(Side::Bid, price("100.00"), quantity("1"));
  apply(Side::Bid, price("100.005"), quantity("2"));
  apply(Side::Bid, price("0.00000001"), quantity("3"));
  apply(Side::Bid, Price::from_raw(-5), quantity("4"));
  apply(Side::Bid, Price::from_raw(std::numeric_limits<std::int64_t>::max()), quantity("5"));
  apply(Side::Ask, Price::from_raw(std::numeric_limits<std::int64_t>::max()), quantity("5"));
  apply(Side::Ask, Price::from_raw(9'223'372'036'000'000'000), quantity("6"));
  expect_equal(ladder, reference);
  apply(Side::Bid, Price::from_raw(std::numeric_limits<std::int64_t>::max()), Quantity{});
  apply(Side::Bid, price("100.005"), Quantity{});
  expect_equal(ladder, reference);
}

TEST(Ladder, TheWindowFollowsAPriceThatWandersFarAndBack) {
  Ladder ladder({.tick = price("0.01"), .window_ticks = 128});
  Reference reference;
  std::mt19937_64 random(11);
  std::int64_t middle = 10'000;
  for (int step = 0; step < 20'000; ++step) {
    middle += static_cast<std::int64_t>(random() % 41) - 20;
    if (middle < 500) middle = 500;
    const bool bid = random() % 2 == 0;
    const auto distance = static_cast<std::int64_t>(random() % 200);
    const Price at = Price::from_raw((bid ? middle - distance : middle + distance) * 1'000'000);
    const Quantity amount = Quantity::from_raw(static_cast<std::int64_t>(random() % 3));
    ladder.apply(bid ? Side::Bid : Side::Ask, at, amount);
    reference.apply(bid ? Side::Bid : Side::Ask, at, amount);
    if (step % 500 == 0) expect_equal(ladder, reference);
  }
  expect_equal(ladder, reference);
}

TEST(Ladder, RefusesMoreLevelsThanItMayHold) {
  Ladder ladder({.max_levels = 100});
  for (int i = 1; i <= 100; ++i) ASSERT_TRUE(ladder.apply(Side::Bid, Price::from_int(i), quantity("1")));
  EXPECT_FALSE(ladder.apply(Side::Bid, Price::from_int(101), quantity("1")));
  EXPECT_TRUE(ladder.apply(Side::Bid, Price::from_int(50), quantity("2")));
  EXPECT_TRUE(ladder.apply(Side::Bid, Price::from_int(7), Quantity{}));
  EXPECT_TRUE(ladder.apply(Side::Bid, Price::from_int(101), quantity("1")));
}

TEST(Ladder, TopStopsAtTheRoomGiven) {
  Ladder ladder({.tick = price("1")});
  for (int i = 1; i <= 10; ++i) ladder.apply(Side::Ask, Price::from_int(i), quantity("1"));
  std::vector<wire::Level> top(3);
  EXPECT_EQ(ladder.top(Side::Ask, top), 3U);
  EXPECT_EQ(top[2].price, Price::from_int(3));
  EXPECT_EQ(ladder.top(Side::Bid, top), 0U);
}

struct Shape {
  const char* tick;
  std::uint32_t window;
  std::int64_t span;     // prices are spread over this many ticks
  unsigned off_grid_in;  // one price in so many is off the grid
};

class LadderProperty : public ::testing::TestWithParam<Shape> {};

TEST_P(LadderProperty, EqualsASortedMapUnderRandomUpdates) {
  const Shape shape = GetParam();
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    std::mt19937_64 random(seed);
    const Price tick = shape.tick == nullptr ? Price::absent() : price(shape.tick);
    const std::int64_t step = shape.tick == nullptr ? 1'000'000 : tick.raw();
    Ladder ladder({.tick = tick, .window_ticks = shape.window});
    Reference reference;
    std::int64_t centre = shape.span * 2;
    for (int i = 0; i < 8'000; ++i) {
      if (random() % 1'000 == 0) centre = static_cast<std::int64_t>(random() % 1'000'000) + shape.span;
      if (random() % 4'000 == 0) {
        ladder.clear();
        reference = {};
      }
      const Side side = random() % 2 == 0 ? Side::Bid : Side::Ask;
      std::int64_t raw = (centre + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(shape.span))) * step;
      if (random() % shape.off_grid_in == 0) raw += 1;
      // Half of the removals hit the best level, as trades do.
      if (random() % 4 == 0 && !ladder.best(side).price.is_absent()) {
        const Price best = ladder.best(side).price;
        ladder.apply(side, best, Quantity{});
        reference.apply(side, best, Quantity{});
      }
      const Quantity amount = Quantity::from_raw(static_cast<std::int64_t>(random() % 3));
      ASSERT_TRUE(ladder.apply(side, Price::from_raw(raw), amount));
      reference.apply(side, Price::from_raw(raw), amount);
      ASSERT_EQ(ladder.quantity_at(side, Price::from_raw(raw)), amount);
      if (i % 97 == 0) expect_equal(ladder, reference);
      const auto best = reference.levels(side);
      if (i % 11 == 0) {
        ASSERT_EQ(ladder.best(side).price, best.empty() ? Price::absent() : best[0].price);
      }
    }
    expect_equal(ladder, reference);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, LadderProperty,
                         ::testing::Values(Shape{"0.01", 64, 50, 1'000}, Shape{"0.01", 64, 5'000, 50},
                                           Shape{"0.01", 4'096, 3'000, 100}, Shape{"0.01", 16'384, 40'000, 20},
                                           Shape{"0.05", 256, 300, 3}, Shape{nullptr, 64, 2'000, 10}));

}  // namespace
}  // namespace trunkline::book
