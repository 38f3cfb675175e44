// Messages in every known form and order; the hot parser and the one for any order must agree.
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "support/captures.hpp"
#include "trunkline/venue/coinbase/hot_parser.hpp"
#include "trunkline/venue/coinbase/message_parser.hpp"

namespace trunkline::venue::coinbase::test {
namespace {

Price price(const char* text) {
  return *Price::parse(text);
}
Quantity quantity(const char* text) {
  return *Quantity::parse(text);
}
wire::Level level(const char* p, const char* q) {
  return {price(p), quantity(q)};
}
Nanos time_of(std::string_view text) {
  Nanos time{-1};
  EXPECT_EQ(scan_iso_time(text.data(), text.data() + text.size(), time), text.data() + text.size()) << text;
  return time;
}

class Slow {
 public:
  explicit Slow(Api api) : parser_(api) {}
  std::expected<const Parsed*, ParseFailure> parse(std::string_view text, int exponent = 0) {
    buffer_.assign(text);
    buffer_.resize(text.size() + simdjson::SIMDJSON_PADDING);
    return parser_.parse(std::string_view(buffer_).substr(0, text.size()),
                         [exponent](std::string_view) { return exponent; });
  }
  // The only item.
  template <class Message>
  Message get(std::string_view text, int exponent = 0) {
    const auto parsed = parse(text, exponent);
    if (!parsed) {
      ADD_FAILURE() << parsed.error().message;
      return {};
    }
    if ((*parsed)->items.size() != 1 || !std::holds_alternative<Message>((*parsed)->items[0])) {
      ADD_FAILURE() << (*parsed)->items.size() << " items, of another kind";
      return {};
    }
    return std::get<Message>((*parsed)->items[0]);
  }
  std::string failure(std::string_view text) {
    const auto parsed = parse(text);
    return parsed ? "parsed" : parsed.error().message;
  }

