// All that the venue keeps of one subscribed symbol. Private to this folder.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <memory>
#include <set>

#include "trunkline/venue/alpaca/alpaca_venue.hpp"

namespace trunkline::venue::alpaca {

struct AlpacaVenue::Feed {
  Feed(const Instrument& of, std::uint32_t index) : number(index), instrument(of), listed(of.status), book(of) {}

  bool wants(Channel channel) const noexcept { return wanted.contains(channel); }

  // Trades, quotes and books are what a trading symbol cannot be without for long.
  static constexpr Stream fresh_streams[] = {Stream::Trades, Stream::Quotes, Stream::OrderBooks};
  struct Fresh {
    Freshness freshness;
    bool reported = false;
  };
  Fresh* fresh(Stream stream) noexcept {
    for (std::size_t i = 0; i < std::size(fresh_streams); ++i) {
      if (fresh_streams[i] == stream) return &freshness[i];
    }
    return nullptr;
  }

  // The trades that came last: ids are the stock exchange's own and neither rise nor follow one another.
  struct TradeKey {
    std::uint64_t id = 0;
    Nanos time{0};
    std::uint8_t exchange = 0;
    friend auto operator<=>(const TradeKey&, const TradeKey&) = default;
  };
  static TradeKey key_of(const TradeMessage& trade) noexcept {
    return {trade.id, trade.time, static_cast<std::uint8_t>(trade.detail >> 8)};
  }
  // Of a connection that was lost, until the trades that it missed were brought.
  struct Missed {
    Nanos from{0};             // the venue's time from which on trades may be missing
    std::set<TradeKey> known;  // since then, from the stream or by request
    Nanos forget_at{0};        // 0: they are still to be asked for
  };
  // False: it came before. Only trades that are no newer than the newest are looked for.
  bool is_new(const TradeMessage& trade) noexcept {
    const TradeKey key = key_of(trade);
    if (trade.time <= newest_trade) {
      for (const TradeKey& known : trades) {
        if (known == key) return false;
      }
    } else {
      newest_trade = trade.time;
    }
    trades[next_trade] = key;
    next_trade = (next_trade + 1) % trades.size();
    return true;
  }

  std::uint32_t number;
  Instrument instrument;  // its status is what the mapping says now
  wire::TradingStatus listed;
  bool halted = false;
  Channels wanted;
  CryptoBook book;
  std::array<Fresh, std::size(fresh_streams)> freshness{};
  std::array<TradeKey, 64> trades{};
  std::size_t next_trade = 0;
  Nanos newest_trade{0};
  Nanos newest_quote{0};
  std::unique_ptr<Missed> missed;
};

}  // namespace trunkline::venue::alpaca
