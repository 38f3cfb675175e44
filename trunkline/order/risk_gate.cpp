#include "trunkline/order/risk_gate.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <utility>

namespace trunkline::order {
namespace {

std::unexpected<OrderError> over(std::string message) {
  return not_sent(OrderReason::RiskLimit, std::move(message));
}

}  // namespace

OrderResult<void> RiskGate::admit(const OrderSummary& order, std::optional<BestPrices> book, bool allow_stale_book,
                                  Nanos now) {
  const std::lock_guard lock(mutex_);
  auto good = check(order, book, allow_stale_book, now);
  if (!good) {
    ++counters_.refused;
    return good;
  }
  ++counters_.admitted;
  recent_.push_back(now);
  open_[order.client_order_id] = {order.trading_pair, order.side, order.price, order.amount, order.amount, now};
  exposure_[order.trading_pair].open[std::to_underlying(order.side)] += order.amount.raw();
  return {};
}

OrderResult<void> RiskGate::check(const OrderSummary& order, std::optional<BestPrices> book, bool allow_stale_book,
                                  Nanos now) {
  if (state_ == TradingState::Halted) {
    return not_sent(OrderReason::Halted, fmt::format("trading is halted: {}", reason_));
  }
  // Two orders of one id would be counted as one.
  if (open_.contains(order.client_order_id)) {
    return not_sent(OrderReason::DuplicateId,
                    fmt::format("there is an order {} already", order.client_order_id.view()));
  }
  if (state_ == TradingState::Reducing) {
    if (auto good = check_reducing(order); !good) return good;
  }
  if (limits_.max_open_orders != 0 && open_.size() >= limits_.max_open_orders) {
    return over(fmt::format("{} orders are open, the most that are allowed (risk.max_open_orders)", open_.size()));
  }
  while (!recent_.empty() && now - recent_.front() >= std::chrono::seconds{1}) recent_.pop_front();
  if (limits_.max_orders_per_second != 0 && recent_.size() >= limits_.max_orders_per_second) {
    return over(fmt::format("{} orders within a second, the most that are allowed (risk.max_orders_per_second)",
                            recent_.size()));
  }
  if (limits_.duplicate_window > Nanos{0}) {
    for (const auto& [id, open] : open_) {
      if (open.trading_pair == order.trading_pair && open.side == order.side && open.price == order.price &&
          open.amount == order.amount && now - open.created < limits_.duplicate_window) {
        return over(fmt::format("the same order was placed {} ms ago as {} (risk.duplicate_window)",
                                (now - open.created) / std::chrono::milliseconds{1}, id.view()));
      }
    }
  }
  // What is not at a limit is valued at the price it is expected to trade at.
  Price price = has_limit_price(order.order_type) ? order.price : order.trigger_price;
  if (price.is_absent() && book) price = order.side == TradeType::Buy ? book->ask : book->bid;
  if (auto good = check_size(price, order.amount); !good) return good;
  if (!is_conditional(order.order_type)) {
    if (auto good = check_collar(order, order.price, book, allow_stale_book); !good) return good;
  }
  return check_position(order);
}

OrderResult<void> RiskGate::check_size(Price price, Quantity amount) const {
  if (!limits_.max_order_amount.is_absent() && amount > limits_.max_order_amount) {
    return over(fmt::format("amount {} is more than {} (risk.max_order_amount)", amount.to_text(),
                            limits_.max_order_amount.to_text()));
  }
  if (limits_.max_order_notional.is_absent()) return {};
  if (price.is_absent()) return over("the order cannot be valued: there is no price for it (risk.max_order_notional)");
  if (notional(price, amount) > static_cast<Int128>(limits_.max_order_notional.raw()) * Quantity::one) {
    return over(fmt::format("{} at {} is worth more than {} (risk.max_order_notional)", amount.to_text(),
                            price.to_text(), limits_.max_order_notional.to_text()));
  }
  return {};
}

OrderResult<void> RiskGate::check_collar(const OrderSummary& order, Price price, std::optional<BestPrices> book,
                                         bool allow_stale_book) const {
  if (limits_.price_collar_bp == 0) return {};
  const bool buying = order.side == TradeType::Buy;
  const Price best = !book ? Price::absent() : buying ? book->ask : book->bid;
  if (best.is_absent()) {
    if (allow_stale_book) return {};
    return over("the book is not Live, so the price cannot be checked (risk.price_collar_bp; allow_stale_book passes)");
  }
  if (price.is_absent()) return {};  // a market order takes the best there is
  const Int128 limit = static_cast<Int128>(best.raw()) *
                       (10'000 + (buying ? 1 : -1) * static_cast<std::int64_t>(limits_.price_collar_bp));
  const Int128 wanted = static_cast<Int128>(price.raw()) * 10'000;
  if (buying ? wanted <= limit : wanted >= limit) return {};
  return over(fmt::format("price {} is more than {} hundredths of a percent beyond the best, {} (risk.price_collar_bp)",
                          price.to_text(), limits_.price_collar_bp, best.to_text()));
}

OrderResult<void> RiskGate::check_position(const OrderSummary& order) const {
  if (limits_.max_position.is_absent() || order.reduce_only) return {};
  const auto found = exposure_.find(order.trading_pair);
  const Exposure now = found == exposure_.end() ? Exposure{} : found->second;
  const Int128 sign = order.side == TradeType::Buy ? 1 : -1;
  const Int128 reach =
      static_cast<Int128>(now.position) * sign + now.open[std::to_underlying(order.side)] + order.amount.raw();
  if (reach <= limits_.max_position.raw()) return {};
  return over(fmt::format("with this order the position could go beyond {} (risk.max_position)",
                          limits_.max_position.to_text()));
}

OrderResult<void> RiskGate::check_reducing(const OrderSummary& order) const {
  if (order.reduce_only) return {};
  const auto found = exposure_.find(order.trading_pair);
  const Exposure now = found == exposure_.end() ? Exposure{} : found->second;
  const std::int64_t held = order.side == TradeType::Sell ? now.position : -now.position;
  if (held > 0 && static_cast<Int128>(now.open[std::to_underlying(order.side)]) + order.amount.raw() <= held) return {};
  return not_sent(OrderReason::Halted, fmt::format("only orders that make a position smaller are taken: {}", reason_));
}

OrderResult<void> RiskGate::admit_amendment(const OrderSummary& order, Price price, Quantity amount,
                                            std::optional<BestPrices> book) const {
  const std::lock_guard lock(mutex_);
  if (state_ == TradingState::Halted) {
    return not_sent(OrderReason::Halted, fmt::format("trading is halted: {}", reason_));
  }
  if (auto good = check_size(has_limit_price(order.order_type) ? price : order.trigger_price, amount); !good) {
    return good;
  }
  if (amount > order.amount) {
    OrderSummary growth = order;
    growth.amount = Quantity::from_raw(amount.raw() - order.amount.raw());
    if (state_ == TradingState::Reducing) {
      if (auto good = check_reducing(growth); !good) return good;
    }
    if (auto good = check_position(growth); !good) return good;
  }
  return is_conditional(order.order_type) ? OrderResult<void>{} : check_collar(order, price, book, false);
}

void RiskGate::remove(const OrderId& id) {
  const auto found = open_.find(id);
  if (found == open_.end()) return;
  exposure_[found->second.trading_pair].open[std::to_underlying(found->second.side)] -= found->second.remaining.raw();
  open_.erase(found);
}

void RiskGate::update(const OrderSummary& order) {
  const std::lock_guard lock(mutex_);
  if (order.is_done()) return remove(order.client_order_id);
  const auto [found, fresh] = open_.try_emplace(order.client_order_id, Open{order.trading_pair, order.side, order.price,
                                                                            order.amount, Quantity{}, order.created});
  Open& open = found->second;
  exposure_[order.trading_pair].open[std::to_underlying(order.side)] +=
      order.remaining_amount().raw() - open.remaining.raw();
  open.remaining = order.remaining_amount();
  open.price = order.price;
  open.amount = order.amount;
}

void RiskGate::set_position(SymbolHash trading_pair, Quantity position, Nanos as_of) {
  const std::lock_guard lock(mutex_);
  Exposure& exposure = exposure_[trading_pair];
  if (as_of < exposure.as_of) return;  // overtaken on the way
  exposure.position = position.raw();
  exposure.as_of = as_of;
}

void RiskGate::add_fill(SymbolHash trading_pair, TradeType side, Quantity amount, Nanos filled_at) {
  const std::lock_guard lock(mutex_);
  if (filled_at <= exposure_[trading_pair].as_of) return;
  exposure_[trading_pair].position += side == TradeType::Buy ? amount.raw() : -amount.raw();
}

Quantity RiskGate::position(SymbolHash trading_pair) const {
  const std::lock_guard lock(mutex_);
  const auto found = exposure_.find(trading_pair);
  return found == exposure_.end() ? Quantity{} : Quantity::from_raw(found->second.position);
}

TradingState RiskGate::trading_state() const {
  const std::lock_guard lock(mutex_);
  return state_;
}

std::string RiskGate::reason() const {
  const std::lock_guard lock(mutex_);
  return reason_;
}

void RiskGate::set_trading_state(TradingState state, std::string reason) {
  const std::lock_guard lock(mutex_);
  state_ = state;
  reason_ = std::move(reason);
}

RiskGate::Counters RiskGate::counters() const {
  const std::lock_guard lock(mutex_);
  Counters counters = counters_;
  counters.open_orders = static_cast<std::uint32_t>(open_.size());
  return counters;
}

}  // namespace trunkline::order
