#include "trunkline/net/session.hpp"

#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <random>

#include "trunkline/net/session_impl.hpp"

namespace trunkline::net {
namespace {

SessionConfig completed(SessionConfig config, const venue::Venue& venue) {
  if (config.connector.empty()) config.connector = venue.exchange();
  if (config.seed == 0) config.seed = std::random_device{}();
  return config;
}

}  // namespace

Session::Impl::Impl(asio::io_context& context, venue::Venue& driven, venue::Sink& to, EventLog& event_log,
                    SessionConfig settings)
    : io(context),
      venue(driven),
      sink(to),
      log(event_log),
      config(completed(std::move(settings), driven)),
      requests(context, driven.limits(), config, stats, *this),
      jitter({}, config.seed + 1),
      ticker_(context) {}

Result<void> Session::Impl::start() {
  if (running) return {};
  if (lanes.empty()) {
    std::vector<std::unique_ptr<LaneDriver>> made;
    for (const venue::Lane& lane : venue.lanes()) {
      Url later;
      later.scheme = "wss";
      auto url = lane.url.empty() ? Result<Url>(later) : config.endpoints.apply(std::string_view(lane.url));
      if (!url) return std::unexpected(url.error());
      if (url->scheme != "ws" && url->scheme != "wss") {
        return fail(ErrorCode::InvalidArgument, fmt::format("lane '{}': '{}' is no WebSocket", lane.name, lane.url));
      }
      if (made.size() >= requests_connection) return fail(ErrorCode::Unsupported, "a venue has at most 15 lanes");
      if (url->secure() && !tls) {
        auto context = TlsContext::client(config.tls);
        if (!context) return std::unexpected(context.error());
        tls = std::move(*context);
      }
      made.push_back(
          std::make_unique<LaneDriver>(*this, static_cast<std::uint8_t>(made.size()), lane, std::move(*url)));
    }
    lanes = std::move(made);
  }
  running = true;
  requests.start();
  if (!std::exchange(started_before, true)) {
    const Nanos now = unix_now();
    with_venue(now, requests_connection,
               [&](venue::Sink& to, venue::Outbox& outbox) { venue.on_start(now, to, outbox); });
    for (auto& [command, done] : std::exchange(early_commands_, {})) execute(command, done);
  }
  for (const auto& lane : lanes) lane->start();
  ticker_.expires_after(config.tick);
  schedule_tick();
  requests.pump();
  return {};
}

void Session::Impl::stop() {
  if (!std::exchange(running, false)) return;
  ticker_.cancel();
  requests.stop();
  for (const auto& lane : lanes) lane->stop();
  sink.flush();
}

void Session::Impl::schedule_tick() {
  ticker_.async_wait([weak = weak_from_this()](error_code error) {
    const auto self = weak.lock();
    if (error || !self || !self->running) return;
    const Nanos now = unix_now();
    self->with_venue(now, requests_connection,
                     [&](venue::Sink& to, venue::Outbox& outbox) { self->venue.on_tick(now, to, outbox); });
    const Nanos monotonic = monotonic_now();
    for (const auto& lane : self->lanes) {
      if (self->running) lane->tick(monotonic);
    }
    if (!self->running) return;
    self->requests.pump();
    // Ticks that were slept through are not made up for.
    const auto next = self->ticker_.expiry() + self->config.tick;
    self->ticker_.expires_at(std::max(next, std::chrono::steady_clock::now()));
    self->schedule_tick();
  });
}

void Session::Impl::execute(const venue::Command& command, const std::function<void(Result<void>)>& done) {
  if (!started_before) {
    early_commands_.emplace_back(command, done);
    return;
  }
  Result<void> result;
  const Nanos now = unix_now();
  with_venue(now, requests_connection,
             [&](venue::Sink& to, venue::Outbox& outbox) { result = venue.command(command, now, to, outbox); });
  if (done) done(std::move(result));
}

void Session::Impl::settle() {
  // Settling calls the venue again, which may ask for more.
  settle_again_ = true;
  if (settling_) return;
  settling_ = true;
  while (std::exchange(settle_again_, false)) {
    for (const auto& lane : lanes) {
      if (running) lane->settle();
    }
  }
  settling_ = false;
  sink.flush();
  if (running) requests.pump();
}

LaneConnection* Session::Impl::find(venue::ConnectionId id) noexcept {
  for (const auto& lane : lanes) {
    if (LaneConnection* const found = lane->find(id)) return found;
  }
  return nullptr;
}

void Session::Impl::send(venue::ConnectionId connection, std::string text) {
  if (LaneConnection* const found = find(connection); found != nullptr && found->open) {
    found->send(std::move(text), false);
  }
}

void Session::Impl::send_binary(venue::ConnectionId connection, std::string bytes) {
  if (LaneConnection* const found = find(connection); found != nullptr && found->open) {
    found->send(std::move(bytes), true);
  }
}

void Session::Impl::request(venue::Request request) {
  requests.push(std::move(request));
}

void Session::Impl::reconnect(venue::ConnectionId connection, std::string reason) {
  LaneConnection* const found = find(connection);
  if (found == nullptr || found->unwanted) return;
  found->unwanted = true;
  found->unwanted_because = std::move(reason);
}

void Session::Impl::reconnect_after(venue::ConnectionId connection, Nanos wait, std::string reason) {
  if (LaneConnection* const found = find(connection)) found->hold = wait;
  reconnect(connection, std::move(reason));
}

void Session::Impl::give_up(venue::ConnectionId connection, std::string reason) {
  if (LaneConnection* const found = find(connection)) found->for_good = true;
  reconnect(connection, std::move(reason));
}

void Session::Impl::set_url(venue::LaneId lane, std::string text) {
  const auto url = config.endpoints.apply(std::string_view(text));
  const auto index = static_cast<std::size_t>(lane);
  if (!url || index >= lanes.size()) {
    report({Severity::Error,
            "connector_address_refused",
            {},
            {},
            {{"error", url ? "no such lane" : url.error().message}}});
    return;
  }
  lanes[index]->set_url(*url);
}

void Session::Impl::with_outbox(const std::function<void(Nanos now, venue::Outbox& outbox)>& call) {
  const Nanos now = unix_now();
  // Within a call of the venue its own end carries out what is asked for.
  if (inside_ != 0) return call(now, *this);
  with_venue(now, requests_connection, [&](venue::Sink&, venue::Outbox& outbox) { call(now, outbox); });
}

void Session::Impl::ready(venue::ConnectionId connection) {
  if (LaneConnection* const found = find(connection)) found->ready = true;
}

void Session::Impl::report(Event event) {
  stats.events.add();
  if (event.name.ends_with("parse_error")) stats.parse_errors.add();
  if (event.connector.empty()) event.connector = config.connector;
  log.write(event);
}

void Session::Impl::on_reply(const venue::Reply& reply) {
  with_venue(reply.received, requests_connection,
             [&](venue::Sink& to, venue::Outbox& outbox) { venue.on_reply(reply, to, outbox); });
}

void Session::Impl::on_rate_limited(int status, Nanos hold) {
  Event event{.severity = Severity::Warning, .name = "connector_rate_limited", .connector = config.connector};
  event.fields.emplace_back("status", std::to_string(status));
  event.fields.emplace_back("hold_ms", std::to_string(hold / std::chrono::milliseconds{1}));
  log.write(event);
}

void Session::Impl::hold_requests(int status, Nanos hold) {
  requests.hold(hold);
  stats.rate_limited.add();
  on_rate_limited(status, hold);
}

void Session::Impl::publish_status(const LaneDriver& lane, wire::ConnectionStatus status, std::string_view endpoint,
                                   std::string_view reason) {
  sink.begin(unix_now(), lane.index());
  static_cast<void>(sink.publish(status, std::string_view(config.connector), endpoint, reason));
  sink.flush();
  update_infos();
}

void Session::Impl::update_infos() {
  std::vector<LaneInfo> fresh;
  std::uint64_t connected = 0;
  for (const auto& lane : lanes) {
    fresh.push_back(lane->info());
    if (fresh.back().state == wire::ConnectionState::Connected) ++connected;
  }
  stats.lanes_connected.set(connected);
  const std::lock_guard lock(info_mutex);
  infos = std::move(fresh);
}

Session::Session(asio::io_context& io, venue::Venue& venue, venue::Sink& sink, EventLog& log, SessionConfig config)
    : impl_(std::make_shared<Impl>(io, venue, sink, log, std::move(config))) {}
Session::~Session() {
  impl_->stop();
}

Result<void> Session::start() {
  return impl_->start();
}
void Session::stop() {
  impl_->stop();
}
bool Session::running() const noexcept {
  return impl_->running;
}

void Session::command(venue::Command command, std::function<void(Result<void>)> done) {
  asio::post(impl_->io, [weak = std::weak_ptr(impl_), command = std::move(command), done = std::move(done)] {
    if (const auto self = weak.lock()) {
      self->execute(command, done);
    } else if (done) {
      done(fail(ErrorCode::Closed, "the session is gone"));
    }
  });
}

void Session::with_outbox(const std::function<void(Nanos now, venue::Outbox& outbox)>& call) {
  impl_->with_outbox(call);
}

const SessionStats& Session::stats() const noexcept {
  return impl_->stats;
}

std::vector<LaneInfo> Session::lanes() const {
  const std::lock_guard lock(impl_->info_mutex);
  return impl_->infos;
}

}  // namespace trunkline::net
