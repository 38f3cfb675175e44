// What tests of connectors listen with.
#pragma once

#include <algorithm>
#include <functional>
#include <gtest/gtest.h>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/event.hpp"

namespace trunkline::connector::test {

using namespace std::chrono_literals;

inline bool eventually(const std::function<bool()>& check) {
  const Nanos deadline = monotonic_now() + 20s;
  while (!check()) {
    if (monotonic_now() > deadline) return false;
    std::this_thread::yield();
  }
  return true;
}

class Recorder final : public EventLog {
 public:
  void write(const Event& event) override {
    const std::lock_guard lock(mutex_);
    events_.push_back(event);
  }
  std::vector<Event> of(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    std::vector<Event> found;
    std::ranges::copy_if(events_, std::back_inserter(found), [&](const Event& e) { return e.name == name; });
    return found;
  }
  std::size_t count(std::string_view name) const { return of(name).size(); }

 private:
  mutable std::mutex mutex_;
  std::vector<Event> events_;
};

inline std::string field(const Event& event, std::string_view key) {
  for (const auto& [name, value] : event.fields)
    if (name == key) return value;
  return {};
}

}  // namespace trunkline::connector::test
