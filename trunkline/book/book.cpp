#include "trunkline/book/book.hpp"

namespace trunkline::book {

using wire::BookReason;
using wire::BookState;

Outcome Book::apply(const wire::FrameView& frame) {
  if (frame.stamp().symbol != symbol_) return Outcome::NotMine;
  const bool more = frame.has(wire::flag::more);
  if (const auto* delta = frame.as<wire::L2Delta>()) return apply_delta(*delta, frame.stamp(), more);
  if (const auto* snapshot = frame.as<wire::L2Snapshot>()) return apply_snapshot(*snapshot, frame.stamp(), more);
  if (const auto* status = frame.as<wire::BookStatus>()) return apply_status(*status);
  return Outcome::NotMine;
}

Outcome Book::apply_status(const wire::BookStatus& status) noexcept {
  integrity_ = status.integrity;
  gaps_ = status.gaps;
  resyncs_ = status.resyncs;
  part_ = no_part;
  if (status.state != BookState::Live) {
    state_ = status.state;
    reason_ = status.reason;
    whole_ = false;
  } else if (whole_) {
    state_ = BookState::Live;
    reason_ = status.reason;
  } else if (state_ != BookState::Stale) {
    state_ = BookState::Syncing;
  }
  return Outcome::Status;
}

Outcome Book::apply_snapshot(const wire::L2Snapshot& snapshot, const wire::Stamp& stamp, bool more) {
  const bool continues = part_ == wire::L2Snapshot::type && part_id_ == snapshot.update_id;
  if (!continues) {
    ladder_.clear();
    full_ = false;
  }
  full_ |= !ladder_.extend(bids(snapshot), asks(snapshot));
  part_ = more ? wire::L2Snapshot::type : no_part;
  part_id_ = snapshot.update_id;
  whole_ = false;
  if (more) {
    if (state_ == BookState::Live) state_ = BookState::Syncing;
    return Outcome::Part;
  }
  whole_ = true;
  return complete(stamp, snapshot.update_id);
}

Outcome Book::apply_delta(const wire::L2Delta& delta, const wire::Stamp& stamp, bool more) {
  if (!whole_) return Outcome::Ignored;
  const bool continues = part_ == wire::L2Delta::type && part_id_ == delta.update_id;
  if (delta.previous_update_id != update_id_ || (part_ != no_part && !continues)) {
    fault(BookReason::BusLoss);
    return Outcome::Gap;
  }
  full_ |= !ladder_.apply(bids(delta), asks(delta));
  part_ = more ? wire::L2Delta::type : no_part;
  part_id_ = delta.update_id;
  if (more) return Outcome::Part;
  return complete(stamp, delta.update_id);
}

Outcome Book::complete(const wire::Stamp& stamp, std::uint64_t update_id) noexcept {
  update_id_ = update_id;
  exchange_time_ = stamp.exchange_time;
  receive_time_ = stamp.receive_time;
  if (full_) {
    fault(BookReason::BufferOverflow);
    return Outcome::Full;
  }
  if (ladder_.crossed()) {
    fault(BookReason::Crossed);
    return Outcome::Crossed;
  }
  const bool live = (stamp.detail & live_once_applied) != 0;
  if (live != (state_ == BookState::Live) || state_ == BookState::Stale) {
    state_ = live ? BookState::Live : BookState::Syncing;
    reason_ = BookReason::SnapshotApplied;
  }
  return Outcome::Applied;
}

void Book::fault(BookReason reason) noexcept {
  if (whole_ || part_ != no_part) ++losses_;
  whole_ = false;
  part_ = no_part;
  state_ = BookState::Stale;
  reason_ = reason;
}

}  // namespace trunkline::book
