// One short line of text about a frame, for people: time, type, symbol, flags, fields. Not for programs: see json.hpp.
#pragma once

#include <string>
#include <string_view>

#include "trunkline/wire/frame.hpp"

namespace trunkline::wire {

// `symbol` is what to call the symbol; empty: its hash. Shows the first three items of a list and how many more there
// are. An unknown or damaged message is named as such.
std::string to_line(FrameView frame, std::string_view symbol = {});

}  // namespace trunkline::wire
