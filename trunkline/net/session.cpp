#include "trunkline/net/session.hpp"

#include <algorithm>
#include <boost/asio/post.hpp>
#include <charconv>
#include <deque>
#include <fmt/format.h>
#include <optional>
#include <random>
#include <utility>
#include <vector>

#include "trunkline/net/http_client.hpp"
#include "trunkline/net/rate_limiter.hpp"
#include "trunkline/net/url.hpp"
#include "trunkline/net/websocket_client.hpp"

namespace trunkline::net {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;

void count(std::atomic<std::uint64_t>& counter, std::uint64_t by = 1) noexcept {
  counter.store(counter.load(relaxed) + by, relaxed);
}

Result<Url> redirected(const std::string& address, const std::string& elsewhere) {
  auto url = Url::parse(address);
  if (!url || elsewhere.empty()) return url;
  const auto other = Url::parse(elsewhere);
  if (!other) return other;
  url->scheme = other->scheme;
  url->host = other->host;
  url->port = other->port;
  if (other->target != "/") url->target = other->target + url->target;
  return url;
}

}  // namespace

struct Session::Impl final : venue::Outbox {
  // One physical connection of a lane.
  struct Connection final : WebSocketListener {
    Connection(Impl& owner, std::size_t lane_index, venue::ConnectionId connection, std::uint32_t messages_per_second)
        : session(owner), lane(lane_index), id(connection), rate({messages_per_second, std::chrono::seconds{1}}) {}

    void on_open() override { session.opened(*this); }
    void on_message(std::span<char> message, Nanos received) override { session.received(*this, message, received); }
    void on_drained() override { session.sink.flush(); }
    void on_closed(const WebSocketClosed& closed) override { session.closed(*this, closed); }

    Impl& session;
    std::size_t lane;
    venue::ConnectionId id;
    RateLimiter rate;
    std::deque<std::string> outgoing;
    std::unique_ptr<WebSocketClient> client;
    Nanos began = monotonic_now();
    bool open = false;
    bool leaving = false;  // asked to close; the venue is told when it has
  };

  struct LaneState {
    venue::Lane lane;
    Url url;
    Backoff backoff;
    std::unique_ptr<Connection> current = {};
    std::unique_ptr<Connection> replacement = {};
    std::vector<std::unique_ptr<Connection>> leaving = {};
    Nanos retry_at{0};  // monotonic; meaningful while there is no current connection
    Nanos replace_at = Nanos::max();
    Nanos connected_since{0};
    std::uint64_t reconnects = 0;
    bool ever_connected = false;
    bool given_up = false;
  };

  struct Waiting {
    venue::Request request;
    Url url;
  };

  Impl(asio::io_context& context, venue::Venue& a_venue, venue::Sink& a_sink, EventLog& a_log, SessionStats& a_stats,
       SessionConfig a_config)
      : io(context),
        venue(a_venue),
        sink(a_sink),
        log(a_log),
        stats(a_stats),
        config(std::move(a_config)),
        limits(a_venue.limits()),
        limiter({limits.weight_per_minute, std::chrono::minutes{1}}),
        timer(context),
        chance({}, config.seed) {}

  // ---- Outbox: what the venue asks for ----

  void send(venue::ConnectionId id, std::string text) override {
    if (Connection* const connection = find(id)) {
      connection->outgoing.push_back(std::move(text));
      pump_messages(*connection);
    }
  }

  void request(venue::Request request) override {
    auto url = redirected(request.url, config.rest_url);
    if (!url) {
      // Answered like any other failure, but not from inside this call.
      failed_addresses.push_back({request.id, url.error().message});
      return;
    }
    auto& queue = request.priority == venue::Priority::Low ? low_requests : normal_requests;
    queue.push_back({std::move(request), *std::move(url)});
    pump_requests();
  }

  void reconnect(venue::ConnectionId id, std::string reason) override {
    Connection* const connection = find(id);
    if (connection == nullptr || connection->leaving) return;
    connection->leaving = true;
    // Not from inside the venue's call: it goes on with its own state first.
    asio::post(io, [self = weak(), id, reason = std::move(reason)] {
      if (const auto session = self.lock()) session->drop(id, reason);
    });
  }

