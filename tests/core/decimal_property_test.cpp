// Random decimals against arbitrary-precision integers. The seed is fixed: a failure names its text and repeats.
#include <boost/multiprecision/cpp_int.hpp>
#include <gtest/gtest.h>
#include <limits>
#include <random>
#include <regex>
#include <string>

#include "trunkline/core/decimal.hpp"
#include "trunkline/core/decimal_writer.hpp"

namespace trunkline {
namespace {

using Big = boost::multiprecision::cpp_int;
using Parsed = std::expected<std::int64_t, DecimalError>;

Big power(unsigned exponent) {
  return boost::multiprecision::pow(Big(10), exponent);
}

// What text of this shape is worth, worked out without limits.
struct Decimal {
  bool negative = false;
  std::string whole;
  std::string fraction;
  bool has_exponent = false;
  int exponent = 0;

  std::string text() const {
    std::string out = negative ? "-" : "";
    out += whole;
    if (!fraction.empty()) out += "." + fraction;
    if (has_exponent) out += "e" + std::to_string(exponent);
    return out;
  }

  Parsed count(int digits) const {
    Big value = 0;
    for (const char c : whole + fraction) value = value * 10 + (c - '0');
    const int shift = exponent - static_cast<int>(fraction.size()) + digits;
    if (shift >= 0) {
      value *= power(static_cast<unsigned>(shift));
    } else {
      const Big unit = power(static_cast<unsigned>(-shift));
      if (value % unit != 0) return std::unexpected(DecimalError::Inexact);
      value /= unit;
    }
    if (value > std::numeric_limits<std::int64_t>::max()) return std::unexpected(DecimalError::OutOfRange);
    const auto count = static_cast<std::int64_t>(value);
    return negative ? -count : count;
  }
};

class Source {
 public:
  std::size_t below(std::size_t limit) { return random_() % limit; }
  bool chance(std::size_t one_in) { return below(one_in) == 0; }
  std::int64_t any() { return static_cast<std::int64_t>(random_()) >> below(64); }

  // Mostly zeros at the ends, so that leading and trailing zeros and exact fits come up.
  std::string digits(std::size_t length) {
    std::string out(length, '0');
    const std::size_t zeros_first = chance(2) ? below(length + 1) : 0;
    const std::size_t zeros_last = chance(2) ? below(length + 1) : 0;
    for (std::size_t i = zeros_first; i + zeros_last < length; ++i) out[i] = static_cast<char>('0' + below(10));
    return out;
  }

  Decimal decimal() {
    Decimal out;
    out.negative = chance(4);
    out.whole = digits(chance(5) ? below(30) : below(12));
    out.fraction = digits(chance(5) ? below(30) : below(14));
    if (out.whole.empty() && out.fraction.empty()) out.whole = "0";
    if (chance(4)) {
      out.has_exponent = true;
      out.exponent = static_cast<int>(below(61)) - 30;
    }
    return out;
  }

 private:
  std::mt19937_64 random_{20240809};
};

TEST(DecimalProperty, ParsingAgreesWithUnlimitedIntegers) {
  Source source;
  int exact = 0;
  int inexact = 0;
  int out_of_range = 0;
  for (int i = 0; i < 300'000; ++i) {
    const Decimal decimal = source.decimal();
    const std::string text = decimal.text();
    const Parsed expected = decimal.count(8);
    const auto price = Price::parse(text);
    const Parsed parsed = price ? Parsed(price->raw()) : std::unexpected(price.error());
    ASSERT_EQ(parsed, expected) << text;
    const Parsed expected_rate = decimal.count(12);
    const auto rate = Rate::parse(text);
    ASSERT_EQ(rate ? Parsed(rate->raw()) : std::unexpected(rate.error()), expected_rate) << text;
    if (expected) {
      ++exact;
    } else {
      ++(expected.error() == DecimalError::Inexact ? inexact : out_of_range);
    }
  }
  EXPECT_GT(exact, 50'000);
  EXPECT_GT(inexact, 10'000);
  EXPECT_GT(out_of_range, 10'000);
}

TEST(DecimalProperty, TextOfACountIsThatCountAgain) {
  Source source;
  for (int i = 0; i < 300'000; ++i) {
    const std::int64_t raw = source.any();
    if (raw == std::numeric_limits<std::int64_t>::min()) continue;
    const int decimals = static_cast<int>(source.below(10));
    const std::string text = Price::from_raw(raw).to_text(decimals);
    ASSERT_EQ(Price::parse(text), Price::from_raw(raw)) << text;
    const std::size_t point = text.find('.');
    const std::size_t shown = point == std::string::npos ? 0 : text.size() - point - 1;
    ASSERT_GE(shown, static_cast<std::size_t>(decimals)) << text;
    if (shown > static_cast<std::size_t>(decimals)) {
      ASSERT_NE(text.back(), '0') << text;
    }
    ASSERT_EQ(Rate::parse(Rate::from_raw(raw).to_text()), Rate::from_raw(raw));
  }
}

TEST(DecimalProperty, WriterAgreesWithDigitsPaddedAndStripped) {
  const auto padded = [](std::int64_t raw, std::size_t digits) {
    std::string text = std::to_string(raw);
    const bool negative = raw < 0;
    if (negative) text.erase(0, 1);
    if (text.size() <= digits) text.insert(0, digits + 1 - text.size(), '0');
    text.insert(text.size() - digits, 1, '.');
    text.erase(text.find_last_not_of('0') + 1);
    if (text.back() == '.') text.pop_back();
    return (negative ? "-" : "") + text;
  };
  const auto check = [&](std::int64_t raw) {
    DecimalBuffer buffer;
    ASSERT_EQ(write_decimal(buffer, raw, 8), padded(raw, 8));
    ASSERT_EQ(write_decimal(buffer, raw, 12), padded(raw, 12));
  };
  for (const std::int64_t raw : {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{100'000'000},
                                 std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()}) {
    check(raw);
  }
  std::mt19937_64 random(7);
  for (int i = 0; i < 100'000; ++i) check(static_cast<std::int64_t>(random()) >> (random() % 64));
}

TEST(DecimalProperty, ScanAgreesWithParseWhateverFollows) {
  Source source;
  for (int i = 0; i < 200'000; ++i) {
    Decimal decimal = source.decimal();
    const std::string number = decimal.text();
    const std::string text = number + std::string("\",]} \nx").substr(source.below(7));
    Price price;
    const char* const end = Price::scan(text.data(), text.data() + text.size(), price);
    if (end == nullptr) continue;
    ASSERT_EQ(end, text.data() + number.size()) << text;
    ASSERT_EQ(price, Price::parse(number)) << text;
  }
}

TEST(DecimalProperty, AcceptsJustTheGrammar) {
  const std::regex grammar(R"(-?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?)");
  constexpr std::string_view letters = "0123456789019.-+eE. x";
  Source source;
  for (int i = 0; i < 100'000; ++i) {
    std::string text;
    for (std::size_t n = source.below(12); n > 0; --n) text += letters[source.below(letters.size())];
    const auto price = Price::parse(text);
    const bool malformed = !price && (price.error() == DecimalError::Malformed || price.error() == DecimalError::Empty);
    ASSERT_EQ(!malformed, std::regex_match(text, grammar)) << '"' << text << '"';
  }
}

}  // namespace
}  // namespace trunkline
