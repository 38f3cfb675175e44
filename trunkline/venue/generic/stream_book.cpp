#include "trunkline/venue/generic/stream_book.hpp"

#include <algorithm>

namespace trunkline::venue::generic {

using wire::BookReason;
using wire::BookState;
using Taken = BookPublisher::Taken;

void StreamBook::wait(BookReason reason, const Context& context) {
  waiting_since_ = context.now;
  missed_any_ = false;
  publisher_.set_state(BookState::Syncing, reason, context);
}

void StreamBook::start(const Context& context) {
  if (publisher_.state() == BookState::Init || (publisher_.state() == BookState::Stale && waiting_since_ == Nanos{0})) {
    tries_ = 0;
    wait(BookReason::Subscribed, context);
  }
}

void StreamBook::stop(BookReason reason, const Context& context) {
  waiting_since_ = Nanos{0};
  publisher_.clear();
  if (publisher_.state() != BookState::Stale || publisher_.reason() != reason) {
    publisher_.set_state(BookState::Stale, reason, context);
  }
}

void StreamBook::closed(std::uint32_t source, bool other, const Context& context) {
  const bool waits = waiting_since_ != Nanos{0};
  if (publisher_.state() == BookState::Init || (!waits && source != source_)) return;
  if (waits && other) return;
  if (publisher_.state() != BookState::Stale) publisher_.fault(BookReason::Disconnected, context);
  waiting_since_ = Nanos{0};
  // Its own snapshot may still be on its way; if not, it is asked for again.
  if (other) wait(BookReason::Disconnected, context);
}

StreamBook::Need StreamBook::fault(BookReason reason, const Context& context) {
  if (publisher_.state() == BookState::Init || waiting_since_ != Nanos{0}) return Need::Nothing;
  publisher_.fault(reason, context);
  wait(reason, context);
  return Need::Snapshot;
}

StreamBook::Need StreamBook::on_tick(const Context& context) {
  // Where nothing comes at all, the subscription is silent, which is found elsewhere.
  if (waiting_since_ == Nanos{0} || !missed_any_) return Need::Nothing;
  // A clock that was set back does not make it wait for ever.
  const Nanos waited = context.now - std::min(waiting_since_, context.now);
  if (waited < snapshot_limit * (1 << std::min(tries_, 5U))) return Need::Nothing;
  ++tries_;
  waiting_since_ = context.now;
  missed_any_ = false;
  return Need::Snapshot;
}

StreamBook::Fit StreamBook::fit(const book::UpdateIds& ids) const noexcept {
  switch (rule_) {
    case SequenceRule::None:
      return Fit::Next;
    case SequenceRule::PlusOne:
      if (ids.first == last_ + 1 && ids.last >= ids.first) return Fit::Next;
      // The first change may reach back to before the snapshot.
      if (!joined_ && ids.first <= last_ && ids.last > last_) return Fit::Next;
      break;
    case SequenceRule::PreviousId:
      if (ids.previous == last_) return Fit::Next;
      break;
  }
  // What came before is no loss, unless nothing else comes any more.
  return ids.last <= last_ && stale_ < max_stale ? Fit::Known : Fit::Gap;
}

StreamBook::Need StreamBook::take(const BookRecord& record, std::uint32_t source, const Context& context) {
  if (record.snapshot) return take_snapshot(record, source, context);
  // Before its snapshot, or of the connection that is being replaced.
  if (!publisher_.live() || source != source_) {
    missed_any_ = true;
    return Need::Nothing;
  }
  switch (fit(record.ids)) {
    case Fit::Next:
      break;
    case Fit::Known:
      ++stale_;
      ++duplicates_;
      return Need::Nothing;
    case Fit::Gap:
      return fault(BookReason::SequenceGap, context);
  }
  joined_ = true;
  stale_ = 0;
  const Taken taken = publisher_.apply(record.bids, record.asks);
  if (taken != Taken::Yes) {
    return fault(taken == Taken::Crossed ? BookReason::Crossed : BookReason::BufferOverflow, context);
  }
  last_ = rule_ == SequenceRule::None ? last_ + 1 : record.ids.last;
  publisher_.publish_delta(last_, record.time, record.bids, record.asks, false, context);
  return Need::Nothing;
}

StreamBook::Need StreamBook::take_snapshot(const BookRecord& record, std::uint32_t source, const Context& context) {
  if (publisher_.state() == BookState::Init) publisher_.set_state(BookState::Syncing, BookReason::Subscribed, context);
  const Taken taken = publisher_.replace(record.bids, record.asks);
  if (taken != Taken::Yes) {
    // The next one may be right: it is waited for, not asked for at once.
    waiting_since_ = Nanos{0};
    (void)fault(taken == Taken::Crossed ? BookReason::Crossed : BookReason::BufferOverflow, context);
    return Need::Nothing;
  }
  source_ = source;
  waiting_since_ = Nanos{0};
  tries_ = 0;
  joined_ = false;
  stale_ = 0;
  last_ = rule_ == SequenceRule::None ? last_ + 1 : record.ids.last;
  publisher_.publish_snapshot(last_, record.time, record.bids, record.asks, context);
  if (!publisher_.live()) publisher_.set_state(BookState::Live, BookReason::SnapshotApplied, context);
  return Need::Nothing;
}

}  // namespace trunkline::venue::generic
