#include "trunkline/hub/order_command.hpp"

#include <gtest/gtest.h>

namespace trunkline::hub {
namespace {

using namespace order;

constexpr Nanos now = std::chrono::seconds{1'700'000'000};

Result<PlaceCommand> place(std::string_view body) {
  return parse_place(body, now);
}

TEST(OrderCommand, ReadsAnOrderWithoutLosingADigit) {
  const auto read = place(
      R"({"symbol":"binance:BTC-USDT","side":"sell","amount":"0.00000001","price":"60000.01","type":"limit","post_only":true,
          "client_order_id":"mine","extra":{"selfTradePreventionMode":"NONE"},"live":true})");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->side, TradeType::Sell);
  EXPECT_EQ(read->symbol.exchange, "binance");
  EXPECT_EQ(read->params.amount.value()->raw(), 1);
  EXPECT_EQ(read->params.price.value()->to_text(), "60000.01");
  EXPECT_TRUE(read->params.post_only);
  EXPECT_TRUE(read->live);
  EXPECT_EQ(read->params.client_order_id, "mine");
  ASSERT_EQ(read->params.extra_params.size(), 1U);
}

TEST(OrderCommand, AnOrderWithoutAPriceIsAtTheMarket) {
  const auto read = place(R"({"symbol":"binance:BTC-USDT","side":"buy","amount":1})");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->params.order_type, OrderType::Market);
  EXPECT_FALSE(read->live);
}

TEST(OrderCommand, TakesWordsInAnyoneSpelling) {
  for (const char* word : {"stop-limit", "StopLimit", "STOP_LIMIT"}) {
    const auto read = place(
        std::string(
            R"({"symbol":"binance:BTC-USDT","side":"BUY","amount":"1","price":"2","trigger_price":"3","type":")") +
        word + "\"}");
    ASSERT_TRUE(read) << read.error().message;
    EXPECT_EQ(read->params.order_type, OrderType::StopLimit);
  }
}

TEST(OrderCommand, AGoodTillMakesTheOrderGtd) {
  const auto read = place(R"({"symbol":"binance:BTC-USDT","side":"buy","amount":"1","price":"2","good_till":"10m"})");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->params.time_in_force, TimeInForce::Gtd);
  EXPECT_EQ(read->params.good_till, now + std::chrono::minutes{10});
  EXPECT_EQ(parse_good_till("2023-11-14T22:13:20Z", Nanos{0}), now);
  EXPECT_FALSE(parse_good_till("soon", now));
}

TEST(OrderCommand, RefusesWhatIsWrongWithWords) {
  const std::pair<const char*, const char*> wrong[] = {
      {"[]", "must be a JSON object"},
      {R"({"symbol":"binance:BTC-USDT","side":"buy","amount":0.01})", "amount: expected a text"},
      {R"({"symbol":"binance:BTC-USDT","side":"buy","ammount":"1"})", "did you mean \"amount\"?"},
      {R"({"symbol":"binance:BTC-USDT","side":"by","amount":"1"})", "side: \"by\" is none of Buy, Sell"},
      {R"({"symbol":"binance:BTC-USDT","amount":"1"})", "side: buy or sell"},
      {R"({"symbol":"binance:BTC-USDT","side":"buy"})", "amount: how much"},
      {R"({"symbol":"binance:BTC-USDT","side":"buy","amount":"1","type":"limit"})", "price: a Limit order needs one"},
      {R"({"symbol":"binance:BTC-USDT","side":"buy","amount":"1","price":"2","type":"market"})", "has none"},
      {R"({"symbol":"binance:BTC-USDT","side":"buy","amount":"1","type":"stop-market"})",
       "trigger_price: a StopMarket"},
      {R"({"symbol":"binance:BTC-USDT","side":"buy","amount":"1","live":"yes"})", "live: expected true or false"},
      {R"({"symbol":"BTC-USDT","side":"buy","amount":"1"})", ""},
  };
  for (const auto& [body, words] : wrong) {
    const auto read = place(body);
    ASSERT_FALSE(read) << body;
    EXPECT_NE(read.error().message.find(words), std::string::npos) << read.error().message;
  }
  EXPECT_FALSE(parse_amend("{}"));
  EXPECT_FALSE(parse_amend(R"({"price":60001.5})"));
  EXPECT_TRUE(parse_amend(R"({"price":"60001.5"})"));
  EXPECT_FALSE(parse_state(R"({"state":"Off"})"));
  EXPECT_EQ(parse_state(R"({"state":"halted"})")->state, TradingState::Halted);
}

}  // namespace
}  // namespace trunkline::hub
