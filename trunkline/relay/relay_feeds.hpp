// Where the frames of a RelayClient go: to a Broadcast (the bridge as a process of its own), or to a ring (strategies
// behind a relay). Either way readers are told when the relay is gone: connections Disconnected, books Stale.
//
// Thread: the one that runs the io_context; for a ring, that is its writer's thread.
#pragma once

#include "trunkline/bus/ring.hpp"
#include "trunkline/relay/broadcast.hpp"
#include "trunkline/relay/relay_client.hpp"

namespace trunkline::relay {

class RelayToBroadcast {
 public:
  RelayToBroadcast(Broadcast& broadcast, RelayClientConfig config);

  RelayClient& client() noexcept { return client_; }

 private:
  void on_frame(wire::FrameView frame);

  Broadcast& broadcast_;
  RelayClient client_;
};

class RelayToRing {
 public:
  // The ring outlives this.
  RelayToRing(net::asio::io_context& io, RelayClientConfig config, bus::Ring& ring, EventLog* log);

  RelayClient& client() noexcept { return client_; }
  const StreamCache& cache() const noexcept { return cache_; }
  std::uint64_t published() const noexcept { return published_; }

 private:
  void publish(wire::FrameView frame);

  bus::Ring& ring_;
  StreamCache cache_;
  std::uint64_t published_ = 0;
  RelayClient client_;
};

}  // namespace trunkline::relay
