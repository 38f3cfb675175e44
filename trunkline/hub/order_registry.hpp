// Which exchanges take orders, and how a gateway to each is made: one row an exchange. Any thread.
#pragma once

#include <filesystem>
#include <memory>
#include <span>
#include <string_view>

#include "trunkline/core/error.hpp"
#include "trunkline/hub/exchange_config.hpp"
#include "trunkline/order/client_id.hpp"
#include "trunkline/order/connector_base.hpp"
#include "trunkline/order/order_gateway.hpp"

namespace trunkline::hub {

// What a gateway is made of. The gateway keeps the credentials, and nobody else.
struct GatewayRequest {
  Credentials credentials;
  std::string_view domain;  // "live", "testnet", "sandbox"
  // Of the account's own: what a gateway has to remember over runs goes there. Empty: nothing does.
  std::filesystem::path folder = {};
};

struct OrderExchangeRow {
  std::string_view exchange;  // a row of the ExchangeRegistry
  order::ConnectorType type;
  order::ClientIdForm client_ids;
  // InvalidArgument where the credentials cannot be what the venue wants; shows nothing of them.
  Result<std::unique_ptr<order::OrderGateway>> (*make)(GatewayRequest request);
  // The account that its sandbox has from the start; it is nobody's. Empty: its sandbox takes no orders.
  std::string_view sandbox_key;
  std::string_view sandbox_secret;
};

class OrderRegistry {
 public:
  static std::span<const OrderExchangeRow> rows() noexcept;
  // NotFound names the exchanges that take orders.
  static Result<const OrderExchangeRow*> find(std::string_view exchange);
};

}  // namespace trunkline::hub
