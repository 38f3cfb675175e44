// An order connector to a venue in memory, with a clock and a thread that are the test's: what is posted waits until
// run(), time passes with pass(). Each hook asks the venue at once; a fault that was ordered for it decides what comes
// of that, and what is held answers when the test says so.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "order/model_venue.hpp"
#include "trunkline/order/spot_exchange_base.hpp"

namespace trunkline::order::test {

enum class Fault { None, RequestLost, AnswerLost, Rejected, RateLimited };

// Notes what listeners hear, and that each order's changes have no hole.
class Heard : public OrderEventListener, public TradeEventListener, public ErrorEventListener {
 public:
  void on_order_event(const OrderEvent& event) override {
    const std::string id = event.order.client_order_id.str();
    const auto [last, fresh] = numbers_.try_emplace(id, event.order.number);
    if (!fresh) {
      EXPECT_EQ(event.order.number, last->second + 1) << id;
      last->second = event.order.number;
    }
    if (event.order.state != event.previous) events.push_back(fmt::format("{} {}", id, to_text(event.order.state)));
    OrderEventListener::on_order_event(event);
  }
  void on_order_created(const OrderEvent&) override { ++created; }
  void on_order_filled(const OrderEvent&) override { ++filled; }
  void on_trade(const TradeEvent& event) override {
    events.push_back(
        fmt::format("{} fill {}", event.order.client_order_id.view(), event.trade.fill_base_amount.to_text()));
  }
  void on_funding(const FundingPayment& payment) override {
    events.push_back(fmt::format("funding {} {}", payment.amount.to_text(), payment.currency.view()));
  }
  void on_error(const ErrorEvent& event) override {
    errors.push_back(
        fmt::format("{} {} {}", event.client_order_id, to_text(event.error.outcome), to_text(event.error.reason)));
  }

  std::vector<std::string> events;
  std::vector<std::string> errors;
  int created = 0;
  int filled = 0;

