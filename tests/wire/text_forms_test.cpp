#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "trunkline/wire/json.hpp"
#include "trunkline/wire/line.hpp"

namespace trunkline::wire {
namespace {

alignas(8) std::byte storage[max_frame];

template <class... Arguments>
FrameView frame_of(const Arguments&... arguments) {
  encode(storage, arguments...);
  return *FrameView::parse(storage);
}

constexpr std::uint8_t none = 0;

TEST(Json, WritesATradeWithExactNumbersAsText) {
  const Trade trade{.symbol = 16842681295735137662ULL,
                    .exchange_time = Nanos{1723161253937000000},
                    .receive_time = Nanos{1723161253937085768},
                    .publish_delay = 900,
                    .source = 16,
                    .price = Price::from_raw(29'000'000),
                    .quantity = Quantity::from_raw(1),
                    .trade_id = 42};
  EXPECT_EQ(to_json(frame_of(trade, flag::side_buy, 5U)),
            R"({"type":"Trade","sequence":5,"flags":["side_buy"],"symbol":"16842681295735137662",)"
            R"("exchange_time":"1723161253937000000","receive_time":"1723161253937085768","publish_delay":900,)"
            R"("source":16,"detail":0,"price":"0.29","quantity":"0.00000001","trade_id":"42"})");
}

TEST(Json, WritesLevelsAsPairsAndWhatIsAbsentAsNull) {
  const std::vector<Level> bids{{Price::from_int(2), Quantity{}}, {Price::from_int(1), Quantity::from_int(3)}};
  const auto delta = nlohmann::json::parse(to_json(frame_of(L2Delta{}, bids, std::span<const Level>{}, none, 1U)));
  EXPECT_EQ(delta["bids"], nlohmann::json::parse(R"([["2","0"],["1","3"]])"));
  EXPECT_EQ(delta["asks"], nlohmann::json::array());

  const auto ticker =
      nlohmann::json::parse(to_json(frame_of(DerivativeTicker{.mark_price = Price::absent()}, none, 1U)));
  EXPECT_TRUE(ticker["mark_price"].is_null());
  EXPECT_EQ(ticker["funding_rate"], "0");
}

TEST(Json, NamesEnumsAndKeepsNumbersWithoutAName) {
  const auto status = nlohmann::json::parse(
      to_json(frame_of(BookStatus{.state = BookState::Live, .reason = static_cast<BookReason>(99)}, none, 1U)));
  EXPECT_EQ(status["state"], "Live");
  EXPECT_EQ(status["integrity"], "Unverified");
  EXPECT_EQ(status["reason"], 99);
}

TEST(Json, EscapesTextAndReplacesWhatIsNoUtf8) {
  const auto text_of = [](std::string_view text) {
    return nlohmann::json::parse(to_json(frame_of(SymbolMapping{}, text, std::string_view{}, none, 1U)))["text"]
        .get<std::string>();
  };
  EXPECT_EQ(text_of("a\"b\\c\n\x01\x7F"), "a\"b\\c\n\x01\x7F");
  EXPECT_EQ(text_of("\xE5\xB8\x81\xE5\xAE\x89-\xF0\x9F\x9A\x80"), "\xE5\xB8\x81\xE5\xAE\x89-\xF0\x9F\x9A\x80");
  EXPECT_EQ(text_of("a\xFFz"), "a\xEF\xBF\xBDz");
  EXPECT_EQ(text_of("\xC0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD") << "overlong";
  EXPECT_EQ(text_of("\xED\xA0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD") << "surrogate";
  EXPECT_EQ(text_of("\xE5\xB8"), "\xEF\xBF\xBD\xEF\xBF\xBD") << "cut short";
}

TEST(Json, GivesNothingForWhatIsNoMessage) {
  frame_of(Trade{}, none, 1U);
  storage[1] = std::byte{200};
  EXPECT_EQ(to_json(*FrameView::parse(storage)), "");
  EXPECT_NE(to_line(*FrameView::parse(storage)).find("type 200 #1 (unknown, 64 bytes)"), std::string::npos);
  storage[1] = std::byte{10};
  EXPECT_EQ(to_json(*FrameView::parse(storage)), "");
  EXPECT_NE(to_line(*FrameView::parse(storage)).find("Bar #1 (damaged, 64 bytes)"), std::string::npos);
}

TEST(Line, IsShortAndReadable) {
  const Trade trade{.symbol = 255,
                    .exchange_time = Nanos{0},
                    .receive_time = Nanos{1723161253937085768},
                    .price = Price::from_raw(29'000'000),
                    .quantity = Quantity::from_int(2),
                    .trade_id = 42};
  EXPECT_EQ(to_line(frame_of(trade, flag::side_sell, 5U), "binance:BTC-USDT"),
            "2024-08-08T23:54:13.937085768Z Trade #5 binance:BTC-USDT side_sell price=0.29 quantity=2 trade_id=42");
  EXPECT_NE(to_line(frame_of(trade, none, 5U)).find(" 00000000000000ff "), std::string::npos);
  const std::vector<Level> bids(5, Level{Price::from_int(2), Quantity::from_int(1)});
  EXPECT_NE(
      to_line(frame_of(L2Snapshot{}, bids, std::span<const Level>{}, none, 1U)).find("bids=[2x1 2x1 2x1 +2] asks=[]"),
      std::string::npos);
}

}  // namespace
}  // namespace trunkline::wire
