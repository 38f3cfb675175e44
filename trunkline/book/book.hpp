// One symbol's book as any reader of the stream keeps it: a ladder, whether it can be trusted, and how that is known.
// Feed it every frame of the stream; it takes its own. A frame that does not follow makes the book Stale by itself,
// until the next snapshot. One thread at a time.
#pragma once

#include <cstdint>

#include "trunkline/book/ladder.hpp"
#include "trunkline/wire/frame.hpp"

namespace trunkline::book {

// In `detail` of L2Snapshot and L2Delta: the book is Live once this is applied.
inline constexpr std::uint16_t live_once_applied = 1;

enum class Outcome : std::uint8_t {
  NotMine,  // another symbol, or no book message
  Status,   // a BookStatus was taken
  Part,     // a part of a message; the book is whole again after its last part
  Applied,  // snapshot or delta: the book is at update_id()
  Ignored,  // a delta while there is no snapshot to put it on
  Gap,      // did not follow on what came before: the book is now Stale
  Crossed,  // the best bid met the best ask: the book is now Stale
  Full,     // more levels than the ladder may hold: the book is now Stale
};

class Book {
 public:
  explicit Book(SymbolHash symbol, LadderConfig config = {}) : symbol_(symbol), ladder_(config) {}

  Outcome apply(const wire::FrameView& frame);
  // The caller missed frames that may have been this book's: Stale until the next snapshot.
  void lost(wire::BookReason reason = wire::BookReason::BusLoss) noexcept { fault(reason); }

  SymbolHash symbol() const noexcept { return symbol_; }
  const Ladder& ladder() const noexcept { return ladder_; }
  // True only where the venue says Live and every frame since the last snapshot was applied.
  bool live() const noexcept { return state_ == wire::BookState::Live && part_ == no_part; }
  wire::BookState state() const noexcept { return state_; }
  wire::Integrity integrity() const noexcept { return integrity_; }
  wire::BookReason reason() const noexcept { return reason_; }
  std::uint64_t update_id() const noexcept { return update_id_; }
  Nanos exchange_time() const noexcept { return exchange_time_; }
  Nanos receive_time() const noexcept { return receive_time_; }
  // The venue's counters, and the losses that this reader found by itself.
  std::uint64_t gaps() const noexcept { return gaps_; }
  std::uint64_t resyncs() const noexcept { return resyncs_; }
  std::uint64_t losses() const noexcept { return losses_; }

 private:
  static constexpr wire::MessageType no_part{};

  Outcome apply_status(const wire::BookStatus& status) noexcept;
  Outcome apply_snapshot(const wire::L2Snapshot& snapshot, const wire::Stamp& stamp, bool more);
  Outcome apply_delta(const wire::L2Delta& delta, const wire::Stamp& stamp, bool more);
  Outcome complete(const wire::Stamp& stamp, std::uint64_t update_id) noexcept;
  void fault(wire::BookReason reason) noexcept;

  SymbolHash symbol_;
  Ladder ladder_;
  wire::BookState state_ = wire::BookState::Init;
  wire::Integrity integrity_ = wire::Integrity::Unverified;
  wire::BookReason reason_ = wire::BookReason::None;
  bool whole_ = false;  // every frame since a snapshot was applied
  bool full_ = false;
  wire::MessageType part_ = no_part;  // the message whose parts are coming
  std::uint64_t part_id_ = 0;
  std::uint64_t update_id_ = 0;
  Nanos exchange_time_{0};
  Nanos receive_time_{0};
  std::uint64_t gaps_ = 0;
  std::uint64_t resyncs_ = 0;
  std::uint64_t losses_ = 0;
};

}  // namespace trunkline::book
