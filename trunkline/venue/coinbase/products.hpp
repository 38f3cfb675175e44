// Reference data: the products of either API as a catalog.
#pragma once

#include <string_view>

#include "trunkline/core/error.hpp"
#include "trunkline/venue/coinbase/messages.hpp"
#include "trunkline/venue/instrument.hpp"

namespace trunkline::venue::coinbase {

// "online", "offline", "internal", "delisted"; `halted`: nobody can trade though it is online.
wire::TradingStatus status_of(std::string_view status, bool halted) noexcept;

// `body` is a reply of GET /products (Exchange) or /market/products (Advanced Trade), followed by
// simdjson::SIMDJSON_PADDING readable bytes. A product that cannot be understood is refused alone.
Result<Catalog> parse_products(Api api, std::string_view exchange, std::string_view body);

}  // namespace trunkline::venue::coinbase
