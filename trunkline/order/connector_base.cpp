#include "trunkline/order/connector_base.hpp"

#include <fmt/format.h>
#include <utility>

#include "trunkline/order/order_frames.hpp"

namespace trunkline::order {
namespace {

template <class Decimal>
OrderResult<Decimal> read(std::string_view what, const Exact<Decimal>& number) {
  if (number.value()) return *number.value();
  return not_sent(OrderReason::InvalidOrder,
                  fmt::format("{}: \"{}\" is {}", what, excerpt(number.text()), to_text(number.value().error())));
}

}  // namespace

ConnectorBase::ConnectorBase(ConnectorConfig config)
    : config_(std::move(config)), tracker_(config_.tracker), risk_(config_.risk) {}

ConnectorBase::~ConnectorBase() = default;

Result<void> ConnectorBase::initialize() {
  if (ids_) return {};
  began_ = now();
  if (config_.journal.folder.empty()) {
    journalled_.journal = static_cast<std::uint64_t>(now().count());
  } else {
    auto journal =
        OrderJournal::open(config_.journal, fmt::format("{}:{}:{}", name(), domain(), account()), journalled_);
    if (!journal) return std::unexpected(journal.error());
    journal_ = *std::move(journal);
    for (const InFlightOrder& order : journalled_.orders) {
      tracker_.restore(order);
      risk_.update(order);
    }
    risk_.set_trading_state(journalled_.trading_state, journalled_.reason);
  }
  ids_.emplace(config_.client_ids, journalled_.journal, journalled_.session);
  return {};
}

void ConnectorBase::shut_down() {
  shut_ = true;
  connected_ = false;
  ready_ = false;
  scope_.cancel();
}

void ConnectorBase::report(Severity severity, std::string_view event, std::string symbol,
                           std::vector<std::pair<std::string_view, std::string>> fields) const {
  if (config_.log == nullptr) return;
  fields.emplace_back("account", config_.account);
  if (config_.paper) fields.emplace_back("paper", "true");
  config_.log->write({severity, event, config_.name, std::move(symbol), std::move(fields)});
}

std::shared_ptr<const ConnectorBase::Rules> ConnectorBase::rules() const {
  const std::lock_guard lock(mutex_);
  return rules_;
}

const TradingRule* ConnectorBase::rule_of(SymbolHash trading_pair) const {
  const auto found = own_rules_->find(trading_pair);
  return found == own_rules_->end() ? nullptr : &found->second;
}

void ConnectorBase::set_trading_rules(std::vector<TradingRule> fresh) {
  auto table = std::make_shared<Rules>();
  for (TradingRule& rule : fresh) table->insert_or_assign(rule.trading_pair, std::move(rule));
  own_rules_ = table;
  const std::lock_guard lock(mutex_);
  rules_ = std::move(table);
}

void ConnectorBase::set_order_limits(std::vector<OrderLimit> limits) {
  rate_.set_limits(std::move(limits));
}

OrderResult<const TradingRule*> ConnectorBase::find_rule(const Rules& rules, std::string_view trading_pair) const {
  const std::string text = trading_pair.find(':') == std::string_view::npos ? fmt::format("{}:{}", name(), trading_pair)
                                                                            : std::string(trading_pair);
  const auto found = rules.find(hash_symbol_text(text));
  if (found != rules.end()) return &found->second;
  return not_sent(OrderReason::InvalidOrder, rules.empty()
                                                 ? fmt::format("{} has not yet said which symbols it trades", name())
                                                 : fmt::format("{} does not trade {}", name(), excerpt(trading_pair)));
}

std::optional<TradingRule> ConnectorBase::get_trading_rule(std::string_view trading_pair) const {
  const auto table = rules();
  const auto rule = find_rule(*table, trading_pair);
  return rule ? std::optional(**rule) : std::nullopt;
}

std::vector<TradingRule> ConnectorBase::get_all_trading_rules() const {
  std::vector<TradingRule> out;
  const auto table = rules();
  for (const auto& [symbol, rule] : *table) out.push_back(rule);
  return out;
}

std::optional<BestPrices> ConnectorBase::best_prices(SymbolHash trading_pair) const {
  return config_.prices == nullptr ? std::nullopt : config_.prices->live(trading_pair);
}

OrderResult<InFlightOrder> ConnectorBase::make_order(const TradingRule& rule, TradeType side,
                                                     const OrderParams& params) {
  const auto amount = read("amount", params.amount);
  if (!amount) return std::unexpected(amount.error());
  const auto price = read("price", params.price);
  if (!price) return std::unexpected(price.error());
  const auto trigger = read("trigger price", params.trigger_price);
  if (!trigger) return std::unexpected(trigger.error());
  if (amount->is_absent()) return not_sent(OrderReason::InvalidOrder, "an order needs an amount");

  InFlightOrder order;
  order.trading_pair = rule.trading_pair;
  order.side = side;
  order.order_type =
      params.post_only && params.order_type == OrderType::Limit ? OrderType::LimitMaker : params.order_type;
  order.post_only = order.order_type == OrderType::LimitMaker;
  order.time_in_force = params.time_in_force;
  order.good_till = params.good_till;
  order.position_action = params.position_action;
  order.reduce_only = params.reduce_only || params.position_action == PositionAction::Close;
  order.leverage = params.leverage.value_or(0);
  order.amount = quantize_amount(rule, *amount);
  if (has_limit_price(order.order_type)) order.price = quantize_price(rule, *price, side);
  if (is_conditional(order.order_type)) order.trigger_price = quantize_price(rule, *trigger, side);
  order.extra_params = params.extra_params;
  order.created = now();
  order.updated = order.created;
  if (order.time_in_force == TimeInForce::Gtd && order.good_till <= order.created) {
    return not_sent(OrderReason::InvalidOrder, "a Gtd order needs a good_till that is not over");
  }
  if (!extra_text(order.extra_params)) {
    return not_sent(OrderReason::InvalidOrder, "extra_params: a name or value with '=' or a line end, or too many");
  }
  Price reference = Price::absent();
  if (const auto book = best_prices(rule.trading_pair)) reference = side == TradeType::Buy ? book->ask : book->bid;
  if (auto good = check_rule(rule, order.order_type, order.time_in_force, order.price, order.trigger_price,
                             order.amount, order.reduce_only, reference);
      !good) {
    return std::unexpected(good.error());
  }
  if (params.client_order_id.empty()) {
    order.client_order_id = ids_->next();
  } else if (ClientIds::is_valid(config_.client_ids, params.client_order_id)) {
    order.client_order_id = OrderId::cut(params.client_order_id);
  } else {
    return not_sent(OrderReason::InvalidOrder, fmt::format("client_order_id: {} takes no such id as \"{}\"", name(),
                                                           excerpt(params.client_order_id)));
  }
  return order;
}

// An order that may be sent, and is tracked from here on.
OrderResult<OrderId> ConnectorBase::admit(TradeType side, const OrderParams& params) {
  if (!ids_) return not_sent(OrderReason::NotReady, "initialize() comes before the first order");
  const auto table = rules();
  const auto rule = find_rule(*table, params.trading_pair);
  if (!rule) return std::unexpected(rule.error());
  if (!is_connected()) return not_sent(OrderReason::NotReady, fmt::format("{} is not connected", name()));
  auto order = make_order(**rule, side, params);
  if (!order) return std::unexpected(order.error());
  const auto book = config_.prices == nullptr ? std::optional(BestPrices{order->price, order->price})
                                              : best_prices(order->trading_pair);
  const bool no_collar = params.allow_stale_book || config_.prices == nullptr;
  if (auto good = risk_.admit(*order, book, no_collar, order->created); !good) {
    return std::unexpected(good.error());
  }
  const OrderId id = order->client_order_id;
  if (!tracker_.start_tracking(*order)) {
    if (const auto there = tracker_.find(id)) risk_.update(*there);  // one that ended: not open
    return not_sent(OrderReason::DuplicateId, fmt::format("there is an order {} already", id.view()));
  }
  return id;
}

OrderResult<OrderId> ConnectorBase::place(TradeType side, const OrderParams& params) {
  const auto id = admit(side, params);
  if (id) post([this, id = *id] { begin_place(id); });
  return id;
}

OrderResult<OrderId> ConnectorBase::find_open(std::string_view client_order_id) const {
  const auto order = tracker_.find(client_order_id);
  if (!order) {
    return not_sent(OrderReason::NotFound, fmt::format("there is no order {}", excerpt(client_order_id)));
  }
  if (order->is_done()) {
    return not_sent(OrderReason::InvalidOrder,
                    fmt::format("order {} is {}", order->client_order_id.view(), wire::to_text(order->state)));
  }
  return order->client_order_id;
}

OrderResult<void> ConnectorBase::cancel(std::string_view client_order_id) {
  const auto id = find_open(client_order_id);
  if (!id) return std::unexpected(id.error());
  post([this, id = *id] { begin_cancel(id); });
  return {};
}

std::size_t ConnectorBase::cancel_all(std::string_view trading_pair) {
  SymbolHash only = 0;
  if (!trading_pair.empty()) {
    const auto rule = get_trading_rule(trading_pair);
    if (!rule) return 0;
    only = rule->trading_pair;
  }
  std::vector<OrderId> ids;
  for (const InFlightOrder& order : tracker_.active_orders()) {
    if (only == 0 || order.trading_pair == only) ids.push_back(order.client_order_id);
  }
  const std::size_t count = ids.size();
  post([this, ids = std::move(ids)] {
    for (const OrderId& id : ids) begin_cancel(id);
  });
  return count;
}

OrderResult<void> ConnectorBase::amend(std::string_view client_order_id, const AmendParams& params) {
  const auto order = tracker_.find(client_order_id);
  if (!order) {
    return not_sent(OrderReason::NotFound, fmt::format("there is no order {}", excerpt(client_order_id)));
  }
  const auto table = rules();
  const auto found = table->find(order->trading_pair);
  if (found == table->end()) return not_sent(OrderReason::InvalidOrder, "its trading pair is not known");
  const TradingRule& rule = found->second;
  auto price = read("price", params.price);
  if (!price) return std::unexpected(price.error());
  auto amount = read("amount", params.amount);
  if (!amount) return std::unexpected(amount.error());
  const Price new_price = price->is_absent() ? order->price : quantize_price(rule, *price, order->side);
  const Quantity new_amount = amount->is_absent() ? order->amount : quantize_amount(rule, *amount);
  if (new_price == order->price && new_amount == order->amount) {
    return not_sent(OrderReason::InvalidOrder, "nothing is to be changed");
  }
  if (new_amount <= order->filled_amount) {
    return not_sent(OrderReason::InvalidOrder, fmt::format("{} have filled already", order->filled_amount.to_text()));
  }
  if (auto good = check_rule(rule, order->order_type, order->time_in_force, new_price, order->trigger_price, new_amount,
                             order->reduce_only, Price::absent());
      !good) {
    return good;
  }
  const auto book =
      config_.prices == nullptr ? std::optional(BestPrices{new_price, new_price}) : best_prices(order->trading_pair);
  if (auto good = risk_.admit_amendment(*order, new_price, new_amount, book); !good) return good;
  post([this, id = order->client_order_id, new_price, new_amount] { begin_amend(id, new_price, new_amount); });
  return {};
}

std::vector<OrderResult<OrderId>> ConnectorBase::place_batch(
    std::span<const std::pair<TradeType, OrderParams>> orders) {
  std::vector<OrderResult<OrderId>> out;
  std::vector<OrderId> ids;
  for (const auto& [side, params] : orders) {
    out.push_back(admit(side, params));
    if (out.back()) ids.push_back(*out.back());
  }
  post([this, ids = std::move(ids)] {
    for (const OrderId& id : ids) begin_place(id);
  });
  return out;
}

std::vector<OrderResult<void>> ConnectorBase::cancel_batch(std::span<const std::string> client_order_ids) {
  std::vector<OrderResult<void>> out;
  std::vector<OrderId> ids;
  for (const std::string& each : client_order_ids) {
    const auto id = find_open(each);
    if (id) ids.push_back(*id);
    out.push_back(id ? OrderResult<void>{} : std::unexpected(id.error()));
  }
  post([this, ids = std::move(ids)] {
    for (const OrderId& id : ids) begin_cancel(id);
  });
  return out;
}

void ConnectorBase::set_trading_state(TradingState state, std::string reason) {
  risk_.set_trading_state(state, reason);
  report(state == TradingState::Active ? Severity::Info : Severity::Warning, "trading_state_set", {},
         {{"state", std::string(wire::to_text(state))}, {"reason", reason}});
  post([this, state, reason = std::move(reason)] {
    if (journal_) {
      if (auto kept = journal_->trading_state(state, reason, now()); !kept) journal_failed(kept.error());
    }
    tell_risk();
  });
  if (state == TradingState::Halted) cancel_all();
}

std::vector<BalanceUpdate> ConnectorBase::balances() const {
  const std::lock_guard lock(mutex_);
  std::vector<BalanceUpdate> out;
  for (const auto& [currency, balance] : balances_) out.push_back(balance);
  return out;
}

std::optional<BalanceUpdate> ConnectorBase::balance(std::string_view currency) const {
  const std::lock_guard lock(mutex_);
  const auto found = balances_.find(Currency::cut(currency));
  return found == balances_.end() ? std::nullopt : std::optional(found->second);
}

std::vector<Position> ConnectorBase::positions() const {
  const std::lock_guard lock(mutex_);
  std::vector<Position> out;
  for (const auto& [symbol, position] : positions_) out.push_back(position);
  return out;
}

ConnectorBase::Counters ConnectorBase::counters() const {
  const std::lock_guard lock(mutex_);
  return counters_;
}

Task<OrderResult<OrderUpdate>> ConnectorBase::amend_order(InFlightOrder, Price, Quantity) {
  co_return not_sent(OrderReason::Unsupported, "this connector cannot amend: cancel and place anew");
}

Task<OrderResult<void>> ConnectorBase::extend_dead_man_switch(Nanos) {
  co_return not_sent(OrderReason::Unsupported, "this venue has no dead man's switch");
}

bool ConnectorBase::start_tracking_order(const InFlightOrder& order) {
  if (!tracker_.start_tracking(order)) return false;
  risk_.update(order);
  return true;
}

}  // namespace trunkline::order
