// The fault campaign: a process that trades on a sandbox is killed at a chosen point of the order path, others take its
// journal over, and in the end what they believe must equal the sandbox's books of record.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>

namespace trunkline::test {

// One life of the trading process, as its parent orders it.
struct Life {
  std::string exchange = {};  // of campaign_venue.hpp
  std::uint16_t port = 0;
  std::string key = {};
  std::string secret = {};
  std::string journal = {};
  std::uint64_t seed = 1;
  int actions = 0;            // 0: no trading, but everything is cancelled, settled and written down
  std::string crash_at = {};  // a point of core/crash_point.hpp, or empty
  int crash_hit = 1;          // at so manieth time
  int kill_after_ms = 0;      // at a time instead; 0: not
  std::string bid = {};       // near which orders are priced
  std::string ask = {};
  std::string dump = {};  // the file to write what it believes to
};
NLOHMANN_DEFINE_TYPE_NON_INTRUSIVE(Life, exchange, port, key, secret, journal, seed, actions, crash_at, crash_hit,
                                   kill_after_ms, bid, ask, dump)

inline constexpr const char* life_variable = "TRUNKLINE_CAMPAIGN_LIFE";

// Lives it in this process; the exit code.
int live(const Life& life);

}  // namespace trunkline::test
