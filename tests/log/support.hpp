// Records as text, and logs read back.
#pragma once

#include <fstream>
#include <gtest/gtest.h>
#include <iterator>
#include <memory>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "support/temp_folder.hpp"
#include "trunkline/log/log_writer.hpp"
#include "trunkline/log/segment.hpp"

namespace trunkline::log::test {

using trunkline::test::TempFolder;
using Records = std::vector<std::string>;

inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}
inline std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

struct Opened {
  Result<std::unique_ptr<LogWriter>> writer;
  Records records;
};

inline Opened open_log(const std::filesystem::path& folder, FlushPolicy policy = FlushPolicy::None) {
  Records records;
  auto writer = LogWriter::open({.folder = folder, .policy = policy},
                                [&](std::span<const std::byte> record) { records.push_back(text_of(record)); });
  return {std::move(writer), std::move(records)};
}

// Each open begins a segment, so that a log is written in one go here.
inline void write_log(const std::filesystem::path& folder, const Records& records) {
  auto log = open_log(folder);
  ASSERT_TRUE(log.writer) << log.writer.error().message;
  for (const std::string& record : records) ASSERT_TRUE((*log.writer)->append(bytes_of(record)));
}

inline std::string file_text(const std::filesystem::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}
inline void write_file(const std::filesystem::path& file, std::string_view text) {
  std::ofstream(file, std::ios::binary | std::ios::trunc) << text;
}

}  // namespace trunkline::log::test
