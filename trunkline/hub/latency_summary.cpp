#include "trunkline/hub/latency_summary.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace trunkline::hub {

// Values below 16 have a bucket each; above, the four bits behind the highest one choose among 16.
std::size_t LatencySummary::bucket_of(std::uint64_t value) noexcept {
  constexpr std::uint64_t first = std::uint64_t{1} << fine_bits;
  if (value < first) return static_cast<std::size_t>(value);
  const auto shift = static_cast<int>(std::bit_width(value)) - 1 - fine_bits;
  return static_cast<std::size_t>((static_cast<std::uint64_t>(shift) << fine_bits) + (value >> shift));
}

std::uint64_t LatencySummary::upper_end(std::size_t bucket) noexcept {
  constexpr std::size_t first = std::size_t{1} << fine_bits;
  if (bucket < 2 * first) return bucket;
  const std::size_t shift = (bucket >> fine_bits) - 1;
  const std::size_t mantissa = bucket - (shift << fine_bits);
  return ((std::uint64_t{mantissa} + 1) << shift) - 1;
}

void LatencySummary::add(Nanos latency, Nanos now) noexcept {
  const Nanos age = now - current_since_;
  if (age >= half) {
    if (age >= 2 * half) {
      previous_.fill(0);
    } else {
      previous_ = current_;
    }
    current_.fill(0);
    current_since_ = now;
  }
  constexpr std::uint64_t most = (std::uint64_t{1} << range_bits) - 1;
  const auto value = std::min(static_cast<std::uint64_t>(std::max<std::int64_t>(latency.count(), 0)), most);
  ++current_[bucket_of(value)];
  ++count_;
  sum_ += Nanos{static_cast<std::int64_t>(value)};
}

std::optional<Nanos> LatencySummary::quantile(double part, Nanos now) const noexcept {
  const Nanos age = now - current_since_;
  if (age >= 2 * half) return std::nullopt;
  const bool with_previous = age < half;
  const auto at = [&](std::size_t bucket) {
    return std::uint64_t{current_[bucket]} + (with_previous ? previous_[bucket] : 0U);
  };
  std::uint64_t total = 0;
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) total += at(bucket);
  if (total == 0) return std::nullopt;
  const auto rank =
      std::clamp(static_cast<std::uint64_t>(std::ceil(part * static_cast<double>(total))), std::uint64_t{1}, total);
  std::uint64_t below = 0;
  for (std::size_t bucket = 0; bucket < buckets; ++bucket) {
    below += at(bucket);
    if (below >= rank) return Nanos{static_cast<std::int64_t>(upper_end(bucket))};
  }
  return std::nullopt;
}

}  // namespace trunkline::hub
