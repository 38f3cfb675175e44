// The operator's log: structured events as JSON lines or as text, on standard error or in a file, written by a
// background thread. The same event repeated within a window is counted, not repeated.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/event.hpp"

namespace trunkline::hub {

enum class LogFormat : std::uint8_t { Text, Json };

struct LogConfig {
  LogFormat format = LogFormat::Text;
  Severity level = Severity::Info;
  std::string file = {};          // empty: standard error
  std::size_t repeats_shown = 3;  // of one event (name, connector, symbol) in a window
  Nanos repeat_window = std::chrono::seconds{10};
};

// One event as a line: {"timestamp","event","symbol","connector",fields...}; a field whose text is a number or a
// truth value is written as such in JSON.
std::string format_event(const Event& event, Nanos now, LogFormat format);

// Thread-safe. write() hands the line to the background thread; when that is far behind, the oldest lines go first, and
// an event `log_lines_lost` says how many.
class Log final : public EventLog {
 public:
  explicit Log(const LogConfig& config);
  ~Log() override;  // writes out what is waiting
  void write(const Event& event) override { write_at(event, unix_now()); }
  bool writes(Severity severity) const noexcept { return severity >= config_.level; }
  void write_at(const Event& event, Nanos now);

  // Writes the counts of windows that have ended, and how many lines were lost; the hub calls it once a second.
  void flush_repeats(Nanos now);

 private:
  struct Repeats {
    Event first;
    Nanos window_start{0};
    std::size_t shown = 0;
    std::size_t hidden = 0;
  };
  void put(const Event& event, Nanos now);
  void tell_lost(Nanos now);

  struct Writer;
  LogConfig config_;
  std::unique_ptr<Writer> writer_;
  std::mutex mutex_;
  std::map<std::string, Repeats, std::less<>> repeats_;
  std::size_t lost_ = 0;  // lines; told
};

}  // namespace trunkline::hub
