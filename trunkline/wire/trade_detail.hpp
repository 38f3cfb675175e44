// The bits of `detail` in Trade and TradeCorrection, as schema/messages.toml defines them.
#pragma once

#include <cstdint>

namespace trunkline::wire::trade_detail {

inline constexpr std::uint16_t aggregate = 1U << 0;  // of several fills
inline constexpr std::uint16_t from_history = 1U << 1;
inline constexpr std::uint16_t odd_lot = 1U << 2;
inline constexpr std::uint16_t outside_hours = 1U << 3;
inline constexpr std::uint16_t late = 1U << 4;
inline constexpr std::uint16_t no_last_price = 1U << 5;
inline constexpr std::uint16_t auction = 1U << 6;
inline constexpr std::uint16_t outside_band = 1U << 7;  // the hub's price band
// The letter of a stock exchange.
constexpr std::uint16_t exchange(char letter) noexcept {
  return static_cast<std::uint16_t>(static_cast<unsigned char>(letter) << 8);
}

}  // namespace trunkline::wire::trade_detail
