#include "trunkline/hub/health.hpp"

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

namespace trunkline::hub {
namespace {

using Json = nlohmann::ordered_json;

Json time_or_null(Nanos time) {
  return time.count() == 0 ? Json(nullptr) : Json(to_iso8601(time));
}

std::size_t slot(wire::MessageType type) {
  return static_cast<std::size_t>(type);
}

bool saw(const ConnectorView& connector, std::initializer_list<wire::MessageType> types) {
  return std::ranges::any_of(types, [&](wire::MessageType type) { return connector.frames[slot(type)] != 0; });
}

std::string connector_name(std::uint16_t id, const ConnectorView& connector) {
  return connector.name.empty() ? "connector-" + std::to_string(id) : connector.name;
}

Json connector_json(const ConnectorView& connector, const ProcessView& process) {
  Json connections = Json::array();
  for (const auto& [lane, connection] : connector.connections) {
    connections.push_back({{"name", lane},
                           {"url", connection.endpoint},
                           {"state", wire::to_text(connection.state)},
                           {"connected_since", time_or_null(connection.connected_since)},
                           {"reconnects", connection.reconnects},
                           {"attempt", connection.attempt},
                           {"last_reason", connection.reason}});
  }
  using enum wire::MessageType;
  return {{"connected", connector.connected()},
          {"last_ts", time_or_null(connector.last_receive)},
          {"queue_size", process.queued_bytes},
          {"reconnection_attempts", connector.reconnects()},
          {"connector_health",
           {{"connected", connector.connected()},
            {"subscribed_trades", saw(connector, {Trade})},
            {"subscribed_depth", saw(connector, {L2Snapshot, L2Delta})},
            {"event_counter", connector.events()}}},
          {"missed", connector.missed},
          {"connections", std::move(connections)}};
}

Json rate_json(const RateWindow& window, const ProcessView& process, Nanos now) {
  return {{"per_minute_count", window.per_minute(now)},
          {"per_second_rate", window.per_second(now)},
          {"queue_size", process.queued_bytes}};
}

// --- Prometheus ---

using Labels = std::vector<prometheus::ClientMetric::Label>;

class Families {
 public:
  void add(const std::string& name, const std::string& help, prometheus::MetricType type, Labels labels, double value) {
    auto found = std::ranges::find(families_, name, &prometheus::MetricFamily::name);
    if (found == families_.end()) {
      families_.push_back({name, help, type, {}});
      found = families_.end() - 1;
    }
    prometheus::ClientMetric metric;
    metric.label = std::move(labels);
    if (type == prometheus::MetricType::Counter) {
      metric.counter.value = value;
    } else {
      metric.gauge.value = value;
    }
    found->metric.push_back(std::move(metric));
  }
  void counter(const std::string& name, const std::string& help, Labels labels, std::uint64_t value) {
    add(name, help, prometheus::MetricType::Counter, std::move(labels), static_cast<double>(value));
  }
  void gauge(const std::string& name, const std::string& help, Labels labels, double value) {
    add(name, help, prometheus::MetricType::Gauge, std::move(labels), value);
  }
  std::string text() const { return prometheus::TextSerializer{}.Serialize(families_); }

 private:
  std::vector<prometheus::MetricFamily> families_;
};

double seconds(Nanos time) {
  return std::chrono::duration<double>(time).count();
}

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  statm >> total >> resident;
  return static_cast<double>(resident) * 4096;
}

void add_connector(Families& families, const std::string& name, const ConnectorView& connector) {
  for (std::size_t type = 0; type < connector.frames.size(); ++type) {
    if (connector.frames[type] == 0) continue;
    const auto kind = std::string(wire::to_text(static_cast<wire::MessageType>(type)));
    families.counter("trunkline_frames_total", "Frames on the stream.", {{"connector", name}, {"type", kind}},
                     connector.frames[type]);
    families.gauge("trunkline_last_receive_timestamp_seconds", "When the last frame of this type was received.",
                   {{"connector", name}, {"type", kind}}, seconds(connector.last_by_type[type]));
  }
  families.counter("trunkline_frames_missed_total", "Frames that the sequence says are missing.", {{"connector", name}},
                   connector.missed);
  for (const auto& [lane, connection] : connector.connections) {
    const Labels labels{{"connector", name}, {"connection", std::to_string(lane)}};
    families.gauge("trunkline_connection_up", "1 while the connection is made.", labels,
                   connection.state == wire::ConnectionState::Connected ? 1 : 0);
    families.counter("trunkline_reconnects_total", "Times the connection was made anew.", labels,
                     connection.reconnects);
  }
}

void add_book(Families& families, const BookView& book) {
  const Labels labels{{"symbol", book.text}};
  families.gauge("trunkline_book_live", "1 while the book can be trusted.", labels,
                 book.status.state == wire::BookState::Live ? 1 : 0);
  families.counter("trunkline_book_gaps_total", "Times the book lost its sequence.", labels, book.status.gaps);
  families.counter("trunkline_book_resyncs_total", "Times the book became right again.", labels, book.status.resyncs);
}

void add_counters(Families& families, const ConnectorCounters& counters) {
  const Labels labels{{"connector", counters.connector}};
  families.counter("trunkline_messages_received_total", "Messages from the venue.", labels, counters.messages);
  families.counter("trunkline_bytes_received_total", "Bytes from the venue.", labels, counters.bytes);
  families.counter("trunkline_requests_total", "REST requests made.", labels, counters.requests);
  families.counter("trunkline_rate_limited_total", "Requests the venue answered with 429 or 418.", labels,
                   counters.rate_limited);
  families.counter("trunkline_parse_errors_total", "Messages that could not be read.", labels, counters.parse_errors);
}

}  // namespace

