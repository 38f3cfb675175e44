// What is asked for by HTTP: market hours and what silence means in them, halts, latest values, corporate actions.
#include <gtest/gtest.h>

#include "venue/alpaca/harness.hpp"

namespace trunkline::venue::alpaca::test {
namespace {

using wire::TradingStatus;
constexpr Channels trades_only{Channel::Trades};

std::string trade_at(int id, const Harness& h) {
  return R"([{"T":"t","S":"AAPL","i":)" + std::to_string(id) + R"(,"x":"V","p":1,"s":1,"t":")" + to_iso8601(h.now) +
         "\"}]";
}

TEST(Requests, CarryTheKeyAndStayBelowTheLimit) {
  Harness h(stocks());
  h.auto_rest = false;
  h.start();
  ASSERT_FALSE(h.requests.empty());
  for (const Request& request : h.requests) {
    ASSERT_EQ(request.headers.size(), 2U);
    EXPECT_EQ(request.headers[0], (std::pair<std::string, std::string>{"APCA-API-KEY-ID", "the-key"}));
    EXPECT_EQ(request.headers[1], (std::pair<std::string, std::string>{"APCA-API-SECRET-KEY", "the-secret"}));
    EXPECT_EQ(request.url.find("the-secret"), std::string::npos);
  }
  EXPECT_TRUE(h.asked_for("https://paper-api.alpaca.markets/v2/assets?status=active&asset_class=us_equity"));
  EXPECT_TRUE(h.asked_for("/v2/calendar?start=2026-11-16&end=2026-12-28"));
  EXPECT_TRUE(h.asked_for("/v2/clock"));
  EXPECT_LE(h.venue().limits().weight_per_minute, 200U);
}

TEST(MarketHours, PhasesAreTheStatusOfEverySymbol) {
  Harness h(stocks({"AAPL", "MSFT"}, trades_only));
  h.now = *read_time("2026-11-23T08:59:55Z");  // 3:59:55 in New York
  h.clock = R"({"timestamp":"2026-11-23T03:59:55-05:00","is_open":false})";
  h.start();
  EXPECT_EQ(h.venue().phase(), Phase::Closed);
  EXPECT_EQ(h.mappings.at("alpaca:AAPL").status, TradingStatus::Closed);
  const struct {
    const char* time;
    TradingStatus status;
  } table[] = {{"2026-11-23T09:00:00Z", TradingStatus::PreOpen},    {"2026-11-23T14:30:00Z", TradingStatus::Trading},
               {"2026-11-23T21:00:00Z", TradingStatus::AfterHours}, {"2026-11-24T01:00:00Z", TradingStatus::Closed},
               {"2026-11-26T15:00:00Z", TradingStatus::Closed},     {"2026-11-27T17:59:58Z", TradingStatus::Trading},
               {"2026-11-27T18:00:00Z", TradingStatus::AfterHours}, {"2026-11-27T22:00:00Z", TradingStatus::Closed}};
  for (const auto& row : table) {
    h.now = *read_time(row.time) - 1ms;
    h.tick(1s + 1ms);
    EXPECT_EQ(h.mappings.at("alpaca:AAPL").status, row.status) << row.time;
    EXPECT_EQ(h.mappings.at("alpaca:MSFT").status, row.status) << row.time;
  }
}

TEST(MarketHours, SilenceCountsInRegularHoursAlone) {
  for (const bool regular : {true, false}) {
    Harness h(stocks({"AAPL"}, trades_only));
    if (!regular) {
      h.now = *read_time("2026-11-23T22:00:00Z");  // after hours
      h.clock = R"({"timestamp":"2026-11-23T17:00:00-05:00","is_open":false})";
    }
    h.start();
    for (int i = 0; i < 200; ++i) {
      h.tick(50ms);
      h.bytes(trade_at(i, h));
    }
    h.ticks(10s);
    EXPECT_EQ(h.event_counts["channel_silent"], regular ? 1 : 0);
    EXPECT_EQ(h.trades.size(), 200U);
  }
}

TEST(MarketHours, ExtendedHoursCountWhereConfigured) {
  AlpacaConfig config = stocks({"AAPL"}, trades_only);
  config.extended_hours = true;
  Harness h(config);
  h.now = *read_time("2026-11-23T22:00:00Z");
  h.clock = R"({"timestamp":"2026-11-23T17:00:00-05:00","is_open":false})";
  h.start();
  for (int i = 0; i < 200; ++i) {
    h.tick(50ms);
    h.bytes(trade_at(i, h));
  }
  h.ticks(10s);
  EXPECT_EQ(h.event_counts["channel_silent"], 1);
}

TEST(MarketHours, TheCloseIsNoSilence) {
  Harness h(stocks({"AAPL"}, trades_only));
  h.now = *read_time("2026-11-23T20:59:48Z");
  h.clock = R"({"timestamp":"2026-11-23T15:59:48-05:00","is_open":true})";
  h.start();
  for (int i = 0; i < 200; ++i) {
    h.tick(50ms);
    h.bytes(trade_at(i, h));
  }
  h.ticks(60s);
  EXPECT_EQ(h.venue().phase(), Phase::Post);
  EXPECT_EQ(h.event_counts["channel_silent"], 0);
}

TEST(MarketHours, WithoutACalendarNothingIsCalledSilent) {
  Harness h(stocks({"AAPL"}, trades_only));
  h.calendar.clear();
  h.start();
  for (int i = 0; i < 200; ++i) {
    h.tick(50ms);
    h.bytes(trade_at(i, h));
  }
  h.ticks(10s);
  EXPECT_EQ(h.venue().phase(), Phase::Unknown);
  EXPECT_EQ(h.event_counts["channel_silent"], 0);
}

TEST(MarketHours, TheVenuesClockOverrulesTheCalendar) {
  Harness h(stocks({"AAPL"}, trades_only));
  h.clock = R"({"timestamp":"2026-11-23T10:00:00-05:00","is_open":false})";  // closed against the calendar
  h.start();
  EXPECT_EQ(h.event_counts["calendar_contradicted"], 1);
  EXPECT_EQ(h.venue().phase(), Phase::Closed);
  for (int i = 0; i < 700 && !h.asked_for("/v2/clock"); ++i) h.tick(100ms);
  h.answer("/v2/clock", 200, R"({"timestamp":"2026-11-23T10:01:00-05:00","is_open":true})");
  EXPECT_EQ(h.venue().phase(), Phase::Regular);
}

TEST(MarketHours, AroundTheOpenBothMayBeRight) {
  Harness h(stocks({"AAPL"}, trades_only));
  h.now = *read_time("2026-11-23T14:30:05Z");
  h.clock = R"({"timestamp":"2026-11-23T09:29:58-05:00","is_open":false})";
  h.start();
  EXPECT_EQ(h.event_counts["calendar_contradicted"], 0);
  EXPECT_EQ(h.venue().phase(), Phase::Regular);
}

TEST(Halts, StopASymbolUntilItResumes) {
  Harness h(stocks({"AAPL", "STRR"}));
  h.start();
  const auto status = [](const char* symbol, const char* code) {
    return std::string(R"([{"T":"s","S":")") + symbol + R"(","t":"2026-11-23T15:00:00Z","sc":")" + code +
           R"(","sm":"x","rc":"T12","rm":"y","z":"C"}])";
  };
  h.bytes(status("STRR", "H"));
  EXPECT_EQ(h.mappings.at("alpaca:STRR").status, TradingStatus::Halted);
  EXPECT_EQ(h.mappings.at("alpaca:AAPL").status, TradingStatus::Trading);
  h.bytes(status("STRR", "Q"));  // quotes resume, trading does not yet
  EXPECT_EQ(h.mappings.at("alpaca:STRR").status, TradingStatus::Halted);
  h.bytes(status("STRR", "T"));
  EXPECT_EQ(h.mappings.at("alpaca:STRR").status, TradingStatus::Trading);
  for (const char* code : {"2", "P"}) {
    h.bytes(status("AAPL", code));
    EXPECT_EQ(h.mappings.at("alpaca:AAPL").status, TradingStatus::Halted);
    h.bytes(status("AAPL", "3"));
    EXPECT_EQ(h.mappings.at("alpaca:AAPL").status, TradingStatus::Trading);
  }
  EXPECT_EQ(h.event_counts["trading_status"], 7);
  h.bytes(R"([{"T":"l","S":"AAPL","u":3.24,"d":2.65,"i":"B","t":"2026-11-23T15:00:00Z","z":"B"}])");
  ASSERT_EQ(h.bands.size(), 1U);
  EXPECT_EQ(h.bands[0].upper, price("3.24"));
  EXPECT_EQ(h.bands[0].lower, price("2.65"));
  EXPECT_EQ(h.bands[0].detail, 'B' << 8);
}

