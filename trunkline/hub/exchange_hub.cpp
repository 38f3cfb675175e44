#include "trunkline/hub/exchange_hub.hpp"

#include <fmt/format.h>
#include <utility>

#include "trunkline/connector/failover_connector.hpp"

namespace trunkline::hub {
namespace {

constexpr std::size_t consolidated_ring_bytes = std::size_t{256} << 10;

}  // namespace

ExchangeHub::ExchangeHub(HubConfig config, EventLog& log) : config_(std::move(config)), events_(log) {}

ExchangeHub::~ExchangeHub() {
  stop();
}

Result<void> ExchangeHub::connect_exchange(const ExchangeConfig& config) {
  auto primary = make_session(config, config.backup() == nullptr ? config.name() : config.name() + "-primary");
  if (!primary) return std::unexpected(primary.error());
  if (config.backup() == nullptr) return attach(*std::move(primary));
  auto backup = make_session(*config.backup(), config.name() + "-backup");
  if (!backup) return std::unexpected(backup.error());
  const auto row = ExchangeRegistry::find(config.exchange());
  if (!row) return std::unexpected(row.error());
  return attach(std::make_shared<connector::FailoverConnector>(
      connector::FailoverConnectorConfig{.connector = {.name = config.name(), .ring = config_.ring, .log = &events_},
                                         .return_after = config.return_after(),
                                         .numbers_trades = (*row)->numbers_trades},
      *std::move(primary), *std::move(backup)));
}

Result<std::shared_ptr<connector::IExchangeConnector>> ExchangeHub::make_session(const ExchangeConfig& config,
                                                                                 const std::string& name) {
  const auto row = ExchangeRegistry::find(config.exchange());
  if (!row) return std::unexpected(row.error());
  if (const auto allowed = check_depth(config.exchange(), config.depth()); !allowed) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("depth {} of {}: {}", config.depth(), config.exchange(), allowed.error().message));
  }
  connector::SessionConnectorConfig connector_config;
  connector_config.id = connector::connector_id(name);
  connector_config.ring = config_.ring;
  connector_config.session.connector = name;
  connector_config.session.tick = config_.tick;
  connector_config.session.backoff.first = config.reconnect_delay();
  connector_config.session.request_limit = config.request_limit();
  connector_config.session.backoff.attempt_limit = config.reconnect_attempts();
  if (!config.endpoint().empty()) {
    auto endpoints = net::EndpointMap::make({{"*", config.endpoint()}});
    if (!endpoints) return std::unexpected(endpoints.error());
    connector_config.session.endpoints = *std::move(endpoints);
  }
  return std::make_shared<connector::SessionConnector>(connector_config, (*row)->make(config), events_);
}

// What a connector of one's own brings, nobody knows beforehand.
Result<void> ExchangeHub::add_connector(std::shared_ptr<connector::IExchangeConnector> connector) {
  if (auto attached = attach(std::move(connector)); !attached) return attached;
  const std::lock_guard lock(life_);
  start_consolidator();
  return {};
}

void ExchangeHub::start_consolidator() {
  if (consolidator_) return;
  consolidator_.emplace(market_data_.bus(),
                        bus::RingConfig{.capacity_bytes = consolidated_ring_bytes, .wait = config_.ring.wait},
                        connector::connector_id(ConsolidatedQuotes::exchange));
  if (running_) consolidator_->start();
}

void ExchangeHub::consolidate(const SymbolDescriptor& symbol) {
  std::optional<SymbolDescriptor> earlier;
  {
    const std::lock_guard lock(life_);
    const auto [found, fresh] = pairs_.try_emplace(symbol.base + "-" + symbol.quote, symbol);
    if (fresh || found->second.exchange == symbol.exchange || consolidator_) return;
    start_consolidator();
    if (running_) earlier = found->second;
  }
  // Its mapping went by before anybody compared.
  if (earlier) request_resend(earlier->hash());
}

Result<void> ExchangeHub::attach(std::shared_ptr<connector::IExchangeConnector> connector) {
  const std::lock_guard lock(life_);
  if (auto added = connections_.add(connector); !added) return added;
  market_data_.attach(*connector);
  if (running_) connector->start();
  return {};
}

Result<void> ExchangeHub::create_connector(std::string_view kind, connector::ConnectorRequest request) {
  request.ring = config_.ring;
  request.log = &events_;
  auto connector = connector::ConnectorFactory::instance().create(kind, request);
  if (!connector) return std::unexpected(connector.error());
  return add_connector(*std::move(connector));
}

Result<void> ExchangeHub::subscribe_market_data(const SymbolDescriptor& symbol, venue::Channels channels) {
  consolidate(symbol);
  return connections_.command({venue::Action::Subscribe, symbol, channels});
}

Result<void> ExchangeHub::unsubscribe_market_data(const SymbolDescriptor& symbol, venue::Channels channels) {
  return connections_.command({venue::Action::Unsubscribe, symbol, channels});
}

StrategyRunner& ExchangeHub::add_strategy(std::unique_ptr<Strategy> strategy) {
  strategies_.push_back(std::make_unique<StrategyRunner>(
      market_data_.bus(), std::move(strategy), [this](SymbolHash symbol) { request_resend(symbol); },
      config_.ring.wait));
  if (running_) strategies_.back()->start();
  return *strategies_.back();
}

void ExchangeHub::start() {
  const std::lock_guard lock(life_);
  if (std::exchange(running_, true)) return;
  started_ = monotonic_now();
  for (const auto& strategy : strategies_) strategy->start();
  if (consolidator_) consolidator_->start();
  connections_.start();
}

void ExchangeHub::stop() {
  const std::lock_guard lock(life_);
  if (!std::exchange(running_, false)) return;
  connections_.stop();
  if (consolidator_) consolidator_->stop();
  for (const auto& strategy : strategies_) strategy->stop();
}

HubStats ExchangeHub::stats() const {
  HubStats stats;
  stats.uptime = started_.count() == 0 ? Nanos{0} : monotonic_now() - started_;
  for (const ConnectionReport& report : connections_.reports()) {
    stats.messages += report.messages;
    stats.bytes += report.bytes;
    stats.frames += report.frames;
    stats.reconnects += report.reconnects;
  }
  return stats;
}

}  // namespace trunkline::hub
