// Drives one venue: opens its lanes, feeds it what comes, carries out what it asks for, and tells the stream and the
// log honestly how the connections are. Connected is said only after an upgrade succeeded.
//
// Thread: all of it on the one that runs the io_context, which is the writer of the sink's ring; stats() is for any.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>

#include "trunkline/core/error.hpp"
#include "trunkline/core/event.hpp"
#include "trunkline/net/asio.hpp"
#include "trunkline/net/backoff.hpp"
#include "trunkline/net/tls.hpp"
#include "trunkline/venue/venue.hpp"

namespace trunkline::net {

struct SessionConfig {
  std::string connector;  // its name on the stream and in the log
  // Scheme, host and port in place of those of the lanes and of the requests; empty: the venue's own.
  std::string stream_url = {};
  std::string rest_url = {};
  BackoffConfig backoff = {};
  TlsOptions tls = {};
  Nanos tick = std::chrono::milliseconds{100};
  // A connection that lived this long begins a new count of attempts.
  Nanos settled_after = std::chrono::seconds{10};
  // How long a replacement may take until the venue calls it ready; then it is given up and tried again later.
  Nanos replacement_timeout = std::chrono::seconds{60};
  Nanos request_deadline = std::chrono::seconds{10};
  // How long to hold requests after a 429 or 418 that says no Retry-After.
  Nanos default_hold = std::chrono::seconds{30};
  std::uint64_t seed = 0;  // of the jitter; 0: from the system
};

// Written by the session's thread, read by any.
struct SessionStats {
  std::atomic<std::uint64_t> messages{0};
  std::atomic<std::uint64_t> bytes{0};
  std::atomic<std::uint64_t> requests{0};
  std::atomic<std::uint64_t> rate_limited{0};  // replies 429 and 418
  std::atomic<std::uint64_t> failed_requests{0};
  std::atomic<std::uint64_t> reconnects{0};
  std::atomic<std::uint32_t> lanes{0};
  std::atomic<std::uint32_t> connected_lanes{0};
  std::atomic<std::int64_t> last_receive{0};  // Unix nanoseconds
};

class Session {
 public:
  // An error where an address cannot be read or the TLS settings do not work. Venue, sink, log and stats outlive it.
  static Result<std::unique_ptr<Session>> make(asio::io_context& io, venue::Venue& venue, venue::Sink& sink,
                                               EventLog& log, SessionStats& stats, SessionConfig config);
  ~Session();  // stops
  Session(const Session&) = delete;
  Session& operator=(const Session&) = delete;

  void start();
  // Tells the venue that its connections are gone, and the stream that they are Stopped. No handler runs afterwards.
  void stop();

  // What the venue refuses is in the result; what it accepts and later fails is on the stream and in the log.
  Result<void> command(const venue::Command& command);

  struct Impl;

 private:
  explicit Session(std::shared_ptr<Impl> impl) noexcept;
  std::shared_ptr<Impl> impl_;
};

}  // namespace trunkline::net
