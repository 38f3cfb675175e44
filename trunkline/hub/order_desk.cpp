#include "trunkline/hub/order_desk.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>
#include <utility>

#include "trunkline/connector/gateway_connector.hpp"
#include "trunkline/hub/price_feed.hpp"
#include "trunkline/paper/paper_connector.hpp"

namespace trunkline::hub {
namespace {

constexpr Nanos pairs_interval = std::chrono::seconds{1};
constexpr std::size_t expected_orders = 256;

// What all accounts have in common.
OrderAccountConfig account_of(const Settings& settings, const std::string& exchange) {
  const OrderSettings& orders = settings.orders;
  OrderAccountConfig config;
  config.exchange = exchange;
  config.account = orders.account;
  config.risk = orders.risk;
  config.hold_limit = orders.hold_limit;
  config.busy_poll = orders.busy_poll;
  config.cancel_on_disconnect = orders.cancel_on_disconnect;
  config.dead_man = orders.dead_man;
  config.ring.capacity_bytes = std::size_t{1} << 20;
  config.ring.wait = settings.bus_wait;
  return config;
}

Result<OrderAccountConfig> configured_account(const Settings& settings, const std::string& exchange) {
  const ExchangeSettings& own = settings.exchange(exchange);
  if (own.domain != "live" && own.endpoint.empty()) {
    return fail(
        ErrorCode::InvalidArgument,
        fmt::format("exchange.{0}.domain = \"{1}\" needs exchange.{0}.endpoint, where it is", exchange, own.domain));
  }
  auto credentials = settings.credentials(exchange);
  if (!credentials) return std::unexpected(credentials.error());
  if (!*credentials) {
    return fail(
        ErrorCode::InvalidArgument,
        fmt::format("orders.exchanges names {0}, and there is no key for it: set exchange.{0}.credentials_file, "
                    "or the variables of docs/order-cli.md",
                    exchange));
  }
  const OrderSettings& orders = settings.orders;
  OrderAccountConfig config = account_of(settings, exchange);
  config.domain = own.domain;
  config.endpoint = own.endpoint;
  config.credentials = **std::move(credentials);
  config.journal = std::filesystem::path(orders.journal.empty() ? default_journal_folder() : orders.journal) /
                   fmt::format("{}-{}-{}", exchange, own.domain, orders.account);
  config.flush = orders.flush;
  config.reconnect_delay = own.reconnect_delay;
  return config;
}

order::ConnectorConfig connector_config(const OrderAccountConfig& config, const order::PriceBoard& prices,
                                        EventLog& log) {
  order::ConnectorConfig order;
  order.name = config.exchange;
  order.domain = config.domain;
  order.account = config.account;
  order.journal.folder = config.journal;
  order.journal.policy = config.flush;
  order.risk = config.risk;
  order.tracker.expected_orders = expected_orders;
  order.hold_limit = config.hold_limit;
  order.cancel_on_disconnect = config.cancel_on_disconnect;
  order.dead_man = config.dead_man;
  order.log = &log;
  // Without a collar there is no need of a Live book either.
  if (config.risk.price_collar_bp != 0) order.prices = &prices;
  return order;
}

// By what is known before the venue has told of its symbols.
order::ConnectorType paper_type(const Settings& settings, const std::string& exchange) {
  if (const auto row = OrderRegistry::find(exchange)) return (*row)->type;
  const auto source = settings.sources.find(exchange);
  const bool derivatives =
      source != settings.sources.end() &&
      (source->second.kind == wire::InstrumentKind::Perpetual || source->second.kind == wire::InstrumentKind::Future);
  return derivatives ? order::ConnectorType::DerivativePerpetual : order::ConnectorType::Spot;
}

}  // namespace

Result<std::vector<OrderAccountConfig>> configured_accounts(const Settings& settings) {
  std::vector<OrderAccountConfig> out;
  for (const std::string& exchange : settings.orders.exchanges) {
    auto config = configured_account(settings, exchange);
    if (!config) return std::unexpected(config.error());
    out.push_back(*std::move(config));
  }
  return out;
}

Result<std::vector<OrderAccountConfig>> configured_paper_accounts(const Settings& settings,
                                                                  const std::vector<SymbolDescriptor>& symbols) {
  const std::vector<std::string>& real = settings.orders.exchanges;
  const auto is_real = [&](const std::string& exchange) { return std::ranges::find(real, exchange) != real.end(); };
  std::set<std::string> exchanges;
  for (const std::string& name : settings.orders.paper) {
    if (name == "all") {
      for (const SymbolDescriptor& symbol : symbols) {
        if (!is_real(symbol.exchange)) exchanges.insert(symbol.exchange);
      }
      continue;
    }
    if (is_real(name)) {
      return fail(ErrorCode::InvalidArgument,
                  fmt::format("orders.exchanges and orders.paper both name {}: an account is real or paper, never both",
                              excerpt(name)));
    }
    const bool subscribed = std::ranges::find(symbols, name, &SymbolDescriptor::exchange) != symbols.end();
    if (const auto row = ExchangeRegistry::find(name); !subscribed && !row) {
      return fail(ErrorCode::InvalidArgument, fmt::format("orders.paper: {}", row.error().message));
    }
    exchanges.insert(name);
  }
  std::vector<OrderAccountConfig> out;
  for (const std::string& exchange : exchanges) {
    OrderAccountConfig config = account_of(settings, exchange);
    config.domain = "paper";
    config.paper = settings.paper;
    config.paper_type = paper_type(settings, exchange);
    out.push_back(std::move(config));
  }
  return out;
}

Result<std::unique_ptr<OrderAccount>> OrderAccount::open(OrderAccountConfig config, ExchangeHub& hub,
                                                         const order::PriceBoard& prices, EventLog& log) {
  auto account = std::unique_ptr<OrderAccount>(new OrderAccount);
  const std::string exchange = config.exchange;
  if (config.paper) {
    account->make_paper_connector(config, hub, prices, log);
  } else if (auto made = account->make_connector(std::move(config), prices, log); !made) {
    return std::unexpected(made.error());
  }
  order::ConnectorBase& connector = *account->connector_;
  connector.set_order_event_listener(&account->history_);
  connector.set_trade_event_listener(&account->history_);
  connector.set_error_event_listener(&account->history_);
  if (auto opened = connector.initialize(); !opened) {
    return fail(opened.error().code, fmt::format("the journal of orders at {}: {}; choose another folder with "
                                                 "orders.journal",
                                                 exchange, opened.error().message));
  }
  account->history_.take_over(connector.tracker().all_orders(), unix_now());
  return account;
}

template <class Connector>
void OrderAccount::adopt(std::unique_ptr<Connector> connector) {
  ring_ = connector->ring();
  connector_ = std::move(connector);
}

Result<void> OrderAccount::make_connector(OrderAccountConfig config, const order::PriceBoard& prices, EventLog& log) {
  const auto row = OrderRegistry::find(config.exchange);
  if (!row) return std::unexpected(row.error());
  connector::GatewayConfig gateway_config;
  gateway_config.order = connector_config(config, prices, log);
  gateway_config.order.client_ids = (*row)->client_ids;
  gateway_config.ring = config.ring;
  gateway_config.busy_poll = config.busy_poll;
  gateway_config.session.backoff.first = config.reconnect_delay;
  if (!config.endpoint.empty()) {
    auto endpoints = net::EndpointMap::make({{"*", config.endpoint}});
    if (!endpoints) return std::unexpected(endpoints.error());
    gateway_config.session.endpoints = *std::move(endpoints);
  }
  auto gateway = (*row)->make({std::move(config.credentials), config.domain, config.journal});
  if (!gateway) {
    return fail(gateway.error().code,
                fmt::format("the key for orders at {}: {}", config.exchange, gateway.error().message));
  }
  if ((*row)->type == order::ConnectorType::Spot) {
    adopt(std::make_unique<connector::SpotGatewayConnector>(std::move(gateway_config), *std::move(gateway), log));
  } else {
    adopt(std::make_unique<connector::PerpetualGatewayConnector>(std::move(gateway_config), *std::move(gateway), log));
  }
  return {};
}

void OrderAccount::make_paper_connector(const OrderAccountConfig& config, ExchangeHub& hub,
                                        const order::PriceBoard& prices, EventLog& log) {
  paper::PaperConnectorConfig paper_config;
  paper_config.order = connector_config(config, prices, log);
  paper_config.paper = *config.paper;
  paper_config.ring = config.ring;
  paper_config.request_resend = [&hub](SymbolHash symbol) { hub.request_resend(symbol); };
  bus::Bus& bus = hub.market_data().bus();
  if (config.paper_type == order::ConnectorType::Spot) {
    adopt(std::make_unique<paper::SpotPaperConnector>(std::move(paper_config), bus));
  } else {
    adopt(std::make_unique<paper::PerpetualPaperConnector>(std::move(paper_config), bus));
  }
}

OrderAccount::Pair OrderAccount::pair(SymbolHash symbol) const {
  const std::lock_guard lock(pairs_mutex_);
  auto found = pairs_.find(symbol);
  // The rules come once the venue has told them, and change seldom.
  if (const Nanos now = monotonic_now(); found == pairs_.end() && now - pairs_read_ > pairs_interval) {
    pairs_read_ = now;
    for (const order::TradingRule& rule : connector_->get_all_trading_rules()) {
      pairs_[rule.trading_pair] = {rule.text, rule.base.str(), rule.quote.str()};
    }
    found = pairs_.find(symbol);
  }
  return found == pairs_.end() ? Pair{fmt::format("{:016x}", symbol)} : found->second;
}

OrderAccountView OrderAccount::view() const {
  const order::ConnectorBase::Counters counters = connector_->counters();
  OrderAccountView view;
  view.connector = connector_->name() + (connector_->paper() ? ":paper:" : ":orders:") + connector_->account();
  view.exchange = connector_->name();
  view.domain = connector_->domain();
  view.account = connector_->account();
  view.connected = connector_->is_connected();
  view.ready = connector_->is_ready();
  view.trading_state = connector_->trading_state();
  view.sent = counters.sent;
  view.refused = connector_->risk().counters().refused;
  view.open = connector_->tracker().active_order_count();
  view.lost = connector_->tracker().lost_order_count();
  view.unknown = counters.unknown;
  view.fills = history_.fills();
  view.reconciliations = counters.reconciliations;
  view.journal_syncs = connector_->journal_syncs();
  view.journal_failures = counters.journal_failures;
  return view;
}

OrderDesk::~OrderDesk() {
  stop();
}

Result<void> OrderDesk::open(OrderAccountConfig config) {
  if (find(config.exchange) != nullptr) {
    return fail(ErrorCode::AlreadyExists, fmt::format("there is an account at {} already", config.exchange));
  }
  auto account = OrderAccount::open(std::move(config), hub_, prices_, log_);
  if (!account) return std::unexpected(account.error());
  if (accounts_.empty()) hub_.add_strategy(std::make_unique<PriceFeed>(prices_));
  hub_.market_data().bus().add(*(*account)->ring());
  accounts_.push_back(*std::move(account));
  return {};
}

void OrderDesk::start() {
  if (std::exchange(running_, true)) return;
  for (const auto& account : accounts_) account->connector().connect();
}

void OrderDesk::stop() {
  if (!std::exchange(running_, false)) return;
  for (const auto& account : accounts_) account->connector().disconnect();
}

OrderAccount* OrderDesk::find(std::string_view exchange) const noexcept {
  const auto found =
      std::ranges::find_if(accounts_, [&](const auto& account) { return account->exchange() == exchange; });
  return found == accounts_.end() ? nullptr : found->get();
}

void OrderDesk::set_trading_state(order::TradingState state, const std::string& reason, std::string_view exchange) {
  for (const auto& account : accounts_) {
    if (exchange.empty() || account->exchange() == exchange) account->connector().set_trading_state(state, reason);
  }
}

std::vector<OrderAccountView> OrderDesk::views() const {
  std::vector<OrderAccountView> out;
  for (const auto& account : accounts_) out.push_back(account->view());
  return out;
}

}  // namespace trunkline::hub
