// Messages of a source without code (Bybit v5, read by examples/bybit.toml) from text to fixed-point numbers, against
// simdjson on-demand reading the same fields by hand.
#include <fstream>
#include <iterator>
#include <random>
#include <simdjson.h>
#include <string>
#include <vector>

#include "bench/ratio.hpp"
#include "trunkline/core/symbol.hpp"
#include "trunkline/venue/generic/mapping_reader.hpp"
#include "trunkline/venue/generic/parser.hpp"

namespace {

using namespace trunkline;
using namespace trunkline::venue::generic;
namespace ondemand = simdjson::ondemand;

std::string decimal(std::int64_t value, int decimals) {
  std::string text = std::to_string(value);
  while (static_cast<int>(text.size()) <= decimals) text.insert(0, "0");
  text.insert(text.size() - static_cast<std::size_t>(decimals), ".");
  return text;
}

class Maker {
 public:
  std::string trade() {
    return R"({"topic":"publicTrade.BTCUSDT","type":"snapshot","ts":1709891679005,"data":[{"T":1709891679004,)"
           R"("s":"BTCUSDT","S":")" +
           std::string(random_() % 2 == 0 ? "Buy" : "Sell") + R"(","v":")" + quantity() + R"(","p":")" + price() +
           R"(","L":"PlusTick","i":"2290000000)" + std::to_string(++id_) + R"(","BT":false}]})";
  }
  // `levels` a side.
  std::string book(std::size_t levels) {
    std::string text =
        R"({"topic":"orderbook.50.BTCUSDT","type":"delta","ts":1709891679500,"data":{"s":"BTCUSDT","b":[)";
    for (const char* const key : {R"(],"a":[)", R"(],"u":)"}) {
      for (std::size_t i = 0; i < levels; ++i) {
        text += (i == 0 ? "[\"" : ",[\"") + price() + "\",\"" + quantity() + "\"]";
      }
      text += key;
    }
    return text + std::to_string(++id_) + R"(,"seq":7961638724},"cts":1709891679498})";
  }

 private:
  std::string price() { return decimal(6'183'763 + static_cast<std::int64_t>(random_() % 2'000), 2); }
  std::string quantity() { return decimal(static_cast<std::int64_t>(random_() % 500'000'000), 6); }
  std::mt19937_64 random_{7};
  std::uint64_t id_ = 20'254'902;
};

struct Messages {
  std::vector<std::pair<std::size_t, std::size_t>> spans;
  std::string bytes;

  template <class Make>
  explicit Messages(Make make) {
    for (std::size_t i = 0; i < 2'000; ++i) {
      const std::string text = make();
      spans.emplace_back(bytes.size(), text.size());
      bytes += text;
    }
    bytes.resize(bytes.size() + simdjson::SIMDJSON_PADDING);
  }
  std::string_view at(std::size_t i) const { return {bytes.data() + spans[i].first, spans[i].second}; }
};

// ---- The anchor ----

struct Anchor {
  ondemand::parser parser;
  std::vector<wire::Level> levels = std::vector<wire::Level>(8'000);

  ondemand::document open(std::string_view text) {
    return parser.iterate(text.data(), text.size(), text.size() + simdjson::SIMDJSON_PADDING);
  }
  void trades(std::string_view text) {
    ondemand::document document = open(text);
    bench::keep(document["topic"].get_string().value());
    for (auto item : document["data"].get_array()) {
      ondemand::object trade = item.get_object();
      TradeRecord out;
      out.time = Nanos{static_cast<std::int64_t>(trade["T"].get_uint64().value()) * 1'000'000};
      out.symbol = trade["s"].get_string().value();
      out.taker = trade["S"].get_string().value() == "Buy" ? Taker::Bought : Taker::Sold;
      out.quantity = *Quantity::parse(trade["v"].get_string().value());
      out.price = *Price::parse(trade["p"].get_string().value());
      out.id = trade["i"].get_uint64_in_string().value();
      bench::keep(out);
    }
  }
  void book(std::string_view text) {
    ondemand::document document = open(text);
    BookRecord out;
    bench::keep(document["topic"].get_string().value());
    out.snapshot = document["type"].get_string().value() == "snapshot";
    out.time = Nanos{static_cast<std::int64_t>(document["ts"].get_uint64().value()) * 1'000'000};
    ondemand::object data = document["data"].get_object();
    out.symbol = data["s"].get_string().value();
    std::size_t count = 0;
    for (const char* const side : {"b", "a"}) {
      for (auto row : data[side].get_array()) {
        ondemand::array pair = row.get_array();
        auto item = pair.begin();
        levels[count].price = *Price::parse((*item).get_string().value());
        ++item;
        levels[count].quantity = *Quantity::parse((*item).get_string().value());
        ++count;
      }
    }
    out.ids.last = data["u"].get_uint64().value();
    bench::keep(out);
    bench::keep(count);
  }
};

class Quiet final : public RecordListener {
 public:
  void take(const TradeRecord& trade) override { bench::keep(trade); }
  void take(const QuoteRecord&) override { std::abort(); }
  void take(const BookRecord& book) override { bench::keep(book); }
  void take(const TickerRecord&) override { std::abort(); }
  void take(const AnswerRecord&) override { std::abort(); }
  void take(const PingRecord&) override { std::abort(); }
  void take_failure(MessageKind, std::string_view, std::string error) override {
    std::fprintf(stderr, "%s\n", error.c_str());
    std::abort();
  }
  void take_unknown(std::string_view) override { std::abort(); }
};

template <class Read>
double each(const Messages& messages, Read read) {
  constexpr std::size_t repeats = 20;
  return bench::ns_each(messages.spans.size() * repeats, [&] {
    for (std::size_t repeat = 0; repeat < repeats; ++repeat) {
      for (std::size_t i = 0; i < messages.spans.size(); ++i) read(messages.at(i));
    }
  });
}

}  // namespace

int main() {
  std::ifstream file(TRUNKLINE_SOURCE_DIR "/examples/bybit.toml");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  const auto mapping = read_mapping(text, "bybit.toml", "source.bybit");
  auto parser = mapping ? Parser::make(mapping->messages) : Result<Parser>(std::unexpected(mapping.error()));
  if (!parser) {
    std::fprintf(stderr, "%s\n", parser.error().message.c_str());
    return 1;
  }
  Maker maker;
  const Messages trades([&] { return maker.trade(); });
  const Messages books([&] { return maker.book(8); });
  const Messages large([&] { return maker.book(50); });
  Anchor anchor;
  Quiet quiet;
  const auto target = bench::Target::ratio_at_most(2);
  const auto compare = [&](std::string name, const Messages& messages, auto by_hand) {
    bench::compare(
        {std::move(name), "simdjson", "ns", target},
        [&] { return each(messages, [&](std::string_view one) { parser->parse(one, quiet); }); },
        [&] { return each(messages, by_hand); });
  };
  compare("generic_parse_trade", trades, [&](std::string_view one) { anchor.trades(one); });
  compare("generic_parse_book", books, [&](std::string_view one) { anchor.book(one); });
  compare("generic_parse_book_50", large, [&](std::string_view one) { anchor.book(one); });
}
