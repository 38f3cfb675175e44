#include "trunkline/connector/gateway_connector.hpp"

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <utility>

namespace trunkline::connector {

using namespace order;

// Hands every call on, and the gateway's events out after it.
class GatewayDriver::Venue final : public venue::Venue {
 public:
  Venue(GatewayDriver& driver, OrderGateway& gateway) : driver_(driver), gateway_(gateway) {}

  std::string_view exchange() const noexcept override { return gateway_.exchange(); }
  std::span<const venue::Lane> lanes() const noexcept override { return gateway_.lanes(); }
  venue::RequestLimits limits() const override { return gateway_.limits(); }
  void on_start(Nanos now, venue::Sink& sink, venue::Outbox& outbox) override {
    gateway_.on_start(now, sink, outbox);
    driver_.end_turn();
  }
  void on_open(venue::ConnectionId connection, venue::LaneId lane, Nanos now, venue::Sink& sink,
               venue::Outbox& outbox) override {
    gateway_.on_open(connection, lane, now, sink, outbox);
    driver_.end_turn();
  }
  void on_bytes(venue::ConnectionId connection, std::span<char> message, Nanos received, venue::Sink& sink,
                venue::Outbox& outbox) override {
    gateway_.on_bytes(connection, message, received, sink, outbox);
    driver_.end_turn();
  }
  void on_closed(venue::ConnectionId connection, std::string_view reason, Nanos now, venue::Sink& sink,
                 venue::Outbox& outbox) override {
    gateway_.on_closed(connection, reason, now, sink, outbox);
    driver_.end_turn();
  }
  void on_reply(const venue::Reply& reply, venue::Sink& sink, venue::Outbox& outbox) override {
    gateway_.on_reply(reply, sink, outbox);
    driver_.end_turn();
  }
  void on_tick(Nanos now, venue::Sink& sink, venue::Outbox& outbox) override {
    gateway_.on_tick(now, sink, outbox);
    driver_.deliver();
    driver_.tick_(now);
    driver_.end_turn();
  }
  Result<void> command(const venue::Command& command, Nanos now, venue::Sink& sink, venue::Outbox& outbox) override {
    return gateway_.command(command, now, sink, outbox);
  }

