// All that the venue keeps of one subscribed symbol. Private to this folder.
#pragma once

#include <array>

#include "trunkline/venue/binance/binance_venue.hpp"

namespace trunkline::venue::binance {

struct BinanceVenue::BinanceFeed final : MarketDataFeed {
  BinanceFeed(const Instrument& of, const SegmentSpec& spec, std::uint32_t index, book::HoldLimits limits)
      : MarketDataFeed(of, index), depth(of, spec.sync_rule, index, limits) {}

  DepthFeed depth;
  std::uint64_t last_quote = 0;
  Nanos last_mark{0};
  struct LiquidationSeen {
    Nanos time{0};
    Price price;
    Quantity quantity;
  };
  std::array<LiquidationSeen, 8> liquidations{};
  std::size_t next_liquidation = 0;
};

inline BinanceVenue::BinanceFeed& BinanceVenue::feed(std::uint32_t number) const noexcept {
  return static_cast<BinanceFeed&>(*feeds()[number]);
}

}  // namespace trunkline::venue::binance
