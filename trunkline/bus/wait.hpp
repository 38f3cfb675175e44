// How readers wait, whatever they read: look, and between looks do what the strategy says.
#pragma once

#include <algorithm>
#include <thread>

#include "trunkline/bus/ring_config.hpp"
#include "trunkline/bus/waker.hpp"
#include "trunkline/core/clock.hpp"

namespace trunkline::bus::detail {

inline void relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

// True once reader.ready(); false once reader.interrupted() or after the timeout (negative: none).
template <class Reader>
bool wait_until_ready(Reader& reader, WaitStrategy strategy, Nanos timeout) noexcept {
  constexpr int looks_between_clocks = 64;
  if (reader.ready()) return true;
  const bool for_ever = timeout < Nanos{0};
  const Nanos deadline = for_ever ? Nanos::max() : monotonic_now() + timeout;
  while (!reader.interrupted()) {
    if (strategy == WaitStrategy::Block && reader.arm()) {
      if (!reader.interrupted()) {
        reader.waker().sleep(for_ever ? timeout : std::max(Nanos{0}, deadline - monotonic_now()));
      }
      reader.waker().disarm();
    }
    for (int look = 0; look < looks_between_clocks; ++look) {
      if (reader.ready()) return true;
      if (strategy == WaitStrategy::Block) break;
      if (strategy == WaitStrategy::Yield) {
        std::this_thread::yield();
      } else {
        relax();
      }
    }
    if (!for_ever && monotonic_now() >= deadline) return false;
  }
  return reader.ready();
}

}  // namespace trunkline::bus::detail
