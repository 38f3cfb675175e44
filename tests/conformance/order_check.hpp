// The numbered list that every venue of orders passes; docs/conformance.md is made from it, too.
#pragma once

#include <ostream>
#include <span>
#include <string_view>

#include "conformance/order_subject.hpp"

namespace trunkline::conformance {

struct OrderCheck {
  int number;  // goes on where the list of market data ends
  std::string_view name;
  std::string_view means;
  void (*run)(const OrderSubject& subject, std::string_view fault);
  std::string_view fault = {};  // of the sandbox, that the check is about

  friend void PrintTo(const OrderCheck& check, std::ostream* out) { *out << check.name; }
};

std::span<const OrderCheck> order_checks();

}  // namespace trunkline::conformance
