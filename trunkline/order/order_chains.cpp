#include "trunkline/order/order_chains.hpp"

namespace trunkline::order {

// Null: it was never replaced.
OrderChain* OrderChains::find(const OrderId& client_order_id, const OrderId& number) {
  if (const auto found = chains_.find(client_order_id); found != chains_.end()) return &found->second;
  // A venue tells no id of ours of an order that was placed without one.
  for (auto& [id, chain] : chains_) {
    if (!number.empty() && chain.has(number)) return &chain;
  }
  return nullptr;
}

void OrderChains::take_over(const InFlightOrder& order, Nanos until) {
  const bool replaced = !order.earlier_exchange_order_ids.empty() || (order.doubts & doubt::amend) != 0;
  if (replaced && !order.exchange_order_id.empty()) chains_.try_emplace(order.client_order_id, order, until);
}

void OrderChains::begin(const InFlightOrder& order, Quantity amount, Nanos until) {
  chains_.try_emplace(order.client_order_id, order, until).first->second.begin(order, amount, until);
}

void OrderChains::take_answer(OrderUpdate& update) {
  if (OrderChain* const chain = find(update.client_order_id, {})) chain->take_answer(update);
}

std::optional<OrderUpdate> OrderChains::refused(const OrderId& client_order_id) {
  OrderChain* const chain = find(client_order_id, {});
  auto ended = chain == nullptr ? std::nullopt : chain->refused();
  if (ended) chains_.erase(client_order_id);
  return ended;
}

bool OrderChains::follow(OrderUpdate& update, Nanos now) {
  OrderChain* const chain = find(update.client_order_id, update.exchange_order_id);
  if (chain == nullptr) return true;
  if (!chain->follow(update, now)) return false;
  if (is_terminal(update.new_state)) chains_.erase(update.client_order_id);
  return true;
}

std::optional<OrderUpdate> OrderChains::count(const TradeUpdate& fill) {
  OrderChain* const chain = find(fill.client_order_id, fill.exchange_order_id);
  return chain == nullptr ? std::nullopt : chain->count(fill);
}

std::vector<OrderUpdate> OrderChains::overdue(Nanos now) {
  std::vector<OrderUpdate> out;
  for (auto& [id, chain] : chains_) {
    if (auto ended = chain.overdue(now)) out.push_back(*std::move(ended));
  }
  return out;
}

OrderUpdate OrderChains::as_it_stands(const OrderId& client_order_id, const OrderId& number) {
  return find(client_order_id, number)->as_it_stands();
}

}  // namespace trunkline::order
