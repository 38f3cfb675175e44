// Binance's frequent messages from text to fixed-point numbers, against simdjson on-demand reading the same fields;
// then the whole way of a message: bytes, parser, venue, ring, consumer; and what one connector does on one core.
#include <deque>
#include <random>
#include <simdjson.h>
#include <string>
#include <vector>

#include "bench/ratio.hpp"
#include "trunkline/bus/ring.hpp"
#include "trunkline/venue/binance/binance_venue.hpp"
#include "trunkline/venue/binance/hot_parser.hpp"

namespace {

using namespace trunkline;
using namespace trunkline::venue;
using namespace trunkline::venue::binance;
namespace ondemand = simdjson::ondemand;

// Messages one behind the other in one buffer, as they lie in a socket's; padding at the end.
class Messages {
 public:
  void add(const std::string& text) {
    spans_.push_back({bytes_.size(), text.size()});
    bytes_ += text;
  }
  void finish() { bytes_.resize(bytes_.size() + simdjson::SIMDJSON_PADDING); }
  std::size_t size() const { return spans_.size(); }
  std::size_t bytes() const { return bytes_.size(); }
  std::string_view at(std::size_t i) const { return {bytes_.data() + spans_[i].first, spans_[i].second}; }
  std::span<char> span(std::size_t i) { return {bytes_.data() + spans_[i].first, spans_[i].second}; }

 private:
  std::string bytes_;
  std::vector<std::pair<std::size_t, std::size_t>> spans_;
};

class Maker {
 public:
  std::string price() { return decimal(6'183'763 + static_cast<std::int64_t>(random_() % 2'000), 2, 8); }
  std::string quantity() { return decimal(static_cast<std::int64_t>(random_() % 500'000), 5, 8); }
  std::string trade() {
    return R"({"stream":"btcusdt@trade","data":{"e":"trade","E":1723161255343,"s":"BTCUSDT","t":)" +
           std::to_string(++trade_id_) + R"(,"p":")" + price() + R"(","q":")" + quantity() +
           R"(","T":1723161255342,"m":true,"M":true}})";
  }
  std::string quote() {
    return R"({"stream":"btcusdt@bookTicker","data":{"u":)" + std::to_string(++quote_id_) + R"(,"s":"BTCUSDT","b":")" +
           decimal(6'183'763, 2, 8) + R"(","B":")" + quantity() + R"(","a":")" + decimal(6'183'764, 2, 8) +
           R"(","A":")" + quantity() + R"("}})";
  }
  // `levels` a side, none of which touches the best prices.
  std::string depth(std::size_t levels) {
    const std::uint64_t first = ++depth_id_;
    std::string text =
        R"({"stream":"btcusdt@depth@100ms","data":{"e":"depthUpdate","E":1723161255208,"s":"BTCUSDT","U":)" +
        std::to_string(first) + R"(,"u":)" + std::to_string(depth_id_ += 12) + R"(,"b":[)";
    for (const int side : {-1, 1}) {
      for (std::size_t i = 0; i < levels; ++i) {
        const auto distance = static_cast<std::int64_t>(random_() % 4'000) + 10;
        text += (i == 0 ? "[\"" : ",[\"") + decimal(6'183'763 + side * distance, 2, 8) + "\",\"" + quantity() + "\"]";
      }
      text += side < 0 ? R"(],"a":[)" : "]}}";
    }
    return text;
  }
  static std::string decimal(std::int64_t value, int decimals, int padded) {
    std::string text = std::to_string(value);
    while (static_cast<int>(text.size()) <= decimals) text.insert(0, "0");
    text.insert(text.size() - static_cast<std::size_t>(decimals), ".");
    return text + std::string(static_cast<std::size_t>(padded - decimals), '0');
  }

 private:
  std::mt19937_64 random_{7};
  std::uint64_t trade_id_ = 3'735'683'259;
  std::uint64_t quote_id_ = 50'093'239'212;
  std::uint64_t depth_id_ = 50'093'239'188;
};

Messages make(std::size_t count, const std::function<std::string()>& one) {
  Messages messages;
  for (std::size_t i = 0; i < count; ++i) messages.add(one());
  messages.finish();
  return messages;
}

// ---- The anchor: the same fields by simdjson, numbers by the same exact decimal reader ----

