// All that the venue keeps of one subscribed symbol. Private to this folder.
#pragma once

#include <array>

#include "trunkline/venue/binance/binance_venue.hpp"

namespace trunkline::venue::binance {

struct BinanceVenue::Feed {
  Feed(const Instrument& of, const SegmentSpec& spec, std::uint32_t index, book::HoldLimits limits)
      : number(index), instrument(of), depth(of, spec.sync_rule, index, limits) {}

  bool wants(Channel channel) const noexcept { return wanted.contains(channel); }
  Freshness& fresh(Channel channel) noexcept { return freshness[static_cast<std::size_t>(channel)]; }

  std::uint32_t number;
  Instrument instrument;
  Channels wanted;
  DepthFeed depth;
  IdWindow trades;
  IdWindow aggregates;
  std::uint64_t last_quote = 0;
  Nanos last_mark{0};
  struct LiquidationSeen {
    Nanos time{0};
    Price price;
    Quantity quantity;
  };
  std::array<LiquidationSeen, 8> liquidations{};
  std::size_t next_liquidation = 0;
  std::array<Freshness, channel_count> freshness{};
  std::array<bool, channel_count> silence_reported{};
};

}  // namespace trunkline::venue::binance
