#include "trunkline/hub/stream_monitor.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "trunkline/hub/health.hpp"
#include "trunkline/hub/log.hpp"

namespace trunkline::hub {
namespace {

constexpr Nanos now = std::chrono::seconds{1'700'000'000};
constexpr SymbolHash btc = 42;

class Recorder final : public EventLog {
 public:
  void write(const Event& event) override { events.push_back(event); }
  std::vector<Event> events;
};

class Stream {
 public:
  explicit Stream(StreamMonitor& monitor) : monitor_(monitor) {}

  template <class Message, class... Tails>
  void frame(Message message, Tails... tails) {
    message.source = 1 << 4;
    message.receive_time = now;
    alignas(8) std::byte bytes[1024];
    const std::size_t size = wire::encode(bytes, message, tails..., flags, sequence++);
    monitor_.apply(*wire::FrameView::parse({bytes, size}), now);
  }
  void connect() {
    frame(wire::ConnectionStatus{.connected_since = now, .reconnects = 2, .state = wire::ConnectionState::Connected},
          std::string_view("binance"), std::string_view("wss://stream"), std::string_view("reset by peer"));
  }
  void map() {
    frame(wire::SymbolMapping{.symbol = btc}, std::string_view("binance:BTC-USDT"), std::string_view("BTCUSDT"));
  }
  void book(wire::BookState state, wire::BookReason reason, std::uint64_t gaps = 0) {
    frame(wire::BookStatus{.symbol = btc,
                           .update_id = 7,
                           .gaps = gaps,
                           .state = state,
                           .integrity = wire::Integrity::Sequenced,
                           .reason = reason});
  }

  std::uint8_t flags = 0;
  std::uint32_t sequence = 0;

 private:
  StreamMonitor& monitor_;
};

TEST(StreamMonitor, IsDownBeforeAnythingIsConnectedAndDegradedUntilBooksAreLive) {
  StreamMonitor monitor;
  Stream stream(monitor);
  EXPECT_EQ(overall_status(monitor), "down");
  stream.connect();
  EXPECT_EQ(overall_status(monitor), "ok");
  stream.map();
  stream.book(wire::BookState::Stale, wire::BookReason::SequenceGap, 1);
  EXPECT_EQ(overall_status(monitor), "degraded");
  stream.book(wire::BookState::Live, wire::BookReason::SnapshotApplied, 1);
  EXPECT_EQ(overall_status(monitor), "ok");
}

TEST(StreamMonitor, CountsWhatTheSequenceSaysIsMissingAndLeavesRecoveredFramesOut) {
  StreamMonitor monitor;
  Stream stream(monitor);
  stream.map();
  stream.sequence += 5;
  stream.frame(wire::Trade{.symbol = btc});
  EXPECT_EQ(monitor.connectors().at(1).missed, 5U);
  stream.flags = wire::flag::recovered;
  const std::uint32_t next = std::exchange(stream.sequence, 3);
  stream.book(wire::BookState::Live, wire::BookReason::None);
  stream.flags = 0;
  stream.sequence = next;
  stream.frame(wire::Trade{.symbol = btc});
  EXPECT_EQ(monitor.connectors().at(1).missed, 5U);
}

TEST(StreamMonitor, WritesABooksChangesToTheLog) {
  Recorder log;
  StreamMonitor monitor(&log);
  Stream stream(monitor);
  stream.connect();
  stream.map();
  stream.book(wire::BookState::Syncing, wire::BookReason::Subscribed);
  stream.book(wire::BookState::Live, wire::BookReason::SnapshotApplied);
  stream.book(wire::BookState::Stale, wire::BookReason::QuoteMismatch);
  stream.book(wire::BookState::Stale, wire::BookReason::QuoteMismatch);
  ASSERT_EQ(log.events.size(), 2U);
  EXPECT_EQ(log.events[0].name, "book_live");
  EXPECT_EQ(log.events[1].name, "book_stale");
  EXPECT_EQ(log.events[1].symbol, "binance:BTC-USDT");
  EXPECT_EQ(log.events[1].connector, "binance");
}

TEST(RateWindow, CountsTheMinuteBeforeNowAndForgetsOlderSeconds) {
  RateWindow window;
  for (int second = 0; second < 30; ++second) window.add(now + std::chrono::seconds{second}, 4);
  EXPECT_EQ(window.per_minute(now + std::chrono::seconds{30}), 120U);
  EXPECT_DOUBLE_EQ(window.per_second(now + std::chrono::seconds{30}), 4.0);
  EXPECT_EQ(window.per_minute(now + std::chrono::seconds{65}), 4U * 24);
  EXPECT_EQ(window.per_minute(now + std::chrono::seconds{200}), 0U);
}

TEST(Health, HasTheFieldsThatReadersOfTheSeedSystemExpect) {
  StreamMonitor monitor;
  Stream stream(monitor);
  stream.connect();
  stream.map();
  stream.frame(wire::Trade{.symbol = btc});
  stream.book(wire::BookState::Live, wire::BookReason::SnapshotApplied);
  const auto health = nlohmann::json::parse(health_json(monitor, {.started = now - std::chrono::seconds{9}}, {}, now));
  EXPECT_EQ(health["status"], "ok");
  EXPECT_EQ(health["uptime_s"], 9);
  const auto& connector = health["connectors"]["binance"];
  EXPECT_EQ(health["connector"], connector);
  EXPECT_EQ(connector["connected"], true);
  EXPECT_EQ(connector["reconnection_attempts"], 2);
  EXPECT_EQ(connector["last_ts"], "2023-11-14T22:13:20.000000000Z");
  EXPECT_EQ(connector["connector_health"]["subscribed_trades"], true);
  EXPECT_EQ(connector["connector_health"]["subscribed_depth"], false);
  EXPECT_EQ(connector["connector_health"]["event_counter"], 1);
  EXPECT_EQ(health["books"]["binance:BTC-USDT"]["state"], "Live");
  EXPECT_EQ(health["books"]["binance:BTC-USDT"]["update_id"], "7");
}

TEST(Metrics, AreTextForPrometheusAndJsonForEveryoneElse) {
  EXPECT_TRUE(
      wants_metrics_text("application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1"));
  EXPECT_TRUE(wants_metrics_text("text/plain"));
  EXPECT_FALSE(wants_metrics_text("*/*"));
  EXPECT_FALSE(wants_metrics_text("application/json"));

  StreamMonitor monitor;
  Stream stream(monitor);
  stream.connect();
  stream.map();
  stream.frame(wire::Trade{.symbol = btc});
  const auto json = nlohmann::json::parse(metrics_json(monitor, {}, {}, now));
  EXPECT_EQ(json["trades"]["per_minute_count"], 1);
  EXPECT_TRUE(json["depth"].contains("per_second_rate"));
  EXPECT_EQ(json["depth"]["queue_size"], 0);

  const std::string text = metrics_text(monitor, {}, {}, now);
  EXPECT_NE(text.find("# TYPE trunkline_frames_total counter"), std::string::npos);
  EXPECT_NE(text.find("trunkline_frames_total{connector=\"binance\",type=\"Trade\"} 1"), std::string::npos);
  EXPECT_NE(text.find("trunkline_connection_up{connector=\"binance\",connection=\"0\"} 1"), std::string::npos);
}

}  // namespace
}  // namespace trunkline::hub
