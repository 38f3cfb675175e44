#include "trunkline/core/symbol_registry.hpp"

#include <gtest/gtest.h>
#include <set>
#include <string>
#include <thread>
#include <vector>

namespace trunkline {
namespace {

SymbolDescriptor numbered(int i) {
  return SymbolDescriptor::spot("binance", "COIN" + std::to_string(i), "USDT");
}

TEST(SymbolRegistry, GivesDenseNumbersAndTheSameOneAgain) {
  SymbolRegistry registry;
  for (int i = 0; i < 1000; ++i) {
    const auto entry = registry.add(numbered(i));
    ASSERT_TRUE(entry);
    EXPECT_EQ(index_of((*entry)->id), static_cast<std::size_t>(i));
  }
  EXPECT_EQ(index_of((*registry.add(numbered(7)))->id), 7U);
  EXPECT_EQ(registry.size(), 1000U);
}

TEST(SymbolRegistry, FindsByNumberHashAndText) {
  SymbolRegistry registry;
  const auto* const entry = *registry.add(numbered(1));
  EXPECT_EQ(registry.find(entry->id), entry);
  EXPECT_EQ(registry.find(entry->hash), entry);
  EXPECT_EQ(registry.find("binance:COIN1-USDT"), entry);
  EXPECT_EQ(entry->text, "binance:COIN1-USDT");
  EXPECT_EQ(registry.find("binance:COIN2-USDT"), nullptr);
  EXPECT_EQ(registry.find(SymbolId{1}), nullptr);
  EXPECT_EQ(registry.find(SymbolHash{0}), nullptr);
}

TEST(SymbolRegistry, RefusesASecondSymbolOfTheSameHash) {
  SymbolRegistry registry;
  const auto* const first = *registry.add(numbered(1));
  const auto second = registry.add_with_hash(numbered(2), first->hash);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, ErrorCode::AlreadyExists);
  EXPECT_NE(second.error().message.find("binance:COIN1-USDT"), std::string::npos);
  EXPECT_NE(second.error().message.find("binance:COIN2-USDT"), std::string::npos);
  EXPECT_EQ(registry.size(), 1U);
  EXPECT_EQ(registry.find(first->hash), first);
}

TEST(SymbolRegistry, EntriesStayWhereTheyAre) {
  SymbolRegistry registry;
  const auto* const first = *registry.add(numbered(0));
  for (int i = 1; i < 5000; ++i) ASSERT_TRUE(registry.add(numbered(i)));
  EXPECT_EQ(registry.find(SymbolId{0}), first);
  EXPECT_EQ(first->text, "binance:COIN0-USDT");
}

TEST(SymbolRegistry, ManyThreadsGetOneNumberASymbol) {
  SymbolRegistry registry;
  std::vector<std::vector<std::size_t>> seen(4);
  std::vector<std::jthread> threads;
  for (auto& mine : seen) {
    threads.emplace_back([&] {
      for (int i = 0; i < 500; ++i) mine.push_back(index_of((*registry.add(numbered(i)))->id));
    });
  }
  threads.clear();
  for (const auto& mine : seen) EXPECT_EQ(mine, seen.front());
  EXPECT_EQ(std::set<std::size_t>(seen[0].begin(), seen[0].end()).size(), 500U);
  EXPECT_EQ(registry.size(), 500U);
}

}  // namespace
}  // namespace trunkline
