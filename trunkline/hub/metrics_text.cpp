// The Prometheus face of health.hpp.
#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <prometheus/metric_family.h>
#include <prometheus/text_serializer.h>

#include "trunkline/hub/health.hpp"

namespace trunkline::hub {
namespace {

using Labels = std::vector<prometheus::ClientMetric::Label>;

double seconds(Nanos time) {
  return std::chrono::duration<double>(time).count();
}

class Families {
 public:
  void counter(const std::string& name, const std::string& help, Labels labels, std::uint64_t value) {
    add(name, help, prometheus::MetricType::Counter, std::move(labels)).counter.value = static_cast<double>(value);
  }
  void gauge(const std::string& name, const std::string& help, Labels labels, double value) {
    add(name, help, prometheus::MetricType::Gauge, std::move(labels)).gauge.value = value;
  }
  void summary(const std::string& name, const std::string& help, Labels labels, const LatencySummary& latency,
               Nanos now) {
    auto& summary = add(name, help, prometheus::MetricType::Summary, std::move(labels)).summary;
    summary.sample_count = latency.count();
    summary.sample_sum = seconds(latency.sum());
    for (const double part : {0.5, 0.9, 0.99, 0.999}) {
      const auto value = latency.quantile(part, now);
      summary.quantile.push_back({part, value ? seconds(*value) : std::numeric_limits<double>::quiet_NaN()});
    }
  }
  std::string text() const { return prometheus::TextSerializer{}.Serialize(families_); }

 private:
  prometheus::ClientMetric& add(const std::string& name, const std::string& help, prometheus::MetricType type,
                                Labels labels) {
    auto found = std::ranges::find(families_, name, &prometheus::MetricFamily::name);
    if (found == families_.end()) {
      families_.push_back({name, help, type, {}});
      found = families_.end() - 1;
    }
    prometheus::ClientMetric& metric = found->metric.emplace_back();
    metric.label = std::move(labels);
    return metric;
  }

  std::vector<prometheus::MetricFamily> families_;
};

double resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::uint64_t total = 0;
  std::uint64_t resident = 0;
  statm >> total >> resident;
  return static_cast<double>(resident) * 4096;
}

void add_journey(Families& families, const std::string& name, const ConnectorView& connector, Nanos now) {
  const Labels labels{{"connector", name}};
  if (connector.last_event.count() != 0) {
    families.gauge("trunkline_message_age_seconds", "Since the last market data was received.", labels,
                   seconds(now - connector.last_event));
  }
  const JourneyView& journey = connector.journey;
  families.summary("trunkline_receive_lag_seconds",
                   "From the venue's time to receive; the clocks' difference is in it.", labels, journey.receive_lag,
                   now);
  families.counter("trunkline_clock_behind_total", "Messages whose venue's time was later than ours at receive.",
                   labels, journey.clock_behind);
  families.summary("trunkline_publish_delay_seconds", "From receive to publish: parsing.", labels, journey.publish,
                   now);
  families.summary("trunkline_delivery_delay_seconds", "From publish to the reader that serves clients.", labels,
                   journey.delivery, now);
  for (const auto& [reason, count] : connector.stale) {
    families.counter("trunkline_books_stale_total", "Times a book became Stale.",
                     {{"connector", name}, {"reason", std::string(wire::to_text(reason))}}, count);
  }
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
  for (const auto& [kind, count] : counters.errors) {
    families.counter("trunkline_errors_total", "Warnings and errors that the connector reported.",
                     {{"connector", counters.connector}, {"kind", kind}}, count);
  }
}

void add_orders(Families& families, const OrderAccountView& account) {
  const Labels labels{{"exchange", account.exchange}, {"domain", account.domain}, {"account", account.account}};
  families.gauge("trunkline_orders_ready", "1 while new orders go out at once.", labels, account.ready ? 1 : 0);
  for (const auto state : {wire::TradingState::Active, wire::TradingState::Reducing, wire::TradingState::Halted}) {
    Labels of_state = labels;
    of_state.emplace_back("state", std::string(wire::to_text(state)));
    families.gauge("trunkline_orders_trading_state", "1 for the state of the kill switch.", std::move(of_state),
                   account.trading_state == state ? 1 : 0);
  }
  families.gauge("trunkline_orders_open", "Orders that are not done.", labels, static_cast<double>(account.open));
  families.gauge("trunkline_orders_lost", "Orders that the venue says it does not know.", labels,
                 static_cast<double>(account.lost));
  families.counter("trunkline_orders_sent_total", "Orders handed to the venue.", labels, account.sent);
  families.counter("trunkline_orders_refused_total", "Orders that the risk gate refused.", labels, account.refused);
  families.counter("trunkline_orders_unknown_total", "Requests whose outcome was not known.", labels, account.unknown);
  families.counter("trunkline_fills_total", "Fills of the account's orders.", labels, account.fills);
  families.counter("trunkline_orders_reconciliations_total", "Times everything was asked of the venue.", labels,
                   account.reconciliations);
  families.counter("trunkline_journal_syncs_total", "Times the journal was put on disk.", labels,
                   account.journal_syncs);
  families.counter("trunkline_journal_failures_total", "Records that the journal could not keep.", labels,
                   account.journal_failures);
}

}  // namespace

std::string metrics_text(const StreamMonitor& monitor, const ProcessView& process,
                         std::span<const ConnectorCounters> counters, Nanos now) {
  Families families;
  for (const auto& [id, connector] : monitor.connectors()) {
    const std::string name = connector_name(id, connector);
    add_connector(families, name, connector);
    add_journey(families, name, connector, now);
  }
  for (const auto& [symbol, book] : monitor.books()) add_book(families, book);
  for (const ConnectorCounters& connector : counters) add_counters(families, connector);
  for (const OrderAccountView& account : process.orders) add_orders(families, account);
  families.counter("trunkline_bus_missed_total", "Frames that were not read from the bus in time.", {},
                   process.bus_missed);
  for (const auto& [reason, count] : {std::pair<const char*, std::uint64_t>{"symbol", process.filtered.symbol},
                                      {"kind", process.filtered.kind},
                                      {"joined", process.filtered.joined}}) {
    families.counter("trunkline_filtered_total", "Frames that the configured filter left out.", {{"reason", reason}},
                     count);
  }
  families.counter("trunkline_outliers_total", "Trades that were marked as outside of the price band.", {},
                   process.filtered.outliers);
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

}  // namespace trunkline::hub
