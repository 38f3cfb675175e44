#include "trunkline/net/session.hpp"

#include <algorithm>
#include <set>
#include <thread>

#include "net/support.hpp"
#include "trunkline/bus/ring.hpp"
#include "trunkline/net/http_server.hpp"

namespace trunkline::net::test {
namespace {

using venue::ConnectionId;
using ServerSide = std::shared_ptr<WebSocketServerConnection>;

// Writes down what it is told, and asks for what the test wants asked.
class FakeVenue final : public venue::Venue {
 public:
  std::string_view exchange() const noexcept override { return "fake"; }
  std::span<const venue::Lane> lanes() const noexcept override { return lanes_; }
  venue::RequestLimits limits() const override { return limits_; }

  void on_start(Nanos, venue::Sink&, venue::Outbox& outbox) override {
    log.push_back("start");
    if (when_started) when_started(outbox);
  }
  void on_open(ConnectionId connection, venue::LaneId lane, Nanos, venue::Sink&, venue::Outbox& outbox) override {
    log.push_back(fmt::format("open {} lane {}", static_cast<unsigned>(connection), static_cast<unsigned>(lane)));
    open.push_back(connection);
    if (when_open) when_open(connection, outbox);
  }
  void on_bytes(ConnectionId connection, std::span<char> message, Nanos received, venue::Sink& sink,
                venue::Outbox& outbox) override {
    messages.emplace_back(connection, std::string(message.data(), message.size()));
    last_received = received;
    wire::Trade trade{};
    trade.trade_id = messages.size();
    static_cast<void>(sink.publish(trade));
    if (when_message) when_message(connection, messages.back().second, outbox);
  }
  void on_closed(ConnectionId connection, std::string_view reason, Nanos, venue::Sink&, venue::Outbox&) override {
    log.push_back(fmt::format("closed {}", static_cast<unsigned>(connection)));
    reasons.emplace_back(reason);
    std::erase(open, connection);
  }
  void on_reply(const venue::Reply& reply, venue::Sink&, venue::Outbox& outbox) override {
    replies.push_back({static_cast<std::uint64_t>(reply.id), reply.status, std::string(reply.body)});
    if (when_reply) when_reply(reply, outbox);
  }
  void on_tick(Nanos, venue::Sink&, venue::Outbox& outbox) override {
    ++ticks;
    if (auto work = std::exchange(on_next_tick, nullptr)) work(outbox);
  }
  Result<void> command(const venue::Command& command, Nanos, venue::Sink&, venue::Outbox&) override {
    if (command.symbol.base == "NONE") return fail(ErrorCode::NotFound, "no such symbol");
    log.push_back("command " + command.symbol.base);
    return {};
  }

