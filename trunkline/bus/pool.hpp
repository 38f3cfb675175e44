// A fixed number of objects made once and lent out, for producers that build a message somewhere else than in the ring.
//
// A handle gives its object back when it is destroyed, and publish() takes the handle: the object is free again the
// moment its frame is encoded, whether or not it could be published. So a pool smaller than the ring never runs dry.
#pragma once

#include <array>
#include <atomic>
#include <cassert>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <utility>

#include "trunkline/bus/ring.hpp"

namespace trunkline::bus::pool {

// T is made N times when the pool is, and used again as it was left; where it has clear(), that is called on its way
// back. Any thread may acquire and any may release, without locks. The pool must outlive its handles.
template <class T, std::size_t N>
class Pool {
  static_assert(N > 0 && N < UINT32_MAX, "a pool holds at least one object");

 public:
  class Handle {
   public:
    Handle(Handle&& other) noexcept : pool_(std::exchange(other.pool_, nullptr)), slot_(other.slot_) {}
    Handle& operator=(Handle&& other) noexcept {
      std::swap(pool_, other.pool_);
      std::swap(slot_, other.slot_);
      return *this;
    }
    ~Handle() {
      if (pool_ != nullptr) pool_->release(slot_);
    }

    T& operator*() const noexcept { return pool_->objects_[slot_]; }
    T* operator->() const noexcept { return &pool_->objects_[slot_]; }

   private:
    friend class Pool;
    Handle(Pool* pool, std::uint32_t slot) noexcept : pool_(pool), slot_(slot) {}
    Pool* pool_;
    std::uint32_t slot_;
  };

  Pool() {
    for (std::uint32_t slot = 0; slot < N; ++slot) next_[slot].store(slot + 1, std::memory_order_relaxed);
  }
  ~Pool() { assert(available() == N); }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // None while all N are lent.
  [[nodiscard]] std::optional<Handle> acquire() noexcept {
    std::uint64_t head = head_.load(std::memory_order_acquire);
    for (;;) {
      const std::uint32_t slot = slot_of(head);
      if (slot == N) return std::nullopt;
      const std::uint64_t rest = tagged(head, next_[slot].load(std::memory_order_acquire));
      if (head_.compare_exchange_weak(head, rest, std::memory_order_acq_rel, std::memory_order_acquire)) {
        available_.fetch_sub(1, std::memory_order_relaxed);
        return Handle(this, slot);
      }
    }
  }

  std::size_t available() const noexcept { return available_.load(std::memory_order_relaxed); }
  static constexpr std::size_t size() noexcept { return N; }

 private:
  // The first free slot, under a count that changes each time, so that a slot taken and given back in between is seen.
  static constexpr std::uint32_t slot_of(std::uint64_t head) noexcept { return static_cast<std::uint32_t>(head); }
  static constexpr std::uint64_t tagged(std::uint64_t before, std::uint32_t slot) noexcept {
    return ((before >> 32) + 1) << 32 | slot;
  }

  void release(std::uint32_t slot) noexcept {
    if constexpr (requires(T& object) { object.clear(); }) objects_[slot].clear();
    available_.fetch_add(1, std::memory_order_relaxed);
    std::uint64_t head = head_.load(std::memory_order_acquire);
    do {
      next_[slot].store(slot_of(head), std::memory_order_release);
    } while (
        !head_.compare_exchange_weak(head, tagged(head, slot), std::memory_order_acq_rel, std::memory_order_acquire));
  }

  std::array<T, N> objects_{};
  std::array<std::atomic<std::uint32_t>, N> next_;
  alignas(64) std::atomic<std::uint64_t> head_{0};
  std::atomic<std::size_t> available_{N};
};

template <class T>
concept Encodable = requires(std::span<std::byte> out, const T& object) {
  { encode(out, object, std::uint8_t{}, std::uint32_t{}) } -> std::same_as<std::size_t>;
};

// Writer's thread. Encodes the object with encode(out, object, flags, sequence), found beside its type (wire/ has it
// for all messages without tails), and gives it back, whatever the result.
template <class Handle>
  requires Encodable<std::remove_cvref_t<decltype(*std::declval<Handle>())>> && (!std::is_lvalue_reference_v<Handle>)
[[nodiscard]] PublishResult publish(Ring& ring, Handle&& handle, std::uint8_t flags, std::uint32_t sequence) noexcept {
  const Handle owned = std::forward<Handle>(handle);
  std::byte* const out = ring.reserve(ring.max_frame_bytes());
  if (encode(std::span(out, ring.max_frame_bytes()), *owned, flags, sequence) == 0) return PublishResult::TooLarge;
  std::uint64_t word = 0;
  std::memcpy(&word, out, sizeof word);
  const auto header = wire::unpack(word);
  return header ? ring.commit(*header) : PublishResult::Malformed;
}

}  // namespace trunkline::bus::pool
