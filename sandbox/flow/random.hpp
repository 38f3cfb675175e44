// Random numbers that are the same for a seed with every compiler and library, which std's distributions are not.
#pragma once

#include <cmath>
#include <cstdint>
#include <numbers>
#include <string_view>

namespace trunkline::sandbox {

class Random {
 public:
  explicit Random(std::uint64_t seed) noexcept {
    for (std::uint64_t& word : state_) word = mix(seed += 0x9E3779B97F4A7C15ULL);
  }

  // xoshiro256**
  std::uint64_t next() noexcept {
    const std::uint64_t result = rotate(state_[1] * 5, 7) * 9;
    const std::uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = rotate(state_[3], 45);
    return result;
  }

  double uniform() noexcept { return static_cast<double>(next() >> 11) * 0x1.0p-53; }  // [0, 1)
  bool chance(double probability) noexcept { return uniform() < probability; }
  std::uint64_t below(std::uint64_t bound) noexcept {
    return static_cast<std::uint64_t>(uniform() * static_cast<double>(bound));
  }
  double exponential(double mean) noexcept { return -mean * std::log1p(-uniform()); }
  double normal() noexcept {
    return std::sqrt(-2.0 * std::log1p(-uniform())) * std::cos(2.0 * std::numbers::pi * uniform());
  }
  double lognormal(double median, double sigma) noexcept { return median * std::exp(sigma * normal()); }

 private:
  static std::uint64_t mix(std::uint64_t z) noexcept {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ULL;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBULL;
    return z ^ (z >> 31);
  }
  static std::uint64_t rotate(std::uint64_t word, int by) noexcept { return (word << by) | (word >> (64 - by)); }

  std::uint64_t state_[4];
};

// FNV-1a: one seed per symbol from the seed of the whole.
constexpr std::uint64_t seed_of(std::uint64_t seed, std::string_view name) noexcept {
  std::uint64_t hash = 0xCBF29CE484222325ULL ^ seed;
  for (const char c : name) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  return hash;
}

}  // namespace trunkline::sandbox
