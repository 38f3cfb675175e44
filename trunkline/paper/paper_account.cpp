#include "trunkline/paper/paper_account.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <limits>
#include <utility>

namespace trunkline::paper {

using namespace order;

namespace {

constexpr std::int64_t most = std::numeric_limits<std::int64_t>::max();

std::int64_t to_raw(Int128 value) noexcept {
  return static_cast<std::int64_t>(std::clamp<Int128>(value, -most, most));
}
Int128 floor_divide(Int128 value, Int128 by) noexcept {
  return value / by - (value % by < 0 ? 1 : 0);
}
Int128 ceil_divide(Int128 value, Int128 by) noexcept {
  return value / by + (value % by > 0 ? 1 : 0);
}

}  // namespace

bool has_positions(const TradingRule& rule) noexcept {
  return rule.kind == wire::InstrumentKind::Perpetual || rule.kind == wire::InstrumentKind::Future;
}

bool stands_for_us_dollars(std::string_view currency) noexcept {
  constexpr std::array<std::string_view, 13> names{"USD",  "USDT",  "USDC", "FDUSD", "TUSD", "BUSD", "USDP",
                                                   "USD1", "PYUSD", "USDE", "RLUSD", "USDG", "DAI"};
  return std::ranges::find(names, currency) != names.end();
}

std::int64_t NetPosition::apply(TradeType side, Price price, Quantity quantity) {
  const std::int64_t change = side == TradeType::Buy ? quantity.raw() : -quantity.raw();
  const bool closes = amount != 0 && (amount > 0) != (change > 0);
  const std::int64_t closed = closes ? std::min(std::abs(change), std::abs(amount)) : 0;
  if (closed != 0) {
    const std::int64_t size = std::abs(amount);
    // In two steps, so that nothing overflows: cost / size is a price.
    const Int128 part = cost / size * closed + cost % size * closed / size;
    const Int128 got = static_cast<Int128>(price.raw()) * (amount > 0 ? closed : -closed);
    realized += got - part;
    cost -= part;
  }
  const std::int64_t opened = std::abs(change) - closed;
  cost += static_cast<Int128>(price.raw()) * (change > 0 ? opened : -opened);
  amount += change;
  const std::int64_t due = to_raw(floor_divide(realized, Price::one));
  return due - std::exchange(paid, due);
}

Price NetPosition::entry_price() const noexcept {
  return amount == 0 ? Price::absent() : Price::from_raw(to_raw(cost / amount));
}

Int128 NetPosition::unrealized(Price mark) const noexcept {
  return mark.is_absent() ? 0 : static_cast<Int128>(mark.raw()) * amount - cost;
}

PaperAccount::PaperAccount(const PaperConfig& config) : config_(config) {
  for (const StartingBalance& start : config_.balances) balance(start.currency).total = start.amount.raw();
}

void PaperAccount::add(const TradingRule& rule) {
  if (!config_.balances.empty() || balances_.contains(rule.quote) || !stands_for_us_dollars(rule.quote)) return;
  balance(rule.quote).total = default_balance.raw();
}

PaperAccount::Balance& PaperAccount::balance(const Currency& currency) {
  return balances_[currency];
}

PaperAccount::Holding& PaperAccount::holding(const TradingRule& rule) {
  Holding& holding = holdings_[rule.trading_pair];
  holding.quote = rule.quote;
  if (holding.position.leverage == 0) holding.position.leverage = config_.leverage;
  return holding;
}

void PaperAccount::add(const Currency& currency, std::int64_t raw) {
  if (raw == 0) return;
  Balance& of = balance(currency);
  of.total = to_raw(static_cast<Int128>(of.total) + raw);
  of.changed = true;
}

void PaperAccount::lock(const Currency& currency, std::int64_t raw) {
  if (raw == 0) return;
  Balance& of = balance(currency);
  of.locked += raw;
  of.changed = true;
}

// 1e-8 of the quote currency, rounded against the account.
Int128 PaperAccount::fee_of(Int128 maker_notional, Int128 taker_notional) const noexcept {
  return ceil_divide(
      maker_notional / Price::one * config_.maker_fee.raw() + taker_notional / Price::one * config_.taker_fee.raw(),
      Rate::one);
}

Int128 PaperAccount::margin_left(const Currency& quote) const {
  Int128 sum = 0;
  for (const auto& [symbol, holding] : holdings_) {
    const NetPosition& position = holding.position;
    if (holding.quote != quote || position.amount == 0) continue;
    const Price mark = holding.mark.is_absent() ? position.entry_price() : holding.mark;
    const Int128 worth = ceil_divide(notional(mark, Quantity::from_raw(std::abs(position.amount))), Price::one);
    sum += floor_divide(position.unrealized(mark), Price::one) - ceil_divide(worth, position.leverage);
  }
  return sum;
}

OrderResult<void> PaperAccount::reserve(OrderMoney& money, const TradingRule& rule, TradeType side, Quantity remaining,
                                        Price price, std::optional<Int128> worth, bool reduce_only) {
  const Int128 exact = worth ? *worth : notional(price, remaining);
  const Int128 dearer = std::max<std::int64_t>({config_.maker_fee.raw(), config_.taker_fee.raw(), 0});
  Currency currency = rule.quote;
  Int128 needed = 0;
  Int128 free = 0;
  const Int128 value = ceil_divide(exact, Price::one);
  if (value > most) {
    return rejected(OrderReason::InvalidOrder, "the order is worth more than a balance can hold");
  }
  if (has_positions(rule)) {
    const NetPosition& position = holding(rule).position;
    const bool closes = position.amount != 0 && (position.amount > 0) == (side == TradeType::Sell);
    const std::int64_t opened =
        reduce_only ? 0 : std::max<std::int64_t>(0, remaining.raw() - (closes ? std::abs(position.amount) : 0));
    // Of the worth of the whole order, the part that opens; fees are due of all of it.
    const Int128 opening = opened == remaining.raw() ? value : ceil_divide(value * opened, remaining.raw());
    needed = opened == 0 ? 0 : ceil_divide(opening, position.leverage) + ceil_divide(value * dearer, Rate::one);
    free = margin_left(currency);
  } else if (side == TradeType::Buy) {
    needed = value + ceil_divide(value * dearer, Rate::one);
  } else {
    currency = rule.base;
    needed = remaining.raw();
  }
  const Balance& of = balance(currency);
  free += static_cast<Int128>(of.total) - of.locked + money.locked;
  if (needed > free) {
    return rejected(OrderReason::InsufficientFunds,
                    fmt::format("the paper account has {} {} available, and the order needs {}",
                                Quantity::from_raw(to_raw(std::max<Int128>(free, 0))).to_text(), currency.view(),
                                Quantity::from_raw(to_raw(needed)).to_text()));
  }
  lock(currency, to_raw(needed) - money.locked);
  money.locked = to_raw(needed);
  return {};
}

Settled PaperAccount::settle(OrderMoney& money, const TradingRule& rule, TradeType side, Price price, Quantity quantity,
                             Quantity remaining, Price limit, bool maker) {
  const bool buys = side == TradeType::Buy;
  (maker ? money.maker_notional : money.taker_notional) += notional(price, quantity);
  const Int128 all = money.maker_notional + money.taker_notional;
  const std::int64_t quote = to_raw(buys ? ceil_divide(all, Price::one) : all / Price::one);
  const std::int64_t fee = to_raw(fee_of(money.maker_notional, money.taker_notional));
  const std::int64_t quote_now = quote - std::exchange(money.quote, quote);
  const std::int64_t fee_now = fee - std::exchange(money.fee, fee);

  std::int64_t keep = 0;
  if (has_positions(rule)) {
    Holding& held = holding(rule);
    add(rule.quote, held.position.apply(side, price, quantity) - fee_now);
    held.changed = true;
    const Int128 before = static_cast<Int128>(remaining.raw()) + quantity.raw();
    keep = to_raw(static_cast<Int128>(money.locked) * remaining.raw() / before);
  } else if (buys) {
    add(rule.quote, -quote_now - fee_now);
    add(rule.base, quantity.raw());
    if (!remaining.is_zero() && !limit.is_absent()) {
      const Int128 dearer = std::max<std::int64_t>({config_.maker_fee.raw(), config_.taker_fee.raw(), 0});
      const Int128 total = ceil_divide(all + notional(limit, remaining), Price::one);
      // What may still be charged, as the whole order is rounded and not its parts.
      keep = to_raw(total - quote + std::max<Int128>(0, ceil_divide(total * dearer, Rate::one) - fee));
    }
  } else {
    add(rule.quote, quote_now - fee_now);
    add(rule.base, -quantity.raw());
    keep = remaining.raw();
  }
  const Currency& locked_in = has_positions(rule) || buys ? rule.quote : rule.base;
  lock(locked_in, std::min(keep, money.locked) - money.locked);
  money.locked = std::min(keep, money.locked);
  return {Quantity::from_raw(quote_now), Quantity::from_raw(fee_now)};
}

void PaperAccount::release(OrderMoney& money, const TradingRule& rule, TradeType side) {
  lock(has_positions(rule) || side == TradeType::Buy ? rule.quote : rule.base, -std::exchange(money.locked, 0));
}

void PaperAccount::mark(SymbolHash symbol, Price price) {
  const auto found = holdings_.find(symbol);
  if (found == holdings_.end() || found->second.mark == price) return;
  found->second.mark = price;
  if (found->second.position.amount == 0) return;
  found->second.changed = true;
  balance(found->second.quote).changed = true;
}

void PaperAccount::set_leverage(SymbolHash symbol, std::uint32_t leverage) {
  Holding& held = holdings_[symbol];
  held.position.leverage = leverage;
  held.changed = true;
}

BalanceUpdate PaperAccount::told(const Currency& currency, const Balance& of) const {
  const Int128 available = static_cast<Int128>(of.total) - of.locked + margin_left(currency);
  return {.currency = currency,
          .total = Quantity::from_raw(of.total),
          .available = Quantity::from_raw(to_raw(std::max<Int128>(available, 0)))};
}

Position PaperAccount::told(SymbolHash symbol, const Holding& held, Nanos now) const {
  Position out;
  out.trading_pair = symbol;
  out.quantity = Quantity::from_raw(held.position.amount);
  out.entry_price = held.position.entry_price();
  out.mark_price = held.mark;
  out.unrealized_pnl = Price::from_raw(to_raw(floor_divide(held.position.unrealized(held.mark), Price::one)));
  out.realized_pnl = Price::from_raw(held.position.paid);
  out.leverage = held.position.leverage == 0 ? config_.leverage : held.position.leverage;
  out.updated = now;
  return out;
}

std::vector<BalanceUpdate> PaperAccount::balances() const {
  std::vector<BalanceUpdate> out;
  for (const auto& [currency, of] : balances_) out.push_back(told(currency, of));
  return out;
}

std::vector<Position> PaperAccount::positions(Nanos now) const {
  std::vector<Position> out;
  for (const auto& [symbol, held] : holdings_) out.push_back(told(symbol, held, now));
  return out;
}

std::optional<Position> PaperAccount::position(SymbolHash symbol, Nanos now) const {
  const auto found = holdings_.find(symbol);
  return found == holdings_.end() ? std::nullopt : std::optional(told(symbol, found->second, now));
}

Quantity PaperAccount::position_amount(SymbolHash symbol) const {
  const auto found = holdings_.find(symbol);
  return found == holdings_.end() ? Quantity{} : Quantity::from_raw(found->second.position.amount);
}

std::vector<BalanceUpdate> PaperAccount::take_changed_balances() {
  std::vector<BalanceUpdate> out;
  for (auto& [currency, of] : balances_) {
    if (std::exchange(of.changed, false)) out.push_back(told(currency, of));
  }
  return out;
}

std::vector<Position> PaperAccount::take_changed_positions(Nanos now) {
  std::vector<Position> out;
  for (auto& [symbol, held] : holdings_) {
    if (std::exchange(held.changed, false)) out.push_back(told(symbol, held, now));
  }
  return out;
}

}  // namespace trunkline::paper
