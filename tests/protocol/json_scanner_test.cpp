#include "trunkline/protocol/json_scanner.hpp"

#include <array>
#include <cmath>
#include <gtest/gtest.h>
#include <memory>
#include <random>
#include <string>
#include <vector>

namespace trunkline::protocol {
namespace {

// The text in a heap block of its exact size, so that a read beyond it is seen by the address sanitizer.
class Exact {
 public:
  explicit Exact(std::string_view text) : size_(text.size()), bytes_(new char[text.size()]) {
    text.copy(bytes_.get(), size_);
  }
  std::string_view view() const { return {bytes_.get(), size_}; }

 private:
  std::size_t size_;
  std::unique_ptr<char[]> bytes_;
};

constexpr std::string_view depth =
    R"({"e":"depthUpdate","E":1700000000123,"s":"BTCUSDT","U":157,"u":18446744073,"b":[["0.00240000","10"],["61837.63","0.5"]],"a":[]})";

struct Depth {
  std::uint64_t time = 0, first = 0, last = 0;
  std::string_view symbol;
  std::array<wire::Level, 4> levels;
  std::size_t bids = 0, asks = 0;
};

bool read_depth(std::string_view text, Depth& out) {
  JsonScanner scanner(text);
  return scanner.literal(R"({"e":"depthUpdate","E":)") && scanner.integer(out.time) && scanner.literal(R"(,"s":)") &&
         scanner.quoted_text(out.symbol) && scanner.literal(R"(,"U":)") && scanner.integer(out.first) &&
         scanner.literal(R"(,"u":)") && scanner.integer(out.last) && scanner.literal(R"(,"b":)") &&
         scanner.levels(std::span(out.levels), out.bids) && scanner.literal(R"(,"a":)") &&
         scanner.levels(std::span(out.levels).subspan(out.bids), out.asks) && scanner.literal('}') && scanner.at_end();
}

TEST(JsonScanner, ReadsAMessageInItsKnownOrder) {
  Depth read;
  ASSERT_TRUE(read_depth(Exact(depth).view(), read));
  EXPECT_EQ(read.time, 1'700'000'000'123U);
  EXPECT_EQ(read.first, 157U);
  EXPECT_EQ(read.last, 18'446'744'073U);
  ASSERT_EQ(read.bids, 2U);
  EXPECT_EQ(read.levels[0].price.raw(), 240'000);
  EXPECT_EQ(read.levels[0].quantity, Quantity::from_int(10));
  EXPECT_EQ(read.levels[1].price.raw(), 6'183'763'000'000);
  EXPECT_EQ(read.levels[1].quantity.raw(), 50'000'000);
  EXPECT_EQ(read.asks, 0U);
}

TEST(JsonScanner, RefusesEveryCutOfAMessageWithoutReadingBeyondIt) {
  for (std::size_t length = 0; length < depth.size(); ++length) {
    Depth read;
    EXPECT_FALSE(read_depth(Exact(depth.substr(0, length)).view(), read)) << length;
  }
}

TEST(JsonScanner, NeverTakesABrokenMessageForADifferentOne) {
  std::mt19937 random(7);
  for (int round = 0; round < 20'000; ++round) {
    std::string text(depth);
    text[random() % text.size()] = static_cast<char>(random() % 256);
    Depth read;
    // What is still accepted must be JSON of the same shape: only digits and the symbol may have changed.
    if (!read_depth(Exact(text).view(), read)) continue;
    for (std::size_t i = 0; i < text.size(); ++i) {
      if (text[i] == depth[i]) continue;
      const bool digit = text[i] >= '0' && text[i] <= '9';
      const bool in_symbol = i > depth.find("BTCUSDT") - 1 && i < depth.find("BTCUSDT") + 7;
      EXPECT_TRUE(digit || in_symbol || text[i] == '.') << text;
    }
  }
}

template <class Integer>
bool reads(std::string_view text, Integer& out) {
  const Exact exact(text);
  JsonScanner scanner(exact.view());
  return scanner.integer(out) && scanner.at_end();
}

TEST(JsonScanner, ReadsIntegersOfEveryLength) {
  std::string digits;
  for (int length = 1; length <= 19; ++length) {
    digits += static_cast<char>('0' + (length * 7) % 9 + 1);
    std::uint64_t value = 0;
    ASSERT_TRUE(reads(digits, value)) << digits;
    EXPECT_EQ(value, std::stoull(digits));
    const Exact followed(digits + ",\"next\":1");
    JsonScanner scanner(followed.view());
    EXPECT_TRUE(scanner.integer(value) && scanner.literal(R"(,"next":)"));
  }
}

TEST(JsonScanner, RefusesIntegersThatJsonOrTheTypeDoesNotHave) {
  std::uint64_t wide = 0;
  std::uint16_t narrow = 0;
  for (const char* text : {"", "-1", "+1", "007", "00", "x", "1 ", " 1", "1.0", "1e3", "99999999999999999999",
                           "18446744073709551616", "\"1\"", "12345678x", "123456789012345678901234567890"}) {
    EXPECT_FALSE(reads(text, wide)) << text;
  }
  EXPECT_TRUE(reads("0", wide));
  EXPECT_TRUE(reads("65535", narrow));
  EXPECT_FALSE(reads("65536", narrow));
  EXPECT_FALSE(reads("9999999999", narrow));
}

TEST(JsonScanner, RefusesQuotedDecimalsThatAreNotPlain) {
  for (const char* text : {"",
                           "\"",
                           "\"\"",
                           "\".\"",
                           "\"1",
                           "1\"",
                           "\"-1\"",
                           "\"+1\"",
                           "\"1e5\"",
                           "\"1.5e5\"",
                           "\"1.\"",
                           "\".5\"",
                           "\"1.2.3\"",
                           "\"1.12345678.\"",
                           "\"1.12345678e1\"",
                           "\"1.123456789\"",
                           "\"1 \"",
                           "\" 1\"",
                           "\"0x1\"",
                           "\"12345678901\"",
                           "\"99999999999999999999\"",
                           "\"1,5\"",
                           "\"NaN\"",
                           "\"1.5\\u0030\"",
                           "\"1.\xB2\"",
                           "\"\xB1.5\"",
                           "\"1234567\x8A.55555555\"",
                           "\"1.1234567/\"",
                           "\"1.1234567:\"",
                           "\"1234567:.1\""}) {
    const Exact exact(text);
    JsonScanner scanner(exact.view());
    Price price;
    EXPECT_FALSE(scanner.quoted(price) && scanner.at_end()) << text;
  }
}

TEST(JsonScanner, ReadsTheSameDecimalsAsTheExactParser) {
  std::mt19937_64 random(11);
  for (int round = 0; round < 50'000; ++round) {
    std::string text = std::to_string(random() % static_cast<std::uint64_t>(std::pow(10, random() % 11)));
    const std::size_t decimals = random() % 9;
    if (decimals != 0) text += '.';
    for (std::size_t i = 0; i < decimals; ++i) text += static_cast<char>('0' + random() % 10);
    for (const std::string_view behind : {"", "]", "],[\"1.00000000\""}) {
      const Exact exact('"' + text + '"' + std::string(behind));
      JsonScanner scanner(exact.view());
      Price price;
      ASSERT_TRUE(scanner.quoted(price)) << text;
      EXPECT_EQ(price.raw(), detail::parse_decimal(text, 8).value()) << text;
      EXPECT_EQ(scanner.left(), behind.size());
    }
    Rate rate;
    const Exact exact('"' + text + "\",\"x\":0");
    JsonScanner scanner(exact.view());
    if (scanner.quoted(rate)) {
      EXPECT_EQ(rate.raw(), detail::parse_decimal(text, 12).value()) << text;
    } else {
      EXPECT_GT(text.find('.') == std::string::npos ? text.size() : text.find('.'), 6U) << text;
    }
  }
}

TEST(JsonScanner, RefusesLevelsThatDoNotFitOrAreNotPairs) {
  std::array<wire::Level, 2> room;
  std::size_t count = 0;
  const auto accepted = [&](std::string_view text) {
    const Exact exact(text);
    JsonScanner scanner(exact.view());
    return scanner.levels(std::span(room), count) && scanner.at_end();
  };
  EXPECT_TRUE(accepted(R"([["1","2"],["3","4"]])"));
  EXPECT_EQ(count, 2U);
  EXPECT_TRUE(accepted("[]"));
  EXPECT_EQ(count, 0U);
  for (const char* text :
       {R"([["1","2"],["3","4"],["5","6"]])", R"([["1","2"],])", R"([["1"]])", R"([["1","2","3"]])", R"([[1,2]])",
        R"([ ["1","2"]])", R"([["1", "2"]])", "[[]]", "[", "", "[[", R"([["1","2"])", R"([["1","2"]]])", "[,]"}) {
    EXPECT_FALSE(accepted(text)) << text;
  }
}

TEST(JsonScanner, RefusesTextsWithEscapesAndReadsBooleans) {
  std::string_view text;
  for (const char* bad : {R"("a\"b")", R"("a)", "\"a\nb\"", "a\"", ""}) {
    const Exact exact(bad);
    JsonScanner scanner(exact.view());
    EXPECT_FALSE(scanner.quoted_text(text)) << bad;
  }
  bool flag = false;
  JsonScanner scanner(std::string_view("truefalse"));
  EXPECT_TRUE(scanner.boolean(flag) && flag);
  EXPECT_TRUE(scanner.boolean(flag) && !flag && scanner.at_end());
  EXPECT_FALSE(scanner.boolean(flag));
}

}  // namespace
}  // namespace trunkline::protocol
