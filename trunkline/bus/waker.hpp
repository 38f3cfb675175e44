// Wakes a thread, or an event loop, that sleeps on an eventfd. Inside the bus only; readers offer it as wake_fd().
//
// Wakers are never destroyed: a released one is given to the next who asks. So a writer may signal one that has just
// changed hands, and nobody ever writes to a file descriptor that means something else by now. A wake-up may therefore
// be one too many, never one too few.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include "trunkline/core/clock.hpp"

namespace trunkline::bus::detail {

class Waker {
 public:
  Waker() noexcept;
  Waker(const Waker&) = delete;
  Waker& operator=(const Waker&) = delete;

  // Owner's thread. From arm() on, the next wake() makes fd() readable. Whoever has armed must then look once more for
  // what it waits for, and disarm() where it is there.
  void arm() noexcept;
  void disarm() noexcept { armed_.exchange(false, std::memory_order_acq_rel); }

  // Any thread. Does nothing where nobody has armed since the last wake().
  void wake() noexcept;

  // Owner's thread; until fd() is readable or the time is over. A negative timeout waits for ever.
  void sleep(Nanos timeout) noexcept;

  // -1 where the system had no eventfd to give; sleep() then looks again every millisecond.
  int fd() const noexcept { return fd_; }

 private:
  std::atomic<bool> armed_{false};
  int fd_ = -1;
};

struct WakerRelease {
  void operator()(Waker* waker) const noexcept;
};
using WakerLease = std::unique_ptr<Waker, WakerRelease>;
WakerLease lease_waker();

// Makes every other thread of this process pass a full memory barrier, so that a writer's side of "publish, then look
// whether anyone sleeps" needs none. Where the system refuses (membarrier(2) absent or filtered), the writer has to
// use a read-modify-write instead; then light_barrier_suffices() is false.
bool light_barrier_suffices() noexcept;
void heavy_barrier() noexcept;

}  // namespace trunkline::bus::detail
