// The book as REST tells it, /0/public/Depth, and what its pairs are called there.
#pragma once

#include <expected>
#include <simdjson.h>
#include <string>
#include <string_view>

#include "trunkline/venue/book_audit.hpp"
#include "trunkline/venue/instrument.hpp"

namespace trunkline::venue::kraken {

// REST tells no more levels of a side than this.
inline constexpr std::uint32_t most_rest_levels = 500;

// "XBTUSD" for BTC/USD: the older names of BTC and DOGE, joined.
std::string rest_pair(const Instrument& instrument);

class RestBookParser {
 public:
  // Valid until the next call. `body` is followed by SIMDJSON_PADDING readable bytes. What the venue calls an error is
  // one; so are levels that are not in order, best first. Quantities have three decimals there, which `step` says.
  std::expected<const RestBook*, std::string> parse(std::string_view body, int unit_exponent);

 private:
  simdjson::ondemand::parser parser_;
  RestBook book_;
};

}  // namespace trunkline::venue::kraken
