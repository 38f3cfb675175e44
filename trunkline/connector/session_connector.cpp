#include "trunkline/connector/session_connector.hpp"

#include <algorithm>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <thread>
#include <utility>

#include "trunkline/net/session.hpp"
#include "trunkline/venue/sink.hpp"

namespace trunkline::connector {

// One life of the connector, from start() to stop().
struct SessionConnector::Running {
  std::unique_ptr<venue::Venue> venue;
  net::asio::io_context io{1};
  venue::Sink sink;
  std::unique_ptr<net::Session> session;
  std::thread thread;

  Running(bus::Ring& ring, venue::ConnectorId id, std::unique_ptr<venue::Venue> a_venue, std::uint32_t sequence)
      : venue(std::move(a_venue)), sink(ring, id, sequence) {}
};

struct SessionConnector::Stats : net::SessionStats {};

SessionConnector::SessionConnector(SessionConnectorConfig config, std::string exchange, MakeVenue make_venue,
                                   EventLog& log)
    : config_(std::move(config)),
      exchange_(std::move(exchange)),
      make_venue_(std::move(make_venue)),
      log_(log),
      ring_(std::make_shared<bus::Ring>(config_.ring)),
      stats_(std::make_unique<Stats>()) {}

SessionConnector::~SessionConnector() {
  stop();
}

Result<std::shared_ptr<SessionConnector>> SessionConnector::make(SessionConnectorConfig config, std::string exchange,
                                                                 MakeVenue make_venue, EventLog& log) {
  std::shared_ptr<SessionConnector> connector(
      new SessionConnector(std::move(config), std::move(exchange), std::move(make_venue), log));
  // Everything that can be refused is refused now, not on the thread of a later start().
  if (auto running = connector->prepare(); !running) return std::unexpected(running.error());
  return connector;
}

Result<std::unique_ptr<SessionConnector::Running>> SessionConnector::prepare() {
  auto running = std::make_unique<Running>(*ring_, config_.id, make_venue_(), sequence_);
  net::SessionConfig session;
  session.connector = config_.name;
  session.stream_url = config_.stream_url;
  session.rest_url = config_.rest_url;
  session.backoff.first = config_.reconnect_delay;
  session.backoff.cap = std::max<Nanos>(std::chrono::seconds{30}, config_.reconnect_delay);
  session.backoff.attempt_limit = config_.reconnect_attempts;
  session.tick = config_.tick;
  auto made = net::Session::make(running->io, *running->venue, running->sink, log_, *stats_, session);
  if (!made) return std::unexpected(made.error());
  running->session = *std::move(made);
  return running;
}

std::string SessionConnector::exchange_id() const {
  return exchange_;
}

void SessionConnector::start() {
  const std::lock_guard lock(mutex_);
  if (running_) return;
  auto prepared = prepare();
  if (!prepared) {
    log_.write({Severity::Error, "connector_start_failed", config_.name, {}, {{"reason", prepared.error().message}}});
    return;
  }
  running_ = *std::move(prepared);
  Running& running = *running_;
  net::asio::post(running.io, [&running] { running.session->start(); });
  for (const venue::Command& command : commands_) post(command);
  running.thread = std::thread([&running] {
    const auto work = net::asio::make_work_guard(running.io);
    running.io.run();
  });
}

void SessionConnector::stop() {
  std::unique_ptr<Running> running;
  {
    const std::lock_guard lock(mutex_);
    running = std::move(running_);
  }
  if (!running) return;
  net::asio::post(running->io, [&running] {
    running->session->stop();
    running->io.stop();
  });
  running->thread.join();
  sequence_ = running->sink.sequence();
}

void SessionConnector::command(const venue::Command& command) {
  const std::lock_guard lock(mutex_);
  if (command.action != venue::Action::Resend) remember(command);
  if (running_) post(command);
}

// What a later start() has to ask for again.
void SessionConnector::remember(const venue::Command& command) {
  const auto same = std::ranges::find(commands_, command.symbol, &venue::Command::symbol);
  if (same == commands_.end()) {
    if (command.action == venue::Action::Subscribe) commands_.push_back(command);
  } else if (command.action == venue::Action::Subscribe) {
    same->channels.add(command.channels);
  } else {
    same->channels.remove(command.channels);
    if (same->channels.empty()) commands_.erase(same);
  }
}

void SessionConnector::post(const venue::Command& command) {
  net::asio::post(running_->io, [this, command, session = running_->session.get()] {
    const auto done = session->command(command);
    if (done) return;
    const bool subscribing = command.action == venue::Action::Subscribe;
    log_.write({Severity::Error,
                subscribing ? "subscription_refused" : "command_refused",
                config_.name,
                command.symbol.to_text(),
                {{"reason", done.error().message}}});
  });
}

ConnectionReport SessionConnector::report() const {
  constexpr auto relaxed = std::memory_order_relaxed;
  ConnectionReport report;
  report.connector = config_.name;
  report.exchange = exchange_;
  const auto lanes = stats_->lanes.load(relaxed);
  report.connected = lanes != 0 && stats_->connected_lanes.load(relaxed) == lanes;
  report.messages = stats_->messages.load(relaxed);
  report.bytes = stats_->bytes.load(relaxed);
  report.requests = stats_->requests.load(relaxed);
  report.rate_limited = stats_->rate_limited.load(relaxed);
  report.reconnects = stats_->reconnects.load(relaxed);
  report.frames = ring_->published();
  return report;
}

}  // namespace trunkline::connector
