// Hyperliquid's reference data: the bodies of /info with type meta and spotMeta. One thread at a time.
#pragma once

#include <string_view>

#include "trunkline/core/error.hpp"
#include "trunkline/venue/instrument.hpp"

namespace trunkline::venue::hyperliquid {

inline constexpr std::string_view exchange_id = "hyperliquid";

// Of a perpetual's price; a spot pair's may have two more. Sizes may have the coin's szDecimals, prices those that are
// left of this.
inline constexpr int perpetual_decimals = 6;
inline constexpr int spot_decimals = 8;

// A price may be printed with at most so many figures that count; whole numbers with any.
inline constexpr int significant_figures = 5;

// Appends the instruments; what could not be understood is in `refused`. `body` is followed by 64 readable bytes. A
// tick is the finest that any price may have: above 10^(5 + decimals) the five figures make the step coarser.
Result<void> read_perpetuals(std::string_view body, Catalog& out);
Result<void> read_spot_pairs(std::string_view body, Catalog& out);

}  // namespace trunkline::venue::hyperliquid
