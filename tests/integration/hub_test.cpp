// The hub against a Binance sandbox, over real sockets on loopback.
#include <atomic>
#include <functional>
#include <gtest/gtest.h>
#include <mutex>
#include <thread>

#include "sandbox/binance/server.hpp"
#include "trunkline/hub/exchange_hub.hpp"

namespace trunkline::hub {
namespace {

namespace binance_sandbox = trunkline::sandbox::binance;

bool eventually(const std::function<bool()>& check) {
  const Nanos deadline = monotonic_now() + std::chrono::seconds{30};
  while (!check()) {
    if (monotonic_now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

class Recorder final : public EventLog {
 public:
  void write(const Event& event) override {
    const std::lock_guard lock(mutex_);
    names_.emplace_back(event.name);
  }
  bool has(std::string_view name) {
    const std::lock_guard lock(mutex_);
    return std::ranges::find(names_, name) != names_.end();
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> names_;
};

struct Counts {
  std::atomic<int> trades{0};
  std::atomic<int> quotes{0};
  std::atomic<int> live_books{0};
  std::atomic<int> stale_books{0};
  std::atomic<int> symbols{0};
  std::atomic<int> connections{0};
  std::atomic<int> crossed{0};
};

class CountingStrategy final : public Strategy {
 public:
  explicit CountingStrategy(Counts& counts) : counts_(counts) {}
  void on_trade(const bus::TradeEvent& event) override {
    if (event.bought() != event.sold()) ++counts_.trades;
  }
  void on_quote(const wire::Quote&) override { ++counts_.quotes; }
  void on_book(const book::Book& book) override {
    ++(book.live() ? counts_.live_books : counts_.stale_books);
    if (book.live() && book.ladder().crossed()) ++counts_.crossed;
  }
  void on_symbol(const wire::SymbolMapping&) override { ++counts_.symbols; }
  void on_connection(const wire::ConnectionStatus& status) override {
    if (status.state == wire::ConnectionState::Connected) ++counts_.connections;
  }

 private:
  Counts& counts_;
};

class HubTest : public ::testing::Test {
 protected:
  void SetUp() override {
    binance_sandbox::BinanceSandboxOptions options;
    options.port = 0;
    options.rate = 200;
    options.markets = {sandbox::Market::Spot};
    auto started = binance_sandbox::BinanceSandbox::start(options);
    ASSERT_TRUE(started) << started.error().message;
    sandbox_ = *std::move(started);
  }
  ExchangeConfig config() const {
    return std::move(
        ExchangeConfig::websocket("binance").endpoint("http://127.0.0.1:" + std::to_string(sandbox_->port())));
  }

  std::unique_ptr<binance_sandbox::BinanceSandbox> sandbox_;
  Recorder log_;
  const SymbolDescriptor btc_ = SymbolDescriptor::spot("binance", "BTC", "USDT");
};

TEST_F(HubTest, AStrategyGetsTradesQuotesAndBooksThatAreLive) {
  Counts counts;
  ExchangeHub hub({}, log_);
  hub.add_strategy(std::make_unique<CountingStrategy>(counts));
  ASSERT_TRUE(hub.connect_exchange(config()));
  ASSERT_TRUE(hub.subscribe_market_data(btc_));
  hub.start();
  EXPECT_TRUE(eventually([&] { return counts.trades > 5 && counts.quotes > 5 && counts.live_books > 5; }));
  EXPECT_GE(counts.symbols, 1);
  EXPECT_EQ(counts.connections, 1);
  EXPECT_EQ(counts.crossed, 0);
  const auto reports = hub.connection_status();
  ASSERT_EQ(reports.size(), 1U);
  EXPECT_TRUE(reports[0].connected);
  EXPECT_EQ(reports[0].exchange, "binance");
  EXPECT_GT(hub.stats().frames, 10U);
  hub.stop();
}

TEST_F(HubTest, StopsAndStartsAgainWithTheSameSubscriptions) {
  Counts counts;
  ExchangeHub hub({}, log_);
  hub.add_strategy(std::make_unique<CountingStrategy>(counts));
  ASSERT_TRUE(hub.connect_exchange(config()));
  ASSERT_TRUE(hub.subscribe_market_data(btc_));
  hub.start();
  ASSERT_TRUE(eventually([&] { return counts.live_books > 0; }));
  hub.stop();
  const int trades = counts.trades;
  const int live = counts.live_books;
  hub.start();
  EXPECT_TRUE(eventually([&] { return counts.trades > trades && counts.live_books > live; }));
}

TEST_F(HubTest, SubscribesAndUnsubscribesWhileItRuns) {
  Counts counts;
  ExchangeHub hub({}, log_);
  hub.add_strategy(std::make_unique<CountingStrategy>(counts));
  ASSERT_TRUE(hub.connect_exchange(config()));
  hub.start();
  ASSERT_TRUE(hub.subscribe_market_data(btc_, {venue::Channel::Trades}));
  ASSERT_TRUE(eventually([&] { return counts.trades > 0; }));
  EXPECT_EQ(counts.live_books, 0);
  ASSERT_TRUE(hub.subscribe_market_data(btc_, {venue::Channel::Depth}));
  ASSERT_TRUE(eventually([&] { return counts.live_books > 0; }));
  ASSERT_TRUE(hub.unsubscribe_market_data(btc_, {venue::Channel::Depth}));
  EXPECT_TRUE(eventually([&] { return counts.stale_books > 0; }));
}

TEST_F(HubTest, RefusesWhatCannotBeWithTheNearestThatCan) {
  ExchangeHub hub({}, log_);
  const auto unknown = hub.connect_exchange(ExchangeConfig::websocket("binanse"));
  ASSERT_FALSE(unknown);
  EXPECT_NE(unknown.error().message.find("did you mean binance?"), std::string::npos);
  const auto unconnected = hub.subscribe_market_data(btc_);
  ASSERT_FALSE(unconnected);
  EXPECT_EQ(unconnected.error().code, ErrorCode::NotFound);
  const auto deep = hub.connect_exchange(ExchangeConfig::websocket("kraken").depth(11));
  ASSERT_FALSE(deep);
  EXPECT_EQ(deep.error().message, "depth 11 of kraken: expected one of: 10, 25, 100, 500, 1000");
  ASSERT_TRUE(hub.connect_exchange(config()));
  const auto twice = hub.connect_exchange(config());
  ASSERT_FALSE(twice);
  EXPECT_EQ(twice.error().code, ErrorCode::AlreadyExists);
}

TEST_F(HubTest, ASymbolThatTheVenueDoesNotHaveIsReported) {
  ExchangeHub hub({}, log_);
  ASSERT_TRUE(hub.connect_exchange(config()));
  ASSERT_TRUE(hub.subscribe_market_data(SymbolDescriptor::spot("binance", "NO", "SUCH")));
  hub.start();
  EXPECT_TRUE(eventually([&] { return log_.has("subscription_failed"); }));
}

}  // namespace
}  // namespace trunkline::hub
