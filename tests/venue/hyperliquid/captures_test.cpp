// Recorded traffic: both parsers say the same of every message, and the venue publishes all of it.
#include "support/captures.hpp"

#include <fstream>

#include "trunkline/venue/hyperliquid/hot_parser.hpp"
#include "venue/hyperliquid/harness.hpp"

namespace trunkline::venue::hyperliquid::test {
namespace {

std::string padded(const std::string& text) {
  return text + std::string(64, '\0');
}

struct Both {
  bool hot = false;
  std::string hot_text;
  std::string slow_text;
};

std::string told(const TradeMessage& trade) {
  return fmt::format("{} {} {} {} {} {};", trade.coin, trade.time.count(), trade.id, trade.price.to_text(),
                     trade.quantity.to_text(), trade.buy);
}
std::string told(const QuoteMessage& quote) {
  return fmt::format("{} {} {} {} {} {}", quote.coin, quote.time.count(), quote.bid_price.to_text(),
                     quote.bid_quantity.to_text(), quote.ask_price.raw(), quote.ask_quantity.raw());
}
std::string told(const BookMessage& book, std::span<const wire::Level> levels) {
  std::string text = fmt::format("{} {} {} {}:", book.coin, book.time.count(), book.bid_count, book.ask_count);
  for (const wire::Level& level : levels.first(book.bid_count + book.ask_count)) {
    text += fmt::format(" {} x {}", level.price.to_text(), level.quantity.to_text());
  }
  return text;
}

Both read_both(const std::string& message) {
  Both out;
  const std::string buffer = padded(message);
  const std::string_view text = std::string_view(buffer).substr(0, message.size());
  TradeMessage trades[64];
  std::size_t count = 0;
  QuoteMessage quote;
  BookMessage book;
  std::vector<wire::Level> levels(128);
  if (scan_trades(text, trades, count)) {
    out.hot = true;
    for (std::size_t i = 0; i < count; ++i) out.hot_text += told(trades[i]);
  } else if (scan_quote(text, quote)) {
    out.hot = true;
    out.hot_text = told(quote);
  } else if (scan_book(text, book, levels)) {
    out.hot = true;
    out.hot_text = told(book, levels);
  }
  MessageParser parser;
  const auto parsed = parser.parse(text);
  if (!parsed) {
    out.slow_text = parsed.error().message;
    return out;
  }
  if (parsed->kind == MessageKind::Trades) {
    for (const TradeMessage& trade : parser.trades()) out.slow_text += told(trade);
  }
  if (parsed->kind == MessageKind::Quote) out.slow_text = told(parsed->quote);
  if (parsed->kind == MessageKind::Book) out.slow_text = told(parsed->book, parser.levels());
  return out;
}

TEST(HyperliquidParsers, BothReadTheDocumentedMessagesAlike) {
  const std::string messages[] = {
      book_message("BTC", {{"100.0", "1"}, {"99.5", "2.5"}}, {{"100.5", "3"}}),
      book_message("@107", {}, {}),
      trade_message(trade_entry("BTC", 121451470284048, "105056.0") + "," + trade_entry("kPEPE", 1, "0.0123")),
      R"({"channel":"trades","data":[{"coin":"FXS","side":"A","px":"1.9","sz":"10.5","time":1730160015113,"hash":"0xd","tid":6}]})",
      R"({"channel":"trades","data":[{"coin":"BTC","hash":"0xd","px":"1.0","side":"B","sz":"0.002","tid":1,"time":17,"users":["0x1","0x2"]}]})",
      R"({"channel":"l2Book","data":{"coin":"BTC","levels":[[{"n":5,"px":"105055.0","sz":"3.03"}],[]],"time":1737918843893}})",
      quote_message("BTC", "100.0", "100.5"),
      quote_message("BTC", "", "100.5"),
      quote_message("BTC", "", ""),
  };
  for (const std::string& message : messages) {
    const Both both = read_both(message);
    EXPECT_TRUE(both.hot) << message;
    EXPECT_EQ(both.hot_text, both.slow_text) << message;
  }
}

TEST(HyperliquidParsers, TheSlowOneReadsAnyOrder) {
  const Both both = read_both(
      R"({ "data": {"levels":[[{"sz":"1","px":"2","n":1}],[{"px":"3","n":1,"sz":"1"}]],"time":5,"coin":"BTC"}, "channel":"l2Book"})");
  EXPECT_FALSE(both.hot);
  EXPECT_EQ(both.slow_text, "BTC 5000000 1 1: 2 x 1 3 x 1");
}

TEST(HyperliquidParsers, FailuresNameTheFieldAndTheValue) {
  const auto failure = [](const std::string& message) { return read_both(message).slow_text; };
  EXPECT_EQ(failure(trade_message(R"({"coin":"BTC","side":"X"})")),
            R"(side: "X" is no side in {"channel":"trades","data":[{"coin":"BTC","side":"X"}]})");
  EXPECT_TRUE(failure(book_message("BTC", {{"-1", "1"}}, {})).starts_with("levels: px: -1 is negative in"));
  EXPECT_TRUE(failure(R"({"channel":"l2Book","data":{"coin":"BTC","time":5,"levels":[[]]}})")
                  .starts_with("levels is not two lists in"));
  EXPECT_TRUE(failure(R"({"channel":"l2Book"})").starts_with("data is missing in"));
  EXPECT_TRUE(
      failure(R"({"channel":"candle","data":{"s":"BTC","t":1,"i":"5x"}})").starts_with("i: \"5x\" is no interval"));
}

TEST(HyperliquidCaptures, EveryRecordedMessageIsReadAndPublished) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  Harness harness{{}};
  harness.start();
  harness.open();
  ASSERT_TRUE(harness.command(Action::Subscribe, "hyperliquid:BTC-USD", default_channels));
  trunkline::test::GzLines lines(trunkline::test::shared_folder() /
                                 "data/hyperliquid/hyperliquid-btc-l2book-trades-1.jsonl.gz");
  std::size_t books = 0;
  std::size_t trades = 0;
  std::string line;
  while (lines.next(line)) {
    const auto json = nlohmann::json::parse(line);
    const std::string message = json["msg"];
    const Both both = read_both(message);
    EXPECT_TRUE(both.hot) << message.substr(0, 200);
    EXPECT_EQ(both.hot_text, both.slow_text);
    const auto data = nlohmann::json::parse(message);
    if (data["channel"] == "trades") trades += data["data"].size();
    if (data["channel"] == "l2Book") ++books;
    harness.now = Nanos{json["t"].get<std::int64_t>()};
    harness.bytes(message);
    if (data["channel"] == "l2Book") {
      const auto& best = data["data"]["levels"][0][0];
      EXPECT_EQ(harness.book("hyperliquid:BTC-USD").ladder().best(book::Side::Bid).price,
                *Price::parse(best["px"].get<std::string>()));
    }
  }
  EXPECT_EQ(books, 31U);
  EXPECT_EQ(harness.frames[wire::MessageType::L2Snapshot], books);
  EXPECT_EQ(harness.trades.size(), trades);
  EXPECT_EQ(harness.reader_losses, 0U);
  EXPECT_EQ(harness.venue().counters().malformed, 0U);
}

TEST(HyperliquidCaptures, NormalisedMessagesSayWhatAnotherReaderMadeOfThem) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  trunkline::test::GzLines lines(trunkline::test::shared_folder() /
                                 "data/hyperliquid/normalised-hyperliquid-1.jsonl.gz");
  std::string line;
  std::size_t compared = 0;
  while (lines.next(line)) {
    const auto json = nlohmann::ordered_json::parse(line);
    const std::string message = json["message"].dump();
    const std::string buffer = padded(message);
    MessageParser parser;
    const auto parsed = parser.parse(std::string_view(buffer).substr(0, message.size()));
    ASSERT_TRUE(parsed) << parsed.error().message;
    for (const auto& expected : json["expected"]) {
      ++compared;
      if (expected["type"] == "trade") {
        ASSERT_EQ(parser.trades().size(), 1U);
        const TradeMessage& trade = parser.trades()[0];
        EXPECT_EQ(std::to_string(trade.id), expected["id"].get<std::string>());
        EXPECT_DOUBLE_EQ(trade.price.to_double(), expected["price"].get<double>());
        EXPECT_DOUBLE_EQ(trade.quantity.to_double(), expected["amount"].get<double>());
        EXPECT_EQ(trade.buy, expected["side"] == "buy");
      } else if (expected["type"] == "derivative_ticker") {
        EXPECT_DOUBLE_EQ(parsed->ticker.mark_price.to_double(), expected["markPrice"].get<double>());
        EXPECT_DOUBLE_EQ(parsed->ticker.oracle_price.to_double(), expected["indexPrice"].get<double>());
        EXPECT_DOUBLE_EQ(parsed->ticker.funding.to_double(), expected["fundingRate"].get<double>());
      } else if (expected["type"] == "book_ticker") {
        EXPECT_DOUBLE_EQ(parsed->quote.bid_price.to_double(), expected["bidPrice"].get<double>());
        EXPECT_TRUE(parsed->quote.ask_price.is_absent());
      } else {
        EXPECT_EQ(expected["type"], "book_change");
        EXPECT_EQ(parsed->kind, MessageKind::Book);
        EXPECT_TRUE(parser.levels().empty());
      }
    }
  }
  EXPECT_GE(compared, 5U);
}

