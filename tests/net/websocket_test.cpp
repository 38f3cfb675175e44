#include "trunkline/protocol/websocket.hpp"

#include <algorithm>

#include "net/support.hpp"
#include "trunkline/net/http_server.hpp"
#include "trunkline/net/websocket_client.hpp"
#include "trunkline/protocol/websocket_handshake.hpp"

namespace trunkline::net::test {
namespace {

using Kind = WebSocketServerConnection::Kind;
using ServerSide = std::shared_ptr<WebSocketServerConnection>;

struct Recorder final : WebSocketListener {
  void on_open() override {
    opened = true;
    if (when_open) when_open();
  }
  void on_message(std::span<char> message, Nanos received) override {
    messages.emplace_back(message.data(), message.size());
    last = received;
    // The promise of readable bytes behind, and of bytes that may be changed.
    volatile char sum = 0;
    for (std::size_t i = 0; i < 64; ++i) sum = static_cast<char>(sum + *(message.data() + message.size() + i));
    std::ranges::fill(message, 'x');
    if (when_message) when_message();
  }
  void on_drained() override { ++drains; }
  void on_closed(const WebSocketClosed& how) override {
    closed = how;
    ++closes;
  }

  bool opened = false;
  std::vector<std::string> messages;
  Nanos last{0};
  int drains = 0;
  int closes = 0;
  std::optional<WebSocketClosed> closed;
  std::function<void()> when_open;
  std::function<void()> when_message;
};

class WebSocket : public testing::Test {
 protected:
  void serve(HttpServerOptions options = {}) {
    auto listening =
        HttpServer::listen(io, std::move(options),
                           {.check_websocket = [](const HttpRequest& request) -> std::optional<HttpResponse> {
                              if (request.headers.get("Origin") == "http://evil")
                                return HttpResponse{.status = 403, .body = "no"};
                              if (request.path == "/limited")
                                return HttpResponse{.status = 429, .headers = {{"Retry-After", "7"}}};
                              return std::nullopt;
                            },
                            .on_websocket =
                                [this](const HttpRequest& request, ServerSide connection) {
                                  requests.push_back(request);
                                  auto* raw = connection.get();
                                  raw->on_message([this, raw](Kind kind, std::string_view text) {
                                    heard.emplace_back(text);
                                    if (echo) raw->send(kind, text);
                                  });
                                  raw->on_close([this](std::uint16_t code, std::string_view reason) {
                                    server_closed.emplace_back(code, std::string(reason));
                                  });
                                  raw->on_pong([this](std::string_view payload) { pongs.emplace_back(payload); });
                                  if (on_accept) on_accept(*raw);
                                  peers.push_back(std::move(connection));
                                }});
    ASSERT_TRUE(listening) << listening.error().message;
    server.emplace(std::move(*listening));
  }
  WebSocketClientOptions options(const std::string& target = "/ws") {
    return at(fmt::format("ws://127.0.0.1:{}{}", server->port(), target));
  }
  static WebSocketClientOptions at(const std::string& url) {
    WebSocketClientOptions made;
    made.url = *Url::parse(url);
    return made;
  }
  void connect(WebSocketClientOptions with) {
    client.emplace(io, std::move(with), recorder);
    client->open();
  }
  bool connected() {
    return run_until(io, [&] { return recorder.opened && !peers.empty(); });
  }
  bool closed() {
    return run_until(io, [&] { return recorder.closed.has_value(); });
  }

