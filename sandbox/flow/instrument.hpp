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

// How a venue writes and divides an instrument of its own naming.
struct InstrumentForm {
  std::string symbol;          // as the venue writes it: "BTC-USD", "BTC/USD", "AAPL"
  Price tick{};                // 0: as coarse as spot usually has it
  Quantity step{};             // 0: likewise
  int price_decimals = -1;     // -1: those of the tick
  int quantity_decimals = -1;  // -1: those of the step
  Market market = Market::Spot;
  std::int64_t contract_size = 0;  // quote units a contract, where quantities count contracts
  double start = 0.0;              // 0: from the table
};

// Crypto assets ("XBT" is BTC) and some US stocks have their known prices; others are made up, the same each time.
// InvalidArgument for an empty name or one that is not letters and digits (a stock may have a dot, as BRK.B).
Result<Instrument> make_instrument(std::string_view base, std::string_view quote, InstrumentForm form);

// "BTC-USD" at '-'. Separator 0: before the quote asset that ends the name ("BTCUSDT", "BTCUSD").
struct PairNames {
  std::string_view base;
  std::string_view quote;
};
Result<PairNames> split_pair(std::string_view symbol, char separator);

// Spot names: the table's, then made-up ones, `count` in all.
std::vector<std::string> default_symbols(std::size_t count);

}  // namespace trunkline::sandbox
