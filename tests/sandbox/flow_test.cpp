// The order flow looks like the market: the same figures are taken from recorded sessions of BTCUSDT and BTCUSD_PERP
// and from generated ones at the recorded rate, and compared within the tolerances stated here.
//
// Sessions of one market, minutes apart, differ among themselves (the dispersion of spot trades by a factor of five),
// so a figure is held against the span of the sessions there are, widened by the tolerance.
#include <cstdio>
#include <gtest/gtest.h>

#include "flow_statistics.hpp"
#include "sandbox/binance/symbol_market.hpp"
#include "support/captures.hpp"

namespace trunkline::sandbox::test {
namespace {

using binance::StreamKind;
using binance::SymbolMarket;

// Figures may lie outside the sessions' span by these factors.
constexpr double mix_factor = 1.45;         // messages of one kind per message of another, and depth entries a message
constexpr double spread_share = 0.10;       // (difference) of bookTickers at the least spread
constexpr double spread_time_share = 0.02;  // (difference) of time at the least spread
constexpr double moves_factor = 1.6;        // share of bookTickers that move the price
constexpr double levels_factor = 1.5;       // levels per band of distance
constexpr double quantity_factor = 1.7;     // quantity per band of distance
constexpr double quote_burst_factor = 2.2;  // dispersion of bookTickers per window, variation of the gaps between
constexpr double trade_burst_factor = 4.0;  // the same of trades, where few sweeps decide

struct Case {
  Market market;
  const char* sessions;
  double tick;
  std::int32_t cadence_ms;
};

FlowFigures recorded(const std::filesystem::path& file, double tick) {
  FlowMeter meter(tick);
  trunkline::test::GzLines lines(file);
  simdjson::dom::parser outer, inner;
  for (std::string line; lines.next(line);) {
    const Json record = outer.parse(line);
    const std::string_view address = record["conn"], text = record["msg"];
    const Json message = inner.parse(text.data(), text.size());
    if (address.starts_with("http"))
      meter.snapshot(message);
    else
      meter.event(*trunkline::test::Capture::time_of(line), message["data"]);
  }
  return meter.figures();
}

FlowFigures generated(const Case& c, double rate, std::uint64_t seed) {
  struct Meter : binance::Publisher {
    explicit Meter(double tick) : meter(tick) {}
    void publish(SymbolMarket& from, const binance::StreamId&, std::string_view data) override {
      meter.event(from.now(), parser.parse(data.data(), data.size()));
    }
    FlowMeter meter;
    simdjson::dom::parser parser;
  } meter(c.tick);
  SymbolMarket market(*make_instrument(c.market, "BTCUSDT"), seed, rate, Nanos{1'723'161'253'000'000'000});
  market.want({StreamKind::Trade});
  market.want({StreamKind::BookTicker});
  market.want({StreamKind::Depth, c.cadence_ms});
  std::string snapshot = "{\"lastUpdateId\":" + std::to_string(market.update_id()) + ",\"bids\":";
  const Book book = market.book(100'000);
  binance::append_levels(snapshot, book.bids, market.instrument());
  snapshot += ",\"asks\":";
  binance::append_levels(snapshot, book.asks, market.instrument());
  meter.meter.snapshot(meter.parser.parse(snapshot + "}"));
  market.advance(std::chrono::seconds{240}, meter);
  return meter.meter.figures();
}

// One figure of all sessions and of the generated ones' mean.
struct Compared {
  double least = 1e300, most = -1e300, made = 0;
};

void expect_within_factor(const char* what, const Compared& c, double factor) {
  EXPECT_GE(c.made, c.least / factor) << what << ": sessions " << c.least << " to " << c.most;
  EXPECT_LE(c.made, c.most * factor) << what << ": sessions " << c.least << " to " << c.most;
}
void expect_within(const char* what, const Compared& c, double difference) {
  EXPECT_GE(c.made, c.least - difference) << what << ": sessions " << c.least << " to " << c.most;
  EXPECT_LE(c.made, c.most + difference) << what << ": sessions " << c.least << " to " << c.most;
}

class Flow : public testing::TestWithParam<Case> {};

TEST_P(Flow, MatchesTheRecordedSessions) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  const Case c = GetParam();
  std::vector<FlowFigures> sessions, made;
  for (const auto& file : trunkline::test::capture_files("binance", c.sessions))
    sessions.push_back(recorded(file, c.tick));
  ASSERT_FALSE(sessions.empty());
  // The flow's rate counts depth at ten messages a second.
  const double rate = sessions[0].trades_per_second + sessions[0].quotes_per_second + 10.0;
  for (const std::uint64_t seed : {1, 2}) made.push_back(generated(c, rate, seed));

  const auto compare = [&](auto figure, bool first_only = false) {
    Compared compared;
    for (const FlowFigures& session : sessions) {
      compared.least = std::min(compared.least, figure(session));
      compared.most = std::max(compared.most, figure(session));
      if (first_only) break;  // the others have no snapshot to build the book from
    }
    for (const FlowFigures& one : made) compared.made += figure(one) / static_cast<double>(made.size());
    return compared;
  };
  using F = FlowFigures;

  expect_within_factor("trades per bookTicker",
                       compare([](const F& f) { return f.trades_per_second / f.quotes_per_second; }), mix_factor);
  expect_within_factor("messages a second",
                       compare([](const F& f) { return f.trades_per_second + f.quotes_per_second; }), mix_factor);
  expect_within_factor("depth messages a second", compare([](const F& f) { return f.depths_per_second; }), mix_factor);
  expect_within_factor("entries a depth message", compare([](const F& f) { return f.levels_per_depth; }), mix_factor);

  expect_within("share of bookTickers with one tick of spread",
                compare([](const F& f) { return f.one_tick_by_message; }), spread_share);
  expect_within("share of time with one tick of spread", compare([](const F& f) { return f.one_tick_by_time; }),
                spread_time_share);
  expect_within_factor("share of bookTickers that move", compare([](const F& f) { return f.price_moves; }),
                       moves_factor);

  for (std::size_t i = 0; i + 1 < band_ends.size(); ++i) {
    SCOPED_TRACE("band to " + std::to_string(band_ends[i]) + " bp");
    expect_within_factor("levels", compare([i](const F& f) { return f.levels[i]; }, true), levels_factor);
    expect_within_factor("quantity", compare([i](const F& f) { return f.quantity[i]; }, true), quantity_factor);
  }

  expect_within_factor("dispersion of bookTickers, 100 ms",
                       compare([](const F& f) { return f.quotes_dispersion_100ms; }), quote_burst_factor);
  expect_within_factor("dispersion of bookTickers, 1 s", compare([](const F& f) { return f.quotes_dispersion_1s; }),
                       quote_burst_factor);
  expect_within_factor("variation of bookTicker gaps", compare([](const F& f) { return f.quotes_gap_variation; }),
                       quote_burst_factor);
  expect_within_factor("dispersion of trades, 100 ms", compare([](const F& f) { return f.trades_dispersion_100ms; }),
                       trade_burst_factor);
  expect_within_factor("dispersion of trades, 1 s", compare([](const F& f) { return f.trades_dispersion_1s; }),
                       trade_burst_factor);
  expect_within_factor("variation of trade gaps", compare([](const F& f) { return f.trades_gap_variation; }),
                       quote_burst_factor);
}

INSTANTIATE_TEST_SUITE_P(Markets, Flow,
                         testing::Values(Case{Market::Spot, "spot-btcusdt-session", 0.01, 100},
                                         Case{Market::Usdm, "usdm-btcusdt-session", 0.1, 0},
                                         Case{Market::Coinm, "coinm-btcusdperp-session", 0.1, 0}),
                         [](const auto& named) { return std::string(to_text(named.param.market)); });

TEST(FlowRate, IsWhatAClientSeesOnAverage) {
  // Intensity changes slowly by chance, as in the recordings: one run says little, so the mean of several is taken.
  constexpr std::uint64_t seeds = 8;
  for (const double rate : {20.0, 100.0, 1000.0}) {
    struct Counter : binance::Publisher {
      void publish(SymbolMarket&, const binance::StreamId&, std::string_view) override { ++count; }
      double count = 0;
    } counter;
    const double seconds = std::max(20.0, 20'000.0 / rate);
    for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
      SymbolMarket market(*make_instrument(Market::Spot, "ETHUSDT"), seed, rate, Nanos{0});
      market.want({StreamKind::Trade});
      market.want({StreamKind::BookTicker});
      market.want({StreamKind::Depth, 100});
      market.advance(Nanos{static_cast<std::int64_t>(seconds * 1e9)}, counter);
    }
    const double seen = counter.count / seconds / static_cast<double>(seeds);
    EXPECT_GT(seen, rate / 1.5) << "rate " << rate;
    EXPECT_LT(seen, rate * 1.5) << "rate " << rate;
  }
}

TEST(FlowBook, BeginsWithAThousandLevelsASide) {
  for (const Market market : {Market::Spot, Market::Usdm, Market::Coinm}) {
    const SymbolMarket symbol(*make_instrument(market, "BTCUSDT"), 1, 50, Nanos{0});
    EXPECT_GE(symbol.engine().levels(match::Side::Buy), 1000U);
    EXPECT_GE(symbol.engine().levels(match::Side::Sell), 1000U);
  }
}

}  // namespace
}  // namespace trunkline::sandbox::test
