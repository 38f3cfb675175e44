#include "trunkline/venue/binance/exchange_info.hpp"

#include <gtest/gtest.h>

#include "support/captures.hpp"
#include "venue/binance/harness.hpp"

namespace trunkline::venue::binance::test {
namespace {

using trunkline::test::shared_folder;

Result<Catalog> parse(Segment segment, std::string body) {
  const std::size_t size = body.size();
  body.resize(size + 64);
  return parse_exchange_info(spec_of(segment), std::string_view(body).substr(0, size));
}
Result<Catalog> parse_file(Segment segment, const char* name) {
  trunkline::test::GzLines lines(shared_folder() / "data/binance" / name);
  std::string text;
  std::string line;
  while (lines.next(line)) text += line + "\n";
  return parse(segment, text);
}
const Instrument& get(const Catalog& catalog, const char* text) {
  const Instrument* const found = catalog.find(hash_symbol_text(text));
  if (found == nullptr) throw std::runtime_error(std::string("no ") + text);
  return *found;
}

TEST(ExchangeInfo, EverySymbolOfEverySegmentIsUnderstood) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  const auto spot = parse_file(Segment::Spot, "rest-api-binance-com-api-v3-exchangeInfo.json.gz");
  ASSERT_TRUE(spot.has_value()) << spot.error().message;
  EXPECT_EQ(spot->instruments.size(), 1695U);
  EXPECT_TRUE(spot->refused.empty());
  const Instrument& btc = get(*spot, "binance:BTC-USDT");
  EXPECT_EQ(btc.venue_symbol, "BTCUSDT");
  EXPECT_EQ(btc.tick, *Price::parse("0.01"));
  EXPECT_EQ(btc.lot, *Quantity::parse("0.00001"));
  EXPECT_EQ(btc.minimum_notional, *Price::parse("10"));
  EXPECT_EQ(btc.price_decimals, 2);
  EXPECT_EQ(btc.quantity_decimals, 5);
  EXPECT_EQ(btc.unit_exponent, 0);
  EXPECT_EQ(btc.kind, wire::InstrumentKind::Spot);
  EXPECT_EQ(btc.status, wire::TradingStatus::Trading);
  EXPECT_TRUE(btc.contract_size.is_absent());
  for (const Instrument& each : spot->instruments) EXPECT_NE(each.status, wire::TradingStatus::Unknown) << each.text;

  const auto usdm = parse_file(Segment::Usdm, "rest-fapi-binance-com-fapi-v1-exchangeInfo.json");
  ASSERT_TRUE(usdm.has_value());
  EXPECT_EQ(usdm->instruments.size(), 122U);
  EXPECT_TRUE(usdm->refused.empty());
  EXPECT_EQ(get(*usdm, "binance_usdm:BTC-USDT").kind, wire::InstrumentKind::Perpetual);
  EXPECT_EQ(get(*usdm, "binance_usdm:BTC-USDT:20210924").venue_symbol, "BTCUSDT_210924");
  EXPECT_EQ(get(*usdm, "binance_usdm:BTC-USDT:20210924").kind, wire::InstrumentKind::Future);
  EXPECT_EQ(get(*usdm, "binance_usdm:BTC-USDT").minimum_notional, *Price::parse("5"));

  const auto coinm = parse_file(Segment::Coinm, "rest-dapi-binance-com-dapi-v1-exchangeInfo.json");
  ASSERT_TRUE(coinm.has_value());
  EXPECT_EQ(coinm->instruments.size(), 36U);
  EXPECT_TRUE(coinm->refused.empty());
  EXPECT_EQ(get(*coinm, "binance_coinm:BTC-USD").venue_symbol, "BTCUSD_PERP");
  EXPECT_EQ(get(*coinm, "binance_coinm:BTC-USD").contract_size, Quantity::from_int(100));
  EXPECT_EQ(get(*coinm, "binance_coinm:BNB-USD:20211231").contract_size, Quantity::from_int(10));
}

TEST(ExchangeInfo, AReplyWithoutFiltersLeavesTheNumbersOut) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  const auto catalog = parse_file(Segment::Spot, "payload-spot-http-exchange_info_response.json");
  ASSERT_TRUE(catalog.has_value());
  EXPECT_TRUE(get(*catalog, "binance:ETH-BTC").tick.is_absent());
}

TEST(ExchangeInfo, ATickFinerThanTheScaleCountsMoreUnits) {
  const auto catalog =
      parse(Segment::Spot, exchange_info(Segment::Spot, {{"SHIBBTC", "SHIB", "BTC", "0.0000000001", "1.00"}}));
  ASSERT_TRUE(catalog.has_value());
  const Instrument& shib = get(*catalog, "binance:SHIB-BTC");
  EXPECT_EQ(shib.unit_exponent, 2);
  EXPECT_EQ(shib.tick, *Price::parse("0.00000001"));
  EXPECT_EQ(shib.lot, *Quantity::parse("0.01"));
  EXPECT_EQ(shib.price_decimals, 10);
}

TEST(ExchangeInfo, TradesOfASymbolWithAFineTickComeInItsUnits) {
  BinanceConfig config;
  config.subscriptions = {{*SymbolDescriptor::parse("binance:SHIB-BTC"), {Channel::Trades}}};
  Harness h(std::move(config));
  h.start(exchange_info(Segment::Spot, {{"SHIBBTC", "SHIB", "BTC", "0.0000000001", "1.00"}}));
  h.open();
  h.bytes(combined("shibbtc@trade", spot_trade("SHIBBTC", 1, "0.0000000012", "300.00")));
  h.bytes(combined("shibbtc@trade", spot_trade("SHIBBTC", 2, "0.00000001", "300.00")));
  ASSERT_EQ(h.trades.size(), 2U);
  EXPECT_EQ(h.trades[0].price, *Price::parse("0.00000012"));
  EXPECT_EQ(h.trades[0].quantity, *Quantity::parse("3"));
  EXPECT_EQ(h.trades[1].price, *Price::parse("0.000001"));
  EXPECT_EQ(h.mappings["binance:SHIB-BTC"].unit_exponent, 2);
}

TEST(ExchangeInfo, OneSymbolThatIsWrongDoesNotSpoilTheOthers) {
  const auto catalog =
      parse(Segment::Spot, exchange_info(Segment::Spot, {{"AUSDT", "A", "USDT", "0.x"},
                                                         {"BUSDT", "B", "USDT"},
                                                         {"CUSDT", "", "USDT"},
                                                         {"DUSDT", "D", "USDT", "0.01", "0.0000000001"}}));
  ASSERT_TRUE(catalog.has_value());
  EXPECT_EQ(catalog->instruments.size(), 1U);
  ASSERT_EQ(catalog->refused.size(), 3U);
  EXPECT_NE(catalog->refused[0].find("AUSDT: tickSize: \"0.x\""), std::string::npos) << catalog->refused[0];
}

TEST(ExchangeInfo, WhatIsNoReplyIsAnError) {
  for (const char* body : {"", "[]", "{}", "{\"symbols\":5}", "{\"symbols\":[{\"symbol\":\"A\"", "<html>"}) {
    EXPECT_FALSE(parse(Segment::Spot, body).has_value()) << body;
  }
}

}  // namespace
}  // namespace trunkline::venue::binance::test
