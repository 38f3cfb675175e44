#include "sandbox/flow/instrument.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>

#include "sandbox/flow/random.hpp"

namespace trunkline::sandbox {
namespace {

// Powers of ten: tick 10^-n, lot 10^-n.
struct Known {
  std::string_view base;
  double price;
  int spot_tick, spot_lot;
  int usdm_tick, usdm_lot;
  int coinm_tick;
  std::int64_t contract;
};

constexpr std::array known{
    Known{"BTC", 61'800, 2, 5, 1, 3, 1, 100}, Known{"ETH", 2'680, 2, 4, 2, 3, 2, 10},
    Known{"SOL", 155, 2, 3, 3, 0, 3, 10},     Known{"XRP", 0.6, 4, 0, 4, 1, 4, 10},
    Known{"DOGE", 0.105, 5, 0, 5, 0, 5, 10},  Known{"BNB", 515, 1, 3, 2, 2, 2, 10},
    Known{"ADA", 0.345, 4, 1, 4, 0, 4, 10},   Known{"AVAX", 22.5, 2, 2, 3, 0, 3, 10},
    Known{"LINK", 10.4, 2, 2, 3, 2, 3, 10},   Known{"LTC", 61.2, 2, 3, 2, 3, 2, 10},
    Known{"DOT", 4.6, 3, 2, 3, 1, 3, 10},     Known{"TRX", 0.127, 4, 1, 5, 0, 5, 10},
    Known{"BCH", 345, 1, 3, 2, 3, 2, 10},     Known{"UNI", 6.1, 2, 2, 3, 0, 3, 10},
    Known{"ATOM", 4.7, 3, 2, 3, 2, 3, 10},    Known{"ETC", 18.7, 2, 2, 3, 2, 3, 10},
    Known{"FIL", 3.6, 3, 2, 3, 1, 3, 10},     Known{"NEAR", 4.1, 3, 1, 3, 0, 3, 10},
    Known{"APT", 6.0, 2, 2, 3, 1, 3, 10},     Known{"ARB", 0.56, 4, 1, 4, 1, 4, 10},
};
constexpr std::array<std::string_view, 8> quotes{"USDT", "USDC", "FDUSD", "BUSD", "BTC", "ETH", "EUR", "USD"};

Known made_up(std::string_view base) {
  Random random(seed_of(0, base));
  const double price = std::pow(10.0, random.uniform() * 4.0 - 1.5);
  const int tick = std::clamp(4 - static_cast<int>(std::floor(std::log10(price))), 2, 6);
  const int lot = std::clamp(static_cast<int>(std::ceil(std::log10(price))), 0, 4);
  return {base, price, tick, lot, tick, lot, tick, 10};
}

Known find(std::string_view base) {
  const auto found = std::find_if(known.begin(), known.end(), [&](const Known& k) { return k.base == base; });
  return found == known.end() ? made_up(base) : *found;
}

double liquidity_of(std::string_view base) {
  const auto found = std::find_if(known.begin(), known.end(), [&](const Known& k) { return k.base == base; });
  return 1.0 / (1.0 + 0.35 * static_cast<double>(found - known.begin()));
}

std::int64_t negative_power(int digits) {
  return detail::power_of_ten(8 - digits);
}

}  // namespace

std::string_view to_text(Market market) noexcept {
  switch (market) {
    case Market::Spot:
      return "spot";
    case Market::Usdm:
      return "usdm";
    case Market::Coinm:
      return "coinm";
  }
  return "?";
}

Result<Market> parse_market(std::string_view text) {
  for (const Market market : {Market::Spot, Market::Usdm, Market::Coinm})
    if (text == to_text(market)) return market;
  return fail(ErrorCode::InvalidArgument, fmt::format("market '{}' is not spot, usdm or coinm", excerpt(text)));
}

Result<Instrument> make_instrument(Market market, std::string_view symbol) {
  std::string_view name = symbol.substr(0, symbol.find('_'));
  std::string_view base, quote;
  for (const std::string_view candidate : quotes) {
    if (name.size() > candidate.size() && name.ends_with(candidate)) {
      base = name.substr(0, name.size() - candidate.size());
      quote = candidate;
      break;
    }
  }
  const bool plain =
      std::all_of(name.begin(), name.end(), [](char c) { return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'); });
  if (base.empty() || !plain)
    return fail(ErrorCode::InvalidArgument,
                fmt::format("symbol '{}' is not upper-case letters and digits that end in a quote asset such as USDT",
                            excerpt(symbol)));
  const Known facts = find(base);
  double price = facts.price;
  if (quote == "BTC" || quote == "ETH") price /= find(quote).price;
  const int finer = quote == "BTC" || quote == "ETH" ? std::clamp(8 - facts.spot_tick, 0, 4) : 0;
  Instrument instrument;
  instrument.market = market;
  instrument.base = base;
  instrument.liquidity = liquidity_of(base);
  int tick = facts.spot_tick + finer;
  int lot = facts.spot_lot;
  if (market == Market::Coinm) {
    tick = facts.coinm_tick;
    lot = 0;
    instrument.quote = "USD";
    instrument.pair = fmt::format("{}USD", base);
    instrument.symbol = fmt::format("{}_PERP", instrument.pair);
    instrument.contract_size = facts.contract;
  } else {
    instrument.quote = quote;
    instrument.symbol = instrument.pair = name;
    if (market == Market::Usdm) {
      tick = facts.usdm_tick + finer;
      lot = facts.usdm_lot;
    }
  }
  instrument.tick = Price::from_raw(negative_power(tick));
  instrument.step = Quantity::from_raw(negative_power(lot));
  // BTCUSDT futures are written with two decimals although they move by 0.1.
  instrument.price_decimals = market == Market::Spot ? 8 : market == Market::Usdm && base == "BTC" ? 2 : tick;
  instrument.quantity_decimals = market == Market::Spot ? 8 : lot;
  const std::int64_t raw = Price::from_double(price).value_or(Price::from_int(1)).raw();
  instrument.start = Price::from_raw(std::max(raw / instrument.tick.raw(), std::int64_t{1}) * instrument.tick.raw());
  return instrument;
}

std::vector<std::string> default_symbols(std::size_t count) {
  std::vector<std::string> symbols;
  for (std::size_t i = 0; i < count; ++i) {
    symbols.push_back(i < known.size() ? fmt::format("{}USDT", known[i].base)
                                       : fmt::format("X{:03}USDT", i - known.size() + 1));
  }
  return symbols;
}

}  // namespace trunkline::sandbox
