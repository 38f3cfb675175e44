// What a venue is and does, as numbered facts that can be looked at from outside: connects for real, and says of each
// fact whether it holds, does not, or could not be told. `trunkline doctor` prints them; docs/doctor.md lists them.
//
// Thread: one, the caller's; examine() returns when all facts were looked at.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/core/error.hpp"
#include "trunkline/hub/venue_probe.hpp"

namespace trunkline::hub {

enum class Verdict : std::uint8_t { Holds, Fails, Untold };
std::string_view to_text(Verdict verdict) noexcept;  // "holds", "does not hold", "could not be told"

struct Finding {
  int number = 0;
  std::string_view fact;  // "hosts are reachable"
  Verdict verdict = Verdict::Untold;
  std::string detail;
};

struct ExaminationConfig {
  ProbeConfig probe;
  Nanos watch = std::chrono::seconds{10};  // how long the book is watched
  Nanos limit = std::chrono::seconds{20};  // for anything else that is waited for
  std::function<void(const Finding&)> on_finding = {};
};

struct FactRow {
  int number;
  std::string_view fact;
};
std::span<const FactRow> examined_facts() noexcept;

// An error only where nothing could be looked at: no such exchange, an endpoint that is no URL.
Result<std::vector<Finding>> examine(ExaminationConfig config);

// True where nothing that could be told does not hold, and something could be told.
bool healthy(std::span<const Finding> findings) noexcept;

}  // namespace trunkline::hub
