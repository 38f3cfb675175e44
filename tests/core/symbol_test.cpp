#include "trunkline/core/symbol.hpp"

#include <gtest/gtest.h>

#include "trunkline/core/symbol_registry.hpp"

namespace trunkline {
namespace {

TEST(Symbol, HashesMatchTheVectorsOfTheSeedSystem) {
  EXPECT_EQ(SymbolDescriptor::spot("coinbase", "BTC", "USD").hash(), 16842681295735137662ULL);
  EXPECT_EQ(SymbolDescriptor::spot("kraken", "BTC", "USD").hash(), 1022169821381239205ULL);
  EXPECT_EQ(SymbolDescriptor::stock("alpaca", "AAPL").hash(), 11464620628871496031ULL);
}

}  // namespace
}  // namespace trunkline