  void ready(venue::ConnectionId id) override {
    for (LaneState& lane : lanes) {
      if (lane.replacement && lane.replacement->id == id) {
        asio::post(io, [self = weak(), index = lane.replacement->lane] {
          if (const auto session = self.lock()) session->promote(index);
        });
        return;
      }
    }
  }

  void report(Event event) override {
    if (event.connector.empty()) event.connector = config.connector;
    log.write(event);
  }

  // ---- Life ----

  void start() {
    running = true;
    http = std::make_unique<HttpClient>(io, http_options);
    const Nanos now = unix_now();
    sink.begin(now, 0);
    venue.on_start(now, sink, *this);
    for (std::size_t i = 0; i < lanes.size(); ++i) open_lane(i);
    sink.flush();
    schedule_tick();
  }

  void stop() {
    if (!std::exchange(running, false)) return;
    timer.cancel();
    http.reset();
    const Nanos now = unix_now();
    for (std::size_t i = 0; i < lanes.size(); ++i) {
      LaneState& lane = lanes[i];
      std::vector<std::unique_ptr<Connection>> all = std::move(lane.leaving);
      if (lane.replacement) all.push_back(std::move(lane.replacement));
      if (lane.current) all.push_back(std::move(lane.current));
      lane.connected_since = Nanos{0};
      sink.begin(now, static_cast<std::uint8_t>(i));
      for (const auto& connection : all) {
        connection->client.reset();
        if (connection->open) venue.on_closed(connection->id, "stopped", now, sink, *this);
      }
      publish_status(i, wire::ConnectionState::Stopped, "stopped");
    }
    stats.connected_lanes.store(0, relaxed);
    sink.flush();
  }

  // ---- Connections ----

  std::unique_ptr<Connection> connect(std::size_t index) {
    LaneState& lane = lanes[index];
    auto connection = std::make_unique<Connection>(*this, index, venue::ConnectionId{next_connection++},
                                                   lane.lane.messages_per_second);
    WebSocketClientOptions options;
    options.url = lane.url;
    if (lane.url.secure()) options.tls = tls;
    if (lane.lane.silence_before_ping.count() != 0) options.silence_before_ping = lane.lane.silence_before_ping;
    connection->client = std::make_unique<WebSocketClient>(io, std::move(options), *connection);
    connection->client->open();
    return connection;
  }

  void open_lane(std::size_t index) {
    publish_status(index, wire::ConnectionState::Connecting, "");
    lanes[index].current = connect(index);
  }

  void opened(Connection& connection) {
    LaneState& lane = lanes[connection.lane];
    connection.open = true;
    connection.began = monotonic_now();
    const Nanos now = unix_now();
    if (lane.current.get() == &connection) {
      if (lane.ever_connected) {
        ++lane.reconnects;
        count(stats.reconnects);
      }
      lane.ever_connected = true;
      now_connected(connection.lane, now, "");
    }
    sink.begin(now, static_cast<std::uint8_t>(connection.lane));
    venue.on_open(connection.id, venue::LaneId{static_cast<std::uint8_t>(connection.lane)}, now, sink, *this);
    sink.flush();
  }

  void now_connected(std::size_t index, Nanos now, std::string_view reason) {
    LaneState& lane = lanes[index];
    lane.connected_since = now;
    lane.replace_at = replacement_time(lane);
    update_connected_lanes();
    publish_status(index, wire::ConnectionState::Connected, reason);
    report(
        {Severity::Info, "connector_connected", {}, {}, {{"connection", lane.lane.name}, {"url", lane.url.to_text()}}});
  }

  // Before the venue's own limit, and not all lanes of all connectors at once.
  Nanos replacement_time(const LaneState& lane) {
    if (lane.lane.maximum_age.count() == 0) return Nanos::max();
    const double part = 0.85 + 0.1 * chance.chance();
    return monotonic_now() +
           Nanos(static_cast<std::int64_t>(static_cast<double>(lane.lane.maximum_age.count()) * part));
  }