 private:
  std::map<std::string, std::uint64_t> numbers_;
};

inline RiskLimits no_limits() {
  return {.max_order_notional = Price::absent(),
          .price_collar_bp = 0,
          .max_open_orders = 0,
          .max_orders_per_second = 0,
          .duplicate_window = Nanos{0}};
}

class ScriptedConnector : public SpotExchangeBase {
 public:
  ScriptedConnector(ModelVenue& venue, ConnectorConfig config, Nanos begin = std::chrono::hours{500'000})
      : SpotExchangeBase(std::move(config)), venue_(venue), time_(begin) {
    set_order_event_listener(&heard);
    set_trade_event_listener(&heard);
    set_error_event_listener(&heard);
    set_trading_rules({make_rule()});
  }
  ~ScriptedConnector() override { shut_down(); }

  static ConnectorConfig config(std::filesystem::path journal = {}) {
    return {.name = "fake",
            .domain = "test",
            .journal = {.folder = std::move(journal), .policy = log::FlushPolicy::None},
            .risk = no_limits(),
            .tracker = {.expected_orders = 64}};
  }

  void connect() override { set_connected(true, "test"); }
  void disconnect() override { set_connected(false, "test"); }

  // --- the test's thread and clock -----------------------------------------------------------------------------------
  void run() {
    while (!posted_.empty()) {
      const auto what = std::move(posted_.front());
      posted_.pop_front();
      what();
    }
  }
  void pass(Nanos time, Nanos step = std::chrono::milliseconds{50}) {
    for (Nanos gone{0}; gone < time; gone += step) {
      time_ += step;
      run();
      on_tick(time_);
      run();
    }
  }
  Nanos now() const override { return time_; }

  // --- what the test orders ------------------------------------------------------------------------------------------
  void fault(const std::string& hook, Fault fault) { faults_[hook].push_back(fault); }
  // Answers of this hook wait until release().
  void hold(const std::string& hook) { held_[hook]; }
  void release(const std::string& hook) {
    const auto found = held_.extract(hook);
    for (const auto& answer : found.mapped()) answer.set(true);
  }
  // Events of the account.
  void tell(std::string_view id) { process_order_update(ModelVenue::said(*venue_.find(id))); }
  void tell(const TradeUpdate& fill) { process_trade_update(fill); }
  void tell(const OrderUpdate& said) { process_order_update(said); }
  void shut() { shut_down(); }
  using ConnectorBase::events_missed;
  using ConnectorBase::process_funding;
  using ConnectorBase::process_position;
  using ConnectorBase::set_order_limits;

  std::string place(std::string_view quantity = "1", std::string_view at = "100", TradeType side = TradeType::Buy) {
    const auto id = ConnectorBase::place(side, {.trading_pair = "BTC-USDT", .amount = quantity, .price = at});
    EXPECT_TRUE(id) << id.error().message;
    return id ? id->str() : "";
  }
  using ConnectorBase::place;
  OrderState state(std::string_view id) const { return tracker().find(id)->state; }
  int asked(const std::string& hook) const {
    const auto found = asked_.find(hook);
    return found == asked_.end() ? 0 : found->second;
  }

  Heard heard;
  std::vector<Position> held;  // as the account's query tells them

 protected:
  Task<OrderResult<PlaceAnswer>> place_order(InFlightOrder order) override {
    const Fault fault = begin("place");
    OrderResult<OrderUpdate> answer = unanswered(fault);
    if (takes_effect(fault)) answer = venue_.place(order, time_);
    const Completion<bool> turn = answered("place");
    co_await turn;
    if (fault == Fault::AnswerLost) answer = unanswered(fault);
    if (!answer) co_return std::unexpected(answer.error());
    co_return PlaceAnswer{.update = *answer};
  }
  Task<OrderResult<OrderUpdate>> cancel_order(InFlightOrder order) override {
    const Fault fault = begin("cancel");
    OrderResult<OrderUpdate> answer = unanswered(fault);
    if (takes_effect(fault)) answer = venue_.cancel(order.client_order_id, time_);
    const Completion<bool> turn = answered("cancel");
    co_await turn;
    if (fault == Fault::AnswerLost) answer = unanswered(fault);
    co_return answer;
  }
  Task<OrderResult<OrderUpdate>> amend_order(InFlightOrder order, Price price, Quantity amount) override {
    const Fault fault = begin("amend");
    OrderResult<OrderUpdate> answer = unanswered(fault);
    if (takes_effect(fault)) answer = venue_.amend(order.client_order_id, price, amount, time_);
    const Completion<bool> turn = answered("amend");
    co_await turn;
    if (fault == Fault::AnswerLost) answer = unanswered(fault);
    co_return answer;
  }
  Task<OrderResult<OrderUpdate>> query_order(InFlightOrder order) override {
    const Fault fault = begin("query");
    if (fault != Fault::None) co_return unanswered(fault);
    const ModelVenue::Order* const found = venue_.find(order.client_order_id);
    OrderResult<OrderUpdate> answer = rejected(OrderReason::NotFound, "Order does not exist.");
    if (found != nullptr) answer = ModelVenue::said(*found);
    const Completion<bool> turn = answered("query");
    co_await turn;
    co_return answer;
  }
  Task<OrderResult<std::vector<ListedOrder>>> query_open_orders() override {
    const Fault fault = begin("open");
    if (fault != Fault::None) co_return std::unexpected(unanswered(fault).error());
    const std::vector<ListedOrder> open = venue_.open();
    const Completion<bool> turn = answered("open");
    co_await turn;
    co_return open;
  }
  Task<OrderResult<std::vector<TradeUpdate>>> query_fills(std::vector<InFlightOrder>, Nanos since) override {
    const Fault fault = begin("fills");
    if (fault != Fault::None) co_return std::unexpected(unanswered(fault).error());
    std::vector<TradeUpdate> out;
    for (const TradeUpdate& fill : venue_.fills) {
      if (fill.fill_timestamp >= since) out.push_back(fill);
    }
    co_return out;
  }
  Task<OrderResult<AccountState>> query_account() override {
    begin("account");
    co_return AccountState{.balances = {{.currency = Currency::cut("USDT"), .total = amount("1000")}},
                           .positions = held,
                           .updated = time_};
  }
  void post(std::function<void()> what) override { posted_.push_back(std::move(what)); }

  ModelVenue& venue_;

 private:
  Fault begin(const std::string& hook) {
    ++asked_[hook];
    auto& waiting = faults_[hook];
    if (waiting.empty()) return Fault::None;
    const Fault fault = waiting.front();
    waiting.pop_front();
    return fault;
  }
  static bool takes_effect(Fault fault) { return fault == Fault::None || fault == Fault::AnswerLost; }
  static OrderResult<OrderUpdate> unanswered(Fault fault) {
    if (fault == Fault::Rejected) return rejected(OrderReason::InsufficientFunds, "Account has insufficient balance.");
    if (fault == Fault::RateLimited) return rejected(OrderReason::RateLimited, "Too many orders.");
    return unknown(OrderReason::Timeout, "no answer");
  }
  Completion<bool> answered(const std::string& hook) {
    Completion<bool> turn;
    if (const auto found = held_.find(hook); found != held_.end()) {
      found->second.push_back(turn);
    } else {
      turn.set(true);
    }
    return turn;
  }

  Nanos time_;
  std::deque<std::function<void()>> posted_;
  std::map<std::string, std::deque<Fault>> faults_;
  std::map<std::string, std::vector<Completion<bool>>> held_;
  std::map<std::string, int> asked_;
};

}  // namespace trunkline::order::test
