#include "trunkline/venue/alpaca/audit.hpp"

#include <fmt/format.h>

#include "trunkline/venue/alpaca/requests.hpp"

namespace trunkline::venue::alpaca {

void AlpacaVenue::Audit::tick(const Context& context) {
  const Nanos interval = venue_.config_.audit_interval;
  if (interval == Nanos{0} || venue_.config_.market != Market::Crypto) return;
  if (feed_ != nullptr) {
    if (!asked_ && context.now - began_ >= head_start) {
      asked_ = true;
      venue_.request(context, request_id(Purpose::Audit, ++serial_),
                     venue_.latest_url("orderbooks", feed_->instrument.venue_symbol), Priority::Low);
    }
    if (shadow_ && context.now - shadow_at_ > catch_up_limit) return conclude(context);
    if (context.now - began_ > answer_limit || context.now < began_) end(true);
    return;
  }
  while (!suspects_.empty()) {
    Feed& feed = *venue_.feeds_[suspects_.back()];
    suspects_.pop_back();
    if (feed.book.live()) return begin(feed, context);
  }
  const auto turn = turns_.next(context.now, interval, venue_.feeds_.size(),
                                [this](std::uint32_t number) { return venue_.feeds_[number]->book.live(); });
  if (turn) begin(*venue_.feeds_[*turn], context);
}

bool AlpacaVenue::Audit::suspect(const Feed& feed) {
  if (venue_.config_.audit_interval == Nanos{0}) return false;
  if (feed_ != &feed) suspects_.push_back(feed.number);
  return true;
}

void AlpacaVenue::Audit::begin(Feed& feed, const Context& context) {
  feed_ = &feed;
  began_ = context.now;
  asked_ = false;
  start_ = feed.book.venue_time();
}

void AlpacaVenue::Audit::end(bool inconclusive) {
  if (feed_ != nullptr && inconclusive) ++venue_.counters_.audits_inconclusive;
  feed_ = nullptr;
  shadow_.reset();
  recorded_.clear();
  levels_.clear();
}

void AlpacaVenue::Audit::on_applied(const Feed& feed, const BookMessage& message, std::span<const wire::Level> bids,
                                    std::span<const wire::Level> asks, const Context& context) {
  if (feed_ != &feed) [[likely]]
    return;
  if (message.whole || levels_.size() + bids.size() + asks.size() > max_recorded_levels) return end(true);
  if (shadow_) {
    // The shadow is at the venue's time; a later message means that all up to it has come.
    if (message.time >= shadow_time_) {
      (void)shadow_->apply(bids, asks);
      conclude(context);
    }
    return;
  }
  recorded_.push_back({message.time, levels_.size(), bids.size(), asks.size()});
  levels_.insert(levels_.end(), bids.begin(), bids.end());
  levels_.insert(levels_.end(), asks.begin(), asks.end());
}

void AlpacaVenue::Audit::take(const Reply& reply, const Context& context) {
  if (feed_ == nullptr || !asked_ || serial_of(reply.id) != serial_) return;
  if (!venue_.good(reply, "audit", context)) return end(true);
  const auto taken = [&](const BookMessage& book, std::span<const wire::Level> bids,
                         std::span<const wire::Level> asks) {
    if (book.symbol != feed_->instrument.venue_symbol) return;
    shadow_.emplace(book::LadderConfig{.tick = feed_->instrument.tick});
    (void)shadow_->replace(bids, asks);
    shadow_time_ = book.time;
    shadow_at_ = context.now;
  };
  const auto parsed = parse_latest_books(reply.body, taken,
                                         [&](std::string error) { venue_.failed("audit", std::move(error), context); });
  if (!parsed) venue_.failed("audit", parsed.error().message, context);
  if (!shadow_) return end(true);
  // Older than what was recorded: the changes between the two are not at hand.
  if (shadow_time_ < start_) return end(true);
  for (const Recorded& each : recorded_) {
    if (each.time < shadow_time_) continue;
    const auto levels = std::span(levels_).subspan(each.first, each.bids + each.asks);
    (void)shadow_->apply(levels.first(each.bids), levels.subspan(each.bids));
  }
  recorded_.clear();
  levels_.clear();
  if (feed_->book.venue_time() >= shadow_time_) conclude(context);
}

void AlpacaVenue::Audit::conclude(const Context& context) {
  Feed& feed = *feed_;
  const std::string differs = difference();
  end(false);
  ++venue_.counters_.audits;
  if (differs.empty()) return;
  ++venue_.counters_.audits_failed;
  venue_.report(context, Severity::Error, "audit_failed", feed.instrument.text, {{"difference", differs}});
  feed.book.fault(wire::BookReason::AuditMismatch, context);
  venue_.session_.renew({feed.number, Stream::OrderBooks});
  venue_.session_.pump(context.now, context.outbox);
}

std::string AlpacaVenue::Audit::difference() const {
  const book::Ladder& ours = feed_->book.ladder();
  std::string told;
  for (const book::Side side : {book::Side::Bid, book::Side::Ask}) {
    // The request may bring fewer levels than the stream: beyond its last one nothing is known.
    const Price edge = shadow_->known_to(side);
    const auto within = [&](Price price) {
      return !edge.is_absent() && (side == book::Side::Bid ? price >= edge : price <= edge);
    };
    const auto compare = [&](const book::Ladder& one, const book::Ladder& other, std::string_view whose) {
      one.walk(side, [&](const wire::Level& level) {
        if (!told.empty() || !within(level.price)) return false;
        if (other.quantity_at(side, level.price) == level.quantity) return true;
        told = fmt::format("{} {}: {} has {}", side == book::Side::Bid ? "bid" : "ask", level.price.to_text(), whose,
                           level.quantity.to_text());
        return false;
      });
    };
    compare(*shadow_, ours, "the venue");
    compare(ours, *shadow_, "the book");
  }
  return told;
}

}  // namespace trunkline::venue::alpaca
