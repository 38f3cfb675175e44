// Reads recorded exchange traffic (*.jsonl.gz, one {"t","conn","dir","msg"} a line) for tests. The recordings lie
// outside the repository; a test that finds none skips, saying so.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>
#include <zlib.h>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/decimal.hpp"

namespace trunkline::test {

// The folder of recordings: TRUNKLINE_SHARED, or `shared` beside the source tree. Empty where there is none.
inline std::filesystem::path shared_folder() {
  std::filesystem::path folder = std::filesystem::path(TRUNKLINE_SOURCE_DIR).parent_path() / "shared";
  if (const char* const given = std::getenv("TRUNKLINE_SHARED")) folder = given;
  return std::filesystem::is_directory(folder / "data") ? folder : std::filesystem::path{};
}

#define TRUNKLINE_SKIP_WITHOUT_SHARED()                                                                      \
  do {                                                                                                       \
    if (::trunkline::test::shared_folder().empty()) {                                                        \
      GTEST_SKIP() << "no recordings: set TRUNKLINE_SHARED to the folder that holds data/ to run this test"; \
    }                                                                                                        \
  } while (false)

// The recordings of one venue folder ("binance"), in name order; `part` must occur in the name.
inline std::vector<std::filesystem::path> capture_files(std::string_view venue, std::string_view part = "") {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(shared_folder() / "data" / venue)) {
    const std::string name = entry.path().filename().string();
    const bool recorded = name.find("-capture-") != std::string::npos || name.find("-session-") != std::string::npos;
    if (recorded && name.ends_with(".jsonl.gz") && name.find(part) != std::string::npos) files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

// Lines of a gzip (or plain) text file.
class GzLines {
 public:
  explicit GzLines(const std::filesystem::path& path) : file_(gzopen(path.c_str(), "rb")) {
    if (file_ == nullptr) throw std::runtime_error("cannot open " + path.string());
    gzbuffer(file_, 256 * 1024);
  }
  GzLines(const GzLines&) = delete;
  GzLines& operator=(const GzLines&) = delete;
  ~GzLines() { gzclose(file_); }

  // False at the end. `line` comes without its newline.
  bool next(std::string& line) {
    line.clear();
    for (;;) {
      const std::size_t end = std::string_view(buffer_).find('\n', at_);
      if (end != std::string::npos) {
        line.append(buffer_, at_, end - at_);
        at_ = end + 1;
        return true;
      }
      line.append(buffer_, at_);
      at_ = 0;
      buffer_.resize(256 * 1024);
      const int got = gzread(file_, buffer_.data(), static_cast<unsigned>(buffer_.size()));
      if (got < 0) throw std::runtime_error("damaged gzip file");
      buffer_.resize(static_cast<std::size_t>(got));
      if (got == 0) return !line.empty();
    }
  }

 private:
  gzFile file_;
  std::string buffer_;
  std::size_t at_ = 0;
};

struct CaptureLine {
  enum class Direction { In, Out, Open };
  std::optional<Nanos> received;  // Unix time; none where it was not recorded
  std::string connection;         // WebSocket address, or the whole REST address whose body is in `message`
  Direction direction = Direction::In;
  std::string message;  // byte for byte

  bool is_rest() const { return connection.starts_with("http"); }
};

class Capture {
 public:
  explicit Capture(const std::filesystem::path& path) : lines_(path) {}

  bool next(CaptureLine& out) {
    if (!lines_.next(line_)) return false;
    const auto json = nlohmann::json::parse(line_);
    out.received = time_of(line_);
    out.connection = text_of(json, "conn");
    out.message = text_of(json, "msg");
    const std::string direction = text_of(json, "dir");
    out.direction = direction == "in"    ? CaptureLine::Direction::In
                    : direction == "out" ? CaptureLine::Direction::Out
                                         : CaptureLine::Direction::Open;
    return true;
  }

  // When a line was received. Below 1e11 seconds with decimals, 13 digits milliseconds, 19 digits nanoseconds; read
  // from the text, exactly.
  static std::optional<Nanos> time_of(std::string_view line) {
    constexpr std::string_view key = "{\"t\":";
    if (!line.starts_with(key)) return std::nullopt;
    std::string_view number = line.substr(key.size());
    while (!number.empty() && (number.front() == ' ' || number.front() == '"')) number.remove_prefix(1);
    number = number.substr(0, number.find_first_of(",\"}"));
    const std::size_t whole = number.find('.') == std::string_view::npos ? number.size() : number.find('.');
    const int digits = whole >= 19 ? 0 : whole >= 13 ? 6 : 9;
    const auto value = detail::parse_decimal(number, digits);
    return value ? std::optional(Nanos{*value}) : std::nullopt;
  }

 private:
  static std::string text_of(const nlohmann::json& json, const char* key) {
    const auto found = json.find(key);
    return found != json.end() && found->is_string() ? found->get<std::string>() : std::string{};
  }

  GzLines lines_;
  std::string line_;
};

}  // namespace trunkline::test
