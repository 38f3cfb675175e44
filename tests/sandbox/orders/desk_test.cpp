// Accounts on the seeded flow, without any venue around them: what balances, positions and orders say adds up.
#include "sandbox/account/desk.hpp"

#include <gtest/gtest.h>

#include "sandbox/flow/random.hpp"
#include "sandbox/market/listed_market.hpp"

namespace trunkline::sandbox::test {
namespace {

struct Events : DeskListener {
  std::map<OrderEvent, int> seen;
  void on_order(const Account&, const ClientMarket&, const ClientOrder&, OrderEvent event, const FillRecord*) override {
    ++seen[event];
  }
  void on_account(const Account&, const ClientMarket&, std::string_view) override {}
};

struct Desk : ::testing::Test {
  void list(Market kind) {
    market.emplace(*make_instrument(kind, "BTCUSDT"), 7, 500, Nanos{1'700'000'000'000'000'000});
    market->open_to_clients(prints, desk);
    desk.list(*market);
    account = &desk.open_account({"key", "secret", ""});
    desk.fund(*account, kind, "USDT", Quantity::from_int(1'000'000));
    if (kind == Market::Spot) desk.fund(*account, kind, "BTC", Quantity::from_int(20));
  }
  void run(Nanos time) {
    now += time;
    market->advance(now, prints);
    desk.advance();
  }
  OrderRequest limit(match::Side side, Price price, std::int64_t lots) {
    OrderRequest out;
    out.client_id = "c" + std::to_string(++last_id);
    out.side = side;
    out.price = price;
    out.quantity = Quantity::from_raw(lots * market->instrument().step.raw());
    return out;
  }
  Price near(match::Side side, std::int64_t ticks) {  // behind the best of its side; negative: beyond the other's
    const std::int64_t tick = market->instrument().tick.raw();
    const std::int64_t best = market->engine().best(side)->price.raw();
    return Price::from_raw(side == match::Side::Buy ? best - ticks * tick : best + ticks * tick);
  }
  // Balances follow from deposits and fills alone, locks from open orders alone.
  void expect_exact_spot() {
    std::int64_t base = Quantity::from_int(20).raw(), quote = Quantity::from_int(1'000'000).raw();
    std::int64_t locked_base = 0, locked_quote = 0;
    for (const std::uint64_t id : account->orders) {
      const ClientOrder& order = *desk.order(id);
      const bool buys = order.side == match::Side::Buy;
      std::int64_t filled = 0;
      Int128 turnover = 0;
      for (const FillRecord& fill : order.fills) {
        filled += fill.quantity.raw();
        turnover += notional(fill.price, fill.quantity);
        (fill.fee_asset == "BTC" ? base : quote) -= fill.fee.raw();
      }
      ASSERT_EQ(filled, order.filled.raw());
      ASSERT_EQ(order.open(), account->open.contains(id));
      base += buys ? filled : -filled;
      quote += static_cast<std::int64_t>(turnover / Price::one) * (buys ? -1 : 1);
      if (!order.open()) {
        ASSERT_TRUE(order.locked.is_zero());
        continue;
      }
      if (buys)
        locked_quote += static_cast<std::int64_t>(notional(order.price, order.remaining()) / Price::one);
      else
        locked_base += order.remaining().raw();
      ASSERT_NE(market->engine().find(order.engine_id), nullptr);
      ASSERT_EQ(market->engine().find(order.engine_id)->remaining, order.remaining());
    }
    const Wallet& wallet = account->wallet(Market::Spot);
    ASSERT_EQ(wallet.of("BTC").total().raw(), base);
    ASSERT_EQ(wallet.of("USDT").total().raw(), quote);
    ASSERT_EQ(wallet.of("BTC").locked.raw(), locked_base);
    ASSERT_EQ(wallet.of("USDT").locked.raw(), locked_quote);
    ASSERT_GE(wallet.of("BTC").free.raw(), 0);
    ASSERT_GE(wallet.of("USDT").free.raw(), 0);
  }

