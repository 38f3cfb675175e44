// An order connector of one's own, to a venue that is a few lines of this program, and a few lines of strategy.
// usage: example_order_connector [journal folder]
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "trunkline/order/spot_exchange_base.hpp"

using namespace trunkline;
using order::OrderState;
using order::Task;

// The venue: takes limit orders, and trades half of each as soon as it has it.
class TinyVenue {
 public:
  struct Order {
    std::string id;
    order::InFlightOrder wanted;
    Quantity filled{};
    OrderState state = OrderState::Open;
  };

  Order* find(std::string_view client_order_id) {
    const auto found = orders_.find(std::string(client_order_id));
    return found == orders_.end() ? nullptr : &found->second;
  }
  Order& place(const order::InFlightOrder& wanted) {
    Order& order = orders_[wanted.client_order_id.str()];
    order = {.id = std::to_string(orders_.size()), .wanted = wanted};
    return order;
  }
  order::TradeUpdate trade(Order& order) {
    const Quantity half = Quantity::from_raw(order.wanted.amount.raw() / 2);
    order.filled = Quantity::from_raw(order.filled.raw() + half.raw());
    order.state = OrderState::PartiallyFilled;
    return {.trade_id = order::TradeId::cut("t" + order.id),
            .client_order_id = order.wanted.client_order_id,
            .exchange_order_id = order::OrderId::cut(order.id),
            .trading_pair = order.wanted.trading_pair,
            .side = order.wanted.side,
            .fill_price = order.wanted.price,
            .fill_base_amount = half,
            .liquidity = order::Liquidity::Maker,
            .fill_timestamp = unix_now()};
  }
  const std::map<std::string, Order>& orders() const { return orders_; }

 private:
  std::map<std::string, Order> orders_;
};

class MyOrderConnector final : public order::SpotExchangeBase {
 public:
  using order::SpotExchangeBase::SpotExchangeBase;
  ~MyOrderConnector() override { disconnect(); }

  void connect() override {
    thread_ = std::jthread([this](const std::stop_token& stop) { run(stop); });
  }
  void disconnect() override {
    thread_ = {};  // asked to stop, and joined
    shut_down();
  }

 protected:
  Task<order::OrderResult<order::PlaceAnswer>> place_order(order::InFlightOrder order) override {
    const TinyVenue::Order& taken = venue_.place(order);
    // Whatever the venue says later is told on the connector's thread, too.
    post([this, id = order.client_order_id] { process_trade_update(venue_.trade(*venue_.find(id))); });
    co_return order::PlaceAnswer{.update = said(taken)};
  }
  Task<order::OrderResult<order::OrderUpdate>> cancel_order(order::InFlightOrder order) override {
    // A venue far away answers later: set() resumes the task. No answer is Unknown, and never Rejected.
    order::Completion<order::OrderResult<order::OrderUpdate>> answer;
    post([this, id = order.client_order_id, answer] {
      TinyVenue::Order* const found = venue_.find(id);
      if (found == nullptr) return answer.set(order::rejected(order::OrderReason::NotFound, "no such order"));
      found->state = OrderState::Cancelled;
      answer.set(said(*found));
    });
    const order::OrderResult<order::OrderUpdate> result = co_await answer;
    co_return result;
  }
  Task<order::OrderResult<order::OrderUpdate>> query_order(order::InFlightOrder order) override {
    const TinyVenue::Order* const found = venue_.find(order.client_order_id);
    if (found == nullptr) co_return order::rejected(order::OrderReason::NotFound, "no such order");
    co_return said(*found);
  }
  Task<order::OrderResult<std::vector<order::ListedOrder>>> query_open_orders() override {
    std::vector<order::ListedOrder> open;
    for (const auto& [id, order] : venue_.orders()) {
      if (!order::is_terminal(order.state)) open.push_back({.update = said(order), .side = order.wanted.side});
    }
    co_return open;
  }
  Task<order::OrderResult<std::vector<order::TradeUpdate>>> query_fills(std::vector<order::InFlightOrder>,
                                                                        Nanos) override {
    co_return std::vector<order::TradeUpdate>{};  // a real one asks its venue
  }
  Task<order::OrderResult<order::AccountState>> query_account() override {
    co_return order::AccountState{
        .balances = {{.currency = order::Currency::cut("USD"), .total = Quantity::from_int(1000)}}, .positions = {}};
  }
  void post(std::function<void()> what) override {
    {
      const std::lock_guard lock(mutex_);
      posted_.push_back(std::move(what));
    }
    wake_.notify_one();
  }

