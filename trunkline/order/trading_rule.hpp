// What a venue takes as an order of a symbol, and the exact way of an order to it: amounts round down, prices to the
// passive side (bids down, asks up), and what is below a minimum then is refused before it is sent.
//
// Thread: values.
#pragma once

#include <cstdint>
#include <string>

#include "trunkline/core/clock.hpp"
#include "trunkline/order/order_error.hpp"
#include "trunkline/venue/instrument.hpp"

namespace trunkline::order {

// A set of enumerators.
template <class Enum>
class EnumSet {
 public:
  constexpr EnumSet() noexcept = default;
  constexpr EnumSet(std::initializer_list<Enum> members) noexcept {
    for (const Enum member : members) bits_ |= bit(member);
  }
  constexpr bool contains(Enum member) const noexcept { return (bits_ & bit(member)) != 0; }

 private:
  static constexpr std::uint32_t bit(Enum member) noexcept { return 1U << static_cast<unsigned>(member); }
  std::uint32_t bits_ = 0;
};

struct TradingRule {
  SymbolHash trading_pair = 0;
  std::string text = {};          // canonical
  std::string venue_symbol = {};  // as the venue writes it
  Currency base = {};
  Currency quote = {};
  wire::InstrumentKind kind = wire::InstrumentKind::Spot;
  bool trading = true;
  // Absent: none.
  Price tick = Price::absent();
  Quantity step = Quantity::absent();
  Quantity minimum_amount = Quantity::absent();
  Quantity maximum_amount = Quantity::absent();
  Price minimum_notional = Price::absent();
  Price minimum_price = Price::absent();
  Price maximum_price = Price::absent();
  // Prices have at most so many significant figures, unless they are whole numbers; 0: no such rule.
  std::uint8_t significant_figures = 0;
  std::uint8_t price_decimals = 8;
  std::uint8_t amount_decimals = 8;
  std::int8_t unit_exponent = 0;  // as in venue::Instrument
  std::uint32_t asset = 0;        // the venue's number of the symbol, where it has one
  EnumSet<OrderType> order_types{OrderType::Limit};
  EnumSet<TimeInForce> times_in_force{TimeInForce::Gtc};
  bool reduce_only = false;  // orders may be reduce-only
};

// The largest multiple of the step that is not more than the amount.
Quantity quantize_amount(const TradingRule& rule, Quantity amount) noexcept;
// The nearest price that the rule allows and that is not better for the other side: down for a buy, up for a sell.
Price quantize_price(const TradingRule& rule, Price price, TradeType side) noexcept;

// InvalidOrder where the venue would refuse such an order; `reference` prices a market order, absent: unknown.
OrderResult<void> check_rule(const TradingRule& rule, OrderType type, TimeInForce time_in_force, Price price,
                             Price trigger_price, Quantity amount, bool reduce_only, Price reference);

}  // namespace trunkline::order
