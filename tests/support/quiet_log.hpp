// An event log that keeps its lines for when a test fails; TRUNKLINE_TEST_LOG shows them as they come.
//
// Thread: any.
#pragma once

#include <cstdio>
#include <cstdlib>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>

#include "trunkline/core/event.hpp"

namespace trunkline::test {

class QuietLog final : public EventLog {
 public:
  void write(const Event& event) override {
    const std::lock_guard lock(mutex_);
    std::string line(event.name);
    for (const auto& [name, value] : event.fields) line += " " + std::string(name) + "=" + value;
    lines_.push_back(std::move(line));
    if (std::getenv("TRUNKLINE_TEST_LOG") != nullptr) std::fprintf(stderr, "%s\n", lines_.back().c_str());
  }
  bool has(std::string_view name) const {
    const std::lock_guard lock(mutex_);
    for (const std::string& line : lines_) {
      if (line.starts_with(name)) return true;
    }
    return false;
  }
  std::string text() const {
    const std::lock_guard lock(mutex_);
    std::string out;
    for (const std::string& line : lines_) out += line + "\n";
    return out;
  }

 private:
  mutable std::mutex mutex_;
  std::deque<std::string> lines_;
};

}  // namespace trunkline::test
