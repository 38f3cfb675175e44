// The bus beside a raw ring that could not be simpler: one reader, slots of one cache line with the sequence in them,
// no loss detection, no wake-up, no variable sizes.
#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <pthread.h>
#include <sched.h>
#include <thread>
#include <vector>
#include <x86intrin.h>

#include "bench/ratio.hpp"
#include "trunkline/bus/ring.hpp"

namespace {

using namespace trunkline;
using namespace trunkline::bench;

constexpr std::size_t capacity = std::size_t{4} << 20;

class RawRing {
 public:
  using Payload = std::array<std::uint64_t, 7>;

  void publish(const Payload& payload) noexcept {
    Slot& slot = slots_[next_ & mask];
    slot.payload = payload;
    slot.sequence.store(++next_, std::memory_order_release);
  }
  bool poll(Payload& out) noexcept {
    Slot& slot = slots_[read_ & mask];
    if (slot.sequence.load(std::memory_order_acquire) != read_ + 1) return false;
    out = slot.payload;
    ++read_;
    return true;
  }

 private:
  struct alignas(64) Slot {
    std::atomic<std::uint64_t> sequence{0};
    Payload payload{};
  };
  static constexpr std::uint64_t mask = capacity / sizeof(Slot) - 1;
  std::vector<Slot> slots_ = std::vector<Slot>(mask + 1);
  alignas(64) std::uint64_t next_ = 0;  // the writer's
  alignas(64) std::uint64_t read_ = 0;  // the reader's
};

bool pin(unsigned core) {
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(core, &set);
  return pthread_setaffinity_np(pthread_self(), sizeof set, &set) == 0;
}

double ticks_per_ns() {
  static const double rate = [] {
    const auto start = std::chrono::steady_clock::now();
    const auto ticks = __rdtsc();
    while (std::chrono::steady_clock::now() - start < std::chrono::milliseconds(50)) {
    }
    const std::chrono::duration<double, std::nano> taken = std::chrono::steady_clock::now() - start;
    return static_cast<double>(__rdtsc() - ticks) / taken.count();
  }();
  return rate;
}

// Median nanoseconds from `send(stamp)` on one core to `receive()` (the stamp, or 0) on another, one message in flight.
template <class Send, class Receive>
double hop(Send&& send, Receive&& receive) {
  constexpr std::size_t messages = 20'000;
  const auto pause = static_cast<std::uint64_t>(700 * ticks_per_ns());
  std::vector<double> result;
  alignas(64) std::atomic<std::size_t> received{0};
  alignas(64) std::atomic<bool> ready{false};
  std::thread reader([&] {
    pin(1);
    std::vector<double> taken;
    taken.reserve(messages);
    ready = true;
    while (taken.size() < messages) {
      const std::uint64_t stamp = receive();
      if (stamp == 0) continue;
      taken.push_back(static_cast<double>(__rdtsc() - stamp) / ticks_per_ns());
      received.store(taken.size(), std::memory_order_release);
    }
    result = std::move(taken);
  });
  while (!ready) {
  }
  for (std::size_t sent = 0; sent < messages; ++sent) {
    send(__rdtsc());
    for (const std::uint64_t until = __rdtsc() + pause; __rdtsc() < until;) _mm_pause();
    while (received.load(std::memory_order_acquire) <= sent) _mm_pause();
  }
  reader.join();
  return median(std::move(result));
}

void bench_hop() {
  if (std::thread::hardware_concurrency() < 2) {
    std::printf("bench name=bus_hop_p50 skipped: one core\n");
    return;
  }
  const auto raw = std::make_unique<RawRing>();
  bus::Ring ring(bus::RingConfig{.capacity_bytes = capacity});
  auto reader = ring.subscribe();
  compare(
      {.name = "bus_hop_p50", .anchor = "raw_spsc_ring", .unit = "ns", .target = Target::ratio_at_most(1.15)},
      [&] {
        return hop(
            [&](std::uint64_t stamp) {
              const wire::Trade trade{.trade_id = stamp};
              keep(ring.publish(trade, 0, 0));
              ring.flush();
            },
            [&]() -> std::uint64_t {
              const bus::Poll poll = reader.poll();
              return poll.kind == bus::PollKind::Frame ? poll.frame.as<wire::Trade>()->trade_id : 0;
            });
      },
      [&] {
        return hop([&](std::uint64_t stamp) { raw->publish({0, 0, 0, 0, 0, 0, stamp}); },
                   [&]() -> std::uint64_t {
                     RawRing::Payload payload;
                     return raw->poll(payload) ? payload[6] : 0;
                   });
      });
}

wire::Trade trade(std::uint64_t number) noexcept {
  return {.symbol = number,
          .exchange_time = Nanos{static_cast<std::int64_t>(number + 1)},
          .receive_time = Nanos{static_cast<std::int64_t>(number + 2)},
          .price = Price::from_raw(static_cast<std::int64_t>(number + 3)),
          .quantity = Quantity::from_raw(static_cast<std::int64_t>(number + 4)),
          .trade_id = number + 5};
}

// Millions of 64-byte frames a second that one writer publishes, flushing after every `batch` of them.
double publish_rate(bus::Ring& ring, std::size_t batch) {
  constexpr std::size_t frames = 2'000'000;
  const double each = ns_each(frames, [&] {
    for (std::size_t number = 0; number < frames;) {
      for (std::size_t i = 0; i < batch; ++i, ++number) {
        keep(ring.publish(trade(number), 0, static_cast<std::uint32_t>(number)));
      }
      ring.flush();
    }
  });
  return 1e3 / each;
}

double publish_rate(RawRing& ring) {
  constexpr std::size_t frames = 2'000'000;
  const double each = ns_each(frames, [&] {
    for (std::size_t number = 0; number < frames; ++number) {
      ring.publish({number, number + 1, number + 2, 0, number + 3, number + 4, number + 5});
      keep(ring);
    }
  });
  return 1e3 / each;
}

void bench_publish() {
  const auto raw = std::make_unique<RawRing>();
  bus::Ring ring(bus::RingConfig{.capacity_bytes = capacity});
  const auto reader = ring.subscribe();
  const auto anchor = [&] { return publish_rate(*raw); };
  compare(
      {.name = "bus_publish_single", .anchor = "raw_spsc_ring", .unit = "M/s", .target = Target::ratio_at_least(0.4)},
      [&] { return publish_rate(ring, 1); }, anchor);
  compare(
      {.name = "bus_publish_batch", .anchor = "raw_spsc_ring", .unit = "M/s", .target = Target::ratio_at_least(0.5)},
      [&] { return publish_rate(ring, 64); }, anchor);
}

}  // namespace

int main() {
  pin(0);
  bench_hop();
  bench_publish();
}
