// One symbol's market in virtual time: no sockets, no clock.
#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>

#include "sandbox/binance/symbol_market.hpp"

namespace trunkline::sandbox::binance {
namespace {

using namespace std::chrono_literals;
using nlohmann::json;

constexpr Nanos epoch = 1'723'161'253s;

struct Collector : Publisher {
  void publish(SymbolMarket& from, const StreamId& stream, std::string_view data) override {
    all += data;
    all += '\n';
    ++counts[stream.kind];
    if (on_message) on_message(from, stream, data);
  }
  std::string all;
  std::map<StreamKind, int> counts;
  std::function<void(SymbolMarket&, const StreamId&, std::string_view)> on_message;
};

SymbolMarket make(Market market, std::uint64_t seed, double rate = 200, const char* symbol = "BTCUSDT") {
  return SymbolMarket(*make_instrument(market, symbol), seed, rate, epoch);
}

void want_all(SymbolMarket& market) {
  for (const StreamKind kind : {StreamKind::Trade, StreamKind::AggTrade, StreamKind::BookTicker}) market.want({kind});
  market.want({StreamKind::Depth, 100});
  market.want({StreamKind::PartialDepth, 100, 5});
  market.want({StreamKind::Kline, 60'000});
  if (market.instrument().market == Market::Spot) return;
  market.want({StreamKind::MarkPrice, 1000});
  market.want({StreamKind::ForceOrder});
}

TEST(SymbolMarket, SameSeedGivesTheSameMessagesByteForByte) {
  for (const Market market : {Market::Spot, Market::Usdm, Market::Coinm}) {
    std::string first;
    for (int run = 0; run < 2; ++run) {
      SymbolMarket symbol = make(market, 7);
      want_all(symbol);
      Collector collector;
      // How time is sliced must not matter.
      for (Nanos t{0}; t < 20s; t += run == 0 ? 2ms : 700ms) symbol.advance(t, collector);
      symbol.advance(20s, collector);
      if (run == 0)
        first = collector.all;
      else
        EXPECT_TRUE(first == collector.all);
    }
    EXPECT_GT(first.size(), 100'000U);
    SymbolMarket other = make(market, 8);
    want_all(other);
    Collector collector;
    other.advance(20s, collector);
    EXPECT_FALSE(first == collector.all);
  }
}

TEST(SymbolMarket, EveryDifferenceChainsAndLeadsToTheTrueBook) {
  for (const Market market : {Market::Spot, Market::Usdm, Market::Coinm}) {
    for (const std::int32_t cadence : {100, market == Market::Spot ? 1000 : 0}) {
      SymbolMarket symbol = make(market, 3, 400);
      Collector collector;
      collector.publish(symbol, {}, "");
      symbol.advance(1s, collector);
      std::map<std::int64_t, std::int64_t> sides[2];
      const Book start = symbol.book(100'000);
      for (const BookLevel& level : start.bids) sides[0][-level.price.raw()] = level.quantity.raw();
      for (const BookLevel& level : start.asks) sides[1][level.price.raw()] = level.quantity.raw();
      std::uint64_t last = start.update_id;
      int events = 0;
      symbol.want({StreamKind::Depth, cadence});
      collector.on_message = [&](SymbolMarket& from, const StreamId&, std::string_view data) {
        const json event = json::parse(data);
        if (market == Market::Spot) {
          ASSERT_EQ(event["U"].get<std::uint64_t>(), last + 1);
        } else {
          ASSERT_EQ(event["pu"].get<std::uint64_t>(), last);
          ASSERT_GT(event["U"].get<std::uint64_t>(), last);
        }
        last = event["u"].get<std::uint64_t>();
        ASSERT_EQ(last, from.update_id());
        for (const char* const side : {"b", "a"}) {
          for (const auto& level : event[side]) {
            const std::int64_t key = (*side == 'b' ? -1 : 1) * Price::parse(level[0].get<std::string>())->raw();
            const std::int64_t quantity = Quantity::parse(level[1].get<std::string>())->raw();
            auto& levels = sides[*side == 'b' ? 0 : 1];
            if (quantity == 0)
              levels.erase(key);
            else
              levels[key] = quantity;
          }
        }
        if (++events % 20 != 0) return;
        const Book truth = from.book(100'000);
        ASSERT_EQ(truth.bids.size(), sides[0].size());
        ASSERT_EQ(truth.asks.size(), sides[1].size());
        auto bid = sides[0].begin();
        for (const BookLevel& level : truth.bids) {
          ASSERT_EQ(bid->first, -level.price.raw());
          ASSERT_EQ((bid++)->second, level.quantity.raw());
        }
      };
      symbol.advance(cadence == 1000 ? 61s : 12s, collector);
      EXPECT_GE(events, 55);
    }
  }
}

TEST(SymbolMarket, EarlierBooksCanBeHadByTheirId) {
  SymbolMarket symbol = make(Market::Spot, 5, 300);
  Collector collector;
  std::map<std::uint64_t, Book> seen;
  for (Nanos t = 100ms; t < 5s; t += 100ms) {
    symbol.advance(t, collector);
    seen[symbol.update_id()] = symbol.book(2000);
  }
  for (const auto& [id, book] : seen) {
    const auto again = symbol.book_at(id, 2000);
    ASSERT_TRUE(again.has_value());
    EXPECT_EQ(again->bids, book.bids);
    EXPECT_EQ(again->asks, book.asks);
  }
  EXPECT_FALSE(symbol.book_at(symbol.update_id() + 1, 10).has_value());
  EXPECT_FALSE(symbol.book_at(symbol.oldest_update_id() - 1, 10).has_value());
}

TEST(SymbolMarket, MakesOnlyWhatIsWanted) {
  SymbolMarket symbol = make(Market::Spot, 5);
  Collector collector;
  symbol.advance(5s, collector);
  EXPECT_TRUE(collector.counts.empty());
  symbol.want({StreamKind::BookTicker});
  symbol.want({StreamKind::BookTicker});
  symbol.release({StreamKind::BookTicker});
  symbol.advance(10s, collector);
  EXPECT_GT(collector.counts[StreamKind::BookTicker], 0);
  const int so_far = collector.counts[StreamKind::BookTicker];
  symbol.release({StreamKind::BookTicker});
  symbol.advance(15s, collector);
  EXPECT_EQ(collector.counts[StreamKind::BookTicker], so_far);
}

TEST(SymbolMarket, KlinesAddUpToTheTradesAndClose) {
  SymbolMarket symbol = make(Market::Spot, 11, 300);
  symbol.want({StreamKind::Trade});
  symbol.want({StreamKind::Kline, 60'000});
  Collector collector;
  std::map<std::int64_t, std::int64_t> volume;
  int closed = 0;
  collector.on_message = [&](SymbolMarket&, const StreamId& stream, std::string_view data) {
    const json event = json::parse(data);
    if (stream.kind == StreamKind::Trade) {
      volume[event["T"].get<std::int64_t>() / 60'000 * 60'000] += Quantity::parse(event["q"].get<std::string>())->raw();
      return;
    }
    const json& bar = event["k"];
    if (!bar["x"].get<bool>()) return;
    ++closed;
    EXPECT_EQ(Quantity::parse(bar["v"].get<std::string>())->raw(), volume[bar["t"].get<std::int64_t>()]);
  };
  symbol.advance(200s, collector);
  EXPECT_GE(closed, 3);
}

TEST(SymbolMarket, CheapAndCoarseInstrumentsStayUncrossedAndInTheirSteps) {
  for (const char* const name : {"DOGEUSDT", "XRPUSDT", "ETHUSDT", "X007USDT"}) {
    for (const Market market : {Market::Spot, Market::Usdm, Market::Coinm}) {
      SymbolMarket symbol = make(market, 2, 200, name);
      Collector collector;
      symbol.advance(30s, collector);
      const Book book = symbol.book(100'000);
      ASSERT_GT(book.bids.size(), 20U) << name;
      ASSERT_GT(book.asks.size(), 20U) << name;
      EXPECT_LT(book.bids[0].price, book.asks[0].price);
      for (const auto* const side : {&book.bids, &book.asks}) {
        for (const BookLevel& level : *side) {
          ASSERT_EQ(level.price.raw() % symbol.instrument().tick.raw(), 0);
          ASSERT_EQ(level.quantity.raw() % symbol.instrument().step.raw(), 0);
          ASSERT_GT(level.quantity, Quantity{});
        }
      }
    }
  }
}

}  // namespace
}  // namespace trunkline::sandbox::binance
