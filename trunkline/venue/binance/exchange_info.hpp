// Binance's reference data.
#pragma once

#include <string_view>

#include "trunkline/core/error.hpp"
#include "trunkline/venue/binance/segment.hpp"
#include "trunkline/venue/instrument.hpp"

namespace trunkline::venue::binance {

// The body of GET exchangeInfo, followed by 64 readable bytes. One symbol that cannot be understood does not spoil the
// others: it goes to `refused`.
Result<Catalog> parse_exchange_info(const SegmentSpec& spec, std::string_view body);

}  // namespace trunkline::venue::binance
