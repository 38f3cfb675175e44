// An order connector whose venue is an OrderGateway: it brings the thread, the sockets and the ring, and turns the
// hooks of the order core into requests of the gateway.
//
// Thread: initialize(), connect() and disconnect() are the owner's; everything else as ConnectorBase has it.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <unordered_map>

#include "trunkline/bus/ring.hpp"
#include "trunkline/connector/exchange_connector.hpp"
#include "trunkline/net/session.hpp"
#include "trunkline/order/order_gateway.hpp"
#include "trunkline/order/perpetual_derivative_base.hpp"
#include "trunkline/order/spot_exchange_base.hpp"

namespace trunkline::connector {

struct GatewayConfig {
  order::ConnectorConfig order;
  bus::RingConfig ring = {};
  net::SessionConfig session = {};
  bool busy_poll = false;  // the connector's thread never sleeps: for a core of its own
};

// What spot and perpetual connectors share: session, thread, and the gateway's answers.
class GatewayDriver {
 public:
  using Receive = std::function<void(order::GatewayEvent)>;

  // `log` outlives it. `receive` and `tick` run on its thread.
  GatewayDriver(GatewayConfig config, std::unique_ptr<order::OrderGateway> gateway, EventLog& log, Receive receive,
                std::function<void(Nanos)> tick);
  ~GatewayDriver();

  // Where it does not run: hands over what is not done, then runs.
  void start(const std::vector<order::InFlightOrder>& orders);
  // Ends the thread; what is waiting for an answer stays without one.
  void stop();
  void post(std::function<void()> what);
  // Calls the gateway, on its thread and from within a turn, and waits for the answer.
  template <class Ask>
  order::Completion<order::AnswerValue> ask(Ask what) {
    const auto ticket = static_cast<order::Ticket>(next_ticket_++);
    order::Completion<order::AnswerValue> answer;
    pending_.emplace(ticket, answer);
    session_.with_outbox([&](Nanos now, venue::Outbox& outbox) { what(*gateway_, ticket, now, outbox); });
    asked_ = true;
    return answer;
  }
  // True where the event was an answer, which went to who asked.
  bool take_answer(order::GatewayEvent& event);
  void forget_pending() { pending_.clear(); }

  const std::shared_ptr<bus::Ring>& ring() const noexcept { return ring_; }
  venue::Sink& sink() noexcept { return sink_; }
  const net::Session& session() const noexcept { return session_; }

 private:
  class Venue;
  void deliver();
  void end_turn();

  std::unique_ptr<order::OrderGateway> gateway_;
  Receive receive_;
  std::function<void(Nanos)> tick_;
  std::shared_ptr<bus::Ring> ring_;
  venue::Sink sink_;
  std::unique_ptr<Venue> venue_;
  net::asio::io_context io_{1};
  net::Session session_;
  EventLog& log_;
  std::string name_;
  bool busy_poll_;
  bool delivering_ = false;
  bool asked_ = false;  // in this turn
  std::uint64_t next_ticket_ = 1;
  std::unordered_map<order::Ticket, order::Completion<order::AnswerValue>> pending_;
  std::atomic<bool> running_{false};
  std::thread thread_;
};

template <class Base>
class GatewayConnector : public Base {
 public:
  // `log` outlives the connector.
  GatewayConnector(GatewayConfig config, std::unique_ptr<order::OrderGateway> gateway, EventLog& log);
  ~GatewayConnector() override;

  // The journal must be open: initialize() comes first.
  void connect() override;
  // Cancels first what is open, where the configuration says so, and waits for that as long as a request lives.
  void disconnect() override;

  // Frames of orders, fills, balances and positions.
  const std::shared_ptr<bus::Ring>& ring() const noexcept { return driver_.ring(); }
  const net::Session& session() const noexcept { return driver_.session(); }

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

  GatewayDriver& driver() noexcept { return driver_; }

 private:
  void receive(order::GatewayEvent event);

  GatewayDriver driver_;
};

// Both end their thread while they are whole: it calls what they are.
class SpotGatewayConnector final : public GatewayConnector<order::SpotExchangeBase> {
 public:
  using GatewayConnector::GatewayConnector;
  ~SpotGatewayConnector() override { driver().stop(); }
};

class PerpetualGatewayConnector final : public GatewayConnector<order::PerpetualDerivativeBase> {
 public:
  using GatewayConnector::GatewayConnector;
  ~PerpetualGatewayConnector() override { driver().stop(); }

 protected:
  order::Task<order::OrderResult<void>> change_leverage(SymbolHash trading_pair, std::uint32_t leverage) override;
};

}  // namespace trunkline::connector
