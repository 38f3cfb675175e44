#include "trunkline/venue/kraken/book_feed.hpp"

#include <algorithm>

namespace trunkline::venue::kraken {

using wire::BookReason;
using wire::BookState;

BookFeed::BookFeed(const Instrument& instrument, std::size_t depth)
    : unit_exponent_(instrument.unit_exponent),
      listed_{instrument.price_decimals, instrument.quantity_decimals},
      publisher_(instrument, wire::Integrity::Checksummed),
      book_(depth) {}

void BookFeed::start(const Context& context) {
  if (phase_ != Phase::Off) return;
  phase_ = Phase::Waiting;
  ask_again_ = context.now + snapshot_limit;
  publisher_.set_state(BookState::Syncing, BookReason::Subscribed, context);
}

void BookFeed::stop(BookReason reason, const Context& context) {
  phase_ = Phase::Off;
  book_.clear();
  publisher_.clear();
  failures_ = 0;
  if (publisher_.state() != BookState::Stale || publisher_.reason() != reason) {
    publisher_.set_state(BookState::Stale, reason, context);
  }
}

BookFeed::Need BookFeed::fault(BookReason reason, const Context& context) {
  if (phase_ == Phase::Off) return Need::Nothing;
  if (phase_ == Phase::Live && context.now - live_since_ > settled_after) failures_ = 0;
  phase_ = Phase::Waiting;
  book_.clear();
  publisher_.fault(reason, context);
  publisher_.set_state(BookState::Syncing, reason, context);
  const unsigned before = failures_++;
  if (before == 0) {
    ask_again_ = context.now + snapshot_limit;
    return Need::Resubscribe;
  }
  ask_again_ = context.now + std::min(first_pause * (std::int64_t{1} << std::min(before - 1, 10U)), longest_pause);
  return Need::Nothing;
}

BookFeed::Need BookFeed::on_tick(const Context& context) {
  if (phase_ != Phase::Waiting) return Need::Nothing;
  // Further off than any pause means that the clock was set back.
  if (context.now < ask_again_ && ask_again_ - context.now <= longest_pause) return Need::Nothing;
  ask_again_ = context.now + snapshot_limit;
  return Need::Resubscribe;
}

BookFeed::Need BookFeed::on_closed(ConnectionId source, bool other, const Context& context) {
  if (phase_ == Phase::Off || (phase_ == Phase::Live && source != source_)) return Need::Nothing;
  failures_ = 0;
  if (other) return phase_ == Phase::Live ? fault(BookReason::Disconnected, context) : Need::Nothing;
  phase_ = Phase::Off;
  book_.clear();
  publisher_.fault(BookReason::Disconnected, context);
  return Need::Nothing;
}

std::optional<BookReason> BookFeed::check(const BookMessage& message) {
  ++checked_;
  if (book_.checksum() != message.checksum) [[unlikely]] {
    ++mismatches_;
    return BookReason::ChecksumMismatch;
  }
  if (book_.crossed()) [[unlikely]]
    return BookReason::Crossed;
  return std::nullopt;
}

BookFeed::Need BookFeed::on_snapshot(const BookMessage& message, std::span<const wire::Level> levels,
                                     ConnectionId source, const Context& context) {
  if (phase_ == Phase::Off) return Need::Nothing;
  // More than was asked for is not believed.
  const auto bids = levels.first(std::min(message.bid_count, book_.depth()));
  const auto asks = levels.subspan(message.bid_count).first(std::min(message.ask_count, book_.depth()));
  source_ = source;
  book_.clear();
  book_.set_digits(DigitShift::of(bids.empty() && asks.empty() ? listed_ : message.decimals, unit_exponent_));
  book_.apply(bids, asks);
  if (const auto wrong = check(message)) return fault(*wrong, context);
  if (publisher_.replace(bids, asks) != BookPublisher::Taken::Yes) return fault(BookReason::Crossed, context);
  publisher_.publish_snapshot(publisher_.update_id() + 1, message.time, bids, asks, context);
  if (phase_ == Phase::Live) return Need::Nothing;
  phase_ = Phase::Live;
  live_since_ = context.now;
  publisher_.set_state(BookState::Live, BookReason::SnapshotApplied, context);
  return Need::Nothing;
}

BookFeed::Need BookFeed::on_update(const BookMessage& message, std::span<const wire::Level> levels,
                                   std::span<wire::Level> room, ConnectionId source, const Context& context) {
  if (phase_ != Phase::Live || source != source_) return Need::Nothing;
  const auto bids = levels.first(message.bid_count);
  const auto asks = levels.subspan(message.bid_count, message.ask_count);
  book_.apply(bids, asks);
  gone_bids_.clear();
  gone_asks_.clear();
  book_.cut_bids([this](Price price) { gone_bids_.push_back({price, Quantity{}}); });
  book_.cut_asks([this](Price price) { gone_asks_.push_back({price, Quantity{}}); });
  if (const auto wrong = check(message)) [[unlikely]]
    return fault(*wrong, context);
  if (gone_bids_.empty() && gone_asks_.empty()) return publish_change(message, bids, asks, !room.empty(), context);

  // Readers know nothing of the depth: they are told what fell out.
  const std::size_t bid_count = bids.size() + gone_bids_.size();
  const std::size_t count = bid_count + asks.size() + gone_asks_.size();
  const bool in_ring = count <= room.size();
  if (!in_ring) scratch_.resize(std::max(scratch_.size(), count));
  const std::span<wire::Level> out = (in_ring ? room : std::span(scratch_)).first(count);
  std::copy_backward(asks.begin(), asks.end(), out.begin() + static_cast<std::ptrdiff_t>(bid_count + asks.size()));
  std::copy(gone_asks_.begin(), gone_asks_.end(), out.end() - static_cast<std::ptrdiff_t>(gone_asks_.size()));
  if (!in_ring) std::copy(bids.begin(), bids.end(), out.begin());
  std::copy(gone_bids_.begin(), gone_bids_.end(), out.begin() + static_cast<std::ptrdiff_t>(bids.size()));
  return publish_change(message, out.first(bid_count), out.subspan(bid_count), in_ring, context);
}

BookFeed::Need BookFeed::publish_change(const BookMessage& message, std::span<const wire::Level> bids,
                                        std::span<const wire::Level> asks, bool in_ring, const Context& context) {
  if (bids.empty() && asks.empty()) return Need::Nothing;
  switch (publisher_.apply(bids, asks)) {
    case BookPublisher::Taken::Yes:
      break;
    case BookPublisher::Taken::Crossed:
      return fault(BookReason::Crossed, context);
    case BookPublisher::Taken::Full:
      return fault(BookReason::BufferOverflow, context);
  }
  publisher_.publish_delta(publisher_.update_id() + 1, message.time, bids, asks, in_ring, context);
  return Need::Nothing;
}

}  // namespace trunkline::venue::kraken
