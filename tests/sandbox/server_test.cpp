#include "sandbox/binance/server.hpp"

#include <regex>

#include "client.hpp"

namespace trunkline::sandbox::test {
namespace {

using binance::BinanceSandboxOptions;

struct Served {
  Market market;
  std::string symbol;
  std::string rest;
  std::string stream_path;
};
const Served served[]{{Market::Spot, "BTCUSDT", "/api/v3", "/stream"},
                      {Market::Usdm, "BTCUSDT", "/fapi/v1", "/public/stream"},
                      {Market::Coinm, "BTCUSD_PERP", "/dapi/v1", "/stream"}};

BinanceSandboxOptions lively() {
  BinanceSandboxOptions options;
  options.symbols = {"BTCUSDT"};
  options.rate = 400;
  return options;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(c));
  return text;
}

TEST(BinanceSandbox, BookFromSnapshotAndDifferencesEqualsTheTruthAtTheSameId) {
  const auto sandbox = start(lively());
  for (const Served& s : served) {
    SCOPED_TRACE(s.rest);
    Loop loop;
    Rest rest(loop, sandbox->port(s.market));
    Socket socket(loop, sandbox->port(s.market), s.stream_path + "?streams=" + lower(s.symbol) + "@depth@100ms");
    DiffBook book(s.market);
    const auto take = [&] {
      const json message = socket.next_json();
      EXPECT_EQ(message["stream"], lower(s.symbol) + "@depth@100ms");
      return message["data"];
    };
    ASSERT_TRUE(book.event(take()));
    std::optional<bool> fits;
    for (int attempt = 0; attempt < 5 && !fits; ++attempt) {
      const auto reply = rest.get(s.rest + "/depth?limit=1000&symbol=" + s.symbol);
      ASSERT_EQ(reply.status, 200);
      ASSERT_TRUE(book.event(take()));
      fits = book.snapshot(reply.parsed());
    }
    ASSERT_TRUE(fits && *fits);
    const Instrument instrument = *make_instrument(s.market, "BTCUSDT");
    for (int i = 0; i < 5; ++i) {
      ASSERT_TRUE(book.event(take())) << "chain broken";
      const auto truth = sandbox->book(s.market, s.symbol, book.last());
      ASSERT_TRUE(truth.has_value()) << truth.error().message;
      EXPECT_TRUE(book.equals(*truth, instrument, 500));
    }
  }
}

TEST(BinanceSandbox, WritesEventsFieldByFieldAsTheVenueDoes) {
  const auto sandbox = start(lively());
  Loop loop;
  const auto check = [&](Market market, const std::string& target, const std::string& kind, const std::string& form) {
    SCOPED_TRACE(target);
    Socket socket(loop, sandbox->port(market), target);
    const std::string text = socket.next_with(kind);
    EXPECT_TRUE(std::regex_match(text, std::regex(form))) << text;
  };
  check(
      Market::Spot, "/ws/btcusdt@trade", "\"trade\"",
      R"(\{"e":"trade","E":\d{13},"s":"BTCUSDT","t":\d+,"p":"\d+\.\d{8}","q":"\d+\.\d{8}","T":\d{13},"m":(true|false),"M":true\})");
  check(Market::Spot, "/ws/btcusdt@bookTicker", "\"u\"",
        R"(\{"u":\d+,"s":"BTCUSDT","b":"\d+\.\d{8}","B":"\d+\.\d{8}","a":"\d+\.\d{8}","A":"\d+\.\d{8}"\})");
  check(
      Market::Spot, "/ws/btcusdt@depth@100ms", "depthUpdate",
      R"(\{"e":"depthUpdate","E":\d{13},"s":"BTCUSDT","U":\d+,"u":\d+,"b":\[(\["\d+\.\d{8}","\d+\.\d{8}"\],?)*\],"a":\[(\["\d+\.\d{8}","\d+\.\d{8}"\],?)*\]\})");
  check(
      Market::Spot, "/ws/btcusdt@aggTrade", "aggTrade",
      R"(\{"e":"aggTrade","E":\d{13},"s":"BTCUSDT","a":\d+,"p":"\d+\.\d{8}","q":"\d+\.\d{8}","f":\d+,"l":\d+,"T":\d{13},"m":(true|false),"M":true\})");
  check(
      Market::Spot, "/ws/btcusdt@kline_1m", "kline",
      R"(\{"e":"kline","E":\d+,"s":"BTCUSDT","k":\{"t":\d+,"T":\d+,"s":"BTCUSDT","i":"1m","f":\d+,"L":\d+,"o":"[\d.]+","c":"[\d.]+","h":"[\d.]+","l":"[\d.]+","v":"[\d.]+","n":\d+,"x":(true|false),"q":"[\d.]+","V":"[\d.]+","Q":"[\d.]+","B":"0"\}\})");
  check(
      Market::Usdm, "/market/ws/btcusdt@trade", "\"trade\"",
      R"(\{"e":"trade","E":\d{13},"T":\d{13},"s":"BTCUSDT","t":\d+,"p":"\d+\.\d{2}","q":"\d+\.\d{3}","X":"MARKET","m":(true|false)\})");
  check(
      Market::Usdm, "/public/ws/btcusdt@bookTicker", "bookTicker",
      R"(\{"e":"bookTicker","u":\d+,"s":"BTCUSDT","b":"\d+\.\d{2}","B":"\d+\.\d{3}","a":"\d+\.\d{2}","A":"\d+\.\d{3}","T":\d{13},"E":\d{13}\})");
  check(
      Market::Usdm, "/public/ws/btcusdt@depth@0ms", "depthUpdate",
      R"(\{"e":"depthUpdate","E":\d{13},"T":\d{13},"s":"BTCUSDT","U":\d+,"u":\d+,"pu":\d+,"b":\[(\["\d+\.\d{2}","\d+\.\d{3}"\],?)*\],"a":\[(\["\d+\.\d{2}","\d+\.\d{3}"\],?)*\]\})");
  check(
      Market::Usdm, "/market/ws/btcusdt@aggTrade", "aggTrade",
      R"(\{"e":"aggTrade","E":\d{13},"a":\d+,"s":"BTCUSDT","p":"\d+\.\d{2}","q":"\d+\.\d{3}","f":\d+,"l":\d+,"T":\d{13},"m":(true|false)\})");
  check(
      Market::Usdm, "/market/ws/btcusdt@markPrice@1s", "markPriceUpdate",
      R"(\{"e":"markPriceUpdate","E":\d{13},"s":"BTCUSDT","p":"\d+\.\d{8}","i":"\d+\.\d{8}","P":"\d+\.\d{8}","r":"0.00010000","T":\d{13}\})");
  check(
      Market::Coinm, "/ws/btcusd_perp@bookTicker", "bookTicker",
      R"(\{"u":\d+,"e":"bookTicker","s":"BTCUSD_PERP","ps":"BTCUSD","b":"\d+\.\d","B":"\d+","a":"\d+\.\d","A":"\d+","T":\d{13},"E":\d{13}\})");
  check(
      Market::Coinm, "/ws/btcusd_perp@depth", "depthUpdate",
      R"(\{"e":"depthUpdate","E":\d{13},"T":\d{13},"s":"BTCUSD_PERP","ps":"BTCUSD","U":\d+,"u":\d+,"pu":\d+,"b":\[(\["\d+\.\d","\d+"\],?)*\],"a":\[(\["\d+\.\d","\d+"\],?)*\]\})");
}

TEST(BinanceSandbox, BestLevelOfTheBookEqualsTheBookTickerOfTheSameId) {
  const auto sandbox = start(lively());
  for (const Served& s : served) {
    Loop loop;
    Socket socket(loop, sandbox->port(s.market),
                  (s.market == Market::Usdm ? "/public/ws/" : "/ws/") + lower(s.symbol) + "@bookTicker");
    for (int i = 0; i < 20; ++i) {
      const json quote = socket.next_json();
      const auto truth = sandbox->book(s.market, s.symbol, quote["u"].get<std::uint64_t>());
      ASSERT_TRUE(truth.has_value()) << truth.error().message;
      EXPECT_EQ(*Price::parse(quote["b"].get<std::string>()), truth->bids[0].price);
      EXPECT_EQ(*Quantity::parse(quote["B"].get<std::string>()), truth->bids[0].quantity);
      EXPECT_EQ(*Price::parse(quote["a"].get<std::string>()), truth->asks[0].price);
      EXPECT_EQ(*Quantity::parse(quote["A"].get<std::string>()), truth->asks[0].quantity);
    }
  }
}

TEST(BinanceSandbox, SubscribesUnsubscribesAndLists) {
  const auto sandbox = start(lively());
  Loop loop;
  Socket socket(loop, sandbox->port(), "/ws");
  ASSERT_TRUE(socket.opened());
  socket.send(R"({"method":"SUBSCRIBE","params":["btcusdt@bookTicker","nope@trade"],"id":7})");
  EXPECT_EQ(socket.next(), R"({"result":null,"id":7})");
  EXPECT_NE(socket.next_with("\"u\""), "");
  socket.send(R"({"method":"LIST_SUBSCRIPTIONS","id":8})");
  EXPECT_EQ(socket.next_with("\"id\":8"), R"({"result":["btcusdt@bookTicker","nope@trade"],"id":8})");
  socket.send(R"({"method":"UNSUBSCRIBE","params":["btcusdt@bookTicker"],"id":"nine"})");
  EXPECT_EQ(socket.next_with("nine"), R"({"result":null,"id":"nine"})");
  EXPECT_EQ(socket.next([](const std::string&) { return true; }, 200ms), "");
}

TEST(BinanceSandbox, TellsTheBookOfTheMarketWhosePortIsAsked) {
  const auto sandbox = start(lively());
  Loop loop;
  for (const Served& s : served) {
    Rest rest(loop, sandbox->port(s.market));
    const json book = rest.get("/sandbox/book?depth=5&symbol=" + s.symbol).parsed();
    EXPECT_EQ(book["market"], to_text(s.market));
    EXPECT_EQ(book["bids"].size(), 5U);
  }
  Rest spot(loop, sandbox->port(Market::Spot));
  EXPECT_EQ(spot.get("/sandbox/book?market=usdm&symbol=BTCUSDT").parsed()["market"], "usdm");
}

TEST(BinanceSandbox, RefusesWhatItDoesNotUnderstand) {
  const auto sandbox = start(lively());
  Loop loop;
  Socket spot(loop, sandbox->port(), "/ws");
  ASSERT_TRUE(spot.opened());
  spot.send("nonsense");
  EXPECT_EQ(spot.next_json()["error"]["code"], 3);
  spot.send(R"({"method":"DANCE","id":1})");
  EXPECT_EQ(spot.next_json()["error"]["code"], 2);
  spot.send(R"({"method":"SUBSCRIBE","params":["btcusdt"],"id":2})");
  EXPECT_EQ(spot.next_json()["id"], 2);
  Socket futures(loop, sandbox->port(Market::Usdm), "/market/ws");
  ASSERT_TRUE(futures.opened());
  futures.send(R"({"method":"SUBSCRIBE","id":3})");
  EXPECT_EQ(futures.next_json()["code"], 2);
  Socket nowhere(loop, sandbox->port(), "/wss");
  EXPECT_FALSE(nowhere.opened());
  EXPECT_EQ(nowhere.closed->http_status, 404);
}

TEST(BinanceSandbox, UsdmStreamsStaySilentOnTheWrongPath) {
  const auto sandbox = start(lively());
  Loop loop;
  Socket bare(loop, sandbox->port(Market::Usdm), "/ws");
  Socket open(loop, sandbox->port(Market::Usdm), "/public/ws");
  Socket market(loop, sandbox->port(Market::Usdm), "/market/ws");
  ASSERT_TRUE(bare.opened() && open.opened() && market.opened());
  for (Socket* const socket : {&bare, &open, &market})
    socket->send(R"({"method":"SUBSCRIBE","params":["btcusdt@bookTicker","btcusdt@aggTrade"],"id":1})");
  for (Socket* const socket : {&bare, &open, &market}) EXPECT_EQ(socket->next(), R"({"result":null,"id":1})");
  EXPECT_NE(market.next_with("aggTrade"), "");
  EXPECT_NE(bare.next_with("bookTicker"), "");
  EXPECT_NE(open.next_with("bookTicker"), "");
  loop.until([] { return false; }, 300ms);
  for (Socket* const socket : {&bare, &open})
    for (const std::string& message : socket->messages) EXPECT_EQ(message.find("aggTrade"), std::string::npos);
  for (const std::string& message : market.messages) EXPECT_EQ(message.find("bookTicker"), std::string::npos);
}

TEST(BinanceSandbox, DisconnectsWhoAsksTooOften) {
  const auto sandbox = start(lively());
  for (const auto& [market, allowed] : {std::pair{Market::Spot, 5}, std::pair{Market::Usdm, 10}}) {
    Loop loop;
    Socket socket(loop, sandbox->port(market), market == Market::Usdm ? "/public/ws" : "/ws");
    ASSERT_TRUE(socket.opened());
    for (int i = 0; i < allowed + 1; ++i) socket.send(fmt::format(R"({{"method":"LIST_SUBSCRIPTIONS","id":{}}})", i));
    EXPECT_TRUE(loop.until([&] { return socket.closed.has_value(); }));
    EXPECT_EQ(socket.closed->code, 1008);
    EXPECT_EQ(socket.count, static_cast<std::size_t>(allowed));
  }
}

TEST(BinanceSandbox, LimitsStreamsOfAConnection) {
  const auto sandbox = start(lively());
  Loop loop;
  Socket socket(loop, sandbox->port(), "/ws");
  ASSERT_TRUE(socket.opened());
  json names = json::array();
  for (int i = 0; i < 1025; ++i) names.push_back(fmt::format("x{}usdt@trade", i));
  socket.send(json{{"method", "SUBSCRIBE"}, {"params", names}, {"id", 1}}.dump());
  EXPECT_EQ(socket.next_json()["error"]["code"], 2);
  names.erase(names.begin());
  socket.send(json{{"method", "SUBSCRIBE"}, {"params", names}, {"id", 2}}.dump());
  EXPECT_TRUE(socket.next_json()["result"].is_null());
}

TEST(BinanceSandbox, PingsAndEndsOldConnections) {
  BinanceSandboxOptions options = lively();
  options.spot_ping = 50ms;
  options.maximum_age = 400ms;
  const auto sandbox = start(std::move(options));
  Loop loop;
  Socket socket(loop, sandbox->port(), "/ws/btcusdt@bookTicker");
  ASSERT_TRUE(socket.opened());
  EXPECT_TRUE(loop.until([&] { return socket.closed.has_value(); }));
  EXPECT_EQ(socket.closed->code, 1001);
}

TEST(BinanceSandbox, ServesTheRestEndpointsOfEachMarket) {
  const auto sandbox = start(lively());
  Loop loop;
  Socket trades(loop, sandbox->port(), "/ws/btcusdt@trade");
  ASSERT_NE(trades.next(), "");
  for (const Served& s : served) {
    SCOPED_TRACE(s.rest);
    Rest rest(loop, sandbox->port());
    EXPECT_EQ(rest.get(s.rest + "/ping").body, "{}");
    EXPECT_TRUE(rest.get(s.rest + "/time").parsed()["serverTime"].is_number());
    const json info = rest.get(s.rest + "/exchangeInfo").parsed();
    EXPECT_EQ(info["symbols"][0]["symbol"], s.symbol);
    const json depth = rest.get(s.rest + "/depth?symbol=" + s.symbol + "&limit=1000").parsed();
    EXPECT_EQ(depth["bids"].size(), 1000U);
    const json bars = rest.get(s.rest + "/klines?interval=1m&limit=10&symbol=" + s.symbol).parsed();
    EXPECT_EQ(bars.size(), 10U);
    EXPECT_EQ(bars[0].size(), 12U);
    EXPECT_TRUE(rest.get(s.rest + "/trades?symbol=" + s.symbol).parsed().is_array());
    EXPECT_TRUE(rest.get(s.rest + "/aggTrades?symbol=" + s.symbol).parsed().is_array());
    EXPECT_EQ(rest.get(s.rest + "/ticker/bookTicker").parsed()[0]["symbol"], s.symbol);
    const auto unknown = rest.get(s.rest + "/depth?symbol=NOPE");
    EXPECT_EQ(unknown.status, 400);
    EXPECT_EQ(unknown.body, R"({"code":-1121,"msg":"Invalid symbol."})");
    EXPECT_TRUE(unknown.headers.contains("x-mbx-used-weight-1m"));
    if (s.market == Market::Spot) continue;
    EXPECT_NE(rest.get(s.rest + "/premiumIndex?symbol=" + s.symbol).body.find("markPrice"), std::string::npos);
    EXPECT_NE(rest.get(s.rest + "/openInterest?symbol=" + s.symbol).body.find("openInterest"), std::string::npos);
  }
}

TEST(BinanceSandbox, ChargesWeightAndRefusesBeyondIt) {
  BinanceSandboxOptions options = lively();
  options.rest.weight_per_minute_spot = 120;
  const auto sandbox = start(std::move(options));
  Loop loop;
  Rest rest(loop, sandbox->port());
  int answered = 0;
  Rest::Reply refused;
  for (int i = 0; i < 40 && refused.status != 418; ++i) {
    const auto reply = rest.get("/api/v3/depth?symbol=BTCUSDT&limit=1000");
    if (reply.status == 200)
      ++answered;
    else
      refused = reply;
  }
  EXPECT_LE(answered, 4);  // 50 each; a minute may turn in between
  EXPECT_EQ(refused.status, 418);
  EXPECT_EQ(refused.parsed()["code"], -1003);
  EXPECT_TRUE(refused.headers.contains("retry-after"));
}

TEST(BinanceSandbox, AnswersItsOwnerAlsoAfterItStopped) {
  const auto sandbox = start(lively());
  const std::uint16_t port = sandbox->port(Market::Coinm);
  EXPECT_NE(port, 0);
  sandbox->stop();
  sandbox->stop();
  EXPECT_EQ(sandbox->port(Market::Coinm), port);
  EXPECT_TRUE(sandbox->book(Market::Spot, "BTCUSDT").has_value());
  EXPECT_FALSE(json::parse(sandbox->status(), nullptr, false).is_discarded());
  EXPECT_FALSE(sandbox->inject("dorp").has_value());
}

TEST(BinanceSandbox, ListsAsManySymbolsAsAskedFor) {
  BinanceSandboxOptions options;
  options.markets = {Market::Spot};
  options.symbols = default_symbols(120);
  options.rate = 20;
  const auto sandbox = start(std::move(options));
  Loop loop;
  Rest rest(loop, sandbox->port());
  EXPECT_EQ(rest.get("/api/v3/exchangeInfo").parsed()["symbols"].size(), 120U);
  std::string streams;
  for (const std::string& symbol : default_symbols(120))
    streams += (streams.empty() ? "" : "/") + lower(symbol) + "@depth@100ms";
  Socket socket(loop, sandbox->port(), "/stream?streams=" + streams);
  std::set<std::string> seen;
  EXPECT_TRUE(loop.until([&] {
    while (!socket.messages.empty()) {
      seen.insert(json::parse(socket.messages.front())["stream"]);
      socket.messages.pop_front();
    }
    return seen.size() == 120;
  }));
}

}  // namespace
}  // namespace trunkline::sandbox::test
