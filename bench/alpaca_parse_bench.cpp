// Alpaca's frequent messages from bytes to fixed-point numbers, in JSON and MessagePack, against simdjson on-demand
// reading the same JSON fields; then the whole way of a message: bytes, reader, venue, ring, consumer.
#include <nlohmann/json.hpp>
#include <random>
#include <simdjson.h>
#include <string>
#include <vector>

#include "bench/ratio.hpp"
#include "trunkline/bus/ring.hpp"
#include "trunkline/venue/alpaca/alpaca_venue.hpp"
#include "trunkline/venue/alpaca/hot_parser.hpp"

namespace {

using namespace trunkline;
using namespace trunkline::venue;
using namespace trunkline::venue::alpaca;

std::string decimal(std::uint64_t value) {
  std::string text = std::to_string(value);
  text.insert(text.size() - 2, ".");
  return text;
}

enum class What { Trade, Quote, Book };

// A frame each; `message` numbers them.
std::vector<std::string> frames(What what) {
  std::mt19937_64 random(7);
  std::vector<std::string> out;
  for (int i = 0; i < 1'000; ++i) {
    const std::string price = decimal(17'700 + random() % 200);
    const std::string time = "2022-03-18T14:02:43." + std::to_string(100'000'000 + random() % 800'000'000) + "Z";
    if (what == What::Trade) {
      out.push_back(R"([{"T":"t","S":"AAPL","i":)" + std::to_string(52'983'525'027'938 + i) + R"(,"x":"V","p":)" +
                    price + R"(,"s":)" + std::to_string(random() % 500 + 1) + R"(,"c":["@","I"],"z":"C","t":")" + time +
                    "\"}]");
    } else if (what == What::Quote) {
      out.push_back(R"([{"T":"q","S":"AAPL","bx":"V","bp":)" + price + R"(,"bs":35,"ax":"V","ap":)" + price +
                    R"(,"as":12,"c":["R"],"z":"C","t":")" + time + "\"}]");
    } else {
      std::string levels[2];
      for (std::size_t side = 0; side < 2; ++side) {
        for (int level = 0; level < 5; ++level) {
          levels[side] += (level == 0 ? "{\"p\":" : ",{\"p\":") +
                          decimal(6'000'000 + side * 100'000 + random() % 90'000) + ",\"s\":0." +
                          std::to_string(random() % 90'000 + 10'000) + "}";
        }
      }
      out.push_back(R"([{"T":"o","S":"BTC/USD","t":")" + time + R"(","b":[)" + levels[0] + R"(],"a":[)" + levels[1] +
                    (i == 0 ? R"(],"r":true}])" : "]}]"));
    }
  }
  return out;
}

std::vector<std::string> packed(const std::vector<std::string>& texts) {
  std::vector<std::string> out;
  for (const std::string& text : texts) {
    auto json = nlohmann::ordered_json::parse(text);
    for (auto& message : json) {
      const auto time = read_time(message["t"].get<std::string>()).value().count();
      const auto bits =
          static_cast<std::uint64_t>(time % 1'000'000'000) << 34 | static_cast<std::uint64_t>(time / 1'000'000'000);
      std::vector<std::uint8_t> bytes;
      for (int i = 7; i >= 0; --i) bytes.push_back(static_cast<std::uint8_t>(bits >> (8 * i)));
      message["t"] = nlohmann::ordered_json::binary(bytes, 0xFF);
    }
    const auto bytes = nlohmann::ordered_json::to_msgpack(json);
    out.emplace_back(bytes.begin(), bytes.end());
  }
  return out;
}

struct Count {
  std::int64_t sum = 0;
  std::uint64_t malformed = 0;
  void on(const TradeMessage& m) { sum += m.price.raw(); }
  void on(const QuoteMessage& m) { sum += m.bid_price.raw(); }
  void on(const BookMessage& m) { sum += static_cast<std::int64_t>(m.bid_count); }
  void on(const auto&) {}
  void on_malformed(const MalformedMessage&) { ++malformed; }
};

