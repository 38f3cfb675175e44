#include "trunkline/connector/session_connector.hpp"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <utility>

namespace trunkline::connector {

SessionConnector::SessionConnector(SessionConnectorConfig config, std::unique_ptr<venue::Venue> venue, EventLog& log)
    : IExchangeConnector(
          {.name = config.session.connector.empty() ? std::string(venue->exchange()) : config.session.connector,
           .id = config.id,
           .ring = config.ring,
           .log = &log}),
      venue_(std::move(venue)),
      log_(log),
      session_(io_, *venue_, sink(), log_, std::move(config.session)) {}

SessionConnector::~SessionConnector() {
  stop();
}

void SessionConnector::start() {
  if (thread_.joinable()) return;
  io_.restart();
  net::asio::post(io_, [this] {
    if (const auto started = session_.start(); !started) {
      log_.write({Severity::Error, "connector_start_failed", name(), {}, {{"error", started.error().message}}});
    }
  });
  thread_ = std::thread([this] {
    const auto work = net::asio::make_work_guard(io_);
    io_.run();
  });
}

void SessionConnector::stop() {
  if (!thread_.joinable()) return;
  net::asio::post(io_, [this] {
    session_.stop();
    io_.stop();
  });
  thread_.join();
}

Result<void> SessionConnector::command(const venue::Command& command) {
  session_.command(command, [this, command](const Result<void>& done) {
    if (done) return;
    const bool subscribing = command.action == venue::Action::Subscribe;
    log_.write({Severity::Error,
                subscribing ? "subscription_failed" : "command_failed",
                name(),
                command.symbol.to_text(),
                {{"error", done.error().message}}});
  });
  return {};
}

ConnectionReport SessionConnector::report() const {
  const net::SessionStats& stats = session_.stats();
  const auto lanes = session_.lanes();
  ConnectionReport report;
  report.connector = name();
  report.exchange = venue_->exchange();
  report.connected = !lanes.empty() && std::ranges::all_of(lanes, [](const net::LaneInfo& lane) {
    return lane.state == wire::ConnectionState::Connected;
  });
  // What is only polled has no connection of its own: it counts as one while requests are answered.
  if (venue_->lanes().empty()) report.connected = stats.requests.get() > stats.requests_failed.get();
  report.messages = stats.messages.get();
  report.bytes = stats.bytes.get();
  report.requests = stats.requests.get();
  report.rate_limited = stats.rate_limited.get();
  report.reconnects = stats.reconnects.get();
  report.parse_errors = stats.parse_errors.get();
  report.frames = ring()->published();
  return report;
}

}  // namespace trunkline::connector
