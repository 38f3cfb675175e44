// Named points on the order path at which a test may end the process, to show that what comes back afterwards is right.
// Does nothing unless a hook is set.
#pragma once

#include <atomic>
#include <string_view>

namespace trunkline {

using CrashHook = void (*)(std::string_view point);
inline std::atomic<CrashHook> crash_hook{nullptr};

inline void crash_point(std::string_view point) noexcept {
  if (const CrashHook hook = crash_hook.load(std::memory_order_relaxed)) hook(point);
}

}  // namespace trunkline
