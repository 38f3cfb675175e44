// All that the venue keeps of one subscribed symbol. Private to this folder.
#pragma once

#include "trunkline/venue/kraken/kraken_venue.hpp"

namespace trunkline::venue::kraken {

struct KrakenVenue::SymbolFeed final : MarketDataFeed {
  SymbolFeed(const Instrument& of, std::uint32_t index, std::size_t depth)
      : MarketDataFeed(of, index), book(of, depth) {}

  BookFeed book;
  BookAudit audit;
  std::uint32_t audit_serial = 0;  // of the latest request
  wire::Quote last_quote;
  wire::Bar last_bar;  // open_time 0: none came
};

}  // namespace trunkline::venue::kraken
