// Coinbase's frequent messages from text to fixed-point numbers, against simdjson on-demand reading the same fields.
#include <functional>
#include <random>
#include <simdjson.h>
#include <string>
#include <vector>

#include "bench/ratio.hpp"
#include "trunkline/venue/coinbase/hot_parser.hpp"

namespace {

using namespace trunkline;
using namespace trunkline::venue::coinbase;
namespace ondemand = simdjson::ondemand;

// Messages one behind the other in one buffer, as they lie in a socket's; padding at the end.
class Messages {
 public:
  Messages(std::size_t count, const std::function<std::string()>& one) {
    for (std::size_t i = 0; i < count; ++i) {
      const std::string text = one();
      spans_.push_back({bytes_.size(), text.size()});
      bytes_ += text;
    }
    bytes_.resize(bytes_.size() + simdjson::SIMDJSON_PADDING);
  }
  std::size_t size() const { return spans_.size(); }
  std::string_view at(std::size_t i) const { return {bytes_.data() + spans_[i].first, spans_[i].second}; }

 private:
  std::string bytes_;
  std::vector<std::pair<std::size_t, std::size_t>> spans_;
};

class Maker {
 public:
  std::string match() {
    return R"({"type":"match","trade_id":)" + std::to_string(++id_) +
           R"(,"maker_order_id":"2a0da34e-61f7-4c36-88e5-c9dd15927b16","taker_order_id":"3c82abaa-c01e-4608-be59-6a1e69742891","side":")" +
           (random_() % 2 == 0 ? "sell" : "buy") + R"(","size":")" + size() + R"(","price":")" + price() +
           R"(","product_id":"BTC-USD","sequence":)" + std::to_string(++sequence_) + R"(,"time":")" + time() + "\"}";
  }
  std::string ticker() {
    return R"({"type":"ticker","sequence":)" + std::to_string(++sequence_) + R"(,"product_id":"BTC-USD","price":")" +
           price() +
           R"(","open_24h":"61310.79","volume_24h":"245532.79269678","low_24h":"61280.52","high_24h":"62313.8","volume_30d":"9788783.60117027","best_bid":")" +
           price() + R"(","best_bid_size":")" + size() + R"(","best_ask":")" + price() + R"(","best_ask_size":")" +
           size() + R"(","side":"buy","time":")" + time() + R"(","trade_id":)" + std::to_string(++id_) +
           R"(,"last_size":")" + size() + "\"}";
  }
  std::string l2update(std::size_t changes) {
    std::string text = R"({"type":"l2update","product_id":"BTC-USD","changes":[)";
    for (std::size_t i = 0; i < changes; ++i) {
      text += std::string(i == 0 ? "" : ",") + (random_() % 2 == 0 ? R"(["buy",")" : R"(["sell",")") + price() +
              R"(",")" + size() + R"("])";
    }
    return text + R"(],"time":")" + time() + "\"}";
  }
  std::string market_trade() {
    return envelope("market_trades") + R"("trades":[{"product_id":"BTC-USD","trade_id":")" + std::to_string(++id_) +
           R"(","price":")" + price() + R"(","size":")" + size() + R"(","time":")" + time() + R"(","side":"BUY"}]}]})";
  }
  std::string advanced_ticker() {
    return envelope("ticker") + R"("tickers":[{"type":"ticker","product_id":"BTC-USD","price":")" + price() +
           R"(","volume_24_h":"15328.12345678","low_24_h":"67500.00","high_24_h":"69200.00","low_52_w":"25000.00","high_52_w":"73800.00","price_percent_chg_24_h":"1.85","best_bid":")" +
           price() + R"(","best_bid_quantity":")" + size() + R"(","best_ask":")" + price() +
           R"(","best_ask_quantity":")" + size() + R"("}]}]})";
  }
  std::string l2_data(std::size_t updates) {
    std::string text = envelope("l2_data") + R"("product_id":"BTC-USD","updates":[)";
    for (std::size_t i = 0; i < updates; ++i) {
      text += std::string(i == 0 ? "" : ",") + R"({"side":")" + (random_() % 2 == 0 ? "bid" : "offer") +
              R"(","event_time":")" + time() + R"(","price_level":")" + price() + R"(","new_quantity":")" + size() +
              R"("})";
    }
    return text + "]}]}";
  }

 private:
  std::string envelope(const std::string& channel) {
    return R"({"channel":")" + channel +
           R"(","client_id":"","timestamp":"2026-04-07T14:30:01.456789123Z","sequence_num":)" +
           std::to_string(++number_) + R"(,"events":[{"type":"update",)";
  }
  std::string price() { return decimal(6'183'763 + random_() % 2'000, 2); }
  std::string size() { return decimal(random_() % 500'000'000, 8); }
  std::string time() { return "2026-04-07T14:30:01." + std::to_string(100'000 + random_() % 900'000) + "Z"; }
  static std::string decimal(std::uint64_t value, std::size_t decimals) {
    std::string text = std::to_string(value);
    if (text.size() <= decimals) text.insert(0, decimals + 1 - text.size(), '0');
    text.insert(text.size() - decimals, ".");
    return text;
  }

  std::mt19937_64 random_{7};
  std::uint64_t id_ = 995'098'700;
  std::uint64_t sequence_ = 37'475'248'783;
  std::uint64_t number_ = 0;
};

// ---- The anchor: the same fields by simdjson, numbers and times by the same exact readers ----

struct Anchor {
  ondemand::parser parser;
  std::vector<wire::Level> bids = std::vector<wire::Level>(4'000);
  std::vector<wire::Level> asks = std::vector<wire::Level>(4'000);

  ondemand::document open(std::string_view text) {
    return parser.iterate(text.data(), text.size(), text.size() + simdjson::SIMDJSON_PADDING);
  }
  template <class Object, class Decimal>
  static void read(Object& object, std::string_view key, Decimal& out) {
    out = *Decimal::parse(object[key].get_string().value());
  }
  template <class Object>
  static Nanos time(Object& object, std::string_view key) {
    const std::string_view text = object[key].get_string().value();
    Nanos out{0};
    scan_iso_time(text.data(), text.data() + text.size(), out);
    return out;
  }

  TradeMessage match(std::string_view text) {
    ondemand::document document = open(text);
    ondemand::object object = document.get_object();
    TradeMessage out;
    bench::keep(object["type"].get_string().value());
    out.id = object["trade_id"].get_uint64().value();
    out.taker_sold = object["side"].get_string().value() == "buy";
    read(object, "size", out.quantity);
    read(object, "price", out.price);
    out.product = object["product_id"].get_string().value();
    out.time = time(object, "time");
    return out;
  }
  QuoteMessage ticker(std::string_view text) {
    ondemand::document document = open(text);
    ondemand::object object = document.get_object();
    QuoteMessage out;
    bench::keep(object["type"].get_string().value());
    out.sequence = object["sequence"].get_uint64().value();
    out.product = object["product_id"].get_string().value();
    read(object, "best_bid", out.bid_price);
    read(object, "best_bid_size", out.bid_quantity);
    read(object, "best_ask", out.ask_price);
    read(object, "best_ask_size", out.ask_quantity);
    out.time = time(object, "time");
    return out;
  }
  std::size_t l2update(std::string_view text) {
    ondemand::document document = open(text);
    ondemand::object object = document.get_object();
    bench::keep(object["type"].get_string().value());
    bench::keep(object["product_id"].get_string().value());
    std::size_t counts[2] = {};
    for (auto row : object["changes"].get_array()) {
      ondemand::array change = row.get_array();
      auto item = change.begin();
      const bool bid = (*item).get_string().value() == "buy";
      wire::Level& level = bid ? bids[counts[0]++] : asks[counts[1]++];
      ++item;
      level.price = *Price::parse((*item).get_string().value());
      ++item;
      level.quantity = *Quantity::parse((*item).get_string().value());
    }
    bench::keep(time(object, "time"));
    return counts[0] + counts[1];
  }
  template <class Each>
  void events(std::string_view text, std::string_view list, Each&& each) {
    ondemand::document document = open(text);
    ondemand::object object = document.get_object();
    bench::keep(object["channel"].get_string().value());
    bench::keep(time(object, "timestamp"));
    bench::keep(object["sequence_num"].get_uint64().value());
    for (auto row : object["events"].get_array()) {
      ondemand::object event = row.get_object();
      bench::keep(event["type"].get_string().value());
      if (list == "updates") bench::keep(event["product_id"].get_string().value());
      for (auto item : event[list].get_array()) {
        ondemand::object inner = item.get_object();
        each(inner);
      }
    }
  }
  Price market_trade(std::string_view text) {
    TradeMessage out;
    events(text, "trades", [&](ondemand::object& trade) {
      out.product = trade["product_id"].get_string().value();
      out.id = trade["trade_id"].get_uint64_in_string().value();
      read(trade, "price", out.price);
      read(trade, "size", out.quantity);
      out.time = time(trade, "time");
      out.taker_sold = trade["side"].get_string().value() == "BUY";
    });
    bench::keep(out);
    return out.price;
  }
  Price advanced_ticker(std::string_view text) {
    QuoteMessage out;
    events(text, "tickers", [&](ondemand::object& ticker) {
      out.product = ticker["product_id"].get_string().value();
      read(ticker, "best_bid", out.bid_price);
      read(ticker, "best_bid_quantity", out.bid_quantity);
      read(ticker, "best_ask", out.ask_price);
      read(ticker, "best_ask_quantity", out.ask_quantity);
    });
    bench::keep(out);
    return out.ask_price;
  }
  std::size_t l2_data(std::string_view text) {
    std::size_t counts[2] = {};
    events(text, "updates", [&](ondemand::object& update) {
      const bool bid = update["side"].get_string().value() == "bid";
      wire::Level& level = bid ? bids[counts[0]++] : asks[counts[1]++];
      bench::keep(time(update, "event_time"));
      read(update, "price_level", level.price);
      read(update, "new_quantity", level.quantity);
    });
    return counts[0] + counts[1];
  }
};

template <class Hot, class Slow>
void compare(const char* name, const Messages& messages, Hot&& hot, Slow&& slow) {
  const auto each = [&](auto&& parse) {
    constexpr int repeats = 20;
    return bench::ns_each(messages.size() * repeats, [&] {
      for (int repeat = 0; repeat < repeats; ++repeat) {
        for (std::size_t i = 0; i < messages.size(); ++i) bench::keep(parse(messages.at(i)));
      }
    });
  };
  bench::compare(
      {name, "simdjson", "ns", bench::Target::ratio_at_most(0.6)}, [&] { return each(hot); },
      [&] { return each(slow); });
}

void require(bool read) {
  if (!read) std::abort();
}

}  // namespace

int main() {
  Maker maker;
  Anchor anchor;
  constexpr std::size_t count = 2'000;
  std::vector<wire::Level> levels(8'000);
  TradeMessage trade;
  QuoteMessage quote;
  BookMessage book;
  Envelope envelope;
  compare(
      "coinbase_parse_match", Messages(count, [&] { return maker.match(); }),
      [&](std::string_view text) {
        require(scan_match(text, trade));
        return trade.price;
      },
      [&](std::string_view text) { return anchor.match(text).price; });
  compare(
      "coinbase_parse_ticker", Messages(count, [&] { return maker.ticker(); }),
      [&](std::string_view text) {
        require(scan_ticker(text, quote));
        return quote.ask_price;
      },
      [&](std::string_view text) { return anchor.ticker(text).ask_price; });
  // The recorded feed has one change a message, a batch of 50 ms has several.
  for (const auto& [name, changes] :
       {std::pair{"coinbase_parse_l2update_1", 1}, std::pair{"coinbase_parse_l2update_8", 8}}) {
    compare(
        name, Messages(count, [&, changes = changes] { return maker.l2update(static_cast<std::size_t>(changes)); }),
        [&](std::string_view text) {
          require(scan_l2update(text, book, levels));
          return book.bid_count;
        },
        [&](std::string_view text) { return anchor.l2update(text); });
  }
  compare(
      "coinbase_parse_market_trade", Messages(count, [&] { return maker.market_trade(); }),
      [&](std::string_view text) {
        std::size_t trades = 0;
        require(scan_market_trades(text, envelope, {&trade, 1}, trades));
        return trade.price;
      },
      [&](std::string_view text) { return anchor.market_trade(text); });
  compare(
      "coinbase_parse_advanced_ticker", Messages(count, [&] { return maker.advanced_ticker(); }),
      [&](std::string_view text) {
        require(scan_advanced_ticker(text, envelope, quote));
        return quote.ask_price;
      },
      [&](std::string_view text) { return anchor.advanced_ticker(text); });
  compare(
      "coinbase_parse_l2_data_8", Messages(count, [&] { return maker.l2_data(8); }),
      [&](std::string_view text) {
        require(scan_l2_data(text, envelope, book, levels));
        return book.bid_count;
      },
      [&](std::string_view text) { return anchor.l2_data(text); });
}
