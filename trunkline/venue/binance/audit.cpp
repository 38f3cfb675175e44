#include "trunkline/venue/binance/audit.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "trunkline/venue/binance/requests.hpp"

namespace trunkline::venue::binance {

using wire::BookReason;

void BinanceVenue::Audit::tick(const Context& context) {
  if (feed_ != nullptr) {
    const bool unanswered = !have_snapshot_ && context.now - began_ > answer_limit;
    if (unanswered || !feed_->depth.live()) {
      inconclusive();
    } else if (have_snapshot_) {
      conclude(context);
    }
    return;
  }
  while (!suspects_.empty()) {
    BinanceFeed& feed = venue_.feed(suspects_.back());
    suspects_.pop_back();
    if (feed.depth.live()) return begin(feed, Why::Silence, context);
  }
  const std::size_t count = venue_.feeds().size();
  for (std::uint32_t i = 0; i < count; ++i) {
    BinanceFeed& feed = venue_.feed(i);
    if (feed.depth.live() && feed.depth.window_is_thin()) return begin(feed, Why::ThinWindow, context);
  }
  const auto turn = turns_.next(context.now, venue_.config_.audit_interval, count,
                                [this](std::uint32_t number) { return venue_.feed(number).depth.live(); });
  if (turn) begin(venue_.feed(*turn), Why::Turn, context);
}

void BinanceVenue::Audit::suspect(BinanceFeed& feed, const Context& context) {
  if (!feed.depth.live()) return;
  if (feed_ == nullptr) return begin(feed, Why::Silence, context);
  if (feed_ == &feed) {
    why_ = Why::Silence;
  } else if (std::ranges::find(suspects_, feed.number) == suspects_.end()) {
    suspects_.push_back(feed.number);
  }
}

void BinanceVenue::Audit::begin(BinanceFeed& feed, Why why, const Context& context) {
  feed_ = &feed;
  why_ = why;
  began_ = context.now;
  have_snapshot_ = joined_ = lost_ = false;
  recorded_.clear();
  levels_.clear();
  feed.depth.observe(this);
  const Priority priority = why == Why::Turn ? Priority::Low : Priority::Normal;
  context.outbox.request(venue_.depth_request(feed, request_id(Purpose::Audit, feed.number, ++serial_), priority));
}

void BinanceVenue::Audit::end() {
  feed_->depth.observe(nullptr);
  feed_ = nullptr;
}

void BinanceVenue::Audit::inconclusive() {
  ++venue_.books_.audits_inconclusive;
  end();
}

void BinanceVenue::Audit::on_applied(std::uint32_t feed, const book::UpdateIds& ids, std::span<const wire::Level> bids,
                                     std::span<const wire::Level> asks) {
  if (feed_ == nullptr || feed != feed_->number) return;
  if (have_snapshot_) return advance(ids, bids, asks);
  if (levels_.size() + bids.size() + asks.size() > max_recorded_levels) {
    lost_ = true;
    return;
  }
  recorded_.push_back({ids, levels_.size(), bids.size(), asks.size()});
  levels_.insert(levels_.end(), bids.begin(), bids.end());
  levels_.insert(levels_.end(), asks.begin(), asks.end());
}

void BinanceVenue::Audit::advance(const book::UpdateIds& ids, std::span<const wire::Level> bids,
                                  std::span<const wire::Level> asks) {
  if (!joined_) {
    const book::SyncRule& rule = venue_.spec_.sync_rule;
    if (rule.joins(ids, snapshot_id_) || rule.chains(ids, snapshot_id_)) {
      joined_ = true;
    } else if (rule.stale(ids, snapshot_id_)) {
      joined_ = ids.last == snapshot_id_;
      return;
    } else {
      lost_ = true;
      return;
    }
  }
  if (!shadow_->apply(bids, asks)) lost_ = true;
}

void BinanceVenue::Audit::take(const Reply& reply, const Context& context) {
  if (feed_ == nullptr || reply.id != request_id(Purpose::Audit, feed_->number, serial_) || have_snapshot_) return;
  if (!feed_->depth.live() || reply.status != 200) return inconclusive();
  const auto parsed = venue_.snapshot_parser_.parse(reply.body, feed_->instrument.unit_exponent);
  if (!parsed) return inconclusive();
  const DepthSnapshot& snapshot = **parsed;
  have_snapshot_ = true;
  snapshot_at_ = context.now;
  snapshot_id_ = snapshot.last_update_id;
  snapshot_known_ = KnownTo::of(snapshot, venue_.depth_limit());
  shadow_.emplace(book::LadderConfig{.tick = feed_->instrument.tick});
  if (!shadow_->replace(snapshot.bids, snapshot.asks)) return inconclusive();
  const std::uint64_t before = recorded_.empty() ? feed_->depth.update_id() : 0;
  if (recorded_.empty()) joined_ = before == snapshot_id_;
  for (const Recorded& event : recorded_) {
    const auto levels = std::span<const wire::Level>(levels_).subspan(event.first_level);
    advance(event.ids, levels.first(event.bids), levels.subspan(event.bids, event.asks));
  }
  conclude(context);
}

void BinanceVenue::Audit::conclude(const Context& context) {
  // The snapshot is older than what was recorded, or too much was.
  if (lost_) return inconclusive();
  BinanceFeed& feed = *feed_;
  BookReason reason = BookReason::AuditMismatch;
  if (!joined_) {
    const Nanos limit = why_ == Why::Silence ? catch_up_limit_if_silent : catch_up_limit;
    if (context.now - snapshot_at_ <= limit) return;
    reason = BookReason::Silent;
  }
  const std::string differs = difference();
  ++venue_.books_.audits;
  if (differs.empty()) {
    venue_.report(context, Severity::Debug, "book_audit_passed", feed.instrument.text,
                  {{"update_id", std::to_string(feed.depth.update_id())}});
    if (joined_ && why_ == Why::ThinWindow) rebase(context);
    return end();
  }
  ++venue_.books_.audits_failed;
  venue_.report(context, Severity::Error, "book_audit_failed", feed.instrument.text,
                {{"difference", differs}, {"update_id", std::to_string(feed.depth.update_id())}});
  end();
  venue_.need(feed, feed.depth.fault(reason, context), context);
  if (reason == BookReason::Silent) {
    venue_.subscriptions().ask_again({feed.number, Channel::Depth}, context.now, context.outbox);
  }
}

std::string BinanceVenue::Audit::difference() const {
  const book::Ladder& book = feed_->depth.ladder();
  for (const book::Side side : {book::Side::Bid, book::Side::Ask}) {
    const bool bid = side == book::Side::Bid;
    const KnownTo& known = feed_->depth.known_to();
    const Price bound = bid ? std::max(known.bid, snapshot_known_.bid) : std::min(known.ask, snapshot_known_.ask);
    const auto collect = [&](const book::Ladder& ladder) {
      std::vector<wire::Level> levels;
      ladder.walk(side, [&](const wire::Level& level) {
        if (bid ? level.price < bound : level.price > bound) return false;
        levels.push_back(level);
        return true;
      });
      return levels;
    };
    const auto ours = collect(book);
    const auto theirs = collect(*shadow_);
    const auto [mine, other] = std::ranges::mismatch(ours, theirs);
    if (mine == ours.end() && other == theirs.end()) continue;
    const auto tell = [](const std::vector<wire::Level>& levels, auto at) {
      return at == levels.end() ? std::string("nothing")
                                : fmt::format("{} x {}", at->price.to_text(), at->quantity.to_text());
    };
    return fmt::format("{} {}: book has {}, snapshot {}", bid ? "bid" : "ask", mine - ours.begin(), tell(ours, mine),
                       tell(theirs, other));
  }
  return {};
}

void BinanceVenue::Audit::rebase(const Context& context) {
  // Levels that were touched beyond the snapshot's reach stay known.
  for (const book::Side side : {book::Side::Bid, book::Side::Ask}) {
    const Price bound = side == book::Side::Bid ? snapshot_known_.bid : snapshot_known_.ask;
    feed_->depth.ladder().walk(side, [&](const wire::Level& level) {
      const bool beyond = side == book::Side::Bid ? level.price < bound : level.price > bound;
      if (beyond) (void)shadow_->apply(side, level.price, level.quantity);
      return true;
    });
  }
  ++venue_.books_.rebased;
  feed_->depth.rebase(*shadow_, snapshot_known_, context);
}

}  // namespace trunkline::venue::binance
