// Seeded order flow for one instrument: it fills a book, then adds, changes, cancels and takes, in virtual time from 0.
// Everything follows from instrument, seed and rate; no clock is read.
//
// Thread: one at a time.
#pragma once

#include "sandbox/flow/profile.hpp"
#include "sandbox/flow/random.hpp"
#include "trunkline/core/clock.hpp"
#include "trunkline/match/engine.hpp"

namespace trunkline::sandbox {

class OrderFlow {
 public:
  // `rate`: messages a second that a client sees on trade, bookTicker and depth@100ms together, on average; positive.
  OrderFlow(Instrument instrument, std::uint64_t seed, double rate);

  // When the next action happens.
  Nanos next() const noexcept { return next_; }
  // Does it. The report holds until the next step; it may be a rejection or touch nothing.
  match::Report step();

  // Others' orders in the same book; the flow trades against them and never cancels them. `account` must not be 0.
  match::Engine& clients() noexcept { return engine_; }

  const Instrument& instrument() const noexcept { return instrument_; }
  const match::Engine& engine() const noexcept { return engine_; }

 private:
  using Side = match::Side;
  struct Spot {  // a place in the book behind the best price
    Side side;
    const Band* band;
    Price price;
    double orders_per_tick;
    double order_share;  // of a level's size that one order has
  };

  void fill_book();
  void fill_side(Side side);
  void schedule();
  double burst_length();
  double mean_burst_length() const;
  const Mix& mix() const;

  match::Report act();
  match::Report take();
  match::Report change_best();
  match::OrderId own_order_at(Side side, Price price, std::size_t place) const;
  match::Report cancel_at_best(Side side);
  match::Report narrow_spread();
  match::Report change_depth();
  match::Report add(Side side, Price price, Quantity quantity);
  Spot choose_spot(Side side);

  Quantity quantity_of(double notional, Price price) const;
  Quantity best_order_size(Price price);
  Quantity depth_order_size(const Spot& spot);
  Price best_price(Side side) const;
  std::int64_t spread_ticks() const;
  Side leaning_side();
  double bp_in_ticks() const;

  Instrument instrument_;
  const FlowProfile& profile_;
  match::Engine engine_;
  Random random_;
  Nanos next_{0};
  double actions_per_second_;
  double quiet_;         // mean seconds between the end of one lone action or burst and the next
  double gap_;           // mean seconds between the actions of a burst
  double burst_chance_;  // that a burst comes rather than a lone action
  double regime_ = 0.0;  // standard normal, slowly changing
  std::int64_t burst_left_ = 0;
  bool in_burst_ = false;
  bool in_storm_ = false;
  Side burst_side_ = Side::Buy;
  std::int64_t pull_left_ = 0;
  Side pull_side_ = Side::Buy;
  std::int64_t follow_left_ = 0;  // makers who leave a level that is no longer the best
  Side follow_side_ = Side::Buy;
  Price follow_price_{};
};

}  // namespace trunkline::sandbox
