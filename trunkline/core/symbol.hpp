// What is traded, and the 64-bit name it goes by on every stream.
//
// The canonical text is exchange:BASE[-QUOTE][:YYYYMMDD][:strike][:C|P]; its hash is SipHash-1-3 with key 0,0 over the
// UTF-8 bytes followed by 0xFF. The exchange names the market segment (binance, binance_usdm), so spot and perpetual
// of one pair differ.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "trunkline/core/decimal.hpp"
#include "trunkline/core/error.hpp"

namespace trunkline {

using SymbolHash = std::uint64_t;

enum class OptionType : char { Call = 'C', Put = 'P' };

struct SymbolDescriptor {
  std::string exchange;
  std::string base;
  std::string quote;         // empty: a stock or an index
  std::uint32_t expiry = 0;  // YYYYMMDD; 0: does not expire
  std::optional<Price> strike;
  std::optional<OptionType> option_type;

  static SymbolDescriptor spot(std::string exchange, std::string base, std::string quote);
  static SymbolDescriptor stock(std::string exchange, std::string ticker);
  static SymbolDescriptor future(std::string exchange, std::string base, std::string quote, std::uint32_t expiry);
  static SymbolDescriptor option(std::string exchange, std::string base, std::uint32_t expiry, Price strike,
                                 OptionType type);

  // Reads the canonical text; an error names the part that is wrong.
  static Result<SymbolDescriptor> parse(std::string_view text);

  // ':', '-', '%' and control bytes inside a part are written as %XX.
  std::string to_text() const;
  SymbolHash hash() const;

  friend bool operator==(const SymbolDescriptor&, const SymbolDescriptor&) = default;
};

SymbolHash hash_symbol_text(std::string_view canonical) noexcept;

}  // namespace trunkline
