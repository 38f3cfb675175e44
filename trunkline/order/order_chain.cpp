#include "trunkline/order/order_chain.hpp"

#include <algorithm>
#include <utility>

namespace trunkline::order {
namespace {

Quantity plus(Quantity one, Quantity other) noexcept {
  return Quantity::from_raw(one.raw() + other.raw());
}

// The venue counts upwards.
bool is_newer(const OrderId& number, const OrderId& than) noexcept {
  return std::pair(number.view().size(), number.view()) > std::pair(than.view().size(), than.view());
}

}  // namespace

OrderChain::OrderChain(const InFlightOrder& order, Nanos until)
    : client_order_id_(order.client_order_id),
      trading_pair_(order.trading_pair),
      living_(order.exchange_order_id),
      wanted_(order.amount),
      told_(order.venue_updated) {
  for (const OrderId& number : order.earlier_exchange_order_ids) numbers_[number].over = true;
  for (const TradeUpdate& fill : order.fills) add(fill);
  numbers_[living_].size = Quantity::from_raw(order.amount.raw() - filled_by_others().raw());
  if ((order.doubts & doubt::amend) == 0) return;
  until_ = until;
  asked_ = order.amend_amount;
}

void OrderChain::begin(const InFlightOrder& order, Quantity amount, Nanos until) {
  for (const TradeUpdate& fill : order.fills) add(fill);
  asked_ = amount;
  until_ = until;
  ended_.reset();
}

void OrderChain::add(const TradeUpdate& fill) {
  if (fill.exchange_order_id.empty() || !counted_.insert(fill.trade_id).second) return;
  Number& number = numbers_[fill.exchange_order_id];
  number.fills = plus(number.fills, fill.fill_base_amount);
}

void OrderChain::live(const OrderId& number) {
  if (number == living_) return;
  until_ = Nanos{0};
  ended_.reset();
  if (!asked_.is_absent()) wanted_ = std::exchange(asked_, Quantity::absent());
  numbers_[living_].over = true;
  living_ = number;
}

Quantity OrderChain::filled_by_others() const {
  Quantity sum{};
  for (const auto& [id, number] : numbers_) {
    if (id != living_) sum = plus(sum, number.filled());
  }
  return sum;
}

void OrderChain::put_totals(OrderUpdate& update) const {
  const Number& number = numbers_.at(living_);
  const Quantity others = filled_by_others();
  update.client_order_id = client_order_id_;
  update.exchange_order_id = living_;
  update.update_timestamp = told_;
  update.filled = plus(number.filled(), others);
  update.amount = Quantity::absent();
  if (number.size.is_absent()) return;
  update.amount = plus(number.size, others);
  if (until_ != Nanos{0}) return;
  update.excess = update.amount > wanted_ ? Quantity::from_raw(update.amount.raw() - wanted_.raw()) : Quantity{};
}

OrderUpdate OrderChain::as_it_stands() const {
  OrderUpdate update;
  update.client_order_id = client_order_id_;
  update.exchange_order_id = living_;
  update.trading_pair = trading_pair_;
  update.new_state = OrderState::Open;
  update.update_timestamp = told_;
  return update;
}

void OrderChain::take_answer(OrderUpdate& update) {
  // What an event has told already is newer.
  Number& number = numbers_[update.exchange_order_id];
  if (number.size.is_absent()) number.size = update.amount;
  if (!update.filled.is_absent()) number.told = std::max(number.told, update.filled);
  if (!number.over) live(update.exchange_order_id);
  put_totals(update);
}

std::optional<OrderUpdate> OrderChain::refused() {
  until_ = Nanos{0};
  asked_ = Quantity::absent();
  return std::exchange(ended_, std::nullopt);
}

std::optional<OrderUpdate> OrderChain::overdue(Nanos now) {
  if (until_ == Nanos{0} || now < until_) return std::nullopt;
  return refused();
}

bool OrderChain::follow(OrderUpdate& update, Nanos now) {
  Number& number = numbers_[update.exchange_order_id];
  const Number before = number;
  if (!update.amount.is_absent()) number.size = update.amount;
  if (!update.filled.is_absent()) number.told = std::max(number.told, update.filled);
  told_ = std::max(told_, update.update_timestamp);
  if (update.exchange_order_id != living_ && !is_newer(update.exchange_order_id, living_)) number.over = true;
  if (number.over) {
    // Of the state nothing is to be learnt, but of what it filled before its end.
    if (number.filled() == before.filled()) return false;
    update = as_it_stands();
    put_totals(update);
    return true;
  }
  const bool living = update.exchange_order_id == living_;
  if (!living) live(update.exchange_order_id);
  const bool may_be_replaced =
      living && until_ > now && update.new_state == OrderState::Cancelled && update.reason == OrderReason::Requested;
  put_totals(update);
  if (may_be_replaced) ended_ = update;
  return !may_be_replaced;
}

std::optional<OrderUpdate> OrderChain::count(const TradeUpdate& fill) {
  const Quantity before = filled_by_others();
  add(fill);
  if (!has(fill.exchange_order_id)) return std::nullopt;
  if (is_newer(fill.exchange_order_id, living_)) live(fill.exchange_order_id);
  told_ = std::max(told_, fill.fill_timestamp);
  if (fill.exchange_order_id == living_ || filled_by_others() == before) return std::nullopt;
  OrderUpdate update = as_it_stands();
  put_totals(update);
  update.filled = Quantity::absent();
  return update;
}

}  // namespace trunkline::order
