// Messages in every known form and order; the hot parser and the one for any order must agree.
#include <gtest/gtest.h>

#include "support/captures.hpp"
#include "trunkline/venue/binance/hot_parser.hpp"
#include "venue/binance/harness.hpp"

namespace trunkline::venue::binance::test {
namespace {

using trunkline::test::shared_folder;

Price price(const char* text) {
  return *Price::parse(text);
}
Quantity quantity(const char* text) {
  return *Quantity::parse(text);
}
constexpr Nanos ms(std::int64_t milliseconds) {
  return std::chrono::milliseconds{milliseconds};
}

class Slow {
 public:
  explicit Slow(bool futures = true) : parser_(futures) {}
  std::expected<ParsedMessage, ParseFailure> parse(std::string_view text, int exponent = 0) {
    buffer_.assign(text);
    buffer_.resize(text.size() + simdjson::SIMDJSON_PADDING);
    return parser_.parse(std::string_view(buffer_).substr(0, text.size()),
                         [exponent](std::string_view) { return exponent; });
  }
  template <class Message>
  Message get(std::string_view text, int exponent = 0) {
    const auto parsed = parse(text, exponent);
    if (!parsed) {
      ADD_FAILURE() << parsed.error().message;
      return {};
    }
    if (!std::holds_alternative<Message>(*parsed)) {
      ADD_FAILURE() << "another kind: " << parsed->index();
      return {};
    }
    return std::get<Message>(*parsed);
  }
  std::string failure(std::string_view text) {
    const auto parsed = parse(text);
    return parsed ? "parsed" : parsed.error().message;
  }
  MessageParser& parser() { return parser_; }

