#include "trunkline/relay/cached_book.hpp"

namespace trunkline::relay {
namespace {

constexpr std::uint16_t live_bit = 1;

}  // namespace

void CachedBook::apply(const wire::BookStatus& status, std::uint32_t sequence) {
  status_ = status;
  sequence_ = sequence;
  // Only a snapshot that is still to come makes it Live again: nothing of that can have been lost.
  if (status.state != wire::BookState::Live) {
    drop_levels();
    doubted_ = false;
  }
  status_changed();
}

CachedBook::Step CachedBook::apply(const wire::L2Snapshot& snapshot, std::uint8_t flags, std::uint32_t sequence) {
  const bool continues = levels_ == Levels::Partial && partial_snapshot_ && snapshot.update_id == head_.update_id;
  if (!continues) {
    drop_levels();
    if (tick_ != ladder_tick_) {
      ladder_ = make_ladder(tick_);
      ladder_tick_ = tick_;
    }
  }
  doubted_ = false;
  partial_snapshot_ = true;
  return applied(snapshot, flags, sequence, ladder_.extend(bids(snapshot), asks(snapshot)));
}

CachedBook::Step CachedBook::apply(const wire::L2Delta& delta, std::uint8_t flags, std::uint32_t sequence) {
  if (levels_ == Levels::None) return (delta.detail & live_bit) != 0 ? Step::Broken : Step::Ignored;
  const bool continues = levels_ == Levels::Partial && !partial_snapshot_ && delta.update_id == head_.update_id;
  if (!continues && (levels_ == Levels::Partial || delta.previous_update_id != head_.update_id)) {
    drop_levels();
    return Step::Broken;
  }
  partial_snapshot_ = false;
  return applied(delta, flags, sequence, ladder_.apply(bids(delta), asks(delta)));
}

template <class Message>
CachedBook::Step CachedBook::applied(const Message& message, std::uint8_t flags, std::uint32_t sequence,
                                     bool complete) {
  levels_ = (flags & wire::flag::more) != 0 ? Levels::Partial : Levels::Whole;
  head_.symbol = status_.symbol = message.symbol;
  head_.source = status_.source = message.source;
  head_.exchange_time = message.exchange_time;
  head_.receive_time = message.receive_time;
  head_.publish_delay = message.publish_delay;
  head_.detail = message.detail;
  head_.update_id = message.update_id;
  sequence_ = sequence;
  ++version_;
  if (!complete) {
    drop_levels();
    return Step::Broken;
  }
  if (levels_ != Levels::Whole || (message.detail & live_bit) == 0) return Step::Applied;
  const bool healed = doubted_;
  // A source whose own word for it was lost, or has yet to come, says by this bit what its book is.
  if (healed || status_.state != wire::BookState::Live) {
    doubted_ = false;
    status_.state = wire::BookState::Live;
    status_.reason = wire::BookReason::SnapshotApplied;
    status_changed();
  }
  return healed ? Step::Healed : Step::Applied;
}

void CachedBook::doubt(Nanos now) {
  if (levels_ == Levels::Partial) drop_levels();
  if (!doubted_) doubted_since_ = now;
  doubted_ = true;
  status_changed();
}

void CachedBook::lose(wire::BookReason reason) {
  drop_levels();
  doubted_ = false;
  status_.state = wire::BookState::Stale;
  status_.reason = reason;
  status_changed();
}

void CachedBook::drop_levels() {
  if (levels_ != Levels::None) ladder_.clear();
  levels_ = Levels::None;
  ++version_;
}

wire::BookStatus CachedBook::status() const noexcept {
  wire::BookStatus status = status_;
  if (levels_ == Levels::Whole) status.update_id = head_.update_id;
  if (doubted_ && status.state == wire::BookState::Live) {
    status.state = wire::BookState::Stale;
    status.reason = wire::BookReason::BusLoss;
  }
  return status;
}

wire::L2Snapshot CachedBook::head() const noexcept {
  wire::L2Snapshot head = head_;
  const unsigned live = status_.state == wire::BookState::Live ? live_bit : 0U;
  head.detail = static_cast<std::uint16_t>((head.detail & ~unsigned{live_bit}) | live);
  return head;
}

void CachedBook::levels(std::vector<wire::Level>& bids, std::vector<wire::Level>& asks) const {
  const auto collect = [](std::vector<wire::Level>& into) {
    into.clear();
    return [&into](const wire::Level& level) {
      into.push_back(level);
      return true;
    };
  };
  ladder_.walk(book::Side::Bid, collect(bids));
  ladder_.walk(book::Side::Ask, collect(asks));
}

}  // namespace trunkline::relay
