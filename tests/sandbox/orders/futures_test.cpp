// USD-M orders by both ways in, positions, conditional orders, listen keys.
#include "trader.hpp"

namespace trunkline::sandbox::test {
namespace {

struct Usdm : ::testing::Test {
  std::unique_ptr<binance::BinanceSandbox> sandbox = start(trading_options());
  Loop loop;
  std::uint16_t port = sandbox->port(Market::Usdm);
  Api api{loop, port, Market::Usdm};
  SignedRest rest{loop, port};
  Rest control{loop, port};

  void SetUp() override { ASSERT_TRUE(api.socket.opened()); }
  std::string listen_key() { return rest.raw("POST", "/fapi/v1/listenKey", "", true).body["listenKey"]; }
  json books() { return control.get("/sandbox/account?key=sandbox-key").parsed(); }
  json position() {
    const json all = books();
    for (const json& one : all["positions"])
      if (one["symbol"] == "BTCUSDT") return one;
    return {};
  }
  json recorded(const std::string& client_id) {
    const json all = books();
    for (const json& order : all["orders"])
      if (order["client_id"] == client_id) return order;
    return {};
  }
  std::string wallet() { return books()["balances"]["usdm"]["USDT"]["free"]; }
  json market_order(const std::string& side, const std::string& quantity) {
    return {{"symbol", "BTCUSDT"},
            {"side", side},
            {"type", "MARKET"},
            {"quantity", quantity},
            {"newOrderRespType", "RESULT"}};
  }
};

TEST_F(Usdm, PositionOpensAndClosesAndTheWalletAddsUp) {
  Socket user(loop, port, "/private/ws?listenKey=" + listen_key());
  ASSERT_TRUE(user.opened());
  const std::int64_t before = raw(wallet());
  const json opened = api.call("order.place", market_order("BUY", "0.100"));
  ASSERT_EQ(opened["status"], 200) << opened;
  EXPECT_EQ(opened["result"]["status"], "FILLED");
  const json account = json::parse(user.next_with("ACCOUNT_UPDATE"));
  EXPECT_EQ(account["a"]["m"], "ORDER");
  EXPECT_EQ(account["a"]["B"][0]["a"], "USDT");
  const json trade = json::parse(user.next_with("\"x\":\"TRADE\""));
  EXPECT_EQ(trade["e"], "ORDER_TRADE_UPDATE");
  EXPECT_EQ(trade["o"]["i"], opened["result"]["orderId"]);
  EXPECT_EQ(trade["o"]["ps"], "BOTH");
  EXPECT_EQ(position()["amount"], "0.1");
  const json risk = api.call("v2/account.position")["result"];
  ASSERT_EQ(risk.size(), 1U);
  EXPECT_EQ(risk[0]["positionAmt"], "0.100");

  EXPECT_EQ(api.call("order.place",
                     [&] {
                       json order = market_order("BUY", "0.100");
                       order["reduceOnly"] = "true";
                       return order;
                     }())["error"]["code"],
            -2022);
  json close = market_order("SELL", "0.100");
  close["reduceOnly"] = "true";
  ASSERT_EQ(api.call("order.place", close)["status"], 200);
  EXPECT_EQ(position()["amount"], "0");
  std::int64_t sum = 0;
  const json income = rest.call("GET", "/fapi/v1/income").body;
  for (const json& one : income) sum += raw(one["income"]);
  EXPECT_EQ(raw(wallet()), before + sum);
  std::int64_t traded = 0;
  const json trades = rest.call("GET", "/fapi/v1/userTrades", "symbol=BTCUSDT").body;
  for (const json& one : trades) traded += raw(one["realizedPnl"]) - raw(one["commission"]);
  EXPECT_EQ(traded, sum);
}

TEST_F(Usdm, OrderIsModifiedThroughBothDoors) {
  json order = limit_order("BUY", "60000.0", "0.010", "moved");
  ASSERT_EQ(api.call("order.place", order)["status"], 200);
  const json modified = api.call("order.modify", {{"symbol", "BTCUSDT"},
                                                  {"side", "BUY"},
                                                  {"origClientOrderId", "moved"},
                                                  {"quantity", "0.020"},
                                                  {"price", "59000.0"}});
  ASSERT_EQ(modified["status"], 200) << modified;
  EXPECT_EQ(modified["result"]["price"], "59000.00");
  const auto again = rest.call("PUT", "/fapi/v1/order",
                               "symbol=BTCUSDT&side=BUY&origClientOrderId=moved&quantity=0.020&price=59000.0");
  EXPECT_EQ(again.body["code"], -5027);
  EXPECT_EQ(rest.call("GET", "/fapi/v1/openOrders").body.size(), 1U);
  EXPECT_EQ(rest.call("DELETE", "/fapi/v1/allOpenOrders", "symbol=BTCUSDT").body["code"], 200);
  EXPECT_EQ(recorded("moved")["state"], "cancelled");
}

TEST_F(Usdm, RefusalsAreNamedAsTheVenueNamesThem) {
  const auto code = [&](json order) { return api.call("order.place", order)["error"]["code"].get<int>(); };
  EXPECT_EQ(code(limit_order("BUY", "60000.005", "0.010")), -1111);
  EXPECT_EQ(code(limit_order("BUY", "60000.05", "0.010")), -4014);
  EXPECT_EQ(code(limit_order("BUY", "60000.0", "0.0001")), -1111);
  EXPECT_EQ(code(limit_order("BUY", "60000.0", "500")), -2019);
  EXPECT_EQ(code(limit_order("BUY", "90000.0", "0.010")), -4016);
  json post = limit_order("BUY", "65000.0", "0.010");
  post["timeInForce"] = "GTX";
  EXPECT_EQ(code(post), -5022);
  json stop = limit_order("BUY", "65000.0", "0.010");
  stop["type"] = "STOP_MARKET";
  EXPECT_EQ(code(stop), -4120);
  ASSERT_EQ(api.call("order.place", limit_order("BUY", "60000.0", "0.010", "twice"))["status"], 200);
  EXPECT_EQ(code(limit_order("BUY", "60000.0", "0.010", "twice")), -4116);
}

TEST_F(Usdm, ConditionalOrderHasAnIdOfItsOwnAndMakesAnother) {
  Socket user(loop, port, "/ws/" + listen_key());
  ASSERT_TRUE(user.opened());
  ASSERT_EQ(api.call("order.place", market_order("BUY", "0.100"))["status"], 200);
  const auto ticker = control.get("/fapi/v1/ticker/bookTicker?symbol=BTCUSDT").parsed();
  const auto price = [](std::int64_t value) { return Price::from_raw(value / 10'000'000 * 10'000'000).to_text(1); };
  const std::int64_t bid = raw(ticker["bidPrice"]);
  const std::string trigger = price(bid - Price::from_int(20).raw());
  const auto placed = rest.call("POST", "/fapi/v1/algoOrder",
                                "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&closePosition=true&"
                                "clientAlgoId=guard&triggerPrice=" +
                                    trigger);
  ASSERT_EQ(placed.status, 200) << placed.body;
  EXPECT_EQ(placed.body["algoStatus"], "NEW");
  EXPECT_NE(user.next_with("\"caid\":\"guard\""), "");
  EXPECT_EQ(rest.call("GET", "/fapi/v1/openAlgoOrders").body.size(), 1U);
  EXPECT_EQ(rest.call("GET", "/fapi/v1/openOrders").body.size(), 0U);
  EXPECT_EQ(
      rest.call("POST", "/fapi/v1/algoOrder",
                "algoType=CONDITIONAL&symbol=BTCUSDT&side=SELL&type=STOP_MARKET&quantity=0.1&triggerPrice=70000.0")
          .body["code"],
      -2021);
  api.call("order.place", limit_order("BUY", price(bid - Price::from_int(30).raw()), "0.100", "deep"));
  control.post("/sandbox/account/fill",
               json{{"key", "sandbox-key"}, {"client_id", "deep"}, {"quantity", "0.001"}}.dump());
  ASSERT_TRUE(loop.until([&] { return recorded("guard")["made_order"] != 0; }));
  EXPECT_NE(user.next_with("\"X\":\"FINISHED\""), "");
  const auto guard = rest.call("GET", "/fapi/v1/algoOrder", "clientAlgoId=guard").body;
  EXPECT_EQ(guard["algoStatus"], "FINISHED");
  EXPECT_EQ(guard["actualOrderId"], recorded("guard")["made_order"].dump());
}

TEST_F(Usdm, BatchesAnswerEachOrderOnItsOwn) {
  const std::string batch =
      R"([{"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","price":"60000.0","quantity":"0.010","timeInForce":"GTC","newClientOrderId":"one"},)"
      R"({"symbol":"BTCUSDT","side":"BUY","type":"LIMIT","price":"60000.0","quantity":"500","timeInForce":"GTC"}])";
  std::string encoded;
  for (const char c : batch) encoded += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  const auto placed = rest.call("POST", "/fapi/v1/batchOrders", "batchOrders=" + encoded);
  ASSERT_EQ(placed.body.size(), 2U) << placed.body;
  EXPECT_EQ(placed.body[0]["clientOrderId"], "one");
  EXPECT_EQ(placed.body[1]["code"], -2019);
  const auto cancelled =
      rest.call("DELETE", "/fapi/v1/batchOrders", "symbol=BTCUSDT&origClientOrderIdList=%5B%22one%22%2C%22none%22%5D");
  EXPECT_EQ(cancelled.body[0]["status"], "CANCELED");
  EXPECT_EQ(cancelled.body[1]["code"], -2011);
}

TEST_F(Usdm, DeadMansSwitchCancelsWhenItIsNotRenewed) {
  api.call("order.place", limit_order("BUY", "60000.0", "0.010", "left"));
  EXPECT_EQ(rest.call("POST", "/fapi/v1/countdownCancelAll", "symbol=BTCUSDT&countdownTime=50").body["countdownTime"],
            "50");
  EXPECT_TRUE(loop.until([&] { return recorded("left")["state"] == "cancelled"; }));
}

TEST_F(Usdm, LeverageAndAccountAreTold) {
  EXPECT_EQ(rest.call("POST", "/fapi/v1/leverage", "symbol=BTCUSDT&leverage=5").body["leverage"], 5);
  EXPECT_EQ(rest.call("POST", "/fapi/v1/leverage", "symbol=BTCUSDT&leverage=500").body["code"], -4028);
  EXPECT_EQ(rest.call("GET", "/fapi/v2/account").body["assets"][0]["walletBalance"], "1000000.00000000");
  EXPECT_EQ(rest.call("GET", "/fapi/v3/balance").body[0]["asset"], "USDT");
  EXPECT_EQ(rest.call("GET", "/fapi/v1/positionSide/dual").body["dualSidePosition"], false);
  EXPECT_EQ(rest.call("GET", "/fapi/v1/fundingRate", "symbol=BTCUSDT&limit=3").body.size(), 3U);
}

TEST_F(Usdm, EndedListenKeyIsSaid) {
  const std::string key = listen_key();
  Socket user(loop, port, "/ws/" + key);
  ASSERT_TRUE(user.opened());
  EXPECT_EQ(rest.raw("PUT", "/fapi/v1/listenKey", "", true).body["listenKey"], key);
  EXPECT_EQ(rest.raw("DELETE", "/fapi/v1/listenKey", "", true).status, 200);
  EXPECT_NE(user.next_with("listenKeyExpired"), "");
  EXPECT_EQ(rest.raw("PUT", "/fapi/v1/listenKey", "", true).body["code"], -1125);
}

}  // namespace
}  // namespace trunkline::sandbox::test
