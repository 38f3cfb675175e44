// Hyperliquid's frequent messages from text to fixed-point numbers, against simdjson on-demand reading the same fields;
// then the whole way through the venue, and what a signature takes.
#include <cstdlib>
#include <random>
#include <simdjson.h>
#include <string>
#include <vector>

#include "bench/ratio.hpp"
#include "trunkline/bus/ring.hpp"
#include "trunkline/venue/hyperliquid/hot_parser.hpp"
#include "trunkline/venue/hyperliquid/hyperliquid_venue.hpp"
#include "trunkline/venue/hyperliquid/signing.hpp"

namespace {

using namespace trunkline;
using namespace trunkline::venue;
using namespace trunkline::venue::hyperliquid;
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
  std::string_view at(std::size_t i) const { return {bytes_.data() + spans_[i].first, spans_[i].second}; }
  std::span<char> span(std::size_t i) { return {bytes_.data() + spans_[i].first, spans_[i].second}; }

 private:
  std::string bytes_;
  std::vector<std::pair<std::size_t, std::size_t>> spans_;
};

class Maker {
 public:
  std::string level(int distance) {
    return R"({"px":")" + std::to_string(105'000 + distance) + R"(.0","sz":")" +
           Quantity::from_raw(static_cast<std::int64_t>(random_() % 500'000) * 1'000 + 1'000).to_text(1) + R"(","n":)" +
           std::to_string(random_() % 20 + 1) + "}";
  }
  std::string book(int depth) {
    const int shift = static_cast<int>(random_() % 50);
    std::string sides[2];
    for (int i = 0; i < depth; ++i) {
      for (const int side : {0, 1}) {
        sides[side] += (i == 0 ? "" : ",") + level(shift + (side == 0 ? -i : i + 1));
      }
    }
    return R"({"channel":"l2Book","data":{"coin":"BTC","time":)" + time() + R"(,"levels":[[)" + sides[0] + "],[" +
           sides[1] + "]]}}";
  }
  std::string quote() {
    return R"({"channel":"bbo","data":{"coin":"BTC","time":)" + time() + R"(,"bbo":[)" + level(-1) + "," + level(1) +
           "]}}";
  }
  std::string trade() {
    return R"({"channel":"trades","data":[{"coin":"BTC","side":"B","px":"105056.0","sz":"0.00219","time":)" + time() +
           R"(,"hash":"0xde477894bfb2b4eac0a8041c9228ca013100955485522c8e6e787dfa0077475b","tid":)" +
           std::to_string(random_() % 1'000'000'000'000) +
           R"(,"users":["0xe9ed7e16612d676df804f5aecd16e1f9bf9ec9dd","0x6802b4267f7f2bf7003dcf993c51542245b38329"]}]})";
  }

 private:
  std::string time() { return std::to_string(1'737'918'794'873 + ++time_); }
  std::mt19937_64 random_{7};
  std::uint64_t time_ = 0;
};

Messages make(std::size_t count, const std::function<std::string()>& one) {
  Messages messages;
  for (std::size_t i = 0; i < count; ++i) messages.add(one());
  messages.finish();
  return messages;
}

// ---- The anchor: the same fields by simdjson, numbers by the same exact reader ----

struct Anchor {
  ondemand::parser parser;
  std::vector<wire::Level> levels = std::vector<wire::Level>(128);

