// What the numbers of our requests mean. Private to this folder.
#pragma once

#include <cstdint>
#include <utility>

#include "trunkline/venue/venue.hpp"

namespace trunkline::venue::alpaca {

enum class Purpose : std::uint8_t { Assets = 1, Calendar, Clock, LatestTrades, LatestQuotes, Actions, Audit };

constexpr RequestId request_id(Purpose purpose, std::uint32_t serial = 0) noexcept {
  return RequestId{std::uint64_t{std::to_underlying(purpose)} << 56 | serial};
}
constexpr Purpose purpose_of(RequestId id) noexcept {
  return Purpose(std::to_underlying(id) >> 56);
}
constexpr std::uint32_t serial_of(RequestId id) noexcept {
  return static_cast<std::uint32_t>(std::to_underlying(id));
}

}  // namespace trunkline::venue::alpaca
