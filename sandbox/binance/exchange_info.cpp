// exchangeInfo as the captured replies of the three APIs lay it out, spot with the fields of 2025.
#include <fmt/format.h>

#include "sandbox/binance/rest_api.hpp"
#include "sandbox/binance/text.hpp"

namespace trunkline::sandbox::binance {
namespace {

std::string plain(std::int64_t raw, int decimals) {
  std::string quoted;
  append_decimal(quoted, raw, decimals);
  return quoted.substr(1, quoted.size() - 2);
}

void spot_symbol(std::string& out, const Instrument& in) {
  out += fmt::format(
      R"({{"symbol":"{}","status":"TRADING","baseAsset":"{}","baseAssetPrecision":8,"quoteAsset":"{}",)"
      R"("quotePrecision":8,"quoteAssetPrecision":8,"baseCommissionPrecision":8,"quoteCommissionPrecision":8,)"
      R"("orderTypes":["LIMIT","LIMIT_MAKER","MARKET","STOP_LOSS","STOP_LOSS_LIMIT","TAKE_PROFIT","TAKE_PROFIT_LIMIT"],)"
      R"("icebergAllowed":true,"ocoAllowed":true,"otoAllowed":true,"quoteOrderQtyMarketAllowed":true,)"
      R"("allowTrailingStop":true,"cancelReplaceAllowed":true,"amendAllowed":true,"isSpotTradingAllowed":true,)"
      R"("isMarginTradingAllowed":false,"filters":[)"
      R"({{"filterType":"PRICE_FILTER","minPrice":"{}","maxPrice":"{}","tickSize":"{}"}},)"
      R"({{"filterType":"LOT_SIZE","minQty":"{}","maxQty":"90000000.00000000","stepSize":"{}"}},)"
      R"({{"filterType":"ICEBERG_PARTS","limit":10}},)"
      R"({{"filterType":"MARKET_LOT_SIZE","minQty":"0.00000000","maxQty":"1000000.00000000","stepSize":"0.00000000"}},)"
      R"({{"filterType":"NOTIONAL","minNotional":"5.00000000","applyMinToMarket":true,"maxNotional":"9000000.00000000",)"
      R"("applyMaxToMarket":false,"avgPriceMins":5}},)"
      R"({{"filterType":"MAX_NUM_ORDERS","maxNumOrders":200}},{{"filterType":"MAX_NUM_ALGO_ORDERS","maxNumAlgoOrders":5}}],)"
      R"("permissions":[],"permissionSets":[["SPOT"]],"defaultSelfTradePreventionMode":"EXPIRE_MAKER",)"
      R"("allowedSelfTradePreventionModes":["EXPIRE_TAKER","EXPIRE_MAKER","EXPIRE_BOTH"]}})",
      in.symbol, in.base, in.quote, plain(in.tick.raw(), 8),
      plain(in.start.raw() / in.tick.raw() * in.tick.raw() * 16, 8), plain(in.tick.raw(), 8), plain(in.step.raw(), 8),
      plain(in.step.raw(), 8));
}

// A tick is written with no more decimals than it needs.
std::string shortest(std::int64_t raw) {
  return Price::from_raw(raw).to_text();
}

void futures_symbol(std::string& out, const Instrument& in) {
  const bool coin = in.market == Market::Coinm;
  out += fmt::format(R"({{"symbol":"{}","pair":"{}","contractType":"PERPETUAL","deliveryDate":4133404800000,)"
                     R"("onboardDate":1569398400000,)",
                     in.symbol, in.pair);
  out +=
      coin
          ? fmt::format(
                R"("contractStatus":"TRADING","contractSize":{},"marginAsset":"{}",)"
                R"("maintMarginPercent":"2.5000","requiredMarginPercent":"5.0000","baseAsset":"{}","quoteAsset":"USD",)",
                in.contract_size, in.base, in.base)
          : fmt::format(R"("status":"TRADING","maintMarginPercent":"2.5000","requiredMarginPercent":"5.0000",)"
                        R"("baseAsset":"{}","quoteAsset":"{}","marginAsset":"{}",)",
                        in.base, in.quote, in.quote);
  out += fmt::format(R"("pricePrecision":{},"quantityPrecision":{},"baseAssetPrecision":8,"quotePrecision":8,)",
                     in.price_decimals, in.quantity_decimals);
  if (coin) out += R"("equalQtyPrecision":4,"maxMoveOrderLimit":10000,"triggerProtect":"0.0500",)";
  out += R"("underlyingType":"COIN","underlyingSubType":[],)";
  if (!coin) out += R"("settlePlan":0,"triggerProtect":"0.0500","liquidationFee":"0.012000","marketTakeBound":"0.30",)";
  out += fmt::format(
      R"("filters":[{{"minPrice":"{}","maxPrice":"{}","filterType":"PRICE_FILTER","tickSize":"{}"}},)"
      R"({{"stepSize":"{}","filterType":"LOT_SIZE","maxQty":"1000000","minQty":"{}"}},)"
      R"({{"stepSize":"{}","filterType":"MARKET_LOT_SIZE","maxQty":"100000","minQty":"{}"}},)"
      R"({{"limit":200,"filterType":"MAX_NUM_ORDERS"}},{{"limit":10,"filterType":"MAX_NUM_ALGO_ORDERS"}},)",
      shortest(in.tick.raw()), shortest(in.start.raw() / in.tick.raw() * in.tick.raw() * 16), shortest(in.tick.raw()),
      shortest(in.step.raw()), shortest(in.step.raw()), shortest(in.step.raw()), shortest(in.step.raw()));
  if (!coin) out += R"({"notional":"5","filterType":"MIN_NOTIONAL"},)";
  out +=
      R"({"multiplierDown":"0.8500","multiplierUp":"1.1500","multiplierDecimal":"4","filterType":"PERCENT_PRICE"}],)"
      R"("orderTypes":["LIMIT","MARKET","STOP","STOP_MARKET","TAKE_PROFIT","TAKE_PROFIT_MARKET","TRAILING_STOP_MARKET"],)"
      R"("timeInForce":["GTC","IOC","FOK","GTX"])";
  if (coin) out += R"(,"liquidationFee":"0.006000","marketTakeBound":"0.30")";
  out += '}';
}

}  // namespace

std::string exchange_info_body(Market market, const std::vector<const Instrument*>& instruments, std::int64_t now_ms,
                               const RestOptions& limits) {
  const bool spot = market == Market::Spot;
  std::string out = fmt::format(R"({{"timezone":"UTC","serverTime":{},)", now_ms);
  if (market == Market::Usdm) out += R"("futuresType":"U_MARGINED",)";
  constexpr int no_limit = 1'000'000'000;
  const int weight = spot ? limits.weight_per_minute_spot : limits.weight_per_minute_futures;
  out += fmt::format(
      R"("rateLimits":[{{"rateLimitType":"REQUEST_WEIGHT","interval":"MINUTE","intervalNum":1,"limit":{}}})",
      weight == 0 ? no_limit : weight);
  if (limits.order_limits)
    out += spot ? R"(,{"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":100})"
                  R"(,{"rateLimitType":"ORDERS","interval":"DAY","intervalNum":1,"limit":200000})"
                : R"(,{"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":300})"
                  R"(,{"rateLimitType":"ORDERS","interval":"MINUTE","intervalNum":1,"limit":1200})";
  if (spot) out += R"(,{"rateLimitType":"RAW_REQUESTS","interval":"MINUTE","intervalNum":5,"limit":61000})";
  out += "],";
  out += R"("exchangeFilters":[],)";
  if (market == Market::Usdm)
    out += R"("assets":[{"asset":"USDT","marginAvailable":true,"autoAssetExchange":"-10000"}],)";
  out += R"("symbols":[)";
  for (std::size_t i = 0; i < instruments.size(); ++i) {
    if (i > 0) out += ',';
    if (spot)
      spot_symbol(out, *instruments[i]);
    else
      futures_symbol(out, *instruments[i]);
  }
  out += "]}";
  return out;
}

}  // namespace trunkline::sandbox::binance
