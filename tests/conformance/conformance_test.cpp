// Every venue against its sandbox, by the numbered lists of docs/conformance.md: market data, and orders.
#include <cstdlib>
#include <fmt/format.h>
#include <fstream>
#include <gtest/gtest.h>
#include <sstream>
#include <tuple>

#include "conformance/check.hpp"
#include "conformance/order_check.hpp"
#include "trunkline/hub/exchange_registry.hpp"
#include "trunkline/hub/order_registry.hpp"

namespace trunkline::conformance {
namespace {

template <class Subject>
bool lacks(const Subject& subject, int number) {
  const auto found = subject.lacks.find(number);
  return found != subject.lacks.end();
}

class Conformance : public ::testing::TestWithParam<std::tuple<Subject, Check>> {};

TEST_P(Conformance, Holds) {
  const auto& [subject, check] = GetParam();
  if (lacks(subject, check.number)) {
    GTEST_SKIP() << subject.exchange << " does not have it: " << subject.lacks.at(check.number);
  }
  check.run(subject);
}

class OrderConformance : public ::testing::TestWithParam<std::tuple<OrderSubject, OrderCheck>> {};

TEST_P(OrderConformance, Holds) {
  const auto& [subject, check] = GetParam();
  if (lacks(subject, check.number)) {
    GTEST_SKIP() << subject.exchange << " does not have it: " << subject.lacks.at(check.number);
  }
  check.run(subject, check.fault);
}

const auto name_of = [](const auto& each) {
  return fmt::format("{}_{:02}_{}", std::get<0>(each.param).exchange, std::get<1>(each.param).number,
                     std::get<1>(each.param).name);
};

INSTANTIATE_TEST_SUITE_P(Venues, Conformance,
                         ::testing::Combine(::testing::ValuesIn(subjects()),
                                            ::testing::ValuesIn(checks().begin(), checks().end())),
                         name_of);
INSTANTIATE_TEST_SUITE_P(Venues, OrderConformance,
                         ::testing::Combine(::testing::ValuesIn(order_subjects()),
                                            ::testing::ValuesIn(order_checks().begin(), order_checks().end())),
                         name_of);

// Whose column says yes, or no and why.
template <class Subjects, class Checks>
std::string table(const Subjects& subjects, const Checks& checks) {
  std::string out = "| | what holds |";
  std::string line = "| --- | --- |";
  for (const auto& subject : subjects) {
    out += fmt::format(" {} |", subject.exchange);
    line += " --- |";
  }
  out += "\n" + line + "\n";
  std::vector<std::string> notes;
  for (const auto& check : checks) {
    out += fmt::format("| {} | {}: {} |", check.number, check.name, check.means);
    for (const auto& subject : subjects) {
      if (!lacks(subject, check.number)) {
        out += " yes |";
        continue;
      }
      const std::string& why = subject.lacks.at(check.number);
      auto note = std::ranges::find(notes, why);
      if (note == notes.end()) note = notes.insert(notes.end(), why);
      out += fmt::format(" no ({}) |", note - notes.begin() + 1);
    }
    out += "\n";
  }
  if (!notes.empty()) out += "\n";
  for (std::size_t i = 0; i < notes.size(); ++i) out += fmt::format("{}. {}\n", i + 1, notes[i]);
  return out;
}

// What stands in docs/conformance.md behind this mark; with TRUNKLINE_WRITE_TABLE it is written there first.
void expect_table(std::string_view mark, const std::string& wanted) {
  const std::string path = TRUNKLINE_SOURCE_DIR "/docs/conformance.md";
  std::stringstream read;
  read << std::ifstream(path).rdbuf();
  const std::string page = read.str();
  const std::string begin = fmt::format("<!-- {} -->\n", mark);
  const std::size_t at = page.find(begin);
  ASSERT_NE(at, std::string::npos) << begin << " is not in " << path;
  const std::size_t from = at + begin.size();
  const std::size_t to = page.find("<!-- end -->", from);
  ASSERT_NE(to, std::string::npos) << path;
  if (std::getenv("TRUNKLINE_WRITE_TABLE") != nullptr) {
    std::ofstream(path) << page.substr(0, from) << wanted << page.substr(to);
    return;
  }
  EXPECT_EQ(page.substr(from, to - from), wanted) << "./dev conformance --write renews it";
}

TEST(ConformanceTable, OfTheDocsIsTheSuitesOwn) {
  expect_table("market data", table(subjects(), checks()));
  expect_table("orders", table(order_subjects(), order_checks()));
}

TEST(ConformanceTable, NamesEveryExchangeOfTheRegistry) {
  for (const hub::ExchangeRow& row : hub::ExchangeRegistry::rows()) {
    EXPECT_TRUE(std::ranges::any_of(subjects(), [&](const Subject& subject) { return subject.exchange == row.id; }))
        << row.id << " has no row in tests/conformance/subjects.cpp";
  }
  for (const hub::OrderExchangeRow& row : hub::OrderRegistry::rows()) {
    EXPECT_TRUE(std::ranges::any_of(order_subjects(),
                                    [&](const OrderSubject& subject) { return subject.exchange == row.exchange; }))
        << row.exchange << " has no row in tests/conformance/order_subjects.cpp";
  }
}

}  // namespace
}  // namespace trunkline::conformance