  void received(Connection& connection, std::span<char> message, Nanos at) {
    if (at != last_receive || connection.lane != last_lane) {
      last_receive = at;
      last_lane = connection.lane;
      stats.last_receive.store(at.count(), relaxed);
      sink.begin(at, static_cast<std::uint8_t>(connection.lane));
    }
    count(stats.messages);
    count(stats.bytes, message.size());
    venue.on_bytes(connection.id, message, at, sink, *this);
  }

  void closed(Connection& connection, const WebSocketClosed& why) {
    LaneState& lane = lanes[connection.lane];
    const std::size_t index = connection.lane;
    const bool was_current = lane.current.get() == &connection;
    const std::unique_ptr<Connection> gone = take(lane, connection);
    const Nanos now = unix_now();
    sink.begin(now, static_cast<std::uint8_t>(index));
    if (connection.open) venue.on_closed(connection.id, why.reason, now, sink, *this);
    if (!was_current) {
      if (!connection.leaving) {
        lane.replace_at = monotonic_now() + config.replacement_timeout;
        report({Severity::Warning,
                "connector_replacement_failed",
                {},
                {},
                {{"connection", lane.lane.name}, {"reason", why.reason}}});
      }
    } else if (lane.replacement && lane.replacement->open) {
      lane.current = std::move(lane.replacement);
      now_connected(index, now, why.reason);
    } else {
      retry_later(index, connection, why);
    }
    sink.flush();
  }

  // Removes the connection from wherever it is kept.
  static std::unique_ptr<Connection> take(LaneState& lane, const Connection& connection) {
    if (lane.current.get() == &connection) return std::move(lane.current);
    if (lane.replacement.get() == &connection) return std::move(lane.replacement);
    const auto found = std::ranges::find(lane.leaving, &connection, &std::unique_ptr<Connection>::get);
    if (found == lane.leaving.end()) return nullptr;
    std::unique_ptr<Connection> taken = std::move(*found);
    lane.leaving.erase(found);
    return taken;
  }

