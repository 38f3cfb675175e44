// One reader's way through one ring: every frame in order, or the exact number of those it missed.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <utility>

#include "trunkline/bus/ring_core.hpp"
#include "trunkline/bus/wait.hpp"
#include "trunkline/wire/frame.hpp"

namespace trunkline::bus {

enum class PollKind : std::uint8_t {
  Frame,
  Empty,   // nothing to read now
  Missed,  // the writer was a whole ring ahead; the reader goes on with newer frames
};

// A ring of this process; never used twice.
enum class RingId : std::uint32_t {};

struct Poll {
  PollKind kind = PollKind::Empty;
  wire::FrameView frame;     // Frame: valid until the reader's next poll
  std::uint64_t missed = 0;  // Missed: frames lost here, of all types
};

// Which message types a poll returns; others are passed over without being copied.
class TypeSet {
 public:
  static constexpr TypeSet all() noexcept { return TypeSet(~std::uint64_t{0}); }
  template <class... Messages>
  static constexpr TypeSet of() noexcept {
    static_assert(((static_cast<unsigned>(Messages::type) < 63) && ...), "a filter knows types up to 62");
    return TypeSet(((std::uint64_t{1} << static_cast<unsigned>(Messages::type)) | ... | 0));
  }
  // Bit N stands for type N; bit 63 for all types from 63 on.
  static constexpr TypeSet from_bits(std::uint64_t bits) noexcept { return TypeSet(bits); }
  constexpr bool has(wire::MessageType type) const noexcept {
    const unsigned bit = static_cast<unsigned>(type);
    return (bits_ >> (bit < 63 ? bit : 63) & 1) != 0;
  }

 private:
  constexpr explicit TypeSet(std::uint64_t bits) noexcept : bits_(bits) {}
  std::uint64_t bits_;
};

// Made by Ring::subscribe(), on any thread; gives the frames published after that. One thread at a time may use it, and
// any thread may destroy it, at any time: the writer does not notice. It may outlive its ring.
class alignas(detail::line) RingReader {  // the writer's state must not share a line with the reader's
 public:
  RingReader(RingReader&&) noexcept = default;
  RingReader& operator=(RingReader&&) noexcept = default;

  // The next frame, copied out of the ring and whole. Never blocks, never allocates.
  Poll poll(TypeSet wanted = TypeSet::all()) & noexcept;
  Poll poll(TypeSet wanted = TypeSet::all()) && = delete;  // the frame would be gone with its reader

  // Until there is something to poll; true where there is. The ring's wait strategy says how. False after `timeout`
  // (negative: none), or at once where the ring has ended. Needs the writer to flush().
  bool wait(Nanos timeout) noexcept;

  // For event loops. After poll() said Empty, call arm(): false means that there is something after all, poll again;
  // true means that wake_fd() becomes readable with the writer's next flush(). Then poll until Empty and arm() again;
  // the descriptor is never to be read, written or closed (dup() it for a loop that wants to own it).
  //
  //   do { while (handle(reader.poll())) {} } while (!reader.arm());  // then wait for wake_fd()
  bool arm() noexcept;
  int wake_fd() noexcept { return waker().fd(); }

  // Whether poll() would say something else than Empty; frames that a filter passes over count.
  bool ready() const noexcept {
    std::uint64_t word = ring_.at(position_)->load(std::memory_order_acquire);
    if (word == detail::pad_word) word = ring_.at(0)->load(std::memory_order_acquire);
    return word != 0 || !ring_.intact(position_);
  }
  // The writer is gone, or has closed the ring, and everything has been read.
  bool ended() const noexcept { return interrupted() && !ready(); }

  RingId ring() const noexcept { return RingId{core().id()}; }

  // Since the subscription: total_read() + total_missed() == frames published since. Frames that a filter passed over
  // count as read.
  std::uint64_t total_read() const noexcept { return next_ - first_ - missed_; }
  std::uint64_t total_missed() const noexcept { return missed_; }
  // Frames published and not read yet, as of about now.
  std::uint64_t backlog() const noexcept {
    const std::uint64_t published = ring_.control->published.load(std::memory_order_acquire);
    return published > next_ ? published - next_ : 0;
  }

