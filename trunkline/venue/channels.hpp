// Which kinds of data of a symbol one wants: a set of message types.
#pragma once

#include <cstdint>
#include <initializer_list>

namespace trunkline::venue {

enum class Channel : std::uint8_t { Trades, AggregateTrades, Quotes, Depth, Bars, Ticker, Liquidations };

class Channels {
 public:
  constexpr Channels() noexcept = default;
  constexpr Channels(std::initializer_list<Channel> channels) noexcept {
    for (Channel channel : channels) add(channel);
  }
  constexpr void add(Channel channel) noexcept { bits_ |= bit(channel); }
  constexpr void remove(Channels other) noexcept { bits_ &= ~other.bits_; }
  constexpr void add(Channels other) noexcept { bits_ |= other.bits_; }
  constexpr bool contains(Channel channel) const noexcept { return (bits_ & bit(channel)) != 0; }
  constexpr bool empty() const noexcept { return bits_ == 0; }
  friend constexpr bool operator==(Channels, Channels) noexcept = default;

 private:
  static constexpr std::uint32_t bit(Channel channel) noexcept { return 1U << static_cast<unsigned>(channel); }
  std::uint32_t bits_ = 0;
};

inline constexpr Channels default_channels{Channel::Trades, Channel::Quotes, Channel::Depth};

}  // namespace trunkline::venue
