#include "trunkline/hub/stream_monitor.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "trunkline/wire/sequence.hpp"
#include "trunkline/wire/trade_detail.hpp"

namespace trunkline::hub {
namespace {

std::int64_t whole_second(Nanos time) noexcept {
  return std::chrono::duration_cast<std::chrono::seconds>(time).count();
}

std::size_t slot_of(wire::MessageType type) noexcept {
  return std::min<std::size_t>(static_cast<std::size_t>(type), 31);
}

constexpr std::array market_data{wire::MessageType::Trade,      wire::MessageType::Quote,
                                 wire::MessageType::L2Delta,    wire::MessageType::L2Snapshot,
                                 wire::MessageType::Bar,        wire::MessageType::DerivativeTicker,
                                 wire::MessageType::Liquidation};

bool is_market_data(wire::MessageType type) noexcept {
  return std::ranges::find(market_data, type) != market_data.end();
}

// Snapshots and bars tell the time of what they sum up; history is old by nature.
bool tells_lag(wire::FrameView frame) noexcept {
  using enum wire::MessageType;
  if (frame.stamp().exchange_time.count() == 0) return false;
  if (frame.type() == Trade) return (frame.stamp().detail & wire::trade_detail::from_history) == 0;
  return frame.type() == Quote || frame.type() == L2Delta;
}

void note_journey(JourneyView& journey, wire::FrameView frame, Nanos now) noexcept {
  const wire::Stamp& stamp = frame.stamp();
  const Nanos in_connector{stamp.publish_delay};
  journey.publish.add(in_connector, now);
  journey.delivery.add(now - stamp.receive_time - in_connector, now);
  if (!tells_lag(frame)) return;
  const Nanos lag = stamp.receive_time - stamp.exchange_time;
  if (lag.count() < 0) ++journey.clock_behind;
  journey.receive_lag.add(lag, now);
}

}  // namespace

void RateWindow::add(Nanos now, std::uint64_t count) noexcept {
  const std::int64_t second = whole_second(now);
  const auto slot = static_cast<std::size_t>(second % seconds);
  if (stamps_[slot] != second) {
    stamps_[slot] = second;
    counts_[slot] = 0;
  }
  counts_[slot] += count;
}

std::uint64_t RateWindow::per_minute(Nanos now) const noexcept {
  const std::int64_t second = whole_second(now);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (stamps_[i] > second - seconds && stamps_[i] <= second) sum += counts_[i];
  }
  return sum;
}

double RateWindow::per_second(Nanos now) const noexcept {
  constexpr std::int64_t span = 10;
  const std::int64_t second = whole_second(now);
  std::uint64_t sum = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    if (stamps_[i] >= second - span && stamps_[i] < second) sum += counts_[i];
  }
  return static_cast<double>(sum) / span;
}

bool ConnectorView::connected() const noexcept {
  return !connections.empty() && std::ranges::all_of(connections, [](const auto& entry) {
    return entry.second.state == wire::ConnectionState::Connected;
  });
}

std::uint64_t ConnectorView::reconnects() const noexcept {
  std::uint64_t sum = 0;
  for (const auto& [lane, connection] : connections) sum += connection.reconnects;
  return sum;
}

std::uint64_t ConnectorView::events() const noexcept {
  std::uint64_t sum = 0;
  for (const auto type : market_data) sum += frames[slot_of(type)];
  return sum;
}

void StreamMonitor::apply(wire::FrameView frame, Nanos now) {
  const wire::Stamp stamp = frame.stamp();
  ConnectorView& connector = connectors_[static_cast<std::uint16_t>(stamp.source >> 4)];
  // What comes from a cache carries sequences of the past.
  if (!frame.has(wire::flag::recovered)) {
    if (connector.seen) connector.missed += wire::sequence_missed(connector.last_sequence, frame.sequence());
    connector.last_sequence = frame.sequence();
    connector.seen = true;
  }
  const std::size_t slot = slot_of(frame.type());
  ++connector.frames[slot];
  connector.last_by_type[slot] = stamp.receive_time;
  connector.last_receive = std::max(connector.last_receive, stamp.receive_time);
  if (is_market_data(frame.type()) && !frame.has(wire::flag::recovered)) {
    connector.last_event = std::max(connector.last_event, stamp.receive_time);
    connector.event_rate.add(now);
    note_journey(connector.journey, frame, now);
  }

  if (frame.as<wire::Trade>() != nullptr) {
    trades_.add(now);
  } else if (frame.as<wire::L2Delta>() != nullptr || frame.as<wire::L2Snapshot>() != nullptr) {
    depth_.add(now);
  } else if (const auto* mapping = frame.as<wire::SymbolMapping>()) {
    symbols_[mapping->symbol] = wire::text(*mapping);
  } else if (const auto* connection = frame.as<wire::ConnectionStatus>()) {
    on_connection(*connection, connector);
  } else if (const auto* book = frame.as<wire::BookStatus>()) {
    on_book(*book, connector);
  }
}

std::string StreamMonitor::symbol_text(SymbolHash symbol) const {
  const auto found = symbols_.find(symbol);
  return found == symbols_.end() ? fmt::format("{:016x}", symbol) : found->second;
}

void StreamMonitor::on_connection(const wire::ConnectionStatus& status, ConnectorView& connector) {
  connector.name = wire::connector(status);
  connector.connections[status.source & 0xF] = {
      std::string(wire::endpoint(status)), status.state, status.connected_since, status.reconnects, status.attempt,
      std::string(wire::reason(status))};
}

void StreamMonitor::on_book(const wire::BookStatus& status, ConnectorView& connector) {
  BookView& view = books_[status.symbol];
  const wire::BookState before = view.status.state;
  view.status = status;
  view.text = symbol_text(status.symbol);
  if (status.state == wire::BookState::Stale && before != status.state) ++connector.stale[status.reason];
  if (log_ == nullptr || before == status.state) return;
  if (status.state != wire::BookState::Stale && status.state != wire::BookState::Live) return;
  const bool live = status.state == wire::BookState::Live;
  log_->write({live ? Severity::Info : Severity::Warning,
               live ? "book_live" : "book_stale",
               connector.name,
               view.text,
               {{"reason", std::string(wire::to_text(status.reason))},
                {"integrity", std::string(wire::to_text(status.integrity))},
                {"update_id", std::to_string(status.update_id)},
                {"gaps", std::to_string(status.gaps)},
                {"resyncs", std::to_string(status.resyncs)}}});
}

}  // namespace trunkline::hub
