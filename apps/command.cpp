#include "apps/command.hpp"

#include <csignal>
#include <cstdio>
#include <fmt/format.h>
#include <map>
#include <set>

#include "trunkline/hub/configured_exchange.hpp"
#include "trunkline/hub/order_registry.hpp"

namespace trunkline::apps {

void SettingsOptions::add_to(CLI::App& command) {
  command.add_option("-c,--config", file, "TOML file with settings")->type_name("FILE");
  command.add_option("--set", assignments, "one setting, as `trunkline settings` lists them; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

std::optional<hub::Settings> SettingsOptions::load() const {
  hub::SettingsSources sources{file, {}, hub::environment()};
  for (const std::string& assignment : assignments) {
    const auto equals = assignment.find('=');
    if (equals == std::string::npos) {
      complain({ErrorCode::InvalidArgument, fmt::format("--set {}: expected KEY=VALUE", excerpt(assignment))});
      return std::nullopt;
    }
    sources.command_line.emplace_back(assignment.substr(0, equals), assignment.substr(equals + 1));
  }
  sources.command_line.insert(sources.command_line.end(), command_line.begin(), command_line.end());
  auto settings = hub::load_settings(sources);
  if (!settings) {
    complain(settings.error());
    return std::nullopt;
  }
  return *std::move(settings);
}

Result<std::vector<SymbolDescriptor>> parse_symbols(const std::vector<std::string>& texts) {
  std::vector<SymbolDescriptor> symbols;
  for (const std::string& text : texts) {
    auto symbol = SymbolDescriptor::parse(text);
    if (!symbol) return std::unexpected(symbol.error());
    symbols.push_back(*std::move(symbol));
  }
  return symbols;
}

hub::HubConfig hub_config(const hub::Settings& settings) {
  return {.ring = {.capacity_bytes = settings.bus_capacity, .wait = settings.bus_wait},
          .tick = settings.connector_poll_interval};
}

namespace {

// One connector of the factory for each exchange among the symbols.
Result<void> create_connectors(hub::ExchangeHub& hub, const hub::Settings& settings,
                               const std::vector<SymbolDescriptor>& symbols) {
  const bool known = connector::ConnectorFactory::instance().has(settings.connector_name);
  const std::string kind = known ? settings.connector_name : "stub";
  std::map<std::string, std::vector<SymbolDescriptor>> of;
  for (const SymbolDescriptor& symbol : symbols) of[symbol.exchange].push_back(symbol);
  for (const auto& [exchange, own] : of) {
    connector::ConnectorRequest request;
    request.exchange = exchange;
    if (of.size() == 1) request.name = settings.connector_name;
    request.symbols = own;
    request.channels = settings.channels;
    request.poll_interval = settings.connector_poll_interval;
    if (auto created = hub.create_connector(kind, std::move(request)); !created) return created;
  }
  return {};
}

}  // namespace

Result<void> connect_exchange(hub::ExchangeHub& hub, const hub::Settings& settings, const std::string& exchange,
                              const std::string& name) {
  auto config = hub::configured_exchange(settings, exchange);
  if (!config) return std::unexpected(config.error());
  config->name(name);
  return hub.connect_exchange(*config);
}

hub::Credentials sandbox_credentials(std::string_view exchange) {
  if (exchange.starts_with("alpaca")) return {"sandbox", "sandbox"};
  if (const auto row = hub::OrderRegistry::find(exchange); row && !(*row)->sandbox_key.empty()) {
    return {std::string((*row)->sandbox_key), std::string((*row)->sandbox_secret)};
  }
  return {};
}

Result<void> connect_exchanges(hub::ExchangeHub& hub, const hub::Settings& settings,
                               const std::vector<SymbolDescriptor>& symbols) {
  if (settings.data_source == "hft_connector") return create_connectors(hub, settings, symbols);
  for (const auto& [name, mapping] : settings.sources) {
    if (auto added = hub::ExchangeRegistry::add_source(name, mapping); !added) return added;
  }
  std::set<std::string> exchanges;
  for (const SymbolDescriptor& symbol : symbols) exchanges.insert(symbol.exchange);
  for (const std::string& exchange : exchanges) {
    const std::string name = exchanges.size() == 1 ? settings.connector_name : std::string{};
    if (auto connected = connect_exchange(hub, settings, exchange, name); !connected) return connected;
  }
  for (const SymbolDescriptor& symbol : symbols) {
    if (auto asked = hub.subscribe_market_data(symbol, settings.channels); !asked) return asked;
  }
  return {};
}

int complain(const Error& error) {
  fmt::print(stderr, "trunkline: {}\n", error.message);
  return 1;
}

namespace {

sigset_t ending_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

SignalWait::SignalWait(std::initializer_list<int> others) : all_(ending_signals()) {
  for (const int signal : others) sigaddset(&all_, signal);
  pthread_sigmask(SIG_BLOCK, &all_, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

int SignalWait::next() {
  int signal = 0;
  while (sigwait(&all_, &signal) != 0) {
  }
  return signal;
}

bool SignalWait::wait_for(Nanos time) {
  const sigset_t signals = ending_signals();
  const timespec limit{time.count() / 1'000'000'000, time.count() % 1'000'000'000};
  return sigtimedwait(&signals, nullptr, &limit) > 0;
}

}  // namespace trunkline::apps
