// Pull connectors: what the stream does with what a wrapper gives, and with one that fails.
#include "trunkline/connector/connector_stream.hpp"

#include <deque>
#include <stdexcept>

#include "recorder.hpp"
#include "trunkline/book/book.hpp"
#include "trunkline/connector/connector_factory.hpp"
#include "trunkline/connector/event_reader.hpp"
#include "trunkline/connector/stubbed_connector.hpp"

namespace trunkline::connector::test {
namespace {

const SymbolDescriptor btc = SymbolDescriptor::spot("pull", "BTC", "USD");
const SymbolDescriptor eth = SymbolDescriptor::spot("pull", "ETH", "USD");

// What the test told a wrapper to do, and what was asked of it.
struct Script {
  std::mutex mutex;
  std::deque<ConnectorEvent> events;
  int failing_connects = 0;
  int throwing_connects = 0;
  bool drop = false;  // is_connected() is false once
  std::string fail_next;
  int connects = 0;
  int disconnects = 0;
  std::vector<std::string> subscribed;

  template <class What>
  auto with(What what) {
    const std::lock_guard lock(mutex);
    return what(*this);
  }
  void give(ConnectorEvent event) {
    const std::lock_guard lock(mutex);
    events.push_back(std::move(event));
  }
};

class Scripted final : public ConnectorWrapper {
 public:
  explicit Scripted(Script& script) : script_(script) {}
  Result<void> connect() override {
    const std::lock_guard lock(script_.mutex);
    ++script_.connects;
    if (script_.throwing_connects > 0) {
      --script_.throwing_connects;
      throw std::runtime_error("no cable");
    }
    if (script_.failing_connects > 0) {
      --script_.failing_connects;
      return fail(ErrorCode::Unavailable, "refused");
    }
    connected_ = true;
    return {};
  }
  void disconnect() override {
    const std::lock_guard lock(script_.mutex);
    ++script_.disconnects;
    connected_ = false;
  }
  Result<void> subscribe_trades(std::string_view symbol) override { return note("trades", symbol); }
  Result<void> subscribe_depth(std::string_view symbol) override { return note("depth", symbol); }
  Result<std::optional<ConnectorEvent>> next_event(Nanos timeout) override {
    {
      const std::lock_guard lock(script_.mutex);
      if (!script_.fail_next.empty()) return fail(ErrorCode::Closed, std::exchange(script_.fail_next, {}));
      if (!script_.events.empty()) {
        ConnectorEvent event = std::move(script_.events.front());
        script_.events.pop_front();
        return event;
      }
    }
    std::this_thread::sleep_for(std::min<Nanos>(timeout, 1ms));
    return std::nullopt;
  }
  bool is_connected() const override {
    const std::lock_guard lock(script_.mutex);
    return connected_ && !std::exchange(script_.drop, false);
  }
  HealthStatus get_health_status() const override { return {.connected = connected_, .details = {{"mood", "good"}}}; }

 private:
  Result<void> note(std::string_view channel, std::string_view symbol) {
    if (symbol == "BADUSD") return fail(ErrorCode::NotFound, "no such symbol");
    const std::lock_guard lock(script_.mutex);
    script_.subscribed.push_back(std::string(channel) + " " + std::string(symbol));
    return {};
  }
  Script& script_;
  std::atomic<bool> connected_{false};
};

class Pull : public ::testing::Test {
 protected:
  void make(net::BackoffConfig backoff = {.first = 1ms, .cap = 4ms, .jitter = 0.0, .attempt_limit = 5}) {
    stream = std::make_unique<ConnectorStream>(
        ConnectorStreamConfig{.exchange = "pull", .log = &log, .backoff = backoff, .poll_interval = 5ms},
        std::make_unique<Scripted>(script));
    stream->set_callbacks({.on_book_update =
                               [this](const bus::BookUpdateEvent& event) {
                                 book.apply(event.frame);
                                 live = book.live();
                                 update_id = book.update_id();
                               },
                           .on_trade =
                               [this](const bus::TradeEvent& event) {
                                 const std::lock_guard lock(mutex);
                                 trades.push_back(*event.trade);
                               },
                           .on_connection = [this](const wire::ConnectionStatus& status) { state = status.state; }});
    ASSERT_TRUE(stream->subscribe(btc, venue::default_channels).has_value());
  }
  std::size_t traded() {
    const std::lock_guard lock(mutex);
    return trades.size();
  }
  static TradeFields trade(std::string id, std::string price = "100") {
    return {.symbol = "BTCUSD",
            .timestamp = "2024-01-15T12:34:56Z",
            .price = std::move(price),
            .qty = "1",
            .side = "buy",
            .id = std::move(id)};
  }
  static DepthFields depth(std::uint64_t id, std::string bid = "99") {
    return {.symbol = "BTCUSD", .bids = {{std::move(bid), "1"}}, .asks = {{"101", "1"}}, .last_update_id = id};
  }

