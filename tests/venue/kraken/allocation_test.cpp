// After warm-up, a message costs no heap allocation from its bytes to its frame. Counted by replacing operator new, so
// not under sanitizers, which do that themselves.
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <gtest/gtest.h>
#include <new>

#include "venue/kraken/harness.hpp"

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

namespace trunkline::venue::kraken::test {
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

TEST(KrakenAllocations, TheHotPathMakesNoneAfterWarmUp) {
  bus::Ring ring;
  auto reader = ring.subscribe();
  Sink sink(ring, ConnectorId{1});
  Nowhere outbox;
  KrakenVenue venue({.subscriptions = {{*SymbolDescriptor::parse("kraken:BTC-USD"), default_channels}}, .depth = 25});
  Nanos now{1'700'000'000'000'000'000};
  std::string buffer;
  const auto bytes = [&](const std::string& message) {
    buffer.assign(message);
    buffer.resize(message.size() + 64);
    sink.begin(now += 1ms, 1);
    venue.on_bytes(ConnectionId{1}, std::span(buffer).first(message.size()), now, sink, outbox);
    sink.flush();
  };
  sink.begin(now, 15);
  venue.on_start(now, sink, outbox);
  venue.on_open(ConnectionId{1}, LaneId{0}, now, sink, outbox);
  bytes(instrument_message({{"BTC/USD"}}));
  for (int request = 2; request <= 4; ++request) {
    bytes(R"({"method":"subscribe","result":{"symbol":"BTC/USD"},"success":true,"req_id":)" + std::to_string(request) +
          "}");
  }
  VenueBook truth("BTC/USD", 25);
  (void)truth.update({{"100.00", "1"}}, {{"101.00", "1"}});
  bytes(truth.snapshot());

  // Levels come, change, fall out of the depth and go.
  std::vector<std::string> messages;
  for (int i = 0; i < 6'000; ++i) {
    const int near = i * 7 % 40;
    const std::string amount = i % 4 == 0 ? "0" : "2.50000000";
    const std::string tail = "." + std::to_string(10 + i % 89);
    messages.push_back(truth.update({{std::to_string(100 - near) + tail, amount}, {"99.99", amount}},
                                    {{std::to_string(102 + near) + tail, amount}}));
    messages.push_back(quote_message("BTC/USD", "100." + std::to_string(10 + i % 89), "101.00", i));
    messages.push_back(trade_message(trade_entry("BTC/USD", static_cast<std::uint64_t>(i) + 1, "100.00", "1")));
  }
  const std::size_t warm = messages.size() / 3 * 2;
  buffer.reserve(4'096);
  for (std::size_t i = 0; i < warm; ++i) bytes(messages[i]);
  const BookFeed& feed = *venue.book_of(hash_symbol_text("kraken:BTC-USD"));
  ASSERT_TRUE(feed.live());
  ASSERT_EQ(feed.mismatches(), 0U);
  const std::uint64_t slow = venue.counters().slow;
  const std::uint64_t published = ring.published();
  const std::uint64_t before = allocations.load();
  for (std::size_t i = warm; i < messages.size(); ++i) bytes(messages[i]);
  EXPECT_EQ(allocations.load() - before, 0U);
  EXPECT_EQ(ring.published() - published, messages.size() - warm);
  EXPECT_EQ(venue.counters().slow, slow);
  EXPECT_TRUE(feed.live());
}

}  // namespace
}  // namespace trunkline::venue::kraken::test
#endif
