// Spot orders over the WebSocket API, as a client sees them, and the books of record after it.
#include "trader.hpp"

namespace trunkline::sandbox::test {
namespace {

struct Spot : ::testing::Test {
  std::unique_ptr<binance::BinanceSandbox> sandbox = start(trading_options());
  Loop loop;
  Api api{loop, sandbox->port(Market::Spot)};
  Rest control{loop, sandbox->port(Market::Spot)};

  void SetUp() override { ASSERT_TRUE(api.socket.opened()); }
  json subscribe() { return api.call("userDataStream.subscribe.signature"); }
  json books() { return control.get("/sandbox/account?key=sandbox-key").parsed(); }
  json recorded(const std::string& client_id) {
    const json all = books();
    for (const json& order : all["orders"])
      if (order["client_id"] == client_id) return order;
    return {};
  }
  json fill(const std::string& client_id, const std::string& quantity) {
    return control
        .post("/sandbox/account/fill",
              json{{"key", "sandbox-key"}, {"client_id", client_id}, {"quantity", quantity}}.dump())
        .parsed();
  }
  json balance(const std::string& asset) { return books()["balances"]["spot"][asset]; }
};

TEST_F(Spot, RestingOrderIsTakenToldFilledByOthersAndCancelled) {
  ASSERT_EQ(subscribe()["status"], 200);
  const json before = balance("USDT");
  const json placed = api.call("order.place", limit_order("BUY", "60000.00", "0.01000", "first"));
  ASSERT_EQ(placed["status"], 200) << placed;
  EXPECT_EQ(placed["result"]["status"], "NEW");
  EXPECT_EQ(placed["result"]["price"], "60000.00000000");
  EXPECT_EQ(placed["result"]["clientOrderId"], "first");
  EXPECT_EQ(placed["rateLimits"].size(), 3U);
  const json told = api.event("executionReport");
  EXPECT_EQ(told["x"], "NEW");
  EXPECT_EQ(told["c"], "first");
  EXPECT_EQ(told["i"], placed["result"]["orderId"]);
  EXPECT_EQ(told["t"], -1);
  const json position = api.event("outboundAccountPosition");
  EXPECT_EQ(position["B"][1]["a"], "USDT");
  EXPECT_EQ(position["B"][1]["l"], "600.00000000");
  EXPECT_EQ(balance("USDT")["locked"], "600");

  ASSERT_EQ(fill("first", "0.004")["cumulative_quantity"], "0.004");
  const json traded = api.event("executionReport");
  EXPECT_EQ(traded["x"], "TRADE");
  EXPECT_EQ(traded["X"], "PARTIALLY_FILLED");
  EXPECT_EQ(traded["l"], "0.00400000");
  EXPECT_EQ(traded["L"], "60000.00000000");
  EXPECT_EQ(traded["n"], "0.00000400");
  EXPECT_EQ(traded["N"], "BTC");
  EXPECT_TRUE(traded["m"].get<bool>());
  EXPECT_EQ(balance("USDT")["locked"], "360");
  EXPECT_EQ(raw(before["free"]) - raw(balance("USDT")["free"]), Quantity::from_int(600).raw());

  const json cancelled = api.call("order.cancel", {{"symbol", "BTCUSDT"}, {"origClientOrderId", "first"}});
  ASSERT_EQ(cancelled["status"], 200) << cancelled;
  EXPECT_EQ(cancelled["result"]["status"], "CANCELED");
  EXPECT_EQ(cancelled["result"]["executedQty"], "0.00400000");
  const json gone = api.event("executionReport");
  EXPECT_EQ(gone["x"], "CANCELED");
  EXPECT_EQ(gone["C"], "first");
  EXPECT_EQ(gone["c"], cancelled["result"]["clientOrderId"]);
  EXPECT_EQ(balance("USDT")["locked"], "0");
  EXPECT_EQ(raw(before["free"]) - raw(balance("USDT")["free"]), Quantity::from_int(240).raw());

  const json record = recorded("first");
  EXPECT_EQ(record["state"], "cancelled");
  EXPECT_EQ(record["cumulative_quantity"], "0.004");
  ASSERT_EQ(record["fills"].size(), 1U);
  EXPECT_EQ(record["fills"][0]["trade_id"], traded["t"]);
  EXPECT_EQ(record["fills"][0]["fee"], "0.000004");
  EXPECT_EQ(api.call("order.cancel", {{"symbol", "BTCUSDT"}, {"origClientOrderId", "first"}})["error"]["code"], -2011);
  EXPECT_EQ(api.call("order.status", {{"symbol", "BTCUSDT"}, {"origClientOrderId", "first"}})["result"]["status"],
            "CANCELED");
  EXPECT_EQ(api.call("order.status", {{"symbol", "BTCUSDT"}, {"origClientOrderId", "other"}})["error"]["code"], -2013);
}

TEST_F(Spot, MarketOrderTradesAtOnceAndPaysTheTakersFee) {
  const json before = balance("BTC");
  const json placed = api.call("order.place", {{"symbol", "BTCUSDT"},
                                               {"side", "BUY"},
                                               {"type", "MARKET"},
                                               {"quantity", "0.05"},
                                               {"newClientOrderId", "taker"},
                                               {"newOrderRespType", "FULL"}});
  ASSERT_EQ(placed["status"], 200) << placed;
  EXPECT_EQ(placed["result"]["status"], "FILLED");
  EXPECT_EQ(placed["result"]["executedQty"], "0.05000000");
  ASSERT_FALSE(placed["result"]["fills"].empty());
  std::int64_t fees = 0;
  for (const json& one : placed["result"]["fills"]) fees += raw(one["commission"]);
  EXPECT_EQ(raw(balance("BTC")["free"]) - raw(before["free"]), 5'000'000 - fees);
  const json trades = api.call("myTrades", {{"symbol", "BTCUSDT"}});
  EXPECT_EQ(trades["result"].size(), placed["result"]["fills"].size());
  // What it took is in the public record as anyone's.
  const auto told = control.get("/api/v3/trades?symbol=BTCUSDT&limit=1000").parsed();
  const auto id = placed["result"]["fills"][0]["tradeId"];
  EXPECT_TRUE(std::any_of(told.begin(), told.end(), [&](const json& trade) { return trade["id"] == id; }));
}

TEST_F(Spot, OpenOrdersAndAccountTellWhatIsThere) {
  api.call("order.place", limit_order("BUY", "55000.00", "0.01", "a"));
  api.call("order.place", limit_order("SELL", "70000.00", "0.02", "b"));
  const json open = api.call("openOrders.status", {{"symbol", "BTCUSDT"}});
  ASSERT_EQ(open["result"].size(), 2U);
  EXPECT_EQ(open["result"][1]["clientOrderId"], "b");
  EXPECT_TRUE(open["result"][0]["isWorking"].get<bool>());
  const json account = api.call("account.status");
  for (const json& one : account["result"]["balances"]) {
    const std::string locked = one["asset"] == "BTC" ? "0.02000000" : "550.00000000";
    EXPECT_EQ(one["locked"], locked) << one;
  }
  EXPECT_EQ(api.call("openOrders.cancelAll", {{"symbol", "BTCUSDT"}})["result"].size(), 2U);
  EXPECT_EQ(api.call("openOrders.status", {{"symbol", "BTCUSDT"}})["result"].size(), 0U);
  EXPECT_EQ(api.call("openOrders.cancelAll", {{"symbol", "BTCUSDT"}})["error"]["code"], -2011);
}

TEST_F(Spot, RefusalsAreNamedAsTheVenueNamesThem) {
  const auto refused = [&](json order) {
    const json reply = api.call("order.place", order);
    return fmt::format("{} {}", reply["error"]["code"].dump(), reply["error"]["msg"].dump());
  };
  EXPECT_EQ(refused(limit_order("BUY", "60000.001", "0.01")), R"(-1013 "Filter failure: PRICE_FILTER")");
  EXPECT_EQ(refused(limit_order("BUY", "60000.00", "0.000001")), R"(-1013 "Filter failure: LOT_SIZE")");
  EXPECT_EQ(refused(limit_order("BUY", "60000.00", "0.00001")), R"(-1013 "Filter failure: NOTIONAL")");
  EXPECT_EQ(refused(limit_order("BUY", "60000.000000001", "0.01")),
            R"(-1111 "Parameter 'price' has too much precision.")");
  EXPECT_EQ(refused(limit_order("BUY", "60000.00", "1000")),
            R"(-2010 "Account has insufficient balance for requested action.")");
  EXPECT_EQ(refused({{"symbol", "BTCUSDT"}, {"side", "BUY"}, {"type", "LIMIT"}, {"quantity", "1"}, {"price", "1.00"}}),
            R"(-1102 "Mandatory parameter 'timeInForce' was not sent, was empty/null, or malformed.")");
  json maker = limit_order("BUY", "70000.00", "0.01");
  maker["type"] = "LIMIT_MAKER";
  maker.erase("timeInForce");
  EXPECT_EQ(refused(maker), R"(-2010 "Order would immediately match and take.")");
  json nowhere = limit_order("BUY", "60000.00", "0.01");
  nowhere["symbol"] = "NOPEUSDT";
  EXPECT_EQ(refused(nowhere), R"(-1121 "Invalid symbol.")");
}

TEST_F(Spot, ClientIdIsTakenOnlyWhileItsOrderIsOpen) {
  const json order = limit_order("BUY", "55000.00", "0.01", "same");
  EXPECT_EQ(api.call("order.place", order)["status"], 200);
  const json again = api.call("order.place", order);
  EXPECT_EQ(again["error"]["code"], -2010);
  EXPECT_EQ(again["error"]["msg"], "Duplicate order sent.");
  api.call("order.cancel", {{"symbol", "BTCUSDT"}, {"origClientOrderId", "same"}});
  EXPECT_EQ(api.call("order.place", order)["status"], 200);
  EXPECT_EQ(books()["orders"].size(), 2U);
}

TEST_F(Spot, ImmediateOrdersExpireWithWhatIsLeft) {
  subscribe();
  json order = limit_order("BUY", "55000.00", "0.01", "ioc");
  order["timeInForce"] = "IOC";
  EXPECT_EQ(api.call("order.place", order)["result"]["status"], "EXPIRED");
  EXPECT_EQ(api.event("executionReport")["x"], "NEW");
  EXPECT_EQ(api.event("executionReport")["x"], "EXPIRED");
  order["timeInForce"] = "FOK";
  order["newClientOrderId"] = "fok";
  EXPECT_EQ(api.call("order.place", order)["result"]["status"], "EXPIRED");
  EXPECT_EQ(balance("USDT")["locked"], "0");
}

TEST_F(Spot, AmendKeepsItsPlaceAndCancelReplaceTakesANewOne) {
  subscribe();
  api.call("order.place", limit_order("BUY", "55000.00", "0.02", "keep"));
  const json amended = api.call(
      "order.amend.keepPriority",
      {{"symbol", "BTCUSDT"}, {"origClientOrderId", "keep"}, {"newQty", "0.01"}, {"newClientOrderId", "kept"}});
  ASSERT_EQ(amended["status"], 200) << amended;
  EXPECT_EQ(amended["result"]["amendedOrder"]["qty"], "0.01000000");
  EXPECT_EQ(api.event("executionReport")["x"], "NEW");
  const json told = api.event("executionReport");
  EXPECT_EQ(told["x"], "REPLACED");
  EXPECT_EQ(told["c"], "kept");
  EXPECT_EQ(told["C"], "keep");
  EXPECT_EQ(balance("USDT")["locked"], "550");
  EXPECT_EQ(api.call("order.amend.keepPriority",
                     {{"symbol", "BTCUSDT"}, {"origClientOrderId", "kept"}, {"newQty", "0.03"}})["error"]["code"],
            -2038);
  json replace = limit_order("BUY", "54000.00", "0.01", "moved");
  replace["cancelReplaceMode"] = "STOP_ON_FAILURE";
  replace["cancelOrigClientOrderId"] = "kept";
  const json moved = api.call("order.cancelReplace", replace);
  ASSERT_EQ(moved["status"], 200) << moved;
  EXPECT_EQ(moved["result"]["newOrderResponse"]["clientOrderId"], "moved");
  EXPECT_EQ(recorded("kept")["state"], "cancelled");
  EXPECT_EQ(recorded("moved")["state"], "new");
  const json failed = api.call("order.cancelReplace", replace);
  EXPECT_EQ(failed["status"], 400);
  EXPECT_EQ(failed["error"]["code"], -2022);
  EXPECT_EQ(failed["error"]["data"]["newOrderResult"], "NOT_ATTEMPTED");
}

TEST_F(Spot, StopOrderGoesToTheBookWhenTradesReachIt) {
  subscribe();
  const auto ticker = control.get("/api/v3/ticker/bookTicker?symbol=BTCUSDT").parsed();
  const std::int64_t bid = raw(ticker["bidPrice"]);
  const auto price = [](std::int64_t value) { return Price::from_raw(value / 1'000'000 * 1'000'000).to_text(2); };
  const json placed = api.call("order.place", {{"symbol", "BTCUSDT"},
                                               {"side", "SELL"},
                                               {"type", "STOP_LOSS"},
                                               {"quantity", "0.01"},
                                               {"stopPrice", price(bid - Price::from_int(20).raw())},
                                               {"newClientOrderId", "stop"}});
  ASSERT_EQ(placed["status"], 200) << placed;
  EXPECT_EQ(balance("BTC")["locked"], "0.01");
  // Somebody sells down through the stop.
  api.call("order.place", limit_order("BUY", price(bid - Price::from_int(30).raw()), "0.01", "deep"));
  fill("deep", "0.001");
  ASSERT_TRUE(loop.until([&] { return recorded("stop")["state"] == "filled"; }));
  EXPECT_TRUE(recorded("stop")["triggered"].get<bool>());
  EXPECT_EQ(balance("BTC")["locked"], "0");
  EXPECT_EQ(api.call("order.place", {{"symbol", "BTCUSDT"},
                                     {"side", "SELL"},
                                     {"type", "STOP_LOSS"},
                                     {"quantity", "0.01"},
                                     {"stopPrice", "70000.00"}})["error"]["msg"],
            "Stop price would trigger immediately.");
}

TEST(SpotFlow, FillsWhatRestsAtTheBest) {
  const auto sandbox = start(trading_options(3000));
  Loop loop;
  Api api(loop, sandbox->port(Market::Spot));
  ASSERT_TRUE(api.socket.opened());
  api.call("userDataStream.subscribe.signature");
  const auto ticker = Rest(loop, sandbox->port(Market::Spot)).get("/api/v3/ticker/bookTicker?symbol=BTCUSDT").parsed();
  const auto price = [&](const char* name) { return Price::from_raw(raw(ticker[name])).to_text(2); };
  ASSERT_EQ(api.call("order.place", limit_order("BUY", price("bidPrice"), "0.001"))["status"], 200);
  ASSERT_EQ(api.call("order.place", limit_order("SELL", price("askPrice"), "0.001"))["status"], 200);
  json told;
  do told = api.event("executionReport", 30s);
  while (told["x"] == "NEW");
  EXPECT_EQ(told["x"], "TRADE");
}

}  // namespace
}  // namespace trunkline::sandbox::test