  struct SeenReply {
    std::uint64_t id;
    int status;
    std::string body;
  };
  std::vector<venue::Lane> lanes_;
  venue::RequestLimits limits_;
  std::vector<std::string> log;
  std::vector<ConnectionId> open;
  std::vector<std::pair<ConnectionId, std::string>> messages;
  std::vector<std::string> reasons;
  std::vector<SeenReply> replies;
  Nanos last_received{0};
  int ticks = 0;
  std::function<void(venue::Outbox&)> when_started;
  std::function<void(ConnectionId, venue::Outbox&)> when_open;
  std::function<void(ConnectionId, const std::string&, venue::Outbox&)> when_message;
  std::function<void(const venue::Reply&, venue::Outbox&)> when_reply;
  std::function<void(venue::Outbox&)> on_next_tick;
};

struct RecordingLog final : EventLog {
  void write(const Event& event) override { events.push_back(event); }
  std::size_t count(std::string_view name) const {
    return static_cast<std::size_t>(std::ranges::count(events, name, &Event::name));
  }
  std::vector<Event> events;
};

class SessionTest : public testing::Test {
 protected:
  SessionTest() {
    auto listening = HttpServer::listen(
        io, {},
        {.on_request =
             [this](const HttpRequest& request, Responder responder) {
               http.push_back(request.target);
               if (on_http) return on_http(request, std::move(responder));
               responder.respond({200, "application/json", "{\"target\":\"" + request.target + "\"}"});
             },
         .check_websocket = [this](const HttpRequest&) { return refusal; },
         .on_websocket =
             [this](const HttpRequest& request, ServerSide peer) {
               paths.push_back(request.target);
               peer->on_message([this](WebSocketServerConnection::Kind, std::string_view text) {
                 sent.emplace_back(text);
                 sent_at.push_back(monotonic_now());
               });
               if (on_accept) on_accept(*peer);
               peers.push_back(std::move(peer));
             }});
    EXPECT_TRUE(listening);
    server.emplace(std::move(*listening));
    venue.lanes_ = {{.name = "stream", .url = "wss://stream.fake.test:9443/ws"}};
    const std::string here = fmt::format("ws://127.0.0.1:{}", server->port());
    config.endpoints = *EndpointMap::make({{"*", here}});
    config.backoff = {.first = 5ms, .cap = 20ms};
    config.tick = 5ms;
    config.seed = 7;
  }
  void start() {
    session.emplace(io, venue, sink, log, config);
    const auto started = session->start();
    ASSERT_TRUE(started) << started.error().message;
  }
  bool open(std::size_t count = 1) {
    return run_until(io, [&] { return venue.open.size() == count && peers.size() >= count; });
  }
  std::vector<wire::ConnectionStatus> statuses() {
    for (;;) {
      const auto polled = reader.poll();
      if (polled.kind == bus::PollKind::Empty) return seen_statuses;
      if (polled.kind != bus::PollKind::Frame) continue;
      if (const auto* status = polled.frame.as<wire::ConnectionStatus>()) {
        seen_statuses.push_back(*status);
        seen_reasons.emplace_back(reason(*status));
      }
      if (polled.frame.type() == wire::MessageType::Trade) ++trades;
    }
  }
  std::vector<wire::ConnectionState> states() {
    std::vector<wire::ConnectionState> all;
    for (const auto& status : statuses()) all.push_back(status.state);
    return all;
  }

