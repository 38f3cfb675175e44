// Texts with places to fill in: {symbol}, {topic}. A brace that no name and closing brace follow stands for itself, so
// JSON is written as it is.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "trunkline/core/error.hpp"

namespace trunkline::venue::generic {

using Filling = std::pair<std::string_view, std::string_view>;  // name, value

std::string fill(std::string_view text, std::initializer_list<Filling> fillings);

// InvalidArgument names a place that nothing is known for, and the nearest that is.
Result<void> check_template(std::string_view text, std::initializer_list<std::string_view> names);

}  // namespace trunkline::venue::generic
