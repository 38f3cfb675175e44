#include "trunkline/hub/order_registry.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "trunkline/venue/binance/orders/binance_order_gateway.hpp"
#include "trunkline/venue/hyperliquid/orders/hyperliquid_order_gateway.hpp"

namespace trunkline::hub {
namespace {

template <venue::binance::Segment Segment>
Result<std::unique_ptr<order::OrderGateway>> make_binance(GatewayRequest request) {
  using namespace venue::binance::orders;
  auto signer = Signer::make(std::move(request.credentials.api_key),
                             protocol::signing::SecretKey::taken_from(request.credentials.secret));
  if (!signer) return std::unexpected(signer.error());
  return std::make_unique<BinanceOrderGateway>(BinanceOrderConfig{.segment = Segment}, *std::move(signer));
}

// The secret is a private key; the key is the address of the account, where the private key is an agent's.
Result<std::unique_ptr<order::OrderGateway>> make_hyperliquid(GatewayRequest request) {
  using namespace venue::hyperliquid;
  const auto secret = protocol::signing::SecretKey::taken_from(request.credentials.secret);
  auto key = protocol::signing::Secp256k1Key::parse(secret.view());
  if (!key) return std::unexpected(key.error());
  orders::HyperliquidOrderConfig config;
  if (request.domain == "testnet") config.network = Network::Testnet;
  if (!request.folder.empty()) config.nonce_file = request.folder / "nonces";
  if (!request.credentials.api_key.empty()) {
    const auto account = protocol::signing::EvmAddress::parse(request.credentials.api_key);
    if (!account) return std::unexpected(account.error());
    config.account = *account;
  }
  return std::make_unique<orders::HyperliquidOrderGateway>(std::move(config), *std::move(key));
}

constexpr std::array registry{
    OrderExchangeRow{"binance", order::ConnectorType::Spot, order::ClientIdForm::Text36,
                     make_binance<venue::binance::Segment::Spot>, "sandbox-key", "sandbox-secret"},
    OrderExchangeRow{"binance_usdm", order::ConnectorType::DerivativePerpetual, order::ClientIdForm::Text36,
                     make_binance<venue::binance::Segment::Usdm>, "sandbox-key", "sandbox-secret"},
    OrderExchangeRow{"hyperliquid", order::ConnectorType::DerivativePerpetual, order::ClientIdForm::Hex128,
                     make_hyperliquid, "0x14791697260e4c9a71f18484c9f997b308e59325",
                     "0x0123456789012345678901234567890123456789012345678901234567890123"},
};

}  // namespace

std::span<const OrderExchangeRow> OrderRegistry::rows() noexcept {
  return registry;
}

Result<const OrderExchangeRow*> OrderRegistry::find(std::string_view exchange) {
  const auto found = std::ranges::find(registry, exchange, &OrderExchangeRow::exchange);
  if (found != registry.end()) return &*found;
  std::string known;
  for (const OrderExchangeRow& row : registry) known += (known.empty() ? "" : ", ") + std::string(row.exchange);
  return fail(ErrorCode::NotFound, fmt::format("no orders go to \"{}\"; they go to {}", excerpt(exchange), known));
}

}  // namespace trunkline::hub
