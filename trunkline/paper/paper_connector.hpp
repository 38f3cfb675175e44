// An order connector to a paper venue: the same API as a real one, with orders matched here against the market data of
// any connector. Requests take the latency to the venue, and what it says takes it back. No journal is kept: the venue
// goes with its process, and with it the orders.
//
//   paper::SpotPaperConnector orders({.order = {.name = "kraken"}, .paper = {.queue = paper::QueueModel::Back}},
//                                    hub.market_data().bus());
//   orders.initialize();
//   orders.connect();
//
// Make it before the market data begins: a symbol can be traded once its SymbolMapping came by.
//
// Thread: as ConnectorBase; its own one reads the stream. Without one of its own (`own_thread`), whoever calls poll()
// is the connector's thread: a test, a replay.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "trunkline/bus/bus.hpp"
#include "trunkline/bus/ring.hpp"
#include "trunkline/order/perpetual_derivative_base.hpp"
#include "trunkline/order/spot_exchange_base.hpp"
#include "trunkline/paper/paper_exchange.hpp"
#include "trunkline/venue/sink.hpp"

namespace trunkline::paper {

struct PaperConnectorConfig {
  order::ConnectorConfig order;  // its domain is "paper"; a journal of it is not kept
  PaperConfig paper = {};
  bus::RingConfig ring = {};
  // A book was lost on the bus and has to be sent again; on the connector's thread.
  std::function<void(SymbolHash)> request_resend = {};
  bool own_thread = true;
  // Unix time; empty: the system's.
  std::function<Nanos()> clock = {};
  // The time is when the last frame was received: of a replay.
  bool time_of_frames = false;
};

// What spot and perpetual connectors share: the thread, the stream, the messages under way.
class PaperDriver {
 public:
  struct Hooks {
    std::function<void(PaperEvent)> event;
    std::function<void(std::vector<order::TradingRule>)> rules;
    std::function<void(const order::Marked&)> marked;
    std::function<void(Nanos)> tick;
  };

  PaperDriver(PaperConnectorConfig config, bus::Bus& market_data, Hooks hooks);
  ~PaperDriver();

  // On the stream, as any connector tells it; on the connector's thread, or without one.
  void tell_connected(bool connected);
  void start();
  // Ends the thread; what is under way is lost.
  void stop();
  // True where there was something to do.
  bool poll();
  void post(std::function<void()> what);
  // Carried out at the venue when it has arrived there; completed when the answer is back.
  template <class Answer, class What>
  order::Completion<Answer> ask(What what) {
    order::Completion<Answer> answer;
    to_venue_.push_back({now() + latency(), [this, what = std::move(what), answer](Nanos at) {
                           Answer value = what(exchange_, at);
                           from_venue_.push_back(
                               {at + latency(), [answer, value = std::move(value)](Nanos) { answer.set(value); }});
                         }});
    return answer;
  }

  Nanos now() const;
  bool has_thread() const noexcept { return config_.own_thread; }
  const std::shared_ptr<bus::Ring>& ring() const noexcept { return ring_; }
  venue::Sink& sink() noexcept { return sink_; }
  const PaperExchange& exchange() const noexcept { return exchange_; }

 private:
  struct Message {
    Nanos due;
    std::function<void(Nanos)> arrive;
  };

  void run();
  bool run_posted();
  bool deliver(Nanos at);
  void collect(Nanos at);
  Nanos latency() const noexcept { return config_.paper.latency; }

  PaperConnectorConfig config_;
  Hooks hooks_;
  PaperExchange exchange_;
  bus::BusReader reader_;
  std::shared_ptr<bus::Ring> ring_;
  std::string name_;
  venue::ConnectorId id_;
  venue::Sink sink_;
  std::deque<Message> to_venue_;
  std::deque<Message> from_venue_;
  std::mutex mutex_;
  std::vector<std::function<void()>> posted_;
  std::atomic<std::int64_t> frame_time_{0};
  Nanos tick_due_{0};
  std::atomic<bool> running_{false};
  std::thread thread_;
};

template <class Base>
class PaperConnector : public Base {
 public:
  PaperConnector(PaperConnectorConfig config, bus::Bus& market_data);
  ~PaperConnector() override;

  void connect() override;
  void disconnect() override;
  // One turn, without a thread of its own: true where there was something to do.
  bool poll() { return driver_.poll(); }

  // Frames of orders, fills, balances and positions.
  const std::shared_ptr<bus::Ring>& ring() const noexcept { return driver_.ring(); }
  // Only from the connector's thread.
  const PaperExchange& exchange() const noexcept { return driver_.exchange(); }

 protected:
  order::Task<order::OrderResult<order::PlaceAnswer>> place_order(order::InFlightOrder order) override;
  order::Task<order::OrderResult<order::OrderUpdate>> cancel_order(order::InFlightOrder order) override;
  order::Task<order::OrderResult<order::OrderUpdate>> amend_order(order::InFlightOrder order, Price price,
                                                                  Quantity amount) override;
  order::Task<order::OrderResult<order::OrderUpdate>> query_order(order::InFlightOrder order) override;
  order::Task<order::OrderResult<std::vector<order::ListedOrder>>> query_open_orders() override;
  order::Task<order::OrderResult<std::vector<order::TradeUpdate>>> query_fills(std::vector<order::InFlightOrder> orders,
                                                                               Nanos since) override;
  order::Task<order::OrderResult<order::AccountState>> query_account() override;
  order::Task<order::OrderResult<void>> extend_dead_man_switch(Nanos timeout) override;
  void post(std::function<void()> what) override { driver_.post(std::move(what)); }
  Nanos now() const override { return driver_.now(); }

  PaperDriver& driver() noexcept { return driver_; }

 private:
  void receive(PaperEvent event);

  PaperDriver driver_;
};

// Both end their thread while they are whole: it calls what they are.
class SpotPaperConnector final : public PaperConnector<order::SpotExchangeBase> {
 public:
  using PaperConnector::PaperConnector;
  ~SpotPaperConnector() override { driver().stop(); }
};

class PerpetualPaperConnector final : public PaperConnector<order::PerpetualDerivativeBase> {
 public:
  using PaperConnector::PaperConnector;
  ~PerpetualPaperConnector() override { driver().stop(); }

 protected:
  order::Task<order::OrderResult<void>> change_leverage(SymbolHash trading_pair, std::uint32_t leverage) override;
};

}  // namespace trunkline::paper
