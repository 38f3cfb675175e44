// A venue's HTTP requests, kept within its rate limit. Part of Session.
//
// Thread: the session's.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>

#include "trunkline/net/backoff.hpp"
#include "trunkline/net/http_client.hpp"
#include "trunkline/net/rate_limiter.hpp"
#include "trunkline/net/session.hpp"

namespace trunkline::net {

class RequestQueue {
 public:
  struct Listener {
    virtual ~Listener() = default;
    virtual void on_reply(const venue::Reply& reply) = 0;
    // The venue asked to be left alone for that long; 429, 418, or Retry-After on another status.
    virtual void on_rate_limited(int status, Nanos hold) = 0;
  };

  RequestQueue(asio::io_context& io, const venue::RequestLimits& limits, const SessionConfig& config,
               SessionStats& stats, Listener& listener);

  void push(venue::Request request);
  void start();
  // What is under way goes back to the head of the queue.
  void stop();
  // Sends what may be sent now. To be called often: about each tick.
  void pump();
  // Nothing goes out before `duration` from now.
  void hold(Nanos duration) { limiter_.hold_until(monotonic_now() + duration); }

 private:
  void send(venue::Request request);
  void finished(std::uint64_t ticket, Result<HttpClient::Reply> result);
  void judge(const HttpClient::Reply& reply);
  bool pump_one(std::deque<venue::Request>& queue, Urgency urgency);
  void note_depth() { stats_.requests_queued.set(normal_.size() + low_.size() + in_flight_.size()); }

  asio::io_context& io_;
  venue::RequestLimits limits_;
  const SessionConfig& config_;
  SessionStats& stats_;
  Listener& listener_;
  RateLimiter limiter_;
  Backoff failures_;
  std::optional<HttpClient> client_;
  std::deque<venue::Request> normal_;
  std::deque<venue::Request> low_;
  std::map<std::uint64_t, venue::Request> in_flight_;  // by ticket, in the order they were sent
  std::uint64_t next_ticket_ = 0;
};

}  // namespace trunkline::net