  asio::io_context io;
  std::optional<HttpServer> server;
  std::vector<HttpRequest> requests;
  std::vector<ServerSide> peers;
  std::vector<std::string> heard;
  std::vector<std::string> pongs;
  std::vector<std::pair<std::uint16_t, std::string>> server_closed;
  std::function<void(WebSocketServerConnection&)> on_accept;
  bool echo = true;
  Recorder recorder;
  std::optional<WebSocketClient> client;
};

TEST_F(WebSocket, EchoesMessagesOfAllSizes) {
  serve({.maximum_websocket_message = 4 * 1024 * 1024});
  auto with = options();
  with.headers.add("Origin", "http://localhost:8000");
  connect(std::move(with));
  ASSERT_TRUE(connected());
  EXPECT_EQ(requests[0].headers.get("Origin"), "http://localhost:8000");
  std::vector<std::string> sent;
  for (const std::size_t size : {0U, 1U, 125U, 126U, 65535U, 65536U, 3'000'000U}) {
    sent.emplace_back(size, static_cast<char>('a' + size % 26));
    client->send_text(sent.back());
  }
  ASSERT_TRUE(run_until(io, [&] { return recorder.messages.size() == sent.size(); }));
  EXPECT_EQ(recorder.messages, sent);
  EXPECT_EQ(heard, sent);
  EXPECT_GT(recorder.last, Nanos{0});
}

TEST_F(WebSocket, KeepsWhatComesWithTheHandshake) {
  serve();
  on_accept = [](WebSocketServerConnection& peer) {
    peer.send_text("first");
    peer.send_binary("second");
  };
  connect(options());
  ASSERT_TRUE(run_until(io, [&] { return recorder.messages.size() == 2; }));
  EXPECT_EQ(recorder.messages[0], "first");
}

TEST_F(WebSocket, KeepsWhatComesInTheSameSegmentAsTheHandshake) {
  // One write holds the handshake's answer, a whole message, and the first bytes of another.
  RawServer raw(io, [&](RawServer::Client& peer) {
    const std::size_t at = peer.input.find("Sec-WebSocket-Key: ");
    if (at == std::string::npos) return;
    const std::string key = peer.input.substr(at + 19, 24);
    peer.input.clear();
    const auto one = WebSocketServerConnection::encode(Kind::Text, "one");
    const auto two = WebSocketServerConnection::encode(Kind::Text, "two");
    peer.send(
        fmt::format("HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                    "Sec-WebSocket-Accept: {}\r\n\r\n{}{}",
                    protocol::websocket::accept_for(key), one.view(), two.view().substr(0, 3)));
    peer.send(std::string(two.view().substr(3)));
  });
  connect(at(raw.url("ws")));
  ASSERT_TRUE(run_until(io, [&] { return recorder.messages.size() == 2; }));
  EXPECT_EQ(recorder.messages, (std::vector<std::string>{"one", "two"}));
}

TEST_F(WebSocket, HandsOutAllMessagesOfOneRead) {
  serve();
  connect(options());
  ASSERT_TRUE(connected());
  const auto encoded = WebSocketServerConnection::encode(Kind::Text, std::string(100, 'm'));
  for (int i = 0; i < 300; ++i) peers[0]->queue(encoded);
  peers[0]->flush();
  ASSERT_TRUE(run_until(io, [&] { return recorder.messages.size() == 300; }));
  EXPECT_LE(recorder.drains, 5);
}

TEST_F(WebSocket, PutsFragmentsTogether) {
  serve();
  connect(options());
  ASSERT_TRUE(connected());
  peers[0]->send_fragmented(Kind::Text, "in several pieces", 3);
  peers[0]->ping("between");
  ASSERT_TRUE(run_until(io, [&] { return recorder.messages.size() == 1 && !pongs.empty(); }));
  EXPECT_EQ(recorder.messages[0], "in several pieces");
  EXPECT_EQ(pongs[0], "between");
}

TEST_F(WebSocket, CompressesWhenBothWant) {
  serve();
  auto with = options();
  with.offer_deflate = true;
  connect(std::move(with));
  ASSERT_TRUE(connected());
  EXPECT_TRUE(peers[0]->compressed());
  const std::string text(100'000, 'z');
  client->send_text(text);
  ASSERT_TRUE(run_until(io, [&] { return recorder.messages.size() == 1; }));
  EXPECT_EQ(recorder.messages[0], text);
  EXPECT_LT(client->bytes_received(), 10'000U);
}

TEST_F(WebSocket, DoesNotCompressUnasked) {
  serve();
  connect(options());
  ASSERT_TRUE(connected());
  EXPECT_FALSE(peers[0]->compressed());
}

TEST_F(WebSocket, ReportsARefusalWithItsStatusAndWait) {
  serve();
  connect(options("/limited"));
  ASSERT_TRUE(closed());
  EXPECT_FALSE(recorder.opened);
  EXPECT_EQ(recorder.closed->http_status, 429);
  EXPECT_EQ(recorder.closed->retry_after, Nanos(7s));
}

TEST_F(WebSocket, LetsTheServerRefuseAnOrigin) {
  serve();
  auto with = options();
  with.headers.add("Origin", "http://evil");
  connect(std::move(with));
  ASSERT_TRUE(closed());
  EXPECT_EQ(recorder.closed->http_status, 403);
  EXPECT_TRUE(requests.empty());
}

TEST_F(WebSocket, RefusesAnswersThatAreNoUpgrade) {
  const std::vector<std::pair<std::string, std::string>> answers = {
      {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "no HTTP"},
      {"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "HTTP 200"},
      {"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
       "Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=\r\n\r\n",
       "Sec-WebSocket-Accept"},
      {"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\n\r\n", "does not upgrade"},
      {"HTTP/1.1 302 Found\r\nLocation: ws://elsewhere\r\nContent-Length: 0\r\n\r\n", "HTTP 302"},
      {"", "without a reply"},
      {"HTTP/1.1 101 Swi", "in the middle"},
  };
  for (const auto& [answer, expected] : answers) {
    Recorder fresh;
    RawServer raw(io, [&text = answer](RawServer::Client& peer) {
      if (!peer.input.ends_with("\r\n\r\n")) return;
      peer.send(text);
      peer.close();
    });
    WebSocketClient probe(io, at(raw.url("ws")), fresh);
    probe.open();
    ASSERT_TRUE(run_until(io, [&] { return fresh.closed.has_value(); })) << answer;
    EXPECT_FALSE(fresh.opened);
    EXPECT_NE(fresh.closed->reason.find(expected), std::string::npos) << fresh.closed->reason;
  }
}

TEST_F(WebSocket, GivesUpOnASlowHandshake) {
  serve();
  server->stall_connections(true);
  auto with = options();
  with.open_timeout = 50ms;
  connect(std::move(with));
  ASSERT_TRUE(closed());
  EXPECT_NE(recorder.closed->reason.find("too long"), std::string::npos) << recorder.closed->reason;
  EXPECT_EQ(recorder.closes, 1);
}

TEST_F(WebSocket, SaysThatNobodyListens) {
  std::string url;
  {
    RawServer gone(io);
    url = gone.url("ws");
  }
  connect(at(url));
  ASSERT_TRUE(closed());
  EXPECT_NE(recorder.closed->reason.find("refused"), std::string::npos) << recorder.closed->reason;
}

TEST_F(WebSocket, ReportsTheServersGoodbye) {
  serve();
  connect(options());
  ASSERT_TRUE(connected());
  peers[0]->close(1001, "maintenance");
  ASSERT_TRUE(closed());
  EXPECT_EQ(recorder.closed->code, 1001);
  EXPECT_NE(recorder.closed->reason.find("maintenance"), std::string::npos);
}

TEST_F(WebSocket, SaysGoodbyeAndHearsTheAnswer) {
  serve();
  connect(options());
  ASSERT_TRUE(connected());
  client->close(1000, "enough");
  ASSERT_TRUE(closed());
  ASSERT_TRUE(run_until(io, [&] { return !server_closed.empty(); }));
  EXPECT_EQ(server_closed[0].first, 1000);
  EXPECT_EQ(server_closed[0].second, "enough");
  EXPECT_EQ(recorder.closed->reason, "enough");
}

TEST_F(WebSocket, DoesNotWaitForeverForTheAnswerToItsGoodbye) {
  serve();
  auto with = options();
  with.close_timeout = 50ms;
  connect(std::move(with));
  ASSERT_TRUE(connected());
  peers[0]->go_half_open();
  client->close(1000, "enough");
  ASSERT_TRUE(closed());
}

TEST_F(WebSocket, NoticesAReset) {
  serve();
  connect(options());
  ASSERT_TRUE(connected());
  peers[0]->reset();
  ASSERT_TRUE(closed());
  EXPECT_NE(recorder.closed->reason.find("connection lost"), std::string::npos) << recorder.closed->reason;
}

TEST_F(WebSocket, FindsAHalfOpenPeerByPing) {
  serve();
  auto with = options();
  with.silence_before_ping = 30ms;
  with.pong_timeout = 60ms;
  connect(std::move(with));
  ASSERT_TRUE(connected());
  peers[0]->go_half_open();
  ASSERT_TRUE(closed());
  EXPECT_NE(recorder.closed->reason.find("no answer to ping"), std::string::npos) << recorder.closed->reason;
}

TEST_F(WebSocket, KeepsASilentButLivingPeer) {
  serve();
  auto with = options();
  with.silence_before_ping = 5ms;
  with.pong_timeout = 5s;
  connect(std::move(with));
  ASSERT_TRUE(connected());
  const auto until = monotonic_now() + 100ms;
  ASSERT_TRUE(run_until(io, [&] { return monotonic_now() > until; }));
  EXPECT_TRUE(client->is_open());
  EXPECT_TRUE(recorder.messages.empty());
}

TEST_F(WebSocket, TheServerGivesUpOnAClientThatDoesNotAnswer) {
  serve({.websocket_ping_after = 30ms});
  asio::ip::tcp::socket socket(io);
  socket.connect({asio::ip::address_v4::loopback(), server->port()});
  asio::write(socket, asio::buffer(std::string("GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                                               "Sec-WebSocket-Version: 13\r\n"
                                               "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n")));
  ASSERT_TRUE(run_until(io, [&] { return !server_closed.empty(); }));
  EXPECT_EQ(server_closed[0].second, "no answer to ping");
}

TEST_F(WebSocket, EndsAtAProtocolViolation) {
  serve();
  connect(options());
  ASSERT_TRUE(connected());
  peers[0]->send_raw(std::string("\xC1\x01x", 3));  // a reserved bit
  ASSERT_TRUE(closed());
  EXPECT_NE(recorder.closed->reason.find("broke the WebSocket protocol"), std::string::npos);
}

TEST_F(WebSocket, RefusesMessagesBeyondItsLimit) {
  serve();
  auto with = options();
  with.maximum_message = 1000;
  connect(std::move(with));
  ASSERT_TRUE(connected());
  peers[0]->send_text(std::string(1001, 'x'));
  ASSERT_TRUE(closed());
  EXPECT_TRUE(recorder.messages.empty());
}

TEST_F(WebSocket, HoldsWritesBackOnOrder) {
  serve();
  connect(options());
  ASSERT_TRUE(connected());
  peers[0]->hold_writes(true);
  for (int i = 0; i < 10; ++i) peers[0]->send_text("held");
  settle(io);
  EXPECT_TRUE(recorder.messages.empty());
  EXPECT_EQ(peers[0]->queued_bytes(), 60U);
  peers[0]->hold_writes(false);
  ASSERT_TRUE(run_until(io, [&] { return recorder.messages.size() == 10; }));
}

TEST_F(WebSocket, MayBeDestroyedByItsOwnListener) {
  serve();
  on_accept = [](WebSocketServerConnection& peer) {
    peer.send_text("one");
    peer.send_text("two");
  };
  recorder.when_message = [&] { client.reset(); };
  connect(options());
  ASSERT_TRUE(run_until(io, [&] { return !recorder.messages.empty(); }));
  settle(io);
  EXPECT_EQ(recorder.messages.size(), 1U);
  EXPECT_EQ(recorder.closes, 0);
}

TEST_F(WebSocket, ReportsAnEndOnceAndTellsNothingAfterDestruction) {
  serve();
  connect(options());
  ASSERT_TRUE(connected());
  peers[0]->send_text("late");
  client.reset();
  settle(io);
  EXPECT_TRUE(recorder.messages.empty());
  EXPECT_EQ(recorder.closes, 0);
}

TEST_F(WebSocket, CountsConnectionsUntilTheyEnd) {
  serve();
  connect(options());
  ASSERT_TRUE(connected());
  EXPECT_EQ(server->connections(), 1U);
  peers.clear();
  ASSERT_TRUE(closed());
  ASSERT_TRUE(run_until(io, [&] { return server->connections() == 0; }));
}

TEST_F(WebSocket, RefusesAHandshakeThatIsNone) {
  serve();
  const auto exchange = [&](const std::string& text) {
    asio::ip::tcp::socket socket(io);
    socket.connect({asio::ip::address_v4::loopback(), server->port()});
    asio::write(socket, asio::buffer(text));
    std::string all;
    run_until(io, [&] { return socket.available() > 0; });
    error_code error;
    asio::read_until(socket, asio::dynamic_buffer(all), "\r\n", error);
    return all;
  };
  EXPECT_TRUE(
      exchange("GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n").starts_with("HTTP/1.1 400"));
  EXPECT_TRUE(exchange("GET / HTTP/1.1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 8\r\n\r\n")
                  .starts_with("HTTP/1.1 426"));
}

}  // namespace
}  // namespace trunkline::net::test
