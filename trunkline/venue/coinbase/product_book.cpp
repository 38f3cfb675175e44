#include "trunkline/venue/coinbase/product_book.hpp"

#include <algorithm>

namespace trunkline::venue::coinbase {

using wire::BookReason;
using wire::BookState;
using Taken = BookPublisher::Taken;

void ProductBook::start(const Context& context) {
  if (book_.live() || book_.state() == BookState::Syncing) return;
  since_ = context.now;
  const BookReason why = book_.reason();
  const bool new_start = book_.state() == BookState::Init || why == BookReason::Unsubscribed ||
                         why == BookReason::NotTrading || why == BookReason::Disconnected;
  book_.set_state(BookState::Syncing, new_start ? BookReason::Subscribed : why, context);
}

void ProductBook::stop(BookReason reason, const Context& context) {
  carrier_.reset();
  ask_at_ = Nanos{0};
  book_.clear();
  if (book_.state() != BookState::Stale || book_.reason() != reason) {
    book_.set_state(BookState::Stale, reason, context);
  }
}

bool ProductBook::take_snapshot(ConnectionId from, Nanos time, std::span<const wire::Level> bids,
                                std::span<const wire::Level> asks, const Context& context) {
  carrier_ = from;
  if (book_.live()) {
    // Another connection takes over, or the venue says it all again: the book goes on without a break.
    book::Ladder fresh({.tick = tick_});
    if (fresh.replace(bids, asks) && !fresh.crossed()) {
      book_.rebase(fresh, context);
      return true;
    }
  }
  if (!book_.live() && book_.state() != BookState::Syncing) start(context);
  const Taken taken = book_.replace(bids, asks);
  if (taken != Taken::Yes) {
    fault(taken == Taken::Crossed ? BookReason::Crossed : BookReason::BufferOverflow, context);
    return false;
  }
  book_.publish_snapshot(book_.update_id() + 1, time, bids, asks, context);
  since_ = context.now;
  ask_at_ = Nanos{0};
  book_.set_state(BookState::Live, BookReason::SnapshotApplied, context);
  return true;
}

ProductBook::Update ProductBook::take_update(ConnectionId from, Nanos time, std::span<const wire::Level> bids,
                                             std::span<const wire::Level> asks, bool in_ring, const Context& context) {
  if (!book_.live() || carrier_ != from) [[unlikely]]
    return Update::Ignored;
  for (const auto& [side, levels] : {std::pair{book::Side::Bid, bids}, std::pair{book::Side::Ask, asks}}) {
    for (const wire::Level& level : levels) {
      if (level.quantity.is_zero() && ladder().quantity_at(side, level.price).is_zero()) ++unknown_removals_;
    }
  }
  const Taken taken = book_.apply(bids, asks);
  if (taken != Taken::Yes) [[unlikely]] {
    fault(taken == Taken::Crossed ? BookReason::Crossed : BookReason::BufferOverflow, context);
    return Update::Fault;
  }
  book_.publish_delta(book_.update_id() + 1, time, bids, asks, in_ring, context);
  return Update::Applied;
}

void ProductBook::close(ConnectionId connection, const Context& context) {
  if (!rests_on(connection)) return;
  carrier_.reset();
  ask_at_ = Nanos{0};
  if (book_.live() || book_.state() == BookState::Syncing) book_.fault(BookReason::Disconnected, context);
}

void ProductBook::fault(BookReason reason, const Context& context) {
  if (!book_.live() && book_.state() != BookState::Syncing) return;
  if (book_.live() && context.now - since_ > settled_after) tries_ = 0;
  book_.fault(reason, context);
  carrier_.reset();
  const Nanos pause = tries_ == 0 ? Nanos{0} : first_pause * (std::int64_t{1} << std::min(tries_ - 1, 10U));
  ask_at_ = context.now + std::min(pause, longest_pause);
  ++tries_;
}

bool ProductBook::wants_snapshot(Nanos now) noexcept {
  if (book_.state() == BookState::Syncing && now - since_ > snapshot_limit) {
    since_ = now;
    return true;
  }
  if (ask_at_ == Nanos{0} || now < ask_at_) return false;
  ask_at_ = Nanos{0};
  return true;
}

}  // namespace trunkline::venue::coinbase
