// Every Coinbase recording goes through the venue as it came, and once more rewritten as Advanced Trade would send it:
// no fault, final books as expected, every trade once.
#include "support/captures.hpp"

#include <algorithm>
#include <filesystem>
#include <gtest/gtest.h>
#include <memory>
#include <set>

#include "venue/coinbase/harness.hpp"

namespace trunkline::venue::coinbase::test {
namespace {

namespace fs = std::filesystem;
using trunkline::test::Capture;
using trunkline::test::CaptureLine;
using trunkline::test::shared_folder;
using Json = nlohmann::ordered_json;

std::string read_text(const fs::path& path) {
  trunkline::test::GzLines lines(path);
  std::string text;
  std::string line;
  while (lines.next(line)) text += line + "\n";
  return text;
}

// An Exchange message as Advanced Trade says it, or nothing where it has none.
std::pair<std::string, std::string> advanced_event(const Json& message) {
  const std::string type = message["type"];
  const auto updates = [&](const Json& levels, const char* side, Json& into) {
    for (const auto& level : levels) {
      into.push_back({{"side", side},
                      {"event_time", "1970-01-01T00:00:00Z"},
                      {"price_level", level[0]},
                      {"new_quantity", level[1]}});
    }
  };
  if (type == "snapshot" || type == "l2update") {
    Json list = Json::array();
    if (type == "snapshot") {
      updates(message["asks"], "offer", list);
      updates(message["bids"], "bid", list);
    } else {
      for (const auto& change : message["changes"]) {
        list.push_back({{"side", change[0] == "buy" ? "bid" : "offer"},
                        {"event_time", message["time"]},
                        {"price_level", change[1]},
                        {"new_quantity", change[2]}});
      }
    }
    const Json event = {
        {"type", type == "snapshot" ? "snapshot" : "update"}, {"product_id", message["product_id"]}, {"updates", list}};
    return {"l2_data", event.dump()};
  }
  if (type == "match" || type == "last_match") {
    const Json trade = {{"product_id", message["product_id"]},
                        {"trade_id", std::to_string(message["trade_id"].get<std::uint64_t>())},
                        {"price", message["price"]},
                        {"size", message["size"]},
                        {"time", message["time"]},
                        {"side", message["side"] == "buy" ? "BUY" : "SELL"}};
    const Json event = {{"type", type == "match" ? "update" : "snapshot"}, {"trades", Json::array({trade})}};
    return {"market_trades", event.dump()};
  }
  if (type == "ticker") {
    const Json ticker = {{"type", "ticker"},
                         {"product_id", message["product_id"]},
                         {"price", message["price"]},
                         {"volume_24_h", "1"},
                         {"low_24_h", "1"},
                         {"high_24_h", "1"},
                         {"low_52_w", "1"},
                         {"high_52_w", "1"},
                         {"price_percent_chg_24_h", "1"},
                         {"best_bid", message["best_bid"]},
                         {"best_bid_quantity", "1"},
                         {"best_ask", message["best_ask"]},
                         {"best_ask_quantity", "1"}};
    return {"ticker", Json{{"type", "update"}, {"tickers", Json::array({ticker})}}.dump()};
  }
  return {};
}

struct Played {
  std::unique_ptr<Harness> harness;
  std::uint64_t messages = 0;
  std::uint64_t matches = 0;
  std::uint64_t tickers = 0;
};

std::string exchange_of(Api api) {
  return api == Api::Exchange ? "coinbase" : "coinbase_advanced";
}

std::string products_of(Api api) {
  const std::string text = read_text(shared_folder() / "data/coinbase/rest-api-pro-coinbase-com-products.json");
  if (api == Api::Exchange) return text;
  nlohmann::json list = nlohmann::json::array();
  for (const auto& product : nlohmann::json::parse(text)) {
    list.push_back({{"product_id", product["id"]},
                    {"base_currency_id", product["base_currency"]},
                    {"quote_currency_id", product["quote_currency"]},
                    {"price_increment", product["quote_increment"]},
                    {"base_increment", product["base_increment"]},
                    {"product_type", "SPOT"},
                    {"status", product["status"]}});
  }
  return nlohmann::json{{"products", list}}.dump();
}

Played play(Api api, const fs::path& file, const nlohmann::json& expected) {
  CoinbaseConfig config{.api = api, .audit_interval = Nanos{0}};
  for (const auto& [product, book] : expected.items()) {
    config.subscriptions.push_back({*SymbolDescriptor::parse(exchange_of(api) + ":" + product), default_channels});
  }
  Played played{std::make_unique<Harness>(std::move(config))};
  Harness& harness = *played.harness;
  Capture capture(file);
  CaptureLine line;
  bool open = false;
  Nanos ticked{0};
  while (capture.next(line)) {
    if (line.received) harness.now = *line.received;
    if (!std::exchange(open, true)) {
      harness.start(products_of(api));
      harness.open();
    }
    if (line.direction != CaptureLine::Direction::In) continue;
    if (harness.now - ticked >= 100ms) {
      ticked = harness.now;
      harness.tick(0ms);
    }
    ++played.messages;
    played.matches += line.message.starts_with(R"({"type":"match")");
    played.tickers += line.message.starts_with(R"({"type":"ticker")");
    if (api == Api::Exchange) {
      harness.bytes(line.message);
      continue;
    }
    const auto [channel, event] = advanced_event(Json::parse(line.message));
    if (!channel.empty()) harness.bytes(harness.envelope(channel, event));
  }
  return played;
}

void expect_side(const nlohmann::json& expected, const book::Ladder& ladder, book::Side side) {
  std::vector<wire::Level> levels(expected.size());
  ASSERT_EQ(ladder.top(side, levels), expected.size());
  std::string ours;
  std::string theirs;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    ours += levels[i].price.to_text() + " x " + levels[i].quantity.to_text() + ", ";
    theirs += Price::parse(expected[i][0].get<std::string>())->to_text() + " x " +
              Quantity::parse(expected[i][1].get<std::string>())->to_text() + ", ";
  }
  EXPECT_EQ(ours, theirs);
}

void check(Api api) {
  const auto expected = nlohmann::json::parse(read_text(shared_folder() / "data/expected-final-books.json.gz"));
  std::size_t books = 0;
  for (const auto& [key, symbols] : expected.items()) {
    if (!key.starts_with("coinbase/")) continue;
    SCOPED_TRACE(key);
    const Played played = play(api, shared_folder() / "data" / key, symbols);
    Harness& harness = *played.harness;
    std::uint64_t updates = 0;
    for (const auto& [product, book] : symbols.items()) {
      SCOPED_TRACE(product);
      const std::string text = exchange_of(api) + ":" + product;
      EXPECT_TRUE(harness.book(text).live());
      EXPECT_EQ(harness.book(text).published().gaps(), 0U);
      EXPECT_EQ(harness.book(text).unknown_removals(), 0U);
      // The book as a reader of the stream has it; ids count the snapshot and each update.
      const book::Book& mirror = harness.mirror(text);
      EXPECT_TRUE(mirror.live());
      EXPECT_EQ(mirror.integrity(), api == Api::Exchange ? wire::Integrity::Unverified : wire::Integrity::Sequenced);
      EXPECT_EQ(mirror.update_id(), book["updates"].get<std::uint64_t>() + 1);
      updates += book["updates"].get<std::uint64_t>();
      expect_side(book["bids"], mirror.ladder(), book::Side::Bid);
      expect_side(book["asks"], mirror.ladder(), book::Side::Ask);
      EXPECT_EQ(mirror.ladder().size(book::Side::Bid), book["levels"][0].get<std::size_t>());
      EXPECT_EQ(mirror.ladder().size(book::Side::Ask), book["levels"][1].get<std::size_t>());
      ++books;
    }
    EXPECT_EQ(harness.frames[wire::L2Delta::type], updates);
    EXPECT_EQ(harness.trades.size(), played.matches);
    EXPECT_EQ(harness.quotes.size(), played.tickers);
    const auto& counters = harness.venue().counters();
    EXPECT_EQ(counters.malformed, 0U);
    EXPECT_EQ(counters.unknown_events, 0U);
    EXPECT_EQ(counters.unknown_symbols, 0U);
    EXPECT_EQ(counters.trades_missed, 0U);
    EXPECT_EQ(harness.venue().book_counters().ignored_updates, 0U);
    EXPECT_EQ(harness.mirror_faults, 0U);
    for (const Event& event : harness.events) {
      if (event.severity != Severity::Info) ADD_FAILURE() << event.name << " " << event.symbol;
    }
  }
  EXPECT_EQ(books, 7U);
}

TEST(Captures, FinalBooksOfTheExchangeFeedAreAsExpected) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  check(Api::Exchange);
}

