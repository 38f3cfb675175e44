// How the venue writes things: the objects of trades, quotes, bars and books, which stream and requests share, and the
// same as MessagePack.
#pragma once

#include <nlohmann/json.hpp>
#include <span>
#include <string>
#include <string_view>

#include "sandbox/market/listed_market.hpp"

namespace trunkline::sandbox::alpaca {

// A price or quantity as a bare JSON number, without trailing zeros.
std::string number(Price price);
std::string number(Quantity quantity);
// RFC 3339 with nine decimals at most.
std::string time_text(Nanos unix_time);

struct BestQuote {
  Nanos time{0};
  match::LevelView bid;
  match::LevelView ask;
};

// Each without its opening brace and the T and S that a stream puts before it: `"p":1,...}`.
std::string trade_fields(const TradePrint& trade, Nanos time, bool stock, bool regular_hours);
std::string quote_fields(const BestQuote& quote, Nanos time, bool stock);
std::string bar_fields(const Bar& bar, Nanos time);
std::string book_fields(std::span<const BookLevel> bids, std::span<const BookLevel> asks, Nanos time);

// The JSON text as MessagePack, texts of "t" as timestamps (extension type -1). What is no JSON comes back as it is: a
// fault cut it.
std::string to_message_pack(const std::string& json);

}  // namespace trunkline::sandbox::alpaca
