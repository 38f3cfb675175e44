#include "trunkline/hub/consolidated_quotes.hpp"

#include <gtest/gtest.h>
#include <optional>
#include <vector>

#include "trunkline/bus/bus.hpp"
#include "trunkline/hub/consolidator.hpp"

namespace trunkline::hub {
namespace {

// Frames as venues write them, read back from a ring.
class ConsolidatedQuotesTest : public ::testing::Test {
 protected:
  ConsolidatedQuotesTest() {
    quotes_.emplace(ConsolidatedQuotes::Emit{
        .mapping = [this](const wire::SymbolMapping&, std::string_view text) { mapped.emplace_back(text); },
        .quote = [this](const wire::ConsolidatedQuote& quote) { told.push_back(quote); }});
  }
  void drain() {
    for (auto poll = reader_.poll(); poll.kind == bus::PollKind::Frame; poll = reader_.poll())
      quotes_->apply(poll.frame);
  }
  void map(const std::string& text, wire::InstrumentKind kind = wire::InstrumentKind::Spot) {
    wire::SymbolMapping mapping;
    mapping.symbol = hash_symbol_text(text);
    mapping.kind = kind;
    sink_.publish(mapping, std::string_view(text), std::string_view("X"));
    drain();
  }
  void quote(const std::string& text, int bid, int ask, std::uint8_t connection = 0) {
    sink_.begin(Nanos{1}, connection);
    wire::Quote quote;
    quote.symbol = hash_symbol_text(text);
    quote.bid_price = Price::from_int(bid);
    quote.bid_quantity = Quantity::from_int(1);
    quote.ask_price = Price::from_int(ask);
    quote.ask_quantity = Quantity::from_int(2);
    sink_.publish(quote);
    drain();
  }
  void disconnect(std::uint8_t connection) {
    sink_.begin(Nanos{1}, connection);
    wire::ConnectionStatus status;
    status.state = wire::ConnectionState::Backoff;
    sink_.publish(status, std::string_view("a"), std::string_view("b"), std::string_view("c"));
    drain();
  }

  std::vector<std::string> mapped;
  std::vector<wire::ConsolidatedQuote> told;

  bus::Ring ring_{bus::RingConfig{}};
  venue::Sink sink_{ring_, venue::ConnectorId{1}};
  bus::RingReader reader_ = ring_.subscribe();
  std::optional<ConsolidatedQuotes> quotes_;
};

TEST_F(ConsolidatedQuotesTest, NamesTheVenueOfEachBestPrice) {
  map("coinbase:BTC-USD");
  map("kraken:BTC-USD");
  quote("coinbase:BTC-USD", 100, 103, 0);
  quote("kraken:BTC-USD", 101, 104, 1);
  ASSERT_EQ(told.size(), 2U);
  EXPECT_EQ(mapped, std::vector<std::string>{"consolidated:BTC-USD"});
  EXPECT_EQ(told[1].symbol, hash_symbol_text("consolidated:BTC-USD"));
  EXPECT_EQ(told[1].bid_symbol, hash_symbol_text("kraken:BTC-USD"));
  EXPECT_EQ(told[1].ask_symbol, hash_symbol_text("coinbase:BTC-USD"));
  EXPECT_EQ(told[1].bid_price, Price::from_int(101));
  EXPECT_EQ(told[1].ask_price, Price::from_int(103));
  EXPECT_EQ(told[1].venues, 2U);
}

TEST_F(ConsolidatedQuotesTest, TellsOnlyChanges) {
  map("coinbase:BTC-USD");
  map("kraken:BTC-USD");
  quote("coinbase:BTC-USD", 100, 103);
  quote("kraken:BTC-USD", 99, 105);
  told.clear();
  quote("kraken:BTC-USD", 98, 106);
  EXPECT_TRUE(told.empty());
}

TEST_F(ConsolidatedQuotesTest, ForgetsAVenueWhoseConnectionIsGone) {
  map("coinbase:BTC-USD");
  map("kraken:BTC-USD");
  quote("coinbase:BTC-USD", 100, 103, 0);
  quote("kraken:BTC-USD", 101, 102, 1);
  disconnect(1);
  EXPECT_EQ(told.back().bid_symbol, hash_symbol_text("coinbase:BTC-USD"));
  EXPECT_EQ(told.back().venues, 1U);
  disconnect(0);
  EXPECT_TRUE(told.back().bid_price.is_absent());
  EXPECT_EQ(told.back().venues, 0U);
}

TEST_F(ConsolidatedQuotesTest, LeavesOneVenueFuturesAndOtherQuotesAlone) {
  map("binance:BTC-USDT");
  map("coinbase:BTC-USD");
  map("binance_coinm:BTC-USD", wire::InstrumentKind::Perpetual);
  quote("binance:BTC-USDT", 100, 101);
  quote("coinbase:BTC-USD", 100, 101);
  quote("binance_coinm:BTC-USD", 100, 101);
  EXPECT_TRUE(told.empty());
}

TEST_F(ConsolidatedQuotesTest, ComesOnTheBusWithItsMappingFirst) {
  bus::Bus bus;
  bus.add(ring_);
  Consolidator consolidator(bus, {}, venue::ConnectorId{9});
  auto reader = bus.subscribe();
  consolidator.start();
  map("coinbase:BTC-USD");
  map("kraken:BTC-USD");
  quote("coinbase:BTC-USD", 100, 103, 0);
  quote("kraken:BTC-USD", 101, 104, 1);
  sink_.flush();
  const Nanos deadline = monotonic_now() + std::chrono::seconds{20};
  bool mapping = false;
  while (monotonic_now() < deadline) {
    const auto poll = reader.poll();
    if (poll.kind == bus::PollKind::Empty) {
      reader.wait(std::chrono::milliseconds{10});
      continue;
    }
    if (const auto* found = poll.frame.as<wire::SymbolMapping>()) {
      mapping |= wire::text(*found) == "consolidated:BTC-USD";
    }
    if (const auto* best = poll.frame.as<wire::ConsolidatedQuote>(); best != nullptr && best->venues == 2) {
      EXPECT_TRUE(mapping);
      EXPECT_EQ(best->source >> 4, 9);
      return;
    }
  }
  FAIL() << "no consolidated quote came";
}

}  // namespace
}  // namespace trunkline::hub
