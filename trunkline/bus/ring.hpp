// The broadcast ring of one connector thread: one writer, any number of readers, no locks, no allocation. Frames are
// variable-length, whole and aligned to cache lines. The writer never waits (unless the ring is lossless); a reader
// that is too slow learns how many frames it missed.
//
// Threads: the writer's functions are for one thread, the writer's. subscribe() and published() are for any.
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <utility>

#include "trunkline/bus/ring_config.hpp"
#include "trunkline/bus/ring_core.hpp"
#include "trunkline/bus/ring_reader.hpp"
#include "trunkline/wire/frame.hpp"

namespace trunkline::bus {
namespace detail {

// A message of the wire that ends with its struct, so that its frame's size is known to the compiler.
template <class M>
concept FixedMessage = requires(std::span<std::byte> out, const M& message) {
  { M::type } -> std::convertible_to<wire::MessageType>;
  wire::encode(out, message, std::uint8_t{}, std::uint32_t{});
};

}  // namespace detail

class alignas(detail::line) Ring {  // the readers' state must not share a line with the writer's
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
    return write(header, staging_->words + 1);
  }
  // Publishes a copy of a frame, header and all. Abandons a reservation.
  [[nodiscard]] PublishResult publish(wire::FrameView frame) noexcept {
    reserved_ = 0;
    if (frame.size() > max_frame_) return PublishResult::TooLarge;
    return write(frame.header(), frame.payload().data());
  }
  // Publishes a message without tails, straight from where it is: the quickest way.
  template <class Message>
    requires detail::FixedMessage<Message>
  [[nodiscard, gnu::always_inline]] PublishResult publish(const Message& message, std::uint8_t flags,
                                                          std::uint32_t sequence) noexcept {
    reserved_ = 0;
    const wire::Header header{Message::type, flags, sizeof(Message), sequence};
    if constexpr (requires { message.padding; }) {
      Message padded = message;
      padded.padding = {};
      return write(header, &padded);
    } else {
      return write(header, &message);
    }
  }
  // Wakes the readers that sleep. Call it once for all that came out of one read; it costs a load where nobody sleeps.
  void flush() noexcept {
    if (light_barrier_) [[likely]] {
      std::atomic_signal_fence(std::memory_order_seq_cst);
      if (ring_.control->sleepers.load(std::memory_order_acquire)) core_->wake_sleepers();
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
  std::uint64_t published() const noexcept { return ring_.control->published.load(std::memory_order_acquire); }
  std::size_t max_frame_bytes() const noexcept { return max_frame_; }
  std::size_t capacity_bytes() const noexcept { return ring_.capacity(); }

 private:
  friend class Bus;
  friend class BusReader;

  // How far behind the line of the next frame the commit words are 0 already. That is done behind a commit, off its way
  // to the readers.
  static constexpr std::uint64_t ahead = 4 * detail::line;
  static constexpr std::uint64_t margin = detail::line + ahead;

  struct alignas(detail::line) Staging {
    std::uint64_t words[wire::max_frame / sizeof(std::uint64_t)];
  };

  [[gnu::always_inline]] PublishResult write(wire::Header header, const void* payload) noexcept;
  PublishResult claim(std::uint64_t end) noexcept;
  PublishResult pad() noexcept;
  void clear(std::uint64_t position) noexcept { ring_.at(position)->store(0, std::memory_order_release); }
  // Behind a commit: what is clear ahead of `before` already, and the line at `end`, need no more.
  void clear_after(std::uint64_t before, std::uint64_t end) noexcept {
    std::uint64_t position = before + margin;
    if (position < end + detail::line) position = end + detail::line;
    for (; position < end + margin; position += detail::line) clear(position);
  }

  std::shared_ptr<detail::RingCore> core_;
  detail::RingView ring_;
  std::unique_ptr<Staging> staging_;
  std::size_t max_frame_;
  std::size_t reserved_ = 0;
  detail::Cursor next_;
  std::uint64_t claimed_ = 0;
  Nanos lossless_timeout_;
  bool light_barrier_;
  bool closed_ = false;
};

inline PublishResult Ring::write(wire::Header header, const void* payload) noexcept {
  if (header.length < wire::min_payload || header.length % sizeof(detail::Word) != 0) return PublishResult::Malformed;
  const std::uint64_t span = detail::to_line(wire::header_size + header.length);
  if ((next_.position & ring_.mask) + span > ring_.capacity()) [[unlikely]] {
    if (const auto result = pad(); result != PublishResult::Published) return result;
  }
  const std::uint64_t end = next_.position + span;
  if (end + margin > claimed_) [[unlikely]] {
    if (const auto result = claim(end + margin); result != PublishResult::Published) return result;
  }
  detail::Word* const to = ring_.at(next_.position);
  const std::uint64_t words = header.length / sizeof(detail::Word);
#pragma GCC unroll 8
  for (std::uint64_t i = 0; i < words; ++i) {
    std::uint64_t word = 0;
    std::memcpy(&word, static_cast<const std::byte*>(payload) + i * sizeof word, sizeof word);
    to[i + 1].store(word, std::memory_order_release);
  }
  if (span > ahead) [[unlikely]] {
    clear(end);
  }
  to->store(wire::pack(header), std::memory_order_release);
  clear_after(next_.position, end);
  next_.position = end;
  ring_.control->published.store(++next_.index, std::memory_order_release);
  return PublishResult::Published;
}

}  // namespace trunkline::bus
