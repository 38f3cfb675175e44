// A venue with a thread, sockets and a ring of its own: what connects to one exchange.
//
// Thread: start() and stop() are the owner's; command() and report() are for any thread. Frames come from the
// connector's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <thread>

#include "trunkline/connector/exchange_connector.hpp"
#include "trunkline/core/error.hpp"
#include "trunkline/core/event.hpp"
#include "trunkline/net/session.hpp"
#include "trunkline/venue/venue.hpp"

namespace trunkline::connector {

struct SessionConnectorConfig {
  venue::ConnectorId id{};  // unique among the connectors of one stream
  bus::RingConfig ring = {};
  net::SessionConfig session = {};
};

class SessionConnector final : public IExchangeConnector {
 public:
  // `log` outlives the connector.
  SessionConnector(SessionConnectorConfig config, std::unique_ptr<venue::Venue> venue, EventLog& log);
  ~SessionConnector() override;
  SessionConnector(const SessionConnector&) = delete;
  SessionConnector& operator=(const SessionConnector&) = delete;

  std::string exchange_id() const override { return std::string(venue_->exchange()); }
  // An address that cannot be read, or TLS that cannot be set up, goes to the log as connector_start_failed.
  void start() override;
  void stop() override;

  // Carried out on the connector's thread, before start() and after a restart too; what the venue refuses goes to the
  // log, and the result is never an error.
  Result<void> command(const venue::Command& command) override;
  ConnectionReport report() const override;

 private:
  std::unique_ptr<venue::Venue> venue_;
  EventLog& log_;
  net::asio::io_context io_{1};
  net::Session session_;
  std::thread thread_;
};

}  // namespace trunkline::connector
