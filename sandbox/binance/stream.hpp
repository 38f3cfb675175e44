// Names of streams: "btcusdt@depth@100ms".
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sandbox/flow/instrument.hpp"

namespace trunkline::sandbox::binance {

enum class StreamKind : std::uint8_t {
  Trade,
  AggTrade,
  BookTicker,
  Depth,         // differences
  PartialDepth,  // the best 5, 10 or 20 levels
  Kline,
  MarkPrice,
  ForceOrder,
};

struct StreamId {
  StreamKind kind = StreamKind::Trade;
  std::int32_t interval_ms = 0;  // depth and mark price: between messages, 0 as fast as they come; kline: of a bar
  std::int32_t levels = 0;       // partial depth
  friend auto operator<=>(const StreamId&, const StreamId&) = default;
};

struct StreamName {
  std::string symbol;  // upper case
  StreamId id;
};

// Nullopt where the market knows no stream of that form.
std::optional<StreamName> parse_stream(Market market, std::string_view name);

// USD-M streams live at /public or at /market, each silent on the other.
enum class Route : std::uint8_t { Any, Public, Market, Private };
Route route_of(Market market, StreamKind kind) noexcept;

// "1m" -> 60'000; 0 for what is no interval.
std::int32_t kline_interval_ms(std::string_view text) noexcept;
std::string_view kline_interval_text(std::int32_t ms) noexcept;

}  // namespace trunkline::sandbox::binance
