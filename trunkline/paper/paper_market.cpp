#include "trunkline/paper/paper_market.hpp"

#include <algorithm>
#include <iterator>

namespace trunkline::paper {

using match::opposite;
using match::Side;

namespace {

Quantity plus(Quantity a, Quantity b) noexcept {
  return checked_add(a, b).value_or(Quantity::from_raw(INT64_MAX));
}
Quantity minus(Quantity a, Quantity b) noexcept {
  return Quantity::from_raw(a.raw() - b.raw());
}
// Whether an order at `price` of this side stands at or through a level of the other one.
bool reaches(Side side, Price price, Price level) noexcept {
  return side == Side::Buy ? level <= price : level >= price;
}

}  // namespace

void PaperMarket::show(std::span<const wire::Level> bids, std::span<const wire::Level> asks, Moment at) {
  fills_.clear();
  const bool again = !std::exchange(live_, true);
  std::vector<std::pair<Side, wire::Level>> all;
  const auto take = [&](Side side, std::span<const wire::Level> shown) {
    std::set<std::int64_t> there;
    for (const wire::Level& level : shown) {
      there.insert(level.price.raw());
      all.emplace_back(side, level);
    }
    for (const auto& [price, level] : levels(side)) {
      if (!there.contains(price) && !level.shown.is_zero()) all.push_back({side, {Price::from_raw(price), {}}});
    }
  };
  take(Side::Buy, bids);
  take(Side::Sell, asks);
  apply(std::move(all), at);
  if (!again) return;
  // The trades of a time in which nothing was taken do not explain those after it.
  for (auto& [number, order] : resting_) order.unexplained = {};
}

void PaperMarket::change(std::span<const wire::Level> bids, std::span<const wire::Level> asks, Moment at) {
  fills_.clear();
  if (!live_) return;
  std::vector<std::pair<Side, wire::Level>> all;
  for (const wire::Level& level : bids) all.emplace_back(Side::Buy, level);
  for (const wire::Level& level : asks) all.emplace_back(Side::Sell, level);
  apply(std::move(all), at);
}

// What becomes less goes first: the displayed sides do not meet each other on the way from one book to the next.
void PaperMarket::apply(std::vector<std::pair<Side, wire::Level>> changed, Moment at) {
  for (const auto& [side, price] : taken_) {
    const bool told = std::ranges::any_of(
        changed, [&](const auto& each) { return each.first == side && each.second.price.raw() == price; });
    if (!told) changed.push_back({side, {Price::from_raw(price), levels(side).at(price).shown}});
  }
  const auto grows = [&](const std::pair<Side, wire::Level>& each) {
    const auto found = levels(each.first).find(each.second.price.raw());
    return each.second.quantity > (found == levels(each.first).end() ? Quantity{} : found->second.left);
  };
  std::vector<std::pair<Side, wire::Level>> growing;
  std::ranges::copy_if(changed, std::back_inserter(growing), grows);
  std::erase_if(changed, grows);
  for (const auto& [side, level] : changed) set_level(side, level);
  for (const auto& [side, level] : growing) set_level(side, level);
  settle_queues(Side::Buy, at);
  settle_queues(Side::Sell, at);
}

void PaperMarket::set_level(Side side, wire::Level shown) {
  Level& level = levels(side)[shown.price.raw()];
  const Quantity before = level.left;
  const auto ours = best_of_ours(opposite(side));
  if (!ours || !reaches(opposite(side), *ours, shown.price)) {
    level.left = shown.quantity;
  } else if (shown.quantity > level.shown) {
    level.left = plus(level.left, minus(shown.quantity, level.shown));
  } else {
    level.left = std::min(level.left, shown.quantity);
  }
  level.shown = shown.quantity;
  if (level.left != before) lay(side, shown.price);
  if (level.left == level.shown) taken_.erase({side, shown.price.raw()});
  drop_if_empty(side, shown.price);
}

// Where our orders stand after a change of the book.
void PaperMarket::settle_queues(Side side, Moment at) {
  if (queue_ == QueueModel::Front || prices(side).empty()) return;
  const Price worst = worst_shown(side);
  for (auto& [number, order] : resting_) {
    if (order.side != side) continue;
    const Level& level = levels(side).at(order.price.raw());
    // Beyond the last level that is displayed nothing is known.
    const bool in_view = !worst.is_absent() && reaches(side, order.price, worst);
    if (!in_view) {
      order.in_view = false;
      continue;
    }
    const Quantity ahead = std::min(order.ahead, level.left);
    if (!std::exchange(order.in_view, true)) {
      order.unexplained = {};
    } else if (ahead < order.ahead) {
      if (at.received - order.shrunk.received > explanation_window) order.unexplained = {};
      order.unexplained = plus(order.unexplained, minus(order.ahead, ahead));
      order.shrunk = at;
    }
    order.ahead = ahead;
  }
}

// How much of a trade is what a change of the book has told already.
Quantity PaperMarket::explained(const Resting& order, Quantity traded, Moment at) const {
  const bool too_late = at.received - order.shrunk.received > explanation_window;
  const bool timed = at.exchange != Nanos{0} && order.shrunk.exchange != Nanos{0};
  if (too_late || (timed && at.exchange > order.shrunk.exchange)) return {};
  return std::min(traded, order.unexplained);
}

void PaperMarket::trade(Side taker, Price price, Quantity quantity, Moment at) {
  fills_.clear();
  const Side maker = opposite(taker);
  const auto best = best_of_ours(maker);
  if (!live_ || !best || !reaches(maker, *best, price)) return;
  // Nothing is left of the levels that it went through, whatever the book still displays.
  std::vector<std::pair<Price, Quantity>> through;
  for (const auto& [raw, level] : levels(maker)) {
    const Price better = Price::from_raw(raw);
    if (better != price && reaches(maker, better, price)) through.emplace_back(better, level.left);
  }
  for (const auto& [better, left] : through) trade_through(maker, better);
  trade_at(taker, price, quantity, at);
  for (const auto& [better, left] : through) {
    const auto found = levels(maker).find(better.raw());
    if (found == levels(maker).end()) continue;
    found->second.left = left;
    lay(maker, better);
  }
}

void PaperMarket::trade_through(Side maker, Price price) {
  Level& level = levels(maker).at(price.raw());
  for (const OrderNumber number : level.ours) {
    Resting& order = resting_.at(number);
    order.ahead = order.unexplained = {};
    order.in_view = true;
  }
  level.left = {};
  lay(maker, price);
}

void PaperMarket::trade_at(Side taker, Price price, Quantity quantity, Moment at) {
  const Side maker = opposite(taker);
  const auto found = levels(maker).find(price.raw());
  const Quantity left = found == levels(maker).end() ? Quantity{} : found->second.left;
  std::vector<std::pair<OrderNumber, Quantity>> stood;  // ahead of each, before the trade
  if (found != levels(maker).end()) {
    for (const OrderNumber number : found->second.ours) {
      Resting& order = resting_.at(number);
      const Quantity told = explained(order, quantity, at);
      order.unexplained = minus(order.unexplained, told);
      const Quantity ahead = order.ahead == unknown ? quantity : plus(order.ahead, told);
      stood.emplace_back(number, order.ahead == unknown ? unknown : ahead);
      order.ahead = ahead;
      found->second.left = std::max(found->second.left, ahead);
    }
    lay(maker, price);
  }
  const match::Report report = engine_.submit(
      {.side = taker, .time_in_force = match::TimeInForce::ImmediateOrCancel, .price = price, .quantity = quantity});
  Quantity eaten;
  for (const match::Fill& fill : report.fills) {
    if (fill.maker_account != us && fill.price == price) eaten = plus(eaten, fill.quantity);
  }
  record(report);
  for (const auto& [number, ahead] : stood) {
    const auto order = resting_.find(number);
    if (order == resting_.end()) continue;
    order->second.ahead = ahead == unknown ? unknown : ahead > eaten ? minus(ahead, eaten) : Quantity{};
  }
  if (const auto still = levels(maker).find(price.raw()); still != levels(maker).end()) {
    still->second.left = left;
    lay(maker, price);
  }
}

PaperResult PaperMarket::place(const PaperRequest& request) {
  fills_.clear();
  const match::Report report = engine_.submit({.kind = request.kind,
                                               .side = request.side,
                                               .time_in_force = request.time_in_force,
                                               .self_trade = match::SelfTrade::CancelTaker,
                                               .price = request.price,
                                               .quantity = request.quantity,
                                               .account = us,
                                               .client_id = request.number});
  const PaperResult result{report.status, report.reject};
  const match::OrderId id = report.id;
  const Quantity remaining = report.remaining;
  record(report);
  if (result.status == match::Status::Resting) rest(request.number, request.side, request.price, id, remaining);
  return result;
}

bool PaperMarket::cancel(OrderNumber number) {
  fills_.clear();
  const auto found = resting_.find(number);
  if (found == resting_.end()) return false;
  engine_.cancel(found->second.id);
  forget(number);
  return true;
}

PaperResult PaperMarket::amend(OrderNumber number, Price price, Quantity remaining, bool post_only) {
  fills_.clear();
  const auto found = resting_.find(number);
  if (found == resting_.end()) return {match::Status::Rejected, match::Reject::UnknownOrder};
  if (remaining <= Quantity{}) return {match::Status::Rejected, match::Reject::InvalidQuantity};
  Resting& order = found->second;
  if (price == order.price && remaining <= order.remaining) {
    order.remaining = remaining;
    lay(order.side, price);
    return {match::Status::Resting};
  }
  if (const auto best = engine_.best(opposite(order.side));
      post_only && best && reaches(order.side, price, best->price))
    return {match::Status::Rejected, match::Reject::WouldTrade};
  const match::Order* const there = engine_.find(order.id);
  const auto total = checked_add(minus(there->quantity, there->remaining), remaining);
  if (!total) return {match::Status::Rejected, match::Reject::InvalidQuantity};
  const Side side = order.side;
  const match::Report report = engine_.amend(order.id, price, *total);
  const PaperResult result{report.status, report.reject};
  if (result.status == match::Status::Rejected) return result;
  const match::OrderId id = report.id;
  const Quantity rests = report.remaining;
  forget(number);
  record(report);
  if (result.status == match::Status::Resting) rest(number, side, price, id, rests);
  return result;
}

std::optional<Quantity> PaperMarket::ahead(OrderNumber number) const {
  const auto found = resting_.find(number);
  if (found == resting_.end() || found->second.ahead == unknown) return std::nullopt;
  return found->second.ahead;
}

std::pair<Quantity, Int128> PaperMarket::sweep(Side side, std::optional<Price> limit, Quantity quantity) const {
  Quantity taken;
  Int128 worth = 0;
  engine_.for_each_level(opposite(side), [&](const match::LevelView& level) {
    if (limit && !reaches(side, *limit, level.price)) return false;
    const Quantity part = std::min(minus(quantity, taken), level.quantity);
    taken = plus(taken, part);
    worth += notional(level.price, part);
    return taken < quantity;
  });
  return {taken, worth};
}

std::optional<Price> PaperMarket::best_of_ours(Side side) const {
  const auto& of_side = prices_[static_cast<std::size_t>(side)];
  if (of_side.empty()) return std::nullopt;
  return Price::from_raw(side == Side::Buy ? *of_side.rbegin() : *of_side.begin());
}

Price PaperMarket::worst_shown(Side side) const {
  const Levels& of_side = levels_[static_cast<std::size_t>(side)];
  const auto is_shown = [](const auto& each) { return !each.second.shown.is_zero(); };
  if (side == Side::Buy) {
    const auto found = std::ranges::find_if(of_side, is_shown);
    return found == of_side.end() ? Price::absent() : Price::from_raw(found->first);
  }
  const auto found = std::find_if(of_side.rbegin(), of_side.rend(), is_shown);
  return found == of_side.rend() ? Price::absent() : Price::from_raw(found->first);
}

void PaperMarket::clear(Side side, Price price) {
  for (match::OrderId id = engine_.order_at(side, price, 0); id != 0; id = engine_.order_at(side, price, 0)) {
    engine_.cancel(id);
  }
}

// The level's queue in the engine, as the queue model has it.
void PaperMarket::lay(Side side, Price price) {
  clear(side, price);
  const Level& level = levels(side).at(price.raw());
  const std::int64_t left = level.left.raw();
  std::int64_t laid = 0;
  for (const OrderNumber number : level.ours) {
    Resting& order = resting_.at(number);
    const std::int64_t ahead = std::min(order.ahead.raw(), left);
    if (ahead > laid) lay_nobody(side, price, ahead - std::exchange(laid, ahead));
    order.id =
        engine_.submit({.side = side, .price = price, .quantity = order.remaining, .account = us, .client_id = number})
            .id;
  }
  if (left > laid) lay_nobody(side, price, left - laid);
}

// Where the level reaches orders of ours on the other side, it fills them.
void PaperMarket::lay_nobody(Side side, Price price, std::int64_t raw) {
  const match::Report report = engine_.submit({.side = side, .price = price, .quantity = Quantity::from_raw(raw)});
  if (report.filled.is_zero()) return;
  Level& level = levels(side).at(price.raw());
  level.left = minus(level.left, report.filled);
  taken_.emplace(side, price.raw());
  record(report);
}

void PaperMarket::rest(OrderNumber number, Side side, Price price, match::OrderId id, Quantity remaining) {
  Level& level = levels(side)[price.raw()];
  Resting order{.id = id, .side = side, .price = price, .remaining = remaining};
  if (queue_ == QueueModel::Back) {
    const Price worst = worst_shown(side);
    order.in_view = !worst.is_absent() && reaches(side, price, worst);
    order.ahead = order.in_view ? level.left : unknown;
  }
  resting_.emplace(number, order);
  prices(side).insert(price.raw());
  level.ours.push_back(number);
  if (queue_ == QueueModel::Front) lay(side, price);
}

void PaperMarket::record(const match::Report& report) {
  const std::vector<match::Fill> filled(report.fills.begin(), report.fills.end());
  for (const match::Fill& fill : filled) {
    if (fill.taker_account == us) {
      fills_.push_back({fill.taker_client_id, fill.price, fill.quantity, false});
      const Side side = opposite(fill.taker_side);
      Level& level = levels(side).at(fill.price.raw());
      level.left = minus(level.left, fill.quantity);
      taken_.emplace(side, fill.price.raw());
    }
    if (fill.maker_account == us) {
      fills_.push_back({fill.maker_client_id, fill.price, fill.quantity, true});
      Resting& order = resting_.at(fill.maker_client_id);
      order.remaining = minus(order.remaining, fill.quantity);
      if (order.remaining.is_zero()) forget(fill.maker_client_id);
    }
  }
}

// The engine has it no more, or lays it anew.
void PaperMarket::forget(OrderNumber number) {
  const auto found = resting_.find(number);
  const Side side = found->second.side;
  const Price price = found->second.price;
  std::erase(levels(side).at(price.raw()).ours, number);
  prices(side).erase(prices(side).find(price.raw()));
  resting_.erase(found);
  drop_if_empty(side, price);
}

void PaperMarket::drop_if_empty(Side side, Price price) {
  const auto found = levels(side).find(price.raw());
  if (found == levels(side).end() || !found->second.shown.is_zero() || !found->second.ours.empty()) return;
  taken_.erase({side, price.raw()});
  levels(side).erase(found);
}

}  // namespace trunkline::paper