TEST(Captures, FinalBooksOfAdvancedTradeAreTheSame) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  check(Api::Advanced);
}

TEST(Captures, SidesOfRecordedTradesAreTheTakers) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  std::size_t compared = 0;
  for (const auto& file : trunkline::test::capture_files("coinbase")) {
    // A ticker tells the taker's side, the match of the same number the maker's.
    std::map<std::string, std::string> makers;
    Capture capture(file);
    CaptureLine line;
    while (capture.next(line)) {
      if (line.direction != CaptureLine::Direction::In) continue;
      const auto message = nlohmann::json::parse(line.message);
      if (!message.contains("trade_id")) continue;
      const std::string key = message["product_id"].get<std::string>() + message["trade_id"].dump();
      if (message["type"] == "match") makers[key] = message["side"];
      if (message["type"] != "ticker" || !makers.contains(key)) continue;
      EXPECT_NE(message["side"], makers[key]);
      ++compared;
    }
  }
  EXPECT_GT(compared, 30U);
}

// The documentation's own examples, one message each.
TEST(Captures, SampleMessagesOfAdvancedTradeAreUnderstood) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  CoinbaseConfig config{.api = Api::Advanced};
  config.subscriptions = {{*SymbolDescriptor::parse("coinbase_advanced:BTC-USD"), default_channels}};
  Harness harness(std::move(config));
  harness.start(products_reply(Api::Advanced, {"BTC-USD"}));
  harness.open();
  const auto play = [&](const std::string& name) {
    auto message =
        nlohmann::ordered_json::parse(read_text(shared_folder() / "data/coinbase" / ("payload-ws_" + name + ".json")));
    message["sequence_num"] = harness.next_number[first_connection]++;
    harness.bytes(message.dump(2));
  };
  for (const char* name :
       {"subscriptions", "l2_data_snapshot", "l2_data_update", "heartbeats", "ticker", "market_trades"}) {
    play(name);
  }
  const book::Ladder& ladder = harness.mirror("coinbase_advanced:BTC-USD").ladder();
  EXPECT_EQ(ladder.best_bid(), (wire::Level{*Price::parse("68900"), *Quantity::parse("2")}));
  EXPECT_EQ(ladder.best_ask(), (wire::Level{*Price::parse("68901.5"), *Quantity::parse("1.2")}));
  EXPECT_EQ(ladder.size(book::Side::Bid), 3U);
  EXPECT_EQ(ladder.size(book::Side::Ask), 2U);
  ASSERT_EQ(harness.quotes.size(), 1U);
  EXPECT_EQ(harness.quotes[0].ask_price, *Price::parse("68901"));
  ASSERT_EQ(harness.trades.size(), 2U);
  EXPECT_EQ(harness.trades[1].trade_id, 995098701U);
  EXPECT_EQ(harness.trade_flags[0] & wire::flag::side_sell, wire::flag::side_sell);
  EXPECT_EQ(harness.venue().counters().malformed, 0U);
  EXPECT_EQ(harness.venue().counters().unknown_events, 0U);
  play("candles");
  EXPECT_EQ(harness.venue().counters().unknown_events, 1U);
}

}  // namespace
}  // namespace trunkline::venue::coinbase::test