 private:
  MessageParser parser_;
  std::string buffer_;
};

void expect_same(const TradeMessage& a, const TradeMessage& b) {
  EXPECT_EQ(a.product, b.product);
  EXPECT_EQ(a.time, b.time);
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.numbered, b.numbered);
  EXPECT_EQ(a.history, b.history);
  EXPECT_EQ(a.taker_sold, b.taker_sold);
  EXPECT_EQ(a.price, b.price);
  EXPECT_EQ(a.quantity, b.quantity);
}
void expect_same(const QuoteMessage& a, const QuoteMessage& b) {
  EXPECT_EQ(a.product, b.product);
  EXPECT_EQ(a.time, b.time);
  EXPECT_EQ(a.sequence, b.sequence);
  EXPECT_EQ(a.bid_price, b.bid_price);
  EXPECT_EQ(a.bid_quantity, b.bid_quantity);
  EXPECT_EQ(a.ask_price, b.ask_price);
  EXPECT_EQ(a.ask_quantity, b.ask_quantity);
}

const std::string match =
    R"({"type":"match","trade_id":280232,"maker_order_id":"2a0da34e-61f7-4c36-88e5-c9dd15927b16","taker_order_id":"3c82abaa-c01e-4608-be59-6a1e69742891","side":"sell","size":"985","price":"0.00001305","product_id":"SKL-BTC","sequence":177100030,"time":"2021-04-17T16:43:37.089723Z"})";
const std::string ticker_with_sizes =
    R"({"type":"ticker","sequence":37475248783,"product_id":"ETH-USD","price":"1285.22","open_24h":"1310.79","volume_24h":"245532.79269678","low_24h":"1280.52","high_24h":"1313.8","volume_30d":"9788783.60117027","best_bid":"1285.04","best_bid_size":"0.46688654","best_ask":"1285.27","best_ask_size":"1.56637040","side":"buy","time":"2022-10-19T23:28:22.061769Z","trade_id":370843401,"last_size":"11.4396987"})";
const std::string ticker_without_sizes =
    R"({"type":"ticker","sequence":27883326,"product_id":"SKL-GBP","price":"0.5752","open_24h":"0.5102","volume_24h":"3479861.1","low_24h":"0.5","high_24h":"0.588","volume_30d":"76123674.1","best_bid":"0.5752","best_ask":"0.5771","side":"sell","time":"2021-04-17T16:43:29.571587Z","trade_id":82007,"last_size":"1008.2"})";

TEST(IsoTime, ReadsEveryNumberOfDecimals) {
  EXPECT_EQ(time_of("1970-01-01T00:00:00Z"), Nanos{0});
  EXPECT_EQ(time_of("0001-01-01T00:00:00.000000Z"), Nanos{0});
  EXPECT_EQ(time_of("2021-04-17T16:43:37Z"), Nanos{1'618'677'817'000'000'000});
  EXPECT_EQ(time_of("2021-04-17T16:43:37.0Z"), Nanos{1'618'677'817'000'000'000});
  EXPECT_EQ(time_of("2021-04-17T16:43:37.089723Z"), Nanos{1'618'677'817'089'723'000});
  EXPECT_EQ(time_of("2023-02-09T20:32:50.714964855Z"), Nanos{1'675'974'770'714'964'855});
  EXPECT_EQ(time_of("2024-02-29T23:59:59.5Z"), Nanos{1'709'251'199'500'000'000});
  EXPECT_EQ(time_of("2000-03-01T00:00:00Z"), Nanos{951'868'800'000'000'000});
  for (const Nanos time : {Nanos{1'700'000'000'123'456'789}, Nanos{4'102'444'800'000'000'001}}) {
    EXPECT_EQ(time_of(to_iso8601(time)), time);
  }
}

TEST(IsoTime, RefusesWhatIsNoTime) {
  for (const std::string text :
       {"", "2021-04-17", "2021-04-17T16:43:37", "2021-04-17T16:43:37.Z", "2021-04-17T16:43:37.0123456789Z",
        "2021-13-17T16:43:37Z", "2021-00-17T16:43:37Z", "2021-04-32T16:43:37Z", "2021-04-17T24:43:37Z",
        "2021-04-17T16:60:37Z", "2021-04-17T16:43:61Z", "2021-04-17 16:43:37Z", "2021-04-17T16:43:37+00:00",
        "2O21-04-17T16:43:37Z", "2021/04/17T16:43:37Z", "9999-04-17T16:43:37Z", "2021-04-17T16:43:3\xffZ"}) {
    Nanos time{0};
    EXPECT_EQ(scan_iso_time(text.data(), text.data() + text.size(), time), nullptr) << text;
  }
}

TEST(HotParser, ReadsAMatchAndTurnsTheMakersSideRound) {
  TradeMessage trade;
  ASSERT_TRUE(scan_match(match, trade));
  EXPECT_EQ(trade.product, "SKL-BTC");
  EXPECT_EQ(trade.id, 280232U);
  EXPECT_FALSE(trade.taker_sold) << "a maker who sold sold to a taker who bought";
  EXPECT_EQ(trade.price, price("0.00001305"));
  EXPECT_EQ(trade.quantity, quantity("985"));
  EXPECT_EQ(trade.time, time_of("2021-04-17T16:43:37.089723Z"));
  Slow slow(Api::Exchange);
  expect_same(slow.get<TradeMessage>(match), trade);
  std::string last = match;
  last.replace(last.find("\"match\""), 7, "\"last_match\"");
  EXPECT_FALSE(scan_match(last, trade));
  EXPECT_TRUE(slow.get<TradeMessage>(last).history);
}

TEST(HotParser, ReadsTickersWithAndWithoutSizes) {
  QuoteMessage quote;
  ASSERT_TRUE(scan_ticker(ticker_with_sizes, quote));
  EXPECT_EQ(quote.sequence, 37475248783U);
  EXPECT_EQ(quote.bid_price, price("1285.04"));
  EXPECT_EQ(quote.bid_quantity, quantity("0.46688654"));
  EXPECT_EQ(quote.ask_quantity, quantity("1.5663704"));
  Slow slow(Api::Exchange);
  expect_same(slow.get<QuoteMessage>(ticker_with_sizes), quote);
  ASSERT_TRUE(scan_ticker(ticker_without_sizes, quote));
  EXPECT_EQ(quote.ask_price, price("0.5771"));
  EXPECT_TRUE(quote.bid_quantity.is_absent());
  expect_same(slow.get<QuoteMessage>(ticker_without_sizes), quote);
}

TEST(HotParser, SortsChangesOfBothSidesIntoBidsAndAsks) {
  const std::string text =
      R"({"type":"l2update","product_id":"BTC-USD","changes":[["sell","9222.39","0.00459825"],["buy","9202.70","0.5866786"],["sell","9222.40","0.000000"],["buy","9202.70","0"]],"time":"2019-08-14T20:42:27.966Z"})";
  std::vector<wire::Level> levels(8);
  BookMessage book;
  ASSERT_TRUE(scan_l2update(text, book, levels));
  ASSERT_EQ(book.bid_count, 2U);
  ASSERT_EQ(book.ask_count, 2U);
  EXPECT_EQ(levels[0], level("9202.7", "0.5866786"));
  EXPECT_EQ(levels[1], level("9202.7", "0"));
  EXPECT_EQ(levels[2], level("9222.39", "0.00459825"));
  EXPECT_EQ(levels[3], level("9222.4", "0"));
  EXPECT_EQ(book.time, time_of("2019-08-14T20:42:27.966Z"));
  Slow slow(Api::Exchange);
  const auto parsed = slow.parse(text);
  ASSERT_TRUE(parsed);
  const auto& other = std::get<BookMessage>((*parsed)->items[0]);
  EXPECT_EQ(other.bid_count, 2U);
  EXPECT_TRUE(std::ranges::equal((*parsed)->levels, std::span(levels).first(4)));
  // Half of the room is for each side.
  EXPECT_FALSE(scan_l2update(text, book, std::span(levels).first(2)));
}

const std::string trades_docs =
    R"({"channel":"market_trades","client_id":"","timestamp":"2026-04-07T14:30:02.789012Z","sequence_num":5,"events":[{"type":"update","trades":[{"trade_id":"995098700","product_id":"BTC-USD","price":"68900.50","size":"0.00150000","side":"BUY","time":"2026-04-07T14:30:02.789012Z"},{"trade_id":"995098701","product_id":"BTC-USD","price":"68900.00","size":"0.05000000","side":"SELL","time":"2026-04-07T14:30:02.800000Z"}]}]})";
const std::string trades_live =
    R"({"channel":"market_trades","client_id":"","timestamp":"2026-04-07T14:30:02.789012Z","sequence_num":5,"events":[{"type":"update","trades":[{"product_id":"BTC-USD","trade_id":"995098700","price":"68900.50","size":"0.0015","time":"2026-04-07T14:30:02.789012Z","side":"BUY"},{"product_id":"BTC-USD","trade_id":"995098701","price":"68900","size":"0.05","time":"2026-04-07T14:30:02.8Z","side":"SELL"}]}]})";

TEST(HotParser, ReadsMarketTradesInBothOrders) {
  for (const std::string& text : {trades_docs, trades_live}) {
    Envelope envelope;
    TradeMessage trades[4];
    std::size_t count = 0;
    ASSERT_TRUE(scan_market_trades(text, envelope, trades, count));
    ASSERT_EQ(count, 2U);
    EXPECT_EQ(envelope.sequence, 5U);
    EXPECT_EQ(trades[0].id, 995098700U);
    EXPECT_TRUE(trades[0].taker_sold) << "a maker who bought bought from a taker who sold";
    EXPECT_FALSE(trades[1].taker_sold);
    EXPECT_EQ(trades[1].price, price("68900"));
    Slow slow(Api::Advanced);
    const auto parsed = slow.parse(text);
    ASSERT_TRUE(parsed);
    EXPECT_EQ((*parsed)->sequence, 5U);
    ASSERT_EQ((*parsed)->items.size(), 2U);
    for (std::size_t i = 0; i < 2; ++i) expect_same(std::get<TradeMessage>((*parsed)->items[i]), trades[i]);
    EXPECT_FALSE(scan_market_trades(text, envelope, std::span(trades).first(1), count));
  }
}

TEST(HotParser, ReadsAdvancedQuotesAndBooks) {
  const std::string ticker =
      R"({"channel":"ticker","client_id":"","timestamp":"2026-04-07T14:30:03.000000Z","sequence_num":12,"events":[{"type":"update","tickers":[{"type":"ticker","product_id":"BTC-USD","price":"68900.50","volume_24_h":"15328.1","low_24_h":"67500.00","high_24_h":"69200.00","low_52_w":"25000.00","high_52_w":"73800.00","price_percent_chg_24_h":"1.85","best_bid":"68900.00","best_bid_quantity":"1.50000000","best_ask":"68901.00","best_ask_quantity":"0.50000000"}]}]})";
  Envelope envelope;
  QuoteMessage quote;
  ASSERT_TRUE(scan_advanced_ticker(ticker, envelope, quote));
  EXPECT_EQ(envelope.sequence, 12U);
  EXPECT_EQ(quote.ask_price, price("68901"));
  Slow slow(Api::Advanced);
  expect_same(slow.get<QuoteMessage>(ticker), quote);

  const std::string update =
      R"({"channel":"l2_data","client_id":"","timestamp":"2026-04-07T14:30:01.456789Z","sequence_num":1,"events":[{"type":"update","product_id":"BTC-USD","updates":[{"side":"offer","event_time":"2026-04-07T14:30:01.456780Z","price_level":"68901.00","new_quantity":"0.00000000"},{"side":"bid","event_time":"2026-04-07T14:30:01.456789Z","price_level":"68900.00","new_quantity":"2"}]}]})";
  std::vector<wire::Level> levels(8);
  BookMessage book;
  ASSERT_TRUE(scan_l2_data(update, envelope, book, levels));
  EXPECT_EQ(envelope.sequence, 1U);
  ASSERT_EQ(book.bid_count, 1U);
  ASSERT_EQ(book.ask_count, 1U);
  EXPECT_EQ(levels[0], level("68900", "2"));
  EXPECT_EQ(levels[1], level("68901", "0"));
  EXPECT_EQ(book.time, time_of("2026-04-07T14:30:01.456789Z"));
  const auto other = slow.get<BookMessage>(update);
  EXPECT_EQ(other.time, book.time);
  EXPECT_FALSE(other.snapshot);
  // Without client_id, as of 2026.
  std::string bare = update;
  bare.erase(bare.find(R"(,"client_id":"")"), 15);
  ASSERT_TRUE(scan_l2_data(bare, envelope, book, levels));
}

TEST(MessageParser, PutsASnapshotInOrderAndReadsSeveralEventsOfOneMessage) {
  Slow slow(Api::Advanced);
  const auto parsed = slow.parse(
      R"({"channel":"l2_data","timestamp":"2026-09-07T01:57:58.894355Z","sequence_num":0,"events":[)"
      R"({"type":"snapshot","product_id":"A-B","updates":[{"side":"offer","event_time":"1970-01-01T00:00:00Z","price_level":"12","new_quantity":"1"},{"side":"bid","event_time":"1970-01-01T00:00:00Z","price_level":"9","new_quantity":"2"},{"side":"bid","price_level":"10","new_quantity":"3"},{"side":"offer","price_level":"11","new_quantity":"4"}]},)"
      R"({"updates":[{"new_quantity":"0","price_level":"5","side":"bid"}],"product_id":"C-D","type":"update"}]})");
  ASSERT_TRUE(parsed) << parsed.error().message;
  ASSERT_EQ((*parsed)->items.size(), 2U);
  const auto& snapshot = std::get<BookMessage>((*parsed)->items[0]);
  EXPECT_TRUE(snapshot.snapshot);
  const std::vector<wire::Level> bids = {level("10", "3"), level("9", "2")};
  const std::vector<wire::Level> asks = {level("11", "4"), level("12", "1")};
  EXPECT_TRUE(std::ranges::equal((*parsed)->bids(snapshot), bids));
  EXPECT_TRUE(std::ranges::equal((*parsed)->asks(snapshot), asks));
  const auto& update = std::get<BookMessage>((*parsed)->items[1]);
  EXPECT_EQ(update.product, "C-D");
  ASSERT_EQ(update.bid_count, 1U);
  EXPECT_EQ((*parsed)->bids(update)[0], level("5", "0"));
}

TEST(MessageParser, ReadsFieldsInAnyOrderAndWithSpaces) {
  Slow slow(Api::Exchange);
  TradeMessage hot;
  ASSERT_TRUE(scan_match(match, hot));
  const auto json = nlohmann::json::parse(match);
  expect_same(slow.get<TradeMessage>(json.dump()), hot);
  expect_same(slow.get<TradeMessage>(json.dump(2)), hot);
}

TEST(MessageParser, ListsWhatIsSubscribed) {
  Slow exchange(Api::Exchange);
  const auto list = exchange.parse(
      R"({"type":"subscriptions","channels":[{"name":"level2_50","product_ids":["A-B","C-D"],"account_ids":null},{"name":"status","product_ids":null},{"name":"status"}]})");
  ASSERT_TRUE(list) << list.error().message;
  ASSERT_EQ((*list)->items.size(), 3U);
  EXPECT_EQ(std::get<SubscribedMessage>((*list)->items[1]).product, "C-D");
  EXPECT_TRUE(std::holds_alternative<SubscriptionsMessage>((*list)->items[2]));
  Slow advanced(Api::Advanced);
  const auto other = advanced.parse(
      R"({"channel":"subscriptions","timestamp":"2026-09-07T23:37:22.278739877Z","sequence_num":2,"events":[{"subscriptions":{"heartbeats":["heartbeats"],"level2":["A-B"]}}]})");
  ASSERT_TRUE(other) << other.error().message;
  ASSERT_EQ((*other)->items.size(), 3U);
  EXPECT_EQ(std::get<SubscribedMessage>((*other)->items[1]).channel, "level2");
}

TEST(MessageParser, ReadsErrorsHeartbeatsAndStatus) {
  Slow slow(Api::Exchange);
  const auto error = slow.get<ErrorMessage>(
      R"({"type":"error","message":"Failed to subscribe","reason":"GIBBERISH-USD is not a valid product"})");
  EXPECT_EQ(error.reason, "GIBBERISH-USD is not a valid product");
  const auto beat = slow.get<HeartbeatMessage>(
      R"({"type":"heartbeat","sequence":90,"last_trade_id":20,"product_id":"BTC-USD","time":"2014-11-07T08:19:28.464459Z"})");
  EXPECT_EQ(beat.last_trade_id, 20U);
  const auto status = slow.parse(
      R"({"type":"status","currencies":[],"products":[{"id":"A-B","status":"online","cancel_only":true},{"id":"C-D","status":"online"},{"id":"E-F","status":"delisted"}]})");
  ASSERT_TRUE(status) << status.error().message;
  EXPECT_EQ(std::get<StatusMessage>((*status)->items[0]).status, wire::TradingStatus::Halted);
  EXPECT_EQ(std::get<StatusMessage>((*status)->items[1]).status, wire::TradingStatus::Trading);
  EXPECT_EQ(std::get<StatusMessage>((*status)->items[2]).status, wire::TradingStatus::Closed);
  Slow advanced(Api::Advanced);
  EXPECT_EQ(advanced.get<ErrorMessage>(R"({"type":"error","message":"authentication failure"})").message,
            "authentication failure");
  const auto text_id = advanced.parse(
      R"({"channel":"market_trades","timestamp":"2026-04-07T14:30:02Z","sequence_num":5,"events":[{"type":"snapshot","trades":[{"trade_id":"b-2","product_id":"A","price":"1","size":"1","side":"BUY","time":"2026-04-07T14:30:02Z"},{"trade_id":"00012","product_id":"A","price":"1","size":"1","side":"BUY","time":"2026-04-07T14:30:01Z"}]}]})");
  ASSERT_TRUE(text_id) << text_id.error().message;
  // Oldest first.
  EXPECT_EQ(std::get<TradeMessage>((*text_id)->items[0]).id, 12U);
  EXPECT_FALSE(std::get<TradeMessage>((*text_id)->items[1]).numbered);
  EXPECT_TRUE(std::get<TradeMessage>((*text_id)->items[1]).history);
}

TEST(MessageParser, ScalesNumbersOfProductsWhoseTickIsFinerThanAUnit) {
  Slow slow(Api::Exchange);
  const std::string text =
      R"({"type":"l2update","product_id":"MOG-USD","changes":[["buy","0.0000000123","1000000"]],"time":"2026-01-01T00:00:00Z"})";
  EXPECT_NE(slow.failure(text).find("0.0000000123"), std::string::npos);
  const auto parsed = slow.parse(text, 2);
  ASSERT_TRUE(parsed) << parsed.error().message;
  EXPECT_EQ((*parsed)->levels[0], level("0.00000123", "10000"));
}

TEST(MessageParser, SaysWhatIsWrongWithTheOffendingValue) {
  Slow slow(Api::Exchange);
  const auto failure = [&](std::string text, std::string_view what) {
    const std::string message = slow.failure(text);
    EXPECT_NE(message.find(what), std::string::npos) << text << "\n  gave: " << message;
  };
  const auto changed = [](const std::string& text, std::string_view from, std::string_view to) {
    std::string out = text;
    out.replace(out.find(from), from.size(), to);
    return out;
  };
  failure(changed(match, R"("985")", R"("-985")"), "size: -985 is negative");
  failure(changed(match, R"("985")", R"("9x5")"), "size: \"9x5\"");
  failure(changed(match, R"("985")", R"("0.000000001")"), "0.000000001");
  failure(changed(match, R"("985")", R"("99999999999999")"), "99999999999999");
  failure(changed(match, R"("985")", "985"), "size");
  failure(changed(match, R"("sell")", R"("hold")"), "side: \"hold\" is no side");
  failure(changed(match, R"(2021-04-17T)", R"(yesterday)"), "time");
  failure(changed(match, R"("trade_id":280232)", R"("trade_id":-1)"), "trade_id");
  failure(changed(match, R"(,"price":"0.00001305")", ""), "price is missing");
  failure(R"({"type":"l2update","product_id":"A","changes":[["buy","1"]]})", "2 values");
  failure(R"({"type":"l2update","product_id":"A","changes":[["hold","1","1"]]})", "hold");
  failure(R"({"type":"l2update","product_id":"A","changes":[["buy","1","-1"]]})", "negative");
  failure(R"({"type":"l2update","product_id":"A","changes":{}})", "changes is no list");
  failure(R"({"type":"l2update","product_id":"A"})", "changes is missing");
  failure(R"({"type":"snapshot","product_id":"A","bids":[["1","1"],["1","2"]],"asks":[]})", "level 1 is there twice");
  failure(R"({"type":"snapshot","product_id":"A","bids":[["1"]],"asks":[]})", "bids");
  failure(R"({"type":7})", "type");
  failure("[]", "in []");
  failure("", "in ");
  failure("not json", "not json");
  EXPECT_EQ(slow.get<UnknownMessage>(R"({"type":"received"})").type, "received");

  Slow advanced(Api::Advanced);
  EXPECT_NE(advanced.failure(R"({"channel":"l2_data","sequence_num":-1,"events":[]})").find("sequence_num"),
            std::string::npos);
  EXPECT_NE(advanced.failure(R"({"channel":"l2_data","sequence_num":1,"events":[{"type":"bang"}]})").find("bang"),
            std::string::npos);
  EXPECT_NE(advanced.failure(R"({"channel":"l2_data","sequence_num":1,"events":7})").find("events is no list"),
            std::string::npos);
  const auto parsed = advanced.parse(
      R"({"channel":"l2_data","sequence_num":17,"events":[{"type":"update","product_id":"A-B","updates":[{"side":"left"}]}]})");
  ASSERT_FALSE(parsed);
  EXPECT_TRUE(parsed.error().book);
  EXPECT_EQ(parsed.error().product, "A-B");
  EXPECT_EQ(parsed.error().sequence, 17U);
}

TEST(Parsers, RefuseEveryCutOfAMessage) {
  Slow slow(Api::Exchange);
  Slow advanced(Api::Advanced);
  std::vector<wire::Level> levels(64);
  const auto refuse = [&](const std::string& text, Slow& parser) {
    for (std::size_t size = 0; size < text.size(); ++size) {
      // Of its own size, so that the sanitizer sees what reads beyond.
      const std::string cut = text.substr(0, size);
      TradeMessage trade;
      QuoteMessage quote;
      BookMessage book;
      Envelope envelope;
      std::size_t count = 0;
      EXPECT_FALSE(scan_match(cut, trade));
      EXPECT_FALSE(scan_ticker(cut, quote));
      EXPECT_FALSE(scan_l2update(cut, book, levels));
      EXPECT_FALSE(scan_market_trades(cut, envelope, std::span(&trade, 1), count));
      EXPECT_FALSE(scan_l2_data(cut, envelope, book, levels));
      EXPECT_FALSE(scan_advanced_ticker(cut, envelope, quote));
      EXPECT_FALSE(parser.parse(cut)) << cut;
    }
  };
  refuse(match, slow);
  refuse(ticker_with_sizes, slow);
  refuse(trades_live, advanced);
}

TEST(Parsers, AgreeOnEveryRecordedMessage) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  Slow slow(Api::Exchange);
  std::vector<wire::Level> levels(4'000);
  std::size_t hot = 0;
  std::size_t rare = 0;
  for (const auto& file : trunkline::test::capture_files("coinbase")) {
    trunkline::test::Capture capture(file);
    trunkline::test::CaptureLine line;
    while (capture.next(line)) {
      if (line.direction != trunkline::test::CaptureLine::Direction::In) continue;
      const auto parsed = slow.parse(line.message);
      ASSERT_TRUE(parsed) << parsed.error().message;
      TradeMessage trade;
      QuoteMessage quote;
      BookMessage book;
      const Item& item = (*parsed)->items.front();
      ++hot;
      if (scan_match(line.message, trade)) {
        expect_same(std::get<TradeMessage>(item), trade);
      } else if (scan_ticker(line.message, quote)) {
        expect_same(std::get<QuoteMessage>(item), quote);
      } else if (scan_l2update(line.message, book, levels)) {
        const auto& other = std::get<BookMessage>(item);
        EXPECT_EQ(other.time, book.time);
        EXPECT_EQ(other.bid_count, book.bid_count);
        EXPECT_TRUE(std::ranges::equal((*parsed)->levels, std::span(levels).first(book.bid_count + book.ask_count)));
      } else {
        --hot;
        ++rare;
      }
    }
  }
  EXPECT_EQ(hot, 6'658U + 77U + 70U);
  EXPECT_EQ(rare, 7U + 7U + 3U);
}

}  // namespace
}  // namespace trunkline::venue::coinbase::test
