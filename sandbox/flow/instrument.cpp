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
struct Stock {
  std::string_view name;
  double price;
};
constexpr std::array stocks{Stock{"AAPL", 226.4}, Stock{"MSFT", 416.6},  Stock{"NVDA", 126.1}, Stock{"TSLA", 214.8},
                            Stock{"AMZN", 178.5}, Stock{"GOOGL", 165.2}, Stock{"META", 528.2}, Stock{"SPY", 563.7},
                            Stock{"QQQ", 477.4},  Stock{"AMD", 149.9},   Stock{"BRK.B", 468.3}};
constexpr std::array<std::string_view, 8> quotes{"USDT", "USDC", "FDUSD", "BUSD", "BTC", "ETH", "EUR", "USD"};

Known made_up(std::string_view base) {
  Random random(seed_of(0, base));
  const double price = std::pow(10.0, random.uniform() * 4.0 - 1.5);
  const int tick = std::clamp(4 - static_cast<int>(std::floor(std::log10(price))), 2, 6);
  const int lot = std::clamp(static_cast<int>(std::ceil(std::log10(price))), 0, 4);
  return {base, price, tick, lot, tick, lot, tick, 10};
}

Known find(std::string_view base) {
  if (base == "XBT") base = "BTC";
  const auto found = std::find_if(known.begin(), known.end(), [&](const Known& k) { return k.base == base; });
  return found == known.end() ? made_up(base) : *found;
}

double liquidity_of(std::string_view base) {
  if (base == "XBT") base = "BTC";
  const auto found = std::find_if(known.begin(), known.end(), [&](const Known& k) { return k.base == base; });
  return 1.0 / (1.0 + 0.35 * static_cast<double>(found - known.begin()));
}

std::int64_t negative_power(int digits) {
  return detail::power_of_ten(8 - digits);
}

// How many of the eight decimals are needed to write a multiple of it.
int decimals_of(std::int64_t raw) {
  int decimals = 8;
  for (; decimals > 0 && raw % 10 == 0; raw /= 10) --decimals;
  return decimals;
}

Price on_tick(double price, Price tick) {
  const std::int64_t raw = Price::from_double(price).value_or(Price::from_int(1)).raw();
  return Price::from_raw(std::max(raw / tick.raw(), std::int64_t{1}) * tick.raw());
}

bool is_plain(std::string_view name, bool dots) {
  return !name.empty() && std::all_of(name.begin(), name.end(), [&](char c) {
    return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || (dots && c == '.');
  });
}

Error not_a_pair(std::string_view symbol) {
  return {ErrorCode::InvalidArgument,
          fmt::format("symbol '{}' is not upper-case letters and digits that end in a quote asset such as USDT",
                      excerpt(symbol))};
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

Result<PairNames> split_pair(std::string_view symbol, char separator) {
  if (separator != 0) {
    const std::size_t at = symbol.find(separator);
    if (at == std::string_view::npos || at == 0 || at + 1 == symbol.size())
      return fail(ErrorCode::InvalidArgument,
                  fmt::format("symbol '{}' is not of the form BASE{}QUOTE", excerpt(symbol), separator));
    return PairNames{symbol.substr(0, at), symbol.substr(at + 1)};
  }
  for (const std::string_view quote : quotes) {
    if (symbol.size() > quote.size() && symbol.ends_with(quote))
      return PairNames{symbol.substr(0, symbol.size() - quote.size()), quote};
  }
  return std::unexpected(not_a_pair(symbol));
}

Result<Instrument> make_instrument(std::string_view base, std::string_view quote, InstrumentForm form) {
  for (const std::string_view name : {base, quote}) {
    if (!is_plain(name, true))
      return fail(ErrorCode::InvalidArgument,
                  fmt::format("asset '{}' is not upper-case letters and digits", excerpt(name)));
  }
  const auto stock = std::find_if(stocks.begin(), stocks.end(), [&](const Stock& s) { return s.name == base; });
  Known facts = stock == stocks.end() ? find(base) : Known{base, stock->price, 2, 0, 2, 0, 2, 1};
  if (form.start > 0) facts.price = form.start;
  const bool coin_quoted = form.start <= 0 && (quote == "BTC" || quote == "XBT" || quote == "ETH");
  Instrument instrument;
  instrument.market = form.market;
  instrument.symbol = form.symbol;
  instrument.pair = fmt::format("{}{}", base, quote);
  instrument.base = base;
  instrument.quote = quote;
  instrument.liquidity = stock == stocks.end() ? liquidity_of(base) : 0.2;
  instrument.contract_size = form.contract_size;
  const int finer = coin_quoted ? std::clamp(8 - facts.spot_tick, 0, 4) : 0;
  instrument.tick = form.tick.is_zero() ? Price::from_raw(negative_power(facts.spot_tick + finer)) : form.tick;
  instrument.step = form.step.is_zero() ? Quantity::from_raw(negative_power(facts.spot_lot)) : form.step;
  instrument.price_decimals = form.price_decimals >= 0 ? form.price_decimals : decimals_of(instrument.tick.raw());
  instrument.quantity_decimals =
      form.quantity_decimals >= 0 ? form.quantity_decimals : decimals_of(instrument.step.raw());
  instrument.start = on_tick(coin_quoted ? facts.price / find(quote).price : facts.price, instrument.tick);
  return instrument;
}

Result<Instrument> make_instrument(Market market, std::string_view symbol) {
  const std::string_view name = symbol.substr(0, symbol.find('_'));
  const auto names = split_pair(name, 0);
  if (!names || !is_plain(name, false)) return std::unexpected(not_a_pair(symbol));
  const auto [base, quote] = *names;
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
  instrument.start = on_tick(price, instrument.tick);
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
