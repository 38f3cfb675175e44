// Random tapes: whatever comes, the two bounds stay bounds, nothing fills that was not traded, and no money is made.
#include <gtest/gtest.h>
#include <map>
#include <random>

#include "paper/feed.hpp"
#include "trunkline/paper/paper_exchange.hpp"
#include "trunkline/paper/paper_market.hpp"

namespace trunkline::paper::test {
namespace {

using match::Side;

constexpr int middle = 1'000;

struct Step {
  std::vector<wire::Level> bids = {};
  std::vector<wire::Level> asks = {};
  bool trade = false;
  Side taker = Side::Buy;
  Price price{};
  Quantity quantity{};
};

// Trades at the best prices, each followed or led by its change of the book; levels come, go and change; the market
// moves. The displayed sides never meet.
std::vector<Step> random_tape(std::mt19937_64& random, int steps) {
  std::map<int, std::int64_t> bids;
  std::map<int, std::int64_t> asks;
  for (int i = 1; i <= 5; ++i) {
    bids[middle - i] = 1 + static_cast<std::int64_t>(random() % 9);
    asks[middle + i] = 1 + static_cast<std::int64_t>(random() % 9);
  }
  std::vector<Step> tape;
  const auto level = [](int at, std::int64_t size) {
    return wire::Level{Price::from_int(at), Quantity::from_int(size)};
  };
  for (int i = 0; i < steps; ++i) {
    Step change;
    const bool bid_side = random() % 2 == 0;
    auto& side = bid_side ? bids : asks;
    auto& out = bid_side ? change.bids : change.asks;
    if (random() % 3 == 0 && !side.empty()) {
      const auto best = bid_side ? std::prev(side.end()) : side.begin();
      const std::int64_t size = 1 + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(best->second));
      Step trade{.trade = true,
                 .taker = bid_side ? Side::Sell : Side::Buy,
                 .price = Price::from_int(best->first),
                 .quantity = Quantity::from_int(size)};
      best->second -= size;
      out.push_back(level(best->first, best->second));
      if (best->second == 0) side.erase(best);
      const bool trade_first = random() % 2 == 0;
      if (trade_first) tape.push_back(trade);
      tape.push_back(change);
      if (!trade_first) tape.push_back(trade);
      continue;
    }
    const int bid_top = bids.empty() ? middle - 6 : bids.rbegin()->first;
    const int ask_top = asks.empty() ? middle + 6 : asks.begin()->first;
    const int at = bid_side ? std::min(ask_top - 1, bid_top + 1) - static_cast<int>(random() % 6)
                            : std::max(bid_top + 1, ask_top - 1) + static_cast<int>(random() % 6);
    const auto size = static_cast<std::int64_t>(random() % 10);
    out.push_back(level(at, size));
    if (size == 0) {
      side.erase(at);
    } else {
      side[at] = size;
    }
    tape.push_back(change);
  }
  return tape;
}

struct Played {
  std::map<int, std::int64_t> filled_by_step;  // cumulative raw, of the one order
  std::int64_t filled = 0;
};

Played play(QueueModel queue, const std::vector<Step>& tape, std::size_t placed_at, Side side, Price at,
            Quantity size) {
  PaperMarket market(queue);
  market.show({}, {}, {});
  Played out;
  Nanos now{0};
  for (std::size_t i = 0; i < tape.size(); ++i) {
    if (i == placed_at) market.place({.number = 1, .side = side, .price = at, .quantity = size});
    if (i == placed_at) {
      for (const PaperFill& fill : market.fills()) out.filled += fill.quantity.raw();
    }
    now += std::chrono::milliseconds{1};
    const Step& step = tape[i];
    if (step.trade) {
      market.trade(step.taker, step.price, step.quantity, {Nanos{0}, now});
    } else {
      market.change(step.bids, step.asks, {Nanos{0}, now});
    }
    for (const PaperFill& fill : market.fills()) out.filled += fill.quantity.raw();
    out.filled_by_step[static_cast<int>(i)] = out.filled;
  }
  return out;
}

TEST(PaperProperty, TheFrontFillsNoLaterAndNoLessThanTheBack) {
  std::mt19937_64 random(20261121);
  int different = 0;
  for (int run = 0; run < 400; ++run) {
    const auto tape = random_tape(random, 120);
    const Side side = random() % 2 == 0 ? Side::Buy : Side::Sell;
    const int away = static_cast<int>(random() % 5);
    const Price at = Price::from_int(side == Side::Buy ? middle - away : middle + away);
    const Quantity size = Quantity::from_int(1 + static_cast<std::int64_t>(random() % 12));
    const Played back = play(QueueModel::Back, tape, 30, side, at, size);
    const Played front = play(QueueModel::Front, tape, 30, side, at, size);
    for (const auto& [step, filled] : back.filled_by_step) {
      ASSERT_GE(front.filled_by_step.at(step), filled) << "run " << run << " step " << step;
    }
    ASSERT_LE(front.filled, size.raw());
    if (front.filled_by_step != back.filled_by_step) ++different;
  }
  EXPECT_GT(different, 50) << "the bounds are hardly ever apart: the tape is too thin";
}

TEST(PaperProperty, NothingFillsThatWasNeitherTradedNorDisplayedAtThePrice) {
  std::mt19937_64 random(7);
  std::int64_t filled_in_all = 0;
  for (const QueueModel queue : {QueueModel::Back, QueueModel::Front}) {
    for (int run = 0; run < 300; ++run) {
      const auto tape = random_tape(random, 120);
      const Price at = Price::from_int(middle - 2);
      PaperMarket market(queue);
      market.show({}, {}, {});
      std::int64_t traded = 0;
      std::int64_t offered = 0;  // quantity that came to be displayed at or below our price
      std::int64_t filled = 0;
      std::map<std::int64_t, std::int64_t> asks;
      Nanos now{0};
      for (std::size_t i = 0; i < tape.size(); ++i) {
        if (i == 20) {
          market.place({.number = 1, .side = Side::Buy, .price = at, .quantity = Quantity::from_int(1'000)});
          for (const PaperFill& fill : market.fills()) filled += fill.quantity.raw();
          for (const auto& [price, size] : asks) offered += price <= at.raw() ? size : 0;
        }
        now += std::chrono::milliseconds{1};
        const Step& step = tape[i];
        if (step.trade) {
          if (i >= 20 && step.taker == Side::Sell && step.price <= at) traded += step.quantity.raw();
          market.trade(step.taker, step.price, step.quantity, {Nanos{0}, now});
        } else {
          for (const wire::Level& level : step.asks) {
            std::int64_t& shown = asks[level.price.raw()];
            if (i >= 20 && level.price <= at) offered += std::max<std::int64_t>(0, level.quantity.raw() - shown);
            shown = level.quantity.raw();
          }
          market.change(step.bids, step.asks, {Nanos{0}, now});
        }
        for (const PaperFill& fill : market.fills()) {
          filled += fill.quantity.raw();
          ASSERT_LE(fill.price, at);
        }
        ASSERT_LE(filled, traded + offered) << "run " << run << " step " << i;
      }
      filled_in_all += filled;
    }
  }
  EXPECT_GT(filled_in_all, 0);
}

// Money: what there was, and the fills and fees that were told, give what there is; nothing is ever below zero.
class Money : public ::testing::TestWithParam<wire::InstrumentKind> {};

TEST_P(Money, IsWhatTheFillsSay) {
  using namespace order;
  constexpr const char* text = "venue:BTC-USDT";
  std::mt19937_64 random(static_cast<std::uint64_t>(GetParam()) + 99);
  std::size_t fills = 0;
  for (int run = 0; run < 60; ++run) {
    PaperConfig config;
    config.queue = run % 2 == 0 ? QueueModel::Back : QueueModel::Front;
    config.maker_fee = *Rate::parse(run % 3 == 0 ? "-0.0000712345" : "0.000123456789");
    config.taker_fee = *Rate::parse("0.00071234567");
    config.balances = {{Currency::cut("USDT"), amount("90000")}, {Currency::cut("BTC"), amount("40")}};
    Feed feed;
    bus::BusReader reader = feed.bus.subscribe();
    PaperExchange venue("venue", config);
    const bool perpetual = GetParam() == wire::InstrumentKind::Perpetual;
    feed.mapping(text, GetParam());
    const SymbolHash symbol = hash_symbol_text(text);
    Int128 bought = 0;  // 1e-8 of the base
    Int128 paid = 0;    // 1e-8 of the quote, of what was told
    Int128 fees = 0;
    std::map<OrderId, TradeType> sides;
    const auto read = [&] {
      for (bus::BusPoll poll = reader.poll(); poll.kind == bus::PollKind::Frame; poll = reader.poll()) {
        venue.on_frame(poll.frame, feed.now);
      }
      for (const PaperEvent& event : venue.take_events()) {
        if (const auto* balance = std::get_if<BalanceUpdate>(&event)) {
          ASSERT_GE(balance->total.raw(), 0);
          ASSERT_GE(balance->available.raw(), 0);
          if (!perpetual) {
            ASSERT_LE(balance->available, balance->total);
          }
        }
        const auto* trade = std::get_if<TradeUpdate>(&event);
        if (trade == nullptr) continue;
        ++fills;
        const int sign = trade->side == TradeType::Buy ? 1 : -1;
        bought += sign * trade->fill_base_amount.raw();
        paid += sign * trade->fill_quote_amount.raw();
        fees += trade->fee_amount.raw();
      }
    };
    feed.book(text, {{"990", "9"}}, {{"1010", "9"}});
    read();
    int next = 0;
    std::vector<OrderId> open;
    for (const Step& step : random_tape(random, 150)) {
      feed.now += std::chrono::milliseconds{3};
      if (step.trade) {
        feed.trade(text, step.price.to_text().c_str(), step.quantity.to_text().c_str(),
                   step.taker == Side::Buy ? wire::flag::side_buy : wire::flag::side_sell);
      } else {
        feed.delta_of(text, step.bids, step.asks);
      }
      read();
      if (random() % 3 == 0) {
        InFlightOrder wanted;
        wanted.client_order_id = OrderId::cut("o" + std::to_string(++next));
        wanted.trading_pair = symbol;
        wanted.side = random() % 2 == 0 ? TradeType::Buy : TradeType::Sell;
        wanted.order_type = random() % 4 == 0 ? OrderType::Market : OrderType::Limit;
        wanted.amount = Quantity::from_raw(static_cast<std::int64_t>(1 + random() % 900'000'000));
        if (wanted.order_type == OrderType::Limit) {
          wanted.price = Price::from_raw(Price::from_int(middle - 6).raw() +
                                         static_cast<std::int64_t>(random() % Price::from_int(12).raw()));
        }
        if (venue.place(wanted, feed.now)) open.push_back(wanted.client_order_id);
        read();
      } else if (random() % 6 == 0 && !open.empty()) {
        static_cast<void>(venue.cancel(open[random() % open.size()], feed.now));
        read();
      }
    }
    for (const OrderId& id : open) static_cast<void>(venue.cancel(id, feed.now));
    read();
    const auto raw = [&](const char* currency) {
      for (const BalanceUpdate& balance : venue.account(feed.now).balances) {
        if (balance.currency == currency) {
          if (!perpetual) {
            EXPECT_EQ(balance.available, balance.total) << "something stays locked";
          }
          return static_cast<Int128>(balance.total.raw());
        }
      }
      return Int128{0};
    };
    if (!perpetual) {
      EXPECT_TRUE(raw("BTC") == amount("40").raw() + bought);
      EXPECT_TRUE(raw("USDT") == amount("90000").raw() - paid - fees);
    } else {
      EXPECT_TRUE(venue.money().position_amount(symbol).raw() == bought);
      EXPECT_TRUE(raw("BTC") == amount("40").raw());
      if (bought == 0) continue;
      // Closed at some price: what was gained in all is what was paid and got, but for the rounding of each order.
      const auto position = venue.money().position(symbol, feed.now);
      const Int128 worth = notional(position->entry_price, position->quantity) / Price::one;
      const Int128 difference = raw("USDT") - (amount("90000").raw() - paid - fees + worth);
      EXPECT_LE(difference < 0 ? -difference : difference,
                2 * next + 2 * std::abs(static_cast<std::int64_t>(bought)) / Price::one + 16);
    }
  }
  EXPECT_GT(fills, 200U);
}

INSTANTIATE_TEST_SUITE_P(PaperProperty, Money,
                         ::testing::Values(wire::InstrumentKind::Spot, wire::InstrumentKind::Perpetual));

}  // namespace
}  // namespace trunkline::paper::test
