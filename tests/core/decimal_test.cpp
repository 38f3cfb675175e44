#include "trunkline/core/decimal.hpp"

#include <gtest/gtest.h>
#include <limits>

namespace trunkline {
namespace {

constexpr std::int64_t largest = std::numeric_limits<std::int64_t>::max();

std::int64_t raw(std::string_view text) {
  const auto price = Price::parse(text);
  EXPECT_TRUE(price) << text;
  return price ? price->raw() : 0;
}
DecimalError error(std::string_view text) {
  const auto price = Price::parse(text);
  EXPECT_FALSE(price) << text << " was read as " << price->to_text();
  return price ? DecimalError{} : price.error();
}

TEST(Decimal, ReadsWhatADoubleWouldSpoil) {
  EXPECT_EQ(raw("0.29"), 29'000'000);
  EXPECT_EQ(raw("61837.63000000"), 6'183'763'000'000);
  EXPECT_EQ(raw("92233720368.54775807"), largest);
  EXPECT_EQ(raw("-92233720368.54775807"), -largest);
  EXPECT_EQ(raw("0.1"), raw(".1"));
}

TEST(Decimal, ReadsExponentsAndZerosBeyondTheScaleExactly) {
  EXPECT_EQ(raw("1e-8"), 1);
  EXPECT_EQ(raw("1E+2"), raw("100"));
  EXPECT_EQ(raw("100e-10"), 1);
  EXPECT_EQ(raw("0.000000010000000000"), 1);
  EXPECT_EQ(raw("0e999999999999999999999"), 0);
  EXPECT_EQ(raw("00000000000000000000000000001"), raw("1"));
  EXPECT_EQ(Rate::parse("1e-12")->raw(), 1);
  EXPECT_EQ(Rate::parse("0.00010000")->raw(), 100'000'000);
}

TEST(Decimal, RefusesWhatItCannotKeepExactly) {
  EXPECT_EQ(error("1e-9"), DecimalError::Inexact);
  EXPECT_EQ(error("0.123456789"), DecimalError::Inexact);
  EXPECT_EQ(error("1e-99999999999999999999"), DecimalError::Inexact);
  EXPECT_EQ(error("92233720368.54775808"), DecimalError::OutOfRange);
  EXPECT_EQ(error("-92233720368.54775808"), DecimalError::OutOfRange) << "that count stands for absent";
  EXPECT_EQ(error("1e99999999999999999999"), DecimalError::OutOfRange);
  EXPECT_EQ(error("18446744073709551616"), DecimalError::OutOfRange) << "2^64 does not come round to 0";
}

TEST(Decimal, RefusesWhatIsNoNumber) {
  EXPECT_EQ(error(""), DecimalError::Empty);
  for (const char* text :
       {"-",  ".",   "-.",  "e5",  "1e",  "1e+",       "1.2.3",      "0x10",       "1,5",        " 1",   "1 ",
        "+1", "--1", "nan", "inf", "1_0", "12345678a", "1234567a.5", "1.2345678a", "1.2345678.", "\xFF", "1\xB0"}) {
    EXPECT_EQ(error(text), DecimalError::Malformed) << text;
  }
  EXPECT_EQ(error(std::string_view("1\0", 2)), DecimalError::Malformed);
}

TEST(Decimal, ScanStopsBehindTheNumber) {
  for (const std::string_view number :
       {"5", "61837.63", "0.00000001", "12345678", "123456789", "1234567890.12345678"}) {
    for (const std::string_view rest : {"\",\"q\":\"1\"}", ",", "]", ""}) {
      const std::string text = std::string(number) + std::string(rest);
      Price price;
      const char* const end = Price::scan(text.data(), text.data() + text.size(), price);
      ASSERT_EQ(end, text.data() + number.size()) << text;
      EXPECT_EQ(price, Price::parse(number));
    }
  }
}

TEST(Decimal, ScanLeavesToParseWhatIsNotPlain) {
  for (const std::string_view text :
       {"-1", "1e5", "1.5e5", ".5", "5.", "1.2.3", "12345678901", "0.123456789", "", "\"", "1.,1234567"}) {
    Price price;
    EXPECT_EQ(Price::scan(text.data(), text.data() + text.size(), price), nullptr) << text;
  }
}

TEST(Decimal, WritesAtLeastTheDecimalsAsked) {
  EXPECT_EQ(Price::from_raw(10'000'000).to_text(), "0.1");
  EXPECT_EQ(Price::from_raw(10'000'000).to_text(2), "0.10");
  EXPECT_EQ(Price::from_raw(10'000'001).to_text(2), "0.10000001");
  EXPECT_EQ(Price::from_int(-3).to_text(2), "-3.00");
  EXPECT_EQ(Price::from_int(100).to_text(), "100");
  EXPECT_EQ(Price::from_int(1).to_text(12), "1.000000000000");
  EXPECT_EQ(Price::from_raw(-1).to_text(), "-0.00000001");
  EXPECT_EQ(Price::from_raw(INT64_MAX).to_text(), "92233720368.54775807");
  EXPECT_EQ(Price::from_raw(INT64_MIN).to_text(), "-92233720368.54775808");
  EXPECT_EQ(Price::from_raw(0).to_text(), "0");
}

TEST(Decimal, ArithmeticSaysWhenItDoesNotFit) {
  const auto most = Price::from_raw(largest);
  const auto least = Price::from_raw(-largest);
  const auto one = Price::from_raw(1);
  EXPECT_EQ(checked_add(one, one), Price::from_raw(2));
  EXPECT_EQ(checked_add(most, one), std::nullopt);
  EXPECT_EQ(checked_subtract(least, one), std::nullopt) << "that count stands for absent";
  EXPECT_EQ(checked_multiply(most, 2), std::nullopt);
  EXPECT_EQ(checked_multiply(Price::from_raw(largest / 2 + 1), -2), std::nullopt) << "that count stands for absent";
  EXPECT_EQ(checked_add(Price::absent(), one), std::nullopt);
  EXPECT_EQ(checked_subtract(one, Price::absent()), std::nullopt);
  EXPECT_EQ(checked_multiply(Price::absent(), 0), std::nullopt);
}

TEST(Decimal, NotionalIsExactForTheLargestOperands) {
  const Int128 product = notional(Price::from_raw(largest), Quantity::from_raw(largest));
  EXPECT_EQ(product / largest, largest);
  EXPECT_EQ(product % largest, 0);
}

TEST(Decimal, FromDoubleTakesTheNearest) {
  EXPECT_EQ(Price::from_double(0.29)->raw(), 29'000'000);
  EXPECT_EQ(Price::from_double(-1.5)->raw(), -150'000'000);
  EXPECT_EQ(Price::from_double(92233720369.0).error(), DecimalError::OutOfRange);
  EXPECT_EQ(Price::from_double(std::numeric_limits<double>::quiet_NaN()).error(), DecimalError::Malformed);
  EXPECT_EQ(Price::from_double(std::numeric_limits<double>::infinity()).error(), DecimalError::Malformed);
}

}  // namespace
}  // namespace trunkline