 private:
  MessageParser parser_;
  std::string buffer_;
};

void expect_same(const TradeMessage& a, const TradeMessage& b) {
  EXPECT_EQ(a.symbol, b.symbol);
  EXPECT_EQ(a.time, b.time);
  EXPECT_EQ(a.id, b.id);
  EXPECT_EQ(a.price, b.price);
  EXPECT_EQ(a.quantity, b.quantity);
  EXPECT_EQ(a.buyer_is_maker, b.buyer_is_maker);
  EXPECT_EQ(a.of_the_market, b.of_the_market);
}

TEST(HotParser, ReadsTradesInAllTheirForms) {
  const char* const forms[] = {
      R"({"e":"trade","E":1700000000001,"s":"BTCUSDT","t":12345,"p":"61837.63000000","q":"0.02000000","T":1700000000000,"m":true,"M":true})",
      R"({"e":"trade","E":1700000000001,"s":"BTCUSDT","t":12345,"p":"61837.63","q":"0.02","b":88,"a":50,"T":1700000000000,"m":true,"M":true})",
      R"({"e":"trade","E":1700000000001,"T":1700000000000,"s":"BTCUSDT","t":12345,"p":"61837.63","q":"0.020","X":"MARKET","m":true})",
      R"({"e":"trade","E":1700000000001,"T":1700000000000,"s":"BTCUSDT","t":12345,"p":"61837.63","q":"0.020","m":true,"st":1})",
  };
  for (const char* form : forms) {
    SCOPED_TRACE(form);
    TradeMessage trade;
    ASSERT_TRUE(scan_trade(form, trade));
    EXPECT_EQ(trade.symbol, "BTCUSDT");
    EXPECT_EQ(trade.time, ms(1700000000000));
    EXPECT_EQ(trade.id, 12345U);
    EXPECT_EQ(trade.price, price("61837.63"));
    EXPECT_EQ(trade.quantity, quantity("0.02"));
    EXPECT_TRUE(trade.buyer_is_maker);
    EXPECT_TRUE(trade.of_the_market);
    Slow slow;
    expect_same(slow.get<TradeMessage>(form), trade);
    const std::string wrapped = combined("btcusdt@trade", form);
    EXPECT_EQ(unwrap(wrapped), form);
    expect_same(slow.get<TradeMessage>(wrapped), trade);
  }
  TradeMessage trade;
  ASSERT_TRUE(scan_trade(
      R"({"e":"trade","E":1,"T":1,"s":"BTCUSDT","t":1,"p":"1","q":"1","X":"INSURANCE_FUND","m":false})", trade));
  EXPECT_FALSE(trade.of_the_market);
}

TEST(HotParser, ReadsAggregateTradesInBothOrders) {
  const char* const forms[] = {
      R"({"e":"aggTrade","E":2,"s":"BTCUSDT","a":7,"p":"1.5","q":"2","f":3,"l":4,"T":1,"m":false,"M":true})",
      R"({"e":"aggTrade","E":2,"a":7,"s":"BTCUSDT","p":"1.5","q":"2","f":3,"l":4,"T":1,"m":false})",
  };
  for (const char* form : forms) {
    TradeMessage trade;
    ASSERT_TRUE(scan_aggregate_trade(form, trade)) << form;
    EXPECT_EQ(trade.id, 7U);
    Slow slow;
    expect_same(slow.get<AggregateTradeMessage>(form), trade);
  }
}

TEST(HotParser, ReadsQuotesOfAllSegments) {
  const char* const forms[] = {
      R"({"u":9,"s":"BTCUSDT","b":"1.5","B":"2","a":"1.6","A":"3"})",
      R"({"e":"bookTicker","u":9,"s":"BTCUSDT","b":"1.5","B":"2","a":"1.6","A":"3","T":5,"E":6})",
      R"({"u":9,"e":"bookTicker","s":"BTCUSDT","ps":"BTC","b":"1.5","B":"2","a":"1.6","A":"3","T":5,"E":6})",
  };
  for (const char* form : forms) {
    QuoteMessage quote;
    ASSERT_TRUE(scan_quote(form, quote)) << form;
    Slow slow;
    const auto other = slow.get<QuoteMessage>(form);
    EXPECT_EQ(quote.update_id, 9U);
    EXPECT_EQ(quote.bid_price, price("1.5"));
    EXPECT_EQ(quote.ask_quantity, quantity("3"));
    EXPECT_EQ(other.symbol, quote.symbol);
    EXPECT_EQ(other.update_id, quote.update_id);
    EXPECT_EQ(other.bid_quantity, quote.bid_quantity);
    EXPECT_EQ(other.ask_price, quote.ask_price);
    EXPECT_EQ(other.time, quote.time);
  }
}

TEST(HotParser, ReadsDepthOfAllSegments) {
  const char* const forms[] = {
      R"({"e":"depthUpdate","E":5,"s":"BTCUSDT","U":8,"u":9,"b":[["1.5","2"],["1.4","0"]],"a":[["1.6","3"]]})",
      R"({"e":"depthUpdate","E":6,"T":5,"s":"BTCUSDT","U":8,"u":9,"pu":7,"b":[["1.5","2"],["1.4","0"]],"a":[["1.6","3"]]})",
      R"({"e":"depthUpdate","E":6,"T":5,"s":"BTCUSDT","ps":"BTC","U":8,"u":9,"pu":7,"b":[["1.5","2"],["1.4","0"]],"a":[["1.6","3"]]})",
      R"({"e":"depthUpdate","E":6,"T":5,"s":"BTCUSDT","ps":"BTC","st":1,"U":8,"u":9,"pu":7,"b":[["1.5","2"],["1.4","0"]],"a":[["1.6","3"]]})",
  };
  for (const char* form : forms) {
    SCOPED_TRACE(form);
    wire::Level levels[8];
    DepthMessage depth;
    ASSERT_TRUE(scan_depth(form, depth, levels));
    EXPECT_EQ(depth.time, ms(5));
    EXPECT_EQ(depth.ids.first, 8U);
    EXPECT_EQ(depth.ids.last, 9U);
    ASSERT_EQ(depth.bid_count, 2U);
    ASSERT_EQ(depth.ask_count, 1U);
    EXPECT_EQ(levels[2], (wire::Level{price("1.6"), quantity("3")}));
    const bool futures = std::string_view(form).find("pu") != std::string_view::npos;
    EXPECT_EQ(depth.ids.previous, futures ? 7U : 0U);
    Slow slow(futures);
    const auto other = slow.get<DepthMessage>(form);
    EXPECT_EQ(other.ids.previous, depth.ids.previous);
    EXPECT_EQ(other.time, depth.time);
    ASSERT_EQ(slow.parser().bids(other).size(), 2U);
    ASSERT_EQ(slow.parser().asks(other).size(), 1U);
    EXPECT_EQ(slow.parser().bids(other)[1], levels[1]);
    EXPECT_EQ(slow.parser().asks(other)[0], levels[2]);
    // Without room for the levels it is left to the other parser.
    EXPECT_FALSE(scan_depth(form, depth, std::span(levels).first(2)));
  }
}

TEST(HotParser, EveryCutMessageIsRefusedByBothParsers) {
  const std::string whole = combined("btcusdt@depth@100ms", spot_depth("BTCUSDT", 1, 2, {{"1", "2"}}, {{"3", "4"}}));
  Slow slow(false);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const std::string cut = whole.substr(0, length);
    wire::Level levels[8];
    DepthMessage depth;
    EXPECT_FALSE(scan_depth(unwrap(cut), depth, levels)) << cut;
    // Without the wrapper's own closing brace everything is still there.
    if (length + 1 < whole.size()) {
      EXPECT_NE(slow.failure(cut), "parsed") << cut;
    }
  }
}

TEST(MessageParser, NamesTheFieldAndTheValueThatIsWrong) {
  Slow slow;
  EXPECT_NE(slow.failure(R"({"e":"trade","s":"B","T":1,"t":1,"p":"1.x","q":"1","m":true})")
                .find("p: \"1.x\" is not a decimal"),
            std::string::npos);
  EXPECT_NE(slow.failure(R"({"e":"trade","s":"B","T":1,"t":1,"p":"1.123456789","q":"1","m":true})").find("1.123456789"),
            std::string::npos);
  EXPECT_NE(slow.failure(R"({"e":"trade","s":"B","T":1,"p":"1","q":"1","m":true})").find("t is missing"),
            std::string::npos);
  EXPECT_NE(slow.failure(R"({"e":"trade","s":"B","T":1,"t":"x","p":"1","q":"1","m":true})").find("t: \"x\""),
            std::string::npos);
  EXPECT_NE(slow.failure(R"({"e":"depthUpdate","s":"B","E":1,"U":9,"u":8,"pu":1,"b":[],"a":[]})").find("after u"),
            std::string::npos);
  EXPECT_NE(slow.failure(R"({"e":"depthUpdate","s":"B","E":1,"U":7,"u":8,"b":[],"a":[]})").find("pu is missing"),
            std::string::npos);
  EXPECT_NE(slow.failure("[]"), "parsed");
  EXPECT_NE(slow.failure("nonsense"), "parsed");
  EXPECT_NE(slow.failure(""), "parsed");
}

TEST(MessageParser, TellsTheSymbolOfADepthEventItCannotRead) {
  Slow slow;
  auto failed = slow.parse(R"({"stream":"btcusdt@depth@100ms","data":{"e":"depthUp)");
  ASSERT_FALSE(failed.has_value());
  EXPECT_TRUE(failed.error().depth);
  EXPECT_EQ(failed.error().symbol, "BTCUSDT");
  failed = slow.parse(R"({"e":"depthUpdate","E":1,"s":"ETHUSDT","U":1,"u":2,"pu":0,"b":[["1")");
  ASSERT_FALSE(failed.has_value());
  EXPECT_EQ(failed.error().symbol, "ETHUSDT");
}

TEST(MessageParser, ReadsRepliesOfBothKinds) {
  Slow slow;
  EXPECT_EQ(slow.get<ReplyMessage>(R"({"result":null,"id":7})").id, 7U);
  const auto refused = slow.get<ReplyMessage>(R"({"error":{"code":2,"msg":"Invalid request"},"id":8})");
  EXPECT_TRUE(refused.refused);
  EXPECT_EQ(refused.code, 2);
  EXPECT_EQ(refused.text, "Invalid request");
  const auto bare = slow.get<ReplyMessage>(R"({"code":-1121,"msg":"no","id":9})");
  EXPECT_TRUE(bare.refused);
  EXPECT_EQ(bare.code, -1121);
  EXPECT_EQ(slow.get<ReplyMessage>(R"({"result":null,"id":"abc"})").id, 0U);
}

TEST(MessageParser, CountsOtherUnitsWhereTheTickIsFine) {
  Slow slow;
  const auto trade =
      slow.get<TradeMessage>(R"({"e":"trade","s":"X","T":1,"t":1,"p":"0.00000000012","q":"5000","m":true})", 3);
  EXPECT_EQ(trade.price, price("0.00000012"));
  EXPECT_EQ(trade.quantity, quantity("5"));
}

TEST(MessageParser, AVolumeBeyondTheRangeIsAbsentAndSaidSo) {
  Slow slow;
  const auto bar = slow.get<BarMessage>(
      R"({"e":"kline","E":1,"s":"X","k":{"t":60000,"i":"1m","o":"1","c":"2","h":"3","l":"1","v":"99999999999999","n":4,"x":true,"q":"7"}})");
  EXPECT_TRUE(bar.bar.volume.is_absent());
  EXPECT_EQ(bar.bar.quote_volume, quantity("7"));
  EXPECT_EQ(bar.bar.detail, 3U);
  EXPECT_EQ(bar.bar.interval, std::chrono::minutes{1});
}

TEST(SnapshotParser, RefusesWhatIsNoOrderedBook) {
  SnapshotParser parser;
  const auto failure = [&](std::string body) {
    const std::size_t size = body.size();
    body.resize(size + simdjson::SIMDJSON_PADDING);
    const auto parsed = parser.parse(std::string_view(body).substr(0, size), 0);
    return parsed ? std::string("parsed") : parsed.error();
  };
  EXPECT_EQ(failure(snapshot(5, {{"2", "1"}, {"1", "1"}}, {{"3", "1"}, {"4", "1"}})), "parsed");
  EXPECT_EQ(failure(snapshot(5, {}, {})), "parsed");
  EXPECT_NE(failure(snapshot(5, {{"1", "1"}, {"2", "1"}}, {})).find("out of order"), std::string::npos);
  EXPECT_NE(failure(snapshot(5, {}, {{"3", "1"}, {"3", "1"}})).find("out of order"), std::string::npos);
  EXPECT_NE(failure(snapshot(5, {{"1", "0.000"}}, {})).find("empty"), std::string::npos);
  EXPECT_NE(failure(R"({"bids":[],"asks":[]})").find("lastUpdateId"), std::string::npos);
  EXPECT_NE(failure(R"({"code":-1121,"msg":"Invalid symbol."})"), "parsed");
  EXPECT_NE(failure(""), "parsed");
}

std::string payload(const std::string& name) {
  trunkline::test::GzLines lines(shared_folder() / "data/binance" / name);
  std::string text;
  std::string line;
  while (lines.next(line)) text += line + "\n";
  return text;
}

TEST(Payloads, SayWhatTheirFieldsSay) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  Slow slow;
  const auto trade = slow.get<TradeMessage>(payload("payload-futures-market_data-trade_stream.json"));
  EXPECT_EQ(trade.symbol, "BTCUSDT");
  EXPECT_EQ(trade.id, 5933014U);
  EXPECT_EQ(trade.price, price("0.001"));
  EXPECT_EQ(trade.quantity, quantity("100"));
  EXPECT_EQ(trade.time, ms(123456785));
  EXPECT_TRUE(trade.buyer_is_maker);
  const auto aggregate = slow.get<AggregateTradeMessage>(payload("payload-futures-market_data-agg_trade_stream.json"));
  EXPECT_EQ(aggregate.id, 5933014U);
  const auto quote = slow.get<QuoteMessage>(payload("payload-futures-market_data-book_ticker_stream.json"));
  EXPECT_EQ(quote.symbol, "BNBUSDT");
  EXPECT_EQ(quote.update_id, 400900217U);
  EXPECT_EQ(quote.bid_price, price("25.3519"));
  EXPECT_EQ(quote.ask_quantity, quantity("40.66"));
  EXPECT_EQ(quote.time, ms(1568014460891));
  const auto depth = slow.get<DepthMessage>(payload("payload-futures-market_data-depth_update_stream.json"));
  EXPECT_EQ(depth.ids.first, 157U);
  EXPECT_EQ(depth.ids.last, 160U);
  EXPECT_EQ(depth.ids.previous, 149U);
  EXPECT_EQ(slow.parser().bids(depth)[0], (wire::Level{price("0.0024"), quantity("10")}));
  EXPECT_EQ(slow.parser().asks(depth)[0], (wire::Level{price("0.0026"), quantity("100")}));
  const auto bar = slow.get<BarMessage>(payload("payload-futures-market_data-kline_stream_closed.json"));
  EXPECT_EQ(bar.bar.open_time, ms(1638747660000));
  EXPECT_EQ(bar.bar.open, price("0.001"));
  EXPECT_EQ(bar.bar.high, price("0.0025"));
  EXPECT_EQ(bar.bar.low, price("0.001"));
  EXPECT_EQ(bar.bar.close, price("0.002"));
  EXPECT_EQ(bar.bar.volume, quantity("1000"));
  EXPECT_EQ(bar.bar.trade_count, 100U);
  EXPECT_EQ(bar.bar.detail, 1U);
  const auto forced = slow.get<LiquidationMessage>(payload("payload-futures-market_data-liquidation_stream.json"));
  EXPECT_EQ(forced.symbol, "BTCUSDT");
  EXPECT_FALSE(forced.buy);
  EXPECT_EQ(forced.price, price("9910"));
  EXPECT_EQ(forced.average_price, price("9910.12345678"));
  EXPECT_EQ(forced.filled_quantity, quantity("0.014"));
  EXPECT_EQ(slow.get<UnknownMessage>(payload("payload-futures-market_data-ticker_stream.json")).event, "24hrTicker");
}

