#include "sandbox/flow/order_flow.hpp"

#include <algorithm>
#include <cmath>

namespace trunkline::sandbox {
namespace {

// Orders fall on ticks at random; so many a tick leave the share `occupied` of ticks not empty.
double orders_per_tick(double occupied) {
  return -std::log1p(-std::clamp(occupied, 1e-6, 0.9975));
}

Nanos seconds(double value) {
  return Nanos{static_cast<std::int64_t>(value * 1e9)};
}

Price shifted(match::Side side, Price best, std::int64_t ticks, Price tick) {
  const std::int64_t raw = ticks * tick.raw();
  return Price::from_raw(side == match::Side::Buy ? best.raw() - raw : best.raw() + raw);
}

}  // namespace

OrderFlow::OrderFlow(Instrument instrument, std::uint64_t seed, double rate)
    : instrument_(std::move(instrument)),
      profile_(profile_of(instrument_.market)),
      engine_(1'000'000 + seed_of(seed, instrument_.symbol) % 1'000'000'000),
      random_(seed_of(seed, instrument_.symbol) + static_cast<std::uint64_t>(instrument_.market)) {
  const double beside_depth = std::max(rate - 10.0, rate / 2.0);
  actions_per_second_ = beside_depth / profile_.messages_per_action;
  // A share of all actions comes alone, the rest in bursts of this length.
  const double burst = mean_burst_length();
  const double lone_per_second = actions_per_second_ * profile_.lone_share;
  const double bursts_per_second = actions_per_second_ * (1.0 - profile_.lone_share) / burst;
  burst_chance_ = bursts_per_second / (bursts_per_second + lone_per_second);
  // Bursts take time themselves; at high rates they are squeezed to leave half of it.
  gap_ = std::min(profile_.burst_gap, 0.5 / (bursts_per_second * burst));
  quiet_ = (1.0 - bursts_per_second * burst * gap_) / (bursts_per_second + lone_per_second);
  fill_book();
  schedule();
}

double OrderFlow::bp_in_ticks() const {
  return static_cast<double>(best_price(Side::Buy).raw()) * 1e-4 / static_cast<double>(instrument_.tick.raw());
}

Price OrderFlow::best_price(Side side) const {
  const auto level = engine_.best(side);
  if (level) return level->price;
  const auto other = engine_.best(match::opposite(side));
  return other ? shifted(side, other->price, 1, instrument_.tick) : instrument_.start;
}

std::int64_t OrderFlow::spread_ticks() const {
  return (best_price(Side::Sell).raw() - best_price(Side::Buy).raw()) / instrument_.tick.raw();
}

// ---- the book to begin with

void OrderFlow::fill_book() {
  for (const Side side : {Side::Buy, Side::Sell}) {
    const Price best = side == Side::Buy ? instrument_.start : shifted(side, instrument_.start, 1, instrument_.tick);
    const double target = profile_.best_notional * instrument_.liquidity;
    double placed = 0;
    while (placed < target) {
      const Quantity size = best_order_size(best);
      add(side, best, size);
      placed += best.to_double() * size.to_double() * (instrument_.contract_size == 0 ? 1.0 : 0.0) +
                static_cast<double>(instrument_.contract_size) * size.to_double();
    }
  }
  for (const Side side : {Side::Buy, Side::Sell}) fill_side(side);
}

void OrderFlow::fill_side(Side side) {
  const Price best = best_price(side);
  const double ticks_a_bp = bp_in_ticks();
  double from = 0;
  for (const Band& band : profile_.bands) {
    const double width = std::max((band.to - from) * ticks_a_bp, 1.0);
    const double density = orders_per_tick(band.levels / width);
    const double share = std::min(band.levels / width / density, 1.0);
    const auto orders = static_cast<std::int64_t>(density * width + 0.5);
    for (std::int64_t i = 0; i < orders; ++i) {
      const auto ticks = 1 + static_cast<std::int64_t>(from * ticks_a_bp + random_.uniform() * width);
      const Price price = shifted(side, best, ticks, instrument_.tick);
      if (price <= Price{}) continue;
      add(side, price, depth_order_size({side, &band, price, density, share}));
    }
    from = band.to;
  }
}

// ---- time

// Bursts have Pareto lengths, so that most are short and some are storms.
double OrderFlow::burst_length() {
  const double least = 3.0;
  return std::min(least * std::pow(1.0 - random_.uniform(), -1.0 / profile_.burst_tail), profile_.burst_limit);
}

double OrderFlow::mean_burst_length() const {
  const double least = 3.0, a = profile_.burst_tail, limit = profile_.burst_limit;
  const double tail = std::pow(least / limit, a);
  return a * least / (a - 1.0) * (1.0 - std::pow(least / limit, a - 1.0)) + limit * tail;
}

void OrderFlow::schedule() {
  if (burst_left_ > 0) {
    --burst_left_;
    next_ += random_.chance(0.4) ? seconds(random_.uniform() * gap_ * 0.02) : seconds(random_.exponential(gap_ / 0.6));
    return;
  }
  const double sigma = profile_.regime_sigma;
  const double quietness = std::exp(sigma * sigma / 2.0 - sigma * regime_);
  // Capped, so that a very quiet regime still ends.
  const double wait = std::min(random_.exponential(quiet_ * quietness), 2.0 * profile_.regime_seconds + 10.0 * quiet_);
  const double kept = std::exp(-wait / profile_.regime_seconds);
  regime_ = regime_ * kept + std::sqrt(1.0 - kept * kept) * random_.normal();
  next_ += seconds(wait);
  in_burst_ = random_.chance(burst_chance_);
  const double length = in_burst_ ? burst_length() : 1.0;
  in_storm_ = length >= profile_.storm_length;
  burst_left_ = static_cast<std::int64_t>(length) - 1;
  burst_side_ = leaning_side();
}

const Mix& OrderFlow::mix() const {
  return in_storm_ ? profile_.storm : in_burst_ ? profile_.burst : profile_.lone;
}

// Either side, but more often the one that brings the price back to where it started, for long runs.
match::Side OrderFlow::leaning_side() {
  const double away =
      static_cast<double>(best_price(Side::Buy).raw()) / static_cast<double>(instrument_.start.raw()) - 1.0;
  return random_.chance(0.5 - std::clamp(away * 10.0, -0.3, 0.3)) ? Side::Buy : Side::Sell;
}

// ---- actions

match::Report OrderFlow::step() {
  const match::Report report = act();
  schedule();
  return report;
}

match::Report OrderFlow::act() {
  if (pull_left_ > 0) {
    --pull_left_;
    return cancel_at_best(pull_side_);
  }
  if (follow_left_ > 0) {
    --follow_left_;
    if (const match::OrderId id = own_order_at(follow_side_, follow_price_, 0); id != 0) return engine_.cancel(id);
    follow_left_ = 0;
  }
  if (spread_ticks() > 1 && random_.chance(profile_.refill_chance)) return narrow_spread();
  const double kind = random_.uniform();
  if (kind < mix().taker) return take();
  if (kind < mix().taker + mix().best) return change_best();
  return change_depth();
}

match::Report OrderFlow::take() {
  const Side side = burst_side_;
  match::NewOrder order;
  order.kind = match::OrderKind::Market;
  order.side = side;
  const Price price = best_price(match::opposite(side));
  const double notional = random_.lognormal(profile_.taker_order, profile_.taker_sigma) * instrument_.liquidity;
  order.quantity =
      quantity_of(std::min(notional, profile_.best_notional * instrument_.liquidity * profile_.taker_limit), price);
  return engine_.submit(order);
}

match::Report OrderFlow::change_best() {
  const Side side = random_.chance(0.5) ? Side::Buy : Side::Sell;
  const auto best = engine_.best(side);
  if (!best) return add(side, best_price(side), best_order_size(best_price(side)));
  const double target = quantity_of(profile_.best_notional * instrument_.liquidity, best->price).to_double();
  const double fullness = best->quantity.to_double() / target;
  if (random_.chance(profile_.pull_chance) && engine_.levels(side) > 10) {
    pull_side_ = match::opposite(leaning_side());  // the side that goes is the one the price moves to
    if (const auto level = engine_.best(pull_side_))
      pull_left_ = static_cast<std::int64_t>(std::min<std::size_t>(level->orders, 40)) - 1;
    return cancel_at_best(pull_side_);
  }
  if (best->orders > 1 && random_.chance(std::clamp(0.5 * fullness, 0.15, 0.85))) return cancel_at_best(side);
  return add(side, best->price, best_order_size(best->price));
}

// From this place of the queue on, the first that is the flow's; 0 where there is none.
match::OrderId OrderFlow::own_order_at(Side side, Price price, std::size_t place) const {
  for (;; ++place) {
    const match::OrderId id = engine_.order_at(side, price, place);
    if (id == 0 || engine_.find(id)->account == 0) return id;
  }
}

match::Report OrderFlow::cancel_at_best(Side side) {
  const auto best = engine_.best(side);
  if (!best || engine_.levels(side) < 3) return add(side, best_price(side), best_order_size(best_price(side)));
  const std::size_t place = random_.below(std::min<std::size_t>(best->orders, 24));
  return engine_.cancel(own_order_at(side, best->price, place));
}

match::Report OrderFlow::narrow_spread() {
  const Side side = random_.chance(0.5) ? Side::Buy : Side::Sell;
  const std::int64_t room = spread_ticks() - 1;
  const std::int64_t step = random_.chance(profile_.refill_whole)
                                ? room
                                : 1 + static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(room)));
  const Price price = shifted(side, best_price(side), -step, instrument_.tick);
  if (const auto left = engine_.best(side); left && random_.chance(0.8)) {
    follow_side_ = side;
    follow_price_ = left->price;
    follow_left_ = static_cast<std::int64_t>(std::min<std::size_t>(left->orders, 40));
  }
  return add(side, price, best_order_size(price));
}

