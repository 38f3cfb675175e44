// The instruments a sandbox trades: a table of well-known pairs, and made-up ones where more are wanted.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "trunkline/core/decimal.hpp"
#include "trunkline/core/error.hpp"

namespace trunkline::sandbox {

enum class Market : std::uint8_t { Spot, Usdm, Coinm };
inline constexpr int market_count = 3;

std::string_view to_text(Market market) noexcept;  // "spot", "usdm", "coinm"
Result<Market> parse_market(std::string_view text);

struct Instrument {
  Market market = Market::Spot;
  std::string symbol;  // "BTCUSDT", COIN-M "BTCUSD_PERP"
  std::string pair;    // "BTCUSDT", COIN-M "BTCUSD"
  std::string base;
  std::string quote;
  Price start{};
  Price tick{};
  Quantity step{};         // lot; COIN-M counts contracts
  int price_decimals = 8;  // as the venue writes them: spot always 8
  int quantity_decimals = 8;
  std::int64_t contract_size = 0;  // COIN-M: quote units a contract; else 0
  double liquidity = 1.0;          // of BTC's
};

// The instrument of a spot name ("BTCUSDT") in a market; a COIN-M name ("BTCUSD_PERP") is taken too. Unknown bases are
// made up, the same each time. InvalidArgument where no known quote asset ends the name.
Result<Instrument> make_instrument(Market market, std::string_view symbol);

// Spot names: the table's, then made-up ones, `count` in all.
std::vector<std::string> default_symbols(std::size_t count);

}  // namespace trunkline::sandbox
