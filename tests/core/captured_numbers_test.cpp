// Every price and quantity that Binance was recorded sending, through Price and Quantity and back.
#include <gtest/gtest.h>
#include <string>
#include <string_view>

#include "support/captures.hpp"
#include "trunkline/core/decimal.hpp"

namespace trunkline {
namespace {

bool is_plain_decimal(std::string_view text) {
  const std::size_t point = text.find('.');
  const auto digits = [](std::string_view part) {
    return !part.empty() && part.find_first_not_of("0123456789") == std::string_view::npos;
  };
  if (point == std::string_view::npos) return digits(text);
  return digits(text.substr(0, point)) && digits(text.substr(point + 1));
}

int decimals_of(std::string_view text) {
  const std::size_t point = text.find('.');
  return point == std::string_view::npos ? 0 : static_cast<int>(text.size() - point - 1);
}

// Reads the quoted decimals of a message; Binance quotes all of its prices and quantities.
class Numbers {
 public:
  void visit(std::string_view message) {
    for (;;) {
      const std::size_t open = message.find('"');
      if (open == std::string_view::npos) return;
      const std::size_t close = message.find('"', open + 1);
      if (close == std::string_view::npos) return;
      check(message.substr(open + 1, close - open - 1));
      message.remove_prefix(close + 1);
    }
  }

  std::size_t seen = 0;

 private:
  void check(std::string_view text) {
    if (!is_plain_decimal(text)) return;
    ++seen;
    const auto price = Price::parse(text);
    ASSERT_TRUE(price) << text << ": " << to_text(price.error());
    ASSERT_EQ(price->to_text(decimals_of(text)), text);
    const auto quantity = Quantity::parse(text);
    ASSERT_TRUE(quantity) << text;
    ASSERT_EQ(quantity->to_text(decimals_of(text)), text);
  }
};

TEST(CapturedNumbers, ComeBackAsTheVenueWroteThem) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  std::size_t files = 0;
  std::size_t lines = 0;
  Numbers numbers;
  for (const auto& path : test::capture_files("binance")) {
    ++files;
    test::Capture capture(path);
    test::CaptureLine line;
    while (capture.next(line)) {
      ++lines;
      numbers.visit(line.message);
      ASSERT_FALSE(HasFatalFailure()) << path.filename();
    }
  }
  EXPECT_GE(files, 9U);
  EXPECT_GT(numbers.seen, 1'000'000U);
  RecordProperty("lines", std::to_string(lines));
  RecordProperty("numbers", std::to_string(numbers.seen));
}

}  // namespace
}  // namespace trunkline
