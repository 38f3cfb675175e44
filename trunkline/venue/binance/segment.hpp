// The three market segments of Binance as data: where they are, what they allow, and how their books are kept.
// Sources: docs/venues/binance.md.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "trunkline/book/sync_rule.hpp"
#include "trunkline/core/clock.hpp"
#include "trunkline/venue/channels.hpp"

namespace trunkline::venue::binance {

enum class Segment : std::uint8_t { Spot, Usdm, Coinm };

struct LaneSpec {
  std::string_view name;
  std::string_view path;  // behind the stream host
  Channels channels;      // what is subscribed here
};

struct SegmentSpec {
  Segment segment;
  std::string_view exchange;     // as in canonical symbols
  std::string_view rest_base;    // https://host/path
  std::string_view stream_base;  // wss://host[:port]
  std::span<const LaneSpec> lanes;
  std::uint32_t depth_limit;   // levels a side of a snapshot
  std::uint32_t depth_weight;  // of a request for so many
  std::uint32_t info_weight;   // of exchangeInfo
  std::uint32_t weight_per_minute;
  std::uint32_t messages_per_second;  // that we send on one connection; below what the venue allows
  std::uint32_t max_streams;          // on one connection
  book::SyncRule sync_rule;
  Channels channels;  // all that the segment has
};

const SegmentSpec& spec_of(Segment segment) noexcept;
// Null where no segment has that name.
const SegmentSpec* find_segment(std::string_view exchange) noexcept;

// "btcusdt@depth@100ms"; `symbol` in lower case.
std::string stream_name(std::string_view symbol, Channel channel);

}  // namespace trunkline::venue::binance
