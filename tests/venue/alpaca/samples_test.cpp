// The sample bodies and messages: each is read to what its fields say.
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>

#include "support/captures.hpp"
#include "venue/alpaca/harness.hpp"

namespace trunkline::venue::alpaca::test {
namespace {

std::string sample(const std::string& name) {
  const auto path = trunkline::test::shared_folder() / "data" / "alpaca" / name;
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// A number of a sample as its own text: what the JSON library makes of it, written shortest.
template <class Decimal>
Decimal exactly(const Json& number) {
  return *Decimal::parse(number.is_string() ? number.get<std::string>() : number.dump());
}

TEST(Samples, StreamMessagesAreReadAsTheySay) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  AlpacaConfig config = stocks({"AAPL", "SPIP", "STRR", "DJT"});
  Harness h(config);
  h.start();
  Harness coins(crypto());
  coins.start();
  trunkline::test::GzLines lines(trunkline::test::shared_folder() / "data/alpaca/alpaca-stream-messages-1.jsonl.gz");
  int read = 0;
  for (std::string line; lines.next(line); ++read) {
    const std::string message = Json::parse(line)["msg"];
    h.bytes(message);
    coins.bytes(message);
    h.bytes(to_message_pack(message));  // known by now: the same again
  }
  EXPECT_EQ(read, 7);
  EXPECT_EQ(h.venue().counters().malformed, 0U) << h.told;
  ASSERT_EQ(h.trades.size(), 1U);
  EXPECT_EQ(h.trades[0].price, price("177.79"));
  EXPECT_EQ(h.trades[0].quantity, quantity("90"));
  EXPECT_EQ(h.trades[0].trade_id, 6142U);
  EXPECT_EQ(h.trades[0].exchange_time, Nanos{10'000'000'010});
  EXPECT_EQ(h.venue().counters().duplicates, 1U);
  ASSERT_EQ(h.quotes.size(), 2U);
  EXPECT_EQ(h.quotes[0].bid_price, price("25.41"));
  EXPECT_EQ(h.quotes[0].ask_price, price("25.43"));
  ASSERT_EQ(h.bars.size(), 2U);
  EXPECT_EQ(h.bars[0].close, price("178.005"));
  EXPECT_EQ(h.bars[0].volume, quantity("8547"));
  EXPECT_EQ(h.mappings.at("alpaca:STRR").status, wire::TradingStatus::Trading);  // resumption
  ASSERT_EQ(h.corrections.size(), 2U);
  EXPECT_EQ(h.corrections[0].original_trade_id, 4868U);
  EXPECT_EQ(h.corrections[0].detail, 'D' << 8 | 1);
  // The order book of the sample is no whole one.
  EXPECT_EQ(coins.venue_book("alpaca_crypto:BTC-USD").early(), 1U);
  EXPECT_GE(h.venue().counters().unknown_messages, 1U);  // news
}

TEST(Samples, LatestTradesQuotesAndBooks) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  for (const char* name : {"rest-historical-stock-data-get-latest-trade.json",
                           "rest-historical-stock-data-get-multisymbol-latest-trade.json",
                           "rest-historical-crypto-data-get-crypto-latest-trade.json"}) {
    SCOPED_TRACE(name);
    const std::string body = sample(name);
    const Json json = Json::parse(body);
    std::size_t count = 0;
    const auto done = parse_latest_trades(
        body,
        [&](const TradeMessage& trade) {
          const Json& of = json["trades"][std::string(trade.symbol)];
          EXPECT_EQ(trade.price, exactly<Price>(of["p"]));
          EXPECT_EQ(trade.quantity, exactly<Quantity>(of["s"]));
          EXPECT_EQ(trade.id, of["i"].get<std::uint64_t>());
          EXPECT_EQ(trade.time, read_time(of["t"].get<std::string>()));
          EXPECT_EQ(trade.side, of.contains("tks") ? Side::Buy : Side::Unknown);
          EXPECT_EQ(trade.detail >> 8, of.contains("x") ? of["x"].get<std::string>()[0] : 0);
          ++count;
        },
        [](const std::string& error) { ADD_FAILURE() << error; });
    EXPECT_TRUE(done.has_value());
    EXPECT_EQ(count, json["trades"].size());
  }
  const std::string quotes = sample("rest-historical-stock-data-get-latest-quote.json");
  std::size_t count = 0;
  EXPECT_TRUE(parse_latest_quotes(
      quotes,
      [&](const QuoteMessage& quote) {
        EXPECT_EQ(quote.ask_price, price("161.11"));
        EXPECT_EQ(quote.ask_quantity, quantity("13"));
        EXPECT_EQ(quote.bid_price, price("161.1"));
        EXPECT_EQ(quote.time.count(), 1'647'612'163'651'613'184);
        ++count;
      },
      [](const std::string& error) { ADD_FAILURE() << error; }));
  EXPECT_EQ(count, 1U);
  const auto none = [](const auto&) { ADD_FAILURE(); };
  EXPECT_TRUE(parse_latest_quotes(sample("rest-historical-stock-data-get-latest-quote-multi-empty-response.json"), none,
                                  [](const std::string&) {}));
  // A snapshot is no list of trades.
  EXPECT_FALSE(parse_latest_trades(sample("rest-historical-crypto-data-crypto-get-snapshot.json"), none,
                                   [](const std::string&) {}));
}

// The lists of .../trades, .../quotes and .../bars hold the stream's own objects.
TEST(Samples, HistoricalListsHoldTheStreamsObjects) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  std::size_t read = 0;
  for (const char* name : {"stock-data-get-trades", "stock-data-multisymbol-get-trades",
                           "crypto-data-get-crypto-trades", "stock-data-get-quotes", "stock-data-multisymbol-quotes",
                           "stock-data-get-bars", "stock-data-multisymbol-get-bars", "crypto-data-get-crypto-bars"}) {
    SCOPED_TRACE(name);
    const Json json = Json::parse(sample(std::string("rest-historical-") + name + ".json"));
    for (const auto& [kind, lists] : json.items()) {
      if (kind == "next_page_token") continue;
      for (const auto& [symbol, list] : lists.items()) {
        for (const Json& item : list) {
          const std::string text = item.dump();
          JsonCursor cursor(text);
          ++read;
          if (kind == "trades") {
            TradeMessage trade;
            ASSERT_TRUE(read_trade(cursor, trade)) << cursor.fault().to_text();
            EXPECT_EQ(trade.price, exactly<Price>(item["p"]));
            EXPECT_EQ(trade.quantity, exactly<Quantity>(item["s"]));
          } else if (kind == "quotes") {
            QuoteMessage quote;
            ASSERT_TRUE(read_quote(cursor, quote)) << cursor.fault().to_text();
            EXPECT_EQ(quote.bid_price, exactly<Price>(item["bp"]));
            EXPECT_EQ(quote.ask_quantity, exactly<Quantity>(item["as"]));
          } else {
            BarMessage bar;
            ASSERT_TRUE(read_bar(cursor, bar)) << cursor.fault().to_text();
            EXPECT_EQ(bar.bar.open, exactly<Price>(item["o"]));
            EXPECT_EQ(bar.bar.volume, exactly<Quantity>(item["v"]));
            EXPECT_EQ(bar.bar.trade_count, item["n"].get<std::uint64_t>());
            EXPECT_EQ(bar.bar.open_time, read_time(item["t"].get<std::string>()));
          }
        }
      }
    }
  }
  EXPECT_EQ(read, 16U);
}

TEST(Samples, AssetsAreInstruments) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  const auto catalog = parse_assets(Market::Stocks, "alpaca", sample("rest-asset-routes-get-all-assets-params.json"));
  ASSERT_TRUE(catalog.has_value()) << catalog.error().message;
  ASSERT_EQ(catalog->instruments.size(), 1U);
  EXPECT_TRUE(catalog->refused.empty());
  EXPECT_EQ(catalog->instruments[0].text, "alpaca:AAPL");
  EXPECT_EQ(catalog->instruments[0].hash, 11464620628871496031ULL);
  EXPECT_EQ(catalog->instruments[0].kind, wire::InstrumentKind::Stock);
  EXPECT_EQ(catalog->instruments[0].status, wire::TradingStatus::Trading);
}

TEST(Samples, CorporateActionsOfEveryKind) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  const auto parsed = parse_corporate_actions(sample("rest-corporate-actions-get-corporate-actions.json"));
  ASSERT_TRUE(parsed.has_value()) << parsed.error().message;
  EXPECT_TRUE(parsed->refused.empty());
  EXPECT_EQ(parsed->next_page_token, "MDA3Q1ZSMDIwfDIwMjQtMDItMTV8NjBiZjkxYzItMDc0Ni00ZDliLThjOWUtYTgwYmIzMDhmZDkx");
  using Kind = wire::CorporateActionKind;
  const struct {
    Kind kind;
    const char* symbol;
    const char* other;
    const char* new_rate;
    const char* old_rate;
    const char* cash;
    std::uint32_t ex_date;
  } table[] = {{Kind::ReverseSplit, "MNTS", "", "1", "50", "", 20230824},
               {Kind::ForwardSplit, "SRE", "", "2", "1", "", 20230822},
               {Kind::UnitSplit, "TPBAU", "LVRO", "1", "1", "", 20230301},
               {Kind::StockDividend, "MSBC", "", "0.05", "", "", 20230519},
               {Kind::CashDividend, "FCF", "", "", "", "0.125", 20230504},
               {Kind::SpinOff, "JUPW", "SRM", "1", "19.35", "", 20230815},
               {Kind::CashMerger, "GLOP", "", "", "", "5.37", 20230717},
               {Kind::StockMerger, "LSI", "EXR", "0.895", "1", "", 20230720},
               {Kind::StockAndCashMerger, "MLVF", "FRBA", "0.7733", "1", "7.8", 20230718},
               {Kind::Redemption, "ORPHY", "", "", "", "0.141134", 0},
               {Kind::NameChange, "BSAQ", "VFS", "", "", "", 0},
               {Kind::WorthlessRemoval, "ATNXQ", "", "", "", "", 0},
               {Kind::RightsDistribution, "IFN", "IFN.RTWI", "1", "", "", 20240417}};
  ASSERT_EQ(parsed->actions.size(), std::size(table));
  const auto rate = [](const char* text) { return *text == 0 ? Rate::absent() : *Rate::parse(text); };
  for (std::size_t i = 0; i < std::size(table); ++i) {
    const CorporateAction& action = parsed->actions[i];
    SCOPED_TRACE(table[i].symbol);
    EXPECT_EQ(action.action.kind, table[i].kind);
    EXPECT_EQ(action.symbol, table[i].symbol);
    EXPECT_EQ(action.other, table[i].other);
    EXPECT_EQ(action.action.new_rate, rate(table[i].new_rate));
    EXPECT_EQ(action.action.old_rate, rate(table[i].old_rate));
    EXPECT_EQ(action.action.cash, rate(table[i].cash));
    EXPECT_EQ(action.action.ex_date, table[i].ex_date);
  }
}

}  // namespace
}  // namespace trunkline::venue::alpaca::test