TEST(LatestValues, AreAskedForAtTheStartAndNeverGoBack) {
  Harness h(stocks({"AAPL", "MSFT"}));
  h.start();
  h.tick();
  EXPECT_TRUE(h.asked_for("https://data.alpaca.markets/v2/stocks/trades/latest?symbols=AAPL%2CMSFT&feed=iex"));
  h.bytes(R"([{"T":"t","S":"MSFT","i":9,"x":"V","p":500,"s":1,"t":"2026-11-23T15:00:00Z"}])");
  h.answer("trades/latest", 200,
           R"({"trades":{"AAPL":{"t":"2026-11-23T14:59:00Z","x":"D","p":161.2958,"s":100,"c":["@"],"i":22730,"z":"C"},
               "MSFT":{"t":"2026-11-23T14:58:00Z","x":"D","p":499,"s":1,"c":["@"],"i":5,"z":"C"},"NONE":{"t":1}}})");
  ASSERT_EQ(h.trades.size(), 2U);
  EXPECT_EQ(h.trades[1].price, price("161.2958"));
  EXPECT_EQ(h.trades[1].detail, 'D' << 8 | trade_detail::from_history);
  EXPECT_EQ(h.event_counts["request_failed"], 1);  // NONE, alone
  h.answer(
      "quotes/latest", 200,
      R"({"quotes":{"AAPL":{"t":"2026-11-23T14:59:00Z","ax":"P","ap":161.11,"as":13,"bx":"K","bp":161.1,"bs":2,"c":["R"],"z":"C"}}})");
  ASSERT_EQ(h.quotes.size(), 1U);
  EXPECT_EQ(h.quotes[0].ask_quantity, quantity("13"));
  h.answer("quotes/latest", 200, R"({"trades":{}})");
  EXPECT_EQ(h.trades.size(), 2U);
}

