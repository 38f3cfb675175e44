#include "trunkline/paper/paper_connector.hpp"

#include <algorithm>
#include <utility>

#include "trunkline/connector/exchange_connector.hpp"

namespace trunkline::paper {

using namespace order;

namespace {

constexpr Nanos tick = std::chrono::milliseconds{20};
constexpr int frames_a_turn = 256;
constexpr bus::TypeSet wanted =
    bus::TypeSet::of<wire::Trade, wire::Quote, wire::L2Snapshot, wire::L2Delta, wire::BookStatus, wire::SymbolMapping,
                     wire::DerivativeTicker, wire::ConnectionStatus>();

std::string ring_name(const PaperConnectorConfig& config) {
  return config.order.name + ":paper:" + config.order.account;
}

ConnectorConfig on_paper(const PaperConnectorConfig& config) {
  ConnectorConfig out = config.order;
  out.domain = "paper";
  out.paper = true;
  out.journal = {};
  // Nothing that is under way takes longer.
  out.request_lifetime = 4 * config.paper.latency + std::chrono::seconds{1};
  out.first_query = std::max(out.first_query, 4 * config.paper.latency);
  return out;
}

}  // namespace

PaperDriver::PaperDriver(PaperConnectorConfig config, bus::Bus& market_data, Hooks hooks)
    : config_(std::move(config)),
      hooks_(std::move(hooks)),
      exchange_(config_.order.name, config_.paper),
      reader_(market_data.subscribe()),
      ring_(std::make_shared<bus::Ring>(config_.ring)),
      name_(ring_name(config_)),
      id_(connector::connector_id(name_)),
      sink_(*ring_, id_) {}

PaperDriver::~PaperDriver() {
  stop();
}

Nanos PaperDriver::now() const {
  if (config_.time_of_frames) return Nanos{frame_time_.load(std::memory_order_relaxed)};
  return config_.clock ? config_.clock() : unix_now();
}

void PaperDriver::tell_connected(bool connected) {
  wire::ConnectionStatus status;
  status.connected_since = connected ? now() : Nanos{0};
  status.state = connected ? wire::ConnectionState::Connected : wire::ConnectionState::Stopped;
  sink_.begin(now(), 0);
  sink_.publish(status, std::string_view(name_), std::string_view{}, std::string_view("paper"));
  sink_.flush();
}

void PaperDriver::start() {
  if (!config_.own_thread || thread_.joinable()) return;
  running_.store(true, std::memory_order_release);
  thread_ = std::thread([this] { run(); });
}

void PaperDriver::stop() {
  if (thread_.joinable()) {
    running_.store(false, std::memory_order_release);
    reader_.interrupt();
    thread_.join();
  }
  to_venue_.clear();
  from_venue_.clear();
}

void PaperDriver::run() {
  while (running_.load(std::memory_order_acquire)) {
    if (poll()) continue;
    Nanos due = tick_due_;
    if (!to_venue_.empty()) due = std::min(due, to_venue_.front().due);
    if (!from_venue_.empty()) due = std::min(due, from_venue_.front().due);
    reader_.wait(std::clamp(due - now(), Nanos{0}, tick));
  }
}

void PaperDriver::post(std::function<void()> what) {
  {
    const std::lock_guard lock(mutex_);
    posted_.push_back(std::move(what));
  }
  reader_.interrupt();
}

bool PaperDriver::run_posted() {
  std::vector<std::function<void()>> posted;
  {
    const std::lock_guard lock(mutex_);
    posted = std::exchange(posted_, {});
  }
  for (const auto& what : posted) what();
  return !posted.empty();
}

bool PaperDriver::poll() {
  bool worked = run_posted();
  for (int frames = 0; frames < frames_a_turn; ++frames) {
    const bus::BusPoll poll = reader_.poll(wanted);
    if (poll.kind == bus::PollKind::Empty) break;
    worked = true;
    if (poll.kind == bus::PollKind::Missed) {
      exchange_.on_missed();
      collect(now());
      continue;
    }
    const wire::Stamp& stamp = poll.frame.stamp();
    if (stamp.source >> 4 == static_cast<std::uint16_t>(id_)) continue;  // our own
    const std::int64_t received = stamp.receive_time.count();
    if (received > frame_time_.load(std::memory_order_relaxed)) frame_time_.store(received, std::memory_order_relaxed);
    const Nanos at = now();
    deliver(at);
    exchange_.on_frame(poll.frame, at);
    collect(at);
  }
  const Nanos at = now();
  if (tick_due_ <= at) {
    tick_due_ = at + tick;
    exchange_.on_time(at);
    collect(at);
    hooks_.tick(at);
  }
  if (deliver(at)) worked = true;
  return worked;
}

// What is due by now, in its order. An answer may lead to a request that arrives at once: that has the next turn.
bool PaperDriver::deliver(Nanos at) {
  bool worked = false;
  for (std::size_t left = to_venue_.size(); left > 0 && to_venue_.front().due <= at; --left) {
    const Message message = std::move(to_venue_.front());
    to_venue_.pop_front();
    message.arrive(at);
    collect(at);
    worked = true;
  }
  for (std::size_t left = from_venue_.size(); left > 0 && from_venue_.front().due <= at; --left) {
    const Message message = std::move(from_venue_.front());
    from_venue_.pop_front();
    message.arrive(at);
    worked = true;
  }
  return worked;
}

// What the venue tells begins its way to us. What the stream says of symbols is here already.
void PaperDriver::collect(Nanos at) {
  if (auto rules = exchange_.take_rules()) hooks_.rules(*std::move(rules));
  for (const Marked& marked : exchange_.take_marks()) hooks_.marked(marked);
  for (PaperEvent& event : exchange_.take_events()) {
    from_venue_.push_back({at + latency(), [this, event = std::move(event)](Nanos) { hooks_.event(event); }});
  }
  for (const SymbolHash symbol : exchange_.take_resends()) {
    if (config_.request_resend) config_.request_resend(symbol);
  }
}

template <class Base>
PaperConnector<Base>::PaperConnector(PaperConnectorConfig config, bus::Bus& market_data)
    : Base(on_paper(config)),
      driver_(std::move(config), market_data,
              {.event = [this](PaperEvent event) { receive(std::move(event)); },
               .rules = [this](std::vector<TradingRule> rules) { this->set_trading_rules(std::move(rules)); },
               .marked =
                   [this]([[maybe_unused]] const Marked& marked) {
                     static_cast<void>(this);
                     if constexpr (std::is_base_of_v<PerpetualDerivativeBase, Base>) {
                       this->process_marks(marked.trading_pair, marked.marks);
                     }
                   },
               .tick = [this](Nanos at) { this->on_tick(at); }}) {
  this->set_sink(&driver_.sink());
}

template <class Base>
PaperConnector<Base>::~PaperConnector() {
  this->shut_down();
}

template <class Base>
void PaperConnector<Base>::connect() {
  driver_.post([this] {
    driver_.tell_connected(true);
    this->set_connected(true, "paper");
  });
  driver_.start();
}

template <class Base>
void PaperConnector<Base>::disconnect() {
  if (this->config().cancel_on_disconnect && this->is_ready() && driver_.has_thread()) {
    this->cancel_all();
    const Nanos until = monotonic_now() + this->config().request_lifetime;
    while (this->tracker().active_order_count() != 0 && monotonic_now() < until) {
      std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
  }
  driver_.stop();
  this->scope().cancel();
  this->abandon_requests("disconnected");
  driver_.tell_connected(false);
}

template <class Base>
void PaperConnector<Base>::receive(PaperEvent event) {
  if (auto* const update = std::get_if<OrderUpdate>(&event)) return this->process_order_update(*update);
  if (auto* const trade = std::get_if<TradeUpdate>(&event)) return this->process_trade_update(std::move(*trade));
  if (auto* const balance = std::get_if<BalanceUpdate>(&event)) return this->process_balance(*balance);
  this->process_position(std::get<Position>(event));
}

// What is awaited is named: g++ 12.2 miscompiles lambdas within co_await expressions.
template <class Base>
Task<OrderResult<PlaceAnswer>> PaperConnector<Base>::place_order(InFlightOrder order) {
  auto asked = driver_.template ask<OrderResult<PlaceAnswer>>(
      [order](PaperExchange& venue, Nanos at) { return venue.place(order, at); });
  OrderResult<PlaceAnswer> answer = co_await asked;
  co_return answer;
}

template <class Base>
Task<OrderResult<OrderUpdate>> PaperConnector<Base>::cancel_order(InFlightOrder order) {
  auto asked = driver_.template ask<OrderResult<OrderUpdate>>(
      [id = order.client_order_id](PaperExchange& venue, Nanos at) { return venue.cancel(id, at); });
  OrderResult<OrderUpdate> answer = co_await asked;
  co_return answer;
}

template <class Base>
Task<OrderResult<OrderUpdate>> PaperConnector<Base>::amend_order(InFlightOrder order, Price price, Quantity amount) {
  auto asked = driver_.template ask<OrderResult<OrderUpdate>>(
      [id = order.client_order_id, price, amount](PaperExchange& venue, Nanos at) {
        return venue.amend(id, price, amount, at);
      });
  OrderResult<OrderUpdate> answer = co_await asked;
  co_return answer;
}

template <class Base>
Task<OrderResult<OrderUpdate>> PaperConnector<Base>::query_order(InFlightOrder order) {
  auto asked = driver_.template ask<OrderResult<OrderUpdate>>(
      [id = order.client_order_id](PaperExchange& venue, Nanos) { return venue.query(id); });
  OrderResult<OrderUpdate> answer = co_await asked;
  co_return answer;
}

template <class Base>
Task<OrderResult<std::vector<ListedOrder>>> PaperConnector<Base>::query_open_orders() {
  using Answer = OrderResult<std::vector<ListedOrder>>;
  auto asked = driver_.template ask<Answer>([](PaperExchange& venue, Nanos) { return Answer(venue.open_orders()); });
  Answer answer = co_await asked;
  co_return answer;
}

template <class Base>
Task<OrderResult<std::vector<TradeUpdate>>> PaperConnector<Base>::query_fills(std::vector<InFlightOrder>, Nanos since) {
  using Answer = OrderResult<std::vector<TradeUpdate>>;
  auto asked =
      driver_.template ask<Answer>([since](PaperExchange& venue, Nanos) { return Answer(venue.fills(since)); });
  Answer answer = co_await asked;
  co_return answer;
}

template <class Base>
Task<OrderResult<AccountState>> PaperConnector<Base>::query_account() {
  using Answer = OrderResult<AccountState>;
  auto asked = driver_.template ask<Answer>([](PaperExchange& venue, Nanos at) { return Answer(venue.account(at)); });
  Answer answer = co_await asked;
  co_return answer;
}

template <class Base>
Task<OrderResult<void>> PaperConnector<Base>::extend_dead_man_switch(Nanos timeout) {
  auto asked = driver_.template ask<OrderResult<void>>([timeout](PaperExchange& venue, Nanos at) {
    venue.set_dead_man(at + timeout);
    return OrderResult<void>{};
  });
  OrderResult<void> answer = co_await asked;
  co_return answer;
}

Task<OrderResult<void>> PerpetualPaperConnector::change_leverage(SymbolHash trading_pair, std::uint32_t leverage) {
  auto asked = driver().ask<OrderResult<void>>(
      [trading_pair, leverage](PaperExchange& venue, Nanos) { return venue.set_leverage(trading_pair, leverage); });
  OrderResult<void> answer = co_await asked;
  co_return answer;
}

template class PaperConnector<SpotExchangeBase>;
template class PaperConnector<PerpetualDerivativeBase>;

}  // namespace trunkline::paper
