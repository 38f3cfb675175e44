// How long to wait before trying again: doubling from try to try up to a cap, shortened by chance so that many who
// lost the same server do not come back in step. Pure arithmetic; one thread at a time.
#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "trunkline/core/clock.hpp"

namespace trunkline::net {

struct BackoffConfig {
  Nanos first = std::chrono::milliseconds{500};
  Nanos cap = std::chrono::seconds{30};
  double factor = 2.0;
  double jitter = 0.5;              // 0 to 1: up to this part is taken off, by chance
  std::uint32_t attempt_limit = 0;  // 0: for ever
};

class Backoff {
 public:
  Backoff(BackoffConfig config, std::uint64_t seed) noexcept : config_(config), random_(seed) {}

  // The wait before the next try; none when the limit is reached.
  std::optional<Nanos> next() noexcept {
    if (config_.attempt_limit != 0 && attempts_ >= config_.attempt_limit) return std::nullopt;
    ++attempts_;
    const double full = current_ == 0.0 ? static_cast<double>(config_.first.count()) : current_;
    const double capped = std::min(full, static_cast<double>(config_.cap.count()));
    current_ = std::min(capped * config_.factor, static_cast<double>(config_.cap.count()));
    return Nanos(static_cast<std::int64_t>(capped * (1.0 - config_.jitter * chance())));
  }
  // Tries since the last reset().
  std::uint32_t attempts() const noexcept { return attempts_; }
  void reset() noexcept {
    attempts_ = 0;
    current_ = 0.0;
  }
  // 0 to 1, from the same seed.
  double chance() noexcept {
    // splitmix64
    std::uint64_t z = (random_ += 0x9E3779B97F4A7C15ULL);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return static_cast<double>((z ^ (z >> 31)) >> 11) * 0x1.0p-53;
  }

 private:
  BackoffConfig config_;
  std::uint64_t random_;
  std::uint32_t attempts_ = 0;
  double current_ = 0.0;
};

}  // namespace trunkline::net
