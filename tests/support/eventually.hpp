// Waiting for what other threads bring about, without sleeping longer than it takes.
#pragma once

#include <chrono>
#include <functional>
#include <thread>

namespace trunkline::test {

using namespace std::chrono_literals;

// Looks again until it holds or the limit is over.
inline bool eventually(const std::function<bool()>& holds, std::chrono::nanoseconds limit = 20s) {
  const auto until = std::chrono::steady_clock::now() + limit;
  while (!holds()) {
    if (std::chrono::steady_clock::now() >= until) return false;
    std::this_thread::sleep_for(1ms);
  }
  return true;
}

}  // namespace trunkline::test
