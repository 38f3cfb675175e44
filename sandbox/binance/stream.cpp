#include "sandbox/binance/stream.hpp"

#include <charconv>
#include <utility>

#include "sandbox/binance/text.hpp"

namespace trunkline::sandbox::binance {
namespace {

constexpr std::int32_t minute = 60'000;
constexpr std::pair<std::string_view, std::int32_t> intervals[]{
    {"1m", minute},       {"3m", 3 * minute},   {"5m", 5 * minute},    {"15m", 15 * minute},
    {"30m", 30 * minute}, {"1h", 60 * minute},  {"2h", 120 * minute},  {"4h", 240 * minute},
    {"6h", 360 * minute}, {"8h", 480 * minute}, {"12h", 720 * minute}, {"1d", 1440 * minute},
};

// "@100ms" -> 100, "" -> `otherwise`, -1 for what the market does not offer.
std::int32_t cadence(Market market, std::string_view text, std::int32_t otherwise) {
  if (text.empty()) return otherwise;
  if (text == "@100ms") return 100;
  if (market == Market::Spot) return text == "@1000ms" ? 1000 : -1;
  if (text == "@0ms") return 0;
  if (text == "@250ms") return 250;
  return text == "@500ms" ? 500 : -1;
}

std::optional<StreamId> parse_kind(Market market, std::string_view text) {
  const bool spot = market == Market::Spot;
  if (text == "trade") return StreamId{StreamKind::Trade};
  if (text == "aggTrade") return StreamId{StreamKind::AggTrade};
  if (text == "bookTicker") return StreamId{StreamKind::BookTicker};
  if (text.starts_with("kline_")) {
    const std::int32_t interval = kline_interval_ms(text.substr(6));
    if (interval == 0) return std::nullopt;
    return StreamId{StreamKind::Kline, interval};
  }
  if (!spot && text == "forceOrder") return StreamId{StreamKind::ForceOrder};
  if (!spot && text == "markPrice") return StreamId{StreamKind::MarkPrice, 3000};
  if (!spot && text == "markPrice@1s") return StreamId{StreamKind::MarkPrice, 1000};
  if (!text.starts_with("depth")) return std::nullopt;
  text.remove_prefix(5);
  StreamId id{StreamKind::Depth};
  if (!text.empty() && text.front() != '@') {
    const auto read = std::from_chars(text.data(), text.data() + text.size(), id.levels);
    if (id.levels != 5 && id.levels != 10 && id.levels != 20) return std::nullopt;
    id.kind = StreamKind::PartialDepth;
    text.remove_prefix(static_cast<std::size_t>(read.ptr - text.data()));
  }
  id.interval_ms = cadence(market, text, spot ? 1000 : 250);
  if (id.interval_ms < 0) return std::nullopt;
  return id;
}

}  // namespace

std::optional<StreamName> parse_stream(Market market, std::string_view name) {
  const std::size_t at = name.find('@');
  if (at == std::string_view::npos || at == 0) return std::nullopt;
  const auto id = parse_kind(market, name.substr(at + 1));
  const std::string symbol = upper(name.substr(0, at));
  if (!id || lower(symbol) != name.substr(0, at)) return std::nullopt;
  return StreamName{symbol, *id};
}

Route route_of(Market market, StreamKind kind) noexcept {
  if (market != Market::Usdm) return Route::Any;
  switch (kind) {
    case StreamKind::BookTicker:
    case StreamKind::Depth:
    case StreamKind::PartialDepth:
      return Route::Public;
    default:
      return Route::Market;
  }
}

std::int32_t kline_interval_ms(std::string_view text) noexcept {
  for (const auto& [name, ms] : intervals)
    if (name == text) return ms;
  return 0;
}

std::string_view kline_interval_text(std::int32_t interval) noexcept {
  for (const auto& [name, ms] : intervals)
    if (ms == interval) return name;
  return "?";
}

}  // namespace trunkline::sandbox::binance
