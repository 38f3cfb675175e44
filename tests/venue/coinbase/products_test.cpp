// Reference data of both APIs.
#include "trunkline/venue/coinbase/products.hpp"

#include <gtest/gtest.h>

#include "support/captures.hpp"
#include "trunkline/venue/coinbase/rest_book.hpp"

namespace trunkline::venue::coinbase::test {
namespace {

Result<Catalog> parse(Api api, std::string text) {
  const std::size_t size = text.size();
  text.resize(size + 64);
  return parse_products(api, api == Api::Exchange ? "coinbase" : "coinbase_advanced",
                        std::string_view(text).substr(0, size));
}
std::string read(const std::string& name) {
  trunkline::test::GzLines lines(trunkline::test::shared_folder() / "data/coinbase" / name);
  std::string text;
  std::string line;
  while (lines.next(line)) text += line + "\n";
  return text;
}

TEST(Products, EveryRecordedProductOfTheExchangeIsListed) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  const std::string text = read("rest-api-pro-coinbase-com-products.json");
  const auto catalog = parse(Api::Exchange, text);
  ASSERT_TRUE(catalog) << catalog.error().message;
  EXPECT_TRUE(catalog->refused.empty());
  const auto json = nlohmann::json::parse(text);
  EXPECT_EQ(catalog->instruments.size(), json.size());
  for (const auto& product : json) {
    const Instrument* const instrument = catalog->find_venue_symbol(product["id"].get<std::string>());
    ASSERT_NE(instrument, nullptr);
    EXPECT_EQ(instrument->tick, *Price::parse(product["quote_increment"].get<std::string>()));
    EXPECT_EQ(instrument->lot, *Quantity::parse(product["base_increment"].get<std::string>()));
  }
  const Instrument& skl = *catalog->find_venue_symbol("SKL-EUR");
  EXPECT_EQ(skl.text, "coinbase:SKL-EUR");
  EXPECT_EQ(skl.price_decimals, 4);
  EXPECT_EQ(skl.quantity_decimals, 1);
  EXPECT_EQ(skl.minimum_notional, *Price::parse("5"));
  EXPECT_EQ(skl.status, wire::TradingStatus::Trading);
}

TEST(Products, FuturesGoByTheirContractsCode) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  const auto catalog = parse(Api::Advanced, read("payload-http_products_future.json"));
  ASSERT_TRUE(catalog) << catalog.error().message;
  ASSERT_EQ(catalog->instruments.size(), 2U);
  EXPECT_EQ(catalog->instruments[0].text, "coinbase_advanced:BIP-USD:20301220");
  EXPECT_EQ(catalog->instruments[1].text, "coinbase_advanced:BIT-USD:20260424");
  EXPECT_EQ(catalog->instruments[1].venue_symbol, "BIT-24APR26-CDE");
  EXPECT_EQ(catalog->instruments[1].kind, wire::InstrumentKind::Future);
  EXPECT_EQ(catalog->instruments[1].tick, *Price::parse("5"));
  EXPECT_EQ(catalog->instruments[1].status, wire::TradingStatus::Trading);
}

TEST(Products, OneThatCannotBeUnderstoodIsRefusedAlone) {
  const auto exchange = parse(Api::Exchange, R"([
    {"id":"A-USD","base_currency":"A","quote_currency":"USD","quote_increment":"0.01","base_increment":"1","status":"online"},
    {"id":"B-USD","base_currency":"B","quote_currency":"USD","quote_increment":"x","base_increment":"1","status":"online"},
    {"id":"C-USD","quote_currency":"USD","quote_increment":"1","base_increment":"1","status":"online"},
    {"base_currency":"D"},
    {"id":"A-USD2","base_currency":"A","quote_currency":"USD","quote_increment":"0.01","base_increment":"1","status":"online"},
    {"id":"E-USD","base_currency":"E","quote_currency":"USD","quote_increment":"0.0000000001","base_increment":"100","status":"delisted","trading_disabled":true}])");
  ASSERT_TRUE(exchange) << exchange.error().message;
  ASSERT_EQ(exchange->instruments.size(), 2U);
  ASSERT_EQ(exchange->refused.size(), 4U);
  EXPECT_NE(exchange->refused[0].find("\"x\""), std::string::npos);
  EXPECT_NE(exchange->refused[3].find("listed twice"), std::string::npos);
  EXPECT_EQ(exchange->instruments[1].unit_exponent, 2);
  EXPECT_EQ(exchange->instruments[1].lot, *Quantity::parse("1"));
  EXPECT_EQ(exchange->instruments[1].status, wire::TradingStatus::Closed);

  const auto advanced = parse(Api::Advanced, R"({"products":[
    {"product_id":"BTC-USDC","alias":"BTC-USD","product_type":"SPOT"},
    {"product_id":"BTC-PERP-INTX","product_type":"FUTURE","base_currency_id":"","quote_currency_id":"USDC","price_increment":"0.1","base_increment":"0.0001","status":"","future_product_details":{"contract_expiry":null,"contract_expiry_type":"PERPETUAL","contract_code":""}},
    {"product_id":"BTC-USD","base_currency_id":"BTC","quote_currency_id":"USD","price_increment":"0.01","base_increment":"0.00000001","status":"online","alias":"","is_disabled":true,"future_product_details":null,"product_type":"SPOT"}]})");
  ASSERT_TRUE(advanced) << advanced.error().message;
  ASSERT_EQ(advanced->instruments.size(), 2U);
  EXPECT_EQ(advanced->refused[0], "BTC-USDC: is traded as BTC-USD");
  EXPECT_EQ(advanced->instruments[0].text, "coinbase_advanced:BTCPERP-USDC");
  EXPECT_EQ(advanced->instruments[0].kind, wire::InstrumentKind::Perpetual);
  EXPECT_EQ(advanced->instruments[1].status, wire::TradingStatus::Halted);
}

