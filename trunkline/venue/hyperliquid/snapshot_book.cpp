#include "trunkline/venue/hyperliquid/snapshot_book.hpp"

namespace trunkline::venue::hyperliquid {

using wire::BookReason;
using wire::BookState;

void SnapshotBook::start(const Context& context) {
  if (std::exchange(started_, true)) return;
  publisher_.set_state(BookState::Syncing, BookReason::Subscribed, context);
}

void SnapshotBook::stop(BookReason reason, const Context& context) {
  started_ = false;
  publisher_.clear();
  if (publisher_.state() != BookState::Stale || publisher_.reason() != reason) {
    publisher_.set_state(BookState::Stale, reason, context);
  }
}

void SnapshotBook::fault(BookReason reason, const Context& context) {
  if (!publisher_.live()) return;
  publisher_.fault(reason, context);
  publisher_.set_state(BookState::Syncing, reason, context);
}

void SnapshotBook::cut(const Context& context) {
  if (std::exchange(started_, false)) publisher_.fault(BookReason::Disconnected, context);
}

void SnapshotBook::take(Nanos exchange_time, std::span<const wire::Level> bids, std::span<const wire::Level> asks,
                        const Context& context) {
  if (!started_) return;
  switch (publisher_.replace(bids, asks)) {
    case BookPublisher::Taken::Yes:
      break;
    case BookPublisher::Taken::Crossed:
      return fault(BookReason::Crossed, context);
    case BookPublisher::Taken::Full:
      return fault(BookReason::BufferOverflow, context);
  }
  time_ = exchange_time;
  publisher_.publish_snapshot(publisher_.update_id() + 1, exchange_time, bids, asks, context);
  if (!publisher_.live()) publisher_.set_state(BookState::Live, BookReason::SnapshotApplied, context);
}

}  // namespace trunkline::venue::hyperliquid
