// Hyperliquid's order gateway: see order_gateway_rig.hpp.
#include "fuzz/order_gateway_rig.hpp"
#include "trunkline/venue/hyperliquid/orders/hyperliquid_order_gateway.hpp"

using namespace trunkline;
using namespace trunkline::venue::hyperliquid;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  auto key =
      protocol::signing::Secp256k1Key::parse("0x0123456789012345678901234567890123456789012345678901234567890123");
  orders::HyperliquidOrderGateway gateway({}, *std::move(key));
  fuzz::OrderGatewayRig rig(gateway, R"({"universe":[{"name":"BTC","szDecimals":5,"maxLeverage":40}]})");
  rig.run({reinterpret_cast<const char*>(data), size});
  return 0;
}
