// A Binance sandbox and an order connector on it, for tests that trade.
#pragma once

#include <chrono>
#include <filesystem>
#include <gtest/gtest.h>
#include <memory>
#include <string>
#include <vector>

#include "sandbox/binance/server.hpp"
#include "tests/support/eventually.hpp"
#include "tests/support/quiet_log.hpp"
#include "tests/support/temp_folder.hpp"
#include "trunkline/connector/gateway_connector.hpp"
#include "trunkline/venue/binance/orders/binance_order_gateway.hpp"

namespace trunkline::test {

using OrderConnector = order::ConnectorBase;

struct DeskOptions {
  venue::binance::Segment segment = venue::binance::Segment::Spot;
  std::string key = "sandbox-key";
  std::string secret = "sandbox-secret";
  std::filesystem::path journal = {};
  order::RiskLimits risk = {.max_order_notional = Price::absent(), .duplicate_window = Nanos{0}};
  std::uint16_t spot_port = 0;
  std::uint16_t usdm_port = 0;
  std::uint32_t recv_window_ms = 5'000;
  Nanos request_lifetime = 7s;
  Nanos request_timeout = 1s;
  Nanos audit_interval = 2s;
  bool busy_poll = false;
};

inline connector::GatewayConfig gateway_config(const DeskOptions& options, EventLog& log) {
  const bool spot = options.segment == venue::binance::Segment::Spot;
  const std::string port = std::to_string(spot ? options.spot_port : options.usdm_port);
  connector::GatewayConfig config;
  config.order.name = spot ? "binance" : "binance_usdm";
  config.order.domain = "sandbox";
  config.order.journal.folder = options.journal;
  config.order.risk = options.risk;
  config.order.log = &log;
  config.order.first_query = 50ms;
  config.order.request_lifetime = options.request_lifetime;
  config.order.audit_interval = options.audit_interval;
  config.busy_poll = options.busy_poll;
  config.session.backoff = {.first = 20ms, .cap = 200ms};
  config.session.endpoints = *net::EndpointMap::make({{"*", "ws://127.0.0.1:" + port}});
  return config;
}

inline std::unique_ptr<order::OrderGateway> make_gateway(const DeskOptions& options) {
  auto signer = venue::binance::orders::Signer::make(options.key, protocol::signing::SecretKey(options.secret));
  if (!signer) std::abort();
  return std::make_unique<venue::binance::orders::BinanceOrderGateway>(
      venue::binance::orders::BinanceOrderConfig{.segment = options.segment,
                                                 .recv_window_ms = options.recv_window_ms,
                                                 .request_timeout = options.request_timeout},
      *std::move(signer));
}

}  // namespace trunkline::test