// What another normaliser made of real messages: trades, marks and liquidations must say the same.
TEST(Normalised, TradesMarksAndLiquidationsAgreeWithAnotherReader) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  struct File {
    const char* name;
    Segment segment;
    std::uint8_t market_lane;
  };
  const auto same = [](const nlohmann::json& expected, auto value) {
    using Decimal = decltype(value);
    return expected.is_null() ? value.is_absent() : value == *Decimal::from_double(expected.get<double>());
  };
  int compared = 0;
  for (const File file : {File{"normalised-binance-1.jsonl.gz", Segment::Spot, 0},
                          File{"normalised-binance-futures-1.jsonl.gz", Segment::Usdm, 1},
                          File{"normalised-binance-delivery-1.jsonl.gz", Segment::Coinm, 0}}) {
    std::vector<nlohmann::json> pairs;
    std::vector<Listed> listed;
    trunkline::test::GzLines lines(shared_folder() / "data/binance" / file.name);
    std::string line;
    while (lines.next(line)) {
      pairs.push_back(nlohmann::json::parse(line));
      const auto& data = pairs.back()["message"].value("data", nlohmann::json::object());
      const std::string symbol =
          data.contains("o") && data["o"].is_object() ? data["o"]["s"].get<std::string>() : data.value("s", "");
      const bool known =
          std::any_of(listed.begin(), listed.end(), [&](const Listed& each) { return each.symbol == symbol; });
      if (!symbol.empty() && !known)
        listed.push_back({symbol, "B" + std::to_string(listed.size()), "Q", "0.00000001", "0.00000001"});
    }
    Harness h([&] {
      BinanceConfig config;
      config.segment = file.segment;
      return config;
    }());
    h.start(exchange_info(file.segment, listed));
    h.open(ConnectionId{1}, 0);
    if (file.market_lane == 1) h.open(ConnectionId{2}, 1);
    const auto catalog = h.venue().catalog();
    for (const Instrument& instrument : catalog.instruments) {
      ASSERT_TRUE(h.command(Action::Subscribe, instrument.text, spec_of(file.segment).channels).has_value());
    }
    for (const auto& pair : pairs) {
      const std::size_t trades = h.trades.size();
      const std::size_t tickers = h.tickers.size();
      const std::size_t liquidations = h.liquidations.size();
      h.bytes(pair["message"].dump(), ConnectionId{1U + file.market_lane});
      if (pair["expected"].empty()) {
        // The other reader leaves aggregate trades out, and forced fills as we do.
        if (pair["message"].dump().find("aggTrade") == std::string::npos) {
          EXPECT_EQ(h.trades.size(), trades) << pair.dump();
        }
        continue;
      }
      const auto& expected = pair["expected"][0];
      const std::string time = expected["timestamp"];
      if (expected["type"] == "trade") {
        ASSERT_EQ(h.trades.size(), trades + 1) << pair.dump();
        EXPECT_TRUE(same(expected["price"], h.trades.back().price)) << pair.dump();
        EXPECT_TRUE(same(expected["amount"], h.trades.back().quantity)) << pair.dump();
        EXPECT_EQ(std::to_string(h.trades.back().trade_id), expected["id"].get<std::string>());
        EXPECT_EQ(h.trade_flags.back(), expected["side"] == "buy" ? wire::flag::side_buy : wire::flag::side_sell);
        EXPECT_EQ(to_iso8601(h.trades.back().exchange_time).substr(0, 23), time.substr(0, 23));
        ++compared;
      } else if (expected["type"] == "derivative_ticker" &&
                 pair["message"]["data"].value("e", "") == "markPriceUpdate") {
        ASSERT_EQ(h.tickers.size(), tickers + 1) << pair.dump();
        EXPECT_TRUE(same(expected["markPrice"], h.tickers.back().mark_price)) << pair.dump();
        // It remembers an index price of another stream for COIN-M.
        if (pair["message"]["data"].contains("i")) {
          EXPECT_TRUE(same(expected["indexPrice"], h.tickers.back().index_price)) << pair.dump();
        }
        EXPECT_TRUE(same(expected["fundingRate"], h.tickers.back().funding_rate)) << pair.dump();
        EXPECT_EQ(to_iso8601(h.tickers.back().exchange_time).substr(0, 23), time.substr(0, 23));
        ++compared;
      } else if (expected["type"] == "liquidation") {
        ASSERT_EQ(h.liquidations.size(), liquidations + 1) << pair.dump();
        EXPECT_TRUE(same(expected["price"], h.liquidations.back().price));
        EXPECT_TRUE(same(expected["amount"], h.liquidations.back().quantity));
        EXPECT_EQ(h.liquidation_flags.back(), expected["side"] == "buy" ? wire::flag::side_buy : wire::flag::side_sell);
        ++compared;
      }
    }
    // An aggregate trade of 2019 has no id.
    EXPECT_EQ(h.venue().counters().malformed, file.segment == Segment::Usdm ? 1U : 0U);
  }
  EXPECT_EQ(compared, 8);
}

}  // namespace
}  // namespace trunkline::venue::binance::test
