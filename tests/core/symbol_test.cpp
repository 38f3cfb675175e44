#include "trunkline/core/symbol.hpp"

#include <gtest/gtest.h>
#include <random>
#include <string>

namespace trunkline {
namespace {

TEST(Symbol, HashesMatchTheVectorsOfTheSeedSystem) {
  EXPECT_EQ(SymbolDescriptor::spot("coinbase", "BTC", "USD").hash(), 16842681295735137662ULL);
  EXPECT_EQ(SymbolDescriptor::spot("kraken", "BTC", "USD").hash(), 1022169821381239205ULL);
  EXPECT_EQ(SymbolDescriptor::stock("alpaca", "AAPL").hash(), 11464620628871496031ULL);
}

TEST(Symbol, WritesEachKind) {
  EXPECT_EQ(SymbolDescriptor::spot("binance", "BTC", "USDT").to_text(), "binance:BTC-USDT");
  EXPECT_EQ(SymbolDescriptor::stock("alpaca", "AAPL").to_text(), "alpaca:AAPL");
  EXPECT_EQ(SymbolDescriptor::future("binance_coinm", "BTC", "USD", 20240927).to_text(),
            "binance_coinm:BTC-USD:20240927");
  EXPECT_EQ(SymbolDescriptor::option("deribit", "BTC", 20241227, Price::from_int(70'000), OptionType::Call).to_text(),
            "deribit:BTC:20241227:70000.00:C");
}

TEST(Symbol, AStrikePrintsTwoDecimalsAndMoreWhereItNeedsThem) {
  const auto strike = [](std::string_view text) {
    return SymbolDescriptor::option("d", "X", 20241227, *Price::parse(text), OptionType::Put).to_text();
  };
  EXPECT_EQ(strike("0.5"), "d:X:20241227:0.50:P");
  EXPECT_EQ(strike("0.5625"), "d:X:20241227:0.5625:P");
  EXPECT_EQ(strike("0.00000001"), "d:X:20241227:0.00000001:P");
}

TEST(Symbol, SegmentsAndEveryPartMakeADifferentHash) {
  const auto spot = SymbolDescriptor::spot("binance", "BTC", "USDT");
  EXPECT_NE(spot.hash(), SymbolDescriptor::spot("binance_usdm", "BTC", "USDT").hash());
  EXPECT_NE(spot.hash(), SymbolDescriptor::future("binance", "BTC", "USDT", 20240927).hash());
  const auto option = [](OptionType type) {
    return SymbolDescriptor::option("deribit", "BTC", 20241227, Price::from_int(1), type).hash();
  };
  EXPECT_NE(option(OptionType::Call), option(OptionType::Put));
}

TEST(Symbol, EscapesWhatSeparatesParts) {
  const auto symbol = SymbolDescriptor::spot("alpaca", "BRK-B", "U:S%D \x7F");
  EXPECT_EQ(symbol.to_text(), "alpaca:BRK%2DB-U%3AS%25D%20%7F");
  EXPECT_EQ(SymbolDescriptor::parse(symbol.to_text()), symbol);
  const auto chinese = SymbolDescriptor::spot("binance", "\xE5\xB8\x81\xE5\xAE\x89", "USDT");
  EXPECT_EQ(chinese.to_text(), "binance:\xE5\xB8\x81\xE5\xAE\x89-USDT");
  EXPECT_EQ(SymbolDescriptor::parse(chinese.to_text()), chinese);
}

TEST(Symbol, RefusesWhatIsNotCanonicalAndSaysWhy) {
  const auto why = [](std::string_view text) {
    const auto symbol = SymbolDescriptor::parse(text);
    EXPECT_FALSE(symbol) << text;
    return symbol ? std::string{} : symbol.error().message;
  };
  const auto says = [&](std::string_view text, std::string_view part) {
    EXPECT_NE(why(text).find(part), std::string::npos) << why(text);
    EXPECT_NE(why(text).find("binance:BTC-USDT"), std::string::npos) << "an example";
  };
  says("BTCUSDT", "no ':'");
  says("", "no ':'");
  says(":BTC", "empty part");
  says("binance:", "empty part");
  says("binance:BTC-", "empty part");
  says("binance:-USDT", "empty part");
  says("binance:BTC-USDT-X", "%2D");
  says("binance:BTC USDT", "not escaped");
  says("binance:BTC%2", "not escaped");
  says("binance:BTC%ZZ", "not escaped");
  says("binance:BTC-USDT:tomorrow", "not a date");
  says("binance:BTC-USDT:2024092", "not a date");
  says("binance:BTC-USDT:20240230", "not a date");
  says("binance:BTC-USDT:20241301", "not a date");
  says("binance:BTC:20240927:", "strike");
  says("binance:BTC:20240927:1e-9:C", "strike");
  says("binance:BTC:20240927:70000", "C or P");
  says("binance:BTC:20240927:70000:X", "C or P");
  says("binance:BTC:20240927:70000:C:1", "too many parts");
}

TEST(Symbol, LeapDaysAreDates) {
  EXPECT_TRUE(SymbolDescriptor::parse("x:BTC-USD:20240229"));
  EXPECT_FALSE(SymbolDescriptor::parse("x:BTC-USD:20230229"));
}

TEST(Symbol, EveryDescriptorComesBackFromItsText) {
  std::mt19937_64 random(3);
  const auto part = [&] {
    std::string out;
    for (std::size_t n = 1 + random() % 8; n > 0; --n) {
      out += random() % 3 == 0 ? static_cast<char>(random()) : static_cast<char>('A' + random() % 26);
    }
    return out;
  };
  for (int i = 0; i < 50'000; ++i) {
    SymbolDescriptor symbol{part(), part(), random() % 2 != 0 ? part() : "", 0, {}, {}};
    if (random() % 2 != 0) {
      symbol.expiry = static_cast<std::uint32_t>((1970 + random() % 200) * 10'000 + (1 + random() % 12) * 100 +
                                                 (1 + random() % 28));
      if (random() % 2 != 0) {
        symbol.strike = Price::from_raw(static_cast<std::int64_t>(random() >> (1 + random() % 62)));
        symbol.option_type = random() % 2 != 0 ? OptionType::Call : OptionType::Put;
      }
    }
    const std::string text = symbol.to_text();
    const auto parsed = SymbolDescriptor::parse(text);
    ASSERT_TRUE(parsed) << text << ": " << parsed.error().message;
    ASSERT_EQ(*parsed, symbol) << text;
    ASSERT_EQ(parsed->hash(), hash_symbol_text(text));
  }
}

}  // namespace
}  // namespace trunkline
