// What the benchmarks with sockets share: the smallest Binance that a connector subscribes to, and no log.
#pragma once

#include <cstdint>
#include <fmt/format.h>
#include <string>
#include <string_view>

#include "trunkline/core/event.hpp"

namespace trunkline::bench {

struct NoLog final : EventLog {
  void write(const Event&) override {}
};

inline constexpr std::string_view exchange_info =
    R"({"symbols":[{"symbol":"BTCUSDT","status":"TRADING","baseAsset":"BTC","quoteAsset":"USDT","filters":[)"
    R"({"filterType":"PRICE_FILTER","tickSize":"0.01000000"},{"filterType":"LOT_SIZE","stepSize":"0.00001000"}]}]})";

inline std::string trade(std::uint64_t id) {
  return fmt::format(R"({{"stream":"btcusdt@trade","data":{{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":{},)"
                     R"("p":"61837.63000000","q":"0.00116000","T":1723161255342,"m":true,"M":true}}}})",
                     id);
}

}  // namespace trunkline::bench
