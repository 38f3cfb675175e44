// What of a stream is handed on, and how often: symbols, kinds, books cut to a depth, books and quotes conflated,
// trades far from the market marked. Nothing is left out silently: counts() says how much. What remains is numbered
// anew, so that no reader takes it for a loss.
//
// A cut or conflated book is told by what changed in it since it was last told: levels that fall out of the depth are
// removed, those that come back are added, and update ids chain.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "trunkline/book/book.hpp"
#include "trunkline/core/clock.hpp"
#include "trunkline/core/symbol.hpp"
#include "trunkline/venue/channels.hpp"
#include "trunkline/wire/frame.hpp"

namespace trunkline::relay {

struct FilterConfig {
  std::vector<std::string> symbols = {};  // canonical texts; empty: all
  venue::Channels kinds = {};             // empty: all
  std::uint32_t depth = 0;                // levels a side; 0: whole books
  Nanos conflation{0};                    // books and quotes of a symbol at most this often; 0: each change
  std::uint32_t price_band = 0;           // basis points around the middle of bid and ask; 0: none

  bool any() const noexcept {
    return !symbols.empty() || !kinds.empty() || depth != 0 || conflation != Nanos{0} || price_band != 0;
  }
};

struct FilterCounts {
  std::uint64_t symbol = 0;  // frames of other symbols
  std::uint64_t kind = 0;    // frames of other kinds
  std::uint64_t joined = 0;  // book messages and quotes that a later one replaces, or that changed nothing in the depth
  std::uint64_t outliers = 0;  // trades that were marked
};

class StreamFilter {
 public:
  // Gets what remains; the frame is valid during the call.
  using Emit = std::function<void(wire::FrameView)>;

  StreamFilter(FilterConfig config, Emit emit);

  // The next frame of the stream. Frames of one connector come in their order.
  void take(wire::FrameView frame);
  // Tells the books and quotes whose time has come; Unix time.
  void tick(Nanos now);

  const FilterCounts& counts() const noexcept { return counts_; }

 private:
  using Levels = std::vector<wire::Level>;
  struct Symbol {
    explicit Symbol(SymbolHash hash) : book(hash) {}
    book::Book book;
    wire::Stamp last{};  // of the book's last message
    Levels shown[2];     // bids, asks: what readers hold
    std::uint64_t shown_id = 0;
    bool shown_live = false;
    bool whole = false;         // readers hold a book of ours
    std::uint64_t waiting = 0;  // changes that are not told yet
    Nanos book_told{0};
    Nanos quote_told{0};
    std::optional<wire::Quote> quote;  // not told yet
    std::uint8_t quote_flags = 0;
    Price middle = Price::absent();  // of bid and ask, or the last trade's price
  };

  bool due(Nanos told, Nanos now) const noexcept { return now < told || now - told >= config_.conflation; }
  Symbol& symbol(SymbolHash hash) { return symbols_.try_emplace(hash, hash).first->second; }
  void take_trade(wire::FrameView frame, const wire::Trade& trade);
  void take_quote(wire::FrameView frame, const wire::Quote& quote);
  void take_book(wire::FrameView frame);
  void tell_book(Symbol& of, Nanos now);
  void tell_snapshot(Symbol& of, const wire::L2Snapshot& snapshot);
  void tell_broken(Symbol& of);
  bool is_outlier(const wire::Trade& trade) const;

  std::uint32_t next_sequence(std::uint16_t source, std::uint32_t first);
  void pass(wire::FrameView frame);
  template <class Message>
  void write(const Message& message, std::uint8_t flags);
  template <class Message>
  void write_levels(Message message, std::span<const wire::Level> bids, std::span<const wire::Level> asks);

  FilterConfig config_;
  Emit emit_;
  FilterCounts counts_;
  std::unordered_set<SymbolHash> wanted_;
  std::unordered_map<SymbolHash, Symbol> symbols_;
  std::unordered_map<std::uint16_t, std::uint32_t> sequences_;  // of the next frame, by connector
  std::vector<std::uint64_t> buffer_;
  Levels scratch_[2];
  Levels changes_[2];
};

}  // namespace trunkline::relay
