#include "trunkline/venue/binance/depth_feed.hpp"

#include <fmt/format.h>
#include <utility>

namespace trunkline::venue::binance {

using book::DeltaVerdict;
using book::Phase;
using wire::BookReason;
using wire::BookState;

DepthFeed::DepthFeed(const Instrument& instrument, book::SyncRule rule, std::uint32_t feed, book::HoldLimits limits)
    : symbol_(instrument.hash),
      text_(instrument.text),
      feed_(feed),
      sync_(rule, limits),
      ladder_({.tick = instrument.tick}) {}

void DepthFeed::publish_status(BookState state, const Context& context) const {
  wire::BookStatus status;
  status.symbol = symbol_;
  status.update_id = sync_.update_id();
  status.gaps = gaps_;
  status.resyncs = resyncs_;
  status.state = state;
  status.integrity = wire::Integrity::Sequenced;
  status.reason = reason_;
  context.sink.publish(status);
}

void DepthFeed::publish_levels(bool live, const Context& context) const {
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
  frame.update_id = sync_.update_id();
  context.sink.publish_book(frame, std::span<const wire::Level>(sides[0]), std::span<const wire::Level>(sides[1]));
}

void DepthFeed::resend(const Context& context) const {
  if (sync_.phase() != Phase::Live && sync_.phase() != Phase::Bridging) return publish_status(state_, context);
  publish_status(BookState::Syncing, context);
  publish_levels(false, context);
  if (live()) publish_status(BookState::Live, context);
}

void DepthFeed::set_state(BookState state, BookReason reason, const Context& context) {
  const bool was_live = state_ == BookState::Live;
  state_ = state;
  reason_ = reason;
  publish_status(state, context);

  const bool live = state == BookState::Live;
  if (live != was_live || state == BookState::Stale) {
    context.outbox.report({live ? Severity::Info : Severity::Warning,
                           live ? "book_live" : "book_stale",
                           std::string(context.connector),
                           text_,
                           {{"reason", std::string(wire::to_text(reason))},
                            {"update_id", std::to_string(sync_.update_id())},
                            {"gaps", std::to_string(gaps_)}}});
  }
  if (sync_.refused() != reported_refusals_) {
    reported_refusals_ = sync_.refused();
    context.outbox.report({Severity::Error, "book_transition_refused", std::string(context.connector), text_, {}});
  }
}

DepthFeed::Need DepthFeed::start(const Context& context) {
  if (sync_.phase() != Phase::Init && sync_.phase() != Phase::Stale) return Need::Nothing;
  sync_.begin();
  set_state(BookState::Syncing, BookReason::Subscribed, context);
  return Need::Snapshot;
}

void DepthFeed::stop(BookReason reason, const Context& context) {
  if (sync_.phase() != Phase::Init) sync_.fault();
  ladder_.clear();
  quotes_.forget();
  if (state_ != BookState::Stale || reason_ != reason) set_state(BookState::Stale, reason, context);
}

DepthFeed::Need DepthFeed::fault(BookReason reason, const Context& context) {
  if (sync_.phase() == Phase::Init || sync_.phase() == Phase::Stale) return Need::Nothing;
  sync_.fault();
  ++gaps_;
  ladder_.clear();
  quotes_.forget_books();
  set_state(BookState::Stale, reason, context);
  return restart(context);
}

DepthFeed::Need DepthFeed::restart(const Context& context) {
  sync_.begin();
  set_state(BookState::Syncing, reason_, context);
  return Need::Snapshot;
}

void DepthFeed::become_live(const Context& context) {
  if (lives_++ != 0) ++resyncs_;
  set_state(BookState::Live, BookReason::SnapshotApplied, context);
}

DepthFeed::Need DepthFeed::on_event(const DepthMessage& event, std::span<const wire::Level> bids,
                                    std::span<const wire::Level> asks, bool in_ring, std::uint32_t source,
                                    const Context& context) {
  const std::uint64_t previous = sync_.update_id();
  const DeltaVerdict verdict = sync_.on_delta(event.ids, source);
  switch (verdict) {
    case DeltaVerdict::Apply:
      if (!apply(event.ids, previous, event.time, bids, asks, in_ring, context)) return Need::Snapshot;
      return sync_.holds_any() ? take_held(context) : Need::Nothing;
    case DeltaVerdict::Drop:
      ++duplicates_;
      if (sync_.phase() == Phase::Live && state_ != BookState::Live) become_live(context);
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

bool DepthFeed::apply(const book::UpdateIds& ids, std::uint64_t previous, Nanos time, std::span<const wire::Level> bids,
                      std::span<const wire::Level> asks, bool in_ring, const Context& context) {
  const bool kept = ladder_.apply(bids, asks);
  if (!kept || ladder_.crossed()) [[unlikely]] {
    (void)fault(kept ? BookReason::Crossed : BookReason::BufferOverflow, context);
    return false;
  }
  if (!quotes_.on_book({ids.last, ladder_.best_bid(), ladder_.best_ask()})) [[unlikely]] {
    (void)fault(BookReason::QuoteMismatch, context);
    return false;
  }
  if (observer_ != nullptr) observer_->on_applied(feed_, ids, bids, asks);
  wire::L2Delta delta;
  delta.symbol = symbol_;
  delta.exchange_time = time;
  delta.detail = book::live_once_applied;
  delta.previous_update_id = previous;
  delta.update_id = ids.last;
  if (in_ring) [[likely]] {
    delta.bid_count = static_cast<std::uint32_t>(bids.size());
    delta.ask_count = static_cast<std::uint32_t>(asks.size());
    context.sink.publish_levels(delta);
  } else {
    context.sink.publish_book(delta, bids, asks);
  }
  if (state_ != BookState::Live) [[unlikely]]
    become_live(context);
  return true;
}

DepthFeed::Need DepthFeed::take_held(const Context& context) {
  for (;;) {
    const std::uint64_t previous = sync_.update_id();
    const auto next = sync_.next_held();
    switch (next.verdict) {
      case DeltaVerdict::Apply: {
        const auto& event = *next.event;
        if (!apply(event.ids, previous, event.exchange_time, event.bids(), event.asks(), false, context)) {
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
        if (sync_.phase() == Phase::Live && state_ != BookState::Live) become_live(context);
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
  const bool kept = ladder_.replace(snapshot.bids, snapshot.asks);
  if (!kept || ladder_.crossed()) return fault(kept ? BookReason::Crossed : BookReason::BufferOverflow, context);
  know(KnownTo::of(snapshot, limit));
  snapshot_time_ = ahead_since_ = context.now;
  wire::L2Snapshot frame;
  frame.symbol = symbol_;
  frame.exchange_time = snapshot.time;
  frame.update_id = snapshot.last_update_id;
  context.sink.publish_book(frame, std::span(snapshot.bids), std::span(snapshot.asks));
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
  ++gaps_;
  ladder_.clear();
  quotes_.forget();
  set_state(BookState::Stale, BookReason::Disconnected, context);
  return Need::Nothing;
}

void DepthFeed::snapshot_failed(const Context& context) {
  if (state_ == BookState::Syncing && reason_ != BookReason::SnapshotFailed) {
    set_state(BookState::Syncing, BookReason::SnapshotFailed, context);
  }
}

void DepthFeed::know(const KnownTo& known) noexcept {
  known_ = known;
  const KnownTo all;
  const bool has_bids = !ladder_.best_bid().price.is_absent();
  const bool has_asks = !ladder_.best_ask().price.is_absent();
  bid_reach_ = has_bids && known.bid != all.bid ? ladder_.best_bid().price.raw() - known.bid.raw() : 0;
  ask_reach_ = has_asks && known.ask != all.ask ? known.ask.raw() - ladder_.best_ask().price.raw() : 0;
}

bool DepthFeed::window_is_thin() const noexcept {
  const Price bid = ladder_.best_bid().price;
  const Price ask = ladder_.best_ask().price;
  return (bid_reach_ != 0 && (bid.is_absent() || bid.raw() - known_.bid.raw() < bid_reach_ / 4)) ||
         (ask_reach_ != 0 && (ask.is_absent() || known_.ask.raw() - ask.raw() < ask_reach_ / 4));
}

bool DepthFeed::outside_window() const noexcept {
  const Price bid = ladder_.best_bid().price;
  const Price ask = ladder_.best_ask().price;
  return (bid_reach_ != 0 && (bid.is_absent() || bid < known_.bid)) ||
         (ask_reach_ != 0 && (ask.is_absent() || ask > known_.ask));
}

void DepthFeed::rebase(book::Ladder& ladder, const KnownTo& known, const Context& context) {
  std::swap(ladder_, ladder);
  know(known);
  publish_levels(true, context);
}

}  // namespace trunkline::venue::binance
