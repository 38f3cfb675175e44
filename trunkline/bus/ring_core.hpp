// What the writer and the readers of one ring share: the memory, and who sleeps. Used by Ring and RingReader only; how
// it works and why is in docs/adr/0002-broadcast-ring.md.
//
// Positions are bytes since the ring began, never wrapped; an index is the number of frames before a position.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <mutex>

#include "trunkline/bus/ring_config.hpp"
#include "trunkline/bus/waker.hpp"

namespace trunkline::bus::detail {

inline constexpr std::uint64_t line = 64;
inline constexpr std::uint64_t pad_word = 1;  // in place of a header: the next frame is at the start of the ring
inline constexpr std::uint64_t nowhere = std::numeric_limits<std::uint64_t>::max();
inline constexpr std::uint64_t chunks = 64;  // the writer claims room in steps of this part of the ring

constexpr std::uint64_t round_up(std::uint64_t value, std::uint64_t step) noexcept {
  return (value + step - 1) / step * step;
}
constexpr std::uint64_t to_line(std::uint64_t bytes) noexcept {
  return (bytes + line - 1) & ~(line - 1);
}

using Word = std::atomic<std::uint64_t>;
static_assert(sizeof(Word) == 8 && Word::is_always_lock_free);

struct Cursor {
  std::uint64_t position = 0;
  std::uint64_t index = 0;
};

// A frame's place and number, left by the writer once a chunk.
struct Checkpoint {
  Word position{nowhere};
  Word index{0};
};

// Everything here is position-independent, so that it can move to shared memory.
struct RingControl {
  // Bytes before claim - capacity may be overwritten at any time; grows before anything is written.
  alignas(line) Word claim{0};
  alignas(line) Word published{0};
  alignas(line) std::atomic<bool> sleepers{false};  // someone armed since the last wake-up
  std::atomic<bool> closed{false};
  alignas(line) std::array<Checkpoint, chunks> checkpoints{};
};

// One reader's place at the ring; kept for the next reader when it leaves.
struct alignas(line) Seat {
  std::atomic<std::uint64_t> position{nowhere};  // lossless only: what the writer must not overwrite
  std::atomic<Waker*> waker{nullptr};
  std::atomic<bool> taken{false};
  Seat* next = nullptr;
};

// Where the memory is. Writer and readers each keep one of their own, at hand in their own cache lines.
struct RingView {
  Word* words = nullptr;
  RingControl* control = nullptr;
  std::uint64_t mask = 0;

  Word* at(std::uint64_t position) const noexcept { return words + (position & mask) / sizeof(Word); }
  std::uint64_t capacity() const noexcept { return mask + 1; }
  // Whether what was just read at `position` is what the writer meant to be there.
  bool intact(std::uint64_t position) const noexcept {
    return control->claim.load(std::memory_order_acquire) <= position + capacity();
  }
  std::uint64_t next_lap(std::uint64_t position) const noexcept { return (position | mask) + 1; }
};

class RingCore {
 public:
  explicit RingCore(const RingConfig& config);
  ~RingCore();
  RingCore(const RingCore&) = delete;
  RingCore& operator=(const RingCore&) = delete;

  const RingView& view() const noexcept { return view_; }
  RingControl& control() const noexcept { return *view_.control; }
  std::uint64_t capacity() const noexcept { return view_.capacity(); }
  std::uint64_t chunk() const noexcept { return capacity() / chunks; }
  WaitStrategy wait() const noexcept { return wait_; }
  bool lossless() const noexcept { return lossless_; }
  std::uint32_t id() const noexcept { return id_; }

  // Writer's thread. Room up to `end` may be written from here on; false where readers held it for the whole timeout.
  bool claim(std::uint64_t end, Cursor next, Nanos timeout) noexcept;
  void wake_sleepers() noexcept;
  void close() noexcept;

  // Any thread. A seat, and where the next frame will be.
  Seat* join(Cursor& end);
  void leave(Seat* seat) noexcept;

  // A checkpoint about half the ring behind the writer: far from being overwritten, and little is lost.
  Cursor half_way() noexcept;

 private:
  bool read_checkpoint(std::uint64_t chunk_number, Cursor& out) noexcept;
  Cursor newest() noexcept;
  bool walk_to_end(Cursor& cursor) noexcept;
  Cursor find_end() noexcept;
  Seat* take_seat();
  std::uint64_t slowest_reader() noexcept;
  void store_claim(std::uint64_t claim, Cursor next) noexcept;
  bool claim_behind_readers(std::uint64_t end, Cursor next, Nanos timeout) noexcept;

  RingView view_;
  std::size_t mapped_bytes_ = 0;
  std::atomic<Seat*> seats_{nullptr};
  std::uint32_t id_;
  std::mutex lossless_mutex_;  // joins against claims; never taken by a live ring
  WaitStrategy wait_;
  bool lossless_;
};

}  // namespace trunkline::bus::detail