  asio::io_context io;
  std::optional<HttpServer> server;
  std::vector<std::string> http;
  std::vector<std::string> paths;
  std::vector<ServerSide> peers;
  std::vector<std::string> sent;
  std::vector<Nanos> sent_at;
  std::optional<HttpResponse> refusal;
  std::function<void(const HttpRequest&, Responder)> on_http;
  std::function<void(WebSocketServerConnection&)> on_accept;
  bus::Ring ring;
  bus::RingReader reader = ring.subscribe();
  venue::Sink sink{ring, venue::ConnectorId{3}};
  FakeVenue venue;
  RecordingLog log;
  SessionConfig config;
  std::vector<wire::ConnectionStatus> seen_statuses;
  std::vector<std::string> seen_reasons;
  int trades = 0;
  std::optional<Session> session;
};

using State = wire::ConnectionState;

TEST_F(SessionTest, OpensItsLanesAndFeedsTheVenue) {
  venue.lanes_.push_back({.name = "market", .url = "wss://stream.fake.test:9443/market"});
  on_accept = [](WebSocketServerConnection& peer) {
    peer.send_text("a");
    peer.send_text("b");
  };
  start();
  ASSERT_TRUE(run_until(io, [&] { return venue.messages.size() == 4; }));
  EXPECT_EQ(venue.log[0], "start");
  std::ranges::sort(paths);
  EXPECT_EQ(paths, (std::vector<std::string>{"/market", "/ws"}));
  EXPECT_EQ(session->stats().messages.get(), 4U);
  EXPECT_EQ(session->stats().lanes_connected.get(), 2U);
  EXPECT_EQ(session->stats().last_received(), venue.last_received);
  EXPECT_GT(session->stats().bytes.get(), 0U);
  ASSERT_TRUE(run_until(io, [&] { return venue.ticks > 2; }));
  statuses();
  EXPECT_EQ(trades, 4);
  const auto lanes = session->lanes();
  ASSERT_EQ(lanes.size(), 2U);
  EXPECT_EQ(lanes[1].name, "market");
  EXPECT_EQ(lanes[1].state, State::Connected);
  EXPECT_GT(lanes[1].connected_since, Nanos{0});
}

TEST_F(SessionTest, SaysConnectedOnlyAfterTheUpgrade) {
  server->stall_connections(true);
  start();
  settle(io);
  EXPECT_EQ(states(), (std::vector{State::Connecting}));
  EXPECT_EQ(seen_statuses[0].connected_since, Nanos{0});
  EXPECT_EQ(session->stats().lanes_connected.get(), 0U);
  server->stall_connections(false);
  ASSERT_TRUE(open());
  EXPECT_EQ(states(), (std::vector{State::Connecting, State::Connected}));
  EXPECT_GT(seen_statuses[1].connected_since, Nanos{0});
  EXPECT_EQ(seen_statuses[1].source, 3 << 4);
  EXPECT_EQ(log.count("connector_connected"), 1U);
}

TEST_F(SessionTest, ReconnectsAndSaysWhy) {
  start();
  ASSERT_TRUE(open());
  peers[0]->close(1012, "restart");
  ASSERT_TRUE(run_until(io, [&] { return session->stats().reconnects.get() == 1; }));
  EXPECT_EQ(states(),
            (std::vector{State::Connecting, State::Connected, State::Backoff, State::Connecting, State::Connected}));
  EXPECT_NE(seen_reasons[2].find("1012 restart"), std::string::npos) << seen_reasons[2];
  EXPECT_EQ(seen_statuses[2].attempt, 1U);
  EXPECT_EQ(seen_statuses[4].reconnects, 1U);
  EXPECT_EQ(venue.log, (std::vector<std::string>{"start", "open 1 lane 0", "closed 1", "open 2 lane 0"}));
  EXPECT_EQ(log.count("connector_disconnected"), 1U);
  EXPECT_EQ(session->lanes()[0].reconnects, 1U);
}

TEST_F(SessionTest, KeepsTryingWhileNobodyListens) {
  ASSERT_TRUE(server->refuse_connections(true));
  start();
  ASSERT_TRUE(run_until(io, [&] { return session->stats().connect_errors.get() >= 5; }));
  EXPECT_EQ(venue.log, (std::vector<std::string>{"start"})) << "what never opened never closes";
  EXPECT_GE(session->lanes()[0].attempt, 5U);
  EXPECT_GE(log.count("connector_connection_error"), 5U);
  ASSERT_TRUE(server->refuse_connections(false));
  ASSERT_TRUE(open());
  EXPECT_EQ(session->stats().reconnects.get(), 0U) << "the first connection is no reconnect";
}

TEST_F(SessionTest, BacksOffWhereTheServerDropsEveryConnection) {
  on_accept = [](WebSocketServerConnection& peer) { peer.close(1008, "go away"); };
  config.backoff = {.first = 4ms, .cap = 64ms, .jitter = 0.0};
  start();
  const Nanos began = monotonic_now();
  ASSERT_TRUE(run_until(io, [&] { return session->stats().disconnects.get() == 6; }));
  EXPECT_GE(monotonic_now() - began, Nanos(4ms + 8ms + 16ms + 32ms + 64ms));
}

TEST_F(SessionTest, StartsTheBackoffAnewAfterAStableConnection) {
  config.stable_after = Nanos{0};
  start();
  for (std::size_t i = 1; i <= 4; ++i) {
    ASSERT_TRUE(run_until(io, [&] { return peers.size() == i && venue.open.size() == 1; }));
    peers.back()->reset();
    ASSERT_TRUE(run_until(io, [&] { return session->stats().disconnects.get() == i; }));
    EXPECT_EQ(session->lanes()[0].attempt, 1U);
  }
}

TEST_F(SessionTest, StopsAtItsLimitWhereOneIsSet) {
  ASSERT_TRUE(server->refuse_connections(true));
  config.backoff.attempt_limit = 3;
  start();
  ASSERT_TRUE(run_until(io, [&] { return log.count("connector_stopped") == 1; }));
  EXPECT_EQ(states().back(), State::Stopped);
  EXPECT_NE(seen_reasons.back().find("gave up after 3 attempts"), std::string::npos);
}

TEST_F(SessionTest, FindsAHalfOpenServer) {
  venue.lanes_[0].silence_before_ping = 20ms;
  config.pong_timeout = 40ms;
  start();
  ASSERT_TRUE(open());
  peers[0]->go_half_open();
  ASSERT_TRUE(run_until(io, [&] { return session->stats().reconnects.get() == 1; }));
  EXPECT_NE(venue.reasons[0].find("no answer to ping"), std::string::npos);
}

TEST_F(SessionTest, ReconnectsWhenTheVenueAsks) {
  venue.when_message = [](ConnectionId connection, const std::string&, venue::Outbox& outbox) {
    outbox.reconnect(connection, "silent subscription");
  };
  start();
  ASSERT_TRUE(open());
  peers[0]->send_text("one");
  peers[0]->send_text("two");
  ASSERT_TRUE(run_until(io, [&] { return session->stats().reconnects.get() == 1; }));
  EXPECT_EQ(venue.messages.size(), 1U) << "nothing of an unwanted connection is handed on";
  EXPECT_EQ(venue.reasons, (std::vector<std::string>{"silent subscription"}));
  EXPECT_EQ(states()[2], State::Backoff);
}

TEST_F(SessionTest, ReplacesAConnectionBeforeItsAgeRunsOut) {
  venue.lanes_[0].maximum_age = 100ms;
  config.overlap = 300ms;
  venue.when_message = [](ConnectionId connection, const std::string& text, venue::Outbox& outbox) {
    if (text == "subscribed") outbox.ready(connection);
  };
  start();
  ASSERT_TRUE(open());
  ASSERT_TRUE(run_until(io, [&] { return peers.size() == 2 && venue.open.size() == 2; }));
  EXPECT_EQ(session->stats().disconnects.get(), 0U);
  // Both deliver until the new one is ready.
  peers[0]->send_text("old");
  ASSERT_TRUE(run_until(io, [&] { return venue.messages.size() == 1; }));
  peers[1]->send_text("subscribed");
  ASSERT_TRUE(run_until(io, [&] { return venue.messages.size() == 2; }));
  EXPECT_EQ(venue.open.size(), 2U);
  // What the old one still had on its way.
  peers[0]->send_text("late");
  ASSERT_TRUE(run_until(io, [&] { return venue.messages.size() == 3; }));
  EXPECT_EQ(session->stats().replacements.get(), 0U);
  ASSERT_TRUE(run_until(io, [&] { return venue.open.size() == 1; }));
  EXPECT_EQ(static_cast<unsigned>(venue.open[0]), 2U);
  EXPECT_EQ(session->stats().replacements.get(), 1U);
  EXPECT_EQ(session->stats().reconnects.get(), 0U);
  const auto all = states();
  EXPECT_EQ(std::ranges::count(all, State::Backoff), 0);
  ASSERT_TRUE(run_until(io, [&] { return !peers[0]->is_open(); })) << "the old one is closed";
  EXPECT_EQ(log.count("connector_replaced"), 1U);
}

TEST_F(SessionTest, ReplacesAfterATimeEvenIfTheVenueIsNeverReady) {
  venue.lanes_[0].maximum_age = 60ms;
  config.replace_timeout = 20ms;
  start();
  ASSERT_TRUE(run_until(io, [&] { return session->stats().replacements.get() >= 2; }));
  EXPECT_EQ(session->stats().disconnects.get(), 0U);
}

TEST_F(SessionTest, LetsTheReplacementTakeOverWhenTheOldOneBreaks) {
  venue.lanes_[0].maximum_age = 40ms;
  start();
  ASSERT_TRUE(run_until(io, [&] { return venue.open.size() == 2; }));
  peers[0]->reset();
  ASSERT_TRUE(run_until(io, [&] { return session->stats().disconnects.get() == 1; }));
  EXPECT_EQ(session->lanes()[0].state, State::Connected);
  EXPECT_EQ(static_cast<unsigned>(venue.open[0]), 2U);
}

TEST_F(SessionTest, KeepsTheOldConnectionWhenTheReplacementFails) {
  venue.lanes_[0].maximum_age = 40ms;
  start();
  ASSERT_TRUE(open());
  ASSERT_TRUE(server->refuse_connections(true));
  ASSERT_TRUE(run_until(io, [&] { return log.count("connector_replacement_failed") >= 2; }));
  EXPECT_TRUE(peers[0]->is_open());
  EXPECT_EQ(session->stats().disconnects.get(), 0U);
  ASSERT_TRUE(server->refuse_connections(false));
  ASSERT_TRUE(run_until(io, [&] { return venue.open.size() == 2; }));
}

TEST_F(SessionTest, KeepsTheLanesMessageRateAndOrder) {
  venue.lanes_[0].messages_per_second = 20;
  venue.when_open = [](ConnectionId connection, venue::Outbox& outbox) {
    for (int i = 0; i < 30; ++i) outbox.send(connection, std::to_string(i));
  };
  start();
  ASSERT_TRUE(run_until(io, [&] { return sent.size() == 30; }));
  for (int i = 0; i < 30; ++i) EXPECT_EQ(sent[static_cast<std::size_t>(i)], std::to_string(i));
  EXPECT_GE(sent_at[20] - sent_at[0], Nanos(900ms));
  EXPECT_EQ(session->stats().messages_sent.get(), 30U);
}

TEST_F(SessionTest, SendsARequestsMethodBodyAndContentType) {
  on_http = [](const HttpRequest& request, Responder responder) {
    responder.respond({200, "text/plain",
                       fmt::format("{} {} [{}]", request.method, request.body, request.headers.get("Content-Type"))});
  };
  venue.when_started = [](venue::Outbox& outbox) {
    outbox.request({.id = venue::RequestId{1},
                    .url = "https://api.fake.test/info",
                    .method = "POST",
                    .body = "{\"type\":\"meta\"}",
                    .content_type = "application/json"});
    outbox.request({.id = venue::RequestId{2}, .url = "https://api.fake.test/info"});
  };
  start();
  ASSERT_TRUE(run_until(io, [&] { return venue.replies.size() == 2; }));
  std::ranges::sort(venue.replies, {}, &FakeVenue::SeenReply::id);
  EXPECT_EQ(venue.replies[0].body, "POST {\"type\":\"meta\"} [application/json]");
  EXPECT_EQ(venue.replies[1].body, "GET  []");
}

TEST_F(SessionTest, AnswersEachRequestOnce) {
  venue.when_started = [](venue::Outbox& outbox) {
    for (std::uint64_t i = 1; i <= 20; ++i) {
      outbox.request({.id = venue::RequestId{i}, .url = fmt::format("https://api.fake.test/depth?n={}", i)});
    }
  };
  start();
  ASSERT_TRUE(run_until(io, [&] { return venue.replies.size() == 20; }));
  std::set<std::uint64_t> ids;
  for (const auto& reply : venue.replies) {
    ids.insert(reply.id);
    EXPECT_EQ(reply.status, 200);
    EXPECT_EQ(reply.body, fmt::format("{{\"target\":\"/depth?n={}\"}}", reply.id));
  }
  EXPECT_EQ(ids.size(), 20U);
  EXPECT_EQ(session->stats().requests.get(), 20U);
  EXPECT_EQ(session->stats().requests_queued.get(), 0U);
}

TEST_F(SessionTest, KeepsWithinTheWeightThatTheSettingsLeaveOfTheVenues) {
  config.request_limit = 60;
  venue.limits_ = {.weight_per_minute = 100, .used_weight_header = ""};
  venue.when_started = [](venue::Outbox& outbox) {
    for (std::uint64_t i = 1; i <= 5; ++i) {
      outbox.request({.id = venue::RequestId{i}, .url = "https://api.fake.test/", .weight = 30});
    }
  };
  start();
  ASSERT_TRUE(run_until(io, [&] { return venue.replies.size() == 2; }));
  const int ticks = venue.ticks;
  ASSERT_TRUE(run_until(io, [&] { return venue.ticks > ticks + 5; }));
  EXPECT_EQ(http.size(), 2U);
}

TEST_F(SessionTest, KeepsWithinTheWeightTheVenueAllows) {
  venue.limits_ = {.weight_per_minute = 100, .used_weight_header = "X-Used"};
  venue.when_started = [](venue::Outbox& outbox) {
    for (std::uint64_t i = 1; i <= 5; ++i) {
      outbox.request({.id = venue::RequestId{i}, .url = "https://api.fake.test/", .weight = 30});
    }
  };
  start();
  ASSERT_TRUE(run_until(io, [&] { return venue.replies.size() == 3; }));
  const int ticks = venue.ticks;
  ASSERT_TRUE(run_until(io, [&] { return venue.ticks > ticks + 5; }));
  EXPECT_EQ(http.size(), 3U);
  EXPECT_EQ(session->stats().requests_queued.get(), 2U);
}

TEST_F(SessionTest, BelievesTheVenuesOwnCountOfWeight) {
  venue.limits_ = {.weight_per_minute = 100, .used_weight_header = "X-Used"};
  on_http = [](const HttpRequest&, Responder responder) { responder.respond({.headers = {{"X-Used", "95"}}}); };
  venue.when_started = [](venue::Outbox& outbox) {
    outbox.request({.id = venue::RequestId{1}, .url = "https://api.fake.test/", .weight = 5});
  };
  venue.when_reply = [](const venue::Reply& reply, venue::Outbox& outbox) {
    if (reply.id == venue::RequestId{1}) {
      outbox.request({.id = venue::RequestId{2}, .url = "https://api.fake.test/", .weight = 10});
    }
  };
  start();
  ASSERT_TRUE(run_until(io, [&] { return venue.replies.size() == 1; }));
  const int ticks = venue.ticks;
  ASSERT_TRUE(run_until(io, [&] { return venue.ticks > ticks + 5; }));
  EXPECT_EQ(http.size(), 1U);
}

TEST_F(SessionTest, LowPriorityWaitsForHalfTheBudget) {
  venue.limits_ = {.weight_per_minute = 100, .used_weight_header = ""};
  venue.when_started = [](venue::Outbox& outbox) {
    outbox.request({.id = venue::RequestId{1},
                    .url = "https://api.fake.test/low",
                    .weight = 10,
                    .priority = venue::Priority::Low});
    outbox.request({.id = venue::RequestId{2}, .url = "https://api.fake.test/high", .weight = 60});
  };
  start();
  ASSERT_TRUE(run_until(io, [&] { return venue.replies.size() == 1; }));
  const int ticks = venue.ticks;
  ASSERT_TRUE(run_until(io, [&] { return venue.ticks > ticks + 5; }));
  EXPECT_EQ(http, (std::vector<std::string>{"/high"}));
}

TEST_F(SessionTest, ObeysRetryAfter) {
  std::vector<Nanos> at;
  on_http = [&](const HttpRequest&, Responder responder) {
    at.push_back(monotonic_now());
    if (at.size() == 1) return responder.respond({.status = 429, .headers = {{"Retry-After", "1"}}});
    responder.respond({});
  };
  venue.when_started = [](venue::Outbox& outbox) {
    outbox.request({.id = venue::RequestId{1}, .url = "https://api.fake.test/"});
  };
  venue.when_reply = [](const venue::Reply& reply, venue::Outbox& outbox) {
    if (reply.status == 429) outbox.request({.id = venue::RequestId{2}, .url = "https://api.fake.test/"});
  };
  start();
  ASSERT_TRUE(run_until(io, [&] { return venue.replies.size() == 2; }));
  EXPECT_EQ(venue.replies[0].status, 429);
  EXPECT_GE(at[1] - at[0], Nanos(1s));
  EXPECT_EQ(session->stats().rate_limited.get(), 1U);
  EXPECT_EQ(log.count("connector_rate_limited"), 1U);
}

TEST_F(SessionTest, HoldsOnABanWithoutAWait) {
  config.hold_after_418 = 200ms;
  int requests = 0;
  Nanos first{0}, second{0};
  on_http = [&](const HttpRequest&, Responder responder) {
    (requests++ == 0 ? first : second) = monotonic_now();
    responder.respond({.status = requests == 1 ? 418 : 200});
  };
  venue.when_started = [](venue::Outbox& outbox) {
    outbox.request({.id = venue::RequestId{1}, .url = "https://api.fake.test/"});
  };
  venue.when_reply = [](const venue::Reply& reply, venue::Outbox& outbox) {
    if (reply.status == 418) outbox.request({.id = venue::RequestId{2}, .url = "https://api.fake.test/"});
  };
  start();
  ASSERT_TRUE(run_until(io, [&] { return venue.replies.size() == 2; }));
  EXPECT_GE(second - first, Nanos(200ms));
}

TEST_F(SessionTest, ObeysARefusedHandshakeToo) {
  refusal = HttpResponse{.status = 429, .headers = {{"Retry-After", "1"}}};
  start();
  const Nanos began = monotonic_now();
  ASSERT_TRUE(run_until(io, [&] { return session->stats().connect_errors.get() == 1; }));
  refusal.reset();
  ASSERT_TRUE(open());
  EXPECT_GE(monotonic_now() - began, Nanos(1s));
  EXPECT_EQ(session->stats().rate_limited.get(), 1U);
}

TEST_F(SessionTest, ReportsARequestThatGotNoAnswer) {
  on_http = [](const HttpRequest&, Responder responder) { responder.reset(); };
  venue.when_started = [](venue::Outbox& outbox) {
    outbox.request({.id = venue::RequestId{9}, .url = "https://api.fake.test/"});
    outbox.request({.id = venue::RequestId{10}, .url = "nonsense"});
  };
  start();
  ASSERT_TRUE(run_until(io, [&] { return venue.replies.size() == 2; }));
  EXPECT_EQ(venue.replies[0].status, 0);
  EXPECT_FALSE(venue.replies[0].body.empty());
  EXPECT_EQ(session->stats().requests_failed.get(), 2U);
}

TEST_F(SessionTest, DoesNotSpinWhereTheVenueAsksAgainAfterEachFailure) {
  on_http = [](const HttpRequest&, Responder responder) { responder.reset(); };
  venue.when_started = [](venue::Outbox& outbox) {
    outbox.request({.id = venue::RequestId{1}, .url = "https://api.fake.test/"});
  };
  venue.when_reply = [](const venue::Reply& reply, venue::Outbox& outbox) {
    outbox.request({.id = reply.id, .url = "https://api.fake.test/"});
  };
  start();
  ASSERT_TRUE(open());
  const Nanos until = monotonic_now() + 300ms;
  ASSERT_TRUE(run_until(io, [&] { return monotonic_now() > until; }));
  EXPECT_LE(venue.replies.size(), 20U);
}

TEST_F(SessionTest, CarriesCommandsOverFromOtherThreads) {
  venue::Command command{venue::Action::Subscribe, SymbolDescriptor::spot("fake", "BTC", "USDT"), {}};
  session.emplace(io, venue, sink, log, config);
  std::vector<std::string> answers;
  const auto note = [&](Result<void> result) { answers.push_back(result ? "yes" : result.error().message); };
  session->command(command, note);
  settle(io);
  EXPECT_TRUE(venue.log.empty()) << "before the start it waits";
  ASSERT_TRUE(session->start());
  EXPECT_EQ(venue.log, (std::vector<std::string>{"start", "command BTC"}));
  std::thread other([&] {
    command.symbol.base = "NONE";
    session->command(command, note);
    command.symbol.base = "ETH";
    session->command(command);
  });
  ASSERT_TRUE(run_until(io, [&] { return std::ranges::count(venue.log, "command ETH") == 1; }));
  other.join();
  EXPECT_EQ(answers, (std::vector<std::string>{"yes", "no such symbol"}));
}

TEST_F(SessionTest, StopsCleanlyAndStartsAgain) {
  std::optional<Responder> held;
  on_http = [&](const HttpRequest&, Responder responder) { held = std::move(responder); };
  venue.when_started = [](venue::Outbox& outbox) {
    outbox.request({.id = venue::RequestId{1}, .url = "https://api.fake.test/"});
  };
  start();
  ASSERT_TRUE(open());
  ASSERT_TRUE(run_until(io, [&] { return held.has_value(); }));
  peers[0]->send_text("on its way");
  session->stop();
  EXPECT_EQ(states().back(), State::Stopped);
  EXPECT_TRUE(venue.open.empty());
  const auto before = venue.log;
  const int ticks = venue.ticks;
  held->respond({});
  settle(io);
  ASSERT_TRUE(run_until(io, [&] { return !peers[0]->is_open(); }));
  EXPECT_EQ(venue.log, before);
  EXPECT_EQ(venue.ticks, ticks);
  EXPECT_TRUE(venue.messages.empty());
  EXPECT_TRUE(venue.replies.empty());
  on_http = nullptr;
  ASSERT_TRUE(session->start());
  ASSERT_TRUE(run_until(io, [&] { return venue.open.size() == 1 && venue.replies.size() == 1; }));
  EXPECT_EQ(std::ranges::count(venue.log, "start"), 1);
  EXPECT_EQ(session->stats().reconnects.get(), 0U);
}

TEST_F(SessionTest, MayBeDestroyedAtAnyMoment) {
  for (int rounds = 0; rounds < 40; ++rounds) {
    FakeVenue fresh;
    fresh.lanes_ = venue.lanes_;
    fresh.when_started = [](venue::Outbox& outbox) {
      outbox.request({.id = venue::RequestId{1}, .url = "https://api.fake.test/"});
    };
    {
      Session shortlived(io, fresh, sink, log, config);
      ASSERT_TRUE(shortlived.start());
      for (int i = 0; i < rounds; ++i) io.run_one_for(1ms);
    }
    const auto seen = fresh.log.size();
    settle(io);
    EXPECT_EQ(fresh.log.size(), seen);
  }
}

TEST_F(SessionTest, RefusesAddressesItCannotRead) {
  venue.lanes_[0].url = "stream.fake.test";
  session.emplace(io, venue, sink, log, config);
  EXPECT_FALSE(session->start());
  EXPECT_FALSE(session->running());
}

TEST_F(SessionTest, CountsWhatTheVenueReports) {
  venue.on_next_tick = [](venue::Outbox& outbox) {
    outbox.report({.severity = Severity::Warning, .name = "connector_trade_parse_error", .symbol = "fake:A-B"});
    outbox.report({.severity = Severity::Info, .name = "book_live"});
  };
  start();
  ASSERT_TRUE(run_until(io, [&] { return log.count("book_live") == 1; }));
  EXPECT_EQ(session->stats().events.get(), 2U);
  EXPECT_EQ(session->stats().parse_errors.get(), 1U);
  EXPECT_EQ(log.events.back().connector, "fake");
}

TEST(EndpointMap, SendsAddressesElsewhere) {
  const auto map = EndpointMap::make({{"wss://stream.binance.com:9443", "ws://127.0.0.1:9010"},
                                      {"api.binance.com", "http://127.0.0.1:9010/proxy/"},
                                      {"https://fapi.binance.com", "https://[::1]:1"}});
  ASSERT_TRUE(map) << map.error().message;
  EXPECT_EQ(map->apply("wss://stream.binance.com:9443/ws?x=1")->to_text(), "ws://127.0.0.1:9010/ws?x=1");
  EXPECT_EQ(map->apply("wss://stream.binance.com/ws")->to_text(), "wss://stream.binance.com/ws");
  EXPECT_EQ(map->apply("https://api.binance.com/api/v3/time")->to_text(), "http://127.0.0.1:9010/proxy/api/v3/time");
  EXPECT_EQ(map->apply("https://fapi.binance.com/x")->to_text(), "https://[::1]:1/x");
  EXPECT_FALSE(map->apply("nonsense"));
  EXPECT_FALSE(EndpointMap::make({{"a", "nonsense"}}));
  EXPECT_FALSE(EndpointMap::make({{"a b", "ws://x"}}));
  EXPECT_FALSE(EndpointMap::make({{"*", "unix:///x"}}));
}

}  // namespace
}  // namespace trunkline::net::test
