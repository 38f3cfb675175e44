// What a venue's reference data says of one symbol, and all of them together.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "trunkline/core/error.hpp"
#include "trunkline/core/symbol.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::venue {

struct Instrument {
  SymbolDescriptor descriptor;
  std::string text;          // canonical
  std::string venue_symbol;  // as the venue writes it: BTCUSDT
  SymbolHash hash = 0;
  Price tick = Price::absent();
  Quantity lot = Quantity::absent();
  Quantity minimum_quantity = Quantity::absent();
  Quantity maximum_quantity = Quantity::absent();
  Price minimum_price = Price::absent();
  Price maximum_price = Price::absent();
  Price minimum_notional = Price::absent();
  Quantity contract_size = Quantity::absent();
  // Of the order text: the decimals of the tick for spot (whose streams pad to eight), pricePrecision for futures.
  std::uint8_t price_decimals = 0;
  std::uint8_t quantity_decimals = 0;
  // Prices and ticks count 10^unit_exponent units, quantities and lots are divided by it: 0 unless the tick is finer
  // than 1e-8.
  std::int8_t unit_exponent = 0;
  wire::InstrumentKind kind = wire::InstrumentKind::Spot;
  wire::TradingStatus status = wire::TradingStatus::Unknown;

  // Without stamp.
  wire::SymbolMapping mapping() const noexcept;
};

class Catalog {
 public:
  std::vector<Instrument> instruments;
  std::vector<std::string> refused;  // symbols that could not be understood, with the reason

  // Null where there is none.
  const Instrument* find(SymbolHash symbol) const noexcept;
  const Instrument* find_venue_symbol(std::string_view venue_symbol) const noexcept;
  // The canonical text that looks most like this one, or empty.
  std::string_view nearest_to(std::string_view text) const;
  void index();

 private:
  std::unordered_map<SymbolHash, std::size_t> by_hash_;
};

}  // namespace trunkline::venue
