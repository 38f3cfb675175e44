#include "tests/orders/campaign_venue.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "sandbox/hyperliquid/protocol.hpp"
#include "sandbox/hyperliquid/text.hpp"
#include "sandbox/server/venue_server.hpp"
#include "tests/orders/campaign.hpp"
#include "trunkline/venue/hyperliquid/orders/hyperliquid_order_gateway.hpp"

namespace trunkline::test {
namespace {

using nlohmann::json;
using sandbox::Market;

// Requests that are late by more take no effect, so that what is in doubt is settled soon.
constexpr Nanos good_for = 800ms;
constexpr Nanos request_lifetime = 1500ms;
constexpr Nanos request_timeout = 700ms;
constexpr Nanos audit_interval = 500ms;
constexpr double rate = 200;

order::RiskLimits no_limits() {
  return {.max_order_notional = Price::absent(),
          .price_collar_bp = 0,
          .max_open_orders = 0,
          .max_orders_per_second = 0,
          .duplicate_window = Nanos{0}};
}

template <class Connector>
std::unique_ptr<OrderConnector> make_connector(connector::GatewayConfig config,
                                               std::unique_ptr<order::OrderGateway> gateway, QuietLog& log) {
  return std::make_unique<Connector>(std::move(config), std::move(gateway), log);
}

// ---- Binance

class Binance final : public CampaignSandbox {
 public:
  explicit Binance(Market market) : market_(market) {
    sandbox::binance::BinanceSandboxOptions options;
    options.port = 0;
    options.markets = {market};
    options.symbols = {"BTCUSDT"};
    options.rate = rate;
    options.trading.order_limits = false;
    auto started = sandbox::binance::BinanceSandbox::start(options);
    if (!started) throw std::runtime_error(started.error().message);
    sandbox_ = *std::move(started);
  }
  std::uint16_t port() const override { return sandbox_->port(market_); }
  std::uint16_t control_port() const override { return sandbox_->port(); }
  Result<void> inject(std::string_view fault) override { return sandbox_->inject(fault); }
  Result<sandbox::Book> book() const override { return sandbox_->book(market_, "BTCUSDT"); }

 private:
  Market market_;
  std::unique_ptr<sandbox::binance::BinanceSandbox> sandbox_;
};

template <Market market>
std::unique_ptr<CampaignSandbox> start_binance() {
  return std::make_unique<Binance>(market);
}

CampaignAccount binance_account(int number) {
  return {"campaign-" + std::to_string(number), "campaign-secret"};
}

template <venue::binance::Segment segment>
std::unique_ptr<OrderConnector> connect_binance(const Life& life, QuietLog& log) {
  const DeskOptions options{.segment = segment,
                            .key = life.key,
                            .secret = life.secret,
                            .journal = life.journal,
                            .risk = no_limits(),
                            .spot_port = life.port,
                            .usdm_port = life.port,
                            .recv_window_ms = static_cast<std::uint32_t>(good_for / 1ms),
                            .request_lifetime = request_lifetime,
                            .request_timeout = request_timeout,
                            .audit_interval = audit_interval};
  if constexpr (segment == venue::binance::Segment::Usdm) {
    return make_connector<connector::PerpetualGatewayConnector>(gateway_config(options, log), make_gateway(options),
                                                                log);
  } else {
    return make_connector<connector::SpotGatewayConnector>(gateway_config(options, log), make_gateway(options), log);
  }
}

std::string binance_state(const json& order) {
  const std::string state = order["state"];
  return state == "filled"      ? "Filled"
         : state == "cancelled" ? "Cancelled"
         : state == "expired"   ? "Expired"
         : state == "rejected"  ? "Failed"
                                : "";
}

std::string as_recorded(std::uint64_t id) {
  return std::to_string(id);
}

// ---- Hyperliquid

class Hyperliquid final : public CampaignSandbox {
 public:
  Hyperliquid() {
    auto protocol = std::make_unique<sandbox::hyperliquid::HyperliquidProtocol>(
        std::vector{sandbox::hyperliquid::default_account()}, sandbox::hyperliquid::no_weight_limit);
    auto started = sandbox::VenueServer::start(std::move(protocol), {.symbols = {"BTC"}, .rate = rate});
    if (!started) throw std::runtime_error(started.error().message);
    server_ = *std::move(started);
  }
  std::uint16_t port() const override { return server_->port(); }
  std::uint16_t control_port() const override { return server_->port(); }
  Result<void> inject(std::string_view fault) override { return server_->inject(fault); }
  Result<sandbox::Book> book() const override { return server_->book("BTC"); }

