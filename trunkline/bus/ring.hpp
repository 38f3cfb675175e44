// The broadcast ring of one connector thread: one writer, any number of readers, no locks, no allocation. Frames are
// variable-length, whole and aligned to cache lines. The writer never waits (unless the ring is lossless); a reader
// that is too slow learns how many frames it missed.
//
// Threads: the writer's functions are for one thread, the writer's. subscribe() and published() are for any.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

#include "trunkline/bus/ring_config.hpp"
#include "trunkline/bus/ring_core.hpp"
#include "trunkline/bus/ring_reader.hpp"
#include "trunkline/wire/frame.hpp"

namespace trunkline::bus {

class Ring {
 public:
  explicit Ring(RingConfig config = {});
  ~Ring();
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  // ---- Writer's thread ----

  // Room for one frame, header included, aligned to a cache line; the payload goes behind the first 8 bytes. Commit
  // publishes it. To reserve again, or not to commit, abandons nothing but the room: it is the same room each time, and
  // what was written there stays until the next commit or publish. Null where `frame_bytes` is above max_frame_bytes().
  [[nodiscard]] std::byte* reserve(std::size_t frame_bytes) noexcept {
    if (frame_bytes > max_frame_) return nullptr;
    reserved_ = frame_bytes;
    return reinterpret_cast<std::byte*>(staging_->words);
  }
  // Publishes the reserved frame; header.length may be less than was reserved for.
  [[nodiscard]] PublishResult commit(wire::Header header) noexcept {
    const std::size_t room = std::exchange(reserved_, 0);
    if (room == 0) return PublishResult::NoReservation;
    if (wire::header_size + header.length > room) return PublishResult::TooLarge;
    return write(header, staging_->words);
  }
  // Publishes a copy of a frame, header and all. Abandons a reservation.
  [[nodiscard]] PublishResult publish(wire::FrameView frame) noexcept {
    reserved_ = 0;
    if (frame.size() > max_frame_) return PublishResult::TooLarge;
    return write(frame.header(), reinterpret_cast<const std::uint64_t*>(frame.bytes().data()));
  }
  // Wakes the readers that sleep. Call it once for all that came out of one read; it costs a load where nobody sleeps.
  void flush() noexcept {
    if (light_barrier_) [[likely]] {
      std::atomic_signal_fence(std::memory_order_seq_cst);
      if (core_->control().sleepers.load(std::memory_order_acquire)) core_->wake_sleepers();
    } else {
      core_->wake_sleepers();
    }
  }
  // Readers read what is left, and then are told that the ring has ended. The destructor does the same.
  void close() noexcept;

  // ---- Any thread ----

  // From the next frame on. Readers may come and go at any time.
  [[nodiscard]] RingReader subscribe() const { return RingReader(core_); }
  RingId id() const noexcept { return RingId{core_->id()}; }
  // Frames since the ring began.
  std::uint64_t published() const noexcept { return core_->control().published.load(std::memory_order_acquire); }
  std::size_t max_frame_bytes() const noexcept { return max_frame_; }
  std::size_t capacity_bytes() const noexcept { return core_->capacity(); }

 private:
  friend class Bus;
  friend class BusReader;

  // How far ahead of the next frame the commit words are 0 already; done behind a commit, off its way to the readers.
  static constexpr std::uint64_t ahead = 4 * detail::line;
  static constexpr std::uint64_t margin = detail::line + ahead;

  struct alignas(detail::line) Staging {
    std::uint64_t words[wire::max_frame / sizeof(std::uint64_t)];
  };

  PublishResult write(wire::Header header, const std::uint64_t* frame) noexcept;
  PublishResult claim(std::uint64_t end) noexcept;
  PublishResult pad() noexcept;
  void clear_to(std::uint64_t end) noexcept {
    for (; cleared_ < end; cleared_ += detail::line) core_->at(cleared_)->store(0, std::memory_order_release);
  }

  std::shared_ptr<detail::RingCore> core_;
  std::unique_ptr<Staging> staging_;
  std::size_t max_frame_;
  std::size_t reserved_ = 0;
  detail::Cursor next_;
  std::uint64_t claimed_ = 0;
  std::uint64_t cleared_ = 0;  // the commit words from next_.position to here are 0
  Nanos lossless_timeout_;
  bool light_barrier_;
  bool closed_ = false;
};

inline PublishResult Ring::write(wire::Header header, const std::uint64_t* frame) noexcept {
  if (header.length < wire::min_payload || header.length % sizeof(std::uint64_t) != 0) return PublishResult::Malformed;
  const std::uint64_t size = wire::header_size + header.length;
  const std::uint64_t span = detail::to_line(size);
  if ((next_.position & core_->mask()) + span > core_->capacity()) [[unlikely]] {
    if (const auto result = pad(); result != PublishResult::Published) return result;
  }
  const std::uint64_t end = next_.position + span;
  if (end + margin > claimed_) [[unlikely]] {
    if (const auto result = claim(end + margin); result != PublishResult::Published) return result;
  }
  detail::Word* const to = core_->at(next_.position);
  for (std::uint64_t i = 1; i < size / sizeof(std::uint64_t); ++i) to[i].store(frame[i], std::memory_order_release);
  if (cleared_ < end + detail::line) [[unlikely]] {
    cleared_ = end;
    clear_to(end + detail::line);
  }
  to->store(wire::pack(header), std::memory_order_release);
  next_.position = end;
  core_->control().published.store(++next_.index, std::memory_order_release);
  clear_to(end + margin);
  return PublishResult::Published;
}

}  // namespace trunkline::bus
