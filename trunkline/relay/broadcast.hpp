// A Distributor on an io_context: gives it its ticks, and its clients their turns.
//
// Thread: the one that runs the io_context; all of relay's servers and feeds on one Broadcast share it.
#pragma once

#include <memory>

#include "trunkline/net/asio.hpp"
#include "trunkline/relay/distributor.hpp"

namespace trunkline::relay {

class Broadcast {
 public:
  // `log` may be null. Everything that serves or feeds this Broadcast goes before it.
  Broadcast(net::asio::io_context& io, DistributorConfig config, EventLog* log);
  ~Broadcast();
  Broadcast(const Broadcast&) = delete;
  Broadcast& operator=(const Broadcast&) = delete;

  Distributor& distributor() noexcept { return distributor_; }
  FanOut& fan_out() noexcept { return distributor_.fan_out(); }
  net::asio::io_context& io() noexcept { return io_; }
  EventLog* log() noexcept { return log_; }

  // Writes what has gathered, now.
  void drain();
  // The same when the handlers that are due have run; for calls from within a client's handlers.
  void drain_soon();

 private:
  void tick();

  net::asio::io_context& io_;
  EventLog* log_;
  Distributor distributor_;
  net::Timer timer_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  bool drain_posted_ = false;
};

}  // namespace trunkline::relay
