#include "trunkline/hub/log.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <spdlog/async.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <utility>

namespace trunkline::hub {
namespace {

spdlog::level::level_enum spdlog_level(Severity severity) {
  switch (severity) {
    case Severity::Debug:
      return spdlog::level::debug;
    case Severity::Info:
      return spdlog::level::info;
    case Severity::Warning:
      return spdlog::level::warn;
    case Severity::Error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

std::string_view severity_text(Severity severity) {
  switch (severity) {
    case Severity::Debug:
      return "debug";
    case Severity::Info:
      return "info";
    case Severity::Warning:
      return "warning";
    case Severity::Error:
      return "error";
  }
  return "info";
}

std::string json_line(const Event& event, Nanos now) {
  nlohmann::ordered_json line;
  line["timestamp"] = to_iso8601(now);
  line["level"] = severity_text(event.severity);
  line["event"] = event.name;
  if (!event.symbol.empty()) line["symbol"] = event.symbol;
  if (!event.connector.empty()) line["connector"] = event.connector;
  for (const auto& [key, value] : event.fields) {
    const auto parsed = nlohmann::json::parse(value, nullptr, false);
    const bool plain = parsed.is_boolean() || (parsed.is_number() && parsed.dump() == value);
    line[std::string(key)] = plain ? nlohmann::ordered_json(parsed) : nlohmann::ordered_json(value);
  }
  return line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string text_line(const Event& event, Nanos now) {
  std::string line = fmt::format("{} {:<7} {}", to_iso8601(now), severity_text(event.severity), event.name);
  if (!event.connector.empty()) line += fmt::format(" connector={}", event.connector);
  if (!event.symbol.empty()) line += fmt::format(" symbol={}", event.symbol);
  for (const auto& [key, value] : event.fields) {
    const bool quoted = value.find_first_of(" \"=\n") != std::string::npos;
    line += quoted ? fmt::format(" {}={}", key,
                                 nlohmann::json(value).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace))
                   : fmt::format(" {}={}", key, value);
  }
  return line;
}

}  // namespace

std::string format_event(const Event& event, Nanos now, LogFormat format) {
  return format == LogFormat::Json ? json_line(event, now) : text_line(event, now);
}

namespace {
constexpr std::size_t lines_waiting = 256;  // 400 bytes each
}

struct Log::Writer {
  std::shared_ptr<spdlog::async_logger> logger;
  std::shared_ptr<spdlog::details::thread_pool> thread;  // ends first: it writes what waits, and is joined
};

Log::Log(const LogConfig& config) : config_(config), writer_(std::make_unique<Writer>()) {
  spdlog::sink_ptr sink;
  if (config.file.empty()) {
    sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
  } else {
    sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(config.file);
  }
  sink->set_pattern("%v");
  writer_->thread = std::make_shared<spdlog::details::thread_pool>(lines_waiting, 1);
  writer_->logger = std::make_shared<spdlog::async_logger>("trunkline", sink, writer_->thread,
                                                           spdlog::async_overflow_policy::overrun_oldest);
  writer_->logger->set_level(spdlog_level(config.level));
  writer_->logger->flush_on(spdlog::level::debug);
}

Log::~Log() {
  flush_repeats(Nanos::max());
  // The last line waits for room: nothing is lost behind it.
  const auto& sinks = writer_->logger->sinks();
  writer_->logger = std::make_shared<spdlog::async_logger>("trunkline", sinks.begin(), sinks.end(), writer_->thread,
                                                           spdlog::async_overflow_policy::block);
  tell_lost(unix_now());
}

void Log::put(const Event& event, Nanos now) {
  writer_->logger->log(spdlog_level(event.severity), format_event(event, now, config_.format));
}

void Log::write_at(const Event& event, Nanos now) {
  if (!writes(event.severity)) return;
  if (event.severity == Severity::Debug) return put(event, now);
  const std::lock_guard lock(mutex_);
  Repeats& repeats = repeats_[fmt::format("{}|{}|{}", event.name, event.connector, event.symbol)];
  if (now - repeats.window_start >= config_.repeat_window) {
    if (repeats.hidden != 0) {
      repeats.first.fields.emplace_back("repeated", std::to_string(repeats.hidden));
      put(repeats.first, now);
    }
    repeats = {event, now, 0, 0};
  }
  if (repeats.shown < config_.repeats_shown) {
    ++repeats.shown;
    put(event, now);
  } else {
    repeats.first = event;
    ++repeats.hidden;
  }
}

void Log::tell_lost(Nanos now) {
  const std::size_t lost = writer_->thread->overrun_counter();
  if (lost == lost_) return;
  put({Severity::Error, "log_lines_lost", {}, {}, {{"lines", std::to_string(lost - lost_)}}}, now);
  lost_ = lost;
}

void Log::flush_repeats(Nanos now) {
  const std::lock_guard lock(mutex_);
  tell_lost(now == Nanos::max() ? unix_now() : now);
  for (auto at = repeats_.begin(); at != repeats_.end();) {
    Repeats& repeats = at->second;
    if (now != Nanos::max() && now - repeats.window_start < config_.repeat_window) {
      ++at;
      continue;
    }
    if (repeats.hidden != 0) {
      repeats.first.fields.emplace_back("repeated", std::to_string(repeats.hidden));
      put(repeats.first, now == Nanos::max() ? unix_now() : now);
    }
    at = repeats_.erase(at);
  }
}

}  // namespace trunkline::hub