  ondemand::value data(ondemand::document& document, std::string_view text) {
    document = parser.iterate(text.data(), text.size(), text.size() + simdjson::SIMDJSON_PADDING);
    bench::keep(document["channel"].get_string().value());
    return document["data"].value();
  }
  template <class Decimal>
  static Decimal decimal(ondemand::object& object, std::string_view key) {
    return *Decimal::parse(object[key].get_string().value());
  }
  wire::Level level(ondemand::object object) {
    const auto price = decimal<Price>(object, "px");
    return {price, decimal<Quantity>(object, "sz")};
  }
  Price trade(std::string_view text) {
    ondemand::document document;
    ondemand::object object = (*data(document, text).get_array().begin()).get_object();
    bench::keep(object["coin"].get_string().value());
    bench::keep(object["side"].get_string().value());
    const auto price = decimal<Price>(object, "px");
    bench::keep(decimal<Quantity>(object, "sz"));
    bench::keep(object["time"].get_uint64().value());
    bench::keep(object["tid"].get_uint64().value());
    return price;
  }
  Price quote(std::string_view text) {
    ondemand::document document;
    ondemand::object object = data(document, text).get_object();
    bench::keep(object["coin"].get_string().value());
    bench::keep(object["time"].get_uint64().value());
    std::size_t count = 0;
    for (auto side : object["bbo"].get_array()) levels[count++] = level(side.get_object());
    return levels[1].price;
  }
  std::size_t book(std::string_view text) {
    ondemand::document document;
    ondemand::object object = data(document, text).get_object();
    bench::keep(object["coin"].get_string().value());
    bench::keep(object["time"].get_uint64().value());
    std::size_t count = 0;
    for (auto side : object["levels"].get_array()) {
      for (auto row : side.get_array()) levels[count++] = level(row.get_object());
    }
    return count;
  }
};

void compare_parsers() {
  Maker maker;
  const Messages trades = make(2'000, [&] { return maker.trade(); });
  const Messages quotes = make(2'000, [&] { return maker.quote(); });
  const Messages books = make(1'000, [&] { return maker.book(5); });
  Anchor anchor;
  std::vector<wire::Level> levels(128);
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
      {"hyperliquid_parse_trade", "simdjson", "ns", target},
      [&] {
        return each(trades, [](std::string_view text) {
          TradeMessage out[4];
          std::size_t count = 0;
          if (!scan_trades(text, out, count)) std::abort();
          return out[0].price;
        });
      },
      [&] { return each(trades, [&](std::string_view text) { return anchor.trade(text); }); });
  bench::compare(
      {"hyperliquid_parse_quote", "simdjson", "ns", target},
      [&] {
        return each(quotes, [](std::string_view text) {
          QuoteMessage out;
          if (!scan_quote(text, out)) std::abort();
          return out.ask_price;
        });
      },
      [&] { return each(quotes, [&](std::string_view text) { return anchor.quote(text); }); });
  bench::compare(
      {"hyperliquid_parse_book", "simdjson", "ns", target},
      [&] {
        return each(books, [&](std::string_view text) {
          BookMessage out;
          if (!scan_book(text, out, levels)) std::abort();
          return out.ask_count;
        });
      },
      [&] { return each(books, [&](std::string_view text) { return anchor.book(text); }); });
}

// ---- The whole venue ----

class Quiet final : public Outbox {
 public:
  void send(ConnectionId, std::string) override {}
  void request(Request) override {}
  void reconnect(ConnectionId, std::string) override {}
  void ready(ConnectionId) override {}
  void report(Event) override {}
};

class Rig {
 public:
  Rig() : reader_(ring_.subscribe()) {
    sink_.begin(unix_now(), 15);
    venue_.on_start(unix_now(), sink_, outbox_);
    venue_.on_open(ConnectionId{1}, LaneId{0}, unix_now(), sink_, outbox_);
    reply(1, R"({"universe":[{"name":"BTC","szDecimals":5}]})");
    reply(2, R"({"tokens":[],"universe":[]})");
    for (const char* const type : {"l2Book", "bbo", "trades"}) {
      std::string text = std::string(R"({"channel":"subscriptionResponse","data":{"method":"subscribe",)") +
                         R"("subscription":{"type":")" + type + R"(","coin":"BTC"}}})";
      const std::size_t size = text.size();
      text.resize(size + 64);
      take(std::span(text).first(size));
    }
  }
  void take(std::span<char> message) {
    sink_.begin(Nanos{1'737'918'795'000'000'000}, 1);
    venue_.on_bytes(ConnectionId{1}, message, Nanos{1'737'918'795'000'000'000}, sink_, outbox_);
    sink_.flush();
    for (auto poll = reader_.poll(); poll.kind == bus::PollKind::Frame; poll = reader_.poll()) {
      bench::keep(poll.frame.stamp().symbol);
    }
  }
  const HyperliquidVenue& venue() const { return venue_; }

 private:
  void reply(std::uint64_t id, std::string body) {
    const std::size_t size = body.size();
    body.resize(size + 64);
    venue_.on_reply({RequestId{id}, 200, std::string_view(body).substr(0, size), unix_now()}, sink_, outbox_);
  }

  bus::Ring ring_;
  bus::RingReader reader_;
  Sink sink_{ring_, ConnectorId{1}};
  Quiet outbox_;
  HyperliquidVenue venue_{{.subscriptions = {{*SymbolDescriptor::parse("hyperliquid:BTC-USD"), default_channels}}}};
};

void measure_the_way() {
  constexpr std::size_t count = 40'000;
  Maker maker;
  Anchor anchor;
  Rig rig;
  const auto throughput = [&] {
    std::mt19937_64 random(3);
    Messages messages = make(count, [&] {
      const auto kind = random() % 10;
      return kind < 3 ? maker.book(5) : kind < 8 ? maker.quote() : maker.trade();
    });
    return 1'000 / bench::ns_each(count, [&] {
             for (std::size_t i = 0; i < count; ++i) rig.take(messages.span(i));
           });
  };
  Maker other;
  const auto simdjson_alone = [&] {
    Messages messages = make(count, [&] { return other.book(5); });
    return 1'000 / bench::ns_each(count, [&] {
             for (std::size_t i = 0; i < count; ++i) bench::keep(anchor.book(messages.at(i)));
           });
  };
  bench::compare({"hyperliquid_connector_one_core", "simdjson-book", "M/s", bench::Target::value_at_least(1)},
                 throughput, simdjson_alone);
  const SnapshotBook& book = *rig.venue().book_of(hash_symbol_text("hyperliquid:BTC-USD"));
  if (rig.venue().counters().slow > 3 || rig.venue().counters().malformed != 0 || !book.publisher().live()) {
    std::fprintf(stderr, "the messages were not read as they should be: %lu slow, %lu malformed\n",
                 rig.venue().counters().slow, rig.venue().counters().malformed);
    std::exit(1);
  }
}