 private:
  std::unique_ptr<sandbox::VenueServer> server_;
};

std::unique_ptr<CampaignSandbox> start_hyperliquid() {
  return std::make_unique<Hyperliquid>();
}

CampaignAccount hyperliquid_account(int number) {
  const std::string secret = fmt::format("0x{:064x}", 0xCA4A16 + number);
  return {protocol::signing::Secp256k1Key::parse(secret)->address().to_text(), secret};
}

std::unique_ptr<OrderConnector> connect_hyperliquid(const Life& life, QuietLog& log) {
  using namespace venue::hyperliquid::orders;
  connector::GatewayConfig config;
  config.order.name = "hyperliquid";
  config.order.domain = "sandbox";
  config.order.client_ids = order::ClientIdForm::Hex128;
  config.order.journal.folder = life.journal;
  config.order.risk = no_limits();
  config.order.log = &log;
  config.order.first_query = 50ms;
  config.order.request_lifetime = request_lifetime;
  config.order.audit_interval = audit_interval;
  config.session.backoff = {.first = 20ms, .cap = 200ms};
  config.session.silence_before_ping = 1500ms;
  config.session.pong_timeout = 500ms;
  config.session.hold_after_429 = 1s;
  config.session.endpoints = *net::EndpointMap::make({{"*", "ws://127.0.0.1:" + std::to_string(life.port)}});
  auto key = protocol::signing::Secp256k1Key::parse(life.secret);
  if (!key) std::abort();
  return make_connector<connector::PerpetualGatewayConnector>(
      config,
      std::make_unique<HyperliquidOrderGateway>(
          HyperliquidOrderConfig{.request_timeout = request_timeout,
                                 .expires_after = good_for,
                                 .weight_per_minute = 0,
                                 .nonce_file = std::filesystem::path(life.journal) / "nonces"},
          *std::move(key)),
      log);
}

std::string hyperliquid_state(const json& order) {
  const std::string state = order["state"];
  if (state == "filled") return "Filled";
  if (state == "cancelled") return "Cancelled";
  if (state != "expired") return "";
  // What found nobody to trade with was refused; what the venue ended otherwise it calls cancelled.
  const bool met_nobody = order["reason"] == "INSUFFICIENT_LIQUIDITY" && order["fills"].empty();
  return met_nobody ? "Failed" : "Cancelled";
}

std::string as_told(std::uint64_t id) {
  return std::to_string(sandbox::hyperliquid::trade_tid(id));
}

constexpr std::array venues{
    CampaignVenue{.exchange = "binance",
                  .trading_pair = "BTC-USDT",
                  .market = Market::Spot,
                  .amount_unit = 100'000,
                  .amendment_replaces = true,
                  .total_has_gains = false,
                  .start = start_binance<Market::Spot>,
                  .account = binance_account,
                  .connect = connect_binance<venue::binance::Segment::Spot>,
                  .state = binance_state,
                  .trade_id = as_recorded},
    CampaignVenue{.exchange = "binance_usdm",
                  .trading_pair = "BTC-USDT",
                  .market = Market::Usdm,
                  .amount_unit = 1'000'000,
                  .amendment_replaces = false,
                  .total_has_gains = false,
                  .start = start_binance<Market::Usdm>,
                  .account = binance_account,
                  .connect = connect_binance<venue::binance::Segment::Usdm>,
                  .state = binance_state,
                  .trade_id = as_recorded},
    CampaignVenue{.exchange = "hyperliquid",
                  .trading_pair = "BTC-USD",
                  .market = Market::Usdm,
                  .amount_unit = 100'000,
                  .amendment_replaces = true,
                  .total_has_gains = true,
                  .start = start_hyperliquid,
                  .account = hyperliquid_account,
                  .connect = connect_hyperliquid,
                  .state = hyperliquid_state,
                  .trade_id = as_told},
};

}  // namespace

std::span<const CampaignVenue> campaign_venues() {
  return venues;
}

const CampaignVenue& campaign_venue(std::string_view exchange) {
  const auto found = std::ranges::find(venues, exchange, &CampaignVenue::exchange);
  if (found == venues.end()) std::abort();
  return *found;
}

}  // namespace trunkline::test
