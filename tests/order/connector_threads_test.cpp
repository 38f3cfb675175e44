// Eight threads place and cancel at once while the connector's own thread trades, loses answers and reconnects.
#include <atomic>
#include <condition_variable>
#include <thread>

#include "order/model_venue.hpp"
#include "support/temp_folder.hpp"
#include "trunkline/order/spot_exchange_base.hpp"

namespace trunkline::order::test {
namespace {

using State = OrderState;
using namespace std::chrono_literals;

class BusyConnector final : public SpotExchangeBase, public OrderEventListener {
 public:
  explicit BusyConnector(ConnectorConfig config) : SpotExchangeBase(std::move(config)) {
    set_order_event_listener(this);
  }
  ~BusyConnector() override { disconnect(); }

  void connect() override {
    thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
  }
  void disconnect() override {
    thread_ = {};
    shut_down();
  }
  void on_order_event(const OrderEvent& event) override {
    if (event.order.number != ++numbers_[event.order.client_order_id.str()]) ++holes;
  }

  ModelVenue venue;  // the connector's thread, and the test's once that has ended
  std::atomic<int> holes{0};

 protected:
  Task<OrderResult<PlaceAnswer>> place_order(InFlightOrder order) override {
    const auto answer = venue.place(order, unix_now());
    ++count_;
    if (count_ % 5 == 0) {
      post([this, id = order.client_order_id.str()] {
        if (!is_terminal(venue.find(id)->state)) process_trade_update(venue.trade(id, "0.5", unix_now()));
      });
    }
    if (count_ % 7 == 0) co_return unknown(OrderReason::Timeout, "no answer");
    if (!answer) co_return std::unexpected(answer.error());
    co_return PlaceAnswer{.update = *answer};
  }
  Task<OrderResult<OrderUpdate>> cancel_order(InFlightOrder order) override {
    Completion<OrderResult<OrderUpdate>> later;
    post([this, id = order.client_order_id, later] { later.set(venue.cancel(id, unix_now())); });
    const OrderResult<OrderUpdate> answer = co_await later;
    co_return answer;
  }
  Task<OrderResult<OrderUpdate>> query_order(InFlightOrder order) override {
    const ModelVenue::Order* const found = venue.find(order.client_order_id);
    if (found == nullptr) co_return rejected(OrderReason::NotFound, "unknown");
    co_return ModelVenue::said(*found);
  }
  Task<OrderResult<std::vector<ListedOrder>>> query_open_orders() override { co_return venue.open(); }
  Task<OrderResult<std::vector<TradeUpdate>>> query_fills(std::vector<InFlightOrder>, Nanos) override {
    co_return venue.fills;
  }
  Task<OrderResult<AccountState>> query_account() override { co_return AccountState{}; }
  void post(std::function<void()> what) override {
    {
      const std::lock_guard lock(mutex_);
      posted_.push_back(std::move(what));
    }
    wake_.notify_one();
  }

 private:
  void work(const std::stop_token& stop) {
    set_trading_rules({make_rule()});
    set_connected(true, "test");
    std::unique_lock lock(mutex_);
    for (int turn = 1; !stop.stop_requested(); ++turn) {
      wake_.wait_for(lock, stop, 1ms, [this] { return !posted_.empty(); });
      while (!posted_.empty()) {
        const auto what = std::move(posted_.front());
        posted_.pop_front();
        lock.unlock();
        what();
        lock.lock();
      }
      lock.unlock();
      if (turn % 50 == 0) {
        set_connected(false, "test");
        set_connected(true, "test");
      }
      on_tick(unix_now());
      lock.lock();
    }
  }

  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<std::function<void()>> posted_;
  std::map<std::string, std::uint64_t> numbers_;
  int count_ = 0;
  std::jthread thread_;
};

TEST(ConnectorThreads, EightThreadsPlaceAndCancelAtOnce) {
  const trunkline::test::TempFolder folder;
  constexpr std::size_t placers = 8;
  constexpr int orders_each = 100;
  BusyConnector connector({.name = "fake",
                           .domain = "test",
                           .journal = {.folder = folder.path(), .policy = log::FlushPolicy::Group},
                           .risk = {.max_order_notional = Price::absent(),
                                    .price_collar_bp = 0,
                                    .max_open_orders = 0,
                                    .max_orders_per_second = 0,
                                    .duplicate_window = Nanos{0}},
                           .tracker = {.expected_orders = 256},
                           .first_query = 5ms,
                           .last_query = 50ms});
  ASSERT_TRUE(connector.initialize());
  connector.connect();
  const auto deadline = std::chrono::steady_clock::now() + 60s;
  while (!connector.is_ready() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();

  std::atomic<int> placed{0};
  {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < placers; ++t) {
      threads.emplace_back([&] {
        for (int i = 0; i < orders_each; ++i) {
          const auto id = connector.buy({.trading_pair = "BTC-USDT", .amount = 1, .price = 100});
          if (!id) continue;  // the moment between two connections
          ++placed;
          (void)connector.cancel(*id);
          (void)connector.tracker().active_order_count();
          (void)connector.get_trading_rule("BTC-USDT");
          (void)connector.balances();
          if (i % 10 == 0) (void)connector.cancel_all();
          if (i % 25 == 0) (void)connector.tracker().all_orders();
        }
      });
    }
  }
  while (connector.tracker().active_order_count() != 0 && std::chrono::steady_clock::now() < deadline) {
    std::this_thread::yield();
  }
  EXPECT_EQ(connector.tracker().active_order_count(), 0U);
  connector.disconnect();

  EXPECT_GT(placed.load(), 0);
  EXPECT_EQ(connector.holes.load(), 0);
  EXPECT_EQ(connector.tracker().all_orders().size(), static_cast<std::size_t>(placed.load()));
  for (const InFlightOrder& order : connector.tracker().all_orders()) {
    const ModelVenue::Order* const theirs = connector.venue.find(order.client_order_id);
    if (theirs == nullptr) {
      EXPECT_EQ(order.state, State::Failed) << order.client_order_id.view();
      continue;
    }
    EXPECT_EQ(order.state, theirs->state) << order.client_order_id.view();
    EXPECT_EQ(connector.venue.placed.at(order.client_order_id.str()), 1);
  }
  EXPECT_EQ(connector.risk().counters().open_orders, 0U);
}

}  // namespace
}  // namespace trunkline::order::test