OrderFlow::Spot OrderFlow::choose_spot(Side side) {
  double pick = random_.uniform();
  double from = 0;
  const Band* chosen = &profile_.bands.back();
  double chosen_from = 0;
  for (const Band& band : profile_.bands) {
    if (pick < band.share || &band == &profile_.bands.back()) {
      chosen = &band;
      chosen_from = from;
      break;
    }
    pick -= band.share;
    from = band.to;
  }
  const double ticks_a_bp = bp_in_ticks();
  const double width = std::max((chosen->to - chosen_from) * ticks_a_bp, 1.0);
  const auto ticks = 1 + static_cast<std::int64_t>(chosen_from * ticks_a_bp + random_.uniform() * width);
  const double density = orders_per_tick(chosen->levels / width);
  return {side, chosen, shifted(side, best_price(side), ticks, instrument_.tick), density,
          std::min(chosen->levels / width / density, 1.0)};
}

// New orders come at a constant pace; cancels look around a random price and find something the more often the denser
// the book is there. The two balance at the profile's density.
match::Report OrderFlow::change_depth() {
  const Spot spot = choose_spot(random_.chance(0.5) ? Side::Buy : Side::Sell);
  if (spot.price <= Price{}) return add(spot.side, best_price(spot.side), best_order_size(best_price(spot.side)));
  const auto nearest = engine_.level_from(spot.side, spot.price);
  const Price best = best_price(spot.side);
  if (nearest && nearest->price != best && random_.chance(spot.band->modify)) {
    const match::OrderId id =
        own_order_at(spot.side, nearest->price, random_.below(std::min<std::size_t>(nearest->orders, 8)));
    return engine_.amend(id, nearest->price, depth_order_size(spot));
  }
  constexpr double found_at_target = 0.6321205588;  // 1 - 1/e
  if (random_.chance(found_at_target / (1.0 + found_at_target)))
    return add(spot.side, spot.price, depth_order_size(spot));
  if (!nearest || nearest->price == best) return {};
  const auto away = static_cast<double>(std::abs(nearest->price.raw() - spot.price.raw()) / instrument_.tick.raw());
  const double window = 1.0 / spot.orders_per_tick;  // in ticks
  if (window >= 1.0 ? away + random_.uniform() > window
                    : away > 0 || !random_.chance(1.0 - std::exp(-window * static_cast<double>(nearest->orders))))
    return {};
  return engine_.cancel(own_order_at(spot.side, nearest->price, 0));
}