TEST(CorporateActions, AreToldOnceAndAgainWhenTheyChange) {
  AlpacaConfig config = stocks({"AAPL"}, trades_only);
  Harness h(config);
  h.start();
  const auto body = [](const std::string& rate) {
    return R"({"corporate_actions":{"cash_dividends":[{"id":"a1","ex_date":"2026-11-24","rate":)" + rate +
           R"(,"symbol":"AAPL","payable_date":null},{"id":"a2","rate":1,"symbol":"OTHER"},{"id":"a3"}],
            "spin_offs":[{"id":"b","source_symbol":"AAPL","new_symbol":"SRM","source_rate":19.35,"new_rate":1}],
            "things_to_come":[{"a":1}]},"next_page_token":null})";
  };
  const auto poll = [&](const std::string& reply) {
    h.now += 1h;
    for (int i = 0; i < 100 && !h.asked_for("corporate-actions"); ++i) h.tick();
    ASSERT_TRUE(h.answer("corporate-actions", 200, reply));
  };
  poll(body("0.125"));
  ASSERT_EQ(h.actions.size(), 2U);
  EXPECT_EQ(h.actions[0].kind, wire::CorporateActionKind::CashDividend);
  EXPECT_EQ(h.actions[0].cash, *Rate::parse("0.125"));
  EXPECT_TRUE(h.actions[0].new_rate.is_absent());
  EXPECT_EQ(h.actions[0].ex_date, 20261124U);
  EXPECT_EQ(h.actions[0].payable_date, 0U);
  EXPECT_EQ(h.action_others[1], "alpaca:SRM");
  EXPECT_EQ(h.actions[1].old_rate, *Rate::parse("19.35"));
  EXPECT_EQ(h.event_counts["request_failed"], 1);  // a3 names no symbol
  poll(body("0.125"));
  EXPECT_EQ(h.actions.size(), 2U);
  poll(body("0.13"));
  ASSERT_EQ(h.actions.size(), 3U);
  EXPECT_EQ(h.actions[2].cash, *Rate::parse("0.13"));
}

TEST(CorporateActions, PagesAreFollowedToTheEnd) {
  Harness h(stocks({"AAPL"}, trades_only));
  h.start();
  h.now += 1h;
  for (int i = 0; i < 100 && !h.asked_for("corporate-actions"); ++i) h.tick();
  h.answer("corporate-actions", 200, R"({"corporate_actions":{},"next_page_token":"ab|c="})");
  h.tick();
  EXPECT_TRUE(h.asked_for("page_token=ab%7Cc%3D"));
  h.answer("page_token", 500, "");
  h.ticks(3s);
  ASSERT_TRUE(h.asked_for("page_token=ab%7Cc%3D"));
  h.answer("page_token", 200, R"({"corporate_actions":{},"next_page_token":null})");
  h.ticks(2s);
  EXPECT_FALSE(h.asked_for("corporate-actions"));
}

TEST(ReferenceData, RefusesOneAssetAloneAndKeepsTheActiveOneOfATicker) {
  const auto catalog = parse_assets(Market::Stocks, "alpaca",
                                    R"([{"class":"us_equity","symbol":"A","status":"inactive"},{"class":"us_equity"},
      {"class":"us_equity","symbol":"A","status":"active"},{"class":"crypto","symbol":"BTC/USD","status":"active"},
      {"class":"us_equity","symbol":"BRK.B","status":"active","price_increment":-1},{"class":"us_equity","symbol":7}])");
  ASSERT_TRUE(catalog.has_value());
  ASSERT_EQ(catalog->instruments.size(), 1U);
  EXPECT_EQ(catalog->instruments[0].status, TradingStatus::Trading);
  EXPECT_EQ(catalog->refused.size(), 3U);
  const auto coins = parse_assets(Market::Crypto, "alpaca_crypto",
                                  R"([{"class":"crypto","symbol":"BTCUSD","status":"active"},
      {"class":"crypto","symbol":"SHIB/USD","status":"active","price_increment":"0.00000001"}])");
  ASSERT_TRUE(coins.has_value());
  ASSERT_EQ(coins->instruments.size(), 1U);
  EXPECT_EQ(coins->instruments[0].text, "alpaca_crypto:SHIB-USD");
  EXPECT_EQ(coins->instruments[0].price_decimals, 8);
  for (const char* body :
       {"", "{}", "[", "[{]", "[] []", R"({"code":40110000,"message":"request is not authorized"})"}) {
    EXPECT_FALSE(parse_assets(Market::Stocks, "alpaca", body)) << body;
  }
}

}  // namespace
}  // namespace trunkline::venue::alpaca::test
