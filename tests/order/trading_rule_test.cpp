#include <random>

#include "order/orders.hpp"

namespace trunkline::order::test {
namespace {

OrderResult<void> check_limit(const TradingRule& rule, std::string_view at, std::string_view quantity) {
  return check_rule(rule, OrderType::Limit, TimeInForce::Gtc, price(at), Price::absent(), amount(quantity), false,
                    Price::absent());
}

TEST(TradingRule, RoundsAmountsDownToTheStep) {
  const TradingRule rule = make_rule();
  EXPECT_EQ(quantize_amount(rule, amount("1.2349999")), amount("1.234"));
  EXPECT_EQ(quantize_amount(rule, amount("1.234")), amount("1.234"));
  EXPECT_EQ(quantize_amount(rule, amount("0.0009")), amount("0"));
  TradingRule any;
  EXPECT_EQ(quantize_amount(any, amount("0.00000001")), amount("0.00000001"));
}

TEST(TradingRule, RoundsPricesToThePassiveSide) {
  const TradingRule rule = make_rule();
  EXPECT_EQ(quantize_price(rule, price("100.019"), TradeType::Buy), price("100.01"));
  EXPECT_EQ(quantize_price(rule, price("100.011"), TradeType::Sell), price("100.02"));
  EXPECT_EQ(quantize_price(rule, price("100.01"), TradeType::Sell), price("100.01"));
  EXPECT_TRUE(quantize_price(rule, Price::absent(), TradeType::Buy).is_absent());
}

TEST(TradingRule, KeepsSignificantFiguresButNeverForbidsWholeNumbers) {
  TradingRule rule = make_rule();
  rule.tick = price("0.0001");
  rule.significant_figures = 5;
  EXPECT_EQ(quantize_price(rule, price("1234.56"), TradeType::Buy), price("1234.5"));
  EXPECT_EQ(quantize_price(rule, price("1234.56"), TradeType::Sell), price("1234.6"));
  EXPECT_EQ(quantize_price(rule, price("0.0123456"), TradeType::Buy), price("0.0123"));
  EXPECT_EQ(quantize_price(rule, price("123456.7"), TradeType::Buy), price("123456"));
  EXPECT_EQ(quantize_price(rule, price("123456.7"), TradeType::Sell), price("123457"));
  EXPECT_EQ(quantize_price(rule, price("9999.99"), TradeType::Sell), price("10000"));
}

// Exact: a price of the rule, not on the other side of what was asked, and less than one step away.
TEST(TradingRule, QuantisesExactlyWhateverIsAsked) {
  std::mt19937_64 random(20'261'121);
  for (int i = 0; i < 20'000; ++i) {
    TradingRule rule;
    rule.tick = Price::from_raw(1 + static_cast<std::int64_t>(random() % 1'000'000));
    rule.step = Quantity::from_raw(1 + static_cast<std::int64_t>(random() % 1'000'000));
    const Price asked = Price::from_raw(static_cast<std::int64_t>(random() % 1'000'000'000'000));
    const Price bid = quantize_price(rule, asked, TradeType::Buy);
    const Price ask = quantize_price(rule, asked, TradeType::Sell);
    ASSERT_EQ(bid.raw() % rule.tick.raw(), 0);
    ASSERT_EQ(ask.raw() % rule.tick.raw(), 0);
    ASSERT_TRUE(bid <= asked && asked.raw() - bid.raw() < rule.tick.raw());
    ASSERT_TRUE(ask >= asked && ask.raw() - asked.raw() < rule.tick.raw());
    const Quantity wanted = Quantity::from_raw(static_cast<std::int64_t>(random() % 1'000'000'000'000));
    const Quantity got = quantize_amount(rule, wanted);
    ASSERT_EQ(got.raw() % rule.step.raw(), 0);
    ASSERT_TRUE(got <= wanted && wanted.raw() - got.raw() < rule.step.raw());
  }
}

TEST(TradingRule, RefusesWhatTheVenueWouldRefuse) {
  TradingRule rule = make_rule();
  rule.minimum_price = price("1");
  rule.maximum_price = price("100000");
  EXPECT_TRUE(check_limit(rule, "100", "0.05"));
  const auto refusal = [&](std::string_view at, std::string_view quantity) {
    const auto answer = check_limit(rule, at, quantity);
    EXPECT_FALSE(answer) << at << ' ' << quantity;
    if (answer) return std::string();
    EXPECT_EQ(answer.error().outcome, OrderOutcome::NotSent);
    EXPECT_EQ(answer.error().reason, OrderReason::InvalidOrder);
    return answer.error().message;
  };
  EXPECT_EQ(refusal("100", "0.049"), "fake:BTC-USDT: 0.049 at 100 is worth less than the least, 5");
  EXPECT_EQ(refusal("100", "0"), "fake:BTC-USDT: nothing is left of the amount in steps of 0.001");
  EXPECT_EQ(refusal("10000", "0.0005"), "fake:BTC-USDT: amount 0.0005 is below the least, 0.001");
  EXPECT_EQ(refusal("100", "100.001"), "fake:BTC-USDT: amount 100.001 is above the most, 100");
  EXPECT_EQ(refusal("0", "1"), "fake:BTC-USDT: this order needs a price above 0");
  EXPECT_EQ(refusal("100.001", "1"), "fake:BTC-USDT: price 100.001 is off the tick 0.01");
  EXPECT_EQ(refusal("0.99", "50"), "fake:BTC-USDT: price 0.99 is below the least, 1");
  EXPECT_EQ(refusal("100001", "1"), "fake:BTC-USDT: price 100001 is above the most, 100000");
  rule.trading = false;
  EXPECT_EQ(refusal("100", "1"), "fake:BTC-USDT is not trading");
}

TEST(TradingRule, RefusesTypesAndTimesThatTheVenueDoesNotHave) {
  const TradingRule rule = make_rule();
  const auto check = [&](OrderType type, TimeInForce time, bool reduce_only) {
    return check_rule(rule, type, time, price("100"), price("90"), amount("1"), reduce_only, Price::absent());
  };
  EXPECT_EQ(check(OrderType::TakeProfitMarket, TimeInForce::Gtc, false).error().reason, OrderReason::Unsupported);
  EXPECT_EQ(check(OrderType::Limit, TimeInForce::Fok, false).error().message,
            "fake:BTC-USDT takes no time in force Fok");
  EXPECT_EQ(check(OrderType::Limit, TimeInForce::Gtc, true).error().reason, OrderReason::Unsupported);
  EXPECT_TRUE(check(OrderType::StopLimit, TimeInForce::Gtc, false));
}

TEST(TradingRule, ConditionalOrdersNeedATriggerAndMarketOrdersAreValuedByTheBook) {
  const TradingRule rule = make_rule();
  EXPECT_FALSE(check_rule(rule, OrderType::StopMarket, TimeInForce::Gtc, Price::absent(), Price::absent(), amount("1"),
                          false, Price::absent()));
  EXPECT_TRUE(check_rule(rule, OrderType::Market, TimeInForce::Gtc, Price::absent(), Price::absent(), amount("0.001"),
                         false, Price::absent()))
      << "what it is worth is not known: the venue decides";
  EXPECT_FALSE(check_rule(rule, OrderType::Market, TimeInForce::Gtc, Price::absent(), Price::absent(), amount("0.001"),
                          false, price("100")));
}

}  // namespace
}  // namespace trunkline::order::test
