// After warm-up, a message costs no heap allocation from its bytes to its frame. Counted by replacing operator new, so
// not under sanitizers, which do that themselves.
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <gtest/gtest.h>
#include <new>

#include "venue/binance/harness.hpp"

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define TRUNKLINE_COUNTS_ALLOCATIONS 0
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define TRUNKLINE_COUNTS_ALLOCATIONS 0
#endif
#endif
#ifndef TRUNKLINE_COUNTS_ALLOCATIONS
#define TRUNKLINE_COUNTS_ALLOCATIONS 1
#endif

#if TRUNKLINE_COUNTS_ALLOCATIONS
namespace {
std::atomic<std::uint64_t> allocations{0};

void* counted(std::size_t size, std::size_t alignment) {
  allocations.fetch_add(1, std::memory_order_relaxed);
  const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
  void* const memory = std::aligned_alloc(alignment, rounded == 0 ? alignment : rounded);
  if (memory == nullptr) throw std::bad_alloc();
  return memory;
}
}  // namespace

void* operator new(std::size_t size) {
  return counted(size, alignof(std::max_align_t));
}
void* operator new[](std::size_t size) {
  return counted(size, alignof(std::max_align_t));
}
void* operator new(std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
}
void* operator new[](std::size_t size, std::align_val_t alignment) {
  return counted(size, static_cast<std::size_t>(alignment));
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
void operator delete(void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept {
  std::free(memory);
}

namespace trunkline::venue::binance::test {
namespace {

class Nowhere final : public Outbox {
 public:
  void send(ConnectionId, std::string text) override { sent = std::move(text); }
  void request(Request request) override { requests.push_back(std::move(request)); }
  void reconnect(ConnectionId, std::string) override {}
  void ready(ConnectionId) override {}
  void report(Event) override {}
  std::string sent;
  std::vector<Request> requests;
};

TEST(Allocations, TheHotPathMakesNoneAfterWarmUp) {
  bus::Ring ring;
  auto reader = ring.subscribe();
  Sink sink(ring, ConnectorId{1});
  Nowhere outbox;
  BinanceConfig config;
  config.audit_interval = 0ms;
  config.subscriptions = {{*SymbolDescriptor::parse("binance:BTC-USDT"),
                           {Channel::Trades, Channel::AggregateTrades, Channel::Quotes, Channel::Depth}}};
  BinanceVenue venue(std::move(config));
  Nanos now{1'700'000'000'000'000'000};
  std::string buffer;
  const auto bytes = [&](const std::string& message) {
    buffer.assign(message);
    buffer.resize(message.size() + 64);
    sink.begin(now += 1ms, 1);
    venue.on_bytes(ConnectionId{1}, std::span(buffer).first(message.size()), now, sink, outbox);
    sink.flush();
  };
  const auto reply = [&](std::string body) {
    const std::size_t size = body.size();
    body.resize(size + 64);
    const RequestId id = outbox.requests.back().id;
    outbox.requests.pop_back();
    sink.begin(now, 15);
    venue.on_reply({id, 200, std::string_view(body).substr(0, size), now}, sink, outbox);
  };
  sink.begin(now, 15);
  venue.on_start(now, sink, outbox);
  reply(exchange_info(Segment::Spot, {{"BTCUSDT", "BTC", "USDT"}}));
  venue.on_open(ConnectionId{1}, LaneId{0}, now, sink, outbox);
  bytes(R"({"result":null,"id":1})");
  reply(snapshot(100, {{"100.00", "1"}}, {{"100.01", "1"}}));

  // Levels come and go near the best price and far from it.
  std::vector<std::string> messages;
  std::uint64_t id = 100;
  for (int i = 0; i < 9'000; ++i) {
    const auto cents = [](int value) {
      return std::to_string(value / 100) + "." + std::to_string(value / 10 % 10) + std::to_string(value % 10);
    };
    const int near = i % 40;
    const int far = i * 37 % 1'000;
    const char* const amount = i % 3 == 0 ? "0" : "2.5";
    messages.push_back(
        combined("btcusdt@depth@100ms",
                 spot_depth("BTCUSDT", id + 1, id + 1, {{cents(9'999 - near), amount}, {cents(5'000 - far), amount}},
                            {{cents(10'002 + near), amount}, {cents(99'000 + far), amount}})));
    ++id;
    messages.push_back(
        combined("btcusdt@bookTicker", spot_quote("BTCUSDT", id + 1'000'000, "100.00", "1", "100.01", "1")));
    messages.push_back(combined("btcusdt@trade", spot_trade("BTCUSDT", id, "100.00", "1.000")));
    messages.push_back(R"({"e":"aggTrade","E":2,"s":"BTCUSDT","a":)" + std::to_string(id) +
                       R"(,"p":"1.5","q":"2","f":3,"l":4,"T":1,"m":false,"M":true})");
  }
  const std::size_t warm = messages.size() / 3 * 2;
  buffer.reserve(4'096);
  for (std::size_t i = 0; i < warm; ++i) bytes(messages[i]);
  ASSERT_TRUE(venue.depth_of(hash_symbol_text("binance:BTC-USDT"))->live());
  const std::uint64_t slow = venue.counters().slow;
  const std::uint64_t published = ring.published();
  const std::uint64_t before = allocations.load();
  for (std::size_t i = warm; i < messages.size(); ++i) bytes(messages[i]);
  EXPECT_EQ(allocations.load() - before, 0U);
  EXPECT_EQ(ring.published() - published, messages.size() - warm);
  EXPECT_EQ(venue.counters().slow, slow);
}

}  // namespace
}  // namespace trunkline::venue::binance::test
#endif
