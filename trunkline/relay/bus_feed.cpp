#include "trunkline/relay/bus_feed.hpp"

#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <unistd.h>

namespace trunkline::relay {
namespace {

using Descriptor = net::asio::posix::basic_stream_descriptor<net::asio::io_context::executor_type>;

// Frames taken before the clients get theirs.
constexpr int batch = 256;

}  // namespace

struct BusFeed::Impl : std::enable_shared_from_this<BusFeed::Impl> {
  Impl(Broadcast& to, bus::BusReader from) : broadcast(to), reader(std::move(from)), wake(to.io()) {}

  void start() {
    if (const int copy = ::dup(reader.wake_fd()); copy >= 0) wake.assign(copy);
    pump_soon();
  }

  void stop() {
    stopped = true;
    net::error_code ignored;
    wake.close(ignored);
  }

  void pump_soon() {
    net::asio::post(broadcast.io(), [self = shared_from_this()] { self->pump(); });
  }

  void pump() {
    if (stopped) return;
    Distributor& distributor = broadcast.distributor();
    int taken = 0;
    for (; taken != batch; ++taken) {
      const bus::BusPoll poll = reader.poll();
      if (poll.kind == bus::PollKind::Empty) break;
      if (poll.kind == bus::PollKind::Missed) {
        const auto writers = connectors.find(poll.ring);
        distributor.lost(
            [&](std::uint16_t connector) { return writers != connectors.end() && writers->second.contains(connector); },
            poll.missed, wire::GapScope::Bus, unix_now());
        continue;
      }
      const auto connector = static_cast<std::uint16_t>(poll.frame.stamp().source >> 4);
      if (poll.ring != last_ring || connector != last_connector) {
        connectors[last_ring = poll.ring].insert(last_connector = connector);
      }
      distributor.publish(poll.frame);
    }
    broadcast.drain();
    // Others have their turn before the next batch.
    if (taken == batch || !reader.arm()) return pump_soon();
    wake.async_wait(Descriptor::wait_read, [self = shared_from_this()](net::error_code error) {
      if (!error) self->pump();
    });
  }

  Broadcast& broadcast;
  bus::BusReader reader;
  Descriptor wake;
  std::map<bus::RingId, std::set<std::uint16_t>> connectors;  // who writes to a ring
  bus::RingId last_ring{};
  std::uint16_t last_connector = relay_connector;
  bool stopped = false;
};

BusFeed::BusFeed(Broadcast& broadcast, bus::BusReader reader)
    : impl_(std::make_shared<Impl>(broadcast, std::move(reader))) {
  impl_->start();
}
BusFeed::~BusFeed() {
  impl_->stop();
}

std::uint64_t BusFeed::total_read() const noexcept {
  return impl_->reader.total_read();
}
std::uint64_t BusFeed::total_missed() const noexcept {
  return impl_->reader.total_missed();
}
std::uint64_t BusFeed::backlog() const noexcept {
  return impl_->reader.backlog();
}

}  // namespace trunkline::relay
