// What the numbers of our requests mean, and how their addresses are written. Private to this folder.
#pragma once

#include <cstdint>
#include <fmt/format.h>
#include <string>
#include <string_view>
#include <utility>

#include "trunkline/venue/venue.hpp"

namespace trunkline::venue::alpaca {

enum class Purpose : std::uint8_t {
  Assets = 1,
  Calendar,
  Clock,
  LatestTrades,
  LatestQuotes,
  Actions,
  Audit,
  MissedTrades
};

constexpr RequestId request_id(Purpose purpose, std::uint32_t serial = 0) noexcept {
  return RequestId{std::uint64_t{std::to_underlying(purpose)} << 56 | serial};
}
constexpr Purpose purpose_of(RequestId id) noexcept {
  return Purpose(std::to_underlying(id) >> 56);
}
constexpr std::uint32_t serial_of(RequestId id) noexcept {
  return static_cast<std::uint32_t>(std::to_underlying(id));
}

// For a query: "BTC/USD" is BTC%2FUSD.
inline std::string percent_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' ||
                       c == '-' || c == '_' || c == '~';
    if (plain) {
      out += c;
    } else {
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
  }
  return out;
}

}  // namespace trunkline::venue::alpaca
