#include "trunkline/bus/ring_reader.hpp"

#include <thread>

namespace trunkline::bus {
namespace {

void relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

}  // namespace

RingReader::RingReader(std::shared_ptr<detail::RingCore> core)
    : buffer_(std::make_unique_for_overwrite<Buffer>()), seat_(nullptr, Leave{core}) {
  detail::Cursor end;
  seat_.reset(core->join(end));
  position_ = end.position;
  next_ = first_ = end.index;
}

detail::Waker& RingReader::waker() noexcept {
  if (!waker_) {
    waker_ = detail::lease_waker();
    use(*waker_);
  }
  return *waker_;
}

Poll RingReader::recover() noexcept {
  for (;;) {
    const detail::Cursor to = core().half_way();
    if (to.position < position_) continue;
    const std::uint64_t lost = to.index - next_;
    advance(to.position);
    next_ = to.index;
    missed_ += lost;
    if (lost == 0) return poll();
    return {PollKind::Missed, {}, lost};
  }
}

bool RingReader::arm() noexcept {
  detail::Waker& sleeper = waker();
  sleeper.arm();
  announce_sleep();
  detail::heavy_barrier();
  if (!ready() && !closed()) return true;
  sleeper.disarm();
  return false;
}

bool RingReader::wait(Nanos timeout) noexcept {
  if (ready()) return true;
  const Nanos deadline = timeout < Nanos{0} ? Nanos::max() : monotonic_now() + timeout;
  while (!closed()) {
    if (core().wait() == WaitStrategy::Block && arm()) {
      waker().sleep(timeout < Nanos{0} ? timeout : std::max(Nanos{0}, deadline - monotonic_now()));
      waker().disarm();
    }
    for (int looks = 0; looks < 64; ++looks) {
      if (ready()) return true;
      if (core().wait() == WaitStrategy::Yield) {
        std::this_thread::yield();
      } else {
        relax();
      }
    }
    if (timeout >= Nanos{0} && monotonic_now() >= deadline) return false;
  }
  return ready();
}

}  // namespace trunkline::bus
