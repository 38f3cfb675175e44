#include "trunkline/bus/ring_reader.hpp"

#include "trunkline/bus/wait.hpp"

namespace trunkline::bus {
RingReader::RingReader(std::shared_ptr<detail::RingCore> core)
    : ring_(core->view()),
      lossless_(core->lossless()),
      buffer_(std::make_unique_for_overwrite<Buffer>()),
      seat_(nullptr, Leave{core}) {
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
  if (!ready()) return true;
  sleeper.disarm();
  return false;
}

bool RingReader::wait(Nanos timeout) noexcept {
  return detail::wait_until_ready(*this, core().wait(), timeout);
}

}  // namespace trunkline::bus
