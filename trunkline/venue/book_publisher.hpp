// One symbol's book as a venue keeps and tells it: the levels, how they stand, and the frames and events of every
// change. It knows no venue's rules: whoever owns it says what is right, and when. One thread at a time; changing
// levels does not allocate after warm-up.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "trunkline/book/book.hpp"
#include "trunkline/book/ladder.hpp"
#include "trunkline/venue/context.hpp"
#include "trunkline/venue/instrument.hpp"

namespace trunkline::venue {

class BookPublisher {
 public:
  BookPublisher(const Instrument& instrument, wire::Integrity integrity);

  wire::BookState state() const noexcept { return state_; }
  wire::BookReason reason() const noexcept { return reason_; }
  bool live() const noexcept { return state_ == wire::BookState::Live; }
  const book::Ladder& ladder() const noexcept { return ladder_; }
  // Of the last levels that were published.
  std::uint64_t update_id() const noexcept { return update_id_; }
  std::uint64_t gaps() const noexcept { return gaps_; }
  std::uint64_t resyncs() const noexcept { return resyncs_; }
  SymbolHash symbol() const noexcept { return symbol_; }
  const std::string& text() const noexcept { return text_; }

  // The state from here on, told to the stream and, where it matters to an operator, as an event. Live counts resyncs.
  void set_state(wire::BookState state, wire::BookReason reason, const Context& context);
  // Stale from here on: counts a gap and drops the levels.
  void fault(wire::BookReason reason, const Context& context);

  // What became of levels that were put in.
  enum class Taken : std::uint8_t { Yes, Crossed, Full };

  // The whole book. Put in, not published: check it, then publish_snapshot(). A book that is Live stays so.
  [[nodiscard]] Taken replace(std::span<const wire::Level> bids, std::span<const wire::Level> asks);
  void publish_snapshot(std::uint64_t update_id, Nanos exchange_time, std::span<const wire::Level> bids,
                        std::span<const wire::Level> asks, const Context& context);
  // Changed levels, quantity 0 removes. Put in, not published: check the book, then publish_delta().
  [[nodiscard]] Taken apply(std::span<const wire::Level> bids, std::span<const wire::Level> asks);
  // `in_ring`: the levels are sink.levels(), bids first, and are published in place.
  void publish_delta(std::uint64_t update_id, Nanos exchange_time, std::span<const wire::Level> bids,
                     std::span<const wire::Level> asks, bool in_ring, const Context& context);

  // Other levels of the same update id, which reach further. Published whole.
  void rebase(book::Ladder& ladder, const Context& context);
  // Says again how the book stands, levels and all where it has them.
  void resend(const Context& context) const;
  void clear() {
    ladder_.clear();
    whole_ = false;
  }

 private:
  Taken check(bool kept) const noexcept;
  void publish_status(wire::BookState state, const Context& context) const;
  void publish_levels(bool live, const Context& context) const;

  SymbolHash symbol_;
  std::string text_;
  wire::Integrity integrity_;
  book::Ladder ladder_;
  bool whole_ = false;  // the ladder holds a book
  wire::BookState state_ = wire::BookState::Init;
  wire::BookReason reason_ = wire::BookReason::None;
  std::uint64_t update_id_ = 0;
  std::uint64_t gaps_ = 0;
  std::uint64_t resyncs_ = 0;
  std::uint64_t lives_ = 0;
};

}  // namespace trunkline::venue
