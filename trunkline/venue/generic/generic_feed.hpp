// What GenericVenue keeps of one subscribed symbol, and of each thing it polls. Private to this folder.
#pragma once

#include "trunkline/venue/generic/generic_venue.hpp"

namespace trunkline::venue::generic {

struct GenericVenue::GenericFeed final : MarketDataFeed {
  GenericFeed(const Instrument& instrument_of, std::uint32_t index, SequenceRule rule, wire::Integrity integrity)
      : MarketDataFeed(instrument_of, index), book(instrument_of, rule, integrity) {}

  StreamBook book;
  Nanos refreshed{0};
  RecentIds ids;
  QuoteRecord quote;  // the last one, for messages that tell only what changed
  TickerRecord ticker;
};

struct GenericVenue::Poll {
  std::size_t number = 0;  // of the mapping's polls
  std::uint32_t feed = 0;
  Nanos due{0};
  bool asked = false;
  bool first = true;  // what it brings happened before we asked
  unsigned failures = 0;
  std::string etag;
  std::string last_modified;
};

inline GenericVenue::GenericFeed& GenericVenue::own(Feed& feed) noexcept {
  return static_cast<GenericFeed&>(feed);
}
inline const GenericVenue::GenericFeed& GenericVenue::own(const Feed& feed) noexcept {
  return static_cast<const GenericFeed&>(feed);
}

}  // namespace trunkline::venue::generic
