#include "trunkline/order/client_order_tracker.hpp"

#include <algorithm>
#include <utility>

namespace trunkline::order {

ClientOrderTracker::ClientOrderTracker(TrackerConfig config) : config_(config) {
  by_client_id_.reserve(config_.expected_orders);
  by_exchange_id_.reserve(config_.expected_orders);
  free_.reserve(config_.expected_orders);
  for (std::size_t i = 0; i < config_.expected_orders; ++i) {
    InFlightOrder& order = pool_.emplace_back();
    order.fills.reserve(8);
    order.fees.reserve(2);
    free_.push_back(&order);
  }
}

InFlightOrder& ClientOrderTracker::make() {
  if (free_.empty()) return pool_.emplace_back();
  InFlightOrder& order = *free_.back();
  free_.pop_back();
  return order;
}

void ClientOrderTracker::insert(InFlightOrder& order) {
  by_client_id_[order.client_order_id] = &order;
  if (!order.exchange_order_id.empty()) by_exchange_id_[{order.trading_pair, order.exchange_order_id}] = &order;
  for (const OrderId& id : order.earlier_exchange_order_ids) by_exchange_id_[{order.trading_pair, id}] = &order;
  if (order.is_active()) {
    ++active_;
  } else {
    done_.push_back(order.client_order_id);
  }
}

void ClientOrderTracker::remove(InFlightOrder& order) {
  by_client_id_.erase(order.client_order_id);
  by_exchange_id_.erase({order.trading_pair, order.exchange_order_id});
  for (const OrderId& id : order.earlier_exchange_order_ids) by_exchange_id_.erase({order.trading_pair, id});
  if (order.is_active()) --active_;
  order.clear();
  free_.push_back(&order);
}

bool ClientOrderTracker::start_tracking(const InFlightOrder& order) {
  const std::lock_guard lock(mutex_);
  if (by_client_id_.contains(order.client_order_id)) return false;
  InFlightOrder& ours = make();
  ours = order;
  insert(ours);
  return true;
}

void ClientOrderTracker::restore(const InFlightOrder& order) {
  const std::lock_guard lock(mutex_);
  if (InFlightOrder* const there = find_locked(order.client_order_id)) remove(*there);
  InFlightOrder& ours = make();
  ours = order;
  insert(ours);
}

void ClientOrderTracker::stop_tracking(std::string_view client_order_id) {
  const std::lock_guard lock(mutex_);
  if (InFlightOrder* const order = find_locked(client_order_id)) remove(*order);
}

InFlightOrder* ClientOrderTracker::find_locked(std::string_view client_order_id) const {
  const auto id = OrderId::from(client_order_id);
  if (!id) return nullptr;
  const auto found = by_client_id_.find(*id);
  return found == by_client_id_.end() ? nullptr : found->second;
}

InFlightOrder* ClientOrderTracker::find_locked(const OrderId& client, const OrderId& exchange,
                                               SymbolHash trading_pair) const {
  if (!client.empty()) {
    if (const auto found = by_client_id_.find(client); found != by_client_id_.end()) return found->second;
  }
  if (exchange.empty()) return nullptr;
  const auto found = by_exchange_id_.find({trading_pair, exchange});
  return found == by_exchange_id_.end() ? nullptr : found->second;
}

void ClientOrderTracker::link(InFlightOrder& order, const OrderId& exchange_order_id) {
  if (exchange_order_id.empty() || exchange_order_id == order.exchange_order_id) return;
  const auto& earlier = order.earlier_exchange_order_ids;
  if (std::ranges::find(earlier, exchange_order_id) != earlier.end()) return;
  if (!order.exchange_order_id.empty()) order.earlier_exchange_order_ids.push_back(order.exchange_order_id);
  order.exchange_order_id = exchange_order_id;
  by_exchange_id_[{order.trading_pair, exchange_order_id}] = &order;
}

OrderChange ClientOrderTracker::touched(InFlightOrder& order, Nanos at, OrderState previous, OrderChange change) {
  order.updated = std::max(order.updated, at);
  ++order.number;
  if (change.alarm) ++counters_.alarms;
  change.kind = OrderChange::Kind::Changed;
  change.previous = previous;
  change.order = order;
  return change;
}

OrderChange ClientOrderTracker::move(InFlightOrder& order, OrderState to, OrderReason reason, Nanos at,
                                     OrderChange change) {
  const OrderState from = order.state;
  const Transition allowed = transition(from, to);
  if (allowed == Transition::No) {
    // What was left before is only out of date; a different end is an impossible claim.
    const bool stale = !is_terminal(to) || from == to;
    ++(stale ? counters_.stale_updates : counters_.refused_transitions);
    change.kind = stale ? OrderChange::Kind::Nothing : OrderChange::Kind::Refused;
    change.previous = from;
    change.order = order;
    return change;
  }
  if (allowed == Transition::Alarm) change.alarm = true;
  order.state = to;
  order.reason = reason;
  const bool was_done = is_terminal(from);
  const bool done = is_terminal(to);
  if (done) {
    order.doubts = 0;
    order.lost = false;
    order.cancel_requested = false;
    order.amend_price = Price::absent();
    order.amend_amount = Quantity::absent();
  }
  if (was_done && !done) ++active_;
  if (!was_done && done) {
    --active_;
    done_.push_back(order.client_order_id);
    while (done_.size() > config_.kept_done) {
      const auto oldest = by_client_id_.find(done_.front());
      done_.pop_front();
      if (oldest != by_client_id_.end() && oldest->second != &order && oldest->second->is_done()) {
        remove(*oldest->second);
      }
    }
  }
  return touched(order, at, from, change);
}

OrderState ClientOrderTracker::open_state(const InFlightOrder& order) const noexcept {
  return order.filled_amount.raw() > 0 ? OrderState::PartiallyFilled : OrderState::Open;
}

OrderChange ClientOrderTracker::submitted(std::string_view client_order_id, Nanos now) {
  const std::lock_guard lock(mutex_);
  InFlightOrder* const order = find_locked(client_order_id);
  if (order == nullptr) return {.kind = OrderChange::Kind::UnknownOrder};
  order->sent = now;
  return move(*order, OrderState::PendingSubmit, OrderReason::Requested, now);
}

OrderChange ClientOrderTracker::cancel_requested(std::string_view client_order_id, Nanos now) {
  const std::lock_guard lock(mutex_);
  InFlightOrder* const order = find_locked(client_order_id);
  if (order == nullptr) return {.kind = OrderChange::Kind::UnknownOrder};
  if (order->is_done()) return {.kind = OrderChange::Kind::Refused, .previous = order->state, .order = *order};
  if (order->state == OrderState::PendingCreate) {
    return move(*order, OrderState::Failed, OrderReason::Requested, now);  // it never went out
  }
  const bool again = std::exchange(order->cancel_requested, true);
  // What the venue has not acknowledged is cancelled once it has: the wish is kept.
  if (order->state == OrderState::Open || order->state == OrderState::PartiallyFilled) {
    return move(*order, OrderState::PendingCancel, OrderReason::Requested, now);
  }
  if (again) return {.kind = OrderChange::Kind::Nothing, .previous = order->state, .order = *order};
  return touched(*order, now, order->state);
}

OrderChange ClientOrderTracker::amend_requested(std::string_view client_order_id, Price price, Quantity amount,
                                                Nanos now) {
  const std::lock_guard lock(mutex_);
  InFlightOrder* const order = find_locked(client_order_id);
  if (order == nullptr) return {.kind = OrderChange::Kind::UnknownOrder};
  const bool open = order->state == OrderState::Open || order->state == OrderState::PartiallyFilled;
  const bool under_way = !order->amend_price.is_absent() || !order->amend_amount.is_absent();
  if (!open || under_way) return {.kind = OrderChange::Kind::Refused, .previous = order->state, .order = *order};
  order->amend_price = price;
  order->amend_amount = amount;
  return touched(*order, now, order->state);
}

OrderChange ClientOrderTracker::create_failed(std::string_view client_order_id, OrderOutcome outcome,
                                              OrderReason reason, Nanos now) {
  const std::lock_guard lock(mutex_);
  InFlightOrder* const order = find_locked(client_order_id);
  if (order == nullptr) return {.kind = OrderChange::Kind::UnknownOrder};
  if (outcome != OrderOutcome::Unknown) return move(*order, OrderState::Failed, reason, now);
  if (order->state != OrderState::PendingSubmit) return {.kind = OrderChange::Kind::Nothing, .order = *order};
  order->doubts |= doubt::create;
  return move(*order, OrderState::Unknown, reason, now);
}

OrderChange ClientOrderTracker::cancel_failed(std::string_view client_order_id, OrderOutcome outcome,
                                              OrderReason reason, Nanos now) {
  const std::lock_guard lock(mutex_);
  InFlightOrder* const order = find_locked(client_order_id);
  if (order == nullptr) return {.kind = OrderChange::Kind::UnknownOrder};
  if (order->is_done()) return {.kind = OrderChange::Kind::Nothing, .previous = order->state, .order = *order};
  if (outcome == OrderOutcome::Unknown) {
    order->doubts |= doubt::cancel;
    order->reason = reason;
    return touched(*order, now, order->state);
  }
  order->cancel_requested = false;
  order->doubts &= static_cast<std::uint8_t>(~doubt::cancel);
  if (order->state != OrderState::PendingCancel) return touched(*order, now, order->state);
  return move(*order, open_state(*order), reason, now);
}

OrderChange ClientOrderTracker::amend_failed(std::string_view client_order_id, OrderOutcome outcome, OrderReason reason,
                                             Nanos now) {
  const std::lock_guard lock(mutex_);
  InFlightOrder* const order = find_locked(client_order_id);
  if (order == nullptr) return {.kind = OrderChange::Kind::UnknownOrder};
  if (order->is_done()) return {.kind = OrderChange::Kind::Nothing, .previous = order->state, .order = *order};
  order->reason = reason;
  if (outcome == OrderOutcome::Unknown) {
    order->doubts |= doubt::amend;
  } else {
    order->doubts &= static_cast<std::uint8_t>(~doubt::amend);
    order->amend_price = Price::absent();
    order->amend_amount = Quantity::absent();
  }
  return touched(*order, now, order->state);
}

OrderChange ClientOrderTracker::process_order_update(const OrderUpdate& update) {
  const std::lock_guard lock(mutex_);
  InFlightOrder* const found = find_locked(update.client_order_id, update.exchange_order_id, update.trading_pair);
  if (found == nullptr) {
    ++counters_.unknown_orders;
    return {.kind = OrderChange::Kind::UnknownOrder};
  }
  InFlightOrder& order = *found;
  const OrderSummary before = order;
  link(order, update.exchange_order_id);
  order.doubts &= static_cast<std::uint8_t>(~doubt::create);
  order.not_found = 0;
  order.lost = false;
  if (!update.filled.is_absent() && (order.venue_filled.is_absent() || update.filled > order.venue_filled)) {
    order.venue_filled = update.filled;
  }
  // A listing may be older than what an event has told since.
  if (order.is_active() && update.update_timestamp >= order.venue_updated) {
    order.venue_updated = update.update_timestamp;
    if (!update.amount.is_absent()) order.amount = update.amount;
    if (!update.price.is_absent() && has_limit_price(order.order_type)) order.price = update.price;
    const bool amended = (!order.amend_price.is_absent() || !order.amend_amount.is_absent()) &&
                         (order.amend_price.is_absent() || order.amend_price == order.price) &&
                         (order.amend_amount.is_absent() || order.amend_amount == order.amount);
    if (amended) {
      order.amend_price = Price::absent();
      order.amend_amount = Quantity::absent();
      order.doubts &= static_cast<std::uint8_t>(~doubt::amend);
    }
  }

  OrderState to = update.new_state;
  if (to == OrderState::Open || to == OrderState::PartiallyFilled) {
    // What the venue acknowledges while a cancellation is on its way is still being cancelled.
    to = order.state == OrderState::PendingCancel              ? order.state
         : order.cancel_requested && !is_terminal(order.state) ? OrderState::PendingCancel
                                                               : open_state(order);
  }
  // Its fills decide that an order is filled; until they are here it stands where it stood, and they are asked for.
  if (to == OrderState::Filled && order.filled_amount < order.amount) {
    order.venue_filled = order.amount;
    to = is_terminal(order.state) || order.state == OrderState::PendingCancel ? order.state : open_state(order);
  }
  if (to != order.state) {
    OrderChange change = move(order, to, update.reason, update.update_timestamp);
    if (change.changed() || change.kind == OrderChange::Kind::Refused) return change;
  }
  const bool news = order.exchange_order_id != before.exchange_order_id || order.doubts != before.doubts ||
                    order.price != before.price || order.amount != before.amount || order.lost != before.lost ||
                    order.venue_filled != before.venue_filled;
  if (!news) return {.kind = OrderChange::Kind::Nothing, .previous = order.state, .order = order};
  return touched(order, update.update_timestamp, order.state);
}

OrderChange ClientOrderTracker::process_trade_update(const TradeUpdate& trade) {
  const std::lock_guard lock(mutex_);
  InFlightOrder* const found = find_locked(trade.client_order_id, trade.exchange_order_id, trade.trading_pair);
  if (found == nullptr) {
    ++counters_.unknown_orders;
    return {.kind = OrderChange::Kind::UnknownOrder};
  }
  InFlightOrder& order = *found;
  if (!order.add_fill(trade)) {
    ++counters_.duplicate_fills;
    return {.kind = OrderChange::Kind::Nothing, .previous = order.state, .order = order};
  }
  link(order, trade.exchange_order_id);
  order.doubts &= static_cast<std::uint8_t>(~doubt::create);
  order.not_found = 0;
  order.lost = false;
  OrderChange change{.alarm = order.filled_amount > order.amount, .filled = true};
  if (order.is_done()) ++counters_.late_fills;
  // An amendment under way may have made it larger.
  const Quantity whole = order.amend_amount.is_absent() ? order.amount : std::max(order.amount, order.amend_amount);
  const OrderState to = order.filled_amount >= whole ? OrderState::Filled
                        : order.state == OrderState::Cancelled || order.state == OrderState::Expired ||
                                order.state == OrderState::PendingCancel
                            ? order.state
                        : order.cancel_requested ? OrderState::PendingCancel
                                                 : OrderState::PartiallyFilled;
  if (to == order.state) return touched(order, trade.fill_timestamp, order.state, change);
  return move(order, to, OrderReason::None, trade.fill_timestamp, change);
}

OrderChange ClientOrderTracker::process_order_not_found(std::string_view client_order_id, bool final, Nanos now) {
  const std::lock_guard lock(mutex_);
  InFlightOrder* const order = find_locked(client_order_id);
  if (order == nullptr) return {.kind = OrderChange::Kind::UnknownOrder};
  if (order->is_done()) return {.kind = OrderChange::Kind::Nothing, .previous = order->state, .order = *order};
  ++order->not_found;
  if ((order->state == OrderState::Unknown || order->state == OrderState::PendingSubmit) && final) {
    return move(*order, OrderState::Failed, OrderReason::NotFound, now);
  }
  if (order->not_found < config_.lost_after || order->lost) {
    return {.kind = OrderChange::Kind::Nothing, .previous = order->state, .order = *order};
  }
  order->lost = true;
  order->reason = OrderReason::Lost;
  return touched(*order, now, order->state, {.alarm = true});
}

OrderChange ClientOrderTracker::settle_doubts(std::string_view client_order_id, Nanos now) {
  const std::lock_guard lock(mutex_);
  InFlightOrder* const order = find_locked(client_order_id);
  if (order == nullptr) return {.kind = OrderChange::Kind::UnknownOrder};
  const bool amending = !order->amend_price.is_absent() || !order->amend_amount.is_absent();
  if (order->is_done() || (order->doubts == 0 && !amending)) {
    return {.kind = OrderChange::Kind::Nothing, .previous = order->state, .order = *order};
  }
  order->doubts &= doubt::create;
  order->amend_price = Price::absent();
  order->amend_amount = Quantity::absent();
  return touched(*order, now, order->state);
}

std::optional<InFlightOrder> ClientOrderTracker::get_order(std::string_view client_order_id) const {
  const std::lock_guard lock(mutex_);
  const InFlightOrder* const order = find_locked(client_order_id);
  return order == nullptr ? std::nullopt : std::optional(*order);
}

std::optional<InFlightOrder> ClientOrderTracker::get_order_by_exchange_id(SymbolHash trading_pair,
                                                                          std::string_view id) const {
  const std::lock_guard lock(mutex_);
  const InFlightOrder* const order = find_locked(OrderId{}, OrderId::cut(id), trading_pair);
  return order == nullptr ? std::nullopt : std::optional(*order);
}

std::optional<OrderSummary> ClientOrderTracker::find(std::string_view client_order_id) const {
  const std::lock_guard lock(mutex_);
  const InFlightOrder* const order = find_locked(client_order_id);
  return order == nullptr ? std::nullopt : std::optional<OrderSummary>(*order);
}

std::optional<OrderSummary> ClientOrderTracker::find(const OrderUpdate& update) const {
  const std::lock_guard lock(mutex_);
  const InFlightOrder* const order = find_locked(update.client_order_id, update.exchange_order_id, update.trading_pair);
  return order == nullptr ? std::nullopt : std::optional<OrderSummary>(*order);
}

template <class Wanted>
std::vector<InFlightOrder> ClientOrderTracker::select(Wanted wanted) const {
  std::vector<InFlightOrder> out;
  {
    const std::lock_guard lock(mutex_);
    for (const auto& [id, order] : by_client_id_) {
      if (wanted(*order)) out.push_back(*order);
    }
  }
  std::ranges::sort(out, {},
                    [](const InFlightOrder& order) { return std::pair(order.created, order.client_order_id); });
  return out;
}

std::vector<InFlightOrder> ClientOrderTracker::active_orders() const {
  return select([](const InFlightOrder& order) { return order.is_active(); });
}
std::vector<InFlightOrder> ClientOrderTracker::all_fillable_orders() const {
  return select([](const InFlightOrder& order) { return order.is_fillable(); });
}
std::vector<InFlightOrder> ClientOrderTracker::all_orders() const {
  return select([](const InFlightOrder&) { return true; });
}
std::vector<InFlightOrder> ClientOrderTracker::lost_orders() const {
  return select([](const InFlightOrder& order) { return order.lost; });
}

std::size_t ClientOrderTracker::active_order_count() const {
  const std::lock_guard lock(mutex_);
  return active_;
}

std::size_t ClientOrderTracker::lost_order_count() const {
  const std::lock_guard lock(mutex_);
  return static_cast<std::size_t>(
      std::ranges::count_if(by_client_id_, [](const auto& entry) { return entry.second->lost; }));
}

ClientOrderTracker::Counters ClientOrderTracker::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

}  // namespace trunkline::order
