#include "trunkline/venue/binance/depth_feed.hpp"

#include <utility>

namespace trunkline::venue::binance {

using book::DeltaVerdict;
using book::Phase;
using wire::BookReason;
using wire::BookState;

namespace {

BookReason reason_of(BookPublisher::Taken taken) noexcept {
  return taken == BookPublisher::Taken::Crossed ? BookReason::Crossed : BookReason::BufferOverflow;
}

}  // namespace

DepthFeed::DepthFeed(const Instrument& instrument, book::SyncRule rule, std::uint32_t feed, book::HoldLimits limits)
    : feed_(feed), sync_(rule, limits), book_(instrument, wire::Integrity::Sequenced) {}

void DepthFeed::set_state(BookState state, BookReason reason, const Context& context) {
  book_.set_state(state, reason, context);
  if (sync_.refused() == reported_refusals_) return;
  reported_refusals_ = sync_.refused();
  context.outbox.report({Severity::Error, "book_transition_refused", std::string(context.connector), book_.text(), {}});
}

DepthFeed::Need DepthFeed::start(const Context& context) {
  if (sync_.phase() != Phase::Init && sync_.phase() != Phase::Stale) return Need::Nothing;
  sync_.begin();
  set_state(BookState::Syncing, BookReason::Subscribed, context);
  return Need::Snapshot;
}

void DepthFeed::stop(BookReason reason, const Context& context) {
  if (sync_.phase() != Phase::Init) sync_.fault();
  book_.clear();
  quotes_.forget();
  if (book_.state() != BookState::Stale || book_.reason() != reason) set_state(BookState::Stale, reason, context);
}

DepthFeed::Need DepthFeed::fault(BookReason reason, const Context& context) {
  if (sync_.phase() == Phase::Init || sync_.phase() == Phase::Stale) return Need::Nothing;
  sync_.fault();
  quotes_.forget_books();
  book_.fault(reason, context);
  return restart(context);
}

DepthFeed::Need DepthFeed::restart(const Context& context) {
  sync_.begin();
  set_state(BookState::Syncing, book_.reason(), context);
  return Need::Snapshot;
}

void DepthFeed::become_live(const Context& context) {
  set_state(BookState::Live, BookReason::SnapshotApplied, context);
}

DepthFeed::Need DepthFeed::on_event(const DepthMessage& event, std::span<const wire::Level> bids,
                                    std::span<const wire::Level> asks, bool in_ring, std::uint32_t source,
                                    const Context& context) {
  const DeltaVerdict verdict = sync_.on_delta(event.ids, source);
  switch (verdict) {
    case DeltaVerdict::Apply:
      if (!apply(event.ids, event.time, bids, asks, in_ring, context)) return Need::Snapshot;
      return sync_.holds_any() ? take_held(context) : Need::Nothing;
    case DeltaVerdict::Drop:
      ++duplicates_;
      if (sync_.phase() == Phase::Live && !live()) become_live(context);
      return Need::Nothing;
    case DeltaVerdict::Stray:
      return Need::Nothing;
    case DeltaVerdict::Gap:
    case DeltaVerdict::Hold:
    case DeltaVerdict::Refetch:
      break;
  }
  // Copied before anything is published: the levels may lie in the ring.
  book::HeldDelta held{event.ids, event.time, source, bids.size(), {}};
  held.levels.reserve(bids.size() + asks.size());
  held.levels.assign(bids.begin(), bids.end());
  held.levels.insert(held.levels.end(), asks.begin(), asks.end());
  if (verdict == DeltaVerdict::Gap) {
    (void)fault(sync_.phase() == Phase::Live ? BookReason::SequenceGap : BookReason::SnapshotFailed, context);
  }
  if (!sync_.hold(std::move(held))) return fault(BookReason::BufferOverflow, context);
  return verdict == DeltaVerdict::Hold ? Need::Nothing : Need::Snapshot;
}

bool DepthFeed::apply(const book::UpdateIds& ids, Nanos time, std::span<const wire::Level> bids,
                      std::span<const wire::Level> asks, bool in_ring, const Context& context) {
  if (const auto taken = book_.apply(bids, asks); taken != BookPublisher::Taken::Yes) [[unlikely]] {
    (void)fault(reason_of(taken), context);
    return false;
  }
  if (!quotes_.on_book({ids.last, ladder().best_bid(), ladder().best_ask()})) [[unlikely]] {
    (void)fault(BookReason::QuoteMismatch, context);
    return false;
  }
  if (observer_ != nullptr) observer_->on_applied(feed_, ids, bids, asks);
  book_.publish_delta(ids.last, time, bids, asks, in_ring, context);
  if (!live()) [[unlikely]]
    become_live(context);
  return true;
}

DepthFeed::Need DepthFeed::take_held(const Context& context) {
  for (;;) {
    const auto next = sync_.next_held();
    switch (next.verdict) {
      case DeltaVerdict::Apply: {
        const auto& event = *next.event;
        if (!apply(event.ids, event.exchange_time, event.bids(), event.asks(), false, context)) {
          return Need::Snapshot;
        }
        break;
      }
      case DeltaVerdict::Refetch:
        return Need::Snapshot;
      case DeltaVerdict::Gap:
        return fault(sync_.phase() == Phase::Live ? BookReason::SequenceGap : BookReason::SnapshotFailed, context);
      case DeltaVerdict::Hold:
      case DeltaVerdict::Drop:
      case DeltaVerdict::Stray:
        if (sync_.phase() == Phase::Live && !live()) become_live(context);
        return Need::Nothing;
    }
  }
}

DepthFeed::Need DepthFeed::on_quote(const QuoteMessage& quote, const Context& context) {
  const BestLevels best{quote.update_id, {quote.bid_price, quote.bid_quantity}, {quote.ask_price, quote.ask_quantity}};
  last_quote_ = context.now;
  if (!sync_.joined() && !quotes_are_ahead()) [[unlikely]]
    ahead_since_ = context.now;
  if (quotes_.on_quote(best)) [[likely]]
    return Need::Nothing;
  return fault(BookReason::QuoteMismatch, context);
}

DepthFeed::Need DepthFeed::on_snapshot(const DepthSnapshot& snapshot, std::uint32_t limit, const Context& context) {
  switch (sync_.on_snapshot(snapshot.last_update_id)) {
    case book::SnapshotVerdict::Stray:
      return Need::Nothing;
    case book::SnapshotVerdict::TooOld:
      return Need::Snapshot;
    case book::SnapshotVerdict::Use:
      break;
  }
  if (const auto taken = book_.replace(snapshot.bids, snapshot.asks); taken != BookPublisher::Taken::Yes) {
    return fault(reason_of(taken), context);
  }
  know(KnownTo::of(snapshot, limit));
  snapshot_time_ = ahead_since_ = context.now;
  book_.publish_snapshot(snapshot.last_update_id, snapshot.time, snapshot.bids, snapshot.asks, context);
  return take_held(context);
}

DepthFeed::Need DepthFeed::on_tick(const Context& context) {
  // Out there a level that nobody touched is missing. Where quotes come, they vouch for the best one until a further
  // snapshot is here.
  if (sync_.phase() == Phase::Live && context.now - last_quote_ > quiet_limit && outside_window()) {
    return fault(BookReason::SnapshotFailed, context);
  }
  // A book that is Live on its snapshot alone, and a quote that tells of a change since: its stream is silent.
  if (sync_.phase() == Phase::Live && !sync_.joined() && quotes_are_ahead() &&
      context.now - ahead_since_ > quiet_limit) {
    return fault(BookReason::Silent, context);
  }
  if (sync_.phase() != Phase::Bridging) return Need::Nothing;
  const Nanos waited = context.now - snapshot_time_;
  if (waited > quiet_limit && !quotes_are_ahead() && sync_.quiet()) {
    become_live(context);
  } else if (waited > bridge_limit) {
    return fault(BookReason::SnapshotFailed, context);
  }
  return Need::Nothing;
}

DepthFeed::Need DepthFeed::on_closed(std::uint32_t source, std::optional<std::uint32_t> other, const Context& context) {
  if (sync_.phase() == Phase::Init || sync_.phase() == Phase::Stale) return Need::Nothing;
  if (sync_.source_closed(source, other)) return sync_.phase() == Phase::Live ? take_held(context) : Need::Nothing;
  sync_.fault();
  quotes_.forget();
  book_.fault(BookReason::Disconnected, context);
  return Need::Nothing;
}

void DepthFeed::snapshot_failed(const Context& context) {
  if (book_.state() == BookState::Syncing && book_.reason() != BookReason::SnapshotFailed) {
    set_state(BookState::Syncing, BookReason::SnapshotFailed, context);
  }
}

void DepthFeed::know(const KnownTo& known) noexcept {
  known_ = known;
  const KnownTo all;
  const bool has_bids = !ladder().best_bid().price.is_absent();
  const bool has_asks = !ladder().best_ask().price.is_absent();
  bid_reach_ = has_bids && known.bid != all.bid ? ladder().best_bid().price.raw() - known.bid.raw() : 0;
  ask_reach_ = has_asks && known.ask != all.ask ? known.ask.raw() - ladder().best_ask().price.raw() : 0;
}

bool DepthFeed::window_is_thin() const noexcept {
  const Price bid = ladder().best_bid().price;
  const Price ask = ladder().best_ask().price;
  return (bid_reach_ != 0 && (bid.is_absent() || bid.raw() - known_.bid.raw() < bid_reach_ / 4)) ||
         (ask_reach_ != 0 && (ask.is_absent() || known_.ask.raw() - ask.raw() < ask_reach_ / 4));
}

bool DepthFeed::outside_window() const noexcept {
  const Price bid = ladder().best_bid().price;
  const Price ask = ladder().best_ask().price;
  return (bid_reach_ != 0 && (bid.is_absent() || bid < known_.bid)) ||
         (ask_reach_ != 0 && (ask.is_absent() || ask > known_.ask));
}

void DepthFeed::rebase(book::Ladder& ladder, const KnownTo& known, const Context& context) {
  book_.rebase(ladder, context);
  know(known);
}

}  // namespace trunkline::venue::binance
