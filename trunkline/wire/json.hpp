// The text form of a frame, as the WebSocket bridge and `trunkline tail --json` give it: one JSON object,
// {"type":"Trade","sequence":5,"flags":["side_buy"],"symbol":"7",...}, without a newline.
//
// 64-bit integers and times are strings; prices, quantities and rates are strings of exact decimals, null where the
// venue did not say; enums are their names (numbers where a value has none); levels are ["price","quantity"] pairs;
// bytes of text that are no UTF-8 become U+FFFD. Counts of lists are left out.
#pragma once

#include <fmt/format.h>
#include <string>

#include "trunkline/wire/frame.hpp"

namespace trunkline::wire {

// Appends to `out`. False, and nothing appended, where the frame is of an unknown type or its payload is not such a
// message.
bool to_json(FrameView frame, fmt::memory_buffer& out);
// Empty where there is no text form.
std::string to_json(FrameView frame);

}  // namespace trunkline::wire