 private:
  void run(const std::stop_token& stop) {
    order::TradingRule rule;
    rule.text = name() + ":BTC-USD";
    rule.trading_pair = hash_symbol_text(rule.text);
    rule.tick = Price::from_raw(Price::one / 100);
    rule.step = Quantity::from_raw(Quantity::one / 1000);
    set_trading_rules({rule});
    set_connected(true, "the venue is this program");
    std::unique_lock lock(mutex_);
    while (!stop.stop_requested()) {
      wake_.wait_for(lock, stop, std::chrono::milliseconds{50}, [this] { return !posted_.empty(); });
      while (!posted_.empty()) {
        const std::function<void()> what = std::move(posted_.front());
        posted_.pop_front();
        lock.unlock();
        what();
        lock.lock();
      }
      lock.unlock();
      on_tick(unix_now());
      lock.lock();
    }
  }

  static order::OrderUpdate said(const TinyVenue::Order& order) {
    return {.client_order_id = order.wanted.client_order_id,
            .exchange_order_id = order::OrderId::cut(order.id),
            .trading_pair = order.wanted.trading_pair,
            .new_state = order.state,
            .update_timestamp = unix_now(),
            .filled = order.filled};
  }

  TinyVenue venue_;  // the connector's thread alone
  std::mutex mutex_;
  std::condition_variable_any wake_;
  std::deque<std::function<void()>> posted_;
  std::jthread thread_;
};

class MyStrategy final : public order::OrderEventListener, public order::TradeEventListener {
 public:
  explicit MyStrategy(order::ConnectorBase& connector) : connector_(connector) {}

  void on_order_created(const order::OrderEvent& event) override {
    std::printf("the venue has it: %s at %s\n", event.order.amount.to_text().c_str(),
                event.order.price.to_text().c_str());
  }
  void on_trade(const order::TradeEvent& event) override {
    std::printf("filled %s at %s\n", event.trade.fill_base_amount.to_text().c_str(),
                event.trade.fill_price.to_text().c_str());
    if (auto asked = connector_.cancel(event.order.client_order_id); !asked) std::puts(asked.error().message.c_str());
  }
  void on_order_cancelled(const order::OrderEvent& event) override {
    std::printf("cancelled, %s had filled\n", event.order.filled_amount.to_text().c_str());
    const std::lock_guard lock(mutex_);
    done_ = true;
    changed_.notify_one();
  }
  bool wait() {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, std::chrono::seconds{10}, [this] { return done_; });
  }

 private:
  order::ConnectorBase& connector_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool done_ = false;
};

int main(int argc, char** argv) {
  order::ConnectorConfig config{.name = "myexchange", .domain = "demo"};
  if (argc > 1) config.journal.folder = argv[1];
  MyOrderConnector connector(config);
  MyStrategy strategy(connector);
  connector.set_order_event_listener(&strategy);
  connector.set_trade_event_listener(&strategy);
  if (auto begun = connector.initialize(); !begun) return std::puts(begun.error().message.c_str()), 1;
  connector.connect();
  while (!connector.is_ready()) std::this_thread::yield();

  const auto id = connector.buy({.trading_pair = "BTC-USD", .amount = "0.5", .price = 100});
  if (!id) return std::puts(id.error().message.c_str()), 1;
  const auto small = connector.buy({.trading_pair = "BTC-USD", .amount = "0.0001", .price = 100});
  std::printf("not sent: %s\n", small ? "" : small.error().message.c_str());
  const bool done = strategy.wait();
  connector.disconnect();
  return done ? 0 : 1;
}
