// What a session counts: written by its own thread alone, read by any.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "trunkline/core/clock.hpp"
#include "trunkline/wire/messages.hpp"

namespace trunkline::net {

// One writer, many readers; each value is right by itself, no order between them is promised.
class Counter {
 public:
  void add(std::uint64_t by = 1) noexcept { set(get() + by); }
  void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
  std::uint64_t get() const noexcept { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

struct SessionStats {
  Counter messages;  // received, of all lanes
  Counter bytes;     // received on WebSockets
  Counter messages_sent;
  Counter requests;           // sent
  Counter requests_failed;    // without an HTTP reply
  Counter requests_queued;    // waiting now, for the rate limit or a connection
  Counter rate_limited;       // times the venue said 429 or 418, or Retry-After
  Counter connects;           // connections that came about
  Counter connect_errors;     // attempts that failed
  Counter disconnects;        // open connections that were lost
  Counter reconnects;         // connections that came about after a loss
  Counter replacements;       // old connections replaced before their age ran out
  Counter events;             // reported by the venue
  Counter parse_errors;       // of those, the ones whose name ends in "parse_error"
  Counter lanes_connected;    // now
  Counter last_receive_time;  // Unix nanoseconds; 0: nothing yet

  Nanos last_received() const noexcept { return Nanos(static_cast<std::int64_t>(last_receive_time.get())); }
};

// One lane as an operator sees it.
struct LaneInfo {
  std::string name;
  std::string url;  // where it really connects to
  wire::ConnectionState state = wire::ConnectionState::Disconnected;
  Nanos connected_since{0};  // Unix; 0 while not connected
  std::uint64_t reconnects = 0;
  std::uint32_t attempt = 0;  // tries since the last connection that lasted
  std::string last_reason;    // of the last loss or failure
};

}  // namespace trunkline::net
