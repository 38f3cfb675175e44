// The promise of the hot path: once warm, reading, framing, handing on and publishing takes nothing from the heap.
#include <cstdlib>
#include <new>
#include <thread>

#include "net/support.hpp"
#include "trunkline/bus/ring.hpp"
#include "trunkline/net/http_server.hpp"
#include "trunkline/net/session.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TRUNKLINE_SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TRUNKLINE_SANITIZED 1
#endif
#endif

#ifndef TRUNKLINE_SANITIZED
namespace {
thread_local std::uint64_t allocations = 0;

void* counted(std::size_t size) {
  ++allocations;
  if (void* const memory = std::malloc(size)) return memory;
  throw std::bad_alloc();
}
}  // namespace

void* operator new(std::size_t size) {
  return counted(size);
}
void* operator new[](std::size_t size) {
  return counted(size);
}
void operator delete(void* memory) noexcept {
  std::free(memory);
}
void operator delete[](void* memory) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t) noexcept {
  std::free(memory);
}

namespace trunkline::net::test {
namespace {

class CountingVenue final : public venue::Venue {
 public:
  std::string_view exchange() const noexcept override { return "fake"; }
  std::span<const venue::Lane> lanes() const noexcept override { return lanes_; }
  venue::RequestLimits limits() const override { return {}; }
  void on_start(Nanos, venue::Sink&, venue::Outbox&) override {}
  void on_open(venue::ConnectionId, venue::LaneId, Nanos, venue::Sink&, venue::Outbox&) override {}
  void on_bytes(venue::ConnectionId, std::span<char>, Nanos, venue::Sink& sink, venue::Outbox&) override {
    ++messages;
    static_cast<void>(sink.publish(wire::Trade{}));
  }
  void on_closed(venue::ConnectionId, std::string_view, Nanos, venue::Sink&, venue::Outbox&) override {}
  void on_reply(const venue::Reply&, venue::Sink&, venue::Outbox&) override {}
  void on_tick(Nanos, venue::Sink&, venue::Outbox&) override { ++ticks; }
  Result<void> command(const venue::Command&, Nanos, venue::Sink&, venue::Outbox&) override { return {}; }

  std::vector<venue::Lane> lanes_{{.name = "stream", .url = "ws://fake.test/"}};
  std::uint64_t messages = 0;
  int ticks = 0;
};

struct NoLog final : EventLog {
  void write(const Event&) override {}
};

TEST(HotPath, AllocatesNothingOnceWarm) {
  asio::io_context server_io;
  std::shared_ptr<WebSocketServerConnection> peer;
  auto server = HttpServer::listen(
      server_io, {}, {.on_websocket = [&](const HttpRequest&, auto connection) { peer = std::move(connection); }});
  ASSERT_TRUE(server);
  CountingVenue venue;
  bus::Ring ring;
  venue::Sink sink(ring, venue::ConnectorId{1});
  NoLog log;
  asio::io_context io;
  Session session(io, venue, sink, log,
                  {.endpoints = *EndpointMap::make({{"*", fmt::format("ws://127.0.0.1:{}", server->port())}}),
                   .tick = std::chrono::milliseconds{1}});
  ASSERT_TRUE(session.start());
  std::atomic<bool> stop = false;
  std::thread serving([&] {
    const auto message =
        WebSocketServerConnection::encode(WebSocketServerConnection::Kind::Text, std::string(200, 'm'));
    while (!stop) {
      server_io.run_one_for(1ms);
      if (!peer || peer->queued_bytes() != 0) continue;
      for (int i = 0; i < 1000; ++i) peer->queue(message);
      peer->flush();
    }
    peer.reset();
  });
  EXPECT_TRUE(run_until(io, [&] { return venue.messages > 50'000 && venue.ticks > 10; }));
  const std::uint64_t before = allocations;
  const std::uint64_t messages = venue.messages;
  const int ticks = venue.ticks;
  EXPECT_TRUE(run_until(io, [&] { return venue.messages > messages + 100'000 && venue.ticks > ticks + 10; }));
  EXPECT_EQ(allocations - before, 0U);
  session.stop();
  stop = true;
  serving.join();
}

}  // namespace
}  // namespace trunkline::net::test
#endif
