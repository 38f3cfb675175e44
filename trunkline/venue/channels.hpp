// Which kinds of data of a symbol one wants: a set of message types.
#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <string_view>
#include <utility>

namespace trunkline::venue {

enum class Channel : std::uint8_t { Trades, AggregateTrades, Quotes, Depth, Bars, Ticker, Liquidations };

inline constexpr std::size_t channel_count = 7;
inline constexpr Channel all_channels[channel_count] = {
    Channel::Trades, Channel::AggregateTrades, Channel::Quotes,      Channel::Depth,
    Channel::Bars,   Channel::Ticker,          Channel::Liquidations};

// As in settings.
constexpr std::string_view to_text(Channel channel) noexcept {
  constexpr std::string_view names[channel_count] = {"trades", "aggregate_trades", "quotes",      "depth",
                                                     "bars",   "ticker",           "liquidations"};
  return names[std::to_underlying(channel)];
}

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