  void retry_later(std::size_t index, const Connection& connection, const WebSocketClosed& why) {
    LaneState& lane = lanes[index];
    if (connection.open && monotonic_now() - connection.began >= config.settled_after) lane.backoff.reset();
    const bool was_connected = std::exchange(lane.connected_since, Nanos{0}).count() != 0;
    update_connected_lanes();
    auto wait = lane.backoff.next();
    if (!wait) {
      lane.given_up = true;
      publish_status(index, wire::ConnectionState::Stopped, why.reason);
      report({Severity::Error,
              "connector_gave_up",
              {},
              {},
              {{"connection", lane.lane.name},
               {"attempts", std::to_string(lane.backoff.attempts())},
               {"reason", why.reason}}});
      return;
    }
    if (why.retry_after) wait = std::max(*wait, *why.retry_after);
    lane.retry_at = monotonic_now() + *wait;
    publish_status(index, wire::ConnectionState::Backoff, why.reason);
    report({Severity::Warning,
            was_connected ? "connector_disconnected" : "connector_connection_error",
            {},
            {},
            {{"connection", lane.lane.name},
             {"reason", why.reason},
             {"attempt", std::to_string(lane.backoff.attempts())},
             {"retry_in_ms", std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(*wait).count())}}});
  }

  // The venue has no use for this connection: no goodbye that could take long.
  void drop(venue::ConnectionId id, const std::string& reason) {
    Connection* const connection = find(id);
    if (connection == nullptr) return;
    connection->leaving = false;
    connection->client.reset();
    WebSocketClosed why;
    why.reason = reason;
    closed(*connection, why);
  }

  void promote(std::size_t index) {
    LaneState& lane = lanes[index];
    if (!lane.replacement || !lane.replacement->open) return;
    if (lane.current) {
      lane.current->leaving = true;
      lane.current->client->close(1000, "replaced");
      lane.leaving.push_back(std::move(lane.current));
    }
    lane.current = std::move(lane.replacement);
    ++lane.reconnects;
    count(stats.reconnects);
    now_connected(index, unix_now(), "replaced before its maximum age");
    sink.flush();
  }

  void update_connected_lanes() {
    const auto connected =
        std::ranges::count_if(lanes, [](const LaneState& lane) { return lane.connected_since.count() != 0; });
    stats.connected_lanes.store(static_cast<std::uint32_t>(connected), relaxed);
  }

  void publish_status(std::size_t index, wire::ConnectionState state, std::string_view reason) {
    const LaneState& lane = lanes[index];
    sink.begin(unix_now(), static_cast<std::uint8_t>(index));
    last_receive = Nanos{0};
    wire::ConnectionStatus status;
    status.connected_since = lane.connected_since;
    status.reconnects = lane.reconnects;
    status.attempt = lane.backoff.attempts();
    status.state = state;
    const std::string url = lane.url.to_text();
    // A status is a few hundred bytes, which every ring takes.
    (void)sink.publish(status, std::string_view(config.connector), std::string_view(url), reason.substr(0, 512));
  }

  Connection* find(venue::ConnectionId id) {
    for (LaneState& lane : lanes) {
      if (lane.current && lane.current->id == id) return lane.current.get();
      if (lane.replacement && lane.replacement->id == id) return lane.replacement.get();
    }
    return nullptr;
  }

  // ---- What waits: messages, requests, time ----

  void pump_messages(Connection& connection) {
    while (connection.open && !connection.leaving && !connection.outgoing.empty()) {
      const Nanos now = monotonic_now();
      if (connection.rate.wait(now, 1).count() != 0) return;
      connection.rate.sent(now, 1);
      connection.client->send_text(connection.outgoing.front());
      connection.outgoing.pop_front();
    }
  }

  void pump_requests() {
    pump_requests(normal_requests, Urgency::Normal);
    pump_requests(low_requests, Urgency::Low);
  }

  void pump_requests(std::deque<Waiting>& queue, Urgency urgency) {
    while (http && !queue.empty()) {
      const Nanos now = monotonic_now();
      if (limiter.wait(now, queue.front().request.weight, urgency).count() != 0) return;
      limiter.sent(now, queue.front().request.weight);
      count(stats.requests);
      const Waiting waiting = std::move(queue.front());
      queue.pop_front();
      http->send({.url = waiting.url.to_text(), .deadline = config.request_deadline},
                 [this, id = waiting.request.id](Result<HttpClient::Reply> reply) { replied(id, std::move(reply)); });
    }
  }

  void replied(venue::RequestId id, Result<HttpClient::Reply> result) {
    const Nanos now = unix_now();
    sink.begin(now, 0);
    last_receive = Nanos{0};
    if (!result) {
      count(stats.failed_requests);
      give_failure(id, result.error().message, now);
    } else {
      obey(*result);
      venue.on_reply({id, result->status, result->body(), result->received}, sink, *this);
    }
    pump_requests();
    sink.flush();
  }

  void give_failure(venue::RequestId id, const std::string& why, Nanos now) {
    std::string padded = why;
    padded.append(64, '\0');
    venue.on_reply({id, 0, std::string_view(padded).substr(0, why.size()), now}, sink, *this);
  }

  // What the venue's reply says about its limits.
  void obey(const HttpClient::Reply& reply) {
    const Nanos now = monotonic_now();
    if (!limits.used_weight_header.empty()) {
      const std::string_view used = reply.headers.get(limits.used_weight_header);
      std::uint32_t value = 0;
      const auto [end, error] = std::from_chars(used.data(), used.data() + used.size(), value);
      if (!used.empty() && error == std::errc{} && end == used.data() + used.size()) limiter.told_used(now, value);
    }
    const auto retry_after = parse_retry_after(reply.headers.get("Retry-After"), unix_now());
    const bool limited = reply.status == 429 || reply.status == 418;
    if (!limited && !(reply.status == 503 && retry_after)) return;
    const Nanos hold = retry_after.value_or(config.default_hold);
    limiter.hold_until(now + hold);
    if (limited) count(stats.rate_limited);
    report({Severity::Warning,
            "connector_rate_limited",
            {},
            {},
            {{"status", std::to_string(reply.status)},
             {"hold_ms", std::to_string(std::chrono::duration_cast<std::chrono::milliseconds>(hold).count())}}});
  }

  void schedule_tick() {
    timer.expires_after(config.tick);
    timer.async_wait([self = weak()](error_code error) {
      const auto session = self.lock();
      if (!error && session && session->running) session->tick();
    });
  }

  void tick() {
    const Nanos now = unix_now();
    sink.begin(now, 0);
    last_receive = Nanos{0};
    venue.on_tick(now, sink, *this);
    for (const auto& [id, why] : std::exchange(failed_addresses, {})) give_failure(id, why, now);
    for (std::size_t i = 0; i < lanes.size(); ++i) tick_lane(i);
    pump_requests();
    sink.flush();
    schedule_tick();
  }

  void tick_lane(std::size_t index) {
    LaneState& lane = lanes[index];
    const Nanos now = monotonic_now();
    if (!lane.current) {
      if (!lane.given_up && now >= lane.retry_at) open_lane(index);
      return;
    }
    pump_messages(*lane.current);
    if (lane.replacement) {
      pump_messages(*lane.replacement);
      if (now - lane.replacement->began > config.replacement_timeout)
        drop(lane.replacement->id, "replacement took too long");
    } else if (now >= lane.replace_at) {
      lane.replace_at = Nanos::max();
      lane.replacement = connect(index);
    }
  }

  std::weak_ptr<Impl> weak() { return self; }

  asio::io_context& io;
  venue::Venue& venue;
  venue::Sink& sink;
  EventLog& log;
  SessionStats& stats;
  SessionConfig config;
  venue::RequestLimits limits;
  RateLimiter limiter;
  Timer timer;
  Backoff chance;
  std::optional<TlsContext> tls;
  HttpClientOptions http_options;
  std::unique_ptr<HttpClient> http;
  std::vector<LaneState> lanes;
  std::deque<Waiting> normal_requests;
  std::deque<Waiting> low_requests;
  std::vector<std::pair<venue::RequestId, std::string>> failed_addresses;
  std::weak_ptr<Impl> self;
  std::uint32_t next_connection = 1;
  Nanos last_receive{0};
  std::size_t last_lane = 0;
  bool running = false;
};

