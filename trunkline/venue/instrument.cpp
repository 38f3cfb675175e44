#include "trunkline/venue/instrument.hpp"

#include <algorithm>

namespace trunkline::venue {

wire::SymbolMapping Instrument::mapping() const noexcept {
  wire::SymbolMapping out;
  out.symbol = hash;
  out.tick_size = tick;
  out.lot_size = lot;
  out.minimum_quantity = minimum_quantity;
  out.minimum_notional = minimum_notional;
  out.contract_size = contract_size;
  out.price_decimals = price_decimals;
  out.quantity_decimals = quantity_decimals;
  out.unit_exponent = unit_exponent;
  out.kind = kind;
  out.status = status;
  return out;
}

const Instrument* Catalog::find(SymbolHash symbol) const noexcept {
  const auto found = by_hash_.find(symbol);
  return found == by_hash_.end() ? nullptr : &instruments[found->second];
}

const Instrument* Catalog::find_venue_symbol(std::string_view venue_symbol) const noexcept {
  const auto found = std::find_if(instruments.begin(), instruments.end(),
                                  [&](const Instrument& each) { return each.venue_symbol == venue_symbol; });
  return found == instruments.end() ? nullptr : &*found;
}

std::string_view Catalog::nearest_to(std::string_view text) const {
  std::string_view best;
  for (const Instrument& instrument : instruments) {
    const std::string_view better = trunkline::nearest(text, {best, instrument.text});
    if (!better.empty()) best = better;
  }
  return best;
}

void Catalog::index() {
  by_hash_.clear();
  for (std::size_t i = 0; i < instruments.size(); ++i) by_hash_.emplace(instruments[i].hash, i);
}

}  // namespace trunkline::venue
