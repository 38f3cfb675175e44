#include "trunkline/relay/relay_feeds.hpp"

namespace trunkline::relay {
namespace {

// What a relay says to its client alone; a Gap concerns whoever is behind the client too.
bool is_of_link(wire::FrameView frame) noexcept {
  return frame.type() == wire::MessageType::Welcome ||
         (frame.type() == wire::MessageType::Heartbeat && frame.stamp().source >> 4 == relay_connector);
}

bool everyone(std::uint16_t) noexcept {
  return true;
}

}  // namespace

RelayToBroadcast::RelayToBroadcast(Broadcast& broadcast, RelayClientConfig config)
    : broadcast_(broadcast),
      client_(broadcast.io(), std::move(config),
              {.on_frame = [this](wire::FrameView frame) { on_frame(frame); },
               .on_batch = [this] { broadcast_.drain(); },
               .on_disconnected =
                   [this](std::string_view reason) {
                     broadcast_.distributor().disconnected(everyone, reason, unix_now());
                     broadcast_.drain_soon();
                   }},
              broadcast.log()) {
  broadcast.distributor().on_resync_needed([this](SymbolHash symbol) { client_.resync(symbol); });
}

void RelayToBroadcast::on_frame(wire::FrameView frame) {
  if (!is_of_link(frame)) broadcast_.distributor().publish(frame);
}

RelayToRing::RelayToRing(net::asio::io_context& io, RelayClientConfig config, bus::Ring& ring, EventLog* log)
    : ring_(ring),
      client_(io, std::move(config),
              {.on_frame =
                   [this](wire::FrameView frame) {
                     if (is_of_link(frame)) return;
                     cache_.apply(frame);
                     publish(frame);
                   },
               .on_batch = [this] { ring_.flush(); },
               .on_disconnected =
                   [this](std::string_view reason) {
                     cache_.disconnect(everyone, unix_now(), reason, [this](wire::FrameView frame) { publish(frame); });
                     ring_.flush();
                   }},
              log) {}

void RelayToRing::publish(wire::FrameView frame) {
  published_ += ring_.publish(frame) == bus::PublishResult::Published;
}

}  // namespace trunkline::relay