struct Anchor {
  ondemand::parser parser;
  std::vector<wire::Level> levels = std::vector<wire::Level>(8'000);

  ondemand::object data(ondemand::document& document, std::string_view text) {
    document = parser.iterate(text.data(), text.size(), text.size() + simdjson::SIMDJSON_PADDING);
    return document["data"].get_object();
  }
  template <class Decimal>
  static Decimal decimal(ondemand::object& object, std::string_view key) {
    return *Decimal::parse(object[key].get_string().value());
  }

  TradeMessage trade(std::string_view text) {
    ondemand::document document;
    ondemand::object object = data(document, text);
    TradeMessage out;
    bench::keep(object["e"].get_string().value());
    out.symbol = object["s"].get_string().value();
    out.id = object["t"].get_uint64().value();
    out.price = decimal<Price>(object, "p");
    out.quantity = decimal<Quantity>(object, "q");
    out.time = Nanos{static_cast<std::int64_t>(object["T"].get_uint64().value()) * 1'000'000};
    out.buyer_is_maker = object["m"].get_bool().value();
    return out;
  }
  QuoteMessage quote(std::string_view text) {
    ondemand::document document;
    ondemand::object object = data(document, text);
    QuoteMessage out;
    out.update_id = object["u"].get_uint64().value();
    out.symbol = object["s"].get_string().value();
    out.bid_price = decimal<Price>(object, "b");
    out.bid_quantity = decimal<Quantity>(object, "B");
    out.ask_price = decimal<Price>(object, "a");
    out.ask_quantity = decimal<Quantity>(object, "A");
    return out;
  }
  DepthMessage depth(std::string_view text) {
    ondemand::document document;
    ondemand::object object = data(document, text);
    DepthMessage out;
    bench::keep(object["e"].get_string().value());
    out.time = Nanos{static_cast<std::int64_t>(object["E"].get_uint64().value()) * 1'000'000};
    out.symbol = object["s"].get_string().value();
    out.ids.first = object["U"].get_uint64().value();
    out.ids.last = object["u"].get_uint64().value();
    std::size_t count = 0;
    for (const char* const side : {"b", "a"}) {
      for (auto row : object[side].get_array()) {
        ondemand::array pair = row.get_array();
        auto item = pair.begin();
        levels[count].price = *Price::parse((*item).get_string().value());
        ++item;
        levels[count].quantity = *Quantity::parse((*item).get_string().value());
        ++count;
      }
      (side[0] == 'b' ? out.bid_count : out.ask_count) = count;
    }
    return out;
  }
};

void compare_parsers() {
  Maker maker;
  const Messages trades = make(2'000, [&] { return maker.trade(); });
  const Messages quotes = make(2'000, [&] { return maker.quote(); });
  const Messages depths = make(2'000, [&] { return maker.depth(8); });
  Anchor anchor;
  std::vector<wire::Level> levels(8'000);
  const auto each = [](const Messages& messages, auto&& parse) {
    constexpr int repeats = 20;
    return bench::ns_each(messages.size() * repeats, [&] {
      for (int repeat = 0; repeat < repeats; ++repeat) {
        for (std::size_t i = 0; i < messages.size(); ++i) bench::keep(parse(messages.at(i)));
      }
    });
  };
  const auto target = bench::Target::ratio_at_most(0.6);
  bench::compare(
      {"binance_parse_trade", "simdjson", "ns", target},
      [&] {
        return each(trades, [](std::string_view text) {
          TradeMessage out;
          if (!scan_trade(unwrap(text), out)) std::abort();
          return out.price;
        });
      },
      [&] { return each(trades, [&](std::string_view text) { return anchor.trade(text).price; }); });
  bench::compare(
      {"binance_parse_quote", "simdjson", "ns", target},
      [&] {
        return each(quotes, [](std::string_view text) {
          QuoteMessage out;
          if (!scan_quote(unwrap(text), out)) std::abort();
          return out.ask_price;
        });
      },
      [&] { return each(quotes, [&](std::string_view text) { return anchor.quote(text).ask_price; }); });
  bench::compare(
      {"binance_parse_depth", "simdjson", "ns", target},
      [&] {
        return each(depths, [&](std::string_view text) {
          DepthMessage out;
          if (!scan_depth(unwrap(text), out, levels)) std::abort();
          return out.ids.last;
        });
      },
      [&] { return each(depths, [&](std::string_view text) { return anchor.depth(text).ids.last; }); });
}

// ---- The whole venue ----

class Quiet final : public Outbox {
 public:
  void send(ConnectionId, std::string text) override { sent.push_back(std::move(text)); }
  void request(Request request) override { requests.push_back(std::move(request)); }
  void reconnect(ConnectionId, std::string) override {}
  void ready(ConnectionId) override {}
  void report(Event) override {}
  std::vector<std::string> sent;
  std::deque<Request> requests;
};

class Rig {
 public:
  Rig() : reader_(ring_.subscribe()) {
    reply(R"({"symbols":[{"symbol":"BTCUSDT","status":"TRADING","baseAsset":"BTC","quoteAsset":"USDT","filters":[)"
          R"({"filterType":"PRICE_FILTER","tickSize":"0.01000000"},)"
          R"({"filterType":"LOT_SIZE","stepSize":"0.00001000","minQty":"0.00001000"}]}]})",
          true);
    sink_.begin(unix_now(), 0);
    venue_.on_open(ConnectionId{1}, LaneId{0}, unix_now(), sink_, outbox_);
    feed(R"({"result":null,"id":1})");
    reply(R"({"lastUpdateId":50093239188,"bids":[["61837.63","1"]],"asks":[["61837.64","1"]]})", false);
    drain();
  }
  // Bytes in, and the consumer's reads.
  void take(std::span<char> message) {
    sink_.begin(Nanos{1'723'161'255'343'000'000}, 1);
    venue_.on_bytes(ConnectionId{1}, message, Nanos{1'723'161'255'343'000'000}, sink_, outbox_);
    sink_.flush();
    drain();
  }
  std::uint64_t frames() const { return frames_; }
  const BinanceVenue& venue() const { return venue_; }

 private:
  static BinanceConfig config() {
    BinanceConfig config;
    config.subscriptions = {{*SymbolDescriptor::parse("binance:BTC-USDT"), default_channels}};
    return config;
  }
  void reply(std::string body, bool start) {
    const std::size_t size = body.size();
    body.resize(size + 64);
    sink_.begin(unix_now(), 15);
    if (start) venue_.on_start(unix_now(), sink_, outbox_);
    const Request request = outbox_.requests.front();
    outbox_.requests.pop_front();
    venue_.on_reply({request.id, 200, std::string_view(body).substr(0, size), unix_now()}, sink_, outbox_);
  }
  void feed(std::string text) {
    const std::size_t size = text.size();
    text.resize(size + 64);
    take(std::span(text).first(size));
  }
  void drain() {
    for (auto poll = reader_.poll(); poll.kind == bus::PollKind::Frame; poll = reader_.poll()) {
      bench::keep(poll.frame.stamp().symbol);
      ++frames_;
    }
  }

  bus::Ring ring_;
  bus::RingReader reader_;
  Sink sink_{ring_, ConnectorId{1}};
  Quiet outbox_;
  BinanceVenue venue_{config()};
  std::uint64_t frames_ = 0;
};

// The mix of the recorded spot session: 24 of 41 quotes, 10 trades, 7 depth events (here of 16 levels).
std::string mixed(Maker& maker, std::mt19937_64& random) {
  const auto kind = random() % 41;
  return kind < 28 ? maker.quote() : kind < 38 ? maker.trade() : maker.depth(8);
}

// A wire::Trade through the ring and out again, nothing else.
double hop_alone() {
  static bus::Ring ring;
  static bus::RingReader reader = ring.subscribe();
  static Sink sink(ring, ConnectorId{2});
  constexpr std::size_t count = 100'000;
  return bench::ns_each(count, [&] {
    for (std::size_t i = 0; i < count; ++i) {
      sink.begin(Nanos{1}, 1);
      wire::Trade trade;
      trade.symbol = i;
      sink.publish(trade);
      sink.flush();
      const auto poll = reader.poll();
      bench::keep(poll.frame.stamp().symbol);
    }
  });
}

void measure_the_way() {
  constexpr std::size_t count = 40'000;
  // Ids must rise for ever, so each round has messages of its own, made before the clock starts.
  Maker maker;
  Anchor anchor;
  Rig rig;
  const auto way = [&] {
    Messages messages = make(count, [&] { return maker.trade(); });
    return bench::ns_each(count, [&] {
      for (std::size_t i = 0; i < count; ++i) rig.take(messages.span(i));
    });
  };
  Maker other;
  const Messages trades = make(2'000, [&] { return other.trade(); });
  const auto apart = [&] {
    const double parse = bench::ns_each(trades.size() * 20, [&] {
      for (std::size_t i = 0; i < trades.size() * 20; ++i)
        bench::keep(anchor.trade(trades.at(i % trades.size())).price);
    });
    return parse + hop_alone();
  };
  bench::compare({"binance_bytes_to_consumer", "simdjson+hop", "ns", bench::Target::ratio_at_most(1.3)}, way, apart);

  Rig connector;
  Maker mix;
  std::mt19937_64 random(3);
  const auto throughput = [&] {
    Messages messages = make(count, [&] { return mixed(mix, random); });
    const double ns = bench::ns_each(count, [&] {
      for (std::size_t i = 0; i < count; ++i) connector.take(messages.span(i));
    });
    return 1'000 / ns;
  };
  const auto simdjson_alone = [&] {
    Messages messages = make(count, [&] { return other.trade(); });
    return 1'000 / bench::ns_each(count, [&] {
             for (std::size_t i = 0; i < count; ++i) bench::keep(anchor.trade(messages.at(i)).price);
           });
  };
  bench::compare({"binance_connector_one_core", "simdjson-trade", "M/s", bench::Target::value_at_least(1)}, throughput,
                 simdjson_alone);
  const auto& counters = connector.venue().counters();
  if (counters.slow > 1 || counters.malformed != 0) {
    std::fprintf(stderr, "the messages were not read on the hot path: %lu slow, %lu malformed\n", counters.slow,
                 counters.malformed);
    std::exit(1);
  }
}

}  // namespace

int main() {
  compare_parsers();
  measure_the_way();
}