 private:
  friend class Ring;
  friend class Bus;
  friend class BusReader;
  template <class Reader>
  friend bool detail::wait_until_ready(Reader&, WaitStrategy, Nanos) noexcept;

  struct Leave {
    std::shared_ptr<detail::RingCore> core;
    void operator()(detail::Seat* seat) const noexcept { core->leave(seat); }
  };
  // The largest frame. Pages that no frame reached are never touched.
  struct alignas(detail::line) Buffer {
    std::array<std::uint64_t, wire::max_frame / sizeof(std::uint64_t)> words;
  };

  explicit RingReader(std::shared_ptr<detail::RingCore> core);

  detail::RingCore& core() const noexcept { return *seat_.get_deleter().core; }
  bool interrupted() const noexcept { return ring_.control->closed.load(std::memory_order_acquire); }
  detail::Waker& waker() noexcept;
  // The parts of arm(), for a reader of several rings: use the same waker for all, announce to each, then look.
  void use(detail::Waker& waker) noexcept { seat_->waker.store(&waker, std::memory_order_release); }
  void announce_sleep() noexcept { ring_.control->sleepers.exchange(true, std::memory_order_acq_rel); }

  void advance(std::uint64_t position) noexcept {
    position_ = position;
    if (lossless_) seat_->position.store(position, std::memory_order_release);
  }
  // Whole lines, the end of the last one along.
  void copy(const detail::Word* from, std::uint64_t first, std::uint64_t words) noexcept {
    std::uint64_t* const to = buffer_->words.data();
    to[0] = first;
#pragma GCC unroll 7
    for (std::uint64_t i = 1; i < 8; ++i) to[i] = from[i].load(std::memory_order_acquire);
    for (std::uint64_t at = 8; at < words; at += 8) {
#pragma GCC unroll 8
      for (std::uint64_t i = at; i < at + 8; ++i) to[i] = from[i].load(std::memory_order_acquire);
    }
  }
  Poll recover() noexcept;

  detail::RingView ring_;
  bool lossless_;
  std::uint64_t position_ = 0;
  std::uint64_t next_ = 0;  // index of the frame at position_
  std::uint64_t first_ = 0;
  std::uint64_t missed_ = 0;
  // In this order: a reader that leaves takes its waker off the seat before it gives it back.
  std::unique_ptr<Buffer> buffer_;
  detail::WakerLease waker_;
  std::unique_ptr<detail::Seat, Leave> seat_;
};

inline Poll RingReader::poll(TypeSet wanted) & noexcept {
  for (;;) {
    const detail::Word* const from = ring_.at(position_);
    const std::uint64_t word = from->load(std::memory_order_acquire);
    if (word == 0) {
      if (ring_.intact(position_)) return {};
      return recover();
    }
    if (const auto header = wire::unpack(word)) [[likely]] {
      const std::uint64_t size = wire::header_size + header->length;
      const std::uint64_t span = detail::to_line(size);
      const bool keep = wanted.has(header->type);
      if (keep) {
        // A header that was overwritten since may say anything; a frame never reaches beyond the end of the ring.
        if ((position_ & ring_.mask) + span > ring_.capacity()) return recover();
        copy(from, word, span / sizeof(word));
      }
      // Each load above acquires: had one of them seen a newer lap, this sees the claim that came before it.
      if (!ring_.intact(position_)) [[unlikely]] {
        return recover();
      }
      advance(position_ + span);
      ++next_;
      if (!keep) continue;
      return {PollKind::Frame, wire::FrameView(*header, reinterpret_cast<const std::byte*>(buffer_->words.data())), 0};
    }
    if (word != detail::pad_word || !ring_.intact(position_)) return recover();
    advance(ring_.next_lap(position_));
  }
}

}  // namespace trunkline::bus
