// What the numbers of our requests mean. Private to this folder.
#pragma once

#include <cstdint>
#include <utility>

#include "trunkline/venue/venue.hpp"

namespace trunkline::venue::binance {

enum class Purpose : std::uint8_t { Info = 1, Snapshot = 2, Audit = 3 };

constexpr RequestId request_id(Purpose purpose, std::uint32_t feed, std::uint32_t serial) noexcept {
  return RequestId{std::uint64_t{std::to_underlying(purpose)} << 56 | std::uint64_t{feed & 0xFF'FFFF} << 32 | serial};
}
constexpr Purpose purpose_of(RequestId id) noexcept {
  return Purpose(std::to_underlying(id) >> 56);
}
constexpr std::uint32_t feed_of(RequestId id) noexcept {
  return static_cast<std::uint32_t>(std::to_underlying(id) >> 32 & 0xFF'FFFF);
}

inline constexpr RequestId info_request = request_id(Purpose::Info, 0, 0);

}  // namespace trunkline::venue::binance
