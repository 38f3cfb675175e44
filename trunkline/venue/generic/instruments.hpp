// The symbols of a source: listed in its mapping, or any pair where the mapping has a template for them. Private to
// this folder.
#pragma once

#include <map>
#include <string>

#include "trunkline/core/error.hpp"
#include "trunkline/venue/generic/mapping.hpp"
#include "trunkline/venue/instrument.hpp"

namespace trunkline::venue::generic {

class Instruments {
 public:
  Instruments(const Mapping& mapping, std::string exchange);

  // Those that are listed.
  Catalog catalog() const;
  // Null where the symbol is neither listed nor fits the template. Stays where it is.
  const Instrument* find(const SymbolDescriptor& symbol);

 private:
  Result<Instrument> make(const SymbolDescriptor& symbol, const ListedSymbol& listed) const;

  std::string exchange_;
  std::string template_;
  wire::InstrumentKind kind_;
  std::map<std::string, Instrument, std::less<>> known_;  // by canonical text
  std::vector<std::string> refused_;
};

}  // namespace trunkline::venue::generic
