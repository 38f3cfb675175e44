#include <fstream>
#include <iterator>
#include <set>
#include <stdexcept>

#include "conformance/subject.hpp"
#include "trunkline/hub/exchange_registry.hpp"
#include "trunkline/venue/generic/mapping_reader.hpp"

namespace trunkline::conformance {

namespace {

// An exchange that is described in configuration alone, as the documentation has it; with the sandbox's ticks.
std::string bybit() {
  std::ifstream file(TRUNKLINE_SOURCE_DIR "/examples/bybit.toml");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  auto mapping = venue::generic::read_mapping(text, "examples/bybit.toml", "source.bybit");
  if (!mapping) throw std::runtime_error(mapping.error().message);
  for (const char* const symbol : {"BTC-USDT", "ETH-USDT", "SOL-USDT"}) {
    mapping->symbols[symbol].tick = *Price::parse("0.01");
  }
  if (const auto added = hub::ExchangeRegistry::add_source("bybit", *std::move(mapping)); !added) {
    throw std::runtime_error(added.error().message);
  }
  return "bybit";
}

}  // namespace

namespace {

// What the list asks of books, for a venue that has none.
std::map<int, std::string> without_books(std::map<int, std::string> lacks) {
  for (const int number : {8, 9, 10, 16, 18, 20, 21, 22, 23, 24, 25, 33, 34, 35, 36}) {
    lacks.emplace(number, "there is no book of stocks");
  }
  return lacks;
}

}  // namespace

const std::vector<Subject>& subjects() {
  using venue::Channel;
  static const std::vector<Subject> all{
      {.exchange = "binance",
       .symbols = {"binance:BTC-USDT", "binance:ETH-USDT", "binance:SOL-USDT"},
       .integrity = wire::Integrity::Sequenced,
       .corrupted = Finds::ByAudit,
       .depth = 100},
      {.exchange = "binance_usdm",
       .symbols = {"binance_usdm:BTC-USDT", "binance_usdm:ETH-USDT", "binance_usdm:SOL-USDT"},
       .integrity = wire::Integrity::Sequenced,
       .corrupted = Finds::ByAudit,
       .depth = 100},
      {.exchange = "binance_coinm",
       .symbols = {"binance_coinm:BTC-USD", "binance_coinm:ETH-USD", "binance_coinm:SOL-USD"},
       .integrity = wire::Integrity::Sequenced,
       .corrupted = Finds::ByAudit,
       .depth = 100},
      {.exchange = "coinbase",
       .symbols = {"coinbase:BTC-USD", "coinbase:ETH-USD", "coinbase:SOL-USD"},
       .integrity = wire::Integrity::SnapshotOnly,
       .lost = Finds::ByAudit,
       .corrupted = Finds::ByAudit,
       .lacks = {{33, "snapshots come with the stream; the audit takes a late reply for what it is"},
                 {34, "snapshots come with the stream and have no id"},
                 {35, "nothing but the audit is asked for over HTTP"},
                 {36, "nothing but the audit is asked for over HTTP"}}},
      {.exchange = "coinbase_advanced",
       .symbols = {"coinbase_advanced:BTC-USD", "coinbase_advanced:ETH-USD", "coinbase_advanced:SOL-USD"},
       .integrity = wire::Integrity::Sequenced,
       .one_count = true,
       .corrupted = Finds::ByAudit,
       .lacks = {{27, "a lost trade comes again with the answer to a new subscription"},
                 {33, "snapshots come with the stream; the audit takes a late reply for what it is"},
                 {34, "snapshots come with the stream and have no id"},
                 {35, "nothing but the audit is asked for over HTTP"},
                 {36, "nothing but the audit is asked for over HTTP"}}},
      {.exchange = bybit(),
       .symbols = {"bybit:BTC-USDT", "bybit:ETH-USDT", "bybit:SOL-USDT"},
       .integrity = wire::Integrity::Sequenced,
       .channels = {Channel::Trades, Channel::Depth},
       .corrupted = Finds::ByAudit,
       .depth = 50,
       .lacks = {{5, "a source with a template for its symbols takes any pair; the venue refuses its topics (3)"},
                 {7, "its spot market has no stream of best prices that holds both sides"},
                 {27, "its trade ids are texts that tell no order"},
                 {35, "nothing is asked for over HTTP"},
                 {36, "nothing is asked for over HTTP"}}},
      {.exchange = "kraken",
       .symbols = {"kraken:BTC-USD", "kraken:ETH-USD", "kraken:SOL-USD"},
       .integrity = wire::Integrity::Checksummed,
       .lost = Finds::IfWrong,
       .depth = 10,
       .lacks = {{35, "nothing is asked for over HTTP"}, {36, "nothing is asked for over HTTP"}}},
      {.exchange = "hyperliquid",
       .symbols = {"hyperliquid:BTC-USD", "hyperliquid:ETH-USD", "hyperliquid:SOL-USD"},
       .integrity = wire::Integrity::SnapshotOnly,
       .lost = Finds::Unfelt,
       .corrupted = Finds::IfWrong,
       .depth = 5,
       .lacks = {{8, "every message of its books is the whole book: there are no deltas"},
                 {27, "its trade ids do not follow one another"},
                 {33, "every message of its books is the whole book"},
                 {34, "every message of its books is the whole book"},
                 {35, "its books need no request"},
                 {36, "its books need no request"}}},
      {.exchange = "alpaca",
       .symbols = {"alpaca:AAPL", "alpaca:MSFT", "alpaca:SPY"},
       .channels = {Channel::Trades, Channel::Quotes},
       .credentials = {"key", "secret"},
       .lacks = without_books(
           {{4, "a stock that nobody trades is silent too; a channel that spoke and stops in market hours is reported"},
            {6, "its trades tell no side"},
            {11, "the venue tells no tick of a stock"},
            {27, "its trade ids do not follow one another"}})},
      {.exchange = "alpaca_crypto",
       .symbols = {"alpaca_crypto:BTC-USD", "alpaca_crypto:ETH-USD", "alpaca_crypto:SOL-USD"},
       .integrity = wire::Integrity::Unverified,
       .lost = Finds::ByAudit,
       .corrupted = Finds::ByAudit,
       .credentials = {"key", "secret"},
       .lacks = {{27, "its trade ids do not follow one another"},
                 {33, "the stream itself begins with the whole book"},
                 {34, "the stream itself begins with the whole book"},
                 {35, "its books need no request"},
                 {36, "its books need no request"}}},
  };
  return all;
}

}  // namespace trunkline::conformance
