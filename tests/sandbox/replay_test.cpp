// A recording, written by the test in the form of the captures, comes out of the sockets as it went in.
#include <filesystem>
#include <map>
#include <set>
#include <zlib.h>

#include "client.hpp"
#include "support/captures.hpp"

namespace trunkline::sandbox::test {
namespace {

using binance::BinanceSandboxOptions;

class Recording {
 public:
  Recording()
      : path_(std::filesystem::temp_directory_path() / fmt::format("trunkline-replay-{}.jsonl.gz", ::getpid())) {}
  ~Recording() { std::filesystem::remove(path_); }

  void line(std::int64_t ms, const std::string& address, const std::string& message) {
    const std::int64_t t = 1'723'161'253'000'000'000 + ms * 1'000'000;
    text_ += fmt::format(R"({{"t":{},"conn":"{}","dir":"in","msg":{}}})", t, address, json(message).dump()) + "\n";
  }
  std::string write() {
    const gzFile file = gzopen(path_.c_str(), "wb");
    gzwrite(file, text_.data(), static_cast<unsigned>(text_.size()));
    gzclose(file);
    return path_.string();
  }

 private:
  std::filesystem::path path_;
  std::string text_;
};

constexpr const char* stream_address = "wss://stream.binance.com (host not recorded)";
constexpr const char* rest_address = "https://api.binance.com/api/v3/depth?symbol=BTCUSDT&limit=1000";
constexpr const char* snapshot =
    R"({"lastUpdateId":12,"bids":[["100.00000000","1.00000000"]],"asks":[["101.50000000","2.00000000"]]})";

std::string wrap(const std::string& name, const std::string& data) {
  return R"({"stream":")" + name + R"(","data":)" + data + "}";
}
std::string diff(int first, int last, const std::string& bids) {
  return fmt::format(R"({{"e":"depthUpdate","E":1723161255208,"s":"BTCUSDT","U":{},"u":{},"b":{},"a":[]}})", first,
                     last, bids);
}
std::vector<std::string> fill(Recording& recording) {
  const std::vector<std::string> events{
      wrap("btcusdt@depth@100ms", diff(10, 11, R"([["99.00000000","1.00000000"]])")),
      wrap("btcusdt@trade",
           R"({"e":"trade","E":1,"s":"BTCUSDT","t":5,"p":"100.00000000","q":"0.50000000","T":1,"m":true,"M":true})"),
      wrap("btcusdt@depth@100ms", diff(12, 14, R"([["100.00000000","0.00000000"],["99.50000000","3.00000000"]])"))};
  recording.line(0, stream_address, events[0]);
  recording.line(5, stream_address, events[1]);
  recording.line(10, rest_address, snapshot);
  recording.line(20, stream_address, events[2]);
  return events;
}

std::unique_ptr<binance::BinanceSandbox> replay(Recording& recording, double speed) {
  BinanceSandboxOptions options;
  options.replay.files = {recording.write()};
  options.replay.speed = speed;
  return start(std::move(options));
}

TEST(Replay, ServesTheRecordingByteForByteAndItsSnapshotAtItsPlace) {
  for (const double speed : {0.0, 10.0}) {
    Recording recording;
    const auto events = fill(recording);
    const auto sandbox = replay(recording, speed);
    Loop loop;
    Rest rest(loop, sandbox->port());
    EXPECT_EQ(rest.get("/api/v3/exchangeInfo").parsed()["symbols"][0]["baseAsset"], "BTC");
    Socket socket(loop, sandbox->port(), "/stream");
    ASSERT_TRUE(socket.opened());
    socket.send(R"({"method":"SUBSCRIBE","params":["btcusdt@trade","btcusdt@depth@100ms"],"id":1})");
    EXPECT_EQ(socket.next(), R"({"result":null,"id":1})");
    EXPECT_EQ(socket.next(), events[0]);
    EXPECT_EQ(socket.next(), events[1]);
    // The stream waits for the client to ask.
    EXPECT_EQ(socket.next([](const std::string&) { return true; }, 150ms), "");
    EXPECT_EQ(rest.get("/api/v3/depth?symbol=BTCUSDT&limit=1000").body, snapshot);
    EXPECT_EQ(socket.next(), events[2]);
    const auto truth = sandbox->book(Market::Spot, "BTCUSDT");
    ASSERT_TRUE(truth.has_value());
    EXPECT_EQ(truth->update_id, 14U);
    EXPECT_EQ(truth->bids, (std::vector<BookLevel>{{*Price::parse("99.5"), *Quantity::parse("3")}}));
    // No recorded reply is left: the book that the recording leads to is the answer.
    EXPECT_EQ(rest.get("/api/v3/depth?symbol=BTCUSDT").parsed()["lastUpdateId"], 14);
    EXPECT_TRUE(json::parse(sandbox->status())["replay"]["finished"]);
  }
}

TEST(Replay, WaitsForASubscriberAndServesAnyCadenceOfDepth) {
  Recording recording;
  fill(recording);
  const auto sandbox = replay(recording, 0);
  Loop loop;
  Rest rest(loop, sandbox->port());
  loop.until([] { return false; }, 100ms);
  EXPECT_FALSE(json::parse(sandbox->status())["replay"]["started"]);
  Socket socket(loop, sandbox->port(), "/stream?streams=btcusdt@depth/btcusdt@trade");
  EXPECT_EQ(socket.next(), wrap("btcusdt@depth", diff(10, 11, R"([["99.00000000","1.00000000"]])")));
}

// Whole recordings at full speed: every message, in order, and every snapshot.
TEST(Replay, ServesRealSessionsByteForByte) {
  TRUNKLINE_SKIP_WITHOUT_SHARED();
  for (const char* const name : {"spot-btcusdt-session-1", "usdm-capture-1", "coinm-capture-1"}) {
    SCOPED_TRACE(name);
    const auto files = trunkline::test::capture_files("binance", name);
    ASSERT_EQ(files.size(), 1U);
    std::vector<std::string> messages;
    std::map<std::string, std::string> snapshots;  // by symbol
    std::set<std::string> streams;
    std::string prefix;
    trunkline::test::Capture capture(files[0]);
    for (trunkline::test::CaptureLine line; capture.next(line);) {
      if (line.direction != trunkline::test::CaptureLine::Direction::In) continue;
      if (line.is_rest()) {
        const std::size_t at = line.connection.find("symbol=") + 7;
        snapshots.emplace(line.connection.substr(at, line.connection.find('&', at) - at), line.message);
        const std::size_t host_end = line.connection.find('/', 8);
        prefix = line.connection.substr(host_end, line.connection.find("/depth") - host_end);
      } else {
        messages.push_back(line.message);
        streams.insert(line.message.substr(11, line.message.find('"', 11) - 11));
      }
    }
    BinanceSandboxOptions options;
    options.replay.files = {files[0].string()};
    options.replay.speed = 0;
    const auto sandbox = start(std::move(options));
    Loop loop;
    // USD-M has two paths, so its messages come over two connections, each in order.
    std::vector<std::unique_ptr<Socket>> sockets;
    const bool routed = prefix.starts_with("/fapi");
    for (const std::string& path :
         routed ? std::vector<std::string>{"/public", "/market"} : std::vector<std::string>{""}) {
      std::string wanted;
      for (const std::string& stream : streams) {
        const bool is_public =
            stream.find("@depth") != std::string::npos || stream.find("@bookTicker") != std::string::npos;
        if (!routed || is_public == (path == "/public")) wanted += (wanted.empty() ? "" : "/") + stream;
      }
      sockets.push_back(std::make_unique<Socket>(loop, sandbox->port(), path + "/stream?streams=" + wanted));
    }
    Rest rest(loop, sandbox->port());
    std::size_t answered = 0;
    for (const auto& [symbol, body] : snapshots) {
      const std::string expected = body;
      rest.begin("GET", prefix + "/depth?limit=1000&symbol=" + symbol, "", [&answered, expected](Rest::Reply reply) {
        EXPECT_TRUE(reply.body == expected);
        ++answered;
      });
    }
    const auto received = [&] {
      std::size_t count = 0;
      for (const auto& socket : sockets) count += socket->messages.size();
      return count;
    };
    EXPECT_TRUE(loop.until([&] { return received() >= messages.size() && answered == snapshots.size(); }, 60s));
    ASSERT_EQ(received(), messages.size());
    EXPECT_EQ(answered, snapshots.size());
    std::vector<std::size_t> next(sockets.size(), 0);
    for (const std::string& message : messages) {
      bool found = false;
      for (std::size_t i = 0; i < sockets.size() && !found; ++i) {
        found = next[i] < sockets[i]->messages.size() && sockets[i]->messages[next[i]] == message;
        if (found) ++next[i];
      }
      ASSERT_TRUE(found) << message.substr(0, 200);
    }
  }
}

TEST(Replay, SaysWhatItCannotOpen) {
  BinanceSandboxOptions options;
  options.port = 0;
  options.replay.files = {"/nonexistent.jsonl.gz"};
  const auto sandbox = binance::BinanceSandbox::start(std::move(options));
  ASSERT_FALSE(sandbox.has_value());
  EXPECT_NE(sandbox.error().message.find("/nonexistent.jsonl.gz"), std::string::npos);
}

}  // namespace
}  // namespace trunkline::sandbox::test