// The same fields by simdjson on-demand. Numbers are taken as text, so that they stay exact.
class Anchor {
 public:
  template <class Each>
  void read(const std::string& text, Each&& each) {
    // `text` has the padding behind its end.
    const simdjson::padded_string_view padded(text.data(), text.size() - simdjson::SIMDJSON_PADDING, text.size());
    auto document = parser_.iterate(padded);
    for (auto item : document.get_array()) {
      simdjson::ondemand::object object = item.get_object().value();
      each(object);
    }
  }
  template <class Decimal>
  static Decimal decimal(simdjson::ondemand::object& object, std::string_view key) {
    const std::string_view token = object[key].value().raw_json_token();
    return *Decimal::parse(token.substr(0, token.find_first_of(",} ")));
  }
  static Nanos time(simdjson::ondemand::object& object) { return *read_time(object["t"].get_string().value()); }

 private:
  simdjson::ondemand::parser parser_;
};

constexpr int repeats = 20;

template <class Cursor>
double read_frames(const std::vector<std::string>& texts) {
  std::vector<wire::Level> levels;
  Count count;
  const double taken = bench::ns_each(texts.size() * repeats, [&] {
    for (int repeat = 0; repeat < repeats; ++repeat) {
      for (const std::string& text : texts) {
        Cursor cursor(text);
        read_messages(cursor, levels, count);
      }
    }
  });
  if (count.malformed != 0) std::abort();
  bench::keep(count.sum);
  return taken;
}

double read_hot_frames(const std::vector<std::string>& texts) {
  HotMessages messages;
  Count count;
  const double taken = bench::ns_each(texts.size() * repeats, [&] {
    for (int repeat = 0; repeat < repeats; ++repeat) {
      for (const std::string& text : texts) {
        if (!read_hot(text, messages, count)) std::abort();
      }
    }
  });
  bench::keep(count.sum);
  return taken;
}

template <class Each>
double read_with_simdjson(std::vector<std::string> texts, Each each) {
  for (std::string& text : texts) text.resize(text.size() + simdjson::SIMDJSON_PADDING);
  Anchor anchor;
  return bench::ns_each(texts.size() * repeats, [&] {
    for (int repeat = 0; repeat < repeats; ++repeat) {
      for (const std::string& text : texts) anchor.read(text, each);
    }
  });
}

double simdjson_trades(const std::vector<std::string>& texts) {
  return read_with_simdjson(texts, [](simdjson::ondemand::object& object) {
    TradeMessage out;
    bench::keep(object["T"].get_string().value());
    out.symbol = object["S"].get_string().value();
    out.id = object["i"].get_uint64().value();
    bench::keep(object["x"].get_string().value());
    out.price = Anchor::decimal<Price>(object, "p");
    out.quantity = Anchor::decimal<Quantity>(object, "s");
    for (auto condition : object["c"].get_array()) bench::keep(condition.get_string().value());
    bench::keep(object["z"].get_string().value());
    out.time = Anchor::time(object);
    bench::keep(out.price);
  });
}
double simdjson_quotes(const std::vector<std::string>& texts) {
  return read_with_simdjson(texts, [](simdjson::ondemand::object& object) {
    QuoteMessage out;
    bench::keep(object["T"].get_string().value());
    out.symbol = object["S"].get_string().value();
    out.bid_price = Anchor::decimal<Price>(object, "bp");
    out.bid_quantity = Anchor::decimal<Quantity>(object, "bs");
    out.ask_price = Anchor::decimal<Price>(object, "ap");
    out.ask_quantity = Anchor::decimal<Quantity>(object, "as");
    out.time = Anchor::time(object);
    bench::keep(out.ask_price);
  });
}

