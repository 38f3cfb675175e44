#include "trunkline/venue/binance/segment.hpp"

#include <utility>

namespace trunkline::venue::binance {
namespace {

constexpr Channels spot_channels{Channel::Trades, Channel::AggregateTrades, Channel::Quotes, Channel::Depth,
                                 Channel::Bars};
constexpr Channels futures_channels{Channel::Trades, Channel::AggregateTrades, Channel::Quotes,      Channel::Depth,
                                    Channel::Bars,   Channel::Ticker,          Channel::Liquidations};

constexpr LaneSpec spot_lanes[] = {{"stream", "/stream", spot_channels}};
// Since 2026-04-23 a subscription on the wrong one of these is accepted and then silent.
constexpr LaneSpec usdm_lanes[] = {
    {"public", "/public/stream", {Channel::Quotes, Channel::Depth}},
    {"market",
     "/market/stream",
     {Channel::Trades, Channel::AggregateTrades, Channel::Bars, Channel::Ticker, Channel::Liquidations}},
};
constexpr LaneSpec coinm_lanes[] = {{"stream", "/stream", futures_channels}};

constexpr SegmentSpec specs[] = {
    {.segment = Segment::Spot,
     .exchange = "binance",
     .rest_base = "https://api.binance.com/api/v3",
     .stream_base = "wss://stream.binance.com:9443",
     .lanes = spot_lanes,
     .depth_limit = 1'000,
     .depth_weight = 50,
     .info_weight = 20,
     .weight_per_minute = 6'000,
     .messages_per_second = 4,
     .max_streams = 1'024,
     .sync_rule = book::binance_spot_rule,
     .channels = spot_channels},
    {.segment = Segment::Usdm,
     .exchange = "binance_usdm",
     .rest_base = "https://fapi.binance.com/fapi/v1",
     .stream_base = "wss://fstream.binance.com",
     .lanes = usdm_lanes,
     .depth_limit = 1'000,
     .depth_weight = 20,
     .info_weight = 1,
     .weight_per_minute = 2'400,
     .messages_per_second = 8,
     .max_streams = 1'024,
     .sync_rule = book::binance_futures_rule,
     .channels = futures_channels},
    {.segment = Segment::Coinm,
     .exchange = "binance_coinm",
     .rest_base = "https://dapi.binance.com/dapi/v1",
     .stream_base = "wss://dstream.binance.com",
     .lanes = coinm_lanes,
     .depth_limit = 1'000,
     .depth_weight = 20,
     .info_weight = 1,
     .weight_per_minute = 2'400,
     .messages_per_second = 8,
     .max_streams = 1'024,
     .sync_rule = book::binance_futures_rule,
     .channels = futures_channels},
};

constexpr std::string_view suffixes[channel_count] = {"@trade",    "@aggTrade",     "@bookTicker", "@depth@100ms",
                                                      "@kline_1m", "@markPrice@1s", "@forceOrder"};

}  // namespace

const SegmentSpec& spec_of(Segment segment) noexcept {
  return specs[std::to_underlying(segment)];
}

const SegmentSpec* find_segment(std::string_view exchange) noexcept {
  for (const SegmentSpec& spec : specs) {
    if (spec.exchange == exchange) return &spec;
  }
  return nullptr;
}

std::string stream_name(std::string_view symbol, Channel channel) {
  std::string name(symbol);
  return name += suffixes[std::to_underlying(channel)];
}

}  // namespace trunkline::venue::binance
