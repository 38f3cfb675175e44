// What is asked of the venue: new orders, cancellations, amendments.
#include <fmt/format.h>
#include <utility>

#include "trunkline/core/crash_point.hpp"
#include "trunkline/order/connector_base_impl.hpp"
#include "trunkline/order/order_frames.hpp"

namespace trunkline::order {

void ConnectorBase::begin_place(const OrderId& id) {
  if (shut_) return;
  if (!is_connected()) {
    return fail_create(id, {OrderOutcome::NotSent, OrderReason::Disconnected, "the connection was lost before"});
  }
  if (!is_ready()) {
    held_.emplace_back(id, now() + config_.hold_limit);
    const std::lock_guard lock(mutex_);
    ++counters_.held;
    return;
  }
  scope_.spawn(place_and_process(id));
}

void ConnectorBase::fail_create(const OrderId& id, const OrderError& error) {
  const OrderChange change = tracker_.create_failed(id, error.outcome, error.reason, now());
  tell_error(OrderAction::Place, id, error);
  apply(change, error.message);
}

void ConnectorBase::release_held() {
  for (auto& [id, until] : std::exchange(held_, {})) scope_.spawn(place_and_process(id));
}

void ConnectorBase::give_up_held(Nanos at) {
  while (!held_.empty() && held_.front().second <= at) {
    const OrderId id = held_.front().first;
    held_.pop_front();
    const auto order = tracker_.find(id);
    if (!order || order->state != OrderState::PendingCreate) continue;  // cancelled meanwhile
    fail_create(id, {OrderOutcome::NotSent, OrderReason::NotSentInTime,
                     "the connector did not become ready in time (orders.hold_limit)"});
  }
}

Task<> ConnectorBase::place_and_process(OrderId id) {
  const auto order = tracker_.get_order(id);
  if (!order || order->state != OrderState::PendingCreate) co_return;  // cancelled meanwhile
  const Nanos at = now();
  if (risk_.trading_state() == TradingState::Halted) {
    fail_create(id, {OrderOutcome::NotSent, OrderReason::Halted, "trading was halted before it was sent"});
    co_return;
  }
  if (!rate_.take(at)) {
    fail_create(id, {OrderOutcome::NotSent, OrderReason::RateLimited, "the venue's limit of orders is reached"});
    co_return;
  }
  crash_point("place:before_journal");
  if (journal_) {
    if (auto kept = journal_->placing(*order, order->extra_params, at); !kept) {
      journal_failed(kept.error());
      fail_create(id, {OrderOutcome::NotSent, OrderReason::JournalFailed, kept.error().message});
      co_return;
    }
  }
  crash_point("place:after_journal");
  apply(tracker_.submitted(id, at));
  const std::string extra = extra_text(order->extra_params).value_or("");
  publish(order->trading_pair, place_frame(*order, config_.paper, at), std::string_view(config_.account), id.view(),
          std::string_view(extra));
  {
    const std::lock_guard lock(mutex_);
    ++counters_.sent;
  }
  const auto answer = co_await place_order(*order);
  crash_point("place:answered");
  mind_limits(answer);
  if (answer) {
    process_order_update(answer->update);
    for (const TradeUpdate& fill : answer->fills) process_trade_update(fill);
    co_return;
  }
  fail_create(id, answer.error());
}

void ConnectorBase::begin_cancel(const OrderId& id) {
  if (shut_) return;
  const OrderChange change = tracker_.cancel_requested(id, now());
  if (change.kind == OrderChange::Kind::Refused) {
    const OrderError error{OrderOutcome::NotSent, OrderReason::InvalidOrder,
                           fmt::format("the order is {}", wire::to_text(change.order.state))};
    return tell_error(OrderAction::Cancel, id, error);
  }
  if (change.changed()) {
    // Nothing is sent yet for what the venue has not acknowledged: the wish itself has to survive.
    if (journal_ && change.order.is_active() && change.order.state != OrderState::PendingCancel) {
      if (auto kept = journal_->cancelling(change.order, now()); !kept) journal_failed(kept.error());
    }
    return apply(change);
  }
  // Wanted before: asked for again where no request is on its way.
  if (const auto order = tracker_.find(id)) cancel_where_wanted(*order);
}

void ConnectorBase::cancel_where_wanted(const OrderSummary& order) {
  const bool wanted = order.state == OrderState::PendingCancel || (order.lost && order.is_active());
  if (!wanted || !is_connected() || shut_ || rate_.held(now()) || !cancelling_.insert(order.client_order_id).second)
    return;
  scope_.spawn(cancel_and_process(order.client_order_id));
}

Task<> ConnectorBase::cancel_and_process(OrderId id) {
  const auto order = tracker_.get_order(id);
  if (!order || order->is_done()) {
    cancelling_.erase(id);
    co_return;
  }
  crash_point("cancel:before_journal");
  if (journal_) {
    if (auto kept = journal_->cancelling(*order, now()); !kept) journal_failed(kept.error());
  }
  crash_point("cancel:after_journal");
  wire::CancelOrder frame;
  frame.symbol = order->trading_pair;
  publish(order->trading_pair, frame, std::string_view(config_.account), id.view(), order->exchange_order_id.view());
  rate_.take_cancel(now());
  const auto answer = co_await cancel_order(*order);
  crash_point("cancel:answered");
  mind_limits(answer);
  if (answer) {
    process_order_update(*answer);
  } else {
    const OrderError& error = answer.error();
    tell_error(OrderAction::Cancel, id, error);
    // What was not sent, what the venue had no time for, and what it does not know is asked about and tried again; a
    // cancellation is the same however often it is sent.
    const bool again = error.outcome == OrderOutcome::NotSent || error.reason == OrderReason::RateLimited ||
                       error.reason == OrderReason::NotFound;
    if (!again) apply(tracker_.cancel_failed(id, error.outcome, error.reason, now()), error.message);
  }
  cancelling_.erase(id);  // the next one goes out when it was asked about, not at once
  if (const auto after = tracker_.find(id); after && !is_settled(*after)) watch(id, now());
}

void ConnectorBase::begin_amend(const OrderId& id, Price price, Quantity amount) {
  if (shut_) return;
  const OrderChange change =
      is_ready() ? tracker_.amend_requested(id, price, amount, now()) : OrderChange{.kind = OrderChange::Kind::Refused};
  if (!change.changed()) {
    return tell_error(OrderAction::Amend, id,
                      {OrderOutcome::NotSent, OrderReason::InvalidOrder,
                       is_ready() ? "only an open order without an amendment on its way can be amended"
                                  : "the connector is not ready"});
  }
  apply(change);
  scope_.spawn(amend_and_process(id, price, amount));
}

Task<> ConnectorBase::amend_and_process(OrderId id, Price price, Quantity amount) {
  const auto order = tracker_.get_order(id);
  if (!order) co_return;
  OrderResult<OrderUpdate> answer = not_sent(OrderReason::RateLimited, "the venue's limit of orders is reached");
  if (rate_.take(now())) {
    crash_point("amend:before_journal");
    if (journal_) {
      if (auto kept = journal_->amending(*order, price, amount, now()); !kept) journal_failed(kept.error());
    }
    crash_point("amend:after_journal");
    wire::AmendOrder frame;
    frame.symbol = order->trading_pair;
    frame.price = price;
    frame.quantity = amount;
    publish(order->trading_pair, frame, std::string_view(config_.account), id.view(), order->exchange_order_id.view());
    Task<OrderResult<OrderUpdate>> asked = amend_order(*order, price, amount);
    answer = co_await std::move(asked);
    crash_point("amend:answered");
    mind_limits(answer);
  }
  if (answer) {
    process_order_update(*answer);
    if (const auto after = tracker_.find(id)) apply(tracker_.settle_doubts(id, now()));
    co_return;
  }
  tell_error(OrderAction::Amend, id, answer.error());
  apply(tracker_.amend_failed(id, answer.error().outcome, answer.error().reason, now()), answer.error().message);
}

// Once for each amount: where the venue refuses, the order is as it says, and so are we.
void ConnectorBase::take_back_excess() {
  if (excess_.empty() || !is_ready()) return;
  std::erase_if(excess_, [this](const auto& entry) {
    const auto order = tracker_.find(entry.first);
    return !order || order->is_done();
  });
  std::vector<OrderSummary> due;
  for (auto& [id, excess] : excess_) {
    const auto order = tracker_.find(id);
    const bool open = order->state == OrderState::Open || order->state == OrderState::PartiallyFilled;
    const bool amending = !order->amend_price.is_absent() || !order->amend_amount.is_absent();
    // What is left to ask for follows from all its fills.
    if (excess.tried || !open || amending || order->doubts != 0 || order->fills_missing()) continue;
    excess.tried = true;
    due.push_back(*order);
    due.back().amount = Quantity::from_raw(order->amount.raw() - excess.amount.raw());
  }
  for (const OrderSummary& wanted : due) {
    const OrderId& id = wanted.client_order_id;
    report(Severity::Warning, "order_larger_than_asked", {}, {{"order", id.str()}, {"asked", wanted.amount.to_text()}});
    if (wanted.amount > wanted.filled_amount) {
      begin_amend(id, wanted.price, wanted.amount);
    } else {
      begin_cancel(id);
    }
  }
}

Task<> ConnectorBase::renew_dead_man() {
  Task<OrderResult<void>> asked = extend_dead_man_switch(config_.dead_man);
  const auto done = co_await std::move(asked);
  if (!done) report(Severity::Warning, "dead_man_switch_failed", {}, {{"error", done.error().message}});
}

}  // namespace trunkline::order
