#include "trunkline/venue/alpaca/message_reader.hpp"

namespace trunkline::venue::alpaca::detail {

std::uint16_t condition_detail(char condition, char tape) noexcept {
  using namespace trade_detail;
  switch (condition) {
    case 'I':
      return odd_lot;
    case 'T':  // form T
      return outside_hours;
    case 'U':  // extended hours, sold out of sequence
      return outside_hours | late;
    case 'L':  // sold last
    case 'Z':  // sold out of sequence
      return late;
    case 'P':  // prior reference price
      return late | no_last_price;
    case 'C':  // cash
    case 'N':  // next day
    case 'R':  // seller
    case 'H':  // price variation
    case 'V':  // contingent
    case 'W':  // average price
    case '4':  // derivatively priced
    case '7':  // qualified contingent
    case 'M':  // official close
    case 'Q':  // official open
      return no_last_price;
    case 'B':  // CTA: average price; UTP (tape C): bunched, which is a last price
      return tape == 'C' ? 0 : no_last_price;
    case 'O':  // opening
    case '5':  // reopening
    case '6':  // closing
      return auction;
    default:
      return 0;
  }
}

std::optional<Quantity> round_to_quantity(std::string_view text, bool& rounded) noexcept {
  if (const auto exact = Quantity::parse(text); exact && exact->raw() >= 0) return *exact;
  const auto point = text.find('.');
  constexpr std::size_t decimals = Quantity::digits;
  if (point == std::string_view::npos || text.size() <= point + 1 + decimals ||
      text.find_first_not_of("0123456789", point + 1) != std::string_view::npos) {
    return std::nullopt;
  }
  const auto cut = Quantity::parse(text.substr(0, point + 1 + decimals));
  if (!cut || cut->raw() < 0 || cut->raw() == std::numeric_limits<std::int64_t>::max()) return std::nullopt;
  rounded = true;
  return Quantity::from_raw(cut->raw() + (text[point + 1 + decimals] >= '5' ? 1 : 0));
}

}  // namespace trunkline::venue::alpaca::detail
