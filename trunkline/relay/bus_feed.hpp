// Feeds a Broadcast from the rings of this process.
//
// Thread: the one that runs the Broadcast's io_context.
#pragma once

#include <map>
#include <memory>
#include <set>

#include "trunkline/bus/bus.hpp"
#include "trunkline/relay/broadcast.hpp"

namespace trunkline::relay {

class BusFeed {
 public:
  // Reads from here on, whenever something is there. What the reader missed is reported as a Gap of scope Bus, and
  // makes the books of the connectors that write to that ring Stale until they are right again.
  BusFeed(Broadcast& broadcast, bus::BusReader reader);
  ~BusFeed();
  BusFeed(const BusFeed&) = delete;
  BusFeed& operator=(const BusFeed&) = delete;

  std::uint64_t total_read() const noexcept;
  std::uint64_t total_missed() const noexcept;
  std::uint64_t backlog() const noexcept;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace trunkline::relay
