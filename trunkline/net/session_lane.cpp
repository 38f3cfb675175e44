#include <fmt/format.h>

#include "trunkline/net/session_impl.hpp"

namespace trunkline::net {

LaneConnection::LaneConnection(LaneDriver& driver, venue::ConnectionId number, std::uint32_t messages_per_second)
    : lane(&driver), id(number), rate_({.weight = messages_per_second, .window = std::chrono::seconds{1}}) {}

void LaneConnection::on_open() {
  if (lane == nullptr) return;
  lane->opened(*this);
}

void LaneConnection::on_message(std::span<char> message, Nanos received) {
  if (lane == nullptr || unwanted) return;
  ++batch_;
  last_received_ = received;
  lane->session().feed(*this, message, received);
}

void LaneConnection::on_drained() {
  if (lane == nullptr) return;
  account();
  lane->session().settle();
}

void LaneConnection::on_closed(const WebSocketClosed& closed) {
  if (lane == nullptr) {
    // The goodbye was answered; this ends with its entry.
    farewells->remove_if([this](const auto& entry) { return entry.get() == this; });
    return;
  }
  account();
  lane->closed(*this, closed);
}

void LaneConnection::account() {
  SessionStats& stats = lane->session().stats;
  const std::uint64_t bytes = socket->bytes_received();
  stats.bytes.add(bytes - std::exchange(counted_bytes_, bytes));
  if (batch_ == 0) return;
  stats.messages.add(std::exchange(batch_, 0));
  stats.last_receive_time.set(static_cast<std::uint64_t>(last_received_.count()));
}

void LaneConnection::send(std::string message, bool binary) {
  outgoing_.push_back({std::move(message), binary});
  pump();
}

void LaneConnection::pump() {
  while (!outgoing_.empty()) {
    const Nanos now = monotonic_now();
    if (rate_.wait(now, 1) > Nanos{0}) return;
    rate_.sent(now, 1);
    const Outgoing& next = outgoing_.front();
    next.binary ? socket->send_binary(next.message) : socket->send_text(next.message);
    outgoing_.pop_front();
    lane->session().stats.messages_sent.add();
  }
}

LaneDriver::LaneDriver(Session::Impl& session, std::uint8_t index, const venue::Lane& lane, Url url)
    : session_(session),
      index_(index),
      lane_(lane),
      url_(std::move(url)),
      backoff_(session.config.backoff, session.config.seed + 100 + index),
      retry_(session.io) {}

std::unique_ptr<LaneConnection> LaneDriver::connect() {
  const SessionConfig& config = session_.config;
  const auto id = static_cast<venue::ConnectionId>(session_.next_connection++);
  auto connection = std::make_unique<LaneConnection>(*this, id, lane_.messages_per_second);
  WebSocketClientOptions options;
  options.url = url_;
  options.tls = session_.tls;
  options.open_timeout = config.open_timeout;
  options.silence_before_ping =
      lane_.silence_before_ping.count() != 0 ? lane_.silence_before_ping : config.silence_before_ping;
  options.pong_timeout = config.pong_timeout;
  options.offer_deflate = config.offer_deflate;
  for (const auto& [name, value] : lane_.headers) options.headers.add(name, value);
  connection->socket = std::make_unique<WebSocketClient>(session_.io, std::move(options), *connection);
  connection->socket->open();
  return connection;
}

void LaneDriver::start() {
  running_ = true;
  had_connection_ = false;
  backoff_.reset();
  replace_at_ = Nanos{0};
  if (url_.host.empty()) return set_state(wire::ConnectionState::Disconnected, "waits for its address");
  current_ = connect();
  set_state(wire::ConnectionState::Connecting, "");
}

void LaneDriver::set_url(Url url) {
  const bool waiting = url_.host.empty();
  url_ = std::move(url);
  if (!waiting || !running_) return;
  current_ = connect();
  set_state(wire::ConnectionState::Connecting, "");
}

std::string LaneDriver::address() const {
  if (url_.host.empty()) return {};
  std::string text = url_.to_text();
  // What a venue sets later carries a key of the session.
  if (lane_.url.empty()) text.resize(std::min(text.find('?'), text.size()));
  return text;
}

void LaneDriver::stop() {
  running_ = false;
  retry_.cancel();
  ++retry_generation_;
  farewells_.clear();
  std::unique_ptr<LaneConnection> ending[] = {std::move(next_), std::move(current_)};
  for (auto& connection : ending) {
    if (!connection) continue;
    const bool was_open = connection->open;
    connection->lane = nullptr;
    // The close frame is in the kernel's hands when the socket goes.
    connection->socket->close(1000, "");
    connection->socket.reset();
    if (was_open) tell_closed(connection->id, "stopped");
  }
  set_state(wire::ConnectionState::Stopped, "stopped");
}

// Says goodbye in the background; whatever still comes is not handed on.
void LaneDriver::retire(std::unique_ptr<LaneConnection> connection) {
  connection->lane = nullptr;
  connection->farewells = &farewells_;
  WebSocketClient& socket = *connection->socket;
  farewells_.push_back(std::move(connection));
  socket.close(1000, "");
}

void LaneDriver::tell_closed(venue::ConnectionId id, std::string_view reason) {
  const Nanos now = unix_now();
  session_.with_venue(now, index_, [&](venue::Sink& sink, venue::Outbox& outbox) {
    session_.venue.on_closed(id, reason, now, sink, outbox);
  });
}

LaneConnection* LaneDriver::find(venue::ConnectionId id) noexcept {
  if (current_ && current_->id == id) return current_.get();
  if (next_ && next_->id == id) return next_.get();
  return nullptr;
}

void LaneDriver::opened(LaneConnection& connection) {
  connection.open = true;
  connection.opened = monotonic_now();
  connection.opened_unix = unix_now();
  session_.stats.connects.add();
  if (&connection == current_.get()) {
    became_current();
    report(Severity::Info, "connector_connected", "");
  } else {
    promote_at_ = connection.opened + session_.config.replace_timeout;
  }
  session_.with_venue(connection.opened_unix, index_, [&](venue::Sink& sink, venue::Outbox& outbox) {
    session_.venue.on_open(connection.id, venue::LaneId{index_}, connection.opened_unix, sink, outbox);
  });
}

void LaneDriver::became_current() {
  if (std::exchange(had_connection_, true)) {
    ++reconnects_;
    session_.stats.reconnects.add();
  }
  connected_since_ = current_->opened_unix;
  plan_replacement(current_->opened);
  set_state(wire::ConnectionState::Connected, "");
}

void LaneDriver::plan_replacement(Nanos opened) {
  if (lane_.maximum_age.count() == 0) {
    replace_at_ = Nanos{0};
    return;
  }
  // Somewhere in the last 15 % but 5 of its life: many sessions that began together do not renew together.
  const double part = 0.95 - 0.10 * session_.jitter.chance();
  replace_at_ = opened + Nanos(static_cast<std::int64_t>(static_cast<double>(lane_.maximum_age.count()) * part));
}

void LaneDriver::closed(LaneConnection& connection, const WebSocketClosed& how) {
  connection.unwanted = false;  // it went by itself
  std::optional<Nanos> hold = how.retry_after;
  if (how.http_status == 429 && !hold) hold = session_.config.hold_after_429;
  if (how.http_status == 418 && !hold) hold = session_.config.hold_after_418;
  if (hold && (how.http_status == 429 || how.http_status == 418)) session_.hold_requests(how.http_status, *hold);
  if (&connection == current_.get()) {
    lose_current(how.reason, hold);
  } else if (&connection == next_.get()) {
    lose_next(how.reason, hold);
  }
}

// The connection that served is gone. What was to replace it takes over, or a new attempt is planned.
void LaneDriver::lose_current(const std::string& reason, std::optional<Nanos> at_least) {
  auto gone = std::move(current_);
  if (gone->open) {
    session_.stats.disconnects.add();
    report(Severity::Warning, "connector_disconnected", reason);
    if (monotonic_now() - gone->opened >= session_.config.stable_after) backoff_.reset();
  } else {
    session_.stats.connect_errors.add();
    report(Severity::Warning, "connector_connection_error", reason);
  }
  connected_since_ = Nanos{0};
  if (gone->hold) at_least = std::max(*gone->hold, at_least.value_or(Nanos{0}));
  if (gone->for_good) {
    if (auto other = std::move(next_)) {
      other->unwanted = true;
      finish(std::move(other), reason);
    }
    set_state(wire::ConnectionState::Stopped, reason);
    report(Severity::Error, "connector_stopped", reason);
  } else if (next_) {
    current_ = std::move(next_);
    last_reason_ = reason;
    if (current_->open) {
      became_current();
    } else {
      set_state(wire::ConnectionState::Connecting, reason);
    }
  } else if (const auto wait = backoff_.next()) {
    set_state(wire::ConnectionState::Backoff, reason);
    retry_after(std::max(*wait, at_least.value_or(Nanos{0})));
  } else {
    const std::string why = fmt::format("gave up after {} attempts: {}", backoff_.attempts(), reason);
    set_state(wire::ConnectionState::Stopped, why);
    report(Severity::Error, "connector_stopped", why);
  }
  finish(std::move(gone), reason);
}

void LaneDriver::lose_next(const std::string& reason, std::optional<Nanos> at_least) {
  auto gone = std::move(next_);
  report(Severity::Warning, "connector_replacement_failed", reason);
  // The present one still serves; try again well before its time is up.
  replace_at_ = monotonic_now() + std::max(session_.config.backoff.cap, at_least.value_or(Nanos{0}));
  finish(std::move(gone), reason);
}

void LaneDriver::finish(std::unique_ptr<LaneConnection> gone, std::string_view reason) {
  const auto id = gone->id;
  const bool was_open = gone->open;
  if (gone->unwanted) retire(std::move(gone));
  gone.reset();
  if (was_open) tell_closed(id, reason);
}

void LaneDriver::retry_after(Nanos wait) {
  retry_.expires_after(wait);
  retry_.async_wait([this, weak = session_.weak_from_this(), generation = ++retry_generation_](error_code error) {
    const auto session = weak.lock();
    if (error || !session || !running_ || generation != retry_generation_) return;
    current_ = connect();
    set_state(wire::ConnectionState::Connecting, last_reason_);
  });
}

void LaneDriver::settle() {
  if (current_ && current_->unwanted) {
    const std::string reason = current_->unwanted_because;
    lose_current(reason, std::nullopt);
  }
  if (next_ && next_->unwanted) {
    const std::string reason = next_->unwanted_because;
    lose_next(reason, std::nullopt);
  }
  if (next_ && next_->open && next_->ready && !std::exchange(overlapping_, true)) {
    promote_at_ = monotonic_now() + session_.config.overlap;
    if (session_.config.overlap == Nanos{0}) promote("replaced in good time");
  }
}

void LaneDriver::promote(std::string_view reason) {
  auto old = std::exchange(current_, std::move(next_));
  session_.stats.replacements.add();
  connected_since_ = current_->opened_unix;
  plan_replacement(current_->opened);
  set_state(wire::ConnectionState::Connected, reason);
  report(Severity::Info, "connector_replaced", reason);
  const auto id = old->id;
  retire(std::move(old));
  tell_closed(id, reason);
}

void LaneDriver::tick(Nanos now) {
  if (!running_) return;
  if (next_ && next_->open && now >= promote_at_) {
    promote(overlapping_ ? "replaced in good time" : "replaced before the venue said it was ready");
  }
  if (!next_ && current_ && current_->open && replace_at_.count() != 0 && now >= replace_at_) {
    overlapping_ = false;
    next_ = connect();
  }
  if (current_ && current_->open) current_->pump();
  if (next_ && next_->open) next_->pump();
}

void LaneDriver::set_state(wire::ConnectionState state, std::string_view reason) {
  state_ = state;
  if (!reason.empty()) last_reason_ = reason;
  wire::ConnectionStatus status{};
  status.connected_since = connected_since_;
  status.reconnects = reconnects_;
  status.attempt = backoff_.attempts();
  status.state = state;
  session_.publish_status(*this, status, address(), reason);
}

LaneInfo LaneDriver::info() const {
  return {lane_.name, address(), state_, connected_since_, reconnects_, backoff_.attempts(), last_reason_};
}

void LaneDriver::report(Severity severity, std::string_view name, std::string_view reason) {
  Event event{.severity = severity, .name = name, .connector = session_.config.connector};
  event.fields.emplace_back("lane", lane_.name);
  event.fields.emplace_back("endpoint", address());
  if (!reason.empty()) event.fields.emplace_back("reason", std::string(reason));
  event.fields.emplace_back("attempt", std::to_string(backoff_.attempts()));
  session_.log.write(event);
}

}  // namespace trunkline::net
