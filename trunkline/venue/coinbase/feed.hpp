// All that the venue keeps of one subscribed product. Private to this folder.
#pragma once

#include "trunkline/venue/book_audit.hpp"
#include "trunkline/venue/coinbase/coinbase_venue.hpp"

namespace trunkline::venue::coinbase {

struct CoinbaseVenue::CoinbaseFeed final : MarketDataFeed {
  CoinbaseFeed(const Instrument& of, std::uint32_t index, wire::Integrity integrity)
      : MarketDataFeed(of, index), book(of, integrity) {}

  ProductBook book;
  BookAudit audit;
  std::uint32_t audit_serial = 0;    // of the request under way
  IdWindow ids;                      // of trades
  bool ids_may_restart = false;      // the stream was cut off
  std::uint64_t beat_trade_id = 0;   // of the heartbeat before; 0: none
  std::uint64_t quote_sequence = 0;  // of the last quote
  Nanos quote_time{0};
};

inline CoinbaseVenue::CoinbaseFeed& CoinbaseVenue::feed(std::uint32_t number) const noexcept {
  return static_cast<CoinbaseFeed&>(*feeds()[number]);
}

}  // namespace trunkline::venue::coinbase