// Drives a venue without sockets: everything is answered at once.
class Rig final : public Outbox {
 public:
  Rig(Market market, const char* symbol, Channels channels) : venue_(config(market, symbol, channels)) {
    sink_.begin(now_, 1);
    venue_.on_start(now_, sink_, *this);
    while (!requests_.empty()) {
      const Request request = requests_.back();
      requests_.pop_back();
      std::string body = "{}";
      if (request.url.find("/v2/assets") != std::string::npos) {
        body = std::string(R"([{"class":")") + (market == Market::Stocks ? "us_equity" : "crypto") + R"(","symbol":")" +
               symbol + R"(","status":"active","tradable":true,"price_increment":0.01}])";
      }
      const std::size_t size = body.size();
      body.resize(size + 64);
      venue_.on_reply({request.id, 200, {body.data(), size}, now_}, sink_, *this);
    }
    venue_.on_open(ConnectionId{1}, LaneId{0}, now_, sink_, *this);
    feed(R"([{"T":"success","msg":"connected"},{"T":"success","msg":"authenticated"}])");
    feed(std::string(R"([{"T":"subscription","trades":[")") + symbol + R"("],"quotes":[")" + symbol +
         R"("],"orderbooks":[")" + symbol + R"("],"statuses":[")" + symbol + R"("],"lulds":[")" + symbol + R"("]}])");
  }
  void feed(std::string_view frame) {
    buffer_.assign(frame.begin(), frame.end());
    buffer_.resize(frame.size() + 64);
    sink_.begin(now_, 1);
    venue_.on_bytes(ConnectionId{1}, std::span(buffer_).first(frame.size()), now_, sink_, *this);
  }
  bool drain() {
    bool any = false;
    while (reader_.poll().kind == bus::PollKind::Frame) any = true;
    return any;
  }
  const AlpacaVenue& venue() const { return venue_; }

  void send(ConnectionId, std::string) override {}
  void request(Request request) override { requests_.push_back(std::move(request)); }
  void reconnect(ConnectionId, std::string) override {}
  void ready(ConnectionId) override {}
  void report(Event) override {}

 private:
  static AlpacaConfig config(Market market, const char* symbol, Channels channels) {
    AlpacaConfig out;
    out.market = market;
    out.credentials = {"k", "s"};
    out.audit_interval = Nanos{0};
    out.subscriptions.push_back(
        {*descriptor_of(market, market == Market::Stocks ? "alpaca" : "alpaca_crypto", symbol), channels});
    return out;
  }

  Nanos now_ = unix_now();
  bus::Ring ring_{bus::RingConfig{.capacity_bytes = std::size_t{4} << 20}};
  bus::RingReader reader_{ring_.subscribe()};
  Sink sink_{ring_, ConnectorId{1}};
  AlpacaVenue venue_;
  std::vector<Request> requests_;
  std::vector<char> buffer_;
};

double venue_of(Market market, const char* symbol, Channels channels, const std::vector<std::string>& texts) {
  Rig rig(market, symbol, channels);
  rig.drain();
  const double taken = bench::ns_each(texts.size() * repeats, [&] {
    for (int repeat = 0; repeat < repeats; ++repeat) {
      for (const std::string& text : texts) {
        rig.feed(text);
        rig.drain();
      }
    }
  });
  if (rig.venue().counters().malformed != 0 || rig.venue().counters().unwanted != 0) std::abort();
  return taken;
}

}  // namespace

int main() {
  const auto trades = frames(What::Trade);
  const auto quotes = frames(What::Quote);
  const auto books = frames(What::Book);
  const auto packed_trades = packed(trades);
  const auto packed_quotes = packed(quotes);
  const auto packed_books = packed(books);
  const auto target = bench::Target::ratio_at_most(0.6);
  bench::compare(
      {"alpaca_parse_trade", "simdjson", "ns", target}, [&] { return read_hot_frames(trades); },
      [&] { return simdjson_trades(trades); });
  bench::compare(
      {"alpaca_parse_quote", "simdjson", "ns", target}, [&] { return read_hot_frames(quotes); },
      [&] { return simdjson_quotes(quotes); });
  // Floats are written shortest before they are read as decimals: what MessagePack saves in text it pays there.
  bench::compare(
      {"alpaca_message_pack_trade", "json", "ns"}, [&] { return read_frames<MessagePackCursor>(packed_trades); },
      [&] { return read_frames<JsonCursor>(trades); });
  bench::compare(
      {"alpaca_message_pack_quote", "json", "ns"}, [&] { return read_frames<MessagePackCursor>(packed_quotes); },
      [&] { return read_frames<JsonCursor>(quotes); });
  bench::compare(
      {"alpaca_message_pack_book_of_10", "json", "ns"}, [&] { return read_frames<MessagePackCursor>(packed_books); },
      [&] { return read_frames<JsonCursor>(books); });
  bench::compare(
      {"alpaca_venue_quote", "read_alone", "ns"},
      [&] { return venue_of(Market::Stocks, "AAPL", {Channel::Quotes}, quotes); },
      [&] { return read_frames<JsonCursor>(quotes); });
  bench::compare(
      {"alpaca_venue_book_of_10", "read_alone", "ns"},
      [&] { return venue_of(Market::Crypto, "BTC/USD", {Channel::Depth}, books); },
      [&] { return read_frames<JsonCursor>(books); });
}
