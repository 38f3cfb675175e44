// Binance's order gateway: see order_gateway_rig.hpp. The first letter chooses: 'F' is USD-M, anything else spot.
#include "fuzz/order_gateway_rig.hpp"
#include "trunkline/venue/binance/orders/binance_order_gateway.hpp"

using namespace trunkline;
using namespace trunkline::venue::binance;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view input(reinterpret_cast<const char*>(data), size);
  const bool futures = input.starts_with('F');
  auto signer = orders::Signer::make("key", protocol::signing::SecretKey("secret"));
  orders::BinanceOrderGateway gateway({.segment = futures ? Segment::Usdm : Segment::Spot}, *std::move(signer));
  fuzz::OrderGatewayRig rig(
      gateway,
      R"({"rateLimits":[{"rateLimitType":"ORDERS","interval":"SECOND","intervalNum":10,"limit":100}],"symbols":[{"symbol":"BTCUSDT","status":"TRADING","contractStatus":"TRADING","baseAsset":"BTC","quoteAsset":"USDT","pricePrecision":2,"quantityPrecision":3,"filters":[{"filterType":"PRICE_FILTER","tickSize":"0.01"},{"filterType":"LOT_SIZE","stepSize":"0.001","minQty":"0.001","maxQty":"100"}]}]})");
  rig.run(input);
  return 0;
}
