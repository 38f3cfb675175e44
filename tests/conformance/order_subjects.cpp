#include "conformance/order_subject.hpp"

namespace trunkline::conformance {

const std::vector<OrderSubject>& order_subjects() {
  static const std::vector<OrderSubject> all = {
      {.exchange = "binance",
       .symbol = "binance:BTC-USDT",
       .currency = "BTC",
       .amount = "0.01",
       .lacks = {{58, "spot has no reduce-only"},
                 {59, "spot has no leverage"},
                 {60, "spot has no funding"},
                 {61, "spot has no dead man's switch; cancel_on_disconnect stands in"}}},
      {.exchange = "binance_usdm",
       .symbol = "binance_usdm:BTC-USDT",
       .currency = "USDT",
       .amount = "0.01",
       .market = "usdm"},
      {.exchange = "hyperliquid",
       .symbol = "hyperliquid:BTC-USD",
       .currency = "USDC",
       .amount = "0.01",
       .equity = true,
       .market = "usdm",
       .lacks = {{51, "the venue has no fill-or-kill"}}},
  };
  return all;
}

}  // namespace trunkline::conformance
