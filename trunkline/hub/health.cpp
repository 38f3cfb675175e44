#include "trunkline/hub/health.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

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

Json micros_or_null(const LatencySummary& summary, double part, Nanos now) {
  const auto latency = summary.quantile(part, now);
  return latency ? Json(static_cast<double>(latency->count()) / 1000) : Json(nullptr);
}

Json latency_json(const LatencySummary& summary, Nanos now) {
  return {{"p50_us", micros_or_null(summary, 0.5, now)},
          {"p99_us", micros_or_null(summary, 0.99, now)},
          {"p999_us", micros_or_null(summary, 0.999, now)}};
}

// What health and metrics both tell: how much, how fast, how old. Of this process's own connectors, what they count.
Json figures_json(const ConnectorView& connector, const ConnectorCounters* counters, Nanos now) {
  Json figures = {{"age_s", connector.last_event.count() == 0
                                ? Json(nullptr)
                                : Json(std::chrono::duration<double>(now - connector.last_event).count())},
                  {"events_per_second", connector.event_rate.per_second(now)},
                  {"latency",
                   {{"receive_lag", latency_json(connector.journey.receive_lag, now)},
                    {"publish", latency_json(connector.journey.publish, now)},
                    {"delivery", latency_json(connector.journey.delivery, now)}}}};
  Json stale = Json::object();
  for (const auto& [reason, count] : connector.stale) stale[std::string(wire::to_text(reason))] = count;
  figures["books_stale"] = std::move(stale);
  if (counters == nullptr) return figures;
  figures["messages_per_second"] = counters->messages_per_second;
  figures["bytes_per_second"] = counters->bytes_per_second;
  figures["requests_per_second"] = counters->requests_per_second;
  figures["rate_limited"] = counters->rate_limited;
  figures["errors"] = counters->errors;
  return figures;
}

const ConnectorCounters* find_counters(std::span<const ConnectorCounters> counters, std::string_view connector) {
  const auto found = std::ranges::find(counters, connector, &ConnectorCounters::connector);
  return found == counters.end() ? nullptr : &*found;
}

Json connector_json(const ConnectorView& connector, const ConnectorCounters* counters, const ProcessView& process,
                    Nanos now) {
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
          {"figures", figures_json(connector, counters, now)},
          {"connections", std::move(connections)}};
}

Json orders_json(std::span<const OrderAccountView> accounts) {
  Json out = Json::object();
  for (const OrderAccountView& account : accounts) {
    out[account.exchange] = {{"domain", account.domain},  {"account", account.account},
                             {"ready", account.ready},    {"trading_state", wire::to_text(account.trading_state)},
                             {"open", account.open},      {"lost", account.lost},
                             {"unknown", account.unknown}};
  }
  return out;
}

Json rate_json(const RateWindow& window, const ProcessView& process, Nanos now) {
  return {{"per_minute_count", window.per_minute(now)},
          {"per_second_rate", window.per_second(now)},
          {"queue_size", process.queued_bytes}};
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

std::string connector_name(std::uint16_t id, const ConnectorView& connector) {
  return connector.name.empty() ? "connector-" + std::to_string(id) : connector.name;
}

std::string health_json(const StreamMonitor& monitor, const ProcessView& process,
                        std::span<const ConnectorCounters> counters, Nanos now) {
  Json connectors = Json::object();
  Json first = nullptr;
  for (const auto& [id, connector] : monitor.connectors()) {
    const std::string name = connector_name(id, connector);
    Json view = connector_json(connector, find_counters(counters, name), process, now);
    const bool of_orders =
        std::ranges::find(process.orders, name, &OrderAccountView::connector) != process.orders.end();
    if (first.is_null() && !of_orders) first = view;
    connectors[name] = std::move(view);
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
                       {"orders", orders_json(process.orders)},
                       {"clients", {{"relay", process.relay_clients}, {"bridge", process.bridge_clients}}},
                       {"slow_clients", process.slow_clients},
                       {"client_missed", process.client_missed},
                       {"missed_on_bus", process.bus_missed},
                       {"filtered",
                        {{"symbol", process.filtered.symbol},
                         {"kind", process.filtered.kind},
                         {"joined", process.filtered.joined},
                         {"outliers", process.filtered.outliers}}}};
  return health.dump();
}

std::string metrics_json(const StreamMonitor& monitor, const ProcessView& process,
                         std::span<const ConnectorCounters> counters, Nanos now) {
  Json connectors = Json::object();
  for (const auto& [id, connector] : monitor.connectors()) {
    const std::string name = connector_name(id, connector);
    connectors[name] = figures_json(connector, find_counters(counters, name), now);
  }
  return Json{{"trades", rate_json(monitor.trades(), process, now)},
              {"depth", rate_json(monitor.depth(), process, now)},
              {"connectors", std::move(connectors)}}
      .dump();
}

bool wants_metrics_text(std::string_view accept) noexcept {
  return accept.find("text/plain") != std::string_view::npos || accept.find("openmetrics") != std::string_view::npos;
}

}  // namespace trunkline::hub
