// What /ws/health and /metrics say, made from the stream's monitor and a few figures of this process.
//
// Thread: that of the monitor.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include "trunkline/core/clock.hpp"
#include "trunkline/hub/stream_monitor.hpp"
#include "trunkline/relay/stream_filter.hpp"

namespace trunkline::hub {

// How an account for orders stands.
struct OrderAccountView {
  std::string connector;  // what its connections are called on the stream
  std::string exchange;
  std::string domain;
  std::string account;
  bool connected = false;
  bool ready = false;
  wire::TradingState trading_state = wire::TradingState::Active;
  std::uint64_t sent = 0;
  std::uint64_t refused = 0;  // by the risk gate
  std::uint64_t open = 0;
  std::uint64_t lost = 0;
  std::uint64_t unknown = 0;
  std::uint64_t fills = 0;
  std::uint64_t reconciliations = 0;
  std::uint64_t journal_syncs = 0;
  std::uint64_t journal_failures = 0;
};

// Figures of this process that no frame carries.
struct ProcessView {
  Nanos started{0};
  std::size_t relay_clients = 0;
  std::size_t bridge_clients = 0;
  std::size_t queued_bytes = 0;  // waiting for slow clients, all together
  std::uint64_t slow_clients = 0;
  std::uint64_t client_missed = 0;  // frames that clients were told they missed
  std::uint64_t bus_missed = 0;     // frames that this process did not read in time
  relay::FilterCounts filtered = {};
  std::vector<OrderAccountView> orders = {};
};

// One connector's counters that only its own process knows.
struct ConnectorCounters {
  std::string connector;
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  std::uint64_t requests = 0;
  std::uint64_t rate_limited = 0;
  std::uint64_t parse_errors = 0;
  std::map<std::string, std::uint64_t, std::less<>> errors = {};  // warnings and errors by the event's name
  double messages_per_second = 0;                                 // of the last ten seconds; so the other two
  double bytes_per_second = 0;
  double requests_per_second = 0;
};

// "ok": everything connected and every book Live; "down": nothing connected; "degraded" between.
std::string_view overall_status(const StreamMonitor& monitor) noexcept;

std::string health_json(const StreamMonitor& monitor, const ProcessView& process,
                        std::span<const ConnectorCounters> counters, Nanos now);

// {trades, depth: {per_minute_count, per_second_rate, queue_size}, connectors: {NAME: {...}}}
std::string metrics_json(const StreamMonitor& monitor, const ProcessView& process,
                         std::span<const ConnectorCounters> counters, Nanos now);

// Prometheus text exposition format 0.0.4; docs/metrics.md lists the names.
std::string metrics_text(const StreamMonitor& monitor, const ProcessView& process,
                         std::span<const ConnectorCounters> counters, Nanos now);

// As both call a connector that has not said its name yet.
std::string connector_name(std::uint16_t id, const ConnectorView& connector);

// Whether a client that sends this Accept header wants the text rather than the JSON.
bool wants_metrics_text(std::string_view accept) noexcept;

}  // namespace trunkline::hub
