#include "trunkline/relay/stream_filter.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

#include "trunkline/wire/sequence.hpp"
#include "trunkline/wire/trade_detail.hpp"

namespace trunkline::relay {
namespace {

using venue::Channel;
using wire::FrameView;
using wire::Level;
using wire::MessageType;

// Nothing where every reader is told: mappings, connections, gaps, what a later version brings.
std::optional<Channel> kind_of(FrameView frame) noexcept {
  switch (frame.type()) {
    case MessageType::Trade:
      return (frame.stamp().detail & wire::trade_detail::aggregate) != 0 ? Channel::AggregateTrades : Channel::Trades;
    case MessageType::Quote:
      return Channel::Quotes;
    case MessageType::L2Snapshot:
    case MessageType::L2Delta:
    case MessageType::BookStatus:
      return Channel::Depth;
    case MessageType::Bar:
      return Channel::Bars;
    case MessageType::DerivativeTicker:
      return Channel::Ticker;
    case MessageType::Liquidation:
      return Channel::Liquidations;
    default:
      return std::nullopt;
  }
}

void take_top(const book::Ladder& ladder, book::Side side, std::uint32_t depth, std::vector<Level>& out) {
  out.clear();
  ladder.walk(side, [&](const Level& level) {
    out.push_back(level);
    return depth == 0 || out.size() < depth;
  });
}

// What makes `after` of `before`, both best first.
void differ(book::Side side, std::span<const Level> before, std::span<const Level> after, std::vector<Level>& out) {
  out.clear();
  const auto better = [side](const Level& a, const Level& b) {
    return side == book::Side::Bid ? a.price > b.price : a.price < b.price;
  };
  auto old = before.begin();
  auto now = after.begin();
  while (old != before.end() || now != after.end()) {
    if (now == after.end() || (old != before.end() && better(*old, *now))) {
      out.push_back({old++->price, Quantity{}});
    } else if (old == before.end() || better(*now, *old)) {
      out.push_back(*now++);
    } else {
      if (old->quantity != now->quantity) out.push_back(*now);
      ++old;
      ++now;
    }
  }
}

}  // namespace

StreamFilter::StreamFilter(FilterConfig config, Emit emit)
    : config_(std::move(config)), emit_(std::move(emit)), buffer_(wire::max_frame / 8) {
  for (const std::string& text : config_.symbols) wanted_.insert(hash_symbol_text(text));
}

void StreamFilter::take(FrameView frame) {
  const SymbolHash hash = frame.stamp().symbol;
  if (hash != 0 && !wanted_.empty() && !wanted_.contains(hash)) {
    ++counts_.symbol;
    return;
  }
  const auto* quote = frame.as<wire::Quote>();
  if (quote != nullptr && config_.price_band != 0 && !quote->bid_price.is_absent() && !quote->ask_price.is_absent()) {
    const std::int64_t bid = quote->bid_price.raw();
    symbol(hash).middle = Price::from_raw(bid + (quote->ask_price.raw() - bid) / 2);
  }
  if (const auto kind = kind_of(frame); kind && !config_.kinds.empty() && !config_.kinds.contains(*kind)) {
    ++counts_.kind;
    return;
  }
  if (const auto* trade = frame.as<wire::Trade>()) return take_trade(frame, *trade);
  if (quote != nullptr) return take_quote(frame, *quote);
  const bool of_book = frame.type() == MessageType::L2Delta || frame.type() == MessageType::L2Snapshot ||
                       frame.type() == MessageType::BookStatus;
  if (of_book && (config_.depth != 0 || config_.conflation != Nanos{0})) return take_book(frame);
  pass(frame);
}

void StreamFilter::tick(Nanos now) {
  if (config_.conflation == Nanos{0}) return;
  for (auto& [hash, of] : symbols_) {
    if (of.waiting != 0 && due(of.book_told, now)) tell_book(of, now);
    if (of.quote && due(of.quote_told, now)) {
      of.quote_told = now;
      write(*std::exchange(of.quote, std::nullopt), of.quote_flags);
    }
  }
}

// --- Trades and quotes ----------------------------------------------------------------------------------------------

bool StreamFilter::is_outlier(const wire::Trade& trade) const {
  const auto found = symbols_.find(trade.symbol);
  if (found == symbols_.end() || found->second.middle.is_absent()) return false;
  constexpr std::int64_t whole = 10'000;
  const std::int64_t middle = found->second.middle.raw();
  const std::int64_t away = std::abs(trade.price.raw() - middle);
  const auto band = std::int64_t{config_.price_band};
  return away > std::abs(middle / whole * band + middle % whole * band / whole);
}

void StreamFilter::take_trade(FrameView frame, const wire::Trade& trade) {
  if (config_.price_band == 0) return pass(frame);
  const bool marked = is_outlier(trade);
  Symbol& of = symbol(trade.symbol);
  // Without quotes the last trade is the market.
  if (of.middle.is_absent()) of.middle = trade.price;
  if (!marked) return pass(frame);
  ++counts_.outliers;
  wire::Trade copy = trade;
  copy.detail |= wire::trade_detail::outside_band;
  write(copy, frame.flags());
}

void StreamFilter::take_quote(FrameView frame, const wire::Quote& quote) {
  if (config_.conflation == Nanos{0} || frame.has(wire::flag::recovered)) return pass(frame);
  Symbol& of = symbol(quote.symbol);
  counts_.joined += of.quote.has_value();
  of.quote.reset();
  if (due(of.quote_told, quote.receive_time)) {
    of.quote_told = quote.receive_time;
    return pass(frame);
  }
  of.quote = quote;
  of.quote_flags = frame.flags();
}

// --- Books ----------------------------------------------------------------------------------------------------------

void StreamFilter::take_book(FrameView frame) {
  Symbol& of = symbol(frame.stamp().symbol);
  if (const auto* status = frame.as<wire::BookStatus>()) {
    if (of.waiting != 0) tell_book(of, status->receive_time);
    (void)of.book.apply(frame);
    if (status->state == wire::BookState::Live) {
      of.shown_live = true;
    } else {
      of.whole = false;
    }
    return pass(frame);
  }
  const auto outcome = of.book.apply(frame);
  of.last = frame.stamp();
  const auto* snapshot = frame.as<wire::L2Snapshot>();
  switch (outcome) {
    case book::Outcome::Applied:
      if (snapshot != nullptr) return tell_snapshot(of, *snapshot);
      ++of.waiting;
      if (due(of.book_told, of.last.receive_time)) tell_book(of, of.last.receive_time);
      return;
    case book::Outcome::Gap:
    case book::Outcome::Crossed:
    case book::Outcome::Full:
      return tell_broken(of);
    case book::Outcome::Part:
      return;
    default:
      // A delta without a book: readers could not use it either.
      ++counts_.joined;
  }
}

void StreamFilter::tell_snapshot(Symbol& of, const wire::L2Snapshot& snapshot) {
  counts_.joined += std::exchange(of.waiting, 0);
  take_top(of.book.ladder(), book::Side::Bid, config_.depth, of.shown[0]);
  take_top(of.book.ladder(), book::Side::Ask, config_.depth, of.shown[1]);
  of.shown_id = snapshot.update_id;
  of.shown_live = (snapshot.detail & book::live_once_applied) != 0;
  of.whole = true;
  of.book_told = snapshot.receive_time;
  write_levels(snapshot, of.shown[0], of.shown[1]);
}

void StreamFilter::tell_book(Symbol& of, Nanos now) {
  const std::uint64_t waiting = std::exchange(of.waiting, 0);
  take_top(of.book.ladder(), book::Side::Bid, config_.depth, scratch_[0]);
  take_top(of.book.ladder(), book::Side::Ask, config_.depth, scratch_[1]);
  differ(book::Side::Bid, of.shown[0], scratch_[0], changes_[0]);
  differ(book::Side::Ask, of.shown[1], scratch_[1], changes_[1]);
  const bool live = (of.last.detail & book::live_once_applied) != 0;
  if (changes_[0].empty() && changes_[1].empty() && live == of.shown_live) {
    counts_.joined += waiting;
    return;
  }
  counts_.joined += waiting - 1;
  std::swap(of.shown[0], scratch_[0]);
  std::swap(of.shown[1], scratch_[1]);
  of.shown_live = live;
  of.book_told = now;
  wire::L2Delta delta;
  delta.symbol = of.book.symbol();
  delta.exchange_time = of.last.exchange_time;
  delta.receive_time = of.last.receive_time;
  delta.publish_delay = of.last.publish_delay;
  delta.source = of.last.source;
  delta.detail = of.last.detail;
  delta.previous_update_id = std::exchange(of.shown_id, of.book.update_id());
  delta.update_id = of.shown_id;
  write_levels(delta, changes_[0], changes_[1]);
}

// Readers are told something that follows on nothing, and ask for the book anew.
void StreamFilter::tell_broken(Symbol& of) {
  counts_.joined += std::exchange(of.waiting, 0);
  if (!std::exchange(of.whole, false)) return;
  wire::L2Delta delta;
  delta.symbol = of.book.symbol();
  delta.receive_time = of.last.receive_time;
  delta.source = of.last.source;
  delta.previous_update_id = ~of.shown_id;
  delta.update_id = ~of.shown_id;
  write_levels(delta, {}, {});
}

// --- Out ------------------------------------------------------------------------------------------------------------

std::uint32_t StreamFilter::next_sequence(std::uint16_t source, std::uint32_t first) {
  std::uint32_t& next = sequences_.try_emplace(static_cast<std::uint16_t>(source >> 4), first).first->second;
  return std::exchange(next, wire::sequence_after(next));
}

void StreamFilter::pass(FrameView frame) {
  // What comes from a cache carries sequences of the past.
  if (frame.has(wire::flag::recovered)) return emit_(frame);
  wire::Header header = frame.header();
  header.sequence = next_sequence(frame.stamp().source, frame.sequence());
  buffer_[0] = wire::pack(header);
  auto* const bytes = reinterpret_cast<std::byte*>(buffer_.data());
  std::memcpy(bytes + wire::header_size, frame.payload().data(), frame.payload().size());
  emit_(FrameView(header, bytes));
}

template <class Message>
void StreamFilter::write(const Message& message, std::uint8_t flags) {
  const std::span<std::byte> bytes = std::as_writable_bytes(std::span(buffer_));
  const std::size_t size = wire::encode(bytes, message, flags, next_sequence(message.source, 0));
  if (const auto frame = FrameView::parse(bytes.first(size))) emit_(*frame);
}

template <class Message>
void StreamFilter::write_levels(Message message, std::span<const Level> bids, std::span<const Level> asks) {
  constexpr std::size_t most = (wire::max_payload - sizeof(wire::L2Delta)) / sizeof(Level);
  const std::span<std::byte> bytes = std::as_writable_bytes(std::span(buffer_));
  for (bool last = false; !last;) {
    const auto bids_now = bids.first(std::min(bids.size(), most));
    const auto asks_now = asks.first(std::min(asks.size(), most - bids_now.size()));
    bids = bids.subspan(bids_now.size());
    asks = asks.subspan(asks_now.size());
    last = bids.empty() && asks.empty();
    const std::uint8_t flags = last ? 0 : wire::flag::more;
    const std::size_t size = wire::encode(bytes, message, bids_now, asks_now, flags, next_sequence(message.source, 0));
    if (const auto frame = FrameView::parse(bytes.first(size))) emit_(*frame);
  }
}

}  // namespace trunkline::relay