Session::Session(std::shared_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}

Session::~Session() {
  stop();
}

Result<std::unique_ptr<Session>> Session::make(asio::io_context& io, venue::Venue& venue, venue::Sink& sink,
                                               EventLog& log, SessionStats& stats, SessionConfig config) {
  if (config.seed == 0) config.seed = std::random_device{}();
  auto tls = TlsContext::client(config.tls);
  if (!tls) return std::unexpected(tls.error());
  HttpClientOptions http_options;
  http_options.tls = config.tls;

  auto impl = std::make_shared<Impl>(io, venue, sink, log, stats, std::move(config));
  impl->self = impl;
  impl->tls = *std::move(tls);
  impl->http_options = std::move(http_options);
  for (const venue::Lane& lane : venue.lanes()) {
    auto url = redirected(lane.url, impl->config.stream_url);
    if (!url) return std::unexpected(url.error());
    Impl::LaneState state{.lane = lane,
                          .url = *std::move(url),
                          .backoff = Backoff(impl->config.backoff, impl->config.seed + impl->lanes.size())};
    impl->lanes.push_back(std::move(state));
  }
  stats.lanes.store(static_cast<std::uint32_t>(impl->lanes.size()), relaxed);
  return std::unique_ptr<Session>(new Session(std::move(impl)));
}

void Session::start() {
  impl_->start();
}
void Session::stop() {
  impl_->stop();
}

Result<void> Session::command(const venue::Command& command) {
  const Nanos now = unix_now();
  impl_->sink.begin(now, 0);
  impl_->last_receive = Nanos{0};
  auto result = impl_->venue.command(command, now, impl_->sink, *impl_);
  impl_->sink.flush();
  return result;
}

}  // namespace trunkline::net