// ---- Signing: an order, against the curve's signature alone ----

void measure_signing() {
  constexpr std::string_view order =
      R"({"type":"order","orders":[{"a":0,"b":true,"p":"65000.5","s":"0.001","r":false,"t":{"limit":{"tif":"Gtc"}}}],"grouping":"na"})";
  constexpr std::size_t count = 500;
  const auto key =
      *protocol::signing::Secp256k1Key::parse("0x0123456789012345678901234567890123456789012345678901234567890123");
  const Hash digest = *l1_digest(order, {.nonce = 1}, Network::Mainnet);
  std::uint64_t nonce = 1'700'000'000'000;
  bench::compare(
      {"hyperliquid_sign_order", "secp256k1-alone", "ns", bench::Target::ratio_at_most(1.5)},
      [&] {
        return bench::ns_each(count, [&] {
          for (std::size_t i = 0; i < count; ++i) {
            bench::keep(key.sign(*l1_digest(order, {.nonce = ++nonce}, Network::Mainnet)).v);
          }
        });
      },
      [&] {
        return bench::ns_each(count, [&] {
          for (std::size_t i = 0; i < count; ++i) bench::keep(key.sign(digest).v);
        });
      });
}

}  // namespace

int main() {
  compare_parsers();
  measure_the_way();
  measure_signing();
}
