// Reference data as the `instrument` channel tells it: one entry of data.pairs.
#pragma once

#include <simdjson.h>
#include <string>

#include "trunkline/venue/instrument.hpp"

namespace trunkline::venue::kraken {

inline constexpr std::string_view exchange_id = "kraken";

// Empty where all is well; otherwise what is wrong. `out.venue_symbol` is set as soon as it is known.
std::string read_pair(simdjson::ondemand::object pair, Instrument& out);

}  // namespace trunkline::venue::kraken