match::Report OrderFlow::add(Side side, Price price, Quantity quantity) {
  match::NewOrder order;
  order.side = side;
  order.time_in_force = match::TimeInForce::PostOnly;
  order.price = price;
  order.quantity = quantity;
  return engine_.submit(order);
}

// ---- sizes

Quantity OrderFlow::quantity_of(double notional, Price price) const {
  const double units = instrument_.contract_size != 0 ? notional / static_cast<double>(instrument_.contract_size)
                                                      : notional / price.to_double();
  const double steps = std::clamp(units / instrument_.step.to_double(), 1.0, 1e9);
  return Quantity::from_raw(static_cast<std::int64_t>(steps) * instrument_.step.raw());
}

Quantity OrderFlow::best_order_size(Price price) {
  const bool small = random_.chance(profile_.small_share);
  const double notional = small ? random_.lognormal(profile_.small_order, profile_.small_sigma)
                                : random_.lognormal(profile_.large_order, profile_.large_sigma);
  return quantity_of(notional * instrument_.liquidity, price);
}

Quantity OrderFlow::depth_order_size(const Spot& spot) {
  const Band& band = *spot.band;
  const double median = band.level_notional * spot.order_share * std::exp(-band.sigma * band.sigma / 2.0);
  return quantity_of(random_.lognormal(median, band.sigma) * instrument_.liquidity, spot.price);
}

}  // namespace trunkline::sandbox
