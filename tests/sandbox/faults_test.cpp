// Each fault does what it says, to whom it says, as often as it says.
#include "client.hpp"
#include "sandbox/binance/stream_board.hpp"
#include "sandbox/faults/fault.hpp"

namespace trunkline::sandbox::test {
namespace {

using binance::BinanceSandboxOptions;

TEST(FaultSpec, ReadsTextAndJsonAlike) {
  const auto text = parse_fault("drop:symbol=BTCUSDT,count=3,after=50,market=usdm");
  ASSERT_TRUE(text.has_value());
  EXPECT_EQ(text->kind, FaultKind::Drop);
  EXPECT_EQ(text->symbol, "BTCUSDT");
  EXPECT_EQ(text->count, 3U);
  EXPECT_EQ(text->after, 50U);
  EXPECT_EQ(text->market, "usdm");
  const auto body = parse_fault_json(R"({"fault":"http_429","retry_after":7,"count":"2"})");
  ASSERT_TRUE(body.has_value());
  EXPECT_EQ(body->kind, FaultKind::Http429);
  EXPECT_EQ(body->retry_after_s, 7);
  EXPECT_EQ(body->count, 2U);
}

TEST(FaultSpec, NamesWhatIsWrongAndWhatWasMeant) {
  EXPECT_NE(parse_fault("dorp").error().message.find("'drop'"), std::string::npos);
  EXPECT_NE(parse_fault("drop:symbl=X").error().message.find("'symbol'"), std::string::npos);
  EXPECT_FALSE(parse_fault("drop:count=x").has_value());
  EXPECT_FALSE(parse_fault("drop:count").has_value());
  EXPECT_FALSE(parse_fault_json("[]").has_value());
}

TEST(FaultSet, CountsOccasionsThatMatchOnly) {
  FaultSet faults;
  faults.add(*parse_fault("drop:symbol=A,after=1,count=2"));
  const auto strike = [&](std::string_view symbol, std::string_view stream) {
    return faults.strike(FaultKind::Drop, {"spot", symbol, stream}).has_value();
  };
  EXPECT_FALSE(strike("B", "depth"));
  EXPECT_FALSE(strike("A", "trade"));
  EXPECT_FALSE(strike("A", "depth"));
  EXPECT_TRUE(strike("A", "depth"));
  EXPECT_TRUE(strike("A", "depth"));
  EXPECT_FALSE(strike("A", "depth"));
  EXPECT_TRUE(faults.empty());
  EXPECT_EQ(faults.injected(FaultKind::Drop), 2U);
}

TEST(Corrupt, ChangesOneDigitAndStillParses) {
  for (const char* const text :
       {R"({"e":"depthUpdate","b":[["61737.63000000","0.00000000"],["61730.17000000","0.01900000"]],"a":[]})",
        R"({"e":"depthUpdate","b":[],"a":[["61737.6","1001"]]})", R"({"u":1,"b":"1.50","B":"2.50","a":"3","A":"4"})",
        R"({"e":"depthUpdate","b":[["5.10","0.000"]],"a":[]})", R"({"e":"trade","p":"61800.20","q":"0.090"})"}) {
    for (const bool price : {false, true}) {
      std::string changed = text;
      binance::corrupt(changed, price);
      ASSERT_EQ(changed.size(), std::string(text).size());
      std::size_t different = 0;
      for (std::size_t i = 0; i < changed.size(); ++i) different += changed[i] != text[i];
      EXPECT_EQ(different, 1U) << text << '\n' << changed;
      EXPECT_FALSE(json::parse(changed, nullptr, false).is_discarded());
    }
  }
}

// A sandbox of two symbols, and a client that listens to the depth of both.
class Faulty : public testing::Test {
 protected:
  Faulty() {
    BinanceSandboxOptions options;
    options.markets = {Market::Spot, Market::Usdm};
    options.rate = 300;
    sandbox = start(std::move(options));
    rest = std::make_unique<Rest>(loop, sandbox->port());
    control = std::make_unique<Rest>(loop, sandbox->port());
    // Keeps a connection for control open, also while new ones are refused.
    control->get("/sandbox/status");
    socket = listen();
  }
  std::unique_ptr<Socket> listen() {
    auto made =
        std::make_unique<Socket>(loop, sandbox->port(), "/stream?streams=btcusdt@depth@100ms/ethusdt@depth@100ms");
    EXPECT_NE(made->next(), "");
    return made;
  }
  void inject(const std::string& body) {
    const auto reply = control->post("/sandbox/fault", body);
    ASSERT_EQ(reply.status, 200) << reply.body;
  }
  json injected() { return control->get("/sandbox/status").parsed()["faults"]["injected"]; }
  // The next `count` messages of this symbol, as "U-u" texts; truncated ones as they are.
  struct Step {
    std::uint64_t first = 0, last = 0;
    std::string text;
  };
  std::vector<Step> steps(const std::string& stream, std::size_t count) {
    std::vector<Step> out;
    while (out.size() < count) {
      const std::string text = socket->next_with(stream + "@depth");
      if (text.empty()) break;
      const json message = json::parse(text, nullptr, false);
      if (message.is_discarded())
        out.push_back({0, 0, text});
      else
        out.push_back({message["data"]["U"], message["data"]["u"], text});
    }
    return out;
  }
  static std::size_t gaps(const std::vector<Step>& steps) {
    std::size_t count = 0;
    for (std::size_t i = 1; i < steps.size(); ++i) count += steps[i].first != steps[i - 1].last + 1;
    return count;
  }

