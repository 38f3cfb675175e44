// The parsers: what they read, that the fast and the slow one agree, and what they say of what they cannot read.
#include <gtest/gtest.h>
#include <string>

#include "support/captures.hpp"
#include "trunkline/venue/kraken/hot_parser.hpp"
#include "trunkline/venue/kraken/message_parser.hpp"

namespace trunkline::venue::kraken {
namespace {

class Parsed {
 public:
  explicit Parsed(std::string text, int exponent = 0) : text_(std::move(text)) {
    const std::size_t size = text_.size();
    text_.resize(size + 64);
    result = parser.parse(std::string_view(text_).substr(0, size), [exponent](std::string_view) { return exponent; });
  }
  MessageParser parser;
  std::expected<ParsedMessage, ParseFailure> result;

 private:
  std::string text_;
};

const std::string two_trades =
    R"({"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"buy","price":105944.20,"qty":0.00027625,)"
    R"("ord_type":"limit","trade_id":10218208,"timestamp":"2023-10-06T17:35:55.440295Z"},{"symbol":"BTC/USD",)"
    R"("side":"sell","price":105910.50,"qty":1.2e-4,"ord_type":"market","trade_id":10218209,)"
    R"("timestamp":"2023-10-06T17:35:56.123456Z"}]})";
const std::string quote =
    R"({"channel":"ticker","type":"update","data":[{"symbol":"BTC/USD","bid":105944.20,"bid_qty":2.5,"ask":105944.30,)"
    R"("ask_qty":3.2,"last":105899.40,"volume":163.28908096,"vwap":105904.39279,"low":104711.00,"high":106613.10,)"
    R"("change":-250.00,"change_pct":-0.24,"timestamp":"2022-12-25T09:30:59.123456Z"}]})";
const std::string update =
    R"({"channel":"book","type":"update","data":[{"symbol":"BTC/USD","bids":[{"price":105944.20,"qty":0.250},)"
    R"({"price":105944.10,"qty":0}],"asks":[{"price":1e-8,"qty":92000000000}],"checksum":2114181697,)"
    R"("timestamp":"2023-10-06T17:35:55.440295Z"}]})";

constexpr Nanos october{1'696'613'755'440'295'000};

TEST(KrakenParsers, ReadTradesAlike) {
  std::array<TradeMessage, 4> fast;
  std::size_t count = 0;
  ASSERT_TRUE(scan_trades(two_trades, fast, count));
  ASSERT_EQ(count, 2U);
  const Parsed slow(two_trades);
  ASSERT_TRUE(slow.result) << slow.result.error().message;
  EXPECT_EQ(slow.result->kind, MessageKind::Trades);
  ASSERT_EQ(slow.parser.trades().size(), 2U);
  for (std::size_t i = 0; i < 2; ++i) {
    const TradeMessage& other = slow.parser.trades()[i];
    EXPECT_EQ(fast[i].symbol, other.symbol);
    EXPECT_EQ(fast[i].time, other.time);
    EXPECT_EQ(fast[i].id, other.id);
    EXPECT_EQ(fast[i].price, other.price);
    EXPECT_EQ(fast[i].quantity, other.quantity);
    EXPECT_EQ(fast[i].buy, other.buy);
  }
  EXPECT_EQ(fast[0].symbol, "BTC/USD");
  EXPECT_EQ(fast[0].time, october);
  EXPECT_EQ(fast[0].price.raw(), 10'594'420'000'000);
  EXPECT_TRUE(fast[0].buy);
  EXPECT_FALSE(fast[1].buy);
  EXPECT_EQ(fast[1].quantity.raw(), 12'000);
}

TEST(KrakenParsers, ReadAQuoteAlike) {
  QuoteMessage fast;
  ASSERT_TRUE(scan_quote(quote, fast));
  const Parsed slow(quote);
  ASSERT_TRUE(slow.result) << slow.result.error().message;
  ASSERT_EQ(slow.parser.quotes().size(), 1U);
  const QuoteMessage& other = slow.parser.quotes()[0];
  EXPECT_EQ(fast.symbol, other.symbol);
  EXPECT_EQ(fast.time, other.time);
  EXPECT_EQ(fast.bid_price, other.bid_price);
  EXPECT_EQ(fast.bid_quantity, other.bid_quantity);
  EXPECT_EQ(fast.ask_price, other.ask_price);
  EXPECT_EQ(fast.ask_quantity, other.ask_quantity);
  EXPECT_EQ(fast.ask_price.to_text(), "105944.3");
}

TEST(KrakenParsers, ReadABookUpdateAlike) {
  BookMessage fast;
  std::array<wire::Level, 8> levels;
  ASSERT_TRUE(scan_book_update(update, fast, levels));
  const Parsed slow(update);
  ASSERT_TRUE(slow.result) << slow.result.error().message;
  ASSERT_EQ(slow.parser.books().size(), 1U);
  const auto& entry = slow.parser.books()[0];
  EXPECT_EQ(fast.symbol, entry.book.symbol);
  EXPECT_EQ(fast.time, entry.book.time);
  EXPECT_EQ(fast.checksum, entry.book.checksum);
  EXPECT_EQ(fast.checksum, 2'114'181'697U);
  ASSERT_EQ(fast.bid_count, 2U);
  ASSERT_EQ(fast.ask_count, 1U);
  const auto others = slow.parser.levels(entry);
  ASSERT_EQ(others.size(), 3U);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(levels[i], others[i]) << i;
  EXPECT_EQ(levels[2].price.raw(), 1);
  EXPECT_EQ(levels[2].quantity, Quantity::from_int(92'000'000'000));
}

TEST(KrakenParsers, EveryUpdateOfTheRecordingsIsReadFastAndAlike) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  test::Capture capture(test::shared_folder() / "data/kraken/kraken-v2-derived-from-v1-1.jsonl.gz");
  test::CaptureLine line;
  std::vector<wire::Level> levels(8'000);
  std::size_t updates = 0;
  while (capture.next(line)) {
    const Parsed slow(line.message);
    ASSERT_TRUE(slow.result) << slow.result.error().message;
    ASSERT_EQ(slow.parser.books().size(), 1U);
    if (slow.result->snapshot) continue;
    ++updates;
    const auto& entry = slow.parser.books()[0];
    BookMessage fast;
    ASSERT_TRUE(scan_book_update(line.message, fast, levels)) << line.message;
    EXPECT_EQ(fast.symbol, entry.book.symbol);
    EXPECT_EQ(fast.checksum, entry.book.checksum);
    const auto others = slow.parser.levels(entry);
    ASSERT_EQ(fast.bid_count + fast.ask_count, others.size());
    for (std::size_t i = 0; i < others.size(); ++i) EXPECT_EQ(levels[i], others[i]);
  }
  EXPECT_EQ(updates, 2'815U);
}

TEST(KrakenParsers, AnyOrderAndAnyLayoutIsReadSlowly) {
  const Parsed parsed(R"({ "type" : "update",
    "data" : [ { "timestamp":"2023-10-06T17:35:55Z", "trade_id": 7, "qty": 2, "price": 1.50, "side": "sell",
                 "ord_type":"limit", "symbol": "A/B", "more": {"x": [1, 2]} } ],
    "channel" : "trade" })");
  ASSERT_TRUE(parsed.result) << parsed.result.error().message;
  ASSERT_EQ(parsed.parser.trades().size(), 1U);
  EXPECT_EQ(parsed.parser.trades()[0].price.to_text(), "1.5");
  EXPECT_EQ(parsed.parser.trades()[0].time, Nanos{1'696'613'755'000'000'000});
}

TEST(KrakenParsers, ASnapshotTellsTheDecimalsThatItsTextShows) {
  const Parsed parsed(
      R"({"channel":"book","type":"snapshot","data":[{"symbol":"X/Y","bids":[{"price":354.16000000,"qty":1.40000000}],)"
      R"("asks":[{"price":355,"qty":2.5},{"price":355.5,"qty":3}],"checksum":1}]})");
  ASSERT_TRUE(parsed.result) << parsed.result.error().message;
  ASSERT_EQ(parsed.parser.books().size(), 1U);
  EXPECT_TRUE(parsed.result->snapshot);
  EXPECT_EQ(parsed.parser.books()[0].book.decimals, (Decimals{8, 8}));
  EXPECT_EQ(parsed.parser.books()[0].book.time, Nanos{0});
}

TEST(KrakenParsers, AScaledSymbolCountsItsUnits) {
  const Parsed parsed(
      R"({"channel":"book","type":"update","data":[{"symbol":"PEPE/USD","bids":[{"price":0.000006543,"qty":1250.5}],)"
      R"("asks":[],"checksum":1,"timestamp":"2023-10-06T17:35:55.440295Z"}]})",
      1);
  ASSERT_TRUE(parsed.result) << parsed.result.error().message;
  const auto levels = parsed.parser.levels(parsed.parser.books()[0]);
  EXPECT_EQ(levels[0].price.raw(), 6'543);
  EXPECT_EQ(levels[0].quantity.to_text(), "125.05");
}

TEST(KrakenParsers, ReadBars) {
  const Parsed parsed(
      R"({"channel":"ohlc","type":"update","timestamp":"2023-10-04T16:26:30.524394914Z","data":[{"symbol":"MATIC/USD",)"
      R"("open":0.5624,"high":0.5628,"low":0.5622,"close":0.5627,"trades":12,"volume":30927.68066226,"vwap":0.5626,)"
      R"("interval_begin":"2023-10-04T16:25:00.000000000Z","interval":5,"timestamp":"2023-10-04T16:30:00.000000Z"}]})");
  ASSERT_TRUE(parsed.result) << parsed.result.error().message;
  ASSERT_EQ(parsed.parser.bars().size(), 1U);
  const BarMessage& bar = parsed.parser.bars()[0];
  EXPECT_EQ(bar.open_time, Nanos{1'696'436'700'000'000'000});
  EXPECT_EQ(bar.interval, std::chrono::minutes{5});
  EXPECT_EQ(bar.high.to_text(), "0.5628");
  EXPECT_EQ(bar.volume.to_text(), "30927.68066226");
  EXPECT_EQ(bar.trades, 12U);
}

TEST(KrakenParsers, ReadReplies) {
  const Parsed taken(
      R"({"method":"subscribe","result":{"channel":"book","symbol":"BTC/USD","depth":10,"snapshot":true},)"
      R"("success":true,"time_in":"2023-09-25T09:04:31.742599Z","time_out":"2023-09-25T09:04:31.742648Z","req_id":3})");
  ASSERT_TRUE(taken.result) << taken.result.error().message;
  EXPECT_EQ(taken.result->kind, MessageKind::Reply);
  EXPECT_EQ(taken.result->reply.id, 3U);
  EXPECT_TRUE(taken.result->reply.subscribe);
  EXPECT_FALSE(taken.result->reply.refused);
  EXPECT_EQ(taken.result->reply.symbol, "BTC/USD");
  const Parsed refused(
      R"({"error":"Currency pair not supported NO/NO","method":"subscribe","req_id":4,"success":false,)"
      R"("symbol":"NO/NO","time_in":"2023-09-25T09:04:31.742599Z","time_out":"2023-09-25T09:04:31.742648Z"})");
  ASSERT_TRUE(refused.result) << refused.result.error().message;
  EXPECT_TRUE(refused.result->reply.refused);
  EXPECT_EQ(refused.result->reply.symbol, "NO/NO");
  EXPECT_EQ(refused.result->reply.error, "Currency pair not supported NO/NO");
}

TEST(KrakenParsers, TellStatusHeartbeatPongAndWhatIsUnknown) {
  const Parsed status(
      R"({"channel":"status","type":"update","data":[{"version":"2.0.9","system":"online","api_version":"v2",)"
      R"("connection_id":15237117702380813104}]})");
  ASSERT_TRUE(status.result) << status.result.error().message;
  EXPECT_EQ(status.result->kind, MessageKind::Status);
  EXPECT_EQ(status.result->text, "online");
  EXPECT_EQ(Parsed(R"({"channel":"heartbeat"})").result->kind, MessageKind::Heartbeat);
  EXPECT_EQ(Parsed(R"({"method":"pong","req_id":42})").result->kind, MessageKind::Pong);
  const Parsed unknown(R"({"channel":"news","type":"update","data":[]})");
  EXPECT_EQ(unknown.result->kind, MessageKind::Unknown);
  EXPECT_EQ(unknown.result->text, "news");
}

TEST(KrakenParsers, ReadReferenceData) {
  const Parsed parsed(
      R"({"channel":"instrument","type":"snapshot","data":{"assets":[{"id":"USD","status":"enabled","precision":4}],)"
      R"("pairs":[{"symbol":"BTC/USD","base":"BTC","quote":"USD","status":"online","qty_precision":8,)"
      R"("qty_increment":0.00000001,"price_precision":1,"cost_precision":5,"marginable":true,"has_index":true,)"
      R"("cost_min":0.50,"tick_size":0.1,"price_increment":0.1,"qty_min":0.00005},)"
      R"({"symbol":"PEPE/USD","base":"PEPE","quote":"USD","status":"post_only","qty_precision":5,)"
      R"("qty_increment":1.0e-5,"price_precision":9,"price_increment":1e-9,"qty_min":10000},)"
      R"({"symbol":"SC/BTC","base":"SC","quote":"BTC","status":"online","qty_precision":8,)"
      R"("qty_increment":0.00000001,"price_precision":10,"price_increment":0.0000000001,"qty_min":1},)"
      R"({"symbol":"BAD/USD","base":"BAD","quote":"USD","status":"online","price_precision":2,"qty_precision":99}]}})");
  ASSERT_TRUE(parsed.result) << parsed.result.error().message;
  const auto& instruments = parsed.parser.instruments().instruments;
  ASSERT_EQ(instruments.size(), 2U) << parsed.parser.instruments().refused[0];
  EXPECT_EQ(instruments[0].text, "kraken:BTC-USD");
  EXPECT_EQ(instruments[0].hash, 1'022'169'821'381'239'205U);
  EXPECT_EQ(instruments[0].venue_symbol, "BTC/USD");
  EXPECT_EQ(instruments[0].tick.to_text(), "0.1");
  EXPECT_EQ(instruments[0].lot.raw(), 1);
  EXPECT_EQ(instruments[0].minimum_quantity.raw(), 5'000);
  EXPECT_EQ(instruments[0].minimum_notional.to_text(), "0.5");
  EXPECT_EQ(instruments[0].status, wire::TradingStatus::Trading);
  EXPECT_EQ(instruments[1].unit_exponent, 1);
  EXPECT_EQ(instruments[1].tick.raw(), 1);
  EXPECT_EQ(instruments[1].lot.raw(), 100);
  EXPECT_EQ(instruments[1].status, wire::TradingStatus::PreOpen);
  const auto& refused = parsed.parser.instruments().refused;
  ASSERT_EQ(refused.size(), 2U);
  EXPECT_NE(refused[0].find("SC/BTC: price_increment 0.0000000001 and qty_increment"), std::string::npos) << refused[0];
  EXPECT_NE(refused[1].find("BAD/USD: qty_precision: 99"), std::string::npos) << refused[1];
}

TEST(KrakenParsers, WhatIsWrongIsNamedWithItsValueAndItsSymbol) {
  const auto failure = [](const std::string& text) {
    const Parsed parsed(text);
    EXPECT_FALSE(parsed.result) << text;
    return parsed.result ? ParseFailure{} : parsed.result.error();
  };
  const auto level = [&](const std::string& one, const char* type = "update") {
    return failure(R"({"channel":"book","type":")" + std::string(type) + R"(","data":[{"symbol":"A/B","bids":[)" + one +
                   R"(],"asks":[],"checksum":1,"timestamp":"2023-10-06T17:35:55.440295Z"}]})");
  };
  const auto inexact = level(R"({"price":0.000000001,"qty":1})");
  EXPECT_EQ(inexact.channel, Channel::Depth);
  ASSERT_EQ(inexact.symbols.size(), 1U);
  EXPECT_EQ(inexact.symbols[0], "A/B");
  EXPECT_NE(inexact.message.find("bids: price: 0.000000001 is more decimals"), std::string::npos) << inexact.message;
  EXPECT_NE(level(R"({"price":"1.5","qty":1})").message.find("is no number"), std::string::npos);
  EXPECT_NE(level(R"({"price":01.5,"qty":1})").message.find("is no number"), std::string::npos);
  EXPECT_NE(level(R"({"price":1.,"qty":1})").message.find("is no number"), std::string::npos);
  EXPECT_NE(level(R"({"price":-1,"qty":1})").message.find("is negative"), std::string::npos);
  EXPECT_NE(level(R"({"price":1e30,"qty":1})").message.find("out of range"), std::string::npos);
  EXPECT_NE(level(R"({"qty":1})").message.find("price is missing"), std::string::npos);
  EXPECT_NE(level(R"([1,2])").message.find("no level"), std::string::npos);
  EXPECT_NE(level(R"({"price":1,"qty":0})", "snapshot").message.find("level 1 is empty"), std::string::npos);
  EXPECT_NE(level(R"({"price":1,"qty":1},{"price":2,"qty":1})", "snapshot").message.find("out of order"),
            std::string::npos);
  EXPECT_NE(level(R"({"price":1,"qty":1},{"price":1,"qty":1})", "snapshot").message.find("out of order"),
            std::string::npos);
  EXPECT_NE(level(R"({"price":1,"qty":1})", "delta").message.find("neither snapshot nor update"), std::string::npos);
  EXPECT_NE(failure(R"({"channel":"book","type":"update","data":[{"symbol":"A/B","bids":[],"asks":[],)"
                    R"("checksum":4294967296}]})")
                .message.find("checksum: 4294967296 is out of range"),
            std::string::npos);
  EXPECT_NE(failure(R"({"channel":"book","type":"update","data":[{"symbol":"A/B","bids":[],"asks":[]}]})")
                .message.find("checksum is missing"),
            std::string::npos);
  EXPECT_NE(failure(R"({"channel":"trade","type":"update","data":[{"symbol":"A/B","side":"hold","price":1}]})")
                .message.find("side: \"hold\" is no side"),
            std::string::npos);
  (void)failure("");
  (void)failure("[]");
  (void)failure("{");
  (void)failure(two_trades.substr(0, 150));
}

TEST(KrakenParsers, EveryCutOfAMessageIsRefusedByTheFastOne) {
  std::array<TradeMessage, 4> trades;
  std::array<wire::Level, 8> levels;
  std::size_t count = 0;
  QuoteMessage quote_read;
  BookMessage book;
  for (std::size_t size = 0; size < two_trades.size(); ++size) {
    EXPECT_FALSE(scan_trades(std::string_view(two_trades).substr(0, size), trades, count));
  }
  for (std::size_t size = 0; size < quote.size(); ++size) {
    EXPECT_FALSE(scan_quote(std::string_view(quote).substr(0, size), quote_read));
  }
  for (std::size_t size = 0; size < update.size(); ++size) {
    EXPECT_FALSE(scan_book_update(std::string_view(update).substr(0, size), book, levels));
  }
  EXPECT_FALSE(scan_trades(two_trades, std::span(trades).first(1), count));
  EXPECT_FALSE(scan_book_update(update, book, std::span(levels).first(2)));
}

}  // namespace
}  // namespace trunkline::venue::kraken
