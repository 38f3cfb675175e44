#include "trunkline/bus/ring_core.hpp"

#include <algorithm>
#include <bit>
#include <new>
#include <sys/mman.h>
#include <thread>
#include <utility>

#include "trunkline/wire/header.hpp"

namespace trunkline::bus {

std::string_view to_text(PublishResult result) noexcept {
  switch (result) {
    case PublishResult::Published:
      return "Published";
    case PublishResult::TooLarge:
      return "TooLarge";
    case PublishResult::NoReservation:
      return "NoReservation";
    case PublishResult::Malformed:
      return "Malformed";
    case PublishResult::ReadersBehind:
      return "ReadersBehind";
    case PublishResult::Closed:
      return "Closed";
  }
  return {};
}

namespace detail {
namespace {

constexpr std::size_t least_capacity = 4096;

std::atomic<std::uint32_t> rings_made{0};

// Bytes that a frame takes in the ring. Only valid headers are ever committed.
std::uint64_t frame_span(std::uint64_t word) noexcept {
  return to_line(wire::header_size + wire::unpack(word)->length);
}

}  // namespace

RingCore::RingCore(const RingConfig& config)
    : id_(rings_made.fetch_add(1, std::memory_order_relaxed)), wait_(config.wait), lossless_(config.lossless) {
  view_.mask = std::bit_ceil(std::max(config.capacity_bytes, least_capacity)) - 1;
  mapped_bytes_ = round_up(sizeof(RingControl), 4096) + capacity();
  // Populated, so that the first lap does not fault page by page on the writer's hot path.
  void* const memory =
      mmap(nullptr, mapped_bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (memory == MAP_FAILED) throw std::bad_alloc();
  view_.control = new (memory) RingControl;
  view_.words = reinterpret_cast<Word*>(static_cast<std::byte*>(memory) + round_up(sizeof(RingControl), 4096));
  view_.control->checkpoints[0].position.store(0, std::memory_order_release);
  light_barrier_suffices();  // registers while nobody waits for it
}

RingCore::~RingCore() {
  for (Seat* seat = seats_.load(std::memory_order_acquire); seat != nullptr;) delete std::exchange(seat, seat->next);
  munmap(view_.control, mapped_bytes_);
}

void RingCore::store_claim(std::uint64_t claim, Cursor next) noexcept {
  view_.control->claim.store(claim, std::memory_order_release);
  Checkpoint& checkpoint = view_.control->checkpoints[claim / chunk() % chunks];
  checkpoint.position.store(nowhere, std::memory_order_release);
  checkpoint.index.store(next.index, std::memory_order_release);
  checkpoint.position.store(next.position, std::memory_order_release);
}

bool RingCore::claim(std::uint64_t end, Cursor next, Nanos timeout) noexcept {
  if (lossless_) return claim_behind_readers(end, next, timeout);
  store_claim(round_up(end, chunk()), next);
  return true;
}

std::uint64_t RingCore::slowest_reader() noexcept {
  std::uint64_t slowest = nowhere;
  for (Seat* seat = seats_.load(std::memory_order_acquire); seat != nullptr; seat = seat->next) {
    slowest = std::min(slowest, seat->position.load(std::memory_order_acquire));
  }
  return slowest;
}

bool RingCore::claim_behind_readers(std::uint64_t end, Cursor next, Nanos timeout) noexcept {
  Nanos deadline{0};
  for (unsigned attempt = 0;; ++attempt) {
    {
      const std::lock_guard lock(lossless_mutex_);
      const std::uint64_t slowest = slowest_reader();
      const std::uint64_t limit = slowest == nowhere ? nowhere : slowest + capacity();
      if (end <= limit) {
        store_claim(std::min(round_up(end, chunk()), limit), next);
        return true;
      }
    }
    wake_sleepers();  // or nobody would make room
    if (timeout > Nanos{0}) {
      if (deadline == Nanos{0}) deadline = monotonic_now() + timeout;
      if (monotonic_now() >= deadline) return false;
    }
    if (attempt < 1000) {
      std::this_thread::yield();
    } else {
      std::this_thread::sleep_for(std::chrono::microseconds(50));
    }
  }
}

void RingCore::wake_sleepers() noexcept {
  if (!view_.control->sleepers.exchange(false, std::memory_order_acq_rel)) return;
  for (Seat* seat = seats_.load(std::memory_order_acquire); seat != nullptr; seat = seat->next) {
    if (Waker* const waker = seat->waker.load(std::memory_order_acquire)) waker->wake();
  }
}

void RingCore::close() noexcept {
  view_.control->closed.store(true, std::memory_order_release);
  view_.control->sleepers.store(true, std::memory_order_release);
  wake_sleepers();
}

bool RingCore::read_checkpoint(std::uint64_t chunk_number, Cursor& out) noexcept {
  const Checkpoint& checkpoint = view_.control->checkpoints[chunk_number % chunks];
  out.position = checkpoint.position.load(std::memory_order_acquire);
  out.index = checkpoint.index.load(std::memory_order_acquire);
  return out.position != nowhere && checkpoint.position.load(std::memory_order_acquire) == out.position &&
         view_.intact(out.position);
}

Cursor RingCore::newest() noexcept {
  for (;;) {
    const std::uint64_t last = view_.control->claim.load(std::memory_order_acquire) / chunk();
    for (std::uint64_t back = 0; back < chunks && back <= last; ++back) {
      if (Cursor found; read_checkpoint(last - back, found)) return found;
    }
  }
}

Cursor RingCore::half_way() noexcept {
  for (;;) {
    const std::uint64_t last = view_.control->claim.load(std::memory_order_acquire) / chunk();
    for (std::uint64_t back = chunks / 2; back + 1 > 0; --back) {
      if (back > last) continue;
      if (Cursor found; read_checkpoint(last - back, found)) return found;
    }
  }
}

// To where nothing is committed yet, or to what is claimed by now if the writer keeps going. False where it was lapped.
bool RingCore::walk_to_end(Cursor& cursor) noexcept {
  const std::uint64_t claimed = view_.control->claim.load(std::memory_order_acquire);
  while (cursor.position < claimed) {
    const std::uint64_t word = view_.at(cursor.position)->load(std::memory_order_acquire);
    if (!view_.intact(cursor.position)) return false;
    if (word == 0) return true;
    if (word == pad_word) {
      cursor.position = view_.next_lap(cursor.position);
    } else {
      cursor.position += frame_span(word);
      ++cursor.index;
    }
  }
  return true;
}

Cursor RingCore::find_end() noexcept {
  for (;;) {
    Cursor cursor = newest();
    if (walk_to_end(cursor)) return cursor;
  }
}

Seat* RingCore::take_seat() {
  for (Seat* seat = seats_.load(std::memory_order_acquire); seat != nullptr; seat = seat->next) {
    if (!seat->taken.exchange(true, std::memory_order_acq_rel)) return seat;
  }
  auto* const seat = new Seat;
  seat->taken.store(true, std::memory_order_relaxed);
  seat->next = seats_.load(std::memory_order_relaxed);
  while (!seats_.compare_exchange_weak(seat->next, seat, std::memory_order_acq_rel)) {
  }
  return seat;
}

Seat* RingCore::join(Cursor& end) {
  Seat* const seat = take_seat();
  if (lossless_) {
    // While this is held nothing more is claimed, so what is found cannot be overwritten before the seat says so.
    const std::lock_guard lock(lossless_mutex_);
    end = find_end();
    seat->position.store(end.position, std::memory_order_release);
  } else {
    end = find_end();
  }
  return seat;
}

void RingCore::leave(Seat* seat) noexcept {
  seat->waker.store(nullptr, std::memory_order_release);
  seat->position.store(nowhere, std::memory_order_release);
  seat->taken.store(false, std::memory_order_release);
}

}  // namespace detail
}  // namespace trunkline::bus
