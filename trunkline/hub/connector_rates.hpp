// What connectors count, as rates: taken once a second from their totals.
//
// Thread: one.
#pragma once

#include <map>
#include <span>
#include <string>

#include "trunkline/core/clock.hpp"
#include "trunkline/hub/health.hpp"
#include "trunkline/hub/stream_monitor.hpp"

namespace trunkline::hub {

class ConnectorRates {
 public:
  void sample(std::span<const ConnectorCounters> totals, Nanos now);
  // Fills in the rates of the last ten seconds.
  void fill(std::span<ConnectorCounters> counters, Nanos now) const;

 private:
  struct Rate {
    void sample(std::uint64_t total, Nanos now) noexcept {
      // A total that fell is that of a connector made anew.
      window.add(now, total >= last ? total - last : total);
      last = total;
    }
    RateWindow window;
    std::uint64_t last = 0;
  };
  struct Rates {
    Rate messages;
    Rate bytes;
    Rate requests;
  };
  std::map<std::string, Rates> connectors_;
};

}  // namespace trunkline::hub
