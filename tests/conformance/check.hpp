// The numbered list that every market-data venue passes; docs/conformance.md is made from it.
#pragma once

#include <ostream>
#include <span>
#include <string_view>

#include "conformance/subject.hpp"

namespace trunkline::conformance {

struct Check {
  int number;
  std::string_view name;   // as the test is called
  std::string_view means;  // what a user may rely on
  void (*run)(const Subject& subject);

  friend void PrintTo(const Check& check, std::ostream* out) { *out << check.name; }
};

std::span<const Check> checks();

}  // namespace trunkline::conformance
