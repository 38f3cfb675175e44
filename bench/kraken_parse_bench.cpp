// Kraken's frequent messages from text to fixed-point numbers, against simdjson on-demand reading the same fields; the
// book's checksum kept level by level, against zlib's over the whole text; then the whole way of a book update.
#include <deque>
#include <random>
#include <simdjson.h>
#include <string>
#include <vector>
#include <zlib.h>

#include "bench/ratio.hpp"
#include "trunkline/bus/ring.hpp"
#include "trunkline/venue/kraken/hot_parser.hpp"
#include "trunkline/venue/kraken/kraken_venue.hpp"

namespace {

using namespace trunkline;
using namespace trunkline::venue;
using namespace trunkline::venue::kraken;
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

constexpr std::size_t depth = 10;
const std::string time_text = R"("timestamp":"2023-10-06T17:35:55.440295Z"})";

class Maker {
 public:
  Maker() {
    std::vector<wire::Level> bids;
    std::vector<wire::Level> asks;
    for (int i = 0; i < 10; ++i) {
      bids.push_back(level(-1 - i));
      asks.push_back(level(1 + i));
    }
    book_.set_digits(DigitShift::of({1, 8}, 0));
    book_.apply(bids, asks);
    snapshot_ = book_text("snapshot", bids, asks);
  }
  const std::string& snapshot() const { return snapshot_; }
  wire::Level level(int distance, bool removed = false) {
    const auto quantity = removed ? 0 : static_cast<std::int64_t>(random_() % 500'000'000) + 1;
    return {Price::from_raw((1'059'442 + distance) * std::int64_t{10'000'000}), Quantity::from_raw(quantity)};
  }
  // A level of the ten best changes, one goes and another takes its place, or nothing but a quantity moves.
  std::string update() {
    std::vector<wire::Level> sides[2];
    const int side = random_() % 2 == 0 ? -1 : 1;
    auto& changed = sides[side < 0 ? 0 : 1];
    const int distance = static_cast<int>(random_() % 12) + 1;
    changed.push_back(level(side * distance, random_() % 4 == 0));
    if (changed[0].quantity.is_zero()) changed.push_back(level(side * (distance + 1)));
    book_.apply(sides[0], sides[1]);
    book_.cut_bids([](Price) {});
    book_.cut_asks([](Price) {});
    return book_text("update", sides[0], sides[1]);
  }
  std::string trade() {
    const wire::Level one = level(0);
    return R"({"channel":"trade","type":"update","data":[{"symbol":"BTC/USD","side":"buy","price":)" +
           one.price.to_text(1) + R"(,"qty":)" + one.quantity.to_text(8) + R"(,"ord_type":"limit","trade_id":)" +
           std::to_string(++trade_id_) + "," + time_text + "]}";
  }
  std::string quote() {
    const wire::Level bid = level(-1);
    const wire::Level ask = level(1);
    return R"({"channel":"ticker","type":"update","data":[{"symbol":"BTC/USD","bid":)" + bid.price.to_text(1) +
           R"(,"bid_qty":)" + bid.quantity.to_text(8) + R"(,"ask":)" + ask.price.to_text(1) + R"(,"ask_qty":)" +
           ask.quantity.to_text(8) +
           R"(,"last":105899.4,"volume":163.28908096,"vwap":105904.39279,"low":104711.0,"high":106613.1,"change":250.0,)"
           R"("change_pct":0.24,)" +
           time_text + "]}";
  }

