// A venue seen from outside: passes every call on to another venue, and shows what goes in and comes out. For probes
// and tests of a live venue; nothing on the way of a running hub uses it.
//
// Thread: the venue's.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "trunkline/venue/venue.hpp"

namespace trunkline::venue {

// Told before the venue acts, with what it got or asked for.
class VenueObserver {
 public:
  virtual ~VenueObserver() = default;
  virtual void opened(ConnectionId, LaneId) {}
  virtual void received(ConnectionId, std::span<const char>) {}
  virtual void closed(ConnectionId, std::string_view) {}
  virtual void replied(const Reply&) {}
  virtual void sent(ConnectionId, std::string_view) {}
  virtual void requested(const Request&) {}
  virtual void became_ready(ConnectionId) {}
};

class ObservedVenue final : public Venue {
 public:
  // The observer outlives it.
  ObservedVenue(std::unique_ptr<Venue> venue, VenueObserver& observer)
      : venue_(std::move(venue)), observer_(observer) {}

  const Venue& inner() const noexcept { return *venue_; }
  // As the venue itself may: this connection is given up at the next tick.
  void give_up(ConnectionId connection, std::string reason) { unwanted_.emplace_back(connection, std::move(reason)); }

  std::string_view exchange() const noexcept override { return venue_->exchange(); }
  std::span<const Lane> lanes() const noexcept override { return venue_->lanes(); }
  RequestLimits limits() const override { return venue_->limits(); }

  void on_start(Nanos now, Sink& sink, Outbox& outbox) override {
    Watched watched(outbox, observer_);
    venue_->on_start(now, sink, watched);
  }
  void on_open(ConnectionId connection, LaneId lane, Nanos now, Sink& sink, Outbox& outbox) override {
    observer_.opened(connection, lane);
    Watched watched(outbox, observer_);
    venue_->on_open(connection, lane, now, sink, watched);
  }
  void on_bytes(ConnectionId connection, std::span<char> message, Nanos received, Sink& sink, Outbox& outbox) override {
    observer_.received(connection, message);
    Watched watched(outbox, observer_);
    venue_->on_bytes(connection, message, received, sink, watched);
  }
  void on_closed(ConnectionId connection, std::string_view reason, Nanos now, Sink& sink, Outbox& outbox) override {
    observer_.closed(connection, reason);
    Watched watched(outbox, observer_);
    venue_->on_closed(connection, reason, now, sink, watched);
  }
  void on_reply(const Reply& reply, Sink& sink, Outbox& outbox) override {
    observer_.replied(reply);
    Watched watched(outbox, observer_);
    venue_->on_reply(reply, sink, watched);
  }
  void on_tick(Nanos now, Sink& sink, Outbox& outbox) override {
    for (auto& [connection, reason] : std::exchange(unwanted_, {})) outbox.reconnect(connection, std::move(reason));
    Watched watched(outbox, observer_);
    venue_->on_tick(now, sink, watched);
  }
  Result<void> command(const Command& command, Nanos now, Sink& sink, Outbox& outbox) override {
    Watched watched(outbox, observer_);
    return venue_->command(command, now, sink, watched);
  }

 private:
  class Watched final : public Outbox {
   public:
    Watched(Outbox& outbox, VenueObserver& observer) noexcept : outbox_(outbox), observer_(observer) {}
    void send(ConnectionId connection, std::string text) override {
      observer_.sent(connection, text);
      outbox_.send(connection, std::move(text));
    }
    void request(Request request) override {
      observer_.requested(request);
      outbox_.request(std::move(request));
    }
    void reconnect(ConnectionId connection, std::string reason) override {
      outbox_.reconnect(connection, std::move(reason));
    }
    void set_url(LaneId lane, std::string url) override { outbox_.set_url(lane, std::move(url)); }
    void ready(ConnectionId connection) override {
      observer_.became_ready(connection);
      outbox_.ready(connection);
    }
    void report(Event event) override { outbox_.report(std::move(event)); }

   private:
    Outbox& outbox_;
    VenueObserver& observer_;
  };

  std::unique_ptr<Venue> venue_;
  VenueObserver& observer_;
  std::vector<std::pair<ConnectionId, std::string>> unwanted_;
};

}  // namespace trunkline::venue
