#include "trunkline/venue/alpaca/hot_parser.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <string>
#include <vector>

namespace trunkline::venue::alpaca {
namespace {

// What was read, each message as one line.
struct Lines {
  std::vector<std::string> lines;
  std::size_t malformed = 0;

  void on(const TradeMessage& m) {
    lines.push_back(fmt::format("trade {} {} {} {} {} {} {}", m.symbol, m.time.count(), m.id, m.price.to_text(),
                                m.quantity.to_text(), static_cast<int>(m.side), m.detail));
  }
  void on(const QuoteMessage& m) {
    lines.push_back(fmt::format("quote {} {} {} {} {} {}", m.symbol, m.time.count(), m.bid_price.to_text(),
                                m.bid_quantity.to_text(), m.ask_price.to_text(), m.ask_quantity.to_text()));
  }
  void on(const auto&) { lines.emplace_back("other"); }
  void on_malformed(const MalformedMessage&) { ++malformed; }
};

struct Hot : Lines {
  bool read = false;
};

Hot hot(const std::string& frame) {
  Hot out;
  HotMessages messages;
  out.read = read_hot(frame, messages, out);
  return out;
}
Lines slow(const std::string& frame) {
  Lines out;
  JsonCursor cursor(frame);
  std::vector<wire::Level> levels;
  read_messages(cursor, levels, out);
  return out;
}

const std::string trade =
    R"({"T":"t","S":"AAPL","i":52983525027938,"x":"V","p":177.79,"s":90,"c":["@","I","T"],"z":"C","t":"2022-03-18T14:02:43.651613184Z"})";
const std::string quote =
    R"({"T":"q","S":"AAPL","bx":"V","bp":25.41,"bs":35,"ax":"V","ap":25.43,"as":12,"c":["R"],"z":"B","t":"2022-03-18T14:02:43Z"})";
const std::string crypto_trade =
    R"({"T":"t","S":"BTC/USD","p":0.00001234,"s":1e-08,"t":"2022-03-18T14:03:31.960672Z","i":26932440,"tks":"S"})";
const std::string crypto_quote =
    R"({"T":"q","S":"BTC/USD","bp":41122.1,"bs":0.5,"ap":41131.66,"as":0.25,"t":"2022-03-18T14:03:31.96Z"})";
const std::string other_order =
    R"({"T":"t","t":"2022-03-18T14:02:43.6Z","z":"A","c":[],"s":0,"p":1e2,"x":"","i":0,"S":"A"})";

TEST(AlpacaHotParser, ReadsWhatTheReaderOfEverythingReads) {
  const std::string frame =
      "[" + trade + "," + quote + "," + crypto_trade + "," + crypto_quote + "," + other_order + "]";
  const Hot got = hot(frame);
  EXPECT_TRUE(got.read);
  EXPECT_EQ(got.lines.size(), 5U);
  EXPECT_EQ(got.lines, slow(frame).lines);
  EXPECT_EQ(slow(frame).malformed, 0U);
}

TEST(AlpacaHotParser, LeavesAWholeFrameWhereOneMessageIsSomethingElse) {
  const std::string bar =
      R"({"T":"b","S":"AAPL","o":1,"c":1,"h":1,"l":1,"v":8547,"t":"2022-03-18T14:02:00Z","n":66,"vw":1})";
  const auto changed = [](std::string text, const std::string& from, const std::string& to) {
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return text.replace(at, from.size(), to);
  };
  for (const std::string& message : {
           bar,
           changed(trade, "\"p\":177.79", "\"p\":-1"),
           changed(trade, "\"p\":177.79", "\"p\":\"177.79\""),
           changed(trade, "\"p\":177.79,", ""),
           changed(trade, "\"p\":177.79", "\"p\": 177.79"),
           changed(trade, "\"p\":177.79", "\"p\":0177.79"),
           changed(trade, "\"p\":177.79", "\"p\":0.1234567891"),
           changed(trade, "\"i\":52983525027938", "\"i\":99999999999999999999"),
           changed(trade, "\"AAPL\"", "\"AA\\u0050L\""),
           changed(trade, "\"AAPL\"", "\"\""),
           changed(trade, "03-18", "02-30"),
           changed(trade, "\"x\":\"V\"", "\"x\":\"V\",\"future\":1"),
           changed(trade, "[\"@\",\"I\",\"T\"]", "null"),
           changed(trade, "\"T\":\"t\",\"S\"", "\"S\""),
           changed(quote, "\"as\":12", "\"as\":12,\"r\":true"),
           changed(quote, "\"bs\":35,", ""),
       }) {
    const Hot got = hot("[" + trade + "," + message + "]");
    EXPECT_FALSE(got.read) << message;
    EXPECT_TRUE(got.lines.empty()) << message;
  }
  for (const std::string& frame : {"[" + trade + "] ", "[" + trade, "[" + trade + ",]", trade, std::string("[]"),
                                   std::string(), "[" + trade.substr(0, 40)}) {
    EXPECT_FALSE(hot(frame).read) << frame;
  }
}

}  // namespace
}  // namespace trunkline::venue::alpaca