  Recorder log;
  Script script;
  std::mutex mutex;
  std::vector<wire::Trade> trades;
  book::Book book{btc.hash()};
  std::atomic<bool> live{false};
  std::atomic<std::uint64_t> update_id{0};
  std::atomic<wire::ConnectionState> state{wire::ConnectionState::Disconnected};
  std::unique_ptr<ConnectorStream> stream;
};

TEST_F(Pull, SubscribesAndPublishesTradesAndBooks) {
  make();
  script.give(trade("1"));
  script.give(depth(5));
  script.give(depth(7, "100"));
  script.give(depth(6));  // older: passed over
  stream->start();
  EXPECT_TRUE(eventually([&] { return traded() == 1 && update_id == 7; }));
  EXPECT_TRUE(live);
  EXPECT_EQ(script.with([](Script& s) { return s.subscribed; }),
            (std::vector<std::string>{"trades BTCUSD", "depth BTCUSD"}));
  EXPECT_EQ(trades.front().exchange_time, *read_time("2024-01-15T12:34:56Z"));
  EXPECT_EQ(log.count("connector_connected"), 1U);
  const auto health = stream->health();
  EXPECT_TRUE(health.connected);
  EXPECT_GT(health.last_event, Nanos{0});
  EXPECT_EQ(health.connector.details.at("mood"), "good");
  stream->stop();
  EXPECT_EQ(state, wire::ConnectionState::Stopped);
  EXPECT_FALSE(live);
}

TEST_F(Pull, AppliesChangesThatFollowAndSaysWhereTheyDoNot) {
  make();
  DepthFields change{.symbol = "BTCUSD", .bids = {{"100", "2"}}, .last_update_id = 6, .snapshot = false};
  change.previous_update_id = 5;
  script.give(depth(5));
  script.give(change);
  stream->start();
  EXPECT_TRUE(eventually([&] { return update_id == 6; }));
  change.previous_update_id = 8;
  change.last_update_id = 9;
  script.give(change);
  EXPECT_TRUE(eventually([&] { return !live; }));
  script.give(depth(10));
  EXPECT_TRUE(eventually([&] { return live && update_id == 10; }));
  stream->stop();
}

TEST_F(Pull, ReportsWhatItCannotReadAndGoesOn) {
  make();
  script.give(trade("1", "cheap"));
  script.give(depth(1, "none"));
  TradeFields foreign = trade("2");
  foreign.symbol = "XRPUSD";
  script.give(foreign);
  script.give(trade("3"));
  stream->start();
  EXPECT_TRUE(eventually([&] { return traded() == 1; }));
  EXPECT_EQ(stream->health().parse_errors, 3U);
  const auto reported = log.of("connector_trade_parse_error");
  ASSERT_EQ(reported.size(), 1U);
  EXPECT_NE(field(reported[0], "reason").find("cheap"), std::string::npos);
  EXPECT_EQ(script.with([](Script& s) { return s.connects; }), 1);
  stream->stop();
}

TEST_F(Pull, WaitsHalfASecondDoublingToEightThenGivesUp) {
  net::Backoff backoff(ConnectorStreamConfig{}.backoff, 1);
  for (const auto wait : {500ms, 1000ms, 2000ms, 4000ms, 8000ms}) EXPECT_EQ(backoff.next(), Nanos{wait});
  EXPECT_FALSE(backoff.next().has_value());
}

TEST_F(Pull, GivesUpAfterFiveTriesAndCanBeStartedAgain) {
  make();
  script.failing_connects = 6;
  stream->start();
  EXPECT_TRUE(eventually([&] { return stream->health().gave_up; }));
  EXPECT_EQ(script.with([](Script& s) { return s.connects; }), 6);
  const auto alarm = log.of("connector_gave_up");
  ASSERT_EQ(alarm.size(), 1U);
  EXPECT_EQ(alarm[0].severity, Severity::Error);
  EXPECT_EQ(field(alarm[0], "attempts"), "5");
  EXPECT_EQ(field(alarm[0], "reason"), "refused");
  EXPECT_EQ(log.count("connector_connection_error"), 6U);
  const auto waits = log.of("connector_reconnecting");
  ASSERT_EQ(waits.size(), 5U);
  EXPECT_EQ(field(waits[2], "delay_ms"), "4");
  EXPECT_EQ(state, wire::ConnectionState::Stopped);
  script.give(trade("1"));
  stream->start();
  EXPECT_TRUE(eventually([&] { return traded() == 1; }));
  stream->stop();
}

TEST_F(Pull, TriesForEverWhereSoConfigured) {
  make({.first = 1ms, .cap = 1ms, .jitter = 0.0, .attempt_limit = 0});
  script.failing_connects = 30;
  script.give(trade("1"));
  stream->start();
  EXPECT_TRUE(eventually([&] { return traded() == 1; }));
  EXPECT_EQ(script.with([](Script& s) { return s.connects; }), 31);
  stream->stop();
}

TEST_F(Pull, ReconnectsWhateverWayTheConnectionIsLost) {
  make();
  stream->start();
  int lives = 1;
  std::uint64_t id = 1;
  const auto works_again = [&] {
    script.give(trade(std::to_string(id)));
    script.give(depth(1));  // ids begin anew with a connection
    return eventually([&] { return traded() == id && live; }) && ++id;
  };
  EXPECT_TRUE(works_again());
  for (const auto& lose : {std::function<void(Script&)>([](Script& s) { s.drop = true; }),
                           std::function<void(Script&)>([](Script& s) { s.fail_next = "reset by peer"; }),
                           std::function<void(Script&)>([](Script& s) { s.drop = true, s.throwing_connects = 1; })}) {
    const std::size_t errors = log.count("connector_connection_error");
    script.with(lose);
    EXPECT_TRUE(eventually([&] { return log.count("connector_connection_error") > errors; }));
    EXPECT_TRUE(works_again());
    ++lives;
  }
  EXPECT_NE(field(log.of("connector_connection_error").back(), "reason").find("no cable"), std::string::npos);
  EXPECT_EQ(stream->report().reconnects, static_cast<std::uint64_t>(lives - 1));
  EXPECT_EQ(stream->health().reconnection_attempts, 0U);
  stream->stop();
}

TEST_F(Pull, SubscribesWhileItRunsAndToldOfWhatIsRefused) {
  make();
  stream->start();
  EXPECT_TRUE(eventually([&] { return log.count("connector_connected") == 1; }));
  EXPECT_TRUE(stream->command({venue::Action::Subscribe, eth, {venue::Channel::Trades}}).has_value());
  EXPECT_TRUE(
      eventually([&] { return script.with([](Script& s) { return s.subscribed.back(); }) == "trades ETHUSD"; }));
  EXPECT_TRUE(stream->subscribe(SymbolDescriptor::spot("pull", "BAD", "USD"), venue::default_channels).has_value());
  EXPECT_TRUE(eventually([&] { return log.count("subscription_failed") == 2; }));
  EXPECT_EQ(stream->subscribe(SymbolDescriptor::spot("other", "A", "B"), venue::default_channels).error().code,
            ErrorCode::InvalidArgument);
  EXPECT_EQ(stream->subscribe(btc, {venue::Channel::Bars}).error().code, ErrorCode::Unsupported);
  EXPECT_EQ(stream->subscribe(eth, venue::default_channels, "BTCUSD").error().code, ErrorCode::AlreadyExists);
  script.give(depth(1));
  EXPECT_TRUE(eventually([&] { return live.load(); }));
  EXPECT_TRUE(stream->command({venue::Action::Unsubscribe, btc, {venue::Channel::Depth}}).has_value());
  EXPECT_FALSE(live);
  script.give(depth(2));
  script.give(trade("9"));
  EXPECT_TRUE(eventually([&] { return traded() == 1; }));
  EXPECT_FALSE(live) << "left books stay left";
  stream->stop();
}

TEST_F(Pull, StopsAtOnceWhileItWaits) {
  make({.first = 1h, .cap = 1h, .jitter = 0.0});
  script.failing_connects = 1;
  stream->start();
  EXPECT_TRUE(eventually([&] { return log.count("connector_reconnecting") == 1; }));
  stream->stop();
  EXPECT_EQ(state, wire::ConnectionState::Stopped);
}

// ---- StubbedConnector and ConnectorFactory

std::vector<ConnectorEvent> stubbed(std::uint64_t seed, int count) {
  StubbedConnector stub({.seed = seed, .rate = 0});
  EXPECT_FALSE(stub.next_event(0ms).has_value());
  EXPECT_TRUE(stub.connect() && stub.subscribe_trades("BTCUSD") && stub.subscribe_depth("BTCUSD") &&
              stub.subscribe_depth("AAPL"));
  std::vector<ConnectorEvent> events;
  for (int i = 0; i < count; ++i) events.push_back(**stub.next_event(0ms));
  EXPECT_EQ(stub.get_health_status().event_counter, static_cast<std::uint64_t>(count));
  return events;
}

std::string price_of(const ConnectorEvent& event) {
  if (const auto* trade = std::get_if<TradeFields>(&event)) return trade->price;
  return std::get<DepthFields>(event).bids.front().price;
}

TEST(StubbedConnector, SameSeedGivesTheSameEventsWhichCanAllBeRead) {
  const auto one = stubbed(1, 500), again = stubbed(1, 500), other = stubbed(2, 500);
  int trades = 0, books = 0, differ = 0;
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_EQ(price_of(one[i]), price_of(again[i]));
    differ += price_of(one[i]) != price_of(other[i]);
    if (const auto* trade = std::get_if<TradeFields>(&one[i])) {
      EXPECT_TRUE(read_trade(*trade).has_value());
      EXPECT_EQ(trade->symbol, "BTCUSD");
      ++trades;
    } else {
      BookUpdate update;
      ASSERT_TRUE(read_depth(std::get<DepthFields>(one[i]), update).has_value());
      EXPECT_EQ(update.bids.size(), 10U);
      EXPECT_LT(update.bids.front().price, update.asks.front().price);
      EXPECT_LT(update.bids.back().price, update.bids.front().price);
      ++books;
    }
  }
  EXPECT_GT(trades, 20);
  EXPECT_GT(books, 250);
  EXPECT_GT(differ, 400);
}

TEST(StubbedConnector, KeepsToItsRate) {
  StubbedConnector stub({.rate = 0.001});
  ASSERT_TRUE(stub.connect() && stub.subscribe_trades("BTCUSD"));
  EXPECT_TRUE(stub.next_event(1ms)->has_value());
  EXPECT_FALSE(stub.next_event(1ms)->has_value());
}

TEST(ConnectorFactory, MakesConnectorsByTheNameOfTheirKind) {
  ConnectorFactory factory;
  const auto stub = factory.create("stub", {.exchange = "pull", .name = "mine", .symbols = {btc}});
  ASSERT_TRUE(stub.has_value());
  EXPECT_EQ((*stub)->exchange_id(), "pull");
  EXPECT_EQ((*stub)->name(), "mine");
  (*stub)->start();
  EXPECT_TRUE(eventually([&] { return (*stub)->report().frames > 10; }));
  (*stub)->stop();
  EXPECT_TRUE(
      factory
          .register_connector("none", [](const ConnectorRequest&) { return fail(ErrorCode::Unsupported, "not today"); })
          .has_value());
  EXPECT_EQ(factory.register_connector("none", {}).error().code, ErrorCode::AlreadyExists);
  EXPECT_EQ(factory.create("none", {}).error().message, "not today");
  EXPECT_EQ(factory.create("nothing", {}).error().message,
            "there is no kind of connector \"nothing\"; there are none, stub");
  EXPECT_TRUE(ConnectorFactory::instance().has("stub"));
}

}  // namespace
}  // namespace trunkline::connector::test
