// One crypto symbol's book: the venue's whole book, then its changes, in; L2 frames and every change of the book's
// state out. The venue gives neither sequence nor checksum, so the book is Unverified; what can be seen to be wrong
// (crossed, malformed, silent, an audit's difference) makes it Stale, and the stream is subscribed once more. Update
// ids are ours. One thread at a time.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "trunkline/book/book.hpp"
#include "trunkline/book/ladder.hpp"
#include "trunkline/venue/alpaca/messages.hpp"
#include "trunkline/venue/context.hpp"
#include "trunkline/venue/instrument.hpp"

namespace trunkline::venue::alpaca {

class CryptoBook {
 public:
  explicit CryptoBook(const Instrument& instrument);

  // The stream is subscribed; its first message is the whole book.
  void start(const Context& context);
  // False: the book is Stale now and its stream is to be renewed.
  [[nodiscard]] bool on_message(const BookMessage& message, std::span<const wire::Level> bids,
                                std::span<const wire::Level> asks, const Context& context);
  // Stale until start(). Nothing where it has not begun.
  void fault(wire::BookReason reason, const Context& context);
  // Not wanted any more, or never to be had.
  void stop(wire::BookReason reason, const Context& context);
  // Says again how the book stands, levels and all.
  void resend(const Context& context) const;

  bool live() const noexcept { return state_ == wire::BookState::Live; }
  bool waits() const noexcept { return state_ == wire::BookState::Syncing; }
  Nanos since() const noexcept { return since_; }  // of the state
  wire::BookState state() const noexcept { return state_; }
  wire::BookReason reason() const noexcept { return reason_; }
  const book::Ladder& ladder() const noexcept { return ladder_; }
  std::uint64_t update_id() const noexcept { return update_id_; }
  Nanos venue_time() const noexcept { return venue_time_; }
  std::uint64_t early() const noexcept { return early_; }  // changes that came before the whole book

 private:
  void set_state(wire::BookState state, wire::BookReason reason, const Context& context);
  void publish_status(wire::BookState state, const Context& context) const;
  void publish_levels(bool as_live, const Context& context) const;

  SymbolHash symbol_;
  std::string text_;
  book::Ladder ladder_;
  wire::BookState state_ = wire::BookState::Init;
  wire::BookReason reason_ = wire::BookReason::None;
  Nanos since_{0};
  Nanos venue_time_{0};
  std::uint64_t update_id_ = 0;
  std::uint64_t gaps_ = 0;
  std::uint64_t resyncs_ = 0;
  std::uint64_t lives_ = 0;
  std::uint64_t early_ = 0;
};

}  // namespace trunkline::venue::alpaca
