// Reads a mapping from TOML. Keys and their meaning: docs/sources-without-code.md.
#pragma once

#include <string_view>

#include "trunkline/core/error.hpp"
#include "trunkline/venue/generic/mapping.hpp"

namespace trunkline::venue::generic {

// The table at `table` ("source.bybit"), or the whole text where it is empty. InvalidArgument names file, line and key,
// and the nearest right key where one is unknown; NotFound: there is no such table.
Result<Mapping> read_mapping(std::string_view toml, std::string_view file_name, std::string_view table = {});

}  // namespace trunkline::venue::generic
