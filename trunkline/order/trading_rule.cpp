#include "trunkline/order/trading_rule.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace trunkline::order {
namespace {

constexpr std::int64_t floor_to(std::int64_t value, std::int64_t step) noexcept {
  const std::int64_t over = value % step;
  return value - (over < 0 ? over + step : over);
}

int digits_of(std::int64_t value) noexcept {
  int digits = 0;
  for (; value > 0; value /= 10) ++digits;
  return digits;
}

// The step between prices of so many significant figures near this one. Whole numbers are always legal.
std::int64_t significant_step(std::int64_t raw, int figures) noexcept {
  const int drop = digits_of(raw) - figures;
  if (drop <= 0) return 1;
  return std::min(detail::power_of_ten(drop), Price::one);
}

std::unexpected<OrderError> invalid(std::string message) {
  return not_sent(OrderReason::InvalidOrder, std::move(message));
}

OrderResult<void> check_price(const TradingRule& rule, std::string_view what, Price price) {
  if (price.is_absent() || price.raw() <= 0) {
    return invalid(fmt::format("{}: this order needs a {} above 0", rule.text, what));
  }
  if (quantize_price(rule, price, TradeType::Buy) != price) {
    return invalid(fmt::format("{}: {} {} is off the tick {}", rule.text, what, price.to_text(),
                               rule.tick.is_absent() ? "of its size" : rule.tick.to_text()));
  }
  if (!rule.minimum_price.is_absent() && price < rule.minimum_price) {
    return invalid(fmt::format("{}: {} {} is below the least, {}", rule.text, what, price.to_text(),
                               rule.minimum_price.to_text()));
  }
  if (!rule.maximum_price.is_absent() && price > rule.maximum_price) {
    return invalid(
        fmt::format("{}: {} {} is above the most, {}", rule.text, what, price.to_text(), rule.maximum_price.to_text()));
  }
  return {};
}

OrderResult<void> check_amount(const TradingRule& rule, Quantity amount, Price at, bool reduce_only) {
  if (amount.is_absent() || amount.raw() <= 0) {
    return invalid(fmt::format("{}: nothing is left of the amount in steps of {}", rule.text,
                               rule.step.is_absent() ? "1e-8" : rule.step.to_text()));
  }
  if (!rule.minimum_amount.is_absent() && amount < rule.minimum_amount) {
    return invalid(fmt::format("{}: amount {} is below the least, {}", rule.text, amount.to_text(),
                               rule.minimum_amount.to_text()));
  }
  if (!rule.maximum_amount.is_absent() && amount > rule.maximum_amount) {
    return invalid(
        fmt::format("{}: amount {} is above the most, {}", rule.text, amount.to_text(), rule.maximum_amount.to_text()));
  }
  if (reduce_only || rule.minimum_notional.is_absent() || at.is_absent()) return {};
  if (notional(at, amount) < static_cast<Int128>(rule.minimum_notional.raw()) * Price::one) {
    return invalid(fmt::format("{}: {} at {} is worth less than the least, {}", rule.text, amount.to_text(),
                               at.to_text(), rule.minimum_notional.to_text()));
  }
  return {};
}

}  // namespace

Quantity quantize_amount(const TradingRule& rule, Quantity amount) noexcept {
  if (amount.is_absent() || rule.step.is_absent() || rule.step.raw() <= 0) return amount;
  return Quantity::from_raw(floor_to(amount.raw(), rule.step.raw()));
}

Price quantize_price(const TradingRule& rule, Price price, TradeType side) noexcept {
  if (price.is_absent() || price.raw() <= 0) return price;
  std::int64_t step = rule.tick.is_absent() || rule.tick.raw() <= 0 ? 1 : rule.tick.raw();
  if (rule.significant_figures != 0) step = std::max(step, significant_step(price.raw(), rule.significant_figures));
  const std::int64_t down = floor_to(price.raw(), step);
  if (down == price.raw() || side == TradeType::Buy) return Price::from_raw(down);
  std::int64_t up = 0;
  return __builtin_add_overflow(down, step, &up) ? price : Price::from_raw(up);
}

OrderResult<void> check_rule(const TradingRule& rule, OrderType type, TimeInForce time_in_force, Price price,
                             Price trigger_price, Quantity amount, bool reduce_only, Price reference) {
  if (!rule.trading) return invalid(fmt::format("{} is not trading", rule.text));
  if (!rule.order_types.contains(type)) {
    return not_sent(OrderReason::Unsupported, fmt::format("{} takes no {} orders", rule.text, wire::to_text(type)));
  }
  if (!rule.times_in_force.contains(time_in_force)) {
    return not_sent(OrderReason::Unsupported,
                    fmt::format("{} takes no time in force {}", rule.text, wire::to_text(time_in_force)));
  }
  if (reduce_only && !rule.reduce_only) {
    return not_sent(OrderReason::Unsupported, fmt::format("{} takes no reduce-only orders", rule.text));
  }
  if (has_limit_price(type)) {
    if (auto good = check_price(rule, "price", price); !good) return good;
  }
  if (is_conditional(type)) {
    if (auto good = check_price(rule, "trigger price", trigger_price); !good) return good;
  }
  return check_amount(rule, amount, has_limit_price(type) ? price : reference, reduce_only);
}

}  // namespace trunkline::order
