// The Kraken sandbox as a client sees it: form of its messages, its books, and its REST.
#include <fmt/format.h>
#include <map>
#include <regex>
#include <zlib.h>

#include "client.hpp"
#include "sandbox/kraken/kraken_protocol.hpp"
#include "sandbox/server/venue_server.hpp"

namespace trunkline::sandbox::test {
namespace {

std::unique_ptr<VenueServer> start_kraken(std::vector<std::string> symbols = {"BTC/USD"}, double rate = 400) {
  auto started = VenueServer::start(std::make_unique<kraken::KrakenProtocol>(),
                                    {.symbols = std::move(symbols), .rate = rate, .seed = 3});
  if (!started) {
    ADD_FAILURE() << started.error().message;
    return nullptr;
  }
  return *std::move(started);
}

std::string subscribe(const std::string& channel, const std::string& symbols, const std::string& options = "") {
  return R"({"method":"subscribe","params":{"channel":")" + channel + R"(","symbol":[)" + symbols + "]" + options +
         R"(},"req_id":7})";
}

// A client's book, after the venue's guide: texts in, checksum over them.
class Book10 {
 public:
  explicit Book10(std::size_t depth) : depth_(depth) {}
  // Whether the checksum holds. `text` is the message, whose numbers are taken as they stand.
  bool take(const std::string& text) {
    if (text.find(R"("type":"snapshot")") != std::string::npos) sides_[0].clear(), sides_[1].clear();
    for (const int side : {0, 1}) {
      const auto from = text.find(side == 0 ? R"("bids":[)" : R"("asks":[)");
      const std::string part = text.substr(from, text.find(']', from) - from);
      static const std::regex level(R"re(\{"price":([\d.]+),"qty":([\d.]+)\})re");
      for (std::sregex_iterator it(part.begin(), part.end(), level), end; it != end; ++it) {
        const std::int64_t key = Price::parse((*it)[1].str())->raw() * (side == 0 ? -1 : 1);
        if (Quantity::parse((*it)[2].str())->is_zero()) {
          sides_[side].erase(key);
        } else {
          sides_[side][key] = {(*it)[1].str(), (*it)[2].str()};
        }
      }
      while (sides_[side].size() > depth_) sides_[side].erase(std::prev(sides_[side].end()));
    }
    std::string sum;
    for (const int side : {1, 0}) {
      int rank = 0;
      for (const auto& [key, texts] : sides_[side]) {
        if (rank++ == 10) break;
        for (std::string number : {texts.first, texts.second}) {
          std::erase(number, '.');
          sum += number.substr(std::min(number.find_first_not_of('0'), number.size()));
        }
      }
    }
    const auto crc = crc32(0, reinterpret_cast<const Bytef*>(sum.data()), static_cast<uInt>(sum.size()));
    return json::parse(text)["data"][0]["checksum"].get<std::uint64_t>() == crc;
  }
  bool equals(const Book& truth) const {
    const std::vector<BookLevel>* const levels[] = {&truth.bids, &truth.asks};
    for (const int side : {0, 1}) {
      std::size_t i = 0;
      for (const auto& [key, texts] : sides_[side]) {
        if (i >= levels[side]->size()) return false;
        const BookLevel& right = (*levels[side])[i++];
        if (*Price::parse(texts.first) != right.price || *Quantity::parse(texts.second) != right.quantity) return false;
      }
      if (i < std::min(depth_, levels[side]->size())) return false;
    }
    return true;
  }

