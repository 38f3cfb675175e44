// The promise of the order path: once warm, the tracker takes nothing from the heap.
#include <cstdlib>
#include <new>

#include "order/orders.hpp"

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

namespace trunkline::order::test {
namespace {

TEST(TrackerAllocation, TakesNothingFromTheHeapOnceItIsWarm) {
  ClientOrderTracker tracker({.expected_orders = 64, .kept_done = 32});
  int next = 0;
  const auto live = [&](std::uint64_t& counted) {
    const std::string id = fmt::format("client-{}", next);
    const std::string exchange = fmt::format("exchange-{}", next++);
    const InFlightOrder order = make_order(id, "3");
    const OrderUpdate ack = update(id, exchange, OrderState::Open);
    const TradeUpdate first = fill("t1", id, exchange, "1");
    const TradeUpdate second = fill("t2", id, exchange, "1");
    const OrderUpdate end = update(id, exchange, OrderState::Cancelled);
    const std::uint64_t before = allocations;
    tracker.start_tracking(order);
    tracker.submitted(id, Nanos{1});
    tracker.process_order_update(ack);
    tracker.process_trade_update(first);
    tracker.process_trade_update(second);
    tracker.cancel_requested(id, Nanos{2});
    tracker.process_order_update(end);
    tracker.find(id);
    counted += allocations - before;
  };
  std::uint64_t warming = 0;
  for (int i = 0; i < 500; ++i) live(warming);
  std::uint64_t warm = 0;
  for (int i = 0; i < 5'000; ++i) live(warm);
  EXPECT_EQ(warm, 0U);
}

}  // namespace
}  // namespace trunkline::order::test
#endif
