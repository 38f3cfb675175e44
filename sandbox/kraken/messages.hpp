// The JSON of Kraken's WebSocket v2, written field by field in the venue's own order. Source: the venue's
// documentation.
//
// Thread: any.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/market/listed_market.hpp"

namespace trunkline::sandbox::kraken {

// "2023-10-06T17:35:55.440295Z"
std::string rfc3339(Nanos unix_time);

// Over the ten best levels, each best first, in the instrument's decimals.
std::uint32_t book_checksum(const Instrument& instrument, std::span<const BookLevel> bids,
                            std::span<const BookLevel> asks);

std::string status_message(std::uint64_t connection);
std::string instrument_message(const std::vector<const Instrument*>& instruments);
// Levels to tell; `checksum` is of the book they lead to.
std::string book_message(const Instrument& instrument, bool snapshot, std::span<const BookLevel> bids,
                         std::span<const BookLevel> asks, std::uint32_t checksum, Nanos time);
std::string trade_message(const Instrument& instrument, bool snapshot, std::span<const TradePrint> trades);
// `day`: what the statistics are of.
std::string ticker_message(const ListedMarket& market, bool snapshot, const Bar& day);
std::string ohlc_message(const Instrument& instrument, bool snapshot, std::span<const Bar> bars, int minutes,
                         Nanos time);

// An answer to a request; `id`: the client's req_id. Where it succeeds, `result` is a JSON object.
struct Answer {
  std::string_view method;
  std::optional<std::int64_t> id;
  Nanos received{0};
};
std::string accepted(const Answer& answer, std::string_view result);
std::string refused(const Answer& answer, std::string_view error, std::string_view symbol);
std::string pong(const Answer& answer);

// Volume-weighted, in the instrument's price decimals.
Price average_price(const Bar& bar);

}  // namespace trunkline::sandbox::kraken
