// One symbol's book as the stream told it: what a late joiner needs to go on from here.
//
// The levels are kept only as long as every frame chains to the one before; whatever was lost or does not fit makes the
// book not ready, until the source's next snapshot, or until a frame proves that nothing of this symbol was lost.
//
// Thread: one.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "trunkline/book/ladder.hpp"
#include "trunkline/core/clock.hpp"
#include "trunkline/wire/frame.hpp"

namespace trunkline::relay {

class CachedBook {
 public:
  // What a frame did to the book.
  enum class Step : std::uint8_t {
    Applied,
    Healed,   // the book was in doubt, and this frame shows that it had missed nothing
    Broken,   // frames are missing: it does not chain, or its book is not there
    Ignored,  // it belongs to a book that is still being synchronised
  };

  // Of a symbol whose tick is known; absent: slower, never wrong.
  void set_tick(Price tick) noexcept { tick_ = tick; }

  void apply(const wire::BookStatus& status, std::uint32_t sequence);
  Step apply(const wire::L2Snapshot& snapshot, std::uint8_t flags, std::uint32_t sequence);
  Step apply(const wire::L2Delta& delta, std::uint8_t flags, std::uint32_t sequence);

  // Frames of this stream were lost, maybe of this symbol. The levels stay, and count again once a frame chains to
  // them.
  void doubt(Nanos now);
  // The source is gone: the book says Stale for this reason, and its levels are dropped.
  void lose(wire::BookReason reason);

  // Levels and chain are whole, between two messages, and the source does not call the book Stale.
  bool ready() const noexcept {
    return levels_ == Levels::Whole && !doubted_ &&
           (status_.state == wire::BookState::Live || status_.state == wire::BookState::Syncing);
  }
  bool has_status() const noexcept { return has_status_; }
  // There is nothing to be behind with: whoever has the status can go on with the frames that come.
  bool blank() const noexcept { return levels_ == Levels::None && !doubted_; }
  bool known() const noexcept { return has_status_ || levels_ != Levels::None; }
  bool doubted() const noexcept { return doubted_; }
  Nanos doubted_since() const noexcept { return doubted_since_; }
  // What is known of the book, and the sequence of the last frame that was applied. While in doubt it says
  // Stale(BusLoss).
  wire::BookStatus status() const noexcept;
  std::uint32_t sequence() const noexcept { return sequence_; }
  std::uint16_t connector() const noexcept { return static_cast<std::uint16_t>(status_.source >> 4); }
  // Changes with every frame that changed anything.
  std::uint64_t version() const noexcept { return version_; }
  std::uint64_t status_version() const noexcept { return status_version_; }

  // The stamps of a snapshot made now; its levels by side, best first.
  wire::L2Snapshot head() const noexcept;
  void levels(std::vector<wire::Level>& bids, std::vector<wire::Level>& asks) const;

 private:
  enum class Levels : std::uint8_t { None, Partial, Whole };

  static book::Ladder make_ladder(Price tick) { return book::Ladder({.tick = tick, .window_ticks = 1024}); }
  template <class Message>
  Step applied(const Message& message, std::uint8_t flags, std::uint32_t sequence, bool complete);
  void drop_levels();
  void status_changed() noexcept {
    status_version_ = ++version_;
    has_status_ = true;
  }

  Price tick_ = Price::absent();
  Price ladder_tick_ = Price::absent();
  book::Ladder ladder_ = make_ladder(Price::absent());
  Levels levels_ = Levels::None;
  bool has_status_ = false;
  bool doubted_ = false;
  bool partial_snapshot_ = false;  // Partial: which message the next part continues
  Nanos doubted_since_{0};
  std::uint32_t sequence_ = 0;
  std::uint64_t version_ = 0;
  std::uint64_t status_version_ = 0;
  wire::BookStatus status_{};  // source and update id follow the levels
  wire::L2Snapshot head_{};    // stamps of the last frame applied
};

}  // namespace trunkline::relay
