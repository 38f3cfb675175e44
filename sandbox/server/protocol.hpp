// What makes a sandbox a venue's: its paths, its messages and the instruments it lists. One object a server; the host
// does the rest.
//
// Thread: the server's, all calls; list() and begin() come first, before the server listens.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sandbox/market/listed_market.hpp"
#include "sandbox/server/client.hpp"
#include "trunkline/net/http_server.hpp"

namespace trunkline::sandbox {

class VenueHost;

class Protocol : public MarketListener {
 public:
  // "coinbase": in status and events.
  virtual std::string_view venue() const noexcept = 0;
  // The instruments of the symbols asked for, each as the venue writes it. An instrument is known by market and symbol.
  virtual Result<std::vector<Instrument>> list(const std::vector<std::string>& symbols) = 0;
  // The host lives longer than the protocol is called.
  virtual void begin(VenueHost& host) = 0;

  // A WebSocket upgrade: nullopt accepts, a response refuses.
  virtual std::optional<net::HttpResponse> refuse(const net::HttpRequest& request) = 0;
  virtual void open(Client& client, const net::HttpRequest& request) = 0;
  virtual void message(Client& client, MessageKind kind, std::string_view text) = 0;
  // Once, whoever ended it; no pointer to the client may be kept.
  virtual void gone(Client&) {}

  // REST. False: not a path of this venue, the host answers 404.
  virtual bool request(const net::HttpRequest&, net::Responder) { return false; }

  // A path of /sandbox/ that is the venue's own; nullopt leaves it to the server.
  virtual std::optional<net::HttpResponse> control(const net::HttpRequest&) { return std::nullopt; }
  // Its clock is so far ahead from now on; 0 sets it right.
  virtual void skew_clock(std::int64_t /*ms*/) {}

  // Every 10 ms, also while paused: heartbeats, batched book changes, time-outs.
  virtual void tick(Nanos /*monotonic*/) {}
  // The flow pauses: tell what is collected and not sent, so that clients hold the book that /sandbox/book tells.
  virtual void flush() {}

  // Falsifies a message that is about to be sent, so that it still parses.
  virtual void corrupt(std::string& message, bool price);
  // The last step before a frame is made, after all faults: a venue that compresses messages itself does it here.
  virtual std::string pack(Client&, std::string message) { return message; }

  // For the status.
  virtual std::size_t subscriptions(const Client&) const { return 0; }
  virtual int used_weight() const { return 0; }
};

}  // namespace trunkline::sandbox
