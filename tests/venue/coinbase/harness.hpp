// Drives a CoinbaseVenue from text, without sockets: confirms its subscriptions as the venue does, keeps what it asks
// for, reads the frames it publishes as any consumer would, and mirrors its books from them.
#pragma once

#include <deque>
#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/book/book.hpp"
#include "trunkline/bus/ring.hpp"
#include "trunkline/venue/coinbase/coinbase_venue.hpp"

namespace trunkline::venue::coinbase::test {

using namespace std::chrono_literals;

inline constexpr ConnectionId first_connection{1};
inline constexpr ConnectionId second_connection{2};

// A reply that lists products, "BTC-USD" and the like.
inline std::string products_reply(Api api, const std::vector<std::string>& products, const std::string& tick = "0.01",
                                  const std::string& lot = "0.00000001") {
  nlohmann::json list = nlohmann::json::array();
  for (const std::string& id : products) {
    const std::string base = id.substr(0, id.find('-'));
    const std::string quote = id.substr(id.find('-') + 1);
    if (api == Api::Exchange) {
      list.push_back({{"id", id},
                      {"base_currency", base},
                      {"quote_currency", quote},
                      {"quote_increment", tick},
                      {"base_increment", lot},
                      {"status", "online"}});
    } else {
      list.push_back({{"product_id", id},
                      {"base_currency_id", base},
                      {"quote_currency_id", quote},
                      {"price_increment", tick},
                      {"base_increment", lot},
                      {"product_type", "SPOT"},
                      {"status", "online"}});
    }
  }
  return api == Api::Exchange ? list.dump() : nlohmann::json{{"products", list}}.dump();
}

class Harness : public Outbox {
 public:
  struct Sent {
    ConnectionId connection;
    std::string text;
  };

  explicit Harness(CoinbaseConfig config)
      : api_(config.api),
        ring_(bus::RingConfig{.capacity_bytes = std::size_t{8} << 20}),
        reader_(ring_.subscribe()),
        sink_(ring_, ConnectorId{1}),
        venue_(std::move(config)) {}

  // ---- Driving ----

