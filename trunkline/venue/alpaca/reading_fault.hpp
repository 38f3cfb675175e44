// The first thing that was wrong while reading a message; shared by the cursors. Costs nothing while all is well.
#pragma once

#include <fmt/format.h>
#include <string>
#include <string_view>

#include "trunkline/core/error.hpp"

namespace trunkline::venue::alpaca {

struct ReadingFault {
  std::string_view what;   // empty: all is well
  std::string_view key;    // of the field that was read
  std::string_view value;  // where it went wrong

  // "p: "abc" is no number".
  std::string to_text() const {
    std::string out;
    if (!key.empty()) out = excerpt(key) + ": ";
    if (!value.empty()) out += "\"" + excerpt(value) + "\" is ";
    return out + std::string(what);
  }
};

}  // namespace trunkline::venue::alpaca