  Loop loop;
  std::unique_ptr<binance::BinanceSandbox> sandbox;
  std::unique_ptr<Rest> rest, control;
  std::unique_ptr<Socket> socket;
};

TEST_F(Faulty, DropMakesOneGapOfThatSymbolAlone) {
  inject(R"({"fault":"drop","symbol":"BTCUSDT","market":"spot","after":1})");
  EXPECT_EQ(gaps(steps("btcusdt", 6)), 1U);
  EXPECT_EQ(gaps(steps("ethusdt", 4)), 0U);
  EXPECT_EQ(injected()["drop"], 1);
}

TEST_F(Faulty, DuplicateComesTwice) {
  inject(R"({"fault":"duplicate","symbol":"BTCUSDT"})");
  const auto got = steps("btcusdt", 4);
  std::size_t twice = 0;
  for (std::size_t i = 1; i < got.size(); ++i) twice += got[i].text == got[i - 1].text;
  EXPECT_EQ(twice, 1U);
}

TEST_F(Faulty, ReorderSwapsTwoNeighbours) {
  inject(R"({"fault":"reorder","symbol":"BTCUSDT","after":1})");
  const auto got = steps("btcusdt", 6);
  std::size_t swapped = 0;
  for (std::size_t i = 1; i < got.size(); ++i) swapped += got[i].last + 1 == got[i - 1].first;
  EXPECT_EQ(swapped, 1U);
}

TEST_F(Faulty, DelayLetsLaterOnesGoAhead) {
  inject(R"({"fault":"delay","symbol":"BTCUSDT","delay_ms":350,"after":1})");
  const auto got = steps("btcusdt", 9);
  std::size_t late = 0;
  for (std::size_t i = 1; i < got.size(); ++i) late += got[i].last < got[i - 1].first;
  EXPECT_EQ(late, 1U);
}

TEST_F(Faulty, TruncateSendsHalfAMessage) {
  inject(R"({"fault":"truncate","symbol":"BTCUSDT"})");
  std::size_t broken = 0;
  for (const Step& step : steps("btcusdt", 4)) broken += step.last == 0;
  EXPECT_EQ(broken, 1U);
}

TEST_F(Faulty, CorruptKeepsTheSequenceAndFalsifiesTheBook) {
  DiffBook book(Market::Spot);
  const auto take = [&] { return json::parse(socket->next_with("btcusdt@depth"))["data"]; };
  book.event(take());
  const auto reply = rest->get("/api/v3/depth?symbol=BTCUSDT&limit=5000");
  book.event(take());
  ASSERT_EQ(book.snapshot(reply.parsed()), true);
  ASSERT_TRUE(book.event(take()));
  const auto in = *make_instrument(Market::Spot, "BTCUSDT");
  ASSERT_TRUE(book.equals(*sandbox->book(Market::Spot, "BTCUSDT", book.last()), in, 5000));
  inject(R"({"fault":"corrupt","symbol":"BTCUSDT"})");
  bool wrong = false;
  for (int i = 0; i < 5 && !wrong; ++i) {
    ASSERT_TRUE(book.event(take()));
    wrong = !book.equals(*sandbox->book(Market::Spot, "BTCUSDT", book.last()), in, 5000);
  }
  EXPECT_TRUE(wrong);
}

TEST_F(Faulty, StallIsSilentWhileConnectedAndThenHasAGap) {
  inject(R"({"fault":"stall","symbol":"BTCUSDT","duration_ms":600})");
  loop.until([&] { return false; }, 250ms);
  socket->messages.clear();
  EXPECT_EQ(socket->next([](const std::string&) { return true; }, 200ms), "");
  EXPECT_FALSE(socket->closed.has_value());
  EXPECT_FALSE(steps("btcusdt", 2).empty());
}

TEST_F(Faulty, HalfOpenNeverSpeaksAgain) {
  inject(R"({"fault":"half_open"})");
  loop.until([&] { return false; }, 250ms);
  socket->messages.clear();
  socket->send(R"({"method":"LIST_SUBSCRIPTIONS","id":1})");
  EXPECT_EQ(socket->next([](const std::string&) { return true; }, 300ms), "");
  EXPECT_FALSE(socket->closed.has_value());
  EXPECT_TRUE(control->get("/sandbox/status").parsed()["connections"][0]["half_open"]);
  control->send("DELETE", "/sandbox/fault", "");
  EXPECT_TRUE(loop.until([&] { return socket->closed.has_value(); }));
}

TEST_F(Faulty, CloseEndsConnectionsWithItsCodeOrWithAReset) {
  inject(R"({"fault":"close","code":1012})");
  EXPECT_TRUE(loop.until([&] { return socket->closed.has_value(); }));
  EXPECT_EQ(socket->closed->code, 1012);
  socket = listen();
  inject(R"({"fault":"close"})");
  EXPECT_TRUE(loop.until([&] { return socket->closed.has_value(); }));
  EXPECT_EQ(socket->closed->code, 0);
}

TEST_F(Faulty, RefuseTurnsNewConnectionsAwayForAWhile) {
  inject(R"({"fault":"refuse","duration_ms":500,"market":"spot"})");
  EXPECT_TRUE(loop.until([&] {
    Socket attempt(loop, sandbox->port(), "/ws");
    return !attempt.opened();
  }));
  EXPECT_TRUE(loop.until([&] {
    Socket attempt(loop, sandbox->port(), "/ws");
    return attempt.opened();
  }));
  EXPECT_EQ(injected()["refuse"], 1);
}

TEST_F(Faulty, HttpRefusalsCarryRetryAfter) {
  inject(R"({"fault":"http_429","stream":"depth","retry_after":3})");
  inject(R"({"fault":"http_418","stream":"depth","retry_after":9})");
  EXPECT_EQ(rest->get("/api/v3/ping").status, 200);
  const auto first = rest->get("/api/v3/depth?symbol=BTCUSDT");
  EXPECT_EQ(first.status, 429);
  EXPECT_EQ(first.headers.get("Retry-After"), "3");
  EXPECT_EQ(first.parsed()["code"], -1003);
  const auto second = rest->get("/api/v3/depth?symbol=BTCUSDT");
  EXPECT_EQ(second.status, 418);
  EXPECT_EQ(second.headers.get("Retry-After"), "9");
  EXPECT_EQ(rest->get("/api/v3/depth?symbol=BTCUSDT").status, 200);
}

TEST_F(Faulty, LateSnapshotIsSlowAndOld) {
  const std::uint64_t before = sandbox->book(Market::Spot, "BTCUSDT")->update_id;
  inject(R"({"fault":"late_snapshot","symbol":"BTCUSDT","delay_ms":300,"age":10})");
  const auto begin = std::chrono::steady_clock::now();
  const auto reply = rest->get("/api/v3/depth?symbol=BTCUSDT&limit=100");
  EXPECT_GE(std::chrono::steady_clock::now() - begin, 280ms);
  const auto id = reply.parsed()["lastUpdateId"].get<std::uint64_t>();
  EXPECT_GE(id + 10, before);
  EXPECT_LT(id, sandbox->book(Market::Spot, "BTCUSDT")->update_id);
}

TEST_F(Faulty, WrongSnapshotIdIsOffByWhatWasOrdered) {
  inject(R"({"fault":"wrong_snapshot_id","symbol":"BTCUSDT","offset":-1000000})");
  const auto wrong = rest->get("/api/v3/depth?symbol=BTCUSDT").parsed()["lastUpdateId"].get<std::uint64_t>();
  const auto right = rest->get("/api/v3/depth?symbol=BTCUSDT").parsed()["lastUpdateId"].get<std::uint64_t>();
  EXPECT_LT(wrong + 900'000, right);
}

TEST_F(Faulty, SubscriptionsAreSilentOrRefusedOnOrder) {
  inject(R"({"fault":"silent_subscription","symbol":"ETHUSDT","stream":"bookTicker"})");
  inject(R"({"fault":"refuse_subscription","symbol":"BTCUSDT","stream":"trade"})");
  Socket other(loop, sandbox->port(), "/ws");
  ASSERT_TRUE(other.opened());
  other.send(R"({"method":"SUBSCRIBE","params":["ethusdt@bookTicker"],"id":1})");
  EXPECT_EQ(other.next(), R"({"result":null,"id":1})");
  EXPECT_EQ(other.next([](const std::string&) { return true; }, 300ms), "");
  other.send(R"({"method":"SUBSCRIBE","params":["btcusdt@trade"],"id":2})");
  EXPECT_EQ(other.next_json()["error"]["code"], 2);
  EXPECT_EQ(injected()["silent_subscription"], 1);
  EXPECT_EQ(injected()["refuse_subscription"], 1);
}

TEST_F(Faulty, ControlRefusesUnknownFaultsAndSymbols) {
  EXPECT_EQ(control->post("/sandbox/fault", R"({"fault":"dorp"})").status, 400);
  EXPECT_EQ(control->post("/sandbox/fault", R"({"fault":"drop","symbol":"NOPE"})").status, 404);
  EXPECT_EQ(control->post("/sandbox/fault", R"({"fault":"drop","market":"moon"})").status, 400);
  EXPECT_EQ(control->get("/sandbox/book?symbol=BTCUSDT&update_id=1").status, 404);
}

}  // namespace
}  // namespace trunkline::sandbox::test
