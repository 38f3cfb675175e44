// What a connector hands over: trades and book changes in plain terms, before they are frames. Times are Unix times;
// `received` 0 means now.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "trunkline/bus/pool.hpp"
#include "trunkline/core/clock.hpp"
#include "trunkline/core/symbol.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::connector {

enum class TakerSide : std::uint8_t { Unknown, Buy, Sell };

struct Trade {
  SymbolHash symbol = 0;
  Price price{};
  Quantity quantity{};
  TakerSide side = TakerSide::Unknown;
  std::uint64_t trade_id = 0;  // the venue's; for ids that are text hash_symbol_text(id)
  Nanos exchange_time{0};
  Nanos received{0};
};

enum class BookUpdateKind : std::uint8_t {
  Snapshot,  // the whole book, best level first
  Delta,     // changed levels, quantities absolute, 0 removes
};

struct BookUpdate {
  SymbolHash symbol = 0;
  BookUpdateKind kind = BookUpdateKind::Delta;
  std::uint64_t update_id = 0;  // 0: the venue has none, they are counted here
  // Of a delta: the id it follows. Where it is not the book's, there is a gap. Nullopt: the venue does not say.
  std::optional<std::uint64_t> previous_update_id;
  Nanos exchange_time{0};
  Nanos received{0};
  std::vector<wire::Level> bids;
  std::vector<wire::Level> asks;

  // As it was made, but for the room of the lists; the pool does it.
  void clear() {
    symbol = 0;
    kind = BookUpdateKind::Delta;
    update_id = 0;
    previous_update_id.reset();
    exchange_time = received = Nanos{0};
    bids.clear();
    asks.clear();
  }
};

inline constexpr std::size_t book_update_pool_size = 64;
using BookUpdatePool = bus::pool::Pool<BookUpdate, book_update_pool_size>;
using PooledBookUpdate = BookUpdatePool::Handle;

// What became of a trade or a book update.
enum class EmitResult : std::uint8_t {
  Published,
  UnknownSymbol,  // add_symbol() first
  Invalid,        // a price or quantity is absent or negative
  Waiting,        // a delta while the book waits for a snapshot
  Gap,            // it does not follow: the book is Stale now, a snapshot was asked for
  Crossed,        // the best bid meets the best ask: the book is Stale now, a snapshot was asked for
  Full,           // more levels than a book may hold: as Crossed
};

struct SymbolSetup {
  SymbolDescriptor symbol;
  std::string venue_symbol = {};  // as the venue writes it
  // What the venue gives to check a book by; Sequenced where deltas tell previous_update_id.
  wire::Integrity integrity = wire::Integrity::Unverified;
  Price tick = Price::absent();
  Quantity lot = Quantity::absent();
  std::uint8_t price_decimals = 0;
  std::uint8_t quantity_decimals = 0;
  wire::InstrumentKind kind = wire::InstrumentKind::Spot;
};

}  // namespace trunkline::connector