  void start(const std::string& products) {
    begin(15);
    venue_.on_start(now, sink_, *this);
    settle();
    ASSERT_TRUE(answer("/products", 200, products));
  }
  void open(ConnectionId connection = first_connection) {
    begin(connection_number(connection));
    venue_.on_open(connection, LaneId{0}, now, sink_, *this);
    settle();
  }
  void bytes(std::string_view message, ConnectionId connection = first_connection) {
    buffer_.assign(message.begin(), message.end());
    buffer_.resize(message.size() + 64);
    begin(connection_number(connection));
    venue_.on_bytes(connection, std::span(buffer_).first(message.size()), now, sink_, *this);
    settle();
  }
  // An Advanced Trade message: the events in an envelope with the connection's next number.
  std::string envelope(std::string_view channel, std::string_view list, ConnectionId connection = first_connection) {
    return R"({"channel":")" + std::string(channel) +
           R"(","client_id":"","timestamp":"2026-01-01T00:00:00.5Z","sequence_num":)" +
           std::to_string(next_number[connection]++) + R"(,"events":[)" + std::string(list) + "]}";
  }
  void close(ConnectionId connection = first_connection) {
    subscribed_.erase(connection);
    next_number.erase(connection);
    begin(connection_number(connection));
    venue_.on_closed(connection, "closed by the test", now, sink_, *this);
    settle();
  }
  void reply(const Request& request, int status, std::string_view body) {
    std::string padded(body);
    padded.resize(body.size() + 64);
    begin(15);
    venue_.on_reply({request.id, status, std::string_view(padded).substr(0, body.size()), now}, sink_, *this);
    settle();
  }
  void tick(Nanos step = 100ms) {
    now += step;
    begin(15);
    venue_.on_tick(now, sink_, *this);
    settle();
  }
  void ticks(Nanos time, Nanos step = 100ms) {
    for (Nanos passed{0}; passed < time; passed += step) tick(step);
  }
  Result<void> command(Action action, const std::string& symbol, Channels channels) {
    begin(15);
    const auto done = venue_.command({action, *SymbolDescriptor::parse(symbol), channels}, now, sink_, *this);
    settle();
    return done;
  }
  // Answers the oldest request whose address has `part` in it. False: there is none.
  bool answer(std::string_view part, int status, std::string_view body) {
    for (auto it = requests.begin(); it != requests.end(); ++it) {
      if (it->url.find(part) == std::string::npos) continue;
      const Request request = *it;
      requests.erase(it);
      reply(request, status, body);
      return true;
    }
    return false;
  }

  // ---- Outbox ----

  void send(ConnectionId connection, std::string text) override {
    sent.push_back({connection, text});
    if (!answer_subscriptions) return;
    const auto json = nlohmann::json::parse(text);
    const bool subscribe = json["type"] == "subscribe";
    const auto products = json.value("product_ids", nlohmann::json::array());
    if (!refused_product.empty() && subscribe &&
        std::ranges::find(products, nlohmann::json(refused_product)) != products.end()) {
      acks_.push_back({connection, R"({"type":"error","message":"Failed to subscribe","reason":")" + refused_product +
                                       R"( is not a valid product"})"});
      return;
    }
    auto& lists = subscribed_[connection];
    const auto channels = api_ == Api::Exchange ? json["channels"] : nlohmann::json::array({json["channel"]});
    for (std::string channel : channels) {
      if (channel == "level2_batch") channel = "level2_50";
      for (const auto& product : products) {
        if (subscribe) {
          lists[channel].insert(product.get<std::string>());
        } else {
          lists[channel].erase(product.get<std::string>());
        }
      }
    }
    acks_.push_back({connection, {}});
  }
  void request(Request request) override { requests.push_back(std::move(request)); }
  void reconnect(ConnectionId connection, std::string reason) override {
    reconnects.push_back({connection, std::move(reason)});
  }
  void ready(ConnectionId connection) override { readies.push_back(connection); }
  void report(Event event) override {
    ++event_counts[std::string(event.name)];
    events.push_back(std::move(event));
  }

  // ---- What came out ----

  book::Book& mirror(const std::string& text) { return books_.at(hash_symbol_text(text)); }
  const ProductBook& book(const std::string& text) { return *venue_.book_of(hash_symbol_text(text)); }
  CoinbaseVenue& venue() { return venue_; }
  // How many messages of this type with this channel and product were sent.
  int count_sent(std::string_view type, std::string_view channel, std::string_view product) const {
    int count = 0;
    for (const Sent& each : sent) {
      const auto has = [&](std::string_view part) { return each.text.find(part) != std::string::npos; };
      count += has("\"type\":\"" + std::string(type) + "\"") && has("\"" + std::string(channel) + "\"") &&
               has("\"" + std::string(product) + "\"");
    }
    return count;
  }

  Nanos now = Nanos{1'700'000'000'000'000'000};
  bool answer_subscriptions = true;
  std::string refused_product;
  std::map<ConnectionId, std::uint64_t> next_number;

  std::vector<Sent> sent;
  std::deque<Request> requests;
  std::vector<Sent> reconnects;
  std::vector<ConnectionId> readies;
  std::vector<Event> events;
  std::map<std::string, int> event_counts;

  std::vector<wire::Trade> trades;
  std::vector<std::uint8_t> trade_flags;
  std::vector<wire::Quote> quotes;
  std::vector<wire::BookStatus> statuses;
  std::vector<wire::Gap> gaps;
  std::map<std::string, wire::SymbolMapping> mappings;
  std::map<wire::MessageType, std::uint64_t> frames;
  std::uint64_t mirror_faults = 0;  // frames that did not follow, or crossed a mirror

 private:
  static std::uint8_t connection_number(ConnectionId connection) { return std::to_underlying(connection) & 0xF; }
  void begin(std::uint8_t connection) { sink_.begin(now, connection); }
  std::string subscriptions_text(ConnectionId connection) {
    const auto& lists = subscribed_[connection];
    if (api_ == Api::Advanced) {
      nlohmann::json json = nlohmann::json::object();
      for (const auto& [channel, products] : lists) json[channel] = products;
      return envelope("subscriptions", nlohmann::json{{"subscriptions", json}}.dump(), connection);
    }
    nlohmann::json channels = nlohmann::json::array();
    for (const auto& [channel, products] : lists) {
      channels.push_back({{"name", channel}, {"product_ids", products}, {"account_ids", nullptr}});
    }
    return nlohmann::json{{"type", "subscriptions"}, {"channels", channels}}.dump();
  }
  void settle() {
    drain();
    while (!acks_.empty()) {
      Sent ack = acks_.front();
      acks_.pop_front();
      bytes(ack.text.empty() ? subscriptions_text(ack.connection) : ack.text, ack.connection);
    }
  }
  void drain() {
    for (;;) {
      const auto poll = reader_.poll();
      if (poll.kind == bus::PollKind::Empty) return;
      ASSERT_EQ(poll.kind, bus::PollKind::Frame);
      take(poll.frame);
    }
  }
  void take(const wire::FrameView& frame) {
    ++frames[frame.type()];
    if (const auto* mapping = frame.as<wire::SymbolMapping>()) {
      mappings[std::string(wire::text(*mapping))] = *mapping;
      books_.try_emplace(mapping->symbol, mapping->symbol, book::LadderConfig{.tick = mapping->tick_size});
      return;
    }
    ASSERT_TRUE(books_.contains(frame.stamp().symbol)) << "a symbol was used before its mapping";
    const auto outcome = books_.at(frame.stamp().symbol).apply(frame);
    if (outcome == book::Outcome::Gap || outcome == book::Outcome::Crossed || outcome == book::Outcome::Full) {
      ++mirror_faults;
    }
    if (const auto* quote = frame.as<wire::Quote>()) quotes.push_back(*quote);
    if (const auto* status = frame.as<wire::BookStatus>()) statuses.push_back(*status);
    if (const auto* gap = frame.as<wire::Gap>()) gaps.push_back(*gap);
    if (const auto* trade = frame.as<wire::Trade>()) {
      trades.push_back(*trade);
      trade_flags.push_back(frame.flags());
    }
  }

  Api api_;
  bus::Ring ring_;
  bus::RingReader reader_;
  Sink sink_;
  CoinbaseVenue venue_;
  std::vector<char> buffer_;
  std::deque<Sent> acks_;
  std::map<ConnectionId, std::map<std::string, std::set<std::string>>> subscribed_;
  std::map<SymbolHash, book::Book> books_;
};

