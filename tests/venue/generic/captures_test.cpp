// Every recording of Bybit goes through a mapping: no gap, nothing malformed, final book as an independent program has
// it. Version 5 is read by the example of the documentation, version 2 (of 2021) by a mapping made here.
#include "support/captures.hpp"

#include <map>

#include "trunkline/book/ladder.hpp"
#include "venue/generic/collector.hpp"

namespace trunkline::venue::generic::test {
namespace {

using trunkline::test::Capture;
using trunkline::test::CaptureLine;
using trunkline::test::shared_folder;

nlohmann::json expected_books() {
  trunkline::test::GzLines lines(shared_folder() / "data/expected-final-books.json.gz");
  std::string text;
  std::string line;
  while (lines.next(line)) text += line + "\n";
  return nlohmann::json::parse(text);
}

void expect_levels(const book::Ladder& ladder, book::Side side, const nlohmann::json& expected) {
  std::size_t at = 0;
  ladder.walk(side, [&](const wire::Level& level) {
    if (at == expected.size()) return false;
    EXPECT_EQ(level.price, *Price::parse(expected[at][0].get<std::string>()));
    EXPECT_EQ(level.quantity, *Quantity::parse(expected[at][1].get<std::string>()));
    ++at;
    return true;
  });
  EXPECT_EQ(at, expected.size());
}

TEST(BybitRecordings, Version5EndsInTheExpectedBookWithoutAGap) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  const std::string name = "bybit/bybit-v5-orderbook500-xrpusdt-1.jsonl.gz";
  Parser parser = parser_of(bybit());
  book::Ladder ladder({.tick = *Price::parse("0.0001")});
  std::uint64_t last = 0;
  std::uint64_t changes = 0;
  Capture capture(shared_folder() / "data" / name);
  CaptureLine line;
  while (capture.next(line)) {
    const Collector out = collect(parser, line.message);
    ASSERT_EQ(out.books.size(), 1U);
    const KeptBook& each = out.books[0];
    EXPECT_EQ(each.symbol, "XRPUSDT");
    EXPECT_EQ(each.record.time, *line.received);
    if (each.record.snapshot) {
      ASSERT_TRUE(ladder.replace(each.bids, each.asks));
    } else {
      ++changes;
      EXPECT_EQ(each.record.ids.first, last + 1);
      ASSERT_TRUE(ladder.apply(each.bids, each.asks));
    }
    EXPECT_FALSE(ladder.crossed());
    last = each.record.ids.last;
  }
  const nlohmann::json expected = expected_books()[name]["XRPUSDT"];
  EXPECT_EQ(changes, expected["updates"].get<std::uint64_t>());
  EXPECT_EQ(last, expected["last_u"].get<std::uint64_t>());
  EXPECT_EQ(ladder.size(book::Side::Bid), expected["levels"][0].get<std::size_t>());
  EXPECT_EQ(ladder.size(book::Side::Ask), expected["levels"][1].get<std::size_t>());
  expect_levels(ladder, book::Side::Bid, expected["bids"]);
  expect_levels(ladder, book::Side::Ask, expected["asks"]);
}

constexpr std::string_view version_2 = R"(
  [[message]]
  kind = "book_snapshot"
  when = { topic = "orderBookL2_25.*", type = "snapshot", "data.order_book" = "*" }
  symbol = "topic"
  symbol_after = "."
  changes = "data.order_book"
  level = { price = "price", quantity = "size", side = "side", bid = "Buy", ask = "Sell" }
  [[message]]
  kind = "book_snapshot"
  when = { topic = "orderBookL2_25.*", type = "snapshot" }
  symbol = "topic"
  symbol_after = "."
  changes = "data"
  level = { price = "price", quantity = "size", side = "side", bid = "Buy", ask = "Sell" }
  [[message]]
  kind = "book_change"
  when = { topic = "orderBookL2_25.*", type = "delta" }
  symbol = "topic"
  symbol_after = "."
  changes = ["data.update", "data.insert"]
  removals = "data.delete"
  level = { price = "price", quantity = "size", side = "side", bid = "Buy", ask = "Sell" }
  [[message]]
  kind = "trade"
  when = { topic = "trade.*" }
  each = "data"
  symbol = "symbol"
  price = "price"
  quantity = "size"
  time = "trade_time_ms"
  side = "side"
  buy = "Buy"
  sell = "Sell"
  id = "trade_id"
  [[message]]
  kind = "acknowledged"
  when = { success = true }
)";

TEST(BybitRecordings, Version2IsReadByAMappingOfItsOwn) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  Parser parser = parser_of(version_2);
  std::map<std::string, book::Ladder> ladders;
  std::map<std::string, std::size_t> counts;
  for (const auto& path : trunkline::test::capture_files("bybit")) {
    Capture capture(path);
    CaptureLine line;
    while (capture.next(line)) {
      if (line.direction != CaptureLine::Direction::In) continue;
      const Collector out = collect(parser, line.message);
      ASSERT_TRUE(out.failures.empty()) << out.failures[0].error;
      ASSERT_TRUE(out.unknown.empty()) << out.unknown[0];
      counts["trades"] += out.trades.size();
      counts["answers"] += out.answers.size();
      for (const KeptBook& each : out.books) {
        ++counts[each.record.snapshot ? "snapshots" : "changes"];
        book::Ladder& ladder = ladders[each.symbol];
        if (each.record.snapshot) {
          ASSERT_TRUE(ladder.replace(each.bids, each.asks));
          EXPECT_EQ(ladder.size(book::Side::Bid) + ladder.size(book::Side::Ask), 50U);
        } else {
          ASSERT_TRUE(ladder.apply(each.bids, each.asks));
        }
        EXPECT_FALSE(ladder.crossed()) << each.symbol;
        EXPECT_LE(ladder.size(book::Side::Bid), 25U);
        EXPECT_LE(ladder.size(book::Side::Ask), 25U);
      }
    }
  }
  EXPECT_EQ(counts["snapshots"], 7U);
  EXPECT_EQ(counts["changes"], 2'940U);
  EXPECT_EQ(counts["answers"], 20U);
  EXPECT_GE(counts["trades"], 61U);
}

}  // namespace
}  // namespace trunkline::venue::generic::test
