#include "trunkline/hub/order_history.hpp"

#include <algorithm>
#include <limits>

namespace trunkline::hub {

using namespace order;

namespace {

Quantity sum(Quantity a, Quantity b) noexcept {
  return checked_add(a, b).value_or(a);
}

}  // namespace

Price Turnover::profit(BestPrices mark, std::string_view base, std::string_view quote) const {
  Int128 total = received - paid;
  Int128 rest = Int128{bought.raw()} - sold.raw();
  for (const auto& [currency, fee] : fees) {
    if (currency == quote) total -= Int128{fee.raw()} * Price::one;
    if (currency == base) rest -= fee.raw();
  }
  for (const auto& [currency, amount] : funding) {
    if (currency == quote) total += Int128{amount.raw()} * Price::one;
  }
  if (rest != 0) {
    const Price price = rest > 0 ? mark.bid : mark.ask;
    if (price.is_absent()) return Price::absent();
    total += rest * price.raw();
  }
  const Int128 rounded = total / Quantity::one;
  if (rounded > std::numeric_limits<std::int64_t>::max() || rounded <= std::numeric_limits<std::int64_t>::min()) {
    return Price::absent();
  }
  return Price::from_raw(static_cast<std::int64_t>(rounded));
}

void OrderHistory::take_over(const std::vector<InFlightOrder>& orders, Nanos now) {
  const std::lock_guard lock(mutex_);
  for (const InFlightOrder& order : orders) {
    note(order.client_order_id, {.time = now,
                                 .kind = OrderMoment::Kind::Taken,
                                 .state = order.state,
                                 .previous = order.state,
                                 .reason = order.reason,
                                 .price = order.price,
                                 .amount = order.amount,
                                 .filled = order.filled_amount,
                                 .text = "taken over from the journal"});
    if (order.is_done()) note_end(order.client_order_id);
  }
}

void OrderHistory::on_order_event(const OrderEvent& event) {
  note_change(event);
  if (orders_ != nullptr) orders_->on_order_event(event);
}

void OrderHistory::on_trade(const TradeEvent& event) {
  note_fill(event);
  if (trades_ != nullptr) trades_->on_trade(event);
}

void OrderHistory::on_funding(const FundingPayment& payment) {
  {
    const std::lock_guard lock(mutex_);
    Turnover& turnover = turnovers_[payment.trading_pair];
    turnover.trading_pair = payment.trading_pair;
    Quantity& funding = turnover.funding[payment.currency];
    funding = sum(funding, payment.amount);
  }
  if (trades_ != nullptr) trades_->on_funding(payment);
}

void OrderHistory::on_error(const ErrorEvent& event) {
  note_error(event);
  if (errors_ != nullptr) errors_->on_error(event);
}

void OrderHistory::note_change(const OrderEvent& event) {
  const OrderSummary& order = event.order;
  const std::lock_guard lock(mutex_);
  note(order.client_order_id, {.time = order.updated,
                               .kind = OrderMoment::Kind::Change,
                               .state = order.state,
                               .previous = event.previous,
                               .reason = order.reason,
                               .price = order.price,
                               .amount = order.amount,
                               .filled = order.filled_amount,
                               .text = std::string(event.text.substr(0, 256))});
  if (order.is_done() && !is_terminal(event.previous)) note_end(order.client_order_id);
}

void OrderHistory::note_fill(const TradeEvent& event) {
  const TradeUpdate& trade = event.trade;
  const std::lock_guard lock(mutex_);
  ++fills_;
  Turnover& turnover = turnovers_[trade.trading_pair];
  turnover.trading_pair = trade.trading_pair;
  ++turnover.fills;
  const bool buy = trade.side == TradeType::Buy;
  Quantity& amount = buy ? turnover.bought : turnover.sold;
  amount = sum(amount, trade.fill_base_amount);
  (buy ? turnover.paid : turnover.received) += notional(trade.fill_price, trade.fill_base_amount);
  if (!trade.fee_amount.is_absent() && !trade.fee_currency.empty()) {
    Quantity& fee = turnover.fees[trade.fee_currency];
    fee = sum(fee, trade.fee_amount);
  }
  note(event.order.client_order_id, {.time = trade.fill_timestamp,
                                     .kind = OrderMoment::Kind::Fill,
                                     .state = event.order.state,
                                     .previous = event.order.state,
                                     .reason = OrderReason::None,
                                     .price = trade.fill_price,
                                     .amount = trade.fill_base_amount,
                                     .filled = event.order.filled_amount,
                                     .text = "trade " + trade.trade_id.str()});
}

void OrderHistory::note_error(const ErrorEvent& event) {
  if (event.client_order_id.empty()) return;
  const std::lock_guard lock(mutex_);
  const OrderId id = OrderId::cut(event.client_order_id);
  // It stays as it was.
  const auto found = timelines_.find(id);
  const OrderState state = found == timelines_.end() || found->second.moments.empty()
                               ? OrderState::PendingCreate
                               : found->second.moments.back().state;
  note(id, {.time = unix_now(),
            .kind = OrderMoment::Kind::Error,
            .state = state,
            .previous = state,
            .reason = event.error.reason,
            .text = std::string(wire::to_text(event.error.outcome)) + ": " + event.error.message.substr(0, 256)});
}

void OrderHistory::note(const OrderId& id, OrderMoment moment) {
  const auto [found, fresh] = timelines_.try_emplace(id);
  if (fresh) {
    oldest_.push_back(id);
    if (oldest_.size() > kept_orders) {
      timelines_.erase(oldest_.front());
      oldest_.pop_front();
    }
  }
  OrderTimeline& timeline = found->second;
  timeline.moments.push_back(std::move(moment));
  if (timeline.moments.size() > kept_moments) {
    timeline.moments.pop_front();
    ++timeline.left_out;
  }
}

void OrderHistory::note_end(const OrderId& id) {
  ended_.push_back(id);
  if (ended_.size() > kept_ended) ended_.pop_front();
}

OrderTimeline OrderHistory::timeline(std::string_view client_order_id) const {
  const std::lock_guard lock(mutex_);
  const auto found = timelines_.find(OrderId::cut(client_order_id));
  return found == timelines_.end() ? OrderTimeline{} : found->second;
}

std::vector<OrderId> OrderHistory::ended() const {
  const std::lock_guard lock(mutex_);
  return {ended_.rbegin(), ended_.rend()};
}

std::vector<Turnover> OrderHistory::turnovers() const {
  const std::lock_guard lock(mutex_);
  std::vector<Turnover> out;
  for (const auto& [symbol, turnover] : turnovers_) out.push_back(turnover);
  return out;
}

std::uint64_t OrderHistory::fills() const {
  const std::lock_guard lock(mutex_);
  return fills_;
}

}  // namespace trunkline::hub
