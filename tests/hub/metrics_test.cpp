#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "trunkline/hub/connector_rates.hpp"
#include "trunkline/hub/event_counts.hpp"
#include "trunkline/hub/health.hpp"

namespace trunkline::hub {
namespace {

using namespace std::chrono_literals;
constexpr Nanos now = 1'700'000'000s;

class Recorder final : public EventLog {
 public:
  void write(const Event& event) override { names.emplace_back(event.name); }
  std::vector<std::string> names;
};

// A monitor that has seen one connector's life: connected, quotes and trades, a stale book.
class OneConnector {
 public:
  OneConnector() {
    frame(wire::ConnectionStatus{.connected_since = now, .state = wire::ConnectionState::Connected},
          std::string_view("kraken"), std::string_view("wss://stream"), std::string_view(""));
    frame(wire::SymbolMapping{.symbol = 42}, std::string_view("kraken:BTC-USD"), std::string_view("BTC/USD"));
  }
  template <class Message, class... Tails>
  void frame(Message message, Tails... tails) {
    message.source = 1 << 4;
    if (message.receive_time.count() == 0) message.receive_time = now;
    alignas(8) std::byte bytes[1024];
    const std::size_t size = wire::encode(bytes, message, tails..., flags, sequence++);
    monitor.apply(*wire::FrameView::parse({bytes, size}), read_at);
  }

