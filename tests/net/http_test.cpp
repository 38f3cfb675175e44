#include <set>

#include "net/support.hpp"
#include "trunkline/net/http_client.hpp"
#include "trunkline/net/http_server.hpp"

namespace trunkline::net::test {
namespace {

class Http : public testing::Test {
 protected:
  void serve(std::function<void(const HttpRequest&, Responder)> handler, HttpServerOptions options = {}) {
    auto listening = HttpServer::listen(io, std::move(options), {.on_request = std::move(handler)});
    ASSERT_TRUE(listening) << listening.error().message;
    server.emplace(std::move(*listening));
  }
  void get(std::string target, Nanos deadline = 25s) {
    const std::size_t at = replies.size();
    replies.emplace_back();
    const std::string base = fmt::format("http://127.0.0.1:{}", server ? server->port() : 0);
    client.send({.url = target.starts_with("http") ? target : base + target, .deadline = deadline},
                [this, at](Result<HttpClient::Reply> reply) { replies[at] = std::move(reply); });
  }
  bool all_answered() {
    return run_until(io, [&] { return std::ranges::all_of(replies, [](const auto& r) { return r.has_value(); }); });
  }

  asio::io_context io;
  std::optional<HttpServer> server;
  HttpClient client{io, {.connections_per_host = 1}};
  std::vector<std::optional<Result<HttpClient::Reply>>> replies;
};

TEST_F(Http, AnswersWithWhatTheHandlerSays) {
  HttpRequest seen;
  serve([&](const HttpRequest& request, Responder responder) {
    seen = request;
    responder.respond({200, "application/json", R"({"ok":true})", {{"X-MBX-USED-WEIGHT-1M", "17"}}});
  });
  get("/api/v3/de%70th?symbol=BTCUSDT&limit=5&text=a%20b+c&flag");
  ASSERT_TRUE(all_answered());
  EXPECT_EQ(seen.method, "GET");
  EXPECT_EQ(seen.path, "/api/v3/depth");
  EXPECT_EQ(seen.parameter("symbol"), "BTCUSDT");
  EXPECT_EQ(seen.parameter("text"), "a b c");
  EXPECT_EQ(seen.parameter("flag"), "");
  EXPECT_FALSE(seen.parameter("nothing"));
  const auto& reply = *replies[0];
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->status, 200);
  EXPECT_EQ(reply->body(), R"({"ok":true})");
  EXPECT_EQ(reply->headers.get("x-mbx-used-weight-1m"), "17");
  EXPECT_EQ(std::string_view(reply->body().end(), HttpClient::Reply::padding), std::string(64, '\0'));
}

TEST_F(Http, KeepsOneConnectionForManyRequests) {
  std::set<std::string> peers;
  serve([&](const HttpRequest& request, Responder responder) {
    peers.insert(request.peer);
    responder.respond({200, "text/plain", request.path});
  });
  for (int i = 0; i < 50; ++i) get(fmt::format("/{}", i));
  ASSERT_TRUE(all_answered());
  for (std::size_t i = 0; i < 50; ++i) EXPECT_EQ((*replies[i])->body(), fmt::format("/{}", i));
  EXPECT_EQ(peers.size(), 1U);
}

TEST_F(Http, SendsBodiesBothWays) {
  serve([](const HttpRequest& request, Responder responder) { responder.respond({200, "text/plain", request.body}); },
        {.maximum_body = 8 * 1024 * 1024});
  std::string big(5 * 1024 * 1024, 'x');
  for (std::size_t i = 0; i < big.size(); i += 1000) big[i] = static_cast<char>('a' + i % 26);
  std::optional<Result<HttpClient::Reply>> reply;
  client.send({.method = "POST", .url = fmt::format("http://127.0.0.1:{}/", server->port()), .body = big},
              [&](Result<HttpClient::Reply> r) { reply = std::move(r); });
  ASSERT_TRUE(run_until(io, [&] { return reply.has_value(); }));
  ASSERT_TRUE(*reply) << reply->error().message;
  EXPECT_EQ((*reply)->body(), big);
}

TEST_F(Http, AnswersLaterOnTheSameThread) {
  std::optional<Responder> held;
  serve([&](const HttpRequest&, Responder responder) { held = std::move(responder); });
  get("/late");
  ASSERT_TRUE(run_until(io, [&] { return held.has_value(); }));
  settle(io);
  EXPECT_FALSE(replies[0]);
  held->respond({200, "text/plain", "at last"});
  held->respond({500, "text/plain", "the second does not count"});
  held.reset();
  ASSERT_TRUE(all_answered());
  EXPECT_EQ((*replies[0])->body(), "at last");
}

TEST_F(Http, AnswersForAHandlerThatForgets) {
  serve([](const HttpRequest&, Responder) {});
  get("/");
  ASSERT_TRUE(all_answered());
  EXPECT_EQ((*replies[0])->status, 500);
}

TEST_F(Http, GivesUpAtTheDeadlineAndGoesOnWithTheNext) {
  serve([](const HttpRequest& request, Responder responder) {
    if (request.path == "/stall") return responder.abandon();
    responder.respond({200, "text/plain", "fine"});
  });
  get("/stall", 50ms);
  get("/next");
  ASSERT_TRUE(all_answered());
  ASSERT_FALSE(*replies[0]);
  EXPECT_EQ(replies[0]->error().code, ErrorCode::Timeout);
  ASSERT_TRUE(*replies[1]) << replies[1]->error().message;
  EXPECT_EQ((*replies[1])->body(), "fine");
}

TEST_F(Http, CountsTheWaitInTheQueueTowardsTheDeadline) {
  serve([](const HttpRequest&, Responder responder) { responder.abandon(); });
  get("/", 5s);
  get("/", 50ms);
  ASSERT_TRUE(run_until(io, [&] { return replies[1].has_value(); }));
  EXPECT_EQ(replies[1]->error().code, ErrorCode::Timeout);
  EXPECT_FALSE(replies[0]);
}

TEST_F(Http, SaysThatNobodyListens) {
  std::uint16_t port;
  {
    RawServer gone(io);
    port = gone.port();
  }
  get(fmt::format("http://127.0.0.1:{}/", port));
  ASSERT_TRUE(all_answered());
  ASSERT_FALSE(*replies[0]);
  EXPECT_EQ(replies[0]->error().code, ErrorCode::Unavailable);
  EXPECT_NE(replies[0]->error().message.find("refused"), std::string::npos) << replies[0]->error().message;
}

TEST_F(Http, SendsAgainWhenAKeptConnectionWasClosedMeanwhile) {
  int requests = 0;
  RawServer raw(io, [&](RawServer::Client& peer) {
    if (!peer.input.ends_with("\r\n\r\n")) return;
    peer.input.clear();
    // The second request on the first connection is met by a close.
    if (++requests == 2) return peer.close();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  get(raw.url("http"));
  ASSERT_TRUE(all_answered());
  get(raw.url("http"));
  ASSERT_TRUE(all_answered());
  ASSERT_TRUE(*replies[1]) << replies[1]->error().message;
  EXPECT_EQ((*replies[1])->body(), "ok");
  EXPECT_EQ(raw.clients.size(), 2U);
}

TEST_F(Http, NeverSendsAPostTwice) {
  int requests = 0;
  RawServer raw(io, [&](RawServer::Client& peer) {
    if (++requests == 2) return peer.close();
    peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  for (int i = 0; i < 2; ++i) {
    replies.emplace_back();
    client.send({.method = "POST", .url = raw.url("http")},
                [&, at = replies.size() - 1](Result<HttpClient::Reply> r) { replies[at] = std::move(r); });
    ASSERT_TRUE(all_answered());
  }
  EXPECT_FALSE(*replies[1]);
  EXPECT_EQ(requests, 2);
}

TEST_F(Http, ReadsChunkedAndUnboundedBodies) {
  RawServer raw(io, [&](RawServer::Client& peer) {
    if (peer.input.find("/chunked") != std::string::npos) {
      peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
      peer.send("6\r\n world\r\n0\r\n\r\n");
    } else {
      peer.send("HTTP/1.0 200 OK\r\n\r\nuntil the end");
      peer.close();
    }
  });
  get(raw.url("http", "/chunked"));
  ASSERT_TRUE(all_answered());
  EXPECT_EQ((*replies[0])->body(), "hello world");
  raw.clients[0]->close();
  settle(io);
  get(raw.url("http", "/rest"));
  ASSERT_TRUE(all_answered());
  ASSERT_TRUE(*replies[1]) << replies[1]->error().message;
  EXPECT_EQ((*replies[1])->body(), "until the end");
}

TEST_F(Http, PassesOverInterimReplies) {
  RawServer raw(io, [&](RawServer::Client& peer) {
    peer.send("HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
  });
  get(raw.url("http"));
  ASSERT_TRUE(all_answered());
  EXPECT_EQ((*replies[0])->status, 200);
}

TEST_F(Http, RefusesGarbageCutsAndFloods) {
  const std::vector<std::string> hostile = {
      "this is no HTTP at all\r\n\r\n",
      "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
      "HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n",
      "HTTP/1.1 200 OK\r\nX: " + std::string(100'000, 'x'),
      "",
  };
  RawServer raw(io, [&](RawServer::Client& peer) {
    peer.send(hostile[raw.clients.size() - 1]);
    peer.close();
  });
  for (std::size_t i = 0; i < hostile.size(); ++i) {
    get(raw.url("http"));
    ASSERT_TRUE(all_answered()) << i;
    EXPECT_FALSE(*replies[i]) << i;
  }
}

TEST_F(Http, LetsNoHeaderBeSmuggledIn) {
  serve([](const HttpRequest&, Responder responder) { responder.respond({}); });
  std::optional<Result<HttpClient::Reply>> reply;
  client.send({.url = fmt::format("http://127.0.0.1:{}/", server->port()), .headers = {{"X", "a\r\nY: b"}}},
              [&](Result<HttpClient::Reply> r) { reply = std::move(r); });
  ASSERT_TRUE(run_until(io, [&] { return reply.has_value(); }));
  EXPECT_FALSE(*reply);
}

TEST_F(Http, RunsNoHandlerAfterTheClientIsGone) {
  serve([](const HttpRequest&, Responder responder) { responder.respond({}); });
  bool ran = false;
  {
    HttpClient shortlived(io);
    shortlived.send({.url = fmt::format("http://127.0.0.1:{}/", server->port())},
                    [&](Result<HttpClient::Reply>) { ran = true; });
    shortlived.send({.url = "nonsense"}, [&](Result<HttpClient::Reply>) { ran = true; });
    settle(io);
  }
  const bool before = ran;
  settle(io);
  EXPECT_EQ(ran, before);
}

// What a client may do to a server, byte by byte.
class RawHttp : public Http {
 protected:
  std::string exchange(const std::string& text) {
    asio::ip::tcp::socket socket(io);
    socket.connect({asio::ip::address_v4::loopback(), server->port()});
    asio::write(socket, asio::buffer(text));
    socket.non_blocking(true);
    std::string all;
    run_until(io, [&] {
      char chunk[4096];
      error_code error;
      const std::size_t bytes = socket.read_some(asio::buffer(chunk), error);
      all.append(chunk, bytes);
      return error && error != asio::error::would_block;
    });
    return all;
  }
};

TEST_F(RawHttp, AnswersAPipelineInOrder) {
  serve([](const HttpRequest& request, Responder responder) { responder.respond({200, "text/plain", request.path}); });
  const std::string all = exchange(
      "GET /1 HTTP/1.1\r\nHost: a\r\n\r\nGET /2 HTTP/1.1\r\nHost: a\r\n\r\n"
      "HEAD /33 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
  EXPECT_LT(all.find("/1"), all.find("/2"));
  EXPECT_NE(all.find("Content-Length: 3"), std::string::npos);
  EXPECT_EQ(all.find("/33"), std::string::npos) << "a reply to HEAD has no body";
}

TEST_F(RawHttp, RefusesWhatIsNoRequest) {
  serve([](const HttpRequest&, Responder responder) { responder.respond({}); }, {.maximum_body = 100});
  EXPECT_TRUE(exchange("hello\r\n\r\n").starts_with("HTTP/1.1 400"));
  EXPECT_TRUE(exchange("POST / HTTP/1.1\r\nContent-Length: 101\r\n\r\n").starts_with("HTTP/1.1 413"));
  EXPECT_TRUE(exchange("GET / HTTP/1.1\r\nX: " + std::string(20'000, 'x')).starts_with("HTTP/1.1 431"));
  EXPECT_TRUE(exchange(std::string(20'000, 'x')).starts_with("HTTP/1.1 4"));
}

TEST_F(RawHttp, ClosesWhoSaysNothing) {
  serve([](const HttpRequest&, Responder responder) { responder.respond({}); }, {.idle_timeout = 50ms});
  EXPECT_EQ(exchange("GET / HT"), "");
}

TEST_F(RawHttp, AnswersAClientThatHalfCloses) {
  std::optional<Responder> held;
  serve([&](const HttpRequest&, Responder responder) { held = std::move(responder); });
  asio::ip::tcp::socket socket(io);
  socket.connect({asio::ip::address_v4::loopback(), server->port()});
  asio::write(socket, asio::buffer(std::string("GET / HTTP/1.1\r\n\r\n")));
  socket.shutdown(asio::socket_base::shutdown_send);
  ASSERT_TRUE(run_until(io, [&] { return held && held->client_is_gone(); }));
  held->respond({200, "text/plain", "still here"});
  std::string all;
  error_code error;
  settle(io);
  asio::read_until(socket, asio::dynamic_buffer(all), "still here", error);
  EXPECT_NE(all.find("still here"), std::string::npos);
}

TEST_F(Http, RefusesAndStallsOnOrder) {
  serve([](const HttpRequest&, Responder responder) { responder.respond({200, "text/plain", "up"}); });
  const std::uint16_t port = server->port();
  ASSERT_TRUE(server->refuse_connections(true));
  get("/");
  ASSERT_TRUE(all_answered());
  EXPECT_EQ(replies[0]->error().code, ErrorCode::Unavailable);
  ASSERT_TRUE(server->refuse_connections(false));
  EXPECT_EQ(server->port(), port);
  server->stall_connections(true);
  get("/", 50ms);
  ASSERT_TRUE(all_answered());
  EXPECT_EQ(replies[1]->error().code, ErrorCode::Timeout);
  server->stall_connections(false);
  get("/");
  ASSERT_TRUE(all_answered());
  ASSERT_TRUE(*replies[2]) << replies[2]->error().message;
}

TEST_F(Http, ResetsOnOrder) {
  serve([](const HttpRequest&, Responder responder) { responder.reset(); });
  get("/");
  ASSERT_TRUE(all_answered());
  EXPECT_EQ(replies[0]->error().code, ErrorCode::Unavailable);
}

TEST_F(Http, TakesNoMoreThanItsLimit) {
  serve([](const HttpRequest&, Responder responder) { responder.respond({}); }, {.maximum_connections = 1});
  get("/");
  ASSERT_TRUE(all_answered());
  HttpClient other(io);
  std::optional<Result<HttpClient::Reply>> reply;
  other.send({.url = fmt::format("http://127.0.0.1:{}/", server->port())},
             [&](Result<HttpClient::Reply> r) { reply = std::move(r); });
  ASSERT_TRUE(run_until(io, [&] { return reply.has_value(); }));
  EXPECT_FALSE(*reply);
  EXPECT_EQ(server->refused(), 1U);
  EXPECT_EQ(server->connections(), 1U);
}

TEST_F(Http, NamesThePortThatIsTaken) {
  serve([](const HttpRequest&, Responder responder) { responder.respond({}); });
  const auto second = HttpServer::listen(io, {.port = server->port()}, {});
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::AlreadyExists);
  EXPECT_NE(second.error().message.find(std::to_string(server->port())), std::string::npos);
}

}  // namespace
}  // namespace trunkline::net::test