TEST(Products, ABrokenReplyIsAnErrorWithAnExcerpt) {
  for (const char* text : {"", "null", "{}", "[1]", "[{\"id\":", R"({"message":"NotFound"})", "[{}"}) {
    const auto catalog = parse(Api::Exchange, text);
    EXPECT_TRUE(!catalog || catalog->instruments.empty()) << text;
    EXPECT_FALSE(parse(Api::Advanced, text)) << text;
  }
}

TEST(RestBook, ReadsTheBooksOfBothApis) {
  const auto read_book = [](Api api, std::string text) -> std::expected<RestBook, std::string> {
    const std::size_t size = text.size();
    text.resize(size + 64);
    RestBookParser parser;
    const auto parsed = parser.parse(api, std::string_view(text).substr(0, size), 0);
    if (!parsed) return std::unexpected(parsed.error());
    return **parsed;
  };
  const auto exchange = read_book(
      Api::Exchange,
      R"({"bids":[["6247.58","6.3578146",2],["6247","1",1]],"asks":[["6251.52","2",1]],"sequence":1,"auction_mode":false,"time":"2026-01-01T00:00:00.5Z"})");
  ASSERT_TRUE(exchange) << exchange.error();
  ASSERT_EQ(exchange->bids.size(), 2U);
  EXPECT_EQ(exchange->bids[0].quantity, *Quantity::parse("6.3578146"));
  EXPECT_NE(exchange->time, Nanos{0});
  const auto advanced = read_book(
      Api::Advanced,
      R"({"pricebook":{"product_id":"A","bids":[{"price":"2","size":"1"},{"price":"1","size":"1"}],"asks":[{"price":"3","size":"1"}],"time":"2026-04-07T00:28:59.662782Z"},"last":"2"})");
  ASSERT_TRUE(advanced) << advanced.error();
  EXPECT_EQ(advanced->asks[0].price, *Price::parse("3"));
  EXPECT_FALSE(read_book(Api::Advanced,
                         R"({"pricebook":{"bids":[{"price":"1","size":"1"},{"price":"2","size":"1"}],"asks":[]}})"));
  EXPECT_FALSE(read_book(Api::Advanced, R"({"pricebook":{"bids":[{"price":"1","size":"-1"}],"asks":[]}})"));
  EXPECT_FALSE(read_book(Api::Exchange, R"({"bids":[["1","1"]]})"));
  EXPECT_FALSE(read_book(Api::Exchange, R"({"bids":[["1","1"]],"asks":[],"time":"now"})"));
}

TEST(RestBook, TheRecordedReplyIsRead) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  std::string text = read("payload-http_product_book.json");
  const std::size_t size = text.size();
  text.resize(size + 64);
  RestBookParser parser;
  const auto book = parser.parse(Api::Advanced, std::string_view(text).substr(0, size), 0);
  ASSERT_TRUE(book) << book.error();
  EXPECT_EQ((*book)->bids.size(), 5U);
  EXPECT_EQ((*book)->asks[3], (wire::Level{*Price::parse("68926.3"), *Quantity::parse("0.0870495")}));
}

}  // namespace
}  // namespace trunkline::venue::coinbase::test
