// Every market-data venue against its sandbox, by the numbered list of docs/conformance.md.
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <tuple>

#include "conformance/check.hpp"
#include "trunkline/hub/exchange_registry.hpp"

namespace trunkline::conformance {
namespace {

using Parameter = std::tuple<Subject, Check>;

class Conformance : public ::testing::TestWithParam<Parameter> {};

TEST_P(Conformance, Holds) {
  const auto& [subject, check] = GetParam();
  if (const auto lacks = subject.lacks.find(check.number); lacks != subject.lacks.end()) {
    GTEST_SKIP() << subject.exchange << " does not have it: " << lacks->second;
  }
  check.run(subject);
}

INSTANTIATE_TEST_SUITE_P(Venues, Conformance,
                         ::testing::Combine(::testing::ValuesIn(subjects()),
                                            ::testing::ValuesIn(checks().begin(), checks().end())),
                         [](const auto& each) {
                           return fmt::format("{}_{:02}_{}", std::get<0>(each.param).exchange,
                                              std::get<1>(each.param).number, std::get<1>(each.param).name);
                         });

std::string table() {
  std::string out = "| | what holds |";
  std::string line = "| --- | --- |";
  for (const Subject& subject : subjects()) {
    out += fmt::format(" {} |", subject.exchange);
    line += " --- |";
  }
  out += "\n" + line + "\n";
  std::vector<std::string> notes;
  for (const Check& check : checks()) {
    out += fmt::format("| {} | {}: {} |", check.number, check.name, check.means);
    for (const Subject& subject : subjects()) {
      const auto lacks = subject.lacks.find(check.number);
      if (lacks == subject.lacks.end()) {
        out += " yes |";
        continue;
      }
      auto note = std::ranges::find(notes, lacks->second);
      if (note == notes.end()) note = notes.insert(notes.end(), lacks->second);
      out += fmt::format(" no ({}) |", note - notes.begin() + 1);
    }
    out += "\n";
  }
  if (!notes.empty()) out += "\n";
  for (std::size_t i = 0; i < notes.size(); ++i) out += fmt::format("{}. {}\n", i + 1, notes[i]);
  return out;
}

TEST(ConformanceTable, OfTheDocsIsTheSuitesOwn) {
  const std::string path = TRUNKLINE_SOURCE_DIR "/docs/conformance.md";
  std::ifstream file(path);
  std::stringstream read;
  read << file.rdbuf();
  std::string page = read.str();
  constexpr std::string_view begin = "<!-- table -->\n";
  constexpr std::string_view end = "<!-- end -->";
  const std::size_t from = page.find(begin);
  const std::size_t to = page.find(end);
  ASSERT_NE(from, std::string::npos) << path;
  ASSERT_NE(to, std::string::npos) << path;
  const std::string stands = page.substr(from + begin.size(), to - from - begin.size());
  if (std::getenv("TRUNKLINE_WRITE_TABLE") != nullptr) {
    std::ofstream(path) << page.substr(0, from + begin.size()) << table() << page.substr(to);
    return;
  }
  EXPECT_EQ(stands, table()) << "./dev conformance --write renews it";
}

TEST(ConformanceTable, NamesEveryExchangeOfTheRegistry) {
  for (const hub::ExchangeRow& row : hub::ExchangeRegistry::rows()) {
    EXPECT_TRUE(std::ranges::any_of(subjects(), [&](const Subject& subject) { return subject.exchange == row.id; }))
        << row.id << " has no row in tests/conformance/subjects.cpp";
  }
}

}  // namespace
}  // namespace trunkline::conformance
