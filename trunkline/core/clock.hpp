// Time. A point in time is nanoseconds since the Unix epoch; a duration is measured on the monotonic clock.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace trunkline {

using Nanos = std::chrono::nanoseconds;

inline Nanos unix_now() noexcept {
  return std::chrono::duration_cast<Nanos>(std::chrono::system_clock::now().time_since_epoch());
}

inline Nanos monotonic_now() noexcept {
  return std::chrono::duration_cast<Nanos>(std::chrono::steady_clock::now().time_since_epoch());
}

// "2026-11-21T01:18:30.123456789Z"
std::string to_iso8601(Nanos unix_time);

}  // namespace trunkline
