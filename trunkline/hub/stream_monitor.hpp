// What the stream says about itself: connections, books, counts, rates and ages, gathered from the frames that go by.
// Health, metrics and the log read it, in the hub's own process and behind a relay alike.
//
// Thread: one, the one that reads the frames.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <unordered_map>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/event.hpp"
#include "trunkline/hub/latency_summary.hpp"
#include "trunkline/wire/frame.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::hub {

// Events in the minute before now, by whole seconds.
class RateWindow {
 public:
  void add(Nanos now, std::uint64_t count = 1) noexcept;
  std::uint64_t per_minute(Nanos now) const noexcept;
  double per_second(Nanos now) const noexcept;  // mean of the last ten whole seconds

 private:
  static constexpr std::int64_t seconds = 60;
  std::array<std::uint64_t, seconds> counts_{};
  std::array<std::int64_t, seconds> stamps_{};
};

struct ConnectionView {
  std::string endpoint;
  wire::ConnectionState state = wire::ConnectionState::Disconnected;
  Nanos connected_since{0};
  std::uint64_t reconnects = 0;
  std::uint32_t attempt = 0;
  std::string reason;
};

// The journey of market data, from the stamps of its frames; what a cache sent again is left out.
struct JourneyView {
  LatencySummary receive_lag;      // exchange time to receive: both clocks' difference is in it
  LatencySummary publish;          // receive to publish: parsing
  LatencySummary delivery;         // publish to here
  std::uint64_t clock_behind = 0;  // times the exchange time was later than the receive time
};

struct ConnectorView {
  std::string name;                                     // empty until its first ConnectionStatus
  std::map<std::uint16_t, ConnectionView> connections;  // by the lower four bits of the source
  std::array<std::uint64_t, 32> frames{};               // by message type; the last counts all unknown ones
  std::array<Nanos, 32> last_by_type{};
  Nanos last_receive{0};
  Nanos last_event{0};    // receive time of the last market data
  RateWindow event_rate;  // market data
  JourneyView journey;
  std::map<wire::BookReason, std::uint64_t> stale;  // books that became Stale, by reason
  std::uint64_t missed = 0;                         // by sequence
  std::uint32_t last_sequence = 0;
  bool seen = false;

  bool connected() const noexcept;
  std::uint64_t reconnects() const noexcept;
  std::uint64_t events() const noexcept;  // trades, quotes, book messages
};

struct BookView {
  wire::BookStatus status;
  std::string text;
};

class StreamMonitor {
 public:
  // Book and connection changes are written to `log` as events; null writes none.
  explicit StreamMonitor(EventLog* log = nullptr) noexcept : log_(log) {}

  void apply(wire::FrameView frame, Nanos now);

  const std::map<std::uint16_t, ConnectorView>& connectors() const noexcept { return connectors_; }
  const std::unordered_map<SymbolHash, BookView>& books() const noexcept { return books_; }
  const RateWindow& trades() const noexcept { return trades_; }
  const RateWindow& depth() const noexcept { return depth_; }
  std::string symbol_text(SymbolHash symbol) const;

 private:
  void on_connection(const wire::ConnectionStatus& status, ConnectorView& connector);
  void on_book(const wire::BookStatus& status, ConnectorView& connector);

  EventLog* log_;
  std::map<std::uint16_t, ConnectorView> connectors_;  // by source >> 4
  std::unordered_map<SymbolHash, std::string> symbols_;
  std::unordered_map<SymbolHash, BookView> books_;
  RateWindow trades_;
  RateWindow depth_;
};

}  // namespace trunkline::hub
