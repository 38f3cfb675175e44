#include "trunkline/hub/exchange_hub.hpp"

#include <utility>

namespace trunkline::hub {

ExchangeHub::ExchangeHub(HubConfig config, EventLog& log) : config_(std::move(config)), events_(log) {}

ExchangeHub::~ExchangeHub() {
  stop();
}

Result<void> ExchangeHub::connect_exchange(const ExchangeConfig& config) {
  const auto row = ExchangeRegistry::find(config.exchange());
  if (!row) return std::unexpected(row.error());
  connector::SessionConnectorConfig connector_config;
  connector_config.id = connector::connector_id(config.name());
  connector_config.ring = config_.ring;
  connector_config.session.connector = config.name();
  connector_config.session.tick = config_.tick;
  connector_config.session.backoff.first = config.reconnect_delay();
  connector_config.session.backoff.attempt_limit = config.reconnect_attempts();
  if (!config.endpoint().empty()) {
    auto endpoints = net::EndpointMap::make({{"*", config.endpoint()}});
    if (!endpoints) return std::unexpected(endpoints.error());
    connector_config.session.endpoints = *std::move(endpoints);
  }
  return add_connector(std::make_shared<connector::SessionConnector>(connector_config, (*row)->make(config), events_));
}

Result<void> ExchangeHub::add_connector(std::shared_ptr<connector::IExchangeConnector> connector) {
  if (auto added = connections_.add(connector); !added) return added;
  market_data_.attach(*connector);
  if (running_) connector->start();
  return {};
}

Result<void> ExchangeHub::subscribe_market_data(const SymbolDescriptor& symbol, venue::Channels channels) {
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
  if (std::exchange(running_, true)) return;
  started_ = monotonic_now();
  for (const auto& strategy : strategies_) strategy->start();
  connections_.start();
}

void ExchangeHub::stop() {
  if (!std::exchange(running_, false)) return;
  connections_.stop();
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
