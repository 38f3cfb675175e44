// All that the venue keeps of one subscribed coin. Private to this folder.
#pragma once

#include "trunkline/venue/hyperliquid/hyperliquid_venue.hpp"
#include "trunkline/venue/hyperliquid/recent_trades.hpp"
#include "trunkline/venue/hyperliquid/snapshot_book.hpp"

namespace trunkline::venue::hyperliquid {

struct HyperliquidVenue::SymbolFeed final : MarketDataFeed {
  SymbolFeed(const Instrument& of, std::uint32_t index) : MarketDataFeed(of, index), book(of) {}

  SnapshotBook book;
  RecentTrades recent;
  wire::Quote last_quote;
  wire::Bar last_bar;  // open_time 0: none came
};

}  // namespace trunkline::venue::hyperliquid
