#include "trunkline/connector/event_reader.hpp"

#include <gtest/gtest.h>

#include "trunkline/connector/sequence_guard.hpp"

namespace trunkline::connector {
namespace {

constexpr Nanos moment{1'705'322'096'789'123'456};  // 2024-01-15T12:34:56.789123456Z

TEST(EventTime, IsReadInWhateverUnitItComes) {
  const auto to = [](Nanos unit) { return Nanos{moment.count() / unit.count() * unit.count()}; };
  EXPECT_EQ(read_time(std::int64_t{1'705'322'096'789'123'456}), moment);
  EXPECT_EQ(read_time(std::int64_t{1'705'322'096'789'123}), to(std::chrono::microseconds{1}));
  EXPECT_EQ(read_time(std::int64_t{1'705'322'096'789}), to(std::chrono::milliseconds{1}));
  EXPECT_EQ(read_time(std::int64_t{1'705'322'096}), to(std::chrono::seconds{1}));
  EXPECT_EQ(read_time("1705322096789"), to(std::chrono::milliseconds{1}));
  for (const char* const text :
       {"2024-01-15T12:34:56.789123456Z", "2024-01-15T12:34:56.789123456+00:00", "2024-01-15 12:34:56.789123456",
        "2024-01-15T14:04:56.789123456+01:30", "2024-01-15T07:34:56.789123456-0500"})
    EXPECT_EQ(read_time(text), moment) << text;
  EXPECT_EQ(read_time("2024-01-15T12:34:56Z"), to(std::chrono::seconds{1}));
  EXPECT_EQ(read_time("2024-02-29T00:00:00Z"), Nanos{1'709'164'800'000'000'000});
  EXPECT_EQ(read_time({}), Nanos{0});
  EXPECT_EQ(read_time(""), Nanos{0});
}

TEST(EventTime, RefusesWhatIsNone) {
  for (const char* const text :
       {"yesterday", "2024-01-15", "2024-13-15T12:34:56Z", "2023-02-29T00:00:00Z", "2024-01-15T25:00:00Z",
        "2024-01-15T12:34:56.Z", "2024-01-15T12:34:56.1234567890Z", "2024-01-15T12:34:56+1", "2024-01-15T12:34:56Zx",
        "1705322096789x", "-5", "1.5", "99999-01-01T00:00:00Z"})
    EXPECT_FALSE(read_time(text).has_value()) << text;
  EXPECT_FALSE(read_time(std::int64_t{-1}).has_value());
}

TEST(TradeFields, AreReadExactly) {
  const auto trade = read_trade({.timestamp = std::int64_t{5'000'000'000'000},
                                 .price = "0.00000001",
                                 .qty = "12345.5",
                                 .side = "BUY",
                                 .id = "77"});
  ASSERT_TRUE(trade.has_value());
  EXPECT_EQ(trade->price.raw(), 1);
  EXPECT_EQ(trade->quantity, *Quantity::parse("12345.5"));
  EXPECT_EQ(trade->side, TakerSide::Buy);
  EXPECT_EQ(trade->trade_id, 77U);
  EXPECT_EQ(read_trade({.price = "1", .qty = "1", .is_buyer_maker = true})->side, TakerSide::Sell);
  EXPECT_EQ(read_trade({.price = "1", .qty = "1"})->side, TakerSide::Unknown);
  EXPECT_EQ(read_trade({.price = "1", .qty = "1", .id = "a-b"})->trade_id, hash_symbol_text("a-b"));
}

TEST(TradeFields, SayWhatIsWrongWithThem) {
  const auto why = [](const TradeFields& fields) {
    const auto trade = read_trade(fields);
    return trade ? std::string() : trade.error().message;
  };
  EXPECT_NE(why({.price = "abc", .qty = "1"}).find("price \"abc\""), std::string::npos);
  EXPECT_NE(why({.price = "0.000000001", .qty = "1"}), "");
  EXPECT_NE(why({.price = "1", .qty = "-1"}).find("qty"), std::string::npos);
  EXPECT_NE(why({.price = "1", .qty = "0"}).find("above zero"), std::string::npos);
  EXPECT_NE(why({.price = "1", .qty = "1", .side = "long"}).find("buy or sell"), std::string::npos);
  EXPECT_NE(why({.price = "1", .qty = "1", .side = "buy", .is_buyer_maker = true}).find("is_buyer_maker"),
            std::string::npos);
  EXPECT_LT(why({.price = std::string(10'000, '9'), .qty = "1"}).size(), 200U);
}

TEST(DepthFields, AreReadWholeOrNotAtAll) {
  BookUpdate update;
  ASSERT_TRUE(read_depth({.bids = {{"1", "2"}}, .asks = {{"3", "4"}}, .last_update_id = 9}, update).has_value());
  EXPECT_EQ(update.kind, BookUpdateKind::Snapshot);
  EXPECT_EQ(update.update_id, 9U);
  EXPECT_EQ(update.asks.front().price, Price::from_int(3));
  update.clear();
  EXPECT_FALSE(read_depth({.bids = {{"1", "x"}}}, update).has_value());
  EXPECT_FALSE(read_depth({.timestamp = "never"}, update).has_value());
}

TEST(SequenceGuard, TellsOldOnesAndGaps) {
  SequenceGuard guard;
  EXPECT_EQ(guard.check(5), SequenceVerdict::InOrder);
  EXPECT_EQ(guard.check(6), SequenceVerdict::InOrder);
  EXPECT_EQ(guard.check(6), SequenceVerdict::Old);
  EXPECT_EQ(guard.check(9), SequenceVerdict::Gap);
  EXPECT_EQ(guard.check(8), SequenceVerdict::Old);
  EXPECT_EQ(guard.check(10), SequenceVerdict::InOrder);
  EXPECT_EQ(guard.missed(), 2U);
  guard.reset();
  EXPECT_EQ(guard.check(1), SequenceVerdict::InOrder);
  EXPECT_EQ(guard.gaps(), 1U);
}

}  // namespace
}  // namespace trunkline::connector
