#include "trunkline/match/engine.hpp"

#include <algorithm>

namespace trunkline::match {
namespace {

Quantity minus(Quantity a, Quantity b) noexcept {
  return Quantity::from_raw(a.raw() - b.raw());
}
Quantity plus(Quantity a, Quantity b) noexcept {
  return Quantity::from_raw(a.raw() + b.raw());
}

// The limit that every resting price satisfies.
Price market_limit(Side side) noexcept {
  return Price::from_raw(side == Side::Buy ? std::numeric_limits<std::int64_t>::max() : 1);
}

bool same_owner(const Order& maker, std::uint64_t account) noexcept {
  return account != 0 && maker.account == account;
}

}  // namespace

std::string_view to_text(Status status) noexcept {
  switch (status) {
    case Status::Resting:
      return "resting";
    case Status::Filled:
      return "filled";
    case Status::Expired:
      return "expired";
    case Status::Cancelled:
      return "cancelled";
    case Status::Rejected:
      return "rejected";
  }
  return "?";
}

std::string_view to_text(Reject reject) noexcept {
  switch (reject) {
    case Reject::None:
      return "none";
    case Reject::InvalidQuantity:
      return "invalid quantity";
    case Reject::InvalidPrice:
      return "invalid price";
    case Reject::WouldTrade:
      return "would trade at once";
    case Reject::NotFillable:
      return "cannot be filled whole";
    case Reject::UnknownOrder:
      return "unknown order";
  }
  return "?";
}

Report Engine::submit(const NewOrder& order) {
  begin();
  const OrderId id = next_order_++;
  if (order.quantity <= Quantity{}) return reject(id, Reject::InvalidQuantity);
  if (order.kind == OrderKind::Limit && order.price <= Price{}) return reject(id, Reject::InvalidPrice);
  Order taker;
  taker.id = id;
  taker.side = order.side;
  taker.self_trade = order.self_trade;
  taker.price = order.kind == OrderKind::Market ? market_limit(order.side) : order.price;
  taker.quantity = taker.remaining = order.quantity;
  taker.account = order.account;
  taker.client_id = order.client_id;
  return execute(taker, order);
}

Report Engine::execute(Order taker, const NewOrder& rules) {
  const Side other = opposite(taker.side);
  Book& makers = book(other);
  const bool keeps_rest = rules.kind == OrderKind::Limit && (rules.time_in_force == TimeInForce::GoodTilCancel ||
                                                             rules.time_in_force == TimeInForce::PostOnly);
  const bool meets = !makers.empty() && crosses(taker.side, taker.price, price_of(other, makers.begin()->first));
  if (rules.kind == OrderKind::Limit && rules.time_in_force == TimeInForce::PostOnly && meets)
    return reject(taker.id, Reject::WouldTrade);
  if (rules.time_in_force == TimeInForce::FillOrKill && !fillable(rules, taker.price))
    return reject(taker.id, Reject::NotFillable);
  if (keeps_rest && !fits(taker.side, taker.price, taker.remaining)) return reject(taker.id, Reject::InvalidQuantity);

  Report report;
  report.id = taker.id;
  bool stopped = false;
  while (!stopped && !taker.remaining.is_zero() && !makers.empty()) {
    const auto level = makers.begin();
    const Price price = price_of(other, level->first);
    if (!crosses(taker.side, taker.price, price)) break;
    touch(other, price);
    Node* const maker = level->second.first;
    if (taker.self_trade != SelfTrade::Allow && same_owner(maker->order, taker.account)) {
      stopped = taker.self_trade != SelfTrade::CancelMaker;
      if (taker.self_trade != SelfTrade::CancelTaker) {
        prevented_.push_back(maker->order);
        unlink(level, maker);
      }
      continue;
    }
    const Quantity size = std::min(taker.remaining, maker->order.remaining);
    taker.remaining = minus(taker.remaining, size);
    maker->order.remaining = minus(maker->order.remaining, size);
    level->second.quantity = minus(level->second.quantity, size);
    report.filled = plus(report.filled, size);
    fills_.push_back({next_trade_++, maker->order.id, taker.id, taker.side, price, size, maker->order.remaining,
                      maker->order.account, taker.account, maker->order.client_id, taker.client_id});
    if (maker->order.remaining.is_zero()) unlink(level, maker);
  }
  report.remaining = taker.remaining;
  if (taker.remaining.is_zero()) {
    report.status = Status::Filled;
  } else if (keeps_rest && !stopped) {
    rest(taker);
    report.status = Status::Resting;
  } else {
    report.status = Status::Expired;
  }
  return finish(report);
}

Report Engine::cancel(OrderId id) {
  begin();
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return reject(id, Reject::UnknownOrder);
  Node* const node = found->second;
  Report report;
  report.id = id;
  report.status = Status::Cancelled;
  report.remaining = node->order.remaining;
  touch(node->order.side, node->order.price);
  unlink(book(node->order.side).find(key_of(node->order.side, node->order.price)), node);
  return finish(report);
}

Report Engine::amend(OrderId id, Price price, Quantity quantity) {
  const auto found = by_id_.find(id);
  begin();
  if (found == by_id_.end()) return reject(id, Reject::UnknownOrder);
  if (price <= Price{}) return reject(id, Reject::InvalidPrice);
  if (quantity <= Quantity{}) return reject(id, Reject::InvalidQuantity);
  Node* const node = found->second;
  const Order before = node->order;
  const Quantity done = minus(before.quantity, before.remaining);
  if (quantity <= done) return cancel(id);
  const auto level = book(before.side).find(key_of(before.side, before.price));
  const Quantity remaining = minus(quantity, done);
  if (price == before.price && remaining <= before.remaining) {
    touch(before.side, price);
    level->second.quantity = minus(level->second.quantity, minus(before.remaining, remaining));
    node->order.quantity = quantity;
    node->order.remaining = remaining;
    Report report;
    report.id = id;
    report.status = Status::Resting;
    report.remaining = remaining;
    return finish(report);
  }
  if (price != before.price && !fits(before.side, price, remaining)) return reject(id, Reject::InvalidQuantity);
  if (price == before.price && !fits(before.side, price, minus(remaining, before.remaining)))
    return reject(id, Reject::InvalidQuantity);
  touch(before.side, before.price);
  unlink(level, node);
  Order taker = before;
  taker.price = price;
  taker.quantity = quantity;
  taker.remaining = remaining;
  return execute(taker, NewOrder{});
}

const Order* Engine::find(OrderId id) const {
  const auto found = by_id_.find(id);
  return found == by_id_.end() ? nullptr : &found->second->order;
}

std::optional<LevelView> Engine::best(Side side) const {
  const Book& levels = book(side);
  if (levels.empty()) return std::nullopt;
  const auto& [key, queue] = *levels.begin();
  return LevelView{price_of(side, key), queue.quantity, queue.size};
}

std::optional<LevelView> Engine::level(Side side, Price price) const {
  const auto found = book(side).find(key_of(side, price));
  if (found == book(side).end()) return std::nullopt;
  return LevelView{price, found->second.quantity, found->second.size};
}

std::optional<LevelView> Engine::level_from(Side side, Price price) const {
  const auto found = book(side).lower_bound(key_of(side, price));
  if (found == book(side).end()) return std::nullopt;
  return LevelView{price_of(side, found->first), found->second.quantity, found->second.size};
}

OrderId Engine::order_at(Side side, Price price, std::size_t place) const {
  const auto found = book(side).find(key_of(side, price));
  if (found == book(side).end()) return 0;
  const Node* node = found->second.first;
  while (node != nullptr && place-- > 0) node = node->next;
  return node == nullptr ? 0 : node->order.id;
}

// Whether the whole quantity would fill at once within `limit`, self-trade prevention included.
bool Engine::fillable(const NewOrder& order, Price limit) const {
  const Side other = opposite(order.side);
  Quantity needed = order.quantity;
  for (const auto& [key, queue] : book(other)) {
    if (!crosses(order.side, limit, price_of(other, key))) return false;
    for (const Node* node = queue.first; node != nullptr; node = node->next) {
      if (order.self_trade != SelfTrade::Allow && same_owner(node->order, order.account)) {
        if (order.self_trade != SelfTrade::CancelMaker) return false;
        continue;
      }
      if (node->order.remaining >= needed) return true;
      needed = minus(needed, node->order.remaining);
    }
  }
  return false;
}

bool Engine::fits(Side side, Price price, Quantity more) const {
  const auto found = book(side).find(key_of(side, price));
  return found == book(side).end() || checked_add(found->second.quantity, more).has_value();
}

void Engine::rest(const Order& order) {
  touch(order.side, order.price);
  Queue& queue = book(order.side)[key_of(order.side, order.price)];
  Node* const node = make_node(order);
  node->previous = queue.last;
  (queue.last == nullptr ? queue.first : queue.last->next) = node;
  queue.last = node;
  queue.quantity = plus(queue.quantity, order.remaining);
  ++queue.size;
  by_id_.emplace(order.id, node);
}

// Takes the order out of its level, and the level out of the book when that was its last one.
void Engine::unlink(Book::iterator level, Node* node) {
  Queue& queue = level->second;
  (node->previous == nullptr ? queue.first : node->previous->next) = node->next;
  (node->next == nullptr ? queue.last : node->next->previous) = node->previous;
  queue.quantity = minus(queue.quantity, node->order.remaining);
  --queue.size;
  by_id_.erase(node->order.id);
  if (queue.size == 0) book(node->order.side).erase(level);
  node->next = free_;
  free_ = node;
}

Engine::Node* Engine::make_node(const Order& order) {
  if (free_ == nullptr) return &nodes_.emplace_back(Node{order, nullptr, nullptr});
  Node* const node = free_;
  free_ = node->next;
  *node = Node{order, nullptr, nullptr};
  return node;
}

void Engine::begin() {
  fills_.clear();
  changes_.clear();
  prevented_.clear();
}

Report Engine::reject(OrderId id, Reject reason) const {
  Report report;
  report.id = id;
  report.reject = reason;
  return report;
}

// Before a level changes. A call touches levels from the best on and its own level last, so a repeat is the newest
// entry, or the one before.
void Engine::touch(Side side, Price price) {
  for (auto change = changes_.rbegin(); change != changes_.rend() && change - changes_.rbegin() < 2; ++change) {
    if (change->side == side && change->price == price) return;
  }
  changes_.push_back({side, price, Quantity{}, quantity_at(side, price)});
}

Quantity Engine::quantity_at(Side side, Price price) const {
  const auto found = book(side).find(key_of(side, price));
  return found == book(side).end() ? Quantity{} : found->second.quantity;
}

Report Engine::finish(Report report) {
  for (LevelChange& change : changes_) change.quantity = quantity_at(change.side, change.price);
  report.fills = fills_;
  report.levels = changes_;
  report.prevented = prevented_;
  return report;
}

}  // namespace trunkline::match