 private:
  GatewayDriver& driver_;
  OrderGateway& gateway_;
};

namespace {

std::string ring_name(const GatewayConfig& config) {
  return config.order.name + ":orders:" + config.order.account;
}

net::SessionConfig named(net::SessionConfig config, const std::string& name) {
  config.connector = name;
  // Time limits of requests and questions in doubt are counted in it.
  config.tick = std::min<Nanos>(config.tick, std::chrono::milliseconds{20});
  return config;
}

}  // namespace

GatewayDriver::GatewayDriver(GatewayConfig config, std::unique_ptr<OrderGateway> gateway, EventLog& log,
                             Receive receive, std::function<void(Nanos)> tick)
    : gateway_(std::move(gateway)),
      receive_(std::move(receive)),
      tick_(std::move(tick)),
      ring_(std::make_shared<bus::Ring>(config.ring)),
      sink_(*ring_, connector_id(ring_name(config))),
      venue_(std::make_unique<Venue>(*this, *gateway_)),
      session_(io_, *venue_, sink_, log, named(config.session, ring_name(config))),
      log_(log),
      name_(ring_name(config)),
      busy_poll_(config.busy_poll) {}

GatewayDriver::~GatewayDriver() {
  stop();
}

void GatewayDriver::start(const std::vector<InFlightOrder>& orders) {
  if (thread_.joinable()) return;
  for (const InFlightOrder& order : orders) gateway_->take_over(order, unix_now());
  io_.restart();
  running_ = true;
  net::asio::post(io_, [this] {
    if (const auto started = session_.start(); !started) {
      log_.write({Severity::Error, "connector_start_failed", name_, {}, {{"error", started.error().message}}});
    }
  });
  thread_ = std::thread([this] {
    const auto work = net::asio::make_work_guard(io_);
    if (!busy_poll_) {
      io_.run();
      return;
    }
    while (running_.load(std::memory_order_relaxed)) io_.poll();
  });
}

void GatewayDriver::stop() {
  if (!thread_.joinable()) return;
  net::asio::post(io_, [this] {
    session_.stop();
    running_ = false;
    io_.stop();
  });
  thread_.join();
}

void GatewayDriver::post(std::function<void()> what) {
  net::asio::post(io_, [this, what = std::move(what)] {
    what();
    end_turn();
  });
}

bool GatewayDriver::take_answer(GatewayEvent& event) {
  auto* const answer = std::get_if<Answer>(&event);
  if (answer == nullptr) return false;
  const auto found = pending_.find(answer->ticket);
  if (found == pending_.end()) return true;
  const Completion<AnswerValue> completion = found->second;
  pending_.erase(found);
  completion.set(std::move(answer->value));
  return true;
}

// An event may lead to a request that is answered at once: that answer is delivered after what led to it.
void GatewayDriver::deliver() {
  if (std::exchange(delivering_, true)) return;
  for (auto events = gateway_->take_events(); !events.empty(); events = gateway_->take_events()) {
    for (GatewayEvent& event : events) receive_(std::move(event));
  }
  delivering_ = false;
}

// What the gateway was asked goes out together, and its events are told now that who asked waits for them.
void GatewayDriver::end_turn() {
  deliver();
  while (!delivering_ && std::exchange(asked_, false)) {
    session_.with_outbox([this](Nanos now, venue::Outbox& outbox) { gateway_->end_turn(now, outbox); });
    deliver();
  }
}

template <class Base>
GatewayConnector<Base>::GatewayConnector(GatewayConfig config, std::unique_ptr<OrderGateway> gateway, EventLog& log)
    : Base(config.order),
      driver_(
          config, std::move(gateway), log, [this](GatewayEvent event) { receive(std::move(event)); },
          [this](Nanos now) { this->on_tick(now); }) {
  this->set_sink(&driver_.sink());
}

template <class Base>
GatewayConnector<Base>::~GatewayConnector() {
  this->shut_down();
}

template <class Base>
void GatewayConnector<Base>::connect() {
  driver_.start(this->tracker().active_orders());
}

template <class Base>
void GatewayConnector<Base>::disconnect() {
  if (this->config().cancel_on_disconnect && this->is_ready()) {
    this->cancel_all();
    const Nanos until = monotonic_now() + this->config().request_lifetime;
    while (this->tracker().active_order_count() != 0 && this->is_connected() && monotonic_now() < until) {
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
  }
  driver_.stop();
  driver_.forget_pending();
  this->scope().cancel();
  this->abandon_requests("disconnected");
}

template <class Base>
void GatewayConnector<Base>::receive(GatewayEvent event) {
  if (driver_.take_answer(event)) return;
  if (auto* const update = std::get_if<OrderUpdate>(&event)) return this->process_order_update(*update);
  if (auto* const trade = std::get_if<TradeUpdate>(&event)) return this->process_trade_update(std::move(*trade));
  if (auto* const balance = std::get_if<BalanceUpdate>(&event)) return this->process_balance(*balance);
  if (auto* const position = std::get_if<Position>(&event)) return this->process_position(*position);
  if (auto* const account = std::get_if<AccountState>(&event)) return this->process_account(*account);
  if (auto* const funding = std::get_if<FundingPayment>(&event)) return this->process_funding(*funding);
  if (auto* const connected = std::get_if<GatewayConnected>(&event)) {
    return this->set_connected(connected->connected, connected->why);
  }
  if (auto* const missed = std::get_if<EventsMissed>(&event)) return this->events_missed(missed->why);
  if (auto* const rules = std::get_if<TradingRules>(&event)) return this->set_trading_rules(std::move(rules->rules));
  if (auto* const limits = std::get_if<OrderLimits>(&event)) return this->set_order_limits(std::move(limits->limits));
  if constexpr (std::is_base_of_v<PerpetualDerivativeBase, Base>) {
    if (auto* const marked = std::get_if<Marked>(&event)) this->process_marks(marked->trading_pair, marked->marks);
  }
}

// The completion is named before it is awaited: g++ 12.2 miscompiles lambdas within co_await expressions.
template <class Base>
Task<OrderResult<PlaceAnswer>> GatewayConnector<Base>::place_order(InFlightOrder order) {
  auto asked = driver_.ask([&order](OrderGateway& gateway, Ticket ticket, Nanos now, venue::Outbox& outbox) {
    gateway.place(ticket, order, now, outbox);
  });
  AnswerValue answer = co_await asked;
  co_return std::get<OrderResult<PlaceAnswer>>(std::move(answer));
}

template <class Base>
Task<OrderResult<OrderUpdate>> GatewayConnector<Base>::cancel_order(InFlightOrder order) {
  auto asked = driver_.ask([&order](OrderGateway& gateway, Ticket ticket, Nanos now, venue::Outbox& outbox) {
    gateway.cancel(ticket, order, now, outbox);
  });
  AnswerValue answer = co_await asked;
  co_return std::get<OrderResult<OrderUpdate>>(std::move(answer));
}

template <class Base>
Task<OrderResult<OrderUpdate>> GatewayConnector<Base>::amend_order(InFlightOrder order, Price price, Quantity amount) {
  auto asked = driver_.ask([&](OrderGateway& gateway, Ticket ticket, Nanos now, venue::Outbox& outbox) {
    gateway.amend(ticket, order, price, amount, now, outbox);
  });
  AnswerValue answer = co_await asked;
  co_return std::get<OrderResult<OrderUpdate>>(std::move(answer));
}

template <class Base>
Task<OrderResult<OrderUpdate>> GatewayConnector<Base>::query_order(InFlightOrder order) {
  auto asked = driver_.ask([&order](OrderGateway& gateway, Ticket ticket, Nanos now, venue::Outbox& outbox) {
    gateway.query(ticket, order, now, outbox);
  });
  AnswerValue answer = co_await asked;
  co_return std::get<OrderResult<OrderUpdate>>(std::move(answer));
}

template <class Base>
Task<OrderResult<std::vector<ListedOrder>>> GatewayConnector<Base>::query_open_orders() {
  auto asked = driver_.ask([](OrderGateway& gateway, Ticket ticket, Nanos now, venue::Outbox& outbox) {
    gateway.query_open_orders(ticket, now, outbox);
  });
  AnswerValue answer = co_await asked;
  co_return std::get<OrderResult<std::vector<ListedOrder>>>(std::move(answer));
}

template <class Base>
Task<OrderResult<std::vector<TradeUpdate>>> GatewayConnector<Base>::query_fills(std::vector<InFlightOrder> orders,
                                                                                Nanos since) {
  auto asked = driver_.ask([&](OrderGateway& gateway, Ticket ticket, Nanos now, venue::Outbox& outbox) {
    gateway.query_fills(ticket, orders, since, now, outbox);
  });
  AnswerValue answer = co_await asked;
  co_return std::get<OrderResult<std::vector<TradeUpdate>>>(std::move(answer));
}

template <class Base>
Task<OrderResult<AccountState>> GatewayConnector<Base>::query_account() {
  auto asked = driver_.ask([](OrderGateway& gateway, Ticket ticket, Nanos now, venue::Outbox& outbox) {
    gateway.query_account(ticket, now, outbox);
  });
  AnswerValue answer = co_await asked;
  co_return std::get<OrderResult<AccountState>>(std::move(answer));
}

template <class Base>
Task<OrderResult<void>> GatewayConnector<Base>::extend_dead_man_switch(Nanos timeout) {
  auto asked = driver_.ask([timeout](OrderGateway& gateway, Ticket ticket, Nanos now, venue::Outbox& outbox) {
    gateway.extend_dead_man_switch(ticket, timeout, now, outbox);
  });
  AnswerValue answer = co_await asked;
  co_return std::get<OrderResult<void>>(std::move(answer));
}

Task<OrderResult<void>> PerpetualGatewayConnector::change_leverage(SymbolHash trading_pair, std::uint32_t leverage) {
  auto asked = driver().ask([=](OrderGateway& gateway, Ticket ticket, Nanos now, venue::Outbox& outbox) {
    gateway.set_leverage(ticket, trading_pair, leverage, now, outbox);
  });
  AnswerValue answer = co_await asked;
  co_return std::get<OrderResult<void>>(std::move(answer));
}

template class GatewayConnector<SpotExchangeBase>;
template class GatewayConnector<PerpetualDerivativeBase>;

}  // namespace trunkline::connector
