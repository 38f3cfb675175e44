// Frame sequences count modulo 2^24, per connector.
#pragma once

#include <cstdint>

#include "trunkline/wire/header.hpp"

namespace trunkline::wire {

constexpr std::uint32_t sequence_after(std::uint32_t sequence) noexcept {
  return (sequence + 1) & sequence_mask;
}

// Steps forward from one to the other; 0 where they are equal.
constexpr std::uint32_t sequence_distance(std::uint32_t from, std::uint32_t to) noexcept {
  return (to - from) & sequence_mask;
}

// Frames between two that were received one after the other; a repeated frame counts as a whole round less one.
constexpr std::uint32_t sequence_missed(std::uint32_t last, std::uint32_t next) noexcept {
  return sequence_distance(sequence_after(last), next);
}

}  // namespace trunkline::wire
