// What is not known: orders in doubt are asked about until they are not, and everything is after a connection was made.
#include <algorithm>
#include <utility>

#include "trunkline/order/connector_base_impl.hpp"

namespace trunkline::order {

bool ConnectorBase::is_settled(const OrderSummary& order) const noexcept {
  if (order.fills_missing()) return false;
  if (order.is_done()) return true;
  return order.doubts == 0 && order.not_found == 0 && !order.lost && order.state != OrderState::Unknown &&
         order.state != OrderState::PendingCancel;
}

void ConnectorBase::watch(const OrderId& id, Nanos at) {
  const auto [found, fresh] = watched_.try_emplace(id);
  if (fresh) found->second = {.due = at + config_.first_query, .wait = config_.first_query, .since = at};
}

void ConnectorBase::ask_in_doubt(Nanos at) {
  if (!is_connected() || rate_.held(at)) return;
  std::vector<OrderId> due;
  for (auto& [id, watch] : watched_) {
    if (!watch.asking && watch.due <= at) due.push_back(id);
  }
  std::erase_if(due, [this](const OrderId& id) {
    const auto order = tracker_.find(id);
    const bool settled = !order || is_settled(*order);
    if (settled) watched_.erase(id);
    return settled;
  });
  // Many at once, as after a lost connection, are asked for together.
  constexpr std::size_t one_by_one = 10;
  for (const OrderId& id : due) {
    Watch& watch = watched_[id];
    if (due.size() <= one_by_one) {
      watch.asking = true;
      scope_.spawn(ask(id));
      continue;
    }
    watch.wait = std::min(watch.wait * 2, config_.last_query);
    watch.due = at + watch.wait;
    if (reconcile_due_ == Nanos{0}) reconcile_due_ = std::max(at, reconciled_at_ + std::chrono::seconds{1});
  }
}

Task<> ConnectorBase::ask(OrderId id) {
  const auto order = tracker_.get_order(id);
  if (!order) {
    watched_.erase(id);
    co_return;
  }
  {
    const std::lock_guard lock(mutex_);
    ++counters_.queries;
  }
  Task<OrderResult<OrderUpdate>> asked = query_order(*order);
  const auto answer = co_await std::move(asked);
  mind_limits(answer);
  const bool not_found = !answer && answer.error().reason == OrderReason::NotFound;
  const bool over = order->sent == Nanos{0} || now() - order->sent > config_.request_lifetime;
  if (answer) process_order_update(*answer);

  if (const auto after = tracker_.find(id); after && after->fills_missing()) {
    std::vector<InFlightOrder> one{*order};
    Task<OrderResult<std::vector<TradeUpdate>>> asked_fills = query_fills(one, fills_since(one));
    const auto fills = co_await std::move(asked_fills);
    if (fills) {
      for (const TradeUpdate& fill : *fills) process_trade_update(fill);
    }
  }
  if (not_found) apply(tracker_.process_order_not_found(id, false, now()));
  // Before it is called gone, the open orders and its fills have the word, too: for all such orders at once.
  if (not_found && over) reconcile_due_ = now();

  const auto found = watched_.find(id);
  if (found == watched_.end()) co_return;
  Watch& watch = found->second;
  watch.asking = false;
  // A request of so long ago cannot take effect any more: what the venue says now is how it ended.
  if (answer && now() - watch.since > config_.request_lifetime) apply(tracker_.settle_doubts(id, now()));
  const auto now_is = tracker_.find(id);
  if (!now_is || is_settled(*now_is)) {
    watched_.erase(id);
    co_return;
  }
  watch.wait = std::min(watch.wait * 2, config_.last_query);
  watch.due = now() + watch.wait;
  cancel_where_wanted(*now_is);
}

void ConnectorBase::set_connected(bool connected, std::string_view why) {
  if (connected_.exchange(connected) == connected) return;
  ++generation_;
  report(connected ? Severity::Info : Severity::Warning, connected ? "orders_connected" : "orders_disconnected", {},
         {{"reason", std::string(why)}});
  if (connected) {
    reconcile_due_ = now();
    scope_.spawn(reconcile());
  } else {
    ready_ = false;
    reconcile_due_ = Nanos{0};
    tell_risk();
  }
}

void ConnectorBase::events_missed(std::string_view why) {
  report(Severity::Warning, "order_events_missed", {}, {{"reason", std::string(why)}});
  if (!is_connected()) return;
  ready_ = false;
  ++generation_;
  scope_.spawn(reconcile());
}

Nanos ConnectorBase::fills_since(const std::vector<InFlightOrder>& orders) const {
  Nanos oldest = now();
  for (const InFlightOrder& order : orders) oldest = std::min(oldest, order.created);
  return oldest - config_.fills_overlap;
}

Task<> ConnectorBase::reconcile() {
  if (std::exchange(reconciling_, true)) co_return;  // the one under way begins again
  for (;;) {
    const std::uint64_t generation = generation_;
    Task<OrderResult<void>> once = reconcile_once(generation);
    const auto done = co_await std::move(once);
    if (generation != generation_) {
      if (!is_connected()) break;
      continue;
    }
    reconciled_at_ = now();
    audit_due_ = reconciled_at_ + config_.audit_interval;
    {
      const std::lock_guard lock(mutex_);
      ++counters_.reconciliations;
    }
    if (!done) {
      report(Severity::Warning, "order_reconciliation_failed", {}, {{"error", done.error().message}});
      reconcile_due_ = now() + config_.first_query * 5;
      break;
    }
    reconcile_due_ = Nanos{0};
    if (!ready_.exchange(true)) {
      report(Severity::Info, "orders_ready", {},
             {{"open", std::to_string(tracker_.active_order_count())},
              {"lost", std::to_string(tracker_.lost_order_count())}});
      tell_risk();
      release_held();
      // The process may have ended between the halt and the last cancellation.
      if (risk_.trading_state() == TradingState::Halted) cancel_all();
    }
    break;
  }
  reconciling_ = false;
}

Task<OrderResult<void>> ConnectorBase::reconcile_once(std::uint64_t generation) {
  const auto overtaken = [&] { return generation != generation_; };
  const OrderError other{OrderOutcome::NotSent, OrderReason::Disconnected, "the connection changed meanwhile"};

  const Nanos began = now();
  Task<OrderResult<std::vector<ListedOrder>>> asked_open = query_open_orders();
  const auto open = co_await std::move(asked_open);
  mind_limits(open);
  if (!open) co_return std::unexpected(open.error());
  if (overtaken()) co_return std::unexpected(other);
  std::unordered_set<OrderId> listed;
  for (const ListedOrder& order : *open) {
    const auto ours = tracker_.find(order.update);
    if (!ours) {
      adopt(order);
      continue;
    }
    listed.insert(ours->client_order_id);
    process_order_update(order.update);
  }

  std::vector<OrderId> absent;  // of requests that can no longer take effect
  for (const InFlightOrder& order : tracker_.active_orders()) {
    if (order.state == OrderState::PendingCreate || listed.contains(order.client_order_id)) continue;
    if (order.state == OrderState::PendingSubmit) continue;  // its answer is on the way
    Task<OrderResult<OrderUpdate>> asked = query_order(order);
    const auto answer = co_await std::move(asked);
    if (overtaken()) co_return std::unexpected(other);
    if (answer) {
      process_order_update(*answer);
    } else if (answer.error().reason == OrderReason::NotFound) {
      apply(tracker_.process_order_not_found(order.client_order_id, false, now()));
      if (began - order.sent > config_.request_lifetime) absent.push_back(order.client_order_id);
    } else {
      co_return std::unexpected(answer.error());
    }
    watch(order.client_order_id, now());  // until it is settled
  }

  auto fillable = tracker_.all_fillable_orders();
  // After a loss of events all that may still fill; else what ended long ago has told its fills.
  std::erase_if(fillable, [&](const InFlightOrder& order) {
    return (is_ready() || order.state == OrderState::Filled) && order.is_done() && !order.fills_missing() &&
           now() - order.updated > 10 * config_.fills_overlap;
  });
  if (!fillable.empty()) {
    Task<OrderResult<std::vector<TradeUpdate>>> asked_fills = query_fills(fillable, fills_since(fillable));
    const auto fills = co_await std::move(asked_fills);
    if (!fills) co_return std::unexpected(fills.error());
    for (const TradeUpdate& fill : *fills) process_trade_update(fill);
    if (overtaken()) co_return std::unexpected(other);
  }

  for (const OrderId& id : absent) {
    const auto order = tracker_.find(id);
    if (order && order->filled_amount.is_zero()) apply(tracker_.process_order_not_found(id, true, now()));
  }

  Task<OrderResult<AccountState>> asked_account = query_account();
  const auto account = co_await std::move(asked_account);
  if (!account) co_return std::unexpected(account.error());
  process_account(*account);
  if (overtaken()) co_return std::unexpected(other);

  for (const InFlightOrder& order : tracker_.active_orders()) {
    cancel_where_wanted(order);
    if (!is_settled(order)) watch(order.client_order_id, now());
  }
  co_return OrderResult<void>{};
}

void ConnectorBase::adopt(const ListedOrder& listed) {
  InFlightOrder order;
  // Without an id of its client's it goes by the venue's.
  order.client_order_id =
      listed.update.client_order_id.empty() ? listed.update.exchange_order_id : listed.update.client_order_id;
  order.exchange_order_id = listed.update.exchange_order_id;
  order.trading_pair = listed.update.trading_pair;
  order.side = listed.side;
  order.order_type = listed.order_type;
  order.time_in_force = listed.time_in_force;
  order.price = listed.update.price;
  order.trigger_price = listed.trigger_price;
  order.amount = listed.update.amount;
  order.reduce_only = listed.reduce_only;
  order.post_only = listed.post_only;
  order.external = true;
  order.state = OrderState::PendingSubmit;
  order.created = listed.update.update_timestamp;
  order.sent = order.created;
  if (order.client_order_id.empty() || !start_tracking_order(order)) return;
  {
    const std::lock_guard lock(mutex_);
    ++counters_.adopted;
  }
  if (journal_) {
    if (auto kept = journal_->placing(order, {}, now()); !kept) journal_failed(kept.error());
  }
  report(Severity::Info, "order_adopted", {}, {{"order", order.client_order_id.str()}});
  process_order_update(listed.update);
}

void ConnectorBase::abandon_requests(std::string_view why) {
  set_connected(false, why);
  reconciling_ = false;
  cancelling_.clear();
  watched_.clear();
  const Nanos at = now();
  for (const InFlightOrder& order : tracker_.active_orders()) {
    const OrderId& id = order.client_order_id;
    if (order.state == OrderState::PendingCreate) {
      fail_create(id, {OrderOutcome::NotSent, OrderReason::Disconnected, std::string(why)});
    }
    if (order.state == OrderState::PendingSubmit) {
      apply(tracker_.create_failed(id, OrderOutcome::Unknown, OrderReason::Disconnected, at));
    }
    if (order.state == OrderState::PendingCancel) {
      apply(tracker_.cancel_failed(id, OrderOutcome::Unknown, OrderReason::Disconnected, at));
    }
    if (!order.amend_price.is_absent() || !order.amend_amount.is_absent()) {
      apply(tracker_.amend_failed(id, OrderOutcome::Unknown, OrderReason::Disconnected, at));
    }
  }
  held_.clear();
}

void ConnectorBase::on_tick(Nanos at) {
  if (shut_) return;
  give_up_held(at);
  while (!unmatched_.empty() && at - unmatched_.front().second > config_.fills_overlap) unmatched_.pop_front();
  ask_in_doubt(at);
  take_back_excess();
  if (is_connected() && !reconciling_ && !rate_.held(at)) {
    const bool again = reconcile_due_ != Nanos{0} && reconcile_due_ <= at;
    const bool audit = is_ready() && config_.audit_interval != Nanos{0} && audit_due_ <= at;
    if (again || audit) scope_.spawn(reconcile());
  }
  if (config_.dead_man != Nanos{0} && is_ready() && dead_man_due_ <= at) {
    dead_man_due_ = at + config_.dead_man / 3;
    scope_.spawn(renew_dead_man());
  }
  if (risk_due_ <= at) {
    risk_due_ = at + std::chrono::seconds{1};
    tell_risk();
  }
  compact_if_wanted();
}

}  // namespace trunkline::order