 private:
  std::string book_text(const char* type, std::span<const wire::Level> bids, std::span<const wire::Level> asks) {
    const auto side = [](std::span<const wire::Level> levels) {
      std::string text;
      for (const wire::Level& each : levels) {
        text += (text.empty() ? R"({"price":)" : R"(,{"price":)") + each.price.to_text(1) + R"(,"qty":)" +
                each.quantity.to_text(8) + "}";
      }
      return text;
    };
    return std::string(R"({"channel":"book","type":")") + type + R"(","data":[{"symbol":"BTC/USD","bids":[)" +
           side(bids) + R"(],"asks":[)" + side(asks) + R"(],"checksum":)" + std::to_string(book_.checksum()) + "," +
           time_text + "]}";
  }

  std::mt19937_64 random_{7};
  DepthBook book_{depth};
  std::string snapshot_;
  std::uint64_t trade_id_ = 10'218'208;
};

Messages make(std::size_t count, const std::function<std::string()>& one) {
  Messages messages;
  for (std::size_t i = 0; i < count; ++i) messages.add(one());
  messages.finish();
  return messages;
}

// ---- The anchor: the same fields by simdjson, numbers and times by the same exact readers ----

struct Anchor {
  ondemand::parser parser;
  std::vector<wire::Level> levels = std::vector<wire::Level>(8'000);

  ondemand::object entry(ondemand::document& document, std::string_view text) {
    document = parser.iterate(text.data(), text.size(), text.size() + simdjson::SIMDJSON_PADDING);
    bench::keep(document["channel"].get_string().value());
    bench::keep(document["type"].get_string().value());
    return (*document["data"].get_array().begin()).get_object();
  }
  static std::string_view token(ondemand::value value) {
    std::string_view text = value.raw_json_token();
    while (text.back() <= ' ') text.remove_suffix(1);
    return text;
  }
  template <class Decimal>
  static Decimal decimal(ondemand::object& object, std::string_view key) {
    return *Decimal::parse(token(object[key].value()));
  }
  static Nanos time(ondemand::object& object) {
    return *protocol::parse_rfc3339(object["timestamp"].get_string().value());
  }

  TradeMessage trade(std::string_view text) {
    ondemand::document document;
    ondemand::object object = entry(document, text);
    TradeMessage out;
    out.symbol = object["symbol"].get_string().value();
    out.buy = object["side"].get_string().value() == "buy";
    out.price = decimal<Price>(object, "price");
    out.quantity = decimal<Quantity>(object, "qty");
    out.id = object["trade_id"].get_uint64().value();
    out.time = time(object);
    return out;
  }
  QuoteMessage quote(std::string_view text) {
    ondemand::document document;
    ondemand::object object = entry(document, text);
    QuoteMessage out;
    out.symbol = object["symbol"].get_string().value();
    out.bid_price = decimal<Price>(object, "bid");
    out.bid_quantity = decimal<Quantity>(object, "bid_qty");
    out.ask_price = decimal<Price>(object, "ask");
    out.ask_quantity = decimal<Quantity>(object, "ask_qty");
    out.time = time(object);
    return out;
  }
  BookMessage book(std::string_view text) {
    ondemand::document document;
    ondemand::object object = entry(document, text);
    BookMessage out;
    out.symbol = object["symbol"].get_string().value();
    std::size_t count = 0;
    for (const char* const side : {"bids", "asks"}) {
      for (auto row : object[side].get_array()) {
        ondemand::object level = row.get_object();
        levels[count].price = decimal<Price>(level, "price");
        levels[count].quantity = decimal<Quantity>(level, "qty");
        ++count;
      }
      (side[0] == 'b' ? out.bid_count : out.ask_count) = count;
    }
    out.checksum = static_cast<std::uint32_t>(object["checksum"].get_uint64().value());
    out.time = time(object);
    return out;
  }
};

void compare_parsers() {
  Maker maker;
  const Messages trades = make(2'000, [&] { return maker.trade(); });
  const Messages quotes = make(2'000, [&] { return maker.quote(); });
  const Messages books = make(2'000, [&] { return maker.update(); });
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
      {"kraken_parse_trade", "simdjson", "ns", target},
      [&] {
        return each(trades, [](std::string_view text) {
          TradeMessage out[4];
          std::size_t count = 0;
          if (!scan_trades(text, out, count)) std::abort();
          return out[0].price;
        });
      },
      [&] { return each(trades, [&](std::string_view text) { return anchor.trade(text).price; }); });
  bench::compare(
      {"kraken_parse_quote", "simdjson", "ns", target},
      [&] {
        return each(quotes, [](std::string_view text) {
          QuoteMessage out;
          if (!scan_quote(text, out)) std::abort();
          return out.ask_price;
        });
      },
      [&] { return each(quotes, [&](std::string_view text) { return anchor.quote(text).ask_price; }); });
  bench::compare(
      {"kraken_parse_book", "simdjson", "ns", target},
      [&] {
        return each(books, [&](std::string_view text) {
          BookMessage out;
          if (!scan_book_update(text, out, levels)) std::abort();
          return out.checksum;
        });
      },
      [&] { return each(books, [&](std::string_view text) { return anchor.book(text).checksum; }); });
}

// ---- The checksum ----

struct Change {
  std::vector<wire::Level> bids;
  std::vector<wire::Level> asks;
};

// What one would write first: the whole text anew, and zlib over it.
std::uint32_t plain_checksum(const DepthBook& book) {
  char text[20 * max_digits];
  char* end = text;
  const DigitShift shift = DigitShift::of({1, 8}, 0);
  for (const auto side : {book.asks().best_last(), book.bids().best_last()}) {
    const std::size_t count = std::min<std::size_t>(side.size(), 10);
    for (std::size_t rank = 0; rank < count; ++rank) end = write_digits(end, side[side.size() - 1 - rank], shift);
  }
  return static_cast<std::uint32_t>(crc32(0, reinterpret_cast<const Bytef*>(text), static_cast<uInt>(end - text)));
}

void compare_checksums() {
  Maker maker;
  std::mt19937_64 random(5);
  std::vector<Change> changes(4'000);
  for (Change& change : changes) {
    const int side = random() % 2 == 0 ? -1 : 1;
    const int distance = static_cast<int>(random() % 10) + 1;
    (side < 0 ? change.bids : change.asks).push_back(maker.level(side * distance));
  }
  const auto run = [&](auto&& checksum) {
    DepthBook book(depth);
    book.set_digits(DigitShift::of({1, 8}, 0));
    for (int i = 1; i <= 10; ++i) book.apply(std::vector{maker.level(-i)}, std::vector{maker.level(i)});
    constexpr int repeats = 20;
    return bench::ns_each(changes.size() * repeats, [&] {
      for (int repeat = 0; repeat < repeats; ++repeat) {
        for (const Change& change : changes) {
          book.apply(change.bids, change.asks);
          bench::keep(checksum(book));
        }
      }
    });
  };
  bench::compare(
      {"kraken_book_change_and_checksum", "whole-text-zlib", "ns", bench::Target::ratio_at_most(0.6)},
      [&] { return run([](DepthBook& book) { return book.checksum(); }); },
      [&] { return run([](DepthBook& book) { return plain_checksum(book); }); });
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
  explicit Rig(const std::string& snapshot) : reader_(ring_.subscribe()) {
    sink_.begin(unix_now(), 15);
    venue_.on_start(unix_now(), sink_, outbox_);
    venue_.on_open(ConnectionId{1}, LaneId{0}, unix_now(), sink_, outbox_);
    feed(R"({"channel":"instrument","type":"snapshot","data":{"pairs":[{"symbol":"BTC/USD","base":"BTC","quote":"USD",)"
         R"("status":"online","qty_precision":8,"qty_increment":1e-8,"price_precision":1,"price_increment":0.1}]}})");
    for (int id = 2; id <= 4; ++id) {
      feed(R"({"method":"subscribe","result":{"symbol":"BTC/USD"},"success":true,"req_id":)" + std::to_string(id) +
           "}");
    }
    feed(snapshot);
  }
  void take(std::span<char> message) {
    sink_.begin(Nanos{1'723'161'255'343'000'000}, 1);
    venue_.on_bytes(ConnectionId{1}, message, Nanos{1'723'161'255'343'000'000}, sink_, outbox_);
    sink_.flush();
    for (auto poll = reader_.poll(); poll.kind == bus::PollKind::Frame; poll = reader_.poll()) {
      bench::keep(poll.frame.stamp().symbol);
    }
  }
  const KrakenVenue& venue() const { return venue_; }

 private:
  void feed(std::string text) {
    const std::size_t size = text.size();
    text.resize(size + 64);
    take(std::span(text).first(size));
  }

  bus::Ring ring_;
  bus::RingReader reader_;
  Sink sink_{ring_, ConnectorId{1}};
  Quiet outbox_;
  KrakenVenue venue_{{.subscriptions = {{*SymbolDescriptor::parse("kraken:BTC-USD"), default_channels}}}};
};

void measure_the_way() {
  constexpr std::size_t count = 40'000;
  Maker maker;
  Anchor anchor;
  Rig rig(maker.snapshot());
  const auto throughput = [&] {
    std::mt19937_64 random(3);
    Messages messages = make(count, [&] {
      const auto kind = random() % 10;
      return kind < 6 ? maker.update() : kind < 9 ? maker.quote() : maker.trade();
    });
    return 1'000 / bench::ns_each(count, [&] {
             for (std::size_t i = 0; i < count; ++i) rig.take(messages.span(i));
           });
  };
  Maker other;
  const auto simdjson_alone = [&] {
    Messages messages = make(count, [&] { return other.update(); });
    return 1'000 / bench::ns_each(count, [&] {
             for (std::size_t i = 0; i < count; ++i) bench::keep(anchor.book(messages.at(i)).checksum);
           });
  };
  bench::compare({"kraken_connector_one_core", "simdjson-book", "M/s", bench::Target::value_at_least(1)}, throughput,
                 simdjson_alone);
  const BookFeed& feed = *rig.venue().book_of(hash_symbol_text("kraken:BTC-USD"));
  if (rig.venue().counters().slow > 5 || feed.mismatches() != 0 || !feed.live()) {
    std::fprintf(stderr, "the messages were not read as they should be: %lu slow, %lu checksums wrong\n",
                 rig.venue().counters().slow, feed.mismatches());
    std::exit(1);
  }
}

}  // namespace

int main() {
  compare_parsers();
  compare_checksums();
  measure_the_way();
}
