// All rings of a process, and readers over all of them. A strategy, the relay and a recorder each have one BusReader.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "trunkline/bus/ring.hpp"

namespace trunkline::bus {

struct BusPoll {
  PollKind kind = PollKind::Empty;
  wire::FrameView frame;     // Frame: valid until the reader's next poll
  std::uint64_t missed = 0;  // Missed: frames of that ring
  RingId ring{};             // Frame, Missed
};

// Reads rings in turn: the order within each is kept, and none waits for more than `burst` frames of each other. One
// thread at a time may use it; add() and interrupt() are for any thread.
class BusReader {
 public:
  static constexpr unsigned burst = 16;

  explicit BusReader(WaitStrategy wait = WaitStrategy::Block);
  BusReader(BusReader&&) noexcept = default;
  BusReader& operator=(BusReader&&) noexcept = default;

  // The ring's frames from now on; also while another thread polls or waits. A ring that has ended is read to its end
  // and then forgotten.
  void add(const Ring& ring);

  BusPoll poll(TypeSet wanted = TypeSet::all()) & noexcept;
  BusPoll poll(TypeSet wanted = TypeSet::all()) && = delete;  // the frame would be gone with its reader

  // As RingReader's; also true when a ring was added, and false when interrupted.
  bool wait(Nanos timeout) noexcept;
  bool arm() noexcept;
  int wake_fd() noexcept { return waker().fd(); }
  // Ends the wait() that another thread is in, or the next one; makes an armed wake_fd() readable.
  void interrupt() noexcept;

  std::uint64_t total_read() const noexcept;
  std::uint64_t total_missed() const noexcept;
  std::uint64_t backlog() const noexcept;
  std::size_t rings() const noexcept { return readers_.size(); }

 private:
  friend class Bus;
  template <class Reader>
  friend bool detail::wait_until_ready(Reader&, WaitStrategy, Nanos) noexcept;

  // What other threads leave for the reader.
  struct Inbox {
    void add(RingReader reader);
    detail::WakerLease waker = detail::lease_waker();
    std::atomic<bool> interrupted{false};
    std::atomic<bool> has_rings{false};
    std::mutex mutex;
    std::vector<RingReader> rings;
  };

  detail::Waker& waker() noexcept { return *inbox_->waker; }
  bool ready() const noexcept;
  bool interrupted() const noexcept { return inbox_->interrupted.load(std::memory_order_acquire); }
  void adopt() noexcept;
  void forget_ended() noexcept;

  std::shared_ptr<Inbox> inbox_;
  std::vector<RingReader> readers_;
  std::size_t current_ = 0;
  unsigned in_a_row_ = 0;
  std::uint64_t read_before_ = 0;  // from rings that have ended
  std::uint64_t missed_before_ = 0;
  WaitStrategy wait_;
};

// The rings of a process. Any thread, any time.
class Bus {
 public:
  Bus() = default;
  Bus(const Bus&) = delete;
  Bus& operator=(const Bus&) = delete;

  // Present and future readers get the ring's frames from now on. The ring may go at any time.
  void add(const Ring& ring);

  // A reader over all rings, those still to be added included.
  [[nodiscard]] BusReader subscribe(WaitStrategy wait = WaitStrategy::Block);

  std::size_t rings() const;

 private:
  mutable std::mutex mutex_;
  std::vector<std::weak_ptr<detail::RingCore>> rings_;
  std::vector<std::weak_ptr<BusReader::Inbox>> inboxes_;
};

}  // namespace trunkline::bus
