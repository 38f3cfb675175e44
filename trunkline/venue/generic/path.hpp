// Where a value stands in a JSON message, as a mapping writes it: "data.b", "0.price", "$.topic".
//
// Parts are divided by dots; a part of digits alone is a place in a list, counted from 0, or that key of an object. A
// leading "$" means the whole message where the path would otherwise start at an item of a list.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "trunkline/core/error.hpp"

namespace trunkline::venue::generic {

struct Path {
  static constexpr std::size_t max_parts = 8;

  bool from_root = false;
  std::vector<std::string> parts;  // none: the place itself

  // InvalidArgument says what is wrong with the text.
  static Result<Path> parse(std::string_view text);
  std::string to_text() const;
};

}  // namespace trunkline::venue::generic
