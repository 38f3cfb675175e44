// Faults of orders: what the client gets to see, and that the books of record have the truth.
#include "trader.hpp"

namespace trunkline::sandbox::test {
namespace {

struct OrderFaults : ::testing::Test {
  std::unique_ptr<binance::BinanceSandbox> sandbox = start(trading_options(50));
  Loop loop;
  std::uint16_t port = sandbox->port(Market::Spot);
  Api api{loop, port};   // orders
  Api user{loop, port};  // events
  Rest control{loop, port};

  void SetUp() override {
    ASSERT_TRUE(api.socket.opened());
    ASSERT_TRUE(user.socket.opened());
    ASSERT_EQ(user.call("userDataStream.subscribe.signature")["status"], 200);
  }
  void arm(const std::string& fault) { ASSERT_EQ(control.post("/sandbox/fault", fault).status, 200) << fault; }
  json order(const std::string& client_id) { return limit_order("BUY", "60000.00", "0.01000", client_id); }
  json place(const std::string& client_id) { return api.call("order.place", order(client_id)); }
  json cancel(const std::string& client_id) {
    return api.call("order.cancel", {{"symbol", "BTCUSDT"}, {"origClientOrderId", client_id}});
  }
  json recorded(const std::string& client_id) {
    const json all = control.get("/sandbox/account?key=sandbox-key").parsed();
    for (const json& one : all["orders"])
      if (one["client_id"] == client_id) return one;
    return {};
  }
  std::string execution() {
    const json event = user.event("executionReport");
    return event["x"].get<std::string>() + " " + event["X"].get<std::string>();
  }
};

TEST_F(OrderFaults, LostAcknowledgementLeavesTheOrder) {
  arm("ack_lost");
  const std::string lost = api.begin("order.place", api.sign(order("lost")));
  EXPECT_EQ(execution(), "NEW NEW");
  EXPECT_EQ(recorded("lost")["state"], "new");
  // The connection lives on, and the next reply is the next request's.
  EXPECT_EQ(place("next")["result"]["clientOrderId"], "next");
  EXPECT_EQ(api.call("order.status", {{"symbol", "BTCUSDT"}, {"origClientOrderId", "lost"}})["result"]["status"],
            "NEW");
}

TEST_F(OrderFaults, FillIsToldBeforeTheAcknowledgement) {
  arm("fill_before_ack:field=all");
  ASSERT_EQ(api.call("userDataStream.subscribe.signature")["status"], 200);
  api.begin("order.place", api.sign(order("fast")));
  std::vector<std::string> seen;
  while (seen.empty() || seen.back() != "ack") {
    const json one = api.socket.next_json();
    ASSERT_TRUE(one.is_object());
    if (one.contains("status"))
      seen.push_back("ack");
    else if (one["event"]["e"] == "executionReport")
      seen.push_back(one["event"]["X"]);
  }
  EXPECT_EQ(seen, (std::vector<std::string>{"NEW", "FILLED", "ack"}));
  EXPECT_EQ(recorded("fast")["state"], "filled");
}

TEST_F(OrderFaults, FillBeforeACancelIsToldAfterIt) {
  place("late");
  EXPECT_EQ(execution(), "NEW NEW");
  arm("fill_after_cancel");
  EXPECT_EQ(cancel("late")["result"]["executedQty"], "0.00500000");
  EXPECT_EQ(execution(), "CANCELED CANCELED");
  const json fill = user.event("executionReport");
  EXPECT_EQ(fill["x"], "TRADE");
  EXPECT_EQ(fill["l"], "0.00500000");
  EXPECT_EQ(recorded("late")["state"], "cancelled");
  EXPECT_EQ(recorded("late")["cumulative_quantity"], "0.005");
}

TEST_F(OrderFaults, AcknowledgedOrderExpires) {
  arm("reject_after_ack");
  EXPECT_EQ(place("gone")["result"]["status"], "NEW");
  EXPECT_EQ(execution(), "NEW NEW");
  EXPECT_EQ(execution(), "EXPIRED EXPIRED");
  EXPECT_EQ(recorded("gone")["state"], "expired");
}

TEST_F(OrderFaults, AmendRacesAFill) {
  place("race");
  arm("amend_races_fill");
  const json reply = api.call("order.amend.keepPriority",
                              {{"symbol", "BTCUSDT"}, {"origClientOrderId", "race"}, {"newQty", "0.00800"}});
  EXPECT_EQ(reply["result"]["amendedOrder"]["executedQty"], "0.00500000");
  EXPECT_EQ(execution(), "NEW NEW");
  EXPECT_EQ(execution(), "TRADE PARTIALLY_FILLED");
  EXPECT_EQ(execution(), "REPLACED PARTIALLY_FILLED");
}

TEST_F(OrderFaults, LimitsStrikeCreatesAndCancelsApart) {
  arm("http_429:stream=create,retry_after=7");
  arm("http_429:stream=cancel");
  const json refused = place("none");
  EXPECT_EQ(refused["status"], 429);
  EXPECT_GT(refused["error"]["data"]["retryAfter"].get<std::int64_t>(), now_ms() + 5000);
  EXPECT_TRUE(recorded("none").is_null());
  EXPECT_EQ(place("some")["status"], 200);
  EXPECT_EQ(cancel("some")["status"], 429);
  EXPECT_EQ(recorded("some")["state"], "new");
  EXPECT_EQ(cancel("some")["status"], 200);
}

TEST_F(OrderFaults, ConnectionBreaksWithTheOrderTakenOrNot) {
  for (const auto& [fault, taken] : {std::pair{"reset_taken", true}, {"reset_untaken", false}}) {
    SCOPED_TRACE(fault);
    arm(fault);
    Api broken(loop, port);
    ASSERT_TRUE(broken.socket.opened());
    broken.begin("order.place", broken.sign(order(fault)));
    EXPECT_TRUE(loop.until([&] { return broken.socket.closed.has_value(); }));
    EXPECT_EQ(recorded(fault).is_object(), taken);
  }
  for (const auto& [fault, taken] : {std::pair{"half_open_taken", true}, {"half_open_untaken", false}}) {
    SCOPED_TRACE(fault);
    arm(fault);
    Api silent(loop, port);
    ASSERT_TRUE(silent.socket.opened());
    silent.begin("order.place", silent.sign(order(fault)));
    silent.begin("ping", json::object());
    // Whatever came after the order is not heard; another connection is.
    EXPECT_EQ(api.ask("ping")["status"], 200);
    EXPECT_TRUE(loop.until([&] { return recorded(fault).is_object() == taken; }));
    EXPECT_FALSE(silent.socket.closed.has_value());
    EXPECT_EQ(silent.socket.count, 0U);
  }
}

TEST_F(OrderFaults, UserEventsAreLostAndDoubled) {
  arm("user_event_lost:stream=order,count=1");
  arm("user_event_duplicate");
  place("gap");
  control.post("/sandbox/account/fill",
               json{{"key", "sandbox-key"}, {"client_id", "gap"}, {"quantity", "0.01"}}.dump());
  const json first = user.event("executionReport"), second = user.event("executionReport");
  EXPECT_EQ(first["x"], "TRADE") << "what said NEW is lost";
  EXPECT_EQ(first, second);
  EXPECT_EQ(recorded("gap")["fills"].size(), 1U);
}

TEST_F(OrderFaults, ReplyOrOrderComesLate) {
  arm("slow_reply:delay_ms=50");
  EXPECT_EQ(place("slow")["status"], 200);
  arm("late_order:delay_ms=100");
  json params = order("expired");
  params["recvWindow"] = 20;
  EXPECT_EQ(api.call("order.place", params)["error"]["code"], -1021) << "its time is over when it gets there";
  EXPECT_TRUE(recorded("expired").is_null());
}

TEST_F(OrderFaults, RestartEndsConnectionsAndKeepsOrders) {
  place("kept");
  arm("venue_restart:duration_ms=50");
  EXPECT_TRUE(loop.until([&] { return api.socket.closed.has_value() && user.socket.closed.has_value(); }));
  std::unique_ptr<Api> again;
  ASSERT_TRUE(loop.until([&] {
    again = std::make_unique<Api>(loop, port);
    return again->socket.opened();
  }));
  const json open = again->call("openOrders.status", {{"symbol", "BTCUSDT"}});
  ASSERT_EQ(open["result"].size(), 1U);
  EXPECT_EQ(open["result"][0]["clientOrderId"], "kept");
}

TEST_F(OrderFaults, ClockIsWrongUntilCleared) {
  arm("clock_skew:offset=-30000");
  EXPECT_LT(api.ask("time")["result"]["serverTime"].get<std::int64_t>(), now_ms() - 20'000);
  EXPECT_LT(control.get("/api/v3/time").parsed()["serverTime"].get<std::int64_t>(), now_ms() - 20'000);
  EXPECT_EQ(place("early")["error"]["code"], -1021);
  control.send("DELETE", "/sandbox/fault", "");
  EXPECT_EQ(place("right")["status"], 200);
}

TEST_F(OrderFaults, PercentStrikesSometimes) {
  arm("ack_lost:count=0,percent=50");
  int lost = 0;
  for (int i = 0; i < 40; ++i) {
    const std::string id = api.begin("order.place", api.sign(limit_order("BUY", "55000.00", "0.001")));
    // The reply to a ping behind it says whether one came.
    const std::string ping = api.begin("ping", json::object());
    const json reply = api.socket.next_json();
    if (reply["id"] == ping)
      ++lost;
    else
      EXPECT_EQ(api.reply_to(ping)["status"], 200);
  }
  EXPECT_GT(lost, 5);
  EXPECT_LT(lost, 35);
}

}  // namespace
}  // namespace trunkline::sandbox::test
