// The matching rules said as plainly as possible: one list of resting orders, searched whole for every step.
#pragma once

#include <algorithm>
#include <map>
#include <vector>

#include "trunkline/match/order.hpp"

namespace trunkline::match::test {

class NaiveBook {
 public:
  struct Outcome {
    Status status = Status::Rejected;
    std::int64_t remaining = 0;
    std::vector<Fill> fills;
    std::vector<OrderId> prevented;
  };

  Outcome submit(OrderId id, const NewOrder& order) {
    if (order.quantity.raw() <= 0) return {};
    if (order.kind == OrderKind::Limit && order.price.raw() <= 0) return {};
    return run(id, order, order.quantity.raw(), order.quantity.raw());
  }

  Outcome cancel(OrderId id) {
    Outcome outcome;
    const auto found = find(id);
    if (found == resting_.end()) return outcome;
    outcome.status = Status::Cancelled;
    outcome.remaining = found->remaining.raw();
    resting_.erase(found);
    return outcome;
  }

  Outcome amend(OrderId id, Price price, Quantity quantity) {
    const auto found = find(id);
    if (found == resting_.end() || price.raw() <= 0 || quantity.raw() <= 0) return {};
    const std::int64_t done = found->quantity.raw() - found->remaining.raw();
    if (quantity.raw() <= done) return cancel(id);
    const std::int64_t remaining = quantity.raw() - done;
    if (price == found->price && remaining <= found->remaining.raw()) {
      found->quantity = quantity;
      found->remaining = Quantity::from_raw(remaining);
      Outcome outcome;
      outcome.status = Status::Resting;
      outcome.remaining = remaining;
      return outcome;
    }
    NewOrder order;
    order.side = found->side;
    order.self_trade = found->self_trade;
    order.account = found->account;
    order.client_id = found->client_id;
    order.price = price;
    resting_.erase(found);
    return run(id, order, quantity.raw(), remaining);
  }

  std::vector<Order> resting() const { return resting_; }

  // price -> quantity of one side
  std::map<std::int64_t, std::int64_t> levels(Side side) const {
    std::map<std::int64_t, std::int64_t> sums;
    for (const Order& order : resting_)
      if (order.side == side) sums[order.price.raw()] += order.remaining.raw();
    return sums;
  }

 private:
  std::vector<Order>::iterator find(OrderId id) {
    return std::find_if(resting_.begin(), resting_.end(), [&](const Order& order) { return order.id == id; });
  }

  // The order that is next to be matched: best price, then first come (the list is in order of arrival).
  std::vector<Order>::iterator next_maker(const NewOrder& taker) {
    auto chosen = resting_.end();
    for (auto it = resting_.begin(); it != resting_.end(); ++it) {
      if (it->side == taker.side) continue;
      if (taker.kind == OrderKind::Limit &&
          (taker.side == Side::Buy ? it->price > taker.price : it->price < taker.price))
        continue;
      if (chosen == resting_.end() || (taker.side == Side::Buy ? it->price < chosen->price : it->price > chosen->price))
        chosen = it;
    }
    return chosen;
  }

  Outcome run(OrderId id, const NewOrder& order, std::int64_t quantity, std::int64_t remaining) {
    const bool limit = order.kind == OrderKind::Limit;
    if (limit && order.time_in_force == TimeInForce::PostOnly && next_maker(order) != resting_.end()) return {};
    const std::vector<Order> before = resting_;
    Outcome outcome;
    outcome.remaining = remaining;
    bool stopped = false;
    while (outcome.remaining > 0 && !stopped) {
      const auto maker = next_maker(order);
      if (maker == resting_.end()) break;
      if (order.self_trade != SelfTrade::Allow && order.account != 0 && maker->account == order.account) {
        stopped = order.self_trade != SelfTrade::CancelMaker;
        if (order.self_trade != SelfTrade::CancelTaker) {
          outcome.prevented.push_back(maker->id);
          resting_.erase(maker);
        }
        continue;
      }
      const std::int64_t size = std::min(outcome.remaining, maker->remaining.raw());
      outcome.remaining -= size;
      maker->remaining = Quantity::from_raw(maker->remaining.raw() - size);
      Fill fill;
      fill.maker = maker->id;
      fill.taker = id;
      fill.price = maker->price;
      fill.quantity = Quantity::from_raw(size);
      outcome.fills.push_back(fill);
      if (maker->remaining.is_zero()) resting_.erase(maker);
    }
    if (order.time_in_force == TimeInForce::FillOrKill && outcome.remaining > 0) {
      resting_ = before;
      return {};
    }
    const bool keeps =
        limit && (order.time_in_force == TimeInForce::GoodTilCancel || order.time_in_force == TimeInForce::PostOnly);
    if (outcome.remaining == 0) {
      outcome.status = Status::Filled;
    } else if (keeps && !stopped) {
      outcome.status = Status::Resting;
      resting_.push_back({id, order.side, order.self_trade, order.price, Quantity::from_raw(quantity),
                          Quantity::from_raw(outcome.remaining), order.account, order.client_id});
    } else {
      outcome.status = Status::Expired;
    }
    return outcome;
  }

  std::vector<Order> resting_;
};

}  // namespace trunkline::match::test
