// What the operator is told: one structured event, written as a JSON line or as text by whoever implements EventLog.
// Never used on the hot path.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trunkline {

enum class Severity : std::uint8_t { Debug, Info, Warning, Error };

struct Event {
  Severity severity = Severity::Info;
  std::string_view name;  // a literal in snake_case: "connector_connected", "book_stale"
  std::string connector = {};
  std::string symbol = {};  // canonical text, or empty
  std::vector<std::pair<std::string_view, std::string>> fields = {};
};

// Thread-safe. Must not throw, block on I/O, or call back into the writer.
class EventLog {
 public:
  virtual ~EventLog() = default;
  virtual void write(const Event& event) = 0;
};

}  // namespace trunkline
