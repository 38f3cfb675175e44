#include "trunkline/hub/order_registry.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "trunkline/venue/binance/orders/binance_order_gateway.hpp"

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

constexpr std::array registry{
    OrderExchangeRow{"binance", order::ConnectorType::Spot, order::ClientIdForm::Text36,
                     make_binance<venue::binance::Segment::Spot>, "sandbox-key", "sandbox-secret"},
    OrderExchangeRow{"binance_usdm", order::ConnectorType::DerivativePerpetual, order::ClientIdForm::Text36,
                     make_binance<venue::binance::Segment::Usdm>, "sandbox-key", "sandbox-secret"},
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
