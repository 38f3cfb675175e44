#include "sandbox/account/position.hpp"

#include <algorithm>

namespace trunkline::sandbox {
namespace {

std::int64_t gain(Price from, Price to, std::int64_t signed_amount) {
  return static_cast<std::int64_t>(static_cast<Int128>(to.raw() - from.raw()) * signed_amount / Quantity::one);
}

}  // namespace

std::int64_t Position::apply(match::Side side, Price price, Quantity quantity) {
  const std::int64_t change = side == match::Side::Buy ? quantity.raw() : -quantity.raw();
  const std::int64_t before = amount.raw();
  std::int64_t won = 0;
  if (before == 0 || (before > 0) == (change > 0)) {
    const Int128 worth = static_cast<Int128>(entry.raw()) * before + static_cast<Int128>(price.raw()) * change;
    amount = Quantity::from_raw(before + change);
    entry = Price::from_raw(static_cast<std::int64_t>(worth / amount.raw()));
  } else {
    const std::int64_t closed = std::min(std::abs(change), std::abs(before));
    won = gain(entry, price, before > 0 ? closed : -closed);
    amount = Quantity::from_raw(before + change);
    if (amount.is_zero())
      entry = Price{};
    else if ((amount.raw() > 0) != (before > 0))
      entry = price;
  }
  realised = Quantity::from_raw(realised.raw() + won);
  return won;
}

std::int64_t Position::unrealised(Price mark) const noexcept {
  return gain(entry, mark, amount.raw());
}

}  // namespace trunkline::sandbox
