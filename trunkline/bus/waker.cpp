#include "trunkline/bus/waker.hpp"

#include <algorithm>
#include <linux/membarrier.h>
#include <mutex>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <vector>

namespace trunkline::bus::detail {
namespace {

long membarrier(int command) noexcept {
  return syscall(SYS_membarrier, command, 0, 0);
}

struct IdleWakers {
  std::mutex mutex;
  std::vector<Waker*> wakers;
};
IdleWakers& idle_wakers() {
  static auto* const idle = new IdleWakers;  // outlives every reader, static ones too
  return *idle;
}

}  // namespace

Waker::Waker() noexcept : fd_(eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {}

void Waker::arm() noexcept {
  if (fd_ >= 0) {
    std::uint64_t wakes = 0;
    [[maybe_unused]] const auto drained = read(fd_, &wakes, sizeof wakes);
  }
  armed_.exchange(true, std::memory_order_acq_rel);
}

void Waker::wake() noexcept {
  if (!armed_.exchange(false, std::memory_order_acq_rel) || fd_ < 0) return;
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = write(fd_, &one, sizeof one);
}

void Waker::sleep(Nanos timeout) noexcept {
  constexpr Nanos look_again = std::chrono::milliseconds(1);
  if (fd_ < 0) timeout = timeout < Nanos{0} ? look_again : std::min(timeout, look_again);
  pollfd descriptor{.fd = fd_, .events = POLLIN, .revents = 0};
  const timespec limit{.tv_sec = static_cast<time_t>(timeout.count() / 1'000'000'000),
                       .tv_nsec = static_cast<long>(timeout.count() % 1'000'000'000)};
  ppoll(&descriptor, 1, timeout < Nanos{0} ? nullptr : &limit, nullptr);
}

void WakerRelease::operator()(Waker* waker) const noexcept {
  waker->disarm();
  auto& idle = idle_wakers();
  const std::lock_guard lock(idle.mutex);
  idle.wakers.push_back(waker);
}

WakerLease lease_waker() {
  auto& idle = idle_wakers();
  const std::lock_guard lock(idle.mutex);
  if (idle.wakers.empty()) {
    idle.wakers.reserve(idle.wakers.capacity() + 1);
    return WakerLease(new Waker);
  }
  Waker* const waker = idle.wakers.back();
  idle.wakers.pop_back();
  return WakerLease(waker);
}

bool light_barrier_suffices() noexcept {
  static const bool registered = membarrier(MEMBARRIER_CMD_REGISTER_PRIVATE_EXPEDITED) == 0;
  return registered;
}

void heavy_barrier() noexcept {
  if (light_barrier_suffices()) membarrier(MEMBARRIER_CMD_PRIVATE_EXPEDITED);
}

}  // namespace trunkline::bus::detail
