// Every message of the stream, in JSON and MessagePack: what it says, that both say the same, and what becomes of
// messages that are damaged.
#include <gtest/gtest.h>
#include <memory>

#include "venue/alpaca/harness.hpp"

namespace trunkline::venue::alpaca::test {
namespace {

// Keeps what it is handed.
struct Kept {
  std::shared_ptr<void> cursor;
  std::vector<TradeMessage> trades;
  std::vector<QuoteMessage> quotes;
  std::vector<BarMessage> bars;
  std::vector<BookMessage> books;
  std::vector<wire::Level> levels;
  std::vector<StatusMessage> statuses;
  std::vector<BandsMessage> bands;
  std::vector<CorrectionMessage> corrections;
  std::vector<SuccessMessage> successes;
  std::vector<ErrorMessage> errors;
  std::vector<SubscriptionMessage> subscriptions;
  std::vector<std::string> unknown;
  std::vector<MalformedMessage> malformed;
  std::vector<wire::Level> buffer;

  void on(const TradeMessage& m) { trades.push_back(m); }
  void on(const QuoteMessage& m) { quotes.push_back(m); }
  void on(const BarMessage& m) { bars.push_back(m); }
  void on(const BookMessage& m) {
    books.push_back(m);
    levels = buffer;
  }
  void on(const StatusMessage& m) { statuses.push_back(m); }
  void on(const BandsMessage& m) { bands.push_back(m); }
  void on(const CorrectionMessage& m) { corrections.push_back(m); }
  void on(const SuccessMessage& m) { successes.push_back(m); }
  void on(const ErrorMessage& m) { errors.push_back(m); }
  void on(const SubscriptionMessage& m) { subscriptions.push_back(m); }
  void on(const UnknownMessage& m) { unknown.emplace_back(m.kind); }
  void on_malformed(const MalformedMessage& m) { malformed.push_back(m); }
};

// The texts of what is kept lie in `text`, which must outlive it.
Kept read_json(const std::string& text) {
  Kept kept;
  // Texts with escapes lie in the cursor.
  const auto cursor = std::make_shared<JsonCursor>(text);
  kept.cursor = cursor;
  read_messages(*cursor, kept.buffer, kept);
  return kept;
}
Kept read_pack(const std::string& bytes) {
  Kept kept;
  const auto cursor = std::make_shared<MessagePackCursor>(bytes);
  kept.cursor = cursor;
  read_messages(*cursor, kept.buffer, kept);
  return kept;
}

TEST(Messages, TradesTellConditionsExchangeAndSide) {
  const std::string text =
      R"([{"T":"t","S":"AAPL","i":6142,"x":"V","p":177.79,"s":90,"c":["@","I","T"],"z":"C","t":"1970-01-01T00:00:10.00000001Z"},)"
      R"({"T":"t","S":"BTC/USD","p":0.00001234,"s":1e-08,"t":"2022-03-18T14:03:31.960672Z","i":26932440,"tks":"S"}])";
  const Kept kept = read_json(text);
  ASSERT_EQ(kept.trades.size(), 2U);
  EXPECT_TRUE(kept.malformed.empty());
  const TradeMessage& stock = kept.trades[0];
  EXPECT_EQ(stock.symbol, "AAPL");
  EXPECT_EQ(stock.id, 6142U);
  EXPECT_EQ(stock.price, price("177.79"));
  EXPECT_EQ(stock.quantity, quantity("90"));
  EXPECT_EQ(stock.time, Nanos{10'000'000'010});
  EXPECT_EQ(stock.detail, trade_detail::exchange('V') | trade_detail::odd_lot | trade_detail::outside_hours);
  EXPECT_EQ(stock.side, Side::Unknown);
  EXPECT_EQ(kept.trades[1].side, Side::Sell);
  EXPECT_EQ(kept.trades[1].quantity.raw(), 1);
  EXPECT_EQ(kept.trades[1].price.raw(), 1234);
}

TEST(Messages, ConditionsAreReadByTheirTape) {
  using namespace trade_detail;
  EXPECT_EQ(detail::condition_detail('B', 'A'), no_last_price);
  EXPECT_EQ(detail::condition_detail('B', 'C'), 0);
  EXPECT_EQ(detail::condition_detail('U', 'C'), outside_hours | late);
  EXPECT_EQ(detail::condition_detail('6', 'A'), auction);
  EXPECT_EQ(detail::condition_detail('@', 'C'), 0);
}

TEST(Messages, BarsRoundTheirVolumesAndSaySo) {
  const std::string text =
      R"([{"T":"b","S":"AAPL","o":177.94,"c":178.005,"h":178.005,"l":177.94,"v":8547,"t":"2022-03-18T14:02:00Z","n":66,"vw":177.987562},)"
      R"({"T":"d","S":"BTC/USD","o":1,"h":1,"l":1,"c":1,"v":0.123456789,"t":"2022-03-18T00:00:00Z","n":1,"vw":2},)"
      R"({"T":"u","S":"AAPL","o":1,"h":1,"l":1,"c":1,"v":99999999999999,"t":"2022-03-18T00:00:00Z"}])";
  const Kept kept = read_json(text);
  ASSERT_EQ(kept.bars.size(), 3U);
  EXPECT_EQ(kept.bars[0].bar.quote_volume, quantity("1521259.692414"));  // 8547 x 177.987562
  EXPECT_EQ(kept.bars[0].bar.detail, 1 | 4);
  EXPECT_EQ(kept.bars[0].bar.interval, Nanos{1min});
  EXPECT_EQ(kept.bars[0].bar.trade_count, 66U);
  EXPECT_EQ(kept.bars[1].bar.volume, quantity("0.12345679"));
  EXPECT_EQ(kept.bars[1].bar.detail, 4);
  EXPECT_EQ(kept.bars[1].bar.interval, Nanos{24h});
  EXPECT_TRUE(kept.bars[2].bar.volume.is_absent());
  EXPECT_TRUE(kept.bars[2].bar.quote_volume.is_absent());
  EXPECT_EQ(kept.bars[2].bar.detail, 1 | 2);
}

TEST(Messages, CorrectionsAndCancels) {
  const std::string text =
      R"([{"T":"c","S":"EEM","x":"M","oi":52983525033527,"op":39.1582,"os":440000,"oc":["7"],"ci":52983525033528,"cp":39.1,"cs":44,"cc":["7"],"z":"B","t":"2023-04-06T14:25:06.542305024Z"},)"
      R"({"T":"x","S":"DJT","i":4868,"x":"D","p":36.18,"s":31800,"a":"E","z":"C","t":"1970-01-01T00:00:10.00000001Z"}])";
  const Kept kept = read_json(text);
  ASSERT_EQ(kept.corrections.size(), 2U);
  const auto& corrected = kept.corrections[0].correction;
  EXPECT_EQ(corrected.original_trade_id, 52983525033527U);
  EXPECT_EQ(corrected.original_price, price("39.1582"));
  EXPECT_EQ(corrected.original_quantity, quantity("440000"));
  EXPECT_EQ(corrected.trade_id, 52983525033528U);
  EXPECT_EQ(corrected.price, price("39.1"));
  EXPECT_EQ(corrected.quantity, quantity("44"));
  EXPECT_EQ(corrected.detail, 'M' << 8);
  const auto& cancelled = kept.corrections[1].correction;
  EXPECT_EQ(cancelled.original_trade_id, 4868U);
  EXPECT_TRUE(cancelled.price.is_absent());
  EXPECT_EQ(cancelled.detail, 'D' << 8 | 1 | 2);
}

const char* const every_message =
    R"([{"T":"t","S":"AAPL","i":6142,"x":"V","p":177.79,"s":90,"c":["@","I"],"z":"C","t":"2022-03-18T14:02:43.651613184Z"},
    {"T":"q","S":"AAPL","bx":"V","bp":25.41,"bs":35,"ax":"V","ap":25.43,"as":35,"c":["R"],"z":"B","t":"2022-03-18T14:02:43Z"},
    {"T":"q","S":"AAPL","bx":"","bp":0,"bs":0,"ax":"V","ap":0.1,"as":35.5,"c":[],"z":"B","t":"2022-03-18T14:02:43.5Z"},
    {"T":"b","S":"AAPL","o":177.94,"c":178.005,"h":178.005,"l":177.94,"v":8547,"t":"1970-01-01T00:00:10.00000001Z","n":66,"vw":177.98756234123},
    {"T":"u","S":"AAPL","o":177.94,"c":178.005,"h":178.005,"l":177.94,"v":8548.123456789,"t":"1970-01-01T00:01:00Z","n":66,"vw":177.987562},
    {"T":"d","S":"AAPL","o":0.0000001,"c":178.005,"h":178.005,"l":177.94,"v":1e15,"t":"1969-12-31T05:00:00Z","n":66,"vw":177.987562},
    {"T":"s","S":"AAPL","t":"2022-03-18T14:02:43Z","sc":"H","sm":"Trading Halt","rc":"T12","rm":"News \u00e9 \"pending\"","z":"C"},
    {"T":"l","S":"AAPL","u":3.24,"d":2.65,"i":"B","t":"2022-03-18T14:02:43Z","z":"B"},
    {"T":"c","S":"AAPL","x":"M","oi":52983525033527,"op":39.1582,"os":440000,"oc":["7"],"ci":52983525033528,"cp":39.1,"cs":44,"cc":["7"],"z":"B","t":"2023-04-06T14:25:06.542305024Z"},
    {"T":"x","S":"AAPL","i":4868,"x":"D","p":36.18,"s":31800,"a":"C","z":"C","t":"1970-01-01T00:00:10.00000001Z"},
    {"T":"i","S":"AAPL","p":1.5,"t":"2022-03-18T14:02:43Z","z":"A"},
    {"T":"n","id":39358670,"headline":"x","symbols":["AVGO"],"list":[1,[2,{"a":null}],true,false,-3,1.5]}])";

TEST(Messages, JsonAndMessagePackGiveTheSameFrames) {
  Harness json(stocks());
  json.start();
  json.bytes(every_message);
  auto config = stocks();
  config.encoding = Encoding::MessagePack;
  Harness pack(config);
  pack.start();
  pack.bytes(to_message_pack(every_message));
  EXPECT_EQ(json.venue().counters().malformed, 0U) << json.told;
  EXPECT_EQ(pack.venue().counters().malformed, 0U) << pack.told;
  EXPECT_EQ(json.trades.size(), 1U);
  EXPECT_EQ(json.quotes.size(), 2U);
  EXPECT_EQ(json.bars.size(), 3U);
  EXPECT_EQ(json.bands.size(), 1U);
  EXPECT_EQ(json.corrections.size(), 2U);
  EXPECT_EQ(json.venue().counters().unknown_messages, 2U);
  EXPECT_EQ(json.lines, pack.lines);
  EXPECT_TRUE(pack.sent.front().binary);
  EXPECT_TRUE(json.quotes[1].bid_price.is_absent());
  EXPECT_EQ(json.quotes[1].ask_quantity, quantity("35.5"));
}

TEST(Messages, MessagePackNumbersAndTimesComeInEveryForm) {
  const auto map = [](std::string value) {
    return "\x91\x86\xA1T\xA1t\xA1S\xA1"
           "A\xA1i\x01\xA1p" +
           value + "\xA1s\x01\xA1t\xD6\xFF" + std::string("\x00\x00\x00\x0A", 4);
  };
  const struct {
    std::string bytes;
    const char* text;
  } table[] = {{"\x07", "7"},
               {std::string("\xCC\xC8", 2), "200"},
               {std::string("\xCD\x01\x00", 3), "256"},
               {std::string("\xCE\x00\x01\x00\x00", 5), "65536"},
               {std::string("\xCF\x00\x00\x00\x01\x00\x00\x00\x00", 9), "4294967296"},
               {std::string("\xD0\x7F", 2), "127"},
               {std::string("\xD1\x01\x00", 3), "256"},
               {std::string("\xD2\x00\x01\x00\x00", 5), "65536"},
               {std::string("\xD3\x00\x00\x00\x01\x00\x00\x00\x00", 9), "4294967296"},
               {std::string("\xCA\x3F\xC0\x00\x00", 5), "1.5"},
               {std::string("\xCB\x40\x66\x39\x47\xAE\x14\x7A\xE1", 9), "177.79"},
               {"\xA5"
                "12.34",
                "12.34"}};
  for (const auto& row : table) {
    const std::string bytes = map(row.bytes);
    const Kept kept = read_pack(bytes);
    ASSERT_EQ(kept.trades.size(), 1U) << row.text << (kept.malformed.empty() ? "" : kept.malformed[0].error);
    EXPECT_EQ(kept.trades[0].price, price(row.text));
    EXPECT_EQ(kept.trades[0].time, Nanos{10'000'000'000});
  }
  for (const std::string& wrong :
       {std::string("\xFF"), std::string("\xD0\x80", 2), std::string("\xC0"),
        std::string("\xCB\x7F\xF8\x00\x00\x00\x00\x00\x00", 9), std::string("\xCB\x7F\xF0\x00\x00\x00\x00\x00\x00", 9),
        std::string("\xA1x"), std::string("\xCB\x44\x52\x02\xD9\x6C\xF8\xF2\x00", 9)}) {
    const std::string bytes = map(wrong);
    const Kept kept = read_pack(bytes);
    EXPECT_TRUE(kept.trades.empty());
    ASSERT_EQ(kept.malformed.size(), 1U);
    EXPECT_EQ(kept.malformed[0].kind, 't');
    EXPECT_EQ(kept.malformed[0].symbol, "A");
    EXPECT_TRUE(kept.malformed[0].error.starts_with("p: ")) << kept.malformed[0].error;
  }
}

TEST(Messages, FieldsMayComeInAnyOrderWithSpacesAndEscapes) {
  const std::string text = R"( [ { "t" : "2022-03-18T14:02:43Z" , "s" : 90 , "p" : 177.79 , "i" : 5 ,
      "new" : { "a" : [ null , true ] } , "S" : "BTC\/USD" , "T" : "t" } ] )";
  const Kept kept = read_json(text);
  ASSERT_EQ(kept.trades.size(), 1U) << kept.malformed.size();
  EXPECT_EQ(kept.trades[0].symbol, "BTC/USD");
}

TEST(Messages, ADamagedMessageLosesNoOther) {
  const std::string good = R"({"T":"t","S":"AAPL","i":1,"p":1,"s":1,"t":"2022-03-18T14:02:43Z"})";
  const struct {
    const char* text;
    const char* error;  // what it must tell
  } table[] = {
      {R"({"T":"t","S":"AAPL","i":1,"p":"abc","s":1,"t":"2022-03-18T14:02:43Z"})", "p: \"abc\""},
      {R"({"T":"t","S":"AAPL","i":1,"p":1.123456789,"s":1,"t":"2022-03-18T14:02:43Z"})", "p: \"1.123456789\""},
      {R"({"T":"t","S":"AAPL","i":1,"p":99999999999999,"s":1,"t":"2022-03-18T14:02:43Z"})", "p: \"99999999999999\""},
      {R"({"T":"t","S":"AAPL","i":1,"p":-1,"s":1,"t":"2022-03-18T14:02:43Z"})", "below zero"},
      {R"({"T":"t","S":"AAPL","i":-1,"p":1,"s":1,"t":"2022-03-18T14:02:43Z"})", "i: "},
      {R"({"T":"t","S":"AAPL","i":99999999999999999999,"p":1,"s":1,"t":"2022-03-18T14:02:43Z"})", "64 bits"},
      {R"({"T":"t","S":"AAPL","i":1,"s":1,"t":"2022-03-18T14:02:43Z"})", "\"p\" is a field that is missing"},
      {R"({"T":"t","i":1,"p":1,"s":1,"t":"2022-03-18T14:02:43Z"})", "\"S\" is a field that is missing"},
      {R"({"T":"t","S":"AAPL","i":1,"p":1,"s":1,"t":"today"})", "t: \"today\""},
      {R"({"T":"t","S":"AAPL","i":1,"p":[],"s":1,"t":"2022-03-18T14:02:43Z"})", "p: "},
      {R"({"T":"q","S":"AAPL"})", "missing"},
      {R"({"T":"o","S":"AAPL","t":"2022-03-18T14:02:43Z","b":[{"p":1}],"a":[]})", "\"s\" is a field that is missing"},
      {R"({"T":"o","S":"AAPL","t":"2022-03-18T14:02:43Z","b":[{"p":1,"s":-2}],"a":[]})", "below zero"},
      {R"({"S":"AAPL"})", "\"T\" is a field that is missing"},
      {R"({"T":5})", "missing"},
      {R"(17)", "missing"},
      {R"("text")", "missing"},
  };
  for (const auto& row : table) {
    const std::string text = "[" + good + "," + row.text + "," + good + "]";
    const Kept kept = read_json(text);
    ASSERT_EQ(kept.malformed.size(), 1U) << row.text;
    EXPECT_NE(kept.malformed[0].error.find(row.error), std::string::npos) << kept.malformed[0].error;
    EXPECT_EQ(kept.trades.size(), 2U) << row.text;
  }
}

TEST(Messages, FramesThatCannotBeWalkedAreToldOnce) {
  for (const std::string& text :
       {std::string("{}"), std::string("null"), std::string("[{"), std::string("[{\"T\":\"t\""),
        std::string(R"([{"T":"success","msg":"x"}] y)"), std::string(R"([{"T":"t","S":"A","p":1)"),
        std::string(200, '['), "[{\"T\":\"n\",\"x\":" + std::string(100, '[') + std::string(100, ']') + "}]"}) {
    EXPECT_EQ(read_json(text).malformed.size(), 1U) << text;
  }
  // Lengths that promise more than there is.
  for (const std::string& bytes :
       {std::string("\xDD\xFF\xFF\xFF\xFF", 5), std::string("\x92\x81\xA1T\xDB\xFF\xFF\xFF\xFF", 9),
        std::string("\xDC\xFF"), std::string("\x91\xDF\xFF\xFF\xFF\xFF", 6),
        std::string("\x91\x81\xA1x\xC6\xFF\xFF\xFF\xFF", 9), std::string("\x91\x81\xA1x\xC1")}) {
    EXPECT_EQ(read_pack(bytes).malformed.size(), 1U);
  }
}

TEST(Messages, TruncatedAnywhereIsAnErrorAndNeverMore) {
  const std::string whole(every_message);
  const std::string packed = to_message_pack(whole);
  for (std::size_t size = 1; size < whole.size(); ++size) {
    EXPECT_GE(read_json(whole.substr(0, size)).malformed.size(), 1U) << size;
  }
  for (std::size_t size = 1; size < packed.size(); ++size) {
    EXPECT_GE(read_pack(packed.substr(0, size)).malformed.size(), 1U) << size;
  }
}

}  // namespace
}  // namespace trunkline::venue::alpaca::test
