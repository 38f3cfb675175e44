#include "trunkline/venue/book_publisher.hpp"

#include <utility>
#include <vector>

namespace trunkline::venue {

using wire::BookReason;
using wire::BookState;

BookPublisher::BookPublisher(const Instrument& instrument, wire::Integrity integrity)
    : symbol_(instrument.hash), text_(instrument.text), integrity_(integrity), ladder_({.tick = instrument.tick}) {}

void BookPublisher::publish_status(BookState state, const Context& context) const {
  wire::BookStatus status;
  status.symbol = symbol_;
  status.update_id = update_id_;
  status.gaps = gaps_;
  status.resyncs = resyncs_;
  status.state = state;
  status.integrity = integrity_;
  status.reason = reason_;
  context.sink.publish(status);
}

void BookPublisher::set_state(BookState state, BookReason reason, const Context& context) {
  const bool was_live = live();
  state_ = state;
  reason_ = reason;
  if (live() && lives_++ != 0) ++resyncs_;
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

void BookPublisher::fault(BookReason reason, const Context& context) {
  ++gaps_;
  clear();
  set_state(BookState::Stale, reason, context);
}

BookPublisher::Taken BookPublisher::check(bool kept) const noexcept {
  return !kept ? Taken::Full : ladder_.crossed() ? Taken::Crossed : Taken::Yes;
}

BookPublisher::Taken BookPublisher::replace(std::span<const wire::Level> bids, std::span<const wire::Level> asks) {
  return check(ladder_.replace(bids, asks));
}

BookPublisher::Taken BookPublisher::apply(std::span<const wire::Level> bids, std::span<const wire::Level> asks) {
  return check(ladder_.apply(bids, asks));
}

void BookPublisher::publish_snapshot(std::uint64_t update_id, Nanos exchange_time, std::span<const wire::Level> bids,
                                     std::span<const wire::Level> asks, const Context& context) {
  update_id_ = update_id;
  whole_ = true;
  wire::L2Snapshot frame;
  frame.symbol = symbol_;
  frame.exchange_time = exchange_time;
  frame.detail = live() ? book::live_once_applied : 0;
  frame.update_id = update_id;
  context.sink.publish_book(frame, bids, asks);
}

void BookPublisher::publish_delta(std::uint64_t update_id, Nanos exchange_time, std::span<const wire::Level> bids,
                                  std::span<const wire::Level> asks, bool in_ring, const Context& context) {
  wire::L2Delta delta;
  delta.symbol = symbol_;
  delta.exchange_time = exchange_time;
  delta.detail = book::live_once_applied;
  delta.previous_update_id = std::exchange(update_id_, update_id);
  delta.update_id = update_id;
  if (in_ring) [[likely]] {
    delta.bid_count = static_cast<std::uint32_t>(bids.size());
    delta.ask_count = static_cast<std::uint32_t>(asks.size());
    context.sink.publish_levels(delta);
  } else {
    context.sink.publish_book(delta, bids, asks);
  }
}

void BookPublisher::publish_levels(bool live, const Context& context) const {
  std::vector<wire::Level> sides[2];
  for (const book::Side side : {book::Side::Bid, book::Side::Ask}) {
    auto& levels = sides[std::to_underlying(side)];
    levels.reserve(ladder_.size(side));
    ladder_.walk(side, [&](const wire::Level& level) {
      levels.push_back(level);
      return true;
    });
  }
  wire::L2Snapshot frame;
  frame.symbol = symbol_;
  frame.detail = live ? book::live_once_applied : 0;
  frame.update_id = update_id_;
  context.sink.publish_book(frame, std::span<const wire::Level>(sides[0]), std::span<const wire::Level>(sides[1]));
}

void BookPublisher::rebase(book::Ladder& ladder, const Context& context) {
  std::swap(ladder_, ladder);
  publish_levels(true, context);
}

void BookPublisher::resend(const Context& context) const {
  if (!whole_) return publish_status(state_, context);
  publish_status(BookState::Syncing, context);
  publish_levels(false, context);
  if (live()) publish_status(BookState::Live, context);
}

}  // namespace trunkline::venue