 private:
  std::size_t depth_;
  std::map<std::int64_t, std::pair<std::string, std::string>> sides_[2];
};

TEST(KrakenSandbox, EveryBookMessageHasItsChecksumAndTheBookIsTheTrueOne) {
  for (const std::size_t depth : {10U, 25U}) {
    SCOPED_TRACE(depth);
    const auto server = start_kraken();
    Loop loop;
    Socket socket(loop, server->port(), "/v2");
    ASSERT_TRUE(socket.opened());
    socket.send(subscribe("book", R"("BTC/USD")", fmt::format(R"(,"depth":{})", depth)));
    Book10 book(depth);
    const auto is_book = [](const std::string& text) { return text.starts_with(R"({"channel":"book")"); };
    for (int i = 0; i < 300; ++i) {
      const std::string text = socket.next(is_book);
      ASSERT_FALSE(text.empty());
      ASSERT_TRUE(book.take(text)) << text;
    }
    server->pause(true);
    for (std::string text = socket.next(is_book, 300ms); !text.empty(); text = socket.next(is_book, 300ms)) {
      ASSERT_TRUE(book.take(text)) << text;
    }
    const auto truth = server->book("BTC/USD");
    ASSERT_TRUE(truth);
    EXPECT_TRUE(book.equals(*truth));
  }
}

TEST(KrakenSandbox, WritesItsMessagesFieldByFieldAsTheVenueDoes) {
  const auto server = start_kraken({"BTC/USD", "ETH/USD"});
  Loop loop;
  Socket socket(loop, server->port(), "/v2");
  ASSERT_TRUE(socket.opened());
  const std::string time = R"("\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z")";
  const auto expect = [&](const std::string& start, const std::string& form) {
    const std::string text = socket.next([&](const std::string& each) { return each.starts_with(start); });
    EXPECT_TRUE(std::regex_match(text, std::regex(form))) << text;
  };
  expect(
      R"({"channel":"status")",
      R"(\{"channel":"status","data":\[\{"api_version":"v2","connection_id":\d+,"system":"online","version":"[\d.]+"\}\],"type":"update"\})");
  socket.send(subscribe("trade", R"("BTC/USD")"));
  expect(
      R"({"method")",
      R"(\{"method":"subscribe","result":\{"channel":"trade","snapshot":false,"symbol":"BTC/USD"\},"success":true,"time_in":)" +
          time + R"(,"time_out":)" + time + R"(,"req_id":7\})");
  expect(
      R"({"channel":"trade")",
      R"re(\{"channel":"trade","type":"update","data":\[(\{"symbol":"BTC/USD","side":"(buy|sell)","price":\d+\.\d,"qty":\d+\.\d{8},"ord_type":"limit","trade_id":\d+,"timestamp":)re" +
          time + R"(\},?)+\]\})");
  socket.send(subscribe("ticker", R"("BTC/USD")", R"(,"event_trigger":"bbo")"));
  expect(
      R"({"channel":"ticker","type":"update")",
      R"(\{"channel":"ticker","type":"update","data":\[\{"symbol":"BTC/USD","bid":\d+\.\d,"bid_qty":\d+\.\d{8},"ask":\d+\.\d,"ask_qty":\d+\.\d{8},"last":\d+\.\d,"volume":\d+\.\d{8},"vwap":[\d.]+,"low":\d+\.\d,"high":\d+\.\d,"change":-?\d+\.\d,"change_pct":-?\d+\.\d\d,"timestamp":)" +
          time + R"(\}\]\})");
  socket.send(subscribe("ohlc", R"("BTC/USD")", R"(,"interval":1)"));
  expect(
      R"({"channel":"ohlc","type":"update")",
      R"(\{"channel":"ohlc","type":"update","timestamp":"[^"]+","data":\[\{"symbol":"BTC/USD","open":\d+\.\d,"high":\d+\.\d,"low":\d+\.\d,"close":\d+\.\d,"trades":\d+,"volume":\d+\.\d{8},"vwap":[\d.]+,"interval_begin":"[^"]+:00\.000000000Z","interval":1,"timestamp":"[^"]+"\}\]\})");
  expect(R"({"channel":"heartbeat")", R"(\{"channel":"heartbeat"\})");
  socket.send(R"({"method":"ping","req_id":101})");
  expect(R"({"method":"pong")",
         R"(\{"method":"pong","time_in":)" + time + R"(,"time_out":)" + time + R"(,"req_id":101\})");
}

TEST(KrakenSandbox, AnswersEachSymbolAndRefusesInTheVenuesWords) {
  const auto server = start_kraken({"BTC/USD", "ETH/USD"});
  Loop loop;
  Socket socket(loop, server->port(), "/v2");
  ASSERT_TRUE(socket.opened());
  const auto answer = [&] {
    return json::parse(socket.next([](const std::string& text) { return text.find("\"success\"") != text.npos; }));
  };
  socket.send(subscribe("book", R"("BTC/USD","NO/NO","ETH/USD")"));
  EXPECT_EQ(answer()["result"]["symbol"], "BTC/USD");
  const json refused = answer();
  EXPECT_EQ(refused["success"], false);
  EXPECT_EQ(refused["error"], "Currency pair not supported NO/NO");
  EXPECT_EQ(refused["symbol"], "NO/NO");
  EXPECT_EQ(refused["req_id"], 7);
  EXPECT_EQ(answer()["result"]["symbol"], "ETH/USD");
  socket.send(subscribe("book", R"("BTC/USD")"));
  EXPECT_EQ(answer()["error"], "Already subscribed");
  socket.send(subscribe("book", R"("BTC/USD")", R"(,"depth":11)"));
  EXPECT_EQ(answer()["error"], "Subscription depth not supported");
  socket.send(subscribe("news", R"("BTC/USD")"));
  EXPECT_EQ(answer()["error"], "Channel not supported news");
  socket.send(R"({"method":"unsubscribe","params":{"channel":"trade","symbol":["BTC/USD"]}})");
  EXPECT_EQ(answer()["error"], "Subscription Not Found");
  socket.send(R"({"method":"unsubscribe","params":{"channel":"book","symbol":["BTC/USD"]}})");
  EXPECT_EQ(answer()["success"], true);
  for (const char* const bad : {"x", "[]", "{}", R"({"method":5})", R"({"method":"subscribe","params":7})",
                                R"({"method":"subscribe","params":{"channel":"book","symbol":"BTC/USD"}})"}) {
    socket.send(bad);
    EXPECT_EQ(answer()["success"], false) << bad;
  }
}

TEST(KrakenSandbox, ListsItsPairsOnTheSocketAndByRest) {
  const auto server = start_kraken({"BTC/USD", "DOGE/USD"});
  Loop loop;
  Socket socket(loop, server->port(), "/v2");
  ASSERT_TRUE(socket.opened());
  socket.send(R"({"method":"subscribe","params":{"channel":"instrument"}})");
  const json message =
      json::parse(socket.next([](const std::string& text) { return text.starts_with(R"({"channel":"instrument")"); }));
  ASSERT_EQ(message["data"]["pairs"].size(), 2U);
  EXPECT_EQ(message["data"]["pairs"][0]["symbol"], "BTC/USD");
  EXPECT_EQ(message["data"]["pairs"][0]["price_precision"], 1);
  EXPECT_EQ(message["data"]["pairs"][0]["qty_precision"], 8);

  Rest rest(loop, server->port());
  const auto result = [&](const std::string& target) { return rest.get("/0/public/" + target).parsed()["result"]; };
  EXPECT_EQ(result("AssetPairs")["XXBTZUSD"]["wsname"], "XBT/USD");
  EXPECT_EQ(result("AssetPairs")["XDGUSD"]["altname"], "XDGUSD");
  EXPECT_EQ(result("Assets")["XXBT"]["altname"], "XBT");
  EXPECT_GT(result("Time")["unixtime"].get<std::int64_t>(), 1'600'000'000);
  EXPECT_EQ(result("SystemStatus")["status"], "online");
  for (const char* const name : {"XXBTZUSD", "XBTUSD", "XBT/USD", "BTC/USD"}) {
    EXPECT_EQ(result(std::string("Depth?count=5&pair=") + name)["XXBTZUSD"]["bids"].size(), 5U) << name;
  }
  EXPECT_EQ(result("Ticker?pair=XBTUSD")["XXBTZUSD"]["a"].size(), 3U);
  EXPECT_EQ(result("Ticker").size(), 2U);
  EXPECT_EQ(result("OHLC?interval=1&pair=XBTUSD")["XXBTZUSD"].size(), 720U);
  EXPECT_TRUE(loop.until([&] { return result("Trades?pair=XBTUSD")["XXBTZUSD"].size() > 3; }));
  EXPECT_EQ(rest.get("/0/public/Depth?pair=NONO").parsed()["error"][0], "EQuery:Unknown asset pair");
  EXPECT_EQ(rest.get("/0/public/Nothing").parsed()["error"][0], "EGeneral:Unknown method");
}

TEST(KrakenSandbox, AFaultHitsTheBookAndTheChecksumTells) {
  for (const char* const fault : {"drop", "corrupt:field=quantity", "reorder"}) {
    SCOPED_TRACE(fault);
    const auto server = start_kraken();
    Loop loop;
    Socket socket(loop, server->port(), "/v2");
    ASSERT_TRUE(socket.opened());
    socket.send(subscribe("book", R"("BTC/USD")"));
    Book10 book(10);
    bool wrong = false;
    const auto next = [&] {
      const std::string text =
          socket.next([](const std::string& each) { return each.starts_with(R"({"channel":"book")"); });
      return text.empty() || book.take(text);
    };
    for (int i = 0; i < 20; ++i) ASSERT_TRUE(next());
    const std::string spec = fault;
    ASSERT_TRUE(server->inject(spec + (spec.find(':') == spec.npos ? ":" : ",") + "symbol=BTC/USD,count=50"));
    // What was sent before the fault may be waiting still; and what the next message makes good again is no fault.
    for (int i = 0; i < 2'000 && !wrong; ++i) wrong = !next();
    EXPECT_TRUE(wrong);
  }
}

}  // namespace
}  // namespace trunkline::sandbox::test
