#include "trunkline/hub/log.hpp"

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace trunkline::hub {
namespace {

constexpr Nanos at{1'700'000'000'123'456'789};

Event stale(std::string reason) {
  return {
      Severity::Warning, "book_stale", "binance", "binance:BTC-USDT", {{"reason", std::move(reason)}, {"gaps", "3"}}};
}

std::vector<std::string> lines_of(const std::string& file) {
  std::ifstream in(file);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

class LogFile : public ::testing::Test {
 protected:
  std::string file_ =
      (std::filesystem::temp_directory_path() / ("trunkline-log-" + std::to_string(::getpid()))).string();
  void SetUp() override { std::remove(file_.c_str()); }
  void TearDown() override { std::remove(file_.c_str()); }
};

TEST(LogLine, IsOneJsonObjectWithTheFieldsOfTheEvent) {
  const auto line = nlohmann::json::parse(format_event(stale("SequenceGap"), at, LogFormat::Json));
  EXPECT_EQ(line["timestamp"], "2023-11-14T22:13:20.123456789Z");
  EXPECT_EQ(line["event"], "book_stale");
  EXPECT_EQ(line["symbol"], "binance:BTC-USDT");
  EXPECT_EQ(line["connector"], "binance");
  EXPECT_EQ(line["reason"], "SequenceGap");
  EXPECT_EQ(line["gaps"], 3);
}

TEST(LogLine, KeepsNumbersThatJsonWouldRoundAsText) {
  const Event event{Severity::Info, "x", {}, {}, {{"price", "0.10"}, {"id", "18446744073709551616"}}};
  const auto line = nlohmann::json::parse(format_event(event, at, LogFormat::Json));
  EXPECT_EQ(line["price"], "0.10");
  EXPECT_EQ(line["id"], "18446744073709551616");
}

TEST(LogLine, QuotesTextThatHasSpaces) {
  EXPECT_EQ(
      format_event({Severity::Info, "connector_connection_error", "binance", {}, {{"reason", "no route to host"}}}, at,
                   LogFormat::Text),
      "2023-11-14T22:13:20.123456789Z info    connector_connection_error connector=binance reason=\"no route to "
      "host\"");
}

TEST_F(LogFile, LinesThatCameTooFastAreCounted) {
  constexpr std::size_t written = 50'000;
  std::size_t lost = 0;
  {
    Log log({.format = LogFormat::Json, .level = Severity::Debug, .file = file_});
    for (std::size_t i = 0; i < written; ++i) log.write_at({Severity::Debug, "x", {}, {}, {}}, at);
    log.flush_repeats(at);
  }
  std::size_t there = 0;
  for (const std::string& text : lines_of(file_)) {
    const auto line = nlohmann::json::parse(text);
    if (line["event"] == "log_lines_lost") {
      lost += line["lines"].get<std::size_t>();
    } else {
      ++there;
    }
  }
  EXPECT_EQ(there + lost, written);
}

TEST_F(LogFile, RepeatedEventsAreCountedNotRepeated) {
  {
    Log log({.file = file_, .repeats_shown = 2});
    for (int i = 0; i < 100; ++i) log.write_at(stale("SequenceGap"), at);
    log.write_at({Severity::Info, "book_live", "binance", "binance:BTC-USDT", {}}, at);
    log.flush_repeats(at + std::chrono::seconds{11});
    log.write_at(stale("Crossed"), at + std::chrono::seconds{12});
  }
  const auto lines = lines_of(file_);
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_NE(lines[3].find("book_stale"), std::string::npos);
  EXPECT_NE(lines[3].find("repeated=98"), std::string::npos);
  EXPECT_NE(lines[4].find("Crossed"), std::string::npos);
}

TEST_F(LogFile, EventsBelowTheLevelAreNotWritten) {
  {
    Log log({.level = Severity::Warning, .file = file_});
    log.write({Severity::Info, "connector_connected", "binance", {}, {}});
    log.write(stale("Silent"));
  }
  EXPECT_EQ(lines_of(file_).size(), 1U);
}

}  // namespace
}  // namespace trunkline::hub
