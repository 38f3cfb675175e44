// One instrument of a paper venue: a matching engine that holds what the venue displays, as orders of nobody, and ours
// among them.
//
// What the venue displays is set with show() and change(); a trade of its tape is an order of nobody that takes at that
// price, at once or not at all. With QueueModel::Back an order of ours stands behind all that is displayed at its price
// when it comes. What is taken from a level without a trade is taken from behind it, and it moves up only where less is
// left than stood ahead of it. A trade, and the change of the book that the same trade made, move it up once, in
// whichever order they come. A trade at a price that is worse for the taker's side goes through ours first: what stood
// ahead has gone.
//
// A level of the other side that comes to reach our order fills it, at our price, up to what is displayed there. What
// our orders take is missing from the level until the next change of the book, and for as long as one of ours rests at
// or through its price: the same displayed quantity does not fill us twice.
//
// Thread: one at a time; no clock, no I/O. Prices and quantities are positive.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <unordered_map>
#include <utility>
#include <vector>

#include "trunkline/core/clock.hpp"
#include "trunkline/match/engine.hpp"
#include "trunkline/paper/paper_config.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::paper {

using OrderNumber = std::uint64_t;  // the caller's, above 0

struct PaperFill {
  OrderNumber order = 0;
  Price price{};
  Quantity quantity{};
  bool maker = false;
};

struct PaperRequest {
  OrderNumber number = 0;
  match::Side side = match::Side::Buy;
  match::OrderKind kind = match::OrderKind::Limit;
  match::TimeInForce time_in_force = match::TimeInForce::GoodTilCancel;
  Price price{};  // ignored by a market order
  Quantity quantity{};
};

struct PaperResult {
  match::Status status = match::Status::Rejected;
  match::Reject reject = match::Reject::None;
};

// When the venue says something happened, and when we heard of it.
struct Moment {
  Nanos exchange{0};  // 0: it does not say
  Nanos received{0};
};

class PaperMarket {
 public:
  // A change of the book may be explained by a trade that is heard so much later.
  static constexpr Nanos explanation_window = std::chrono::seconds{1};

  explicit PaperMarket(QueueModel queue) noexcept : queue_(queue) {}

  // ---- The venue: what our orders filled is in fills().
  // Nothing fills until the next show().
  void suspend() noexcept { live_ = false; }
  bool live() const noexcept { return live_; }
  // The whole book, in place of what was displayed.
  void show(std::span<const wire::Level> bids, std::span<const wire::Level> asks, Moment at);
  // Absolute quantities, 0 removes.
  void change(std::span<const wire::Level> bids, std::span<const wire::Level> asks, Moment at);
  void trade(match::Side taker, Price price, Quantity quantity, Moment at);

  // ---- Ours. Only while live, but for cancel().
  PaperResult place(const PaperRequest& request);
  // False: no such order rests.
  bool cancel(OrderNumber number);
  // `remaining` is what may still fill. Less at the same price keeps the place in the queue; anything else goes behind
  // what is displayed, and may take. Nothing changes where it is rejected.
  PaperResult amend(OrderNumber number, Price price, Quantity remaining, bool post_only);

  // Of the last call, in their order.
  std::span<const PaperFill> fills() const noexcept { return fills_; }
  std::vector<PaperFill> take_fills() noexcept { return std::exchange(fills_, {}); }

  // What is known to stand ahead of a resting order; nullopt: it does not rest, or its level was never displayed.
  std::optional<Quantity> ahead(OrderNumber number) const;
  // What such an order would take now: how much, and price x quantity in 1e-16.
  std::pair<Quantity, Int128> sweep(match::Side side, std::optional<Price> limit, Quantity quantity) const;
  const match::Engine& engine() const noexcept { return engine_; }

 private:
  static constexpr std::uint64_t us = 1;  // nobody is 0
  static constexpr Quantity unknown = Quantity::from_raw(INT64_MAX);

  struct Level {
    Quantity shown{};                    // by the venue
    Quantity left{};                     // of it: our orders may have taken some
    std::vector<OrderNumber> ours = {};  // first come first
  };
  struct Resting {
    match::OrderId id = 0;  // in the engine: anew whenever its level is laid anew
    match::Side side = match::Side::Buy;
    Price price{};
    Quantity remaining{};
    Quantity ahead{};        // `unknown`: its level was never displayed
    bool in_view = true;     // its level is within what the venue displays
    Quantity unexplained{};  // what went from ahead without a trade, so far
    Moment shrunk{};         // when that was
  };
  using Levels = std::map<std::int64_t, Level>;  // by raw price

  Levels& levels(match::Side side) noexcept { return levels_[static_cast<std::size_t>(side)]; }
  std::multiset<std::int64_t>& prices(match::Side side) noexcept { return prices_[static_cast<std::size_t>(side)]; }
  std::optional<Price> best_of_ours(match::Side side) const;
  Price worst_shown(match::Side side) const;
  Quantity explained(const Resting& order, Quantity traded, Moment at) const;

  void apply(std::vector<std::pair<match::Side, wire::Level>> levels, Moment at);
  void set_level(match::Side side, wire::Level shown);
  void settle_queues(match::Side side, Moment at);
  void trade_through(match::Side maker, Price price);
  void trade_at(match::Side taker, Price price, Quantity quantity, Moment at);
  void clear(match::Side side, Price price);
  void lay(match::Side side, Price price);
  void lay_nobody(match::Side side, Price price, std::int64_t raw);
  void rest(OrderNumber number, match::Side side, Price price, match::OrderId id, Quantity remaining);
  void record(const match::Report& report);
  void forget(OrderNumber number);
  void drop_if_empty(match::Side side, Price price);

  QueueModel queue_;
  bool live_ = false;
  match::Engine engine_;
  Levels levels_[2];
  std::multiset<std::int64_t> prices_[2];  // of our resting orders
  std::map<OrderNumber, Resting> resting_;
  std::set<std::pair<match::Side, std::int64_t>> taken_;  // levels that our orders took from
  std::vector<PaperFill> fills_;
};

}  // namespace trunkline::paper
