// What a late joiner needs, kept from the frames that go by: symbol mappings, the last status of each connection and
// book, and every book as it is now. Shared by relay, bridge and collector; knows nothing of sockets.
//
// Frames are applied in the order of the stream. Whoever feeds it must say where frames were lost (lose): the books
// concerned are then not given to anyone until they are right again.
//
// Thread: one. Memory: the mappings, and each book's levels (book/ladder.hpp, a window of 1024 ticks).
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "trunkline/core/clock.hpp"
#include "trunkline/relay/cached_book.hpp"
#include "trunkline/relay/chunk_store.hpp"
#include "trunkline/wire/frame.hpp"

namespace trunkline::relay {

// A frame kept by value.
class StoredFrame {
 public:
  StoredFrame() = default;
  explicit StoredFrame(wire::FrameView frame);
  wire::FrameView view() const noexcept;
  void add_flags(std::uint8_t flags) noexcept;
  explicit operator bool() const noexcept { return !words_.empty(); }

 private:
  std::vector<std::uint64_t> words_;  // of words, for alignment
};

class StreamCache {
 public:
  using Emit = std::function<void(wire::FrameView)>;

  // Symbols beyond that many are not cached: their frames share the index 0.
  static constexpr std::size_t max_symbols = 262'144;
  // The most levels of one recovered snapshot frame (32 KiB); more are split with flag `more`.
  static constexpr std::size_t levels_per_frame = 2'000;

  enum class Verdict : std::uint8_t {
    Pass,
    Healed,   // passes, and the symbol's book, in doubt before, is shown to be right
    Broken,   // passes, but the symbol's book has lost frames: lose_book() and ask for a new one
    Foreign,  // does not pass: a book message of a connector that does not write this book
  };
  struct Applied {
    SymbolIndex symbol = 0;
    Verdict verdict = Verdict::Pass;
  };
  Applied apply(wire::FrameView frame);

  // ---- Symbols: dense, from 1, in the order of first sight ----
  std::size_t symbols() const noexcept { return symbols_.size(); }  // the index 0 included
  SymbolHash hash_of(SymbolIndex symbol) const noexcept { return symbols_[symbol]->hash; }
  std::optional<SymbolIndex> find(SymbolHash hash) const;
  // Canonical text; empty before its mapping came.
  std::string_view text_of(SymbolIndex symbol) const noexcept;
  const CachedBook& book(SymbolIndex symbol) const noexcept { return symbols_[symbol]->book; }
  // Changes whenever the status or readiness of some book may have changed.
  std::uint64_t epoch() const noexcept { return epoch_; }

  // ---- For those who come late; all frames carry flag `recovered` ----
  void mappings(const Emit& emit) const;
  void connections(const Emit& emit) const;
  // The book's last status; none, and nothing emitted, where there never was one.
  void status(SymbolIndex symbol, const Emit& emit) const;
  // The same, but never Live, for a reader that has yet to get the levels: then Stale after a BusLoss, else Syncing.
  void status_without_levels(SymbolIndex symbol, wire::BookReason reason, const Emit& emit) const;
  // Status Syncing, the whole book, and the status as it is, for a book that is ready().
  void resync(SymbolIndex symbol, const Emit& emit) const;

  // ---- Loss: what is emitted here carries flag `recovered` too, for no source wrote it ----
  // Frames of these connectors were missed: each of their books is in doubt, and emitted as Stale(BusLoss).
  using Concerns = std::function<bool(std::uint16_t connector)>;
  void lose(const Concerns& concerns, Nanos now, const Emit& emit);
  void lose_book(SymbolIndex symbol, wire::BookReason reason, Nanos now, const Emit& emit);
  // These connectors are gone: their connections are Disconnected, their books Stale(Disconnected) and free for another
  // connector to write.
  void disconnect(const Concerns& concerns, Nanos now, std::string_view reason, const Emit& emit);
  // Books that have been in doubt for `patience`.
  template <class Each>
  void for_each_doubted(Nanos now, Nanos patience, Each&& each) const {
    if (doubted_ == 0) return;
    for (SymbolIndex symbol = 1; symbol < symbols_.size(); ++symbol) {
      const CachedBook& book = symbols_[symbol]->book;
      if (book.doubted() && now - book.doubted_since() >= patience) each(symbol);
    }
  }

 private:
  struct Symbol {
    SymbolHash hash = 0;
    StoredFrame mapping;
    CachedBook book;
    std::optional<std::uint16_t> writer;  // the connector whose book messages count
  };

  SymbolIndex index_of(SymbolHash hash);
  Applied apply_book(SymbolIndex index, wire::FrameView frame);
  void emit_status(const Symbol& symbol, wire::BookStatus status, Nanos now, const Emit& emit) const;

  std::vector<std::unique_ptr<Symbol>> symbols_ = [] {
    std::vector<std::unique_ptr<Symbol>> first;
    first.push_back(std::make_unique<Symbol>());
    return first;
  }();
  std::unordered_map<SymbolHash, SymbolIndex> by_hash_;
  struct Recent {
    SymbolHash hash = 0;
    SymbolIndex index = 0;
  };
  std::array<Recent, 256> recent_;                    // by the lowest byte of the hash; spares the search in by_hash_
  std::map<std::uint16_t, StoredFrame> connections_;  // by source
  std::uint64_t epoch_ = 1;
  std::uint64_t doubted_ = 0;  // losses since the cache began: 0, nothing can be in doubt
};

}  // namespace trunkline::relay
