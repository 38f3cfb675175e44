#include "sandbox/flow/profile.hpp"

#include <array>

namespace trunkline::sandbox {
namespace {

constexpr double btc = 61'800;  // price of the sessions
constexpr double contract = 100;

constexpr std::array spot_bands{
    Band{0.2, 3.6, 0.16 * btc, 1.6, 0.045, 0.15},    Band{0.5, 5.1, 0.141 * btc, 1.6, 0.055, 0.15},
    Band{1, 9.1, 0.149 * btc, 1.6, 0.075, 0.15},     Band{2, 19.7, 0.098 * btc, 1.6, 0.097, 0.12},
    Band{5, 80.8, 0.1574 * btc, 1.6, 0.228, 0.10},   Band{10, 136.7, 0.1178 * btc, 1.6, 0.152, 0.07},
    Band{20, 288.7, 0.1226 * btc, 1.6, 0.197, 0.07}, Band{30, 232.7, 0.0615 * btc, 1.6, 0.066, 0.06},
    Band{50, 220.4, 0.055 * btc, 2.0, 0.018, 0.09},  Band{100, 127.9, 0.196 * btc, 2.0, 0.015, 0.09},
    Band{1000, 187.1, 2.92 * btc, 2.0, 0.052, 0.09},
};
constexpr std::array usdm_bands{
    Band{0.2, 1.9, 0.45 * btc, 1.6, 0.010, 0.35},     Band{0.5, 3.9, 0.395 * btc, 1.6, 0.020, 0.37},
    Band{1, 9.3, 0.312 * btc, 1.6, 0.038, 0.37},      Band{2, 29.2, 0.21 * btc, 1.6, 0.088, 0.47},
    Band{5, 123.7, 0.4699 * btc, 1.6, 0.245, 0.61},   Band{10, 214.0, 0.2907 * btc, 1.6, 0.242, 0.66},
    Band{20, 410.0, 0.4543 * btc, 1.6, 0.162, 0.67},  Band{30, 310.0, 0.5425 * btc, 1.6, 0.064, 0.56},
    Band{50, 303.0, 1.726 * btc, 2.0, 0.031, 0.43},   Band{100, 389.8, 3.316 * btc, 2.0, 0.025, 0.44},
    Band{1000, 1486.6, 1.80 * btc, 2.0, 0.075, 0.50},
};
constexpr std::array coinm_bands{
    Band{0.2, 0.8, 55 * contract, 1.6, 0.008, 0.25},      Band{0.5, 1.5, 76 * contract, 1.6, 0.024, 0.29},
    Band{1, 3.9, 144 * contract, 1.6, 0.054, 0.30},       Band{2, 12.8, 124.5 * contract, 1.6, 0.125, 0.32},
    Band{5, 52.7, 162 * contract, 1.6, 0.313, 0.32},      Band{10, 69.2, 256.3 * contract, 1.6, 0.180, 0.25},
    Band{20, 136.5, 210.8 * contract, 1.6, 0.115, 0.21},  Band{30, 183.2, 140.2 * contract, 1.6, 0.071, 0.29},
    Band{50, 189.6, 164 * contract, 1.6, 0.063, 0.21},    Band{100, 275.1, 705 * contract, 1.8, 0.023, 0.24},
    Band{1000, 286.3, 1761 * contract, 1.8, 0.024, 0.38},
};

constexpr FlowProfile spot{
    .bands = spot_bands,
    .lone = {0.003, 0.05},
    .burst = {0.004, 0.07},
    .storm = {0.06, 0.19},
    .storm_length = 40,
    .messages_per_action = 0.215,
    .best_notional = 3.6 * btc,
    .small_order = 0.0005 * btc,
    .small_sigma = 1.6,
    .small_share = 0.87,
    .large_order = 1.2 * btc,
    .large_sigma = 0.9,
    .pull_chance = 0.03,
    .refill_chance = 0.6,
    .refill_whole = 0.6,
    .taker_order = 0.005 * btc,
    .taker_sigma = 2.2,
    .taker_limit = 2,
    .lone_share = 0.25,
    .burst_tail = 1.3,
    .burst_limit = 1500,
    .burst_gap = 0.0003,
    .regime_sigma = 0.8,
    .regime_seconds = 3,
};
constexpr FlowProfile usdm{
    .bands = usdm_bands,
    .lone = {0.001, 0.02},
    .burst = {0.002, 0.03},
    .storm = {0.020, 0.165},
    .storm_length = 40,
    .messages_per_action = 0.115,
    .best_notional = 5 * btc,
    .small_order = 0.004 * btc,
    .small_sigma = 1.3,
    .small_share = 0.87,
    .large_order = 2 * btc,
    .large_sigma = 0.9,
    .pull_chance = 0.003,
    .refill_chance = 0.7,
    .refill_whole = 0.7,
    .taker_order = 0.028 * btc,
    .taker_sigma = 2.5,
    .taker_limit = 10,
    .lone_share = 0.25,
    .burst_tail = 1.3,
    .burst_limit = 2500,
    .burst_gap = 0.0001,
    .regime_sigma = 0.8,
    .regime_seconds = 3,
};
constexpr FlowProfile coinm{
    .bands = coinm_bands,
    .lone = {0.0002, 0.005},
    .burst = {0.0005, 0.01},
    .storm = {0.005, 0.11},
    .storm_length = 40,
    .messages_per_action = 0.051,
    .best_notional = 2000 * contract,
    .small_order = 4 * contract,
    .small_sigma = 1.3,
    .small_share = 0.87,
    .large_order = 700 * contract,
    .large_sigma = 0.9,
    .pull_chance = 0.015,
    .refill_chance = 0.7,
    .refill_whole = 0.7,
    .taker_order = 25 * contract,
    .taker_sigma = 1.8,
    .taker_limit = 2,
    .lone_share = 0.3,
    .burst_tail = 1.3,
    .burst_limit = 3000,
    .burst_gap = 0.0002,
    .regime_sigma = 0.7,
    .regime_seconds = 3,
};

}  // namespace

const FlowProfile& profile_of(Market market) noexcept {
  switch (market) {
    case Market::Usdm:
      return usdm;
    case Market::Coinm:
      return coinm;
    case Market::Spot:
      break;
  }
  return spot;
}

}  // namespace trunkline::sandbox