  StreamMonitor monitor;
  Nanos read_at = now;
  std::uint8_t flags = 0;
  std::uint32_t sequence = 0;
};

TEST(Metrics, TellTheJourneyOfEachConnectorsMarketData) {
  OneConnector one;
  one.read_at = now + 30us;
  for (int i = 0; i < 100; ++i) {
    one.frame(wire::Trade{.symbol = 42, .exchange_time = now - 5ms, .publish_delay = 2'000});
  }
  const auto& journey = one.monitor.connectors().at(1).journey;
  const auto near = [](std::optional<Nanos> told, Nanos exact) {
    return told && *told >= exact && *told <= exact + exact / 16;
  };
  EXPECT_TRUE(near(journey.receive_lag.quantile(0.99, now), 5ms));
  EXPECT_TRUE(near(journey.publish.quantile(0.99, now), 2us));
  EXPECT_TRUE(near(journey.delivery.quantile(0.99, now), 28us));

  const auto health = nlohmann::json::parse(health_json(one.monitor, {}, {}, now + 3s));
  const auto& figures = health["connectors"]["kraken"]["figures"];
  EXPECT_EQ(figures["age_s"], 3.0);
  EXPECT_EQ(figures["events_per_second"], 10.0);
  EXPECT_NEAR(figures["latency"]["receive_lag"]["p50_us"].get<double>(), 5000, 350);
  EXPECT_NEAR(figures["latency"]["delivery"]["p999_us"].get<double>(), 28, 2);
  EXPECT_FALSE(figures.contains("bytes_per_second")) << "nobody in this process knows them";
  EXPECT_EQ(nlohmann::json::parse(metrics_json(one.monitor, {}, {}, now + 3s))["connectors"]["kraken"], figures);

  const std::string text = metrics_text(one.monitor, {}, {}, now + 3s);
  EXPECT_NE(text.find("# TYPE trunkline_receive_lag_seconds summary"), std::string::npos) << text;
  EXPECT_NE(text.find("trunkline_receive_lag_seconds_count{connector=\"kraken\"} 100"), std::string::npos) << text;
  EXPECT_NE(text.find("trunkline_delivery_delay_seconds{connector=\"kraken\",quantile=\"0.99\"}"), std::string::npos);
  EXPECT_NE(text.find("trunkline_message_age_seconds{connector=\"kraken\"} 3"), std::string::npos) << text;
}

TEST(Metrics, LeaveOldTradesAndRecoveredFramesOutOfTheJourney) {
  OneConnector one;
  one.frame(wire::Trade{.symbol = 42, .exchange_time = now - 9h, .detail = 2});
  one.frame(wire::Bar{.symbol = 42, .exchange_time = now - 1min});
  const auto& connector = one.monitor.connectors().at(1);
  EXPECT_EQ(connector.journey.receive_lag.count(), 0U);
  EXPECT_EQ(connector.journey.publish.count(), 2U);
  one.flags = wire::flag::recovered;
  one.read_at = now + 1h;
  one.frame(wire::Trade{.symbol = 42, .exchange_time = now - 1ms});
  EXPECT_EQ(connector.journey.delivery.count(), 2U);
}

TEST(Metrics, SayWhenTheVenuesClockIsAheadOfOurs) {
  OneConnector one;
  one.frame(wire::Quote{.symbol = 42, .exchange_time = now + 2ms});
  EXPECT_NE(metrics_text(one.monitor, {}, {}, now).find("trunkline_clock_behind_total{connector=\"kraken\"} 1"),
            std::string::npos);
}

TEST(Metrics, CountBooksThatBecomeStaleByReason) {
  OneConnector one;
  for (const auto reason : {wire::BookReason::ChecksumMismatch, wire::BookReason::Silent}) {
    one.frame(wire::BookStatus{.symbol = 42, .state = wire::BookState::Live});
    for (int i = 0; i < 2; ++i) {  // told twice, happened once
      one.frame(wire::BookStatus{.symbol = 42, .state = wire::BookState::Stale, .reason = reason});
    }
  }
  const std::string text = metrics_text(one.monitor, {}, {}, now);
  EXPECT_NE(text.find("trunkline_books_stale_total{connector=\"kraken\",reason=\"ChecksumMismatch\"} 1"),
            std::string::npos)
      << text;
  const auto json = nlohmann::json::parse(metrics_json(one.monitor, {}, {}, now));
  EXPECT_EQ(json["connectors"]["kraken"]["books_stale"]["Silent"], 1);
}

TEST(EventCounts, CountsWarningsAndErrorsByConnectorAndNameAndHandsEverythingOn) {
  Recorder log;
  EventCounts counts(log);
  counts.write({Severity::Warning, "connector_trade_parse_error", "kraken"});
  counts.write({Severity::Warning, "connector_trade_parse_error", "kraken"});
  counts.write({Severity::Error, "subscription_refused", "kraken", "kraken:BTC-USD"});
  counts.write({Severity::Error, "subscription_refused", "binance"});
  counts.write({Severity::Info, "connector_connected", "kraken"});
  EXPECT_EQ(log.names.size(), 5U);
  EXPECT_EQ(counts.of("kraken"), (EventCounts::Kinds{{"connector_trade_parse_error", 2}, {"subscription_refused", 1}}));
  EXPECT_EQ(counts.of("binance").at("subscription_refused"), 1U);
  EXPECT_TRUE(counts.of("coinbase").empty());
}

TEST(ConnectorRates, AreMeansOfTenSecondsAndSurviveAConnectorMadeAnew) {
  ConnectorRates rates;
  std::vector<ConnectorCounters> counters(1);
  counters[0].connector = "kraken";
  for (int second = 0; second < 20; ++second) {
    counters[0].messages += 50;
    counters[0].bytes += 1'000;
    counters[0].requests += 2;
    if (second == 15) counters[0].bytes = 1'000;
    rates.sample(counters, now + std::chrono::seconds{second});
  }
  rates.fill(counters, now + 20s);
  EXPECT_DOUBLE_EQ(counters[0].messages_per_second, 50);
  EXPECT_DOUBLE_EQ(counters[0].bytes_per_second, 1'000);
  EXPECT_DOUBLE_EQ(counters[0].requests_per_second, 2);
  rates.sample({}, now + 21s);
  rates.fill(counters = {{.connector = "kraken"}}, now + 22s);
  EXPECT_DOUBLE_EQ(counters[0].messages_per_second, 0);
}

TEST(Metrics, TellWhatTheConnectorsOfThisProcessCount) {
  OneConnector one;
  const ConnectorCounters counters{.connector = "kraken",
                                   .messages = 7,
                                   .bytes = 700,
                                   .requests = 3,
                                   .errors = {{"snapshot_failed", 4}, {"book_audit_failed", 1}},
                                   .messages_per_second = 1.5,
                                   .bytes_per_second = 150,
                                   .requests_per_second = 0.1};
  const std::string text = metrics_text(one.monitor, {}, {&counters, 1}, now);
  EXPECT_NE(text.find("trunkline_errors_total{connector=\"kraken\",kind=\"snapshot_failed\"} 4"), std::string::npos);
  EXPECT_NE(text.find("trunkline_bytes_received_total{connector=\"kraken\"} 700"), std::string::npos);
  const auto json = nlohmann::json::parse(health_json(one.monitor, {}, {&counters, 1}, now));
  const auto& figures = json["connectors"]["kraken"]["figures"];
  EXPECT_EQ(figures["bytes_per_second"], 150.0);
  EXPECT_EQ(figures["errors"]["book_audit_failed"], 1);
}

TEST(Metrics, AreAllListedInTheDocumentation) {
  std::ifstream file(TRUNKLINE_SOURCE_DIR "/docs/metrics.md");
  std::stringstream page;
  page << file.rdbuf();
  OneConnector one;
  one.frame(wire::BookStatus{.symbol = 42, .state = wire::BookState::Stale});
  one.frame(wire::Trade{.symbol = 42});
  const ConnectorCounters counters{.connector = "kraken", .errors = {{"snapshot_failed", 4}}};
  std::istringstream text(metrics_text(one.monitor, {}, {&counters, 1}, now));
  std::set<std::string> names;
  for (std::string line; std::getline(text, line);) {
    if (line.starts_with("# TYPE ")) names.insert(line.substr(7, line.find(' ', 7) - 7));
  }
  EXPECT_GT(names.size(), 25U);
  for (const std::string& name : names) {
    EXPECT_NE(page.str().find("| `" + name + "` |"), std::string::npos) << name;
  }
}

}  // namespace
}  // namespace trunkline::hub
