// A venue with a thread, sockets and a ring of its own: what connects to one exchange.
//
// Thread: start() and stop() are the owner's; command() and report() are for any thread. Frames come from the
// connector's thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "trunkline/bus/ring.hpp"
#include "trunkline/connector/exchange_connector.hpp"
#include "trunkline/core/error.hpp"
#include "trunkline/core/event.hpp"
#include "trunkline/venue/venue.hpp"

namespace trunkline::connector {

struct SessionConnectorConfig {
  std::string name;
  venue::ConnectorId id{};  // unique among the connectors of one stream
  bus::RingConfig ring;
  // Scheme and host in place of the venue's own; empty: the venue's own.
  std::string stream_url;
  std::string rest_url;
  std::uint32_t reconnect_attempts = 0;  // failures in a row before giving up; 0: for ever
  Nanos reconnect_delay = std::chrono::milliseconds{500};
  Nanos tick = std::chrono::milliseconds{100};  // how often the venue looks at its timers
};

struct ConnectionReport {
  std::string connector;
  std::string exchange;
  bool connected = false;  // every lane has a connection whose upgrade succeeded
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  std::uint64_t requests = 0;
  std::uint64_t rate_limited = 0;
  std::uint64_t reconnects = 0;
  std::uint64_t frames = 0;  // published on its ring
};

class SessionConnector final : public IExchangeConnector {
 public:
  // Makes a venue; called at every start(), because a venue's state belongs to one life of its connections.
  using MakeVenue = std::function<std::unique_ptr<venue::Venue>()>;

  // An error where an address cannot be read or TLS cannot be set up. `log` outlives the connector.
  static Result<std::shared_ptr<SessionConnector>> make(SessionConnectorConfig config, std::string exchange,
                                                        MakeVenue make_venue, EventLog& log);
  ~SessionConnector() override;

  std::string exchange_id() const override;
  void start() override;
  void stop() override;
  const std::shared_ptr<bus::Ring>& ring() const noexcept override { return ring_; }

  const std::string& name() const noexcept { return config_.name; }
  venue::ConnectorId id() const noexcept { return config_.id; }

  // Carried out on the connector's thread, also after later restarts; what the venue refuses goes to the log.
  void command(const venue::Command& command);
  ConnectionReport report() const;

 private:
  struct Running;
  struct Stats;

  SessionConnector(SessionConnectorConfig config, std::string exchange, MakeVenue make_venue, EventLog& log);
  Result<std::unique_ptr<Running>> prepare();
  void remember(const venue::Command& command);
  void post(const venue::Command& command);

  SessionConnectorConfig config_;
  std::string exchange_;
  MakeVenue make_venue_;
  EventLog& log_;
  std::shared_ptr<bus::Ring> ring_;
  std::unique_ptr<Stats> stats_;
  std::uint32_t sequence_ = 0;  // of the next frame; goes on where the last life ended
  mutable std::mutex mutex_;    // of what follows
  std::vector<venue::Command> commands_;
  std::unique_ptr<Running> running_;
};

}  // namespace trunkline::connector
