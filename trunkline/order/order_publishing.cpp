// What is told of a change: to the journal, the stream and the listeners, in this order.
#include <algorithm>
#include <fmt/format.h>
#include <utility>

#include "trunkline/core/crash_point.hpp"
#include "trunkline/order/connector_base_impl.hpp"
#include "trunkline/order/order_frames.hpp"

namespace trunkline::order {

void ConnectorBase::apply(const OrderChange& change, std::string_view text) {
  const OrderSummary& order = change.order;
  if (change.kind == OrderChange::Kind::Refused) {
    const TradingRule* const rule = rule_of(order.trading_pair);
    report(Severity::Warning, "order_transition_refused", rule == nullptr ? std::string{} : rule->text,
           {{"order", order.client_order_id.str()}, {"state", std::string(wire::to_text(order.state))}});
    return;
  }
  if (!change.changed()) return;
  const Nanos at = now();
  risk_.update(order);
  if (change.alarm) {
    const TradingRule* const rule = rule_of(order.trading_pair);
    report(Severity::Error, "order_alarm", rule == nullptr ? std::string{} : rule->text,
           {{"order", order.client_order_id.str()},
            {"was", std::string(wire::to_text(change.previous))},
            {"is", std::string(wire::to_text(order.state))},
            {"filled", order.filled_amount.to_text()},
            {"lost", order.lost ? "yes" : "no"}});
  }
  crash_point("event:before_journal");
  if (journal_ && was_sent(order) && order.state != OrderState::PendingSubmit) {
    if (auto kept = journal_->status(order, change.previous, at); !kept) journal_failed(kept.error());
  }
  crash_point("event:after_journal");
  publish(order.trading_pair, status_frame(order, change.previous, config_.paper, at),
          std::string_view(config_.account), order.client_order_id.view(), order.exchange_order_id.view(),
          text.substr(0, max_frame_text));
  if (!is_settled(order)) watch(order.client_order_id, at);
  if (order.state == OrderState::Unknown && change.previous != OrderState::Unknown) {
    const std::lock_guard lock(mutex_);
    ++counters_.unknown;
  }
  if (order_listener_ != nullptr) order_listener_->on_order_event({order, change.previous, text, change.filled});
  cancel_where_wanted(order);
  if (!unmatched_.empty() && !order.exchange_order_id.empty()) match_fills(order);
}

// What a symbol is goes before its first frame.
void ConnectorBase::tell_mapping(SymbolHash trading_pair) {
  if (trading_pair == 0 || announced_.contains(trading_pair)) return;
  const TradingRule* const rule = rule_of(trading_pair);
  if (rule == nullptr) return;
  announced_.insert(trading_pair);
  wire::SymbolMapping mapping;
  mapping.symbol = trading_pair;
  mapping.tick_size = rule->tick;
  mapping.lot_size = rule->step;
  mapping.minimum_quantity = rule->minimum_amount;
  mapping.minimum_notional = rule->minimum_notional;
  mapping.contract_size = Quantity::absent();
  mapping.price_decimals = rule->price_decimals;
  mapping.quantity_decimals = rule->amount_decimals;
  mapping.unit_exponent = rule->unit_exponent;
  mapping.kind = rule->kind;
  mapping.status = rule->trading ? wire::TradingStatus::Trading : wire::TradingStatus::Halted;
  sink_->publish(mapping, std::string_view(rule->text), std::string_view(rule->venue_symbol));
}

void ConnectorBase::process_order_update(const OrderUpdate& update) {
  const OrderChange change = tracker_.process_order_update(update);
  apply(change, update.text);
  if (update.excess.is_absent() || change.kind == OrderChange::Kind::UnknownOrder) return;
  const OrderId& id = change.order.client_order_id;
  if (update.excess.is_zero()) {
    excess_.erase(id);
  } else if (const auto found = excess_.find(id); found == excess_.end() || found->second.amount != update.excess) {
    excess_[id] = {.amount = update.excess};
  }
}

void ConnectorBase::process_trade_update(TradeUpdate trade) {
  crash_point("fill:received");
  const OrderChange change = tracker_.process_trade_update(trade);
  if (change.kind == OrderChange::Kind::UnknownOrder) {
    constexpr std::size_t most = 4'096;
    if (unmatched_.size() >= most) unmatched_.pop_front();
    unmatched_.emplace_back(std::move(trade), now());
    return;
  }
  if (!change.changed()) return;
  trade.client_order_id = change.order.client_order_id;
  trade.trading_pair = change.order.trading_pair;
  tell_fill(change, trade);
  apply(change);
}

// A fill that names the venue's number alone can come before we know whose number that is.
void ConnectorBase::match_fills(const OrderSummary& order) {
  const auto of_order = [&](const std::pair<TradeUpdate, Nanos>& fill) {
    return fill.first.trading_pair == order.trading_pair && fill.first.exchange_order_id == order.exchange_order_id;
  };
  std::vector<TradeUpdate> matched;
  for (const auto& fill : unmatched_) {
    if (of_order(fill)) matched.push_back(fill.first);
  }
  if (matched.empty()) return;
  std::erase_if(unmatched_, of_order);
  for (TradeUpdate& fill : matched) process_trade_update(std::move(fill));
}

void ConnectorBase::tell_fill(const OrderChange& change, const TradeUpdate& trade) {
  const Nanos at = now();
  risk_.add_fill(trade.trading_pair, trade.side, trade.fill_base_amount, trade.fill_timestamp);
  crash_point("fill:before_journal");
  if (journal_) {
    if (auto kept = journal_->fill(trade, change.order.external, at); !kept) journal_failed(kept.error());
  }
  crash_point("fill:after_journal");
  publish(trade.trading_pair, fill_frame(trade, change.order.external, config_.paper, at),
          std::string_view(config_.account), trade.client_order_id.view(), trade.exchange_order_id.view(),
          trade.trade_id.view(), trade.fee_currency.view());
  if (trade_listener_ != nullptr) trade_listener_->on_trade({change.order, trade});
}

void ConnectorBase::tell_error(OrderAction action, const OrderId& id, const OrderError& error) {
  report(Severity::Warning, "order_request_failed", {},
         {{"order", id.str()},
          {"outcome", std::string(wire::to_text(error.outcome))},
          {"reason", std::string(wire::to_text(error.reason))},
          {"error", excerpt(error.message, 200)}});
  if (error_listener_ != nullptr) error_listener_->on_error({action, id, error});
}

void ConnectorBase::process_balance(const BalanceUpdate& balance) {
  {
    const std::lock_guard lock(mutex_);
    balances_[balance.currency] = balance;
  }
  wire::Balance frame;
  frame.detail = config_.paper ? order_detail::paper : std::uint16_t{0};
  frame.total = balance.total;
  frame.available = balance.available;
  publish(0, frame, std::string_view(config_.account), balance.currency.view());
}

void ConnectorBase::process_position(const Position& position) {
  {
    const std::lock_guard lock(mutex_);
    Position& known = positions_[position.trading_pair];
    if (position.updated < known.updated) return;  // overtaken on the way
    known = position;
  }
  risk_.set_position(position.trading_pair, position.quantity, position.updated);
  publish(position.trading_pair, position_frame(position, config_.paper, now()), std::string_view(config_.account));
}

void ConnectorBase::process_account(const AccountState& account) {
  for (const BalanceUpdate& balance : account.balances) process_balance(balance);
  for (const Position& position : account.positions) process_position(position);
  for (const Position& known : positions()) {
    const bool listed =
        std::ranges::find(account.positions, known.trading_pair, &Position::trading_pair) != account.positions.end();
    if (listed || known.quantity.is_zero()) continue;
    process_position({.trading_pair = known.trading_pair, .leverage = known.leverage, .updated = account.updated});
  }
}

void ConnectorBase::process_funding(const FundingPayment& payment) {
  constexpr std::size_t most = 4'096;
  if (payment.timestamp < began_) return;
  if (!funded_.emplace(payment.timestamp, payment.trading_pair).second) return;
  if (funded_.size() > most) funded_.erase(funded_.begin());
  publish(payment.trading_pair, funding_frame(payment, config_.paper, now()), std::string_view(config_.account),
          payment.currency.view());
  if (trade_listener_ != nullptr) trade_listener_->on_funding(payment);
}

void ConnectorBase::tell_risk() {
  if (sink_ == nullptr) return;
  const RiskGate::Counters gate = risk_.counters();
  wire::RiskStatus frame;
  frame.detail = config_.paper ? order_detail::paper : std::uint16_t{0};
  frame.sent = counters().sent;
  frame.refused = gate.refused;
  frame.open_orders = gate.open_orders;
  frame.lost_orders = static_cast<std::uint32_t>(tracker_.lost_order_count());
  frame.trading_state = risk_.trading_state();
  frame.ready = is_ready() ? 1 : 0;
  const std::string reason = risk_.reason();
  publish(0, frame, std::string_view(config_.account), std::string_view(reason).substr(0, max_frame_text));
}

// Without a journal nothing can be promised: nothing new goes out.
void ConnectorBase::journal_failed(const Error& error) {
  {
    const std::lock_guard lock(mutex_);
    ++counters_.journal_failures;
  }
  if (risk_.trading_state() != TradingState::Halted) {
    risk_.set_trading_state(TradingState::Halted, fmt::format("the journal failed: {}", error.message));
    report(Severity::Error, "order_journal_failed", {}, {{"error", error.message}});
  }
}

void ConnectorBase::compact_if_wanted() {
  if (!journal_ || !journal_->wants_compaction()) return;
  if (auto done = journal_->compact(tracker_.all_orders(), risk_.trading_state(), risk_.reason()); !done) {
    journal_failed(done.error());
  }
}

}  // namespace trunkline::order
