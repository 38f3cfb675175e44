#include "trunkline/venue/alpaca/crypto_book.hpp"

#include <utility>
#include <vector>

namespace trunkline::venue::alpaca {

using wire::BookReason;
using wire::BookState;

CryptoBook::CryptoBook(const Instrument& instrument)
    : symbol_(instrument.hash), text_(instrument.text), ladder_({.tick = instrument.tick}) {}

void CryptoBook::publish_status(BookState state, const Context& context) const {
  wire::BookStatus status;
  status.symbol = symbol_;
  status.update_id = update_id_;
  status.gaps = gaps_;
  status.resyncs = resyncs_;
  status.state = state;
  status.integrity = wire::Integrity::Unverified;
  status.reason = reason_;
  context.sink.publish(status);
}

// From the ladder: the venue promises no order of levels.
void CryptoBook::publish_levels(bool as_live, const Context& context) const {
  std::vector<wire::Level> sides[2];
  for (const book::Side side : {book::Side::Bid, book::Side::Ask}) {
    ladder_.walk(side, [&](const wire::Level& level) {
      sides[std::to_underlying(side)].push_back(level);
      return true;
    });
  }
  wire::L2Snapshot frame;
  frame.symbol = symbol_;
  frame.exchange_time = venue_time_;
  frame.detail = as_live ? book::live_once_applied : 0;
  frame.update_id = update_id_;
  context.sink.publish_book(frame, std::span<const wire::Level>(sides[0]), std::span<const wire::Level>(sides[1]));
}

void CryptoBook::set_state(BookState state, BookReason reason, const Context& context) {
  const bool was_live = live();
  state_ = state;
  reason_ = reason;
  since_ = context.now;
  publish_status(state, context);
  if (live() == was_live && state != BookState::Stale) return;
  context.outbox.report({live() ? Severity::Info : Severity::Warning,
                         live() ? "book_live" : "book_stale",
                         std::string(context.connector),
                         text_,
                         {{"reason", std::string(wire::to_text(reason))},
                          {"update_id", std::to_string(update_id_)},
                          {"gaps", std::to_string(gaps_)}}});
}

void CryptoBook::start(const Context& context) {
  set_state(BookState::Syncing, state_ == BookState::Stale ? reason_ : BookReason::Subscribed, context);
}

bool CryptoBook::on_message(const BookMessage& message, std::span<const wire::Level> bids,
                            std::span<const wire::Level> asks, const Context& context) {
  if (state_ != BookState::Syncing && state_ != BookState::Live) return true;
  if (!message.whole && state_ == BookState::Syncing) {
    ++early_;
    return true;
  }
  const bool kept = message.whole ? ladder_.replace(bids, asks) : ladder_.apply(bids, asks);
  if (!kept || ladder_.crossed()) {
    fault(kept ? BookReason::Crossed : BookReason::BufferOverflow, context);
    return false;
  }
  const std::uint64_t previous = update_id_++;
  venue_time_ = message.time;
  if (message.whole) {
    publish_levels(live(), context);
    if (live()) return true;
    if (lives_++ != 0) ++resyncs_;
    set_state(BookState::Live, BookReason::SnapshotApplied, context);
    return true;
  }
  wire::L2Delta frame;
  frame.symbol = symbol_;
  frame.exchange_time = message.time;
  frame.detail = book::live_once_applied;
  frame.previous_update_id = previous;
  frame.update_id = update_id_;
  context.sink.publish_book(frame, bids, asks);
  return true;
}

void CryptoBook::fault(BookReason reason, const Context& context) {
  if (state_ == BookState::Init || state_ == BookState::Stale) return;
  ++gaps_;
  ladder_.clear();
  set_state(BookState::Stale, reason, context);
}

void CryptoBook::stop(BookReason reason, const Context& context) {
  ladder_.clear();
  if (state_ != BookState::Stale || reason_ != reason) set_state(BookState::Stale, reason, context);
}

void CryptoBook::resend(const Context& context) const {
  if (!live()) return publish_status(state_, context);
  publish_status(BookState::Syncing, context);
  publish_levels(false, context);
  publish_status(BookState::Live, context);
}

}  // namespace trunkline::venue::alpaca
