// Quantiles of a latency over the last minute, and its count and sum since the start: what a Prometheus summary is.
// A quantile is at most a sixteenth too high, never too low.
//
// Thread: one. add() does not allocate.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "trunkline/core/clock.hpp"

namespace trunkline::hub {

class LatencySummary {
 public:
  // Latencies below 0 count as 0, those above the range (18 minutes) as its end.
  void add(Nanos latency, Nanos now) noexcept;

  // Of what was added in the half minute to minute before `now`; nothing where nothing was. 0 < part <= 1.
  std::optional<Nanos> quantile(double part, Nanos now) const noexcept;
  std::uint64_t count() const noexcept { return count_; }
  Nanos sum() const noexcept { return sum_; }

 private:
  static constexpr int fine_bits = 4;  // 16 buckets between powers of two
  static constexpr int range_bits = 40;
  static constexpr std::size_t buckets = (std::size_t{range_bits - fine_bits} + 1) << fine_bits;
  static constexpr Nanos half = std::chrono::seconds{30};
  using Counts = std::array<std::uint32_t, buckets>;

  static std::size_t bucket_of(std::uint64_t value) noexcept;
  static std::uint64_t upper_end(std::size_t bucket) noexcept;

  Counts current_{};
  Counts previous_{};
  Nanos current_since_{0};
  std::uint64_t count_ = 0;
  Nanos sum_{0};
};

}  // namespace trunkline::hub