TEST(HyperliquidCaptures, RecordedReferenceDataIsUnderstood) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  const auto folder = trunkline::test::shared_folder() / "data/hyperliquid";
  trunkline::test::GzLines lines(folder / "rest-info-get_info.jsonl.gz");
  std::string line;
  std::size_t instruments = 0;
  while (lines.next(line)) {
    const auto json = nlohmann::json::parse(line);
    if (json["dir"] != "in") continue;
    const std::string body = json["msg"];
    Catalog catalog;
    const std::string buffer = padded(body);
    ASSERT_TRUE(read_perpetuals(std::string_view(buffer).substr(0, body.size()), catalog));
    EXPECT_TRUE(catalog.refused.empty());
    instruments += catalog.instruments.size();
  }
  EXPECT_GE(instruments, 20U);
  for (const auto& [file, spot] : {std::pair{"payload-http_meta_perp_sample.json", false},
                                   std::pair{"payload-http_spot_meta_non_usdc_collateral.json", true}}) {
    std::ifstream in(folder / file);
    const std::string body{std::istreambuf_iterator<char>(in), {}};
    const std::string buffer = padded(body);
    Catalog catalog;
    const std::string_view text = std::string_view(buffer).substr(0, body.size());
    ASSERT_TRUE(spot ? read_spot_pairs(text, catalog) : read_perpetuals(text, catalog));
    EXPECT_TRUE(catalog.refused.empty()) << catalog.refused.front();
    EXPECT_EQ(catalog.instruments.empty(), spot);  // the recorded list of pairs is empty
  }
}

}  // namespace
}  // namespace trunkline::venue::hyperliquid::test