std::string_view overall_status(const StreamMonitor& monitor) noexcept {
  std::size_t connected = 0;
  for (const auto& [id, connector] : monitor.connectors()) connected += connector.connected() ? 1U : 0U;
  if (connected == 0) return "down";
  const bool all_live = std::ranges::all_of(
      monitor.books(), [](const auto& entry) { return entry.second.status.state == wire::BookState::Live; });
  return connected == monitor.connectors().size() && all_live ? "ok" : "degraded";
}

std::string health_json(const StreamMonitor& monitor, const ProcessView& process, Nanos now) {
  Json connectors = Json::object();
  Json first = nullptr;
  for (const auto& [id, connector] : monitor.connectors()) {
    Json view = connector_json(connector, process);
    if (first.is_null()) first = view;
    connectors[connector_name(id, connector)] = std::move(view);
  }
  std::map<std::string, const BookView*> ordered;
  for (const auto& [symbol, book] : monitor.books()) ordered.emplace(book.text, &book);
  Json books = Json::object();
  for (const auto& [text, book] : ordered) {
    books[text] = {{"state", wire::to_text(book->status.state)},
                   {"integrity", wire::to_text(book->status.integrity)},
                   {"reason", wire::to_text(book->status.reason)},
                   {"gaps", book->status.gaps},
                   {"resyncs", book->status.resyncs},
                   {"update_id", std::to_string(book->status.update_id)}};
  }
  const Json health = {{"status", overall_status(monitor)},
                       {"uptime_s", std::chrono::duration_cast<std::chrono::seconds>(now - process.started).count()},
                       {"connector", std::move(first)},
                       {"connectors", std::move(connectors)},
                       {"books", std::move(books)},
                       {"clients", {{"relay", process.relay_clients}, {"bridge", process.bridge_clients}}},
                       {"slow_clients", process.slow_clients},
                       {"client_missed", process.client_missed},
                       {"missed_on_bus", process.bus_missed}};
  return health.dump();
}

std::string metrics_json(const StreamMonitor& monitor, const ProcessView& process, Nanos now) {
  return Json{{"trades", rate_json(monitor.trades(), process, now)},
              {"depth", rate_json(monitor.depth(), process, now)}}
      .dump();
}

std::string metrics_text(const StreamMonitor& monitor, const ProcessView& process,
                         std::span<const ConnectorCounters> counters, Nanos now) {
  Families families;
  for (const auto& [id, connector] : monitor.connectors())
    add_connector(families, connector_name(id, connector), connector);
  for (const auto& [symbol, book] : monitor.books()) add_book(families, book);
  for (const ConnectorCounters& connector : counters) add_counters(families, connector);
  families.counter("trunkline_bus_missed_total", "Frames that were not read from the bus in time.", {},
                   process.bus_missed);
  families.gauge("trunkline_clients", "Connected clients.", {{"kind", "relay"}},
                 static_cast<double>(process.relay_clients));
  families.gauge("trunkline_clients", "Connected clients.", {{"kind", "bridge"}},
                 static_cast<double>(process.bridge_clients));
  families.gauge("trunkline_client_queue_bytes", "Bytes waiting for slow clients.", {},
                 static_cast<double>(process.queued_bytes));
  families.counter("trunkline_client_missed_total", "Frames that clients were told they missed.", {},
                   process.client_missed);
  families.gauge("process_resident_memory_bytes", "Resident memory size in bytes.", {}, resident_bytes());
  families.gauge("process_start_time_seconds", "Start time of the process since the Unix epoch in seconds.", {},
                 seconds(process.started));
  families.gauge("trunkline_uptime_seconds", "Seconds since start.", {}, seconds(now - process.started));
  return families.text();
}

bool wants_metrics_text(std::string_view accept) noexcept {
  return accept.find("text/plain") != std::string_view::npos || accept.find("openmetrics") != std::string_view::npos;
}

}  // namespace trunkline::hub
