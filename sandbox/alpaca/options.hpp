// What can be chosen of an Alpaca sandbox beside what every sandbox has.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sandbox/alpaca/market_days.hpp"
#include "trunkline/core/clock.hpp"

namespace trunkline::sandbox::alpaca {

// A stock is halted once.
struct Halt {
  std::string symbol;
  Nanos after{0};  // since the start
  Nanos duration{0};
};

struct AlpacaOptions {
  std::string key = {};     // that is accepted; empty: any, with any secret
  std::string secret = {};  // of that key
  // The Unix time that its market starts at, in New York's hours: 2026-11-27T12:59:30-05:00 is half a minute before an
  // early close. Empty: the time it is, and a market that is always open.
  std::optional<Nanos> clock = {};
  std::size_t connections = 1;   // of one account on one path; 0: no limit
  std::size_t symbol_limit = 0;  // of all lists of one connection together; 0: none
  std::vector<Halt> halts = {};
};

}  // namespace trunkline::sandbox::alpaca
