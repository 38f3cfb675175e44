// One stream of symbols from two sources: the primary, and a backup that takes over a symbol when the primary's book is
// Stale or its connection is gone. Takes frames of either, writes to a sink of its own; knows no threads.
//
// Books, quotes and everything but trades come from the source that is active for the symbol. A change of sources is
// told as BookStatus Stale with the reason, Syncing, the other's whole book, Live. The primary is active again once its
// book has been Live for `return_after`; its first book is waited for as long as `first_book_limit`. Where both sources
// are the same exchange their trade ids are one series: a trade goes through once, whichever brings it first, and none
// is missed that either brought; else trades come from the active one. Frames tell their source: connection numbers 0
// to 7 are the primary's, 8 to 15 the backup's.
//
// Thread: one at a time.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "trunkline/book/book.hpp"
#include "trunkline/connector/trade_series.hpp"
#include "trunkline/core/event.hpp"
#include "trunkline/core/symbol.hpp"
#include "trunkline/venue/sink.hpp"
#include "trunkline/wire/frame.hpp"

namespace trunkline::connector {

class Failover {
 public:
  static constexpr std::size_t sources = 2;  // 0 the primary, 1 the backup

  struct Config {
    Nanos return_after = std::chrono::seconds{30};
    Nanos first_book_limit = std::chrono::seconds{3};
    bool one_series_of_trades = true;  // both sources are the same exchange, which numbers its trades
  };
  using Report = std::function<void(Event)>;

  Failover(Config config, venue::Sink& sink, Report report)
      : config_(config), sink_(sink), report_(std::move(report)) {}

  // Both sources begin, perhaps anew.
  void start(Nanos now) noexcept { may_take_over_ = now + config_.first_book_limit; }
  // `backup` stands in for `primary`; both are canonical texts, and may be the same one.
  void add(std::string_view primary, std::string_view backup, Nanos now);
  void apply(std::size_t source, const wire::FrameView& frame, Nanos now);
  // Frames of this source were missed: its books are not used until they come whole again.
  void lost(std::size_t source, Nanos now);
  // About ten times a second: brings symbols back to a primary that has been right for long enough.
  void tick(Nanos now);

  // The whole book and mapping of a symbol once more. False: there is no such symbol.
  bool resend(SymbolHash symbol, Nanos now);

  std::uint64_t switches() const noexcept { return switches_; }
  // Which source a symbol is taken from now; the primary for one that is not known.
  std::size_t active(SymbolHash symbol) const;

 private:
  struct Source {
    explicit Source(SymbolHash hash) : book(hash) {}
    book::Book book;
    Nanos live_since{0};
    bool mapped = false;
    std::string venue_symbol;
    wire::SymbolMapping mapping;
  };
  struct Symbol {
    Symbol(std::string a_text, SymbolHash a_primary, SymbolHash a_backup)
        : text(std::move(a_text)), hash(a_primary), from{Source(a_primary), Source(a_backup)} {}
    std::string text;
    SymbolHash hash;  // as it is told: the primary's
    std::array<Source, sources> from;
    std::size_t active = 0;
    Nanos may_take_over{0};
    std::array<TradeSeries, 2> trades;  // single ones, aggregates
    std::uint64_t trades_lost = 0;
  };

  void take_mapping(Symbol& symbol, std::size_t source, const wire::FrameView& frame);
  void take_book(Symbol& symbol, std::size_t source, const wire::FrameView& frame, Nanos now);
  void take_trade(Symbol& symbol, std::size_t source, const wire::FrameView& frame);
  void take_gap(Symbol& symbol, std::size_t source, const wire::FrameView& frame);
  void make_active(Symbol& symbol, std::size_t source, wire::BookReason reason, Nanos now);
  // The primary's book cannot be had, and the backup's can.
  bool needs_backup(const Symbol& symbol, Nanos now) const noexcept;
  void publish_mapping(const Symbol& symbol, std::size_t source);
  void publish_book(const Symbol& symbol);
  void publish_status(const Symbol& symbol, wire::BookState state, wire::BookReason reason);
  // The frame as it came but for its stamps and its symbol.
  template <class Message>
  void forward(const Symbol& symbol, const wire::FrameView& frame);
  void begin(std::size_t source, const wire::FrameView& frame) noexcept;

  Config config_;
  venue::Sink& sink_;
  Report report_;
  std::unordered_map<SymbolHash, Symbol> symbols_;                             // by the primary's hash
  std::array<std::unordered_map<SymbolHash, SymbolHash>, sources> by_source_;  // to the primary's
  std::array<bool, sources> connected_{};
  Nanos may_take_over_{0};
  std::uint64_t switches_ = 0;
};

}  // namespace trunkline::connector
