// What a market's order flow looks like, as measured on sessions of BTCUSDT and BTCUSD_PERP: where orders rest, where
// they change, how large they are and how they cluster in time. Sizes are in the quote asset, so that they carry over
// to other prices.
#pragma once

#include <span>

#include "sandbox/flow/instrument.hpp"

namespace trunkline::sandbox {

// Distances are from the best price of the own side, in basis points.
struct Band {
  double to;              // from the previous band's end
  double levels;          // resting on one side
  double level_notional;  // mean of a level
  double sigma;           // of the logarithm of a level's size
  double share;           // of the changes behind the best price
  double modify;          // part of the changes that leave the level standing
};

// What part of actions takes, and what part changes the best price; the rest happens behind it.
struct Mix {
  double taker;
  double best;
};

struct FlowProfile {
  std::span<const Band> bands;
  Mix lone, burst, storm;      // by how the action comes: alone, in a short burst, in a long one
  double storm_length;         // bursts of at least so many actions
  double messages_per_action;  // trades and best-price changes that one action makes, as calibrated
  // At the best price.
  double best_notional;  // what it tends to
  double small_order, small_sigma, small_share;
  double large_order, large_sigma;
  double pull_chance;    // of a change at the best that takes the whole level away
  double refill_chance;  // of an action that narrows a wide spread
  double refill_whole;   // of a refill that closes it to one tick
  // Takers.
  double taker_order, taker_sigma;
  double taker_limit;  // times best_notional
  // Time.
  double lone_share;  // of actions that come alone
  double burst_tail;  // Pareto exponent of a burst's length
  double burst_limit;
  double burst_gap;                     // seconds between actions of a burst, mean
  double regime_sigma, regime_seconds;  // slow changes of intensity: a log-normal that forgets in this time
};

const FlowProfile& profile_of(Market market) noexcept;

}  // namespace trunkline::sandbox
