// Drives one venue: opens its lanes, keeps them open, feeds it what comes in, carries out what it asks for, and tells
// the stream and the operator how its connections stand.
//
// Thread: everything but command(), stats() and lanes() belongs to the one thread that runs the io_context.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "trunkline/core/error.hpp"
#include "trunkline/core/event.hpp"
#include "trunkline/net/asio.hpp"
#include "trunkline/net/backoff.hpp"
#include "trunkline/net/endpoint_map.hpp"
#include "trunkline/net/session_stats.hpp"
#include "trunkline/net/tls.hpp"
#include "trunkline/venue/venue.hpp"

namespace trunkline::net {

struct SessionConfig {
  std::string connector = {};  // name in status frames and events; empty: the venue's exchange()
  EndpointMap endpoints = {};
  TlsOptions tls = {};
  BackoffConfig backoff = {};                     // between connection attempts of one lane
  std::uint64_t seed = 0;                         // of jitter; 0: different each time
  Nanos stable_after = std::chrono::seconds{10};  // a connection that lived this long ends the backoff's growth
  Nanos open_timeout = std::chrono::seconds{10};
  Nanos silence_before_ping = std::chrono::seconds{15};  // where the lane names none
  Nanos pong_timeout = std::chrono::seconds{10};
  Nanos replace_timeout =
      std::chrono::seconds{30};  // for the venue to be ready on a replacement; then it counts as ready
  // A replacement that is ready serves beside the old connection for so long: what the old one still has on its way
  // would otherwise be lost, as nothing orders two connections.
  Nanos overlap = std::chrono::seconds{1};
  Nanos tick = std::chrono::milliseconds{100};
  Nanos request_timeout = std::chrono::seconds{10};
  std::size_t requests_in_flight = 4;
  std::uint32_t request_limit = 0;  // weight of requests a minute where less than the venue's own is wanted; 0: its own
  Nanos hold_after_429 = std::chrono::seconds{10};  // where Retry-After says nothing
  Nanos hold_after_418 = std::chrono::seconds{120};
  bool offer_deflate = false;
};

// What of the frames a session publishes is not a lane's: replies, ticks and commands carry this connection number.
inline constexpr std::uint8_t requests_connection = 15;

class Session final {
 public:
  // Venue, sink and log must outlive the session. The sink's ring must have no other writer.
  Session(asio::io_context& io, venue::Venue& venue, venue::Sink& sink, EventLog& log, SessionConfig config = {});
  ~Session();  // stops
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  // An address that cannot be read, or TLS that cannot be set up, is an error; a server that cannot be reached is not:
  // that is tried again, for ever or up to the limit. The venue's on_start runs in the first start alone.
  Result<void> start();
  // Closes everything. Nothing of the session runs afterwards until the next start(), but commands: those reach the
  // venue at any time. GET requests without a reply are sent again by the next start(); others are answered "stopped".
  void stop();
  bool running() const noexcept;

  // Any thread. Hands a command to the venue on the session's thread; before the first start() it waits for that.
  // `done` (may be empty) runs there with what the venue said.
  void command(venue::Command command, std::function<void(Result<void>)> done = {});

  // For whoever owns the venue and calls it beside the session: the session's thread, also from within the venue's own
  // calls. What is asked for is carried out when the outermost of them returns.
  void with_outbox(const std::function<void(Nanos now, venue::Outbox& outbox)>& call);

  // Any thread.
  const SessionStats& stats() const noexcept;
  std::vector<LaneInfo> lanes() const;

  struct Impl;

 private:
  std::shared_ptr<Impl> impl_;
};

}  // namespace trunkline::net