// ---- Messages made by hand: levels are {price, quantity} ----

using LevelTexts = std::vector<std::pair<std::string, std::string>>;

inline std::string levels_text(const LevelTexts& levels) {
  std::string text = "[";
  for (const auto& [price, quantity] : levels) {
    text += std::string(text.size() > 1 ? "," : "") + "[\"" + price + "\",\"" + quantity + "\"]";
  }
  return text + "]";
}
inline std::string snapshot(const std::string& product, const LevelTexts& bids, const LevelTexts& asks) {
  return R"({"type":"snapshot","product_id":")" + product + R"(","asks":)" + levels_text(asks) + R"(,"bids":)" +
         levels_text(bids) + R"(,"time":"2026-01-01T00:00:00.25Z"})";
}
inline std::string l2update(const std::string& product, const LevelTexts& bids, const LevelTexts& asks) {
  std::string changes;
  for (const auto& [side, levels] : {std::pair{"buy", bids}, std::pair{"sell", asks}}) {
    for (const auto& [price, quantity] : levels) {
      changes += (changes.empty() ? "" : ",") + (R"([")" + std::string(side)) + R"(",")" + price + R"(",")" + quantity +
                 R"("])";
    }
  }
  return R"({"type":"l2update","product_id":")" + product + R"(","changes":[)" + changes +
         R"(],"time":"2026-01-01T00:00:01.5Z"})";
}
inline std::string match(const std::string& product, std::uint64_t id, const std::string& price = "10",
                         const std::string& maker_side = "sell", const std::string& type = "match") {
  return R"({"type":")" + type + R"(","trade_id":)" + std::to_string(id) +
         R"(,"maker_order_id":"a","taker_order_id":"b","side":")" + maker_side + R"(","size":"0.5","price":")" + price +
         R"(","product_id":")" + product + R"(","sequence":7,"time":"2026-01-01T00:00:02Z"})";
}
inline std::string heartbeat(const std::string& product, std::uint64_t last_trade_id) {
  return R"({"type":"heartbeat","sequence":90,"last_trade_id":)" + std::to_string(last_trade_id) +
         R"(,"product_id":")" + product + R"(","time":"2026-01-01T00:00:03Z"})";
}
// Events of Advanced Trade.
inline std::string book_event(const std::string& type, const std::string& product, const LevelTexts& bids,
                              const LevelTexts& asks) {
  std::string updates;
  for (const auto& [side, levels] : {std::pair{"bid", bids}, std::pair{"offer", asks}}) {
    for (const auto& [price, quantity] : levels) {
      updates += (updates.empty() ? "" : ",") + (R"({"side":")" + std::string(side)) +
                 R"(","event_time":"2026-01-01T00:00:00.1Z","price_level":")" + price + R"(","new_quantity":")" +
                 quantity + R"("})";
    }
  }
  return R"({"type":")" + type + R"(","product_id":")" + product + R"(","updates":[)" + updates + "]}";
}
inline std::string trade_event(const std::string& type, const std::string& product,
                               const std::vector<std::uint64_t>& ids) {
  std::string trades;
  for (const std::uint64_t id : ids) {
    trades += (trades.empty() ? "" : ",") + (R"({"product_id":")" + product) + R"(","trade_id":")" +
              std::to_string(id) + R"(","price":"10","size":"1","time":"2026-01-01T00:00:00Z","side":"BUY"})";
  }
  return R"({"type":")" + type + R"(","trades":[)" + trades + "]}";
}

}  // namespace trunkline::venue::coinbase::test
