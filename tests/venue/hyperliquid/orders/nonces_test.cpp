#include "trunkline/venue/hyperliquid/orders/nonces.hpp"

#include <algorithm>
#include <fstream>
#include <gtest/gtest.h>
#include <set>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "tests/support/temp_folder.hpp"

namespace trunkline::venue::hyperliquid::orders {
namespace {

using namespace std::chrono_literals;

constexpr Nanos noon = 1'700'000'000s;
constexpr std::uint64_t noon_ms = 1'700'000'000'000;

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  std::string out;
  std::getline(in, out);
  return out;
}

TEST(Nonces, AreTheTimeAndAlwaysMoreThanTheLast) {
  Nonces nonces({});
  EXPECT_EQ(nonces.next(noon).value(), noon_ms);
  EXPECT_EQ(nonces.next(noon).value(), noon_ms + 1);
  EXPECT_EQ(nonces.next(noon - 1h).value(), noon_ms + 2);
  EXPECT_EQ(nonces.next(noon + 1s).value(), noon_ms + 1'000);
}

TEST(Nonces, ComeNotAgainWhereTheClockWentBackBetweenRuns) {
  const test::TempFolder folder;
  std::uint64_t last = 0;
  {
    Nonces nonces(folder / "nonces");
    for (int i = 0; i < 5; ++i) last = nonces.next(noon + i * 1s).value();
  }
  EXPECT_EQ(text_of(folder / "nonces"), std::to_string(last)) << "what was not used is given back";
  Nonces nonces(folder / "nonces");
  EXPECT_EQ(nonces.next(noon - 24h).value(), last + 1);
}

TEST(Nonces, ComeNotAgainAfterAKill) {
  const test::TempFolder folder;
  constexpr int count = 30'000;  // more than are reserved at a time
  const pid_t child = ::fork();
  if (child == 0) {
    Nonces nonces(folder / "nonces");
    for (int i = 0; i < count; ++i) static_cast<void>(nonces.next(noon));
    ::_exit(0);  // as a kill: nothing is given back
  }
  int status = 1;
  ::waitpid(child, &status, 0);
  ASSERT_EQ(status, 0);
  Nonces nonces(folder / "nonces");
  EXPECT_GE(nonces.next(noon - 1h).value(), noon_ms + count);
}

TEST(Nonces, CostNoWriteEach) {
  const test::TempFolder folder;
  Nonces nonces(folder / "nonces");
  ASSERT_TRUE(nonces.next(noon));
  std::filesystem::remove(folder / "nonces");
  for (int i = 0; i < 9'000; ++i) ASSERT_TRUE(nonces.next(noon));
  EXPECT_FALSE(std::filesystem::exists(folder / "nonces"));
}

TEST(Nonces, AreUniqueAmongEightThreads) {
  const test::TempFolder folder;
  std::set<std::uint64_t> all;
  std::size_t count = 0;
  for (int run = 0; run < 2; ++run) {
    Nonces nonces(folder / "nonces");
    std::vector<std::vector<std::uint64_t>> taken(8);
    std::vector<std::jthread> threads;
    for (auto& mine : taken) {
      threads.emplace_back([&nonces, &mine, run] {
        for (int i = 0; i < 5'000; ++i) mine.push_back(nonces.next(noon - run * 1min).value());
      });
    }
    threads.clear();
    for (const auto& mine : taken) {
      EXPECT_TRUE(std::ranges::is_sorted(mine));
      all.insert(mine.begin(), mine.end());
      count += mine.size();
    }
  }
  EXPECT_EQ(all.size(), count);
}

TEST(Nonces, WithoutTheMarkThereAreNone) {
  const test::TempFolder folder;
  std::ofstream(folder / "nonces") << "a number\n";
  Nonces spoilt(folder / "nonces");
  const auto refused = spoilt.next(noon);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("a number"), std::string::npos) << refused.error().message;
  std::ofstream(folder / "nonces") << noon_ms + 7 << "\n";
  EXPECT_EQ(spoilt.next(noon).value(), noon_ms + 8) << "once it is put right";
  Nonces nowhere(folder / "absent" / "nonces");
  EXPECT_FALSE(nowhere.next(noon));
}

}  // namespace
}  // namespace trunkline::venue::hyperliquid::orders
