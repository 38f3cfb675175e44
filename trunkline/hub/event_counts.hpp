// Counts what connectors report by connector and name, and hands each event on to the log: errors by kind, whatever
// level the log shows.
//
// Thread: any. Events are never on the hot path, so a lock will do.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "trunkline/core/event.hpp"

namespace trunkline::hub {

class EventCounts final : public EventLog {
 public:
  using Kinds = std::map<std::string, std::uint64_t, std::less<>>;  // by the event's name: "subscription_refused"

  // `log` outlives it.
  explicit EventCounts(EventLog& log) noexcept : log_(log) {}

  // Warnings and errors are counted.
  void write(const Event& event) override {
    if (event.severity >= Severity::Warning) {
      const std::lock_guard lock(mutex_);
      Kinds& kinds = connectors_[event.connector];
      if (const auto found = kinds.find(event.name); found != kinds.end()) {
        ++found->second;
      } else {
        kinds.emplace(event.name, 1);
      }
    }
    log_.write(event);
  }

  Kinds of(const std::string& connector) const {
    const std::lock_guard lock(mutex_);
    const auto found = connectors_.find(connector);
    return found == connectors_.end() ? Kinds{} : found->second;
  }

 private:
  EventLog& log_;
  mutable std::mutex mutex_;
  std::map<std::string, Kinds> connectors_;
};

}  // namespace trunkline::hub
