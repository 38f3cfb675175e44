#include "sandbox/account/desk.hpp"

#include <fmt/format.h>
#include <utility>

namespace trunkline::sandbox {

std::string_view to_text(OrderState state) noexcept {
  switch (state) {
    case OrderState::New:
      return "new";
    case OrderState::PartiallyFilled:
      return "partially_filled";
    case OrderState::Filled:
      return "filled";
    case OrderState::Cancelled:
      return "cancelled";
    case OrderState::Expired:
      return "expired";
    case OrderState::Rejected:
      return "rejected";
  }
  return "?";
}

std::string client_id_key(Market market, std::string_view symbol, std::string_view client_id) {
  return fmt::format("{}/{}/{}", to_text(market), symbol, client_id);
}

// ---- who and where

void OrderDesk::list(ClientMarket& market) {
  markets_.emplace(Key{market.instrument().market, market.instrument().symbol}, Listed{&market});
}

OrderDesk::Listed* OrderDesk::listed(Market market, std::string_view symbol) {
  const auto found = markets_.find(Key{market, symbol});
  return found == markets_.end() ? nullptr : &found->second;
}

ClientMarket* OrderDesk::market(Market market, std::string_view symbol) const {
  const auto found = markets_.find(Key{market, symbol});
  return found == markets_.end() ? nullptr : found->second.market;
}

Price OrderDesk::last_price(Market market, std::string_view symbol) const {
  const auto found = markets_.find(Key{market, symbol});
  if (found == markets_.end()) return {};
  return found->second.last.is_zero() ? found->second.market->mark() : found->second.last;
}

Account& OrderDesk::open_account(AccountKey key) {
  if (Account* const known = account(key.key)) {
    known->key = std::move(key);
    return *known;
  }
  Account& fresh = accounts_.emplace_back();
  fresh.number = accounts_.size();
  fresh.key = std::move(key);
  by_key_.emplace(fresh.key.key, fresh.number);
  return fresh;
}

Account* OrderDesk::account(std::string_view key) {
  const auto found = by_key_.find(key);
  return found == by_key_.end() ? nullptr : &accounts_[found->second - 1];
}

const ClientOrder* OrderDesk::order(std::uint64_t id) const {
  return id < first_id || id - first_id >= orders_.size() ? nullptr : &orders_[id - first_id];
}

const ClientOrder* OrderDesk::find(const Account& account, Market market, std::string_view symbol,
                                   std::uint64_t id) const {
  const ClientOrder* const found = order(id);
  return found != nullptr && found->account == account.number && found->market == market && found->symbol == symbol
             ? found
             : nullptr;
}

const ClientOrder* OrderDesk::find(const Account& account, Market market, std::string_view symbol,
                                   std::string_view client_id) const {
  const auto found = account.by_client_id.find(client_id_key(market, symbol, client_id));
  return found == account.by_client_id.end() ? nullptr : order(found->second);
}

void OrderDesk::fund(Account& account, Market market, std::string_view asset, Quantity amount) {
  account.wallet(market).add(asset, amount.raw());
}

// ---- orders in

std::optional<Refusal> OrderDesk::check(Account& account, ClientMarket& market, const OrderRequest& request) {
  const Instrument& in = market.instrument();
  if (const ClientOrder* const same = find(account, in.market, in.symbol, request.client_id);
      same != nullptr && same->open())
    return Refusal::DuplicateClientId;
  if (request.trigger) {
    const Price now = request.trigger->by_mark ? market.mark() : last_price(in.market, in.symbol);
    if (request.trigger->up ? now >= request.trigger->price : now <= request.trigger->price)
      return Refusal::WouldTriggerAtOnce;
  }
  const bool at_once = !request.trigger;
  const auto other = market.engine().best(match::opposite(request.side));
  if (at_once && request.kind == match::OrderKind::Market && !other) return Refusal::NothingToMatch;
  if (at_once && request.time_in_force == match::TimeInForce::PostOnly && other &&
      (request.side == match::Side::Buy ? other->price <= request.price : other->price >= request.price))
    return Refusal::WouldTrade;
  return check_funds(account, market, request);
}

std::expected<const ClientOrder*, Refusal> OrderDesk::place(Account& account, ClientMarket& market,
                                                            OrderRequest request) {
  if (!request.quote_quantity.is_zero() && request.quantity.is_zero()) {
    request.quantity = fillable_for(market, account, request.quote_quantity);
    if (request.quantity.is_zero()) return std::unexpected(Refusal::NothingToMatch);
  }
  if (const auto refused = check(account, market, request)) return std::unexpected(*refused);
  ClientOrder& order = record(account, market, std::move(request));
  changed(order, OrderEvent::New);
  if (order.market == Market::Spot) lock(order);
  if (order.trigger || order.good_till_ms != 0 || order.reduce_only) waiting_.insert(order.id);
  if (order.trigger) {
    if (order.market == Market::Spot) listener_.on_account(account, market, "ORDER");
  } else {
    send_to_book(order);
  }
  return &order;
}

ClientOrder& OrderDesk::record(Account& account, ClientMarket& market, OrderRequest request) {
  ClientOrder& order = orders_.emplace_back();
  static_cast<OrderRequest&>(order) = std::move(request);
  order.id = first_id + orders_.size() - 1;
  order.account = account.number;
  order.market = market.instrument().market;
  order.symbol = market.instrument().symbol;
  order.created_ms = order.updated_ms = market.now_ms();
  order.working = !order.trigger;
  if (order.working) order.working_ms = order.created_ms;
  account.orders.push_back(order.id);
  account.open.insert(order.id);
  account.by_client_id[client_id_key(order.market, order.symbol, order.client_id)] = order.id;
  return order;
}

void OrderDesk::send_to_book(ClientOrder& order) {
  ClientMarket& market = market_of(order);
  match::NewOrder sent;
  sent.kind = order.kind;
  sent.side = order.side;
  sent.time_in_force = order.time_in_force;
  sent.self_trade = order.self_trade;
  sent.price = order.price;
  sent.quantity = order.quantity;
  sent.account = order.account;
  sent.client_id = order.id;
  order.working = true;
  order.working_ms = market.now_ms();
  const match::Report report = market.submit(sent);
  order.engine_id = report.id;
  const std::size_t fills = report.fills.size();
  // What would have rested expires only where it met the account's own orders.
  const bool rests =
      order.kind == match::OrderKind::Limit &&
      (order.time_in_force == match::TimeInForce::GoodTilCancel || order.time_in_force == match::TimeInForce::PostOnly);
  if (report.status == match::Status::Expired)
    close(order, OrderState::Expired, rests ? OrderEvent::Prevented : OrderEvent::Expired,
          rests ? "SELF_TRADE" : "INSUFFICIENT_LIQUIDITY");
  else if (report.status == match::Status::Rejected)
    close(order, OrderState::Expired, OrderEvent::Expired,
          report.reject == match::Reject::NotFillable ? "INSUFFICIENT_LIQUIDITY" : std::string(to_text(report.reject)));
  else if (fills == 0 && order.market == Market::Spot)
    listener_.on_account(owner(order), market, "ORDER");
}

// ---- and out

std::optional<Refusal> OrderDesk::cancel(const ClientOrder& asked, std::string cancel_client_id) {
  ClientOrder& order = at(asked.id);
  if (!order.open()) return Refusal::UnknownOrder;
  if (order.engine_id != 0) market_of(order).cancel(order.engine_id);
  order.cancel_client_id = std::move(cancel_client_id);
  close(order, OrderState::Cancelled, OrderEvent::Cancelled, "");
  return std::nullopt;
}

void OrderDesk::expire(const ClientOrder& asked, std::string reason) {
  ClientOrder& order = at(asked.id);
  if (!order.open()) return;
  if (order.engine_id != 0) market_of(order).cancel(order.engine_id);
  close(order, OrderState::Expired, OrderEvent::Expired, std::move(reason));
}

std::optional<Refusal> OrderDesk::amend(const ClientOrder& asked, Price price, Quantity quantity,
                                        std::string client_id) {
  ClientOrder& order = at(asked.id);
  if (!order.open() || order.engine_id == 0) return Refusal::UnknownOrder;
  if (price == order.price && quantity == order.quantity) return Refusal::NoChange;
  if (!client_id.empty() && client_id != order.client_id) {
    const ClientOrder* const same = find(owner(order), order.market, order.symbol, client_id);
    if (same != nullptr && same->open()) return Refusal::DuplicateClientId;
  }
  if (quantity <= order.filled) return cancel(order);
  ClientMarket& market = market_of(order);
  const auto other = market.engine().best(match::opposite(order.side));
  if (order.time_in_force == match::TimeInForce::PostOnly && other &&
      (order.side == match::Side::Buy ? other->price <= price : other->price >= price))
    return Refusal::WouldTrade;
  Account& account = owner(order);
  OrderRequest probe = order;
  probe.price = price;
  probe.quantity = Quantity::from_raw(quantity.raw() - order.filled.raw());
  release(order);
  account.open.erase(order.id);
  const auto refused = check_funds(account, market, probe);
  account.open.insert(order.id);
  if (refused) {
    lock(order);
    return refused;
  }
  order.price = price;
  order.quantity = quantity;
  order.updated_ms = market.now_ms();
  if (!client_id.empty() && client_id != order.client_id) {
    order.previous_client_id = order.client_id;
    order.client_id = std::move(client_id);
    account.by_client_id[client_id_key(order.market, order.symbol, order.client_id)] = order.id;
  }
  lock(order);
  changed(order, OrderEvent::Amended);
  const match::Report report = market.amend(order.engine_id, price, quantity);
  if (report.status == match::Status::Expired)
    close(order, OrderState::Expired, OrderEvent::Expired, "INSUFFICIENT_LIQUIDITY");
  else if (report.status == match::Status::Rejected)
    return Refusal::Invalid;
  else if (report.fills.empty() && order.market == Market::Spot)
    listener_.on_account(account, market, "ORDER");
  return std::nullopt;
}

void OrderDesk::close(ClientOrder& order, OrderState state, OrderEvent event, std::string reason) {
  ClientMarket& market = market_of(order);
  order.state = state;
  order.reason = std::move(reason);
  order.updated_ms = market.now_ms();
  release(order);
  owner(order).open.erase(order.id);
  waiting_.erase(order.id);
  changed(order, event);
  if (order.market == Market::Spot) listener_.on_account(owner(order), market, "ORDER");
}

void OrderDesk::changed(const ClientOrder& order, OrderEvent event, const FillRecord* fill) {
  listener_.on_order(accounts_[order.account - 1], market_of(order), order, event, fill);
}

// ---- time and prices

void OrderDesk::advance() {
  if (!waiting_.empty()) {
    const std::vector<std::uint64_t> waiting(waiting_.begin(), waiting_.end());
    for (const std::uint64_t id : waiting) {
      ClientOrder& order = at(id);
      if (!order.open()) continue;
      const Listed& place = *listed(order.market, order.symbol);
      if (order.good_till_ms != 0 && place.market->now_ms() >= order.good_till_ms)
        expire(order, "GOOD_TILL_DATE");
      else if (order.trigger && !order.triggered && triggers(order, place))
        trigger(order);
      else if (order.reduce_only && order.engine_id != 0 && !reduces(order))
        expire(order, "REDUCE_ONLY");
    }
  }
  for (auto& [key, place] : markets_) {
    place.low = place.high = place.last;
    if (place.market->instrument().market == Market::Spot) continue;
    const std::int64_t period = place.market->now_ms() / funding_.period_ms;
    const std::int64_t before = std::exchange(place.funding_period, period);
    if (before != 0 && period > before) pay_funding(*place.market, funding_.rate_1e8);
  }
}

// What a reduce-only order may still do: other fills can have taken the position from under it.
bool OrderDesk::reduces(const ClientOrder& order) const {
  const auto& positions = accounts_[order.account - 1].positions[static_cast<std::size_t>(order.market)];
  const auto found = positions.find(order.symbol);
  const std::int64_t amount = found == positions.end() ? 0 : found->second.amount.raw();
  return (order.side == match::Side::Sell ? amount : -amount) >= order.remaining().raw();
}

bool OrderDesk::triggers(const ClientOrder& order, const Listed& listed) const {
  const Trigger& trigger = *order.trigger;
  if (trigger.by_mark) {
    const Price mark = listed.market->mark();
    return trigger.up ? mark >= trigger.price : mark <= trigger.price;
  }
  if (listed.last.is_zero()) return false;
  return trigger.up ? listed.high >= trigger.price : listed.low <= trigger.price;
}

void OrderDesk::trigger(ClientOrder& order) {
  order.triggered = true;
  Account& account = owner(order);
  ClientMarket& market = market_of(order);
  if (!order.trigger_makes_another) {
    changed(order, OrderEvent::Triggered);
    release(order);
    account.open.erase(order.id);
    OrderRequest now = order;
    now.trigger.reset();
    const auto refused = check_funds(account, market, now);
    account.open.insert(order.id);
    lock(order);
    if (refused) return close(order, OrderState::Expired, OrderEvent::Expired, "INSUFFICIENT_BALANCE");
    return send_to_book(order);
  }
  OrderRequest made = order;
  made.trigger.reset();
  made.trigger_makes_another = false;
  if (!made.triggered_type.empty()) made.type = made.triggered_type;
  made.client_id = fmt::format("algo-{}", order.id);
  if (order.close_position) {
    const std::int64_t amount = account.position(order.market, order.symbol).amount.raw();
    made.quantity = Quantity::from_raw(std::abs(amount));
    made.reduce_only = true;
  }
  const auto placed = place(account, market, std::move(made));
  if (placed) order.made_order = (*placed)->id;
  close(order, placed ? OrderState::Filled : OrderState::Rejected, OrderEvent::Triggered, placed ? "" : "REFUSED");
}

}  // namespace trunkline::sandbox
