#include "trunkline/connector/failover.hpp"

#include <utility>
#include <vector>

namespace trunkline::connector {

using wire::BookReason;
using wire::BookState;

void Failover::add(std::string_view primary, std::string_view backup) {
  const SymbolHash hash = hash_symbol_text(primary);
  const SymbolHash other = hash_symbol_text(backup);
  symbols_.try_emplace(hash, std::string(primary), hash, other);
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
    case wire::MessageType::SymbolMapping: {
      const auto* mapping = frame.as<wire::SymbolMapping>();
      if (mapping == nullptr || (symbol.mapped && !from_active)) return;
      symbol.mapping = *mapping;
      symbol.mapping.symbol = symbol.hash;
      symbol.venue_symbol = wire::venue_symbol(*mapping);
      symbol.mapped = true;
      return publish_mapping(symbol);
    }
    case wire::MessageType::BookStatus:
    case wire::MessageType::L2Snapshot:
    case wire::MessageType::L2Delta:
      return take_book(symbol, source, frame, now);
    case wire::MessageType::Trade:
      return take_trade(symbol, source, frame);
    case wire::MessageType::Gap:
      // What one of them missed, the other may have brought.
      if (config_.one_series_of_trades ? !connected_[1 - source] : from_active) forward<wire::Gap>(symbol, frame);
      return;
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

void Failover::take_trade(Symbol& symbol, std::size_t source, const wire::FrameView& frame) {
  const auto* trade = frame.as<wire::Trade>();
  if (trade == nullptr) return;
  if (config_.one_series_of_trades) {
    if (symbol.trades.take(trade->trade_id).kind == venue::IdWindow::Kind::Known) return;
  } else if (source != symbol.active) {
    return;
  }
  forward<wire::Trade>(symbol, frame);
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
    if (from.book.live() && !other.book.live()) make_active(symbol, source, other.book.reason(), now);
    return;
  }
  if (was_live && !from.book.live() && (broken || from.book.state() == BookState::Stale) && other.book.live()) {
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
    if (symbol.active == 0 || !primary.book.live() || now - primary.live_since < config_.return_after) continue;
    make_active(symbol, 0, BookReason::None, now);
  }
}

bool Failover::resend(SymbolHash hash, Nanos now) {
  const auto found = symbols_.find(hash);
  if (found == symbols_.end()) return false;
  sink_.begin(now, static_cast<std::uint8_t>(found->second.active == 0 ? 0 : 8));
  if (found->second.mapped) publish_mapping(found->second);
  publish_book(found->second);
  return true;
}

void Failover::publish_mapping(const Symbol& symbol) {
  sink_.publish(symbol.mapping, std::string_view(symbol.text), std::string_view(symbol.venue_symbol));
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
