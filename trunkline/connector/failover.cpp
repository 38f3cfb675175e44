#include "trunkline/connector/failover.hpp"

#include <utility>
#include <vector>

#include "trunkline/wire/trade_detail.hpp"

namespace trunkline::connector {

using wire::BookReason;
using wire::BookState;

void Failover::add(std::string_view primary, std::string_view backup, Nanos now) {
  const SymbolHash hash = hash_symbol_text(primary);
  const SymbolHash other = hash_symbol_text(backup);
  Symbol& symbol = symbols_.try_emplace(hash, std::string(primary), hash, other).first->second;
  symbol.may_take_over = now + config_.first_book_limit;
  by_source_[0][hash] = hash;
  by_source_[1][other] = hash;
}

std::size_t Failover::active(SymbolHash symbol) const {
  const auto found = symbols_.find(symbol);
  return found == symbols_.end() ? 0 : found->second.active;
}

void Failover::begin(std::size_t source, const wire::FrameView& frame) noexcept {
  const unsigned connection = (frame.stamp().source & 7U) | (source == 0 ? 0U : 8U);
  sink_.begin(frame.stamp().receive_time, static_cast<std::uint8_t>(connection));
}

template <class Message>
void Failover::forward(const Symbol& symbol, const wire::FrameView& frame) {
  Message message = *frame.as<Message>();
  message.symbol = symbol.hash;
  sink_.publish_flagged(frame.flags(), message);
}

void Failover::apply(std::size_t source, const wire::FrameView& frame, Nanos now) {
  begin(source, frame);
  if (const auto* status = frame.as<wire::ConnectionStatus>()) {
    connected_[source] = status->state == wire::ConnectionState::Connected;
    sink_.publish(*status, wire::connector(*status), wire::endpoint(*status), wire::reason(*status));
    return;
  }
  const auto mine = by_source_[source].find(frame.stamp().symbol);
  if (mine == by_source_[source].end()) return;
  Symbol& symbol = symbols_.at(mine->second);
  const bool from_active = source == symbol.active;
  switch (frame.type()) {
    case wire::MessageType::SymbolMapping:
      return take_mapping(symbol, source, frame);
    case wire::MessageType::BookStatus:
    case wire::MessageType::L2Snapshot:
    case wire::MessageType::L2Delta:
      return take_book(symbol, source, frame, now);
    case wire::MessageType::Trade:
      return take_trade(symbol, source, frame);
    case wire::MessageType::Gap:
      return take_gap(symbol, source, frame);
    case wire::MessageType::Quote:
      if (from_active) forward<wire::Quote>(symbol, frame);
      return;
    case wire::MessageType::Bar:
      if (from_active) forward<wire::Bar>(symbol, frame);
      return;
    case wire::MessageType::DerivativeTicker:
      if (from_active) forward<wire::DerivativeTicker>(symbol, frame);
      return;
    case wire::MessageType::Liquidation:
      if (from_active) forward<wire::Liquidation>(symbol, frame);
      return;
    default:
      return;
  }
}

void Failover::take_mapping(Symbol& symbol, std::size_t source, const wire::FrameView& frame) {
  const auto* mapping = frame.as<wire::SymbolMapping>();
  if (mapping == nullptr) return;
  Source& from = symbol.from[source];
  from.mapping = *mapping;
  from.mapping.symbol = symbol.hash;
  from.venue_symbol = wire::venue_symbol(*mapping);
  from.mapped = true;
  if (source == symbol.active || !symbol.from[symbol.active].mapped) publish_mapping(symbol, source);
}

void Failover::take_trade(Symbol& symbol, std::size_t source, const wire::FrameView& frame) {
  const auto* trade = frame.as<wire::Trade>();
  if (trade == nullptr) return;
  if (config_.one_series_of_trades) {
    TradeSeries& series = symbol.trades[trade->detail & wire::trade_detail::aggregate];
    const auto answer = series.take(source, trade->trade_id, connected_[1 - source]);
    if (answer.lost != 0) {
      wire::Gap gap;
      gap.symbol = symbol.hash;
      gap.exchange_time = trade->exchange_time;
      gap.missed = answer.lost;
      gap.total_missed = symbol.trades_lost += answer.lost;
      gap.since = trade->receive_time;
      gap.scope = wire::GapScope::Venue;
      sink_.publish(gap);
    }
    if (!answer.fresh) return;
  } else if (source != symbol.active) {
    return;
  }
  forward<wire::Trade>(symbol, frame);
}

// What one of them missed, the other may have brought: its next trade tells where the hole is.
void Failover::take_gap(Symbol& symbol, std::size_t source, const wire::FrameView& frame) {
  const auto* gap = frame.as<wire::Gap>();
  if (gap == nullptr) return;
  if (!config_.one_series_of_trades) {
    if (source == symbol.active) forward<wire::Gap>(symbol, frame);
    return;
  }
  for (TradeSeries& series : symbol.trades) series.missed(source, gap->missed);
}

void Failover::take_book(Symbol& symbol, std::size_t source, const wire::FrameView& frame, Nanos now) {
  Source& from = symbol.from[source];
  const bool was_live = from.book.live();
  const auto outcome = from.book.apply(frame);
  if (from.book.live() && !was_live) from.live_since = now;
  const bool broken =
      outcome == book::Outcome::Gap || outcome == book::Outcome::Crossed || outcome == book::Outcome::Full;
  const Source& other = symbol.from[1 - source];
  if (source != symbol.active) {
    const bool other_is_live = other.book.state() == BookState::Live;  // perhaps between two parts of a message
    if (source == 1 ? needs_backup(symbol, now) : from.book.live() && !other_is_live) {
      make_active(symbol, source, other.book.reason(), now);
    }
    return;
  }
  const bool stale = from.book.state() == BookState::Stale && from.book.reason() != BookReason::Unsubscribed;
  if (was_live && !from.book.live() && (broken || stale) && other.book.live()) {
    return make_active(symbol, 1 - source, from.book.reason(), now);
  }
  if (broken) return publish_status(symbol, BookState::Stale, from.book.reason());
  if (frame.as<wire::BookStatus>() != nullptr) return forward<wire::BookStatus>(symbol, frame);
  if (const auto* snapshot = frame.as<wire::L2Snapshot>()) {
    wire::L2Snapshot out = *snapshot;
    out.symbol = symbol.hash;
    sink_.publish_flagged(frame.flags(), out, wire::bids(*snapshot), wire::asks(*snapshot));
  } else if (const auto* delta = frame.as<wire::L2Delta>()) {
    wire::L2Delta out = *delta;
    out.symbol = symbol.hash;
    sink_.publish_flagged(frame.flags(), out, wire::bids(*delta), wire::asks(*delta));
  }
}

void Failover::make_active(Symbol& symbol, std::size_t source, BookReason reason, Nanos now) {
  ++switches_;
  symbol.active = source;
  sink_.begin(now, static_cast<std::uint8_t>(source == 0 ? 0 : 8));
  publish_status(symbol, BookState::Stale, reason);
  // Another exchange has other increments.
  if (!config_.one_series_of_trades && symbol.from[source].mapped) publish_mapping(symbol, source);
  publish_book(symbol);
  report_({Severity::Warning,
           "failover",
           {},
           symbol.text,
           {{"to", source == 0 ? "primary" : "backup"}, {"reason", std::string(wire::to_text(reason))}}});
}

void Failover::lost(std::size_t source, Nanos now) {
  for (auto& [hash, symbol] : symbols_) {
    Source& from = symbol.from[source];
    const bool was_live = from.book.live();
    from.book.lost();
    if (!was_live || source != symbol.active) continue;
    if (symbol.from[1 - source].book.live()) {
      make_active(symbol, 1 - source, BookReason::BusLoss, now);
    } else {
      sink_.begin(now, static_cast<std::uint8_t>(source == 0 ? 0 : 8));
      publish_status(symbol, BookState::Stale, BookReason::BusLoss);
    }
  }
}

void Failover::tick(Nanos now) {
  for (auto& [hash, symbol] : symbols_) {
    const Source& primary = symbol.from[0];
    if (symbol.active == 0 && needs_backup(symbol, now)) make_active(symbol, 1, primary.book.reason(), now);
    if (symbol.active == 0 || !primary.book.live() || now - primary.live_since < config_.return_after) continue;
    make_active(symbol, 0, BookReason::None, now);
  }
}

bool Failover::needs_backup(const Symbol& symbol, Nanos now) const noexcept {
  const book::Book& primary = symbol.from[0].book;
  if (primary.state() == BookState::Live || !symbol.from[1].book.live()) return false;
  if (primary.reason() == BookReason::Unsubscribed) return false;
  return now >= symbol.may_take_over && now >= may_take_over_;
}

bool Failover::resend(SymbolHash hash, Nanos now) {
  const auto found = symbols_.find(hash);
  if (found == symbols_.end()) return false;
  sink_.begin(now, static_cast<std::uint8_t>(found->second.active == 0 ? 0 : 8));
  const Symbol& symbol = found->second;
  if (symbol.from[symbol.active].mapped) publish_mapping(symbol, symbol.active);
  publish_book(symbol);
  return true;
}

void Failover::publish_mapping(const Symbol& symbol, std::size_t source) {
  const Source& from = symbol.from[source];
  sink_.publish(from.mapping, std::string_view(symbol.text), std::string_view(from.venue_symbol));
}

void Failover::publish_status(const Symbol& symbol, BookState state, BookReason reason) {
  const book::Book& book = symbol.from[symbol.active].book;
  wire::BookStatus status;
  status.symbol = symbol.hash;
  status.update_id = book.update_id();
  status.gaps = book.gaps();
  status.resyncs = book.resyncs();
  status.state = state;
  status.integrity = book.integrity();
  status.reason = reason;
  sink_.publish(status);
}

void Failover::publish_book(const Symbol& symbol) {
  const book::Book& book = symbol.from[symbol.active].book;
  if (!book.live()) return publish_status(symbol, book.state(), book.reason());
  publish_status(symbol, BookState::Syncing, BookReason::Subscribed);
  std::array<std::vector<wire::Level>, 2> sides;
  for (const book::Side side : {book::Side::Bid, book::Side::Ask}) {
    book.ladder().walk(side, [&](const wire::Level& level) {
      sides[std::to_underlying(side)].push_back(level);
      return true;
    });
  }
  wire::L2Snapshot snapshot;
  snapshot.symbol = symbol.hash;
  snapshot.exchange_time = book.exchange_time();
  snapshot.update_id = book.update_id();
  sink_.publish_book(snapshot, std::span<const wire::Level>(sides[0]), std::span<const wire::Level>(sides[1]));
  publish_status(symbol, BookState::Live, BookReason::SnapshotApplied);
}

}  // namespace trunkline::connector
