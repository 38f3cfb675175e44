#include "trunkline/relay/broadcast.hpp"

#include <boost/asio/post.hpp>

namespace trunkline::relay {

Broadcast::Broadcast(net::asio::io_context& io, DistributorConfig config, EventLog* log)
    : io_(io), log_(log), distributor_(std::move(config), log), timer_(io) {
  tick();
}

Broadcast::~Broadcast() {
  timer_.cancel();
}

void Broadcast::drain() {
  if (distributor_.drain(unix_now())) drain_soon();
}

void Broadcast::drain_soon() {
  if (std::exchange(drain_posted_, true)) return;
  net::asio::post(io_, [this, alive = std::weak_ptr<bool>(alive_)] {
    if (alive.expired()) return;
    drain_posted_ = false;
    drain();
  });
}

void Broadcast::tick() {
  timer_.expires_after(std::chrono::milliseconds{100});
  timer_.async_wait([this, alive = std::weak_ptr<bool>(alive_)](net::error_code error) {
    if (error || alive.expired()) return;
    distributor_.tick(unix_now());
    drain();
    tick();
  });
}

}  // namespace trunkline::relay