  MarketListener prints;
  Events events;
  OrderDesk desk{events};
  std::optional<ListedMarket> market;
  Account* account = nullptr;
  Nanos now{0};
  int last_id = 0;
};

TEST_F(Desk, BalancesFollowFromFillsThroughThousandsOfActions) {
  list(Market::Spot);
  Random random(3);
  for (int i = 0; i < 3000; ++i) {
    const auto side = random.chance(0.5) ? match::Side::Buy : match::Side::Sell;
    const auto lots = static_cast<std::int64_t>(1000 + random.below(20'000));
    const double what = random.uniform();
    if (what < 0.5) {
      OrderRequest order = limit(side, near(side, static_cast<std::int64_t>(random.below(30)) - 5), lots);
      if (random.chance(0.2)) order.time_in_force = match::TimeInForce::ImmediateOrCancel;
      static_cast<void>(desk.place(*account, *market, order));
    } else if (what < 0.6) {
      OrderRequest order = limit(side, Price{}, lots);
      order.kind = match::OrderKind::Market;
      order.time_in_force = match::TimeInForce::ImmediateOrCancel;
      static_cast<void>(desk.place(*account, *market, order));
    } else if (!account->open.empty()) {
      auto chosen = account->open.begin();
      std::advance(chosen, static_cast<std::ptrdiff_t>(random.below(account->open.size())));
      const ClientOrder& order = *desk.order(*chosen);
      if (what < 0.8)
        desk.cancel(order);
      else if (what < 0.9)
        desk.hit(order, Quantity::from_raw(order.remaining().raw() / 2));
      else
        desk.amend(order, near(order.side, static_cast<std::int64_t>(random.below(20))),
                   Quantity::from_raw(lots * market->instrument().step.raw()));
    }
    run(Nanos{static_cast<std::int64_t>(random.below(20'000'000))});
    if (i % 50 == 0) {
      ASSERT_NO_FATAL_FAILURE(expect_exact_spot());
    }
  }
  ASSERT_NO_FATAL_FAILURE(expect_exact_spot());
  for (const OrderEvent event : {OrderEvent::New, OrderEvent::Trade, OrderEvent::Cancelled, OrderEvent::Amended,
                                 OrderEvent::Expired, OrderEvent::Prevented})
    EXPECT_GT(events.seen[event], 0) << static_cast<int>(event);
}

TEST_F(Desk, FlowLeavesClientsOrdersAlone) {
  list(Market::Spot);
  for (int i = 0; i < 20; ++i)
    ASSERT_TRUE(desk.place(*account, *market, limit(match::Side::Buy, near(match::Side::Buy, 2 + i), 1)));
  for (int i = 0; i < 200; ++i) run(std::chrono::milliseconds{50});
  for (const std::uint64_t id : account->orders) {
    const ClientOrder& order = *desk.order(id);
    if (order.open())
      EXPECT_NE(market->engine().find(order.engine_id), nullptr);
    else
      EXPECT_EQ(order.state, OrderState::Filled);
  }
}

TEST_F(Desk, PositionTurnsAndItsGainsAreTheWallets) {
  list(Market::Usdm);
  Random random(5);
  for (int i = 0; i < 400; ++i) {
    OrderRequest order = limit(random.chance(0.5) ? match::Side::Buy : match::Side::Sell, Price{},
                               static_cast<std::int64_t>(1 + random.below(500)));
    order.kind = match::OrderKind::Market;
    order.time_in_force = match::TimeInForce::ImmediateOrCancel;
    static_cast<void>(desk.place(*account, *market, order));
    run(std::chrono::milliseconds{20});
  }
  std::int64_t amount = 0, won = 0, fees = 0;
  for (const std::uint64_t id : account->orders) {
    const ClientOrder& order = *desk.order(id);
    for (const FillRecord& fill : order.fills) {
      amount += order.side == match::Side::Buy ? fill.quantity.raw() : -fill.quantity.raw();
      won += fill.realised.raw();
      fees += fill.fee.raw();
    }
  }
  const Position& position = account->position(Market::Usdm, "BTCUSDT");
  EXPECT_EQ(position.amount.raw(), amount);
  EXPECT_EQ(position.realised.raw(), won);
  EXPECT_EQ(account->wallet(Market::Usdm).of("USDT").free.raw(), Quantity::from_int(1'000'000).raw() + won - fees);
}

TEST_F(Desk, EachFundingPeriodEndsWithOnePaymentOfThePosition) {
  desk.set_funding({.period_ms = 1'000, .rate_1e8 = 10'000});
  list(Market::Usdm);
  OrderRequest order = limit(match::Side::Buy, Price{}, 100);
  order.kind = match::OrderKind::Market;
  order.time_in_force = match::TimeInForce::ImmediateOrCancel;
  ASSERT_TRUE(desk.place(*account, *market, order));
  const std::int64_t before = account->wallet(Market::Usdm).of("USDT").free.raw();
  for (int i = 0; i < 35; ++i) run(std::chrono::milliseconds{100});
  std::int64_t paid = 0, payments = 0;
  for (const Income& income : account->income) {
    if (income.type != "FUNDING_FEE") continue;
    EXPECT_LT(income.amount, Quantity{}) << "who is long pays";
    paid += income.amount.raw();
    ++payments;
  }
  EXPECT_EQ(payments, 3);
  EXPECT_EQ(account->wallet(Market::Usdm).of("USDT").free.raw() - before, paid);
}

TEST(Position, AveragesItsEntryAndRealisesWhatIsClosed) {
  Position position;
  const auto price = [](std::int64_t whole) { return Price::from_int(whole); };
  const auto amount = [](std::int64_t whole) { return Quantity::from_int(whole); };
  EXPECT_EQ(position.apply(match::Side::Buy, price(100), amount(2)), 0);
  EXPECT_EQ(position.apply(match::Side::Buy, price(130), amount(1)), 0);
  EXPECT_EQ(position.entry, price(110));
  EXPECT_EQ(position.apply(match::Side::Sell, price(120), amount(1)), amount(10).raw());
  EXPECT_EQ(position.unrealised(price(100)), -amount(20).raw());
  // Through zero: what is left opens at the new price.
  EXPECT_EQ(position.apply(match::Side::Sell, price(100), amount(5)), -amount(20).raw());
  EXPECT_EQ(position.amount, Quantity::from_int(-3));
  EXPECT_EQ(position.entry, price(100));
  EXPECT_EQ(position.apply(match::Side::Buy, price(90), amount(3)), amount(30).raw());
  EXPECT_TRUE(position.entry.is_zero());
}

}  // namespace
}  // namespace trunkline::sandbox::test
