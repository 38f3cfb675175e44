// Reads a time as a source writes it: a count of a unit since 1970 ("1618677785.48", "1709891679000") or ISO 8601
// ("2021-04-17T16:43:05.000Z"). Exact: decimals below a nanosecond are refused unless they are zeros.
#pragma once

#include <optional>
#include <string_view>

#include "trunkline/core/clock.hpp"
#include "trunkline/venue/generic/mapping.hpp"

namespace trunkline::venue::generic {

std::string_view to_text(TimeUnit unit) noexcept;

// None where the text is no time of that unit, or one that nanoseconds in 64 bits do not hold.
std::optional<Nanos> parse_time(std::string_view text, TimeUnit unit) noexcept;

}  // namespace trunkline::venue::generic
