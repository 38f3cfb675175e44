// Drives a GenericVenue from text, without sockets: answers its subscriptions as Bybit does, keeps what it asks for,
// reads the frames it publishes as any consumer would, and mirrors its books from them.
#pragma once

#include <deque>
#include <map>
#include <nlohmann/json.hpp>

#include "trunkline/book/book.hpp"
#include "trunkline/bus/ring.hpp"
#include "trunkline/venue/generic/generic_venue.hpp"
#include "venue/generic/collector.hpp"

namespace trunkline::venue::generic::test {

using namespace std::chrono_literals;

inline constexpr ConnectionId first_connection{1};
inline constexpr ConnectionId second_connection{2};

class Harness : public Outbox {
 public:
  struct Sent {
    ConnectionId connection;
    std::string text;
  };

  explicit Harness(Mapping mapping, std::string exchange = "bybit")
      : reader_(ring_.subscribe()), sink_(ring_, ConnectorId{1}) {
    auto made = GenericVenue::make({.exchange = std::move(exchange), .mapping = std::move(mapping)});
    if (!made) throw std::runtime_error(made.error().message);
    venue_ = *std::move(made);
    sink_.begin(now, 15);
    venue_->on_start(now, sink_, *this);
    drain();
  }

  void open(ConnectionId connection = first_connection) {
    sink_.begin(now, number(connection));
    venue_->on_open(connection, LaneId{0}, now, sink_, *this);
    settle();
  }
  void bytes(std::string_view message, ConnectionId connection = first_connection) {
    buffer_.assign(message.begin(), message.end());
    buffer_.resize(message.size() + 64);
    sink_.begin(now, number(connection));
    venue_->on_bytes(connection, std::span(buffer_).first(message.size()), now, sink_, *this);
    settle();
  }
  void close(ConnectionId connection = first_connection) {
    sink_.begin(now, number(connection));
    venue_->on_closed(connection, "closed by the test", now, sink_, *this);
    settle();
  }
  void tick(Nanos step = 100ms) {
    now += step;
    sink_.begin(now, 15);
    venue_->on_tick(now, sink_, *this);
    settle();
  }
  Result<void> command(Action action, const std::string& symbol, Channels channels) {
    sink_.begin(now, 15);
    const auto done = venue_->command({action, *SymbolDescriptor::parse(symbol), channels}, now, sink_, *this);
    settle();
    return done;
  }
  Result<void> subscribe(const std::string& symbol, Channels channels = {Channel::Trades, Channel::Depth}) {
    return command(Action::Subscribe, symbol, channels);
  }
  // Answers the oldest request; none is a failure of the test.
  void reply(int status, std::string_view body, std::vector<std::pair<std::string, std::string>> headers = {}) {
    ASSERT_FALSE(requests.empty());
    const Request request = requests.front();
    requests.pop_front();
    std::string padded(body);
    padded.resize(body.size() + 64);
    sink_.begin(now, 15);
    venue_->on_reply({request.id, status, std::string_view(padded).substr(0, body.size()), now, std::move(headers)},
                     sink_, *this);
    settle();
  }

  void send(ConnectionId connection, std::string text) override {
    const auto json = nlohmann::json::parse(text, nullptr, false);
    if (answers && json.is_object() && json.contains("req_id")) {
      bool refuse = false;
      for (const auto& topic : json["args"]) refuse |= topic == refused_topic;
      acks_.push_back({connection, nlohmann::json{{"success", !refuse},
                                                  {"ret_msg", refuse ? "Invalid topic" : ""},
                                                  {"req_id", json["req_id"]},
                                                  {"op", json["op"]}}
                                       .dump()});
    }
    sent.push_back({connection, std::move(text)});
  }
  void request(Request request) override { requests.push_back(std::move(request)); }
  void reconnect(ConnectionId connection, std::string reason) override {
    reconnects.push_back({connection, std::move(reason)});
  }
  void ready(ConnectionId connection) override { readies.push_back(connection); }
  void report(Event event) override { events.push_back(std::move(event)); }

  book::Book& book(const std::string& text) { return books_.at(hash_symbol_text(text)); }
  GenericVenue& venue() { return *venue_; }
  bool reported(std::string_view name) const {
    return std::ranges::any_of(events, [name](const Event& event) { return event.name == name; });
  }

  Nanos now = Nanos{1'700'000'000'000'000'000};
  bool answers = true;
  std::string refused_topic;
  std::vector<Sent> sent;
  std::deque<Request> requests;
  std::vector<Sent> reconnects;
  std::vector<ConnectionId> readies;
  std::vector<Event> events;

  std::vector<wire::Trade> trades;
  std::vector<std::uint8_t> trade_flags;
  std::vector<wire::Quote> quotes;
  std::vector<wire::DerivativeTicker> tickers;
  std::vector<wire::BookStatus> statuses;
  std::map<std::string, wire::SymbolMapping> mappings;
  std::uint64_t disagreements = 0;  // of a mirror and the frames

 private:
  static std::uint8_t number(ConnectionId connection) { return std::to_underlying(connection) & 0xF; }
  void settle() {
    drain();
    while (!acks_.empty()) {
      const Sent ack = acks_.front();
      acks_.pop_front();
      bytes(ack.text, ack.connection);
    }
  }
  void drain() {
    for (auto poll = reader_.poll(); poll.kind != bus::PollKind::Empty; poll = reader_.poll()) {
      ASSERT_EQ(poll.kind, bus::PollKind::Frame);
      take(poll.frame);
    }
  }
  void take(const wire::FrameView& frame) {
    if (const auto* mapping = frame.as<wire::SymbolMapping>()) {
      mappings[std::string(wire::text(*mapping))] = *mapping;
      books_.try_emplace(mapping->symbol, mapping->symbol, book::LadderConfig{.tick = mapping->tick_size});
      return;
    }
    ASSERT_TRUE(books_.contains(frame.stamp().symbol)) << "a symbol was used before its mapping";
    const auto outcome = books_.at(frame.stamp().symbol).apply(frame);
    if (outcome == book::Outcome::Gap || outcome == book::Outcome::Crossed || outcome == book::Outcome::Full) {
      ++disagreements;
    }
    if (const auto* trade = frame.as<wire::Trade>()) {
      trades.push_back(*trade);
      trade_flags.push_back(frame.flags());
    }
    if (const auto* quote = frame.as<wire::Quote>()) quotes.push_back(*quote);
    if (const auto* ticker = frame.as<wire::DerivativeTicker>()) tickers.push_back(*ticker);
    if (const auto* status = frame.as<wire::BookStatus>()) statuses.push_back(*status);
  }

  bus::Ring ring_{bus::RingConfig{.capacity_bytes = std::size_t{4} << 20}};
  bus::RingReader reader_;
  Sink sink_;
  std::unique_ptr<GenericVenue> venue_;
  std::vector<char> buffer_;
  std::deque<Sent> acks_;
  std::map<SymbolHash, book::Book> books_;
};

// ---- Bybit's messages, made by hand ----

inline std::string book_text(const std::string& type, const std::string& symbol, std::uint64_t id,
                             const std::string& bids, const std::string& asks) {
  return R"({"topic":"orderbook.50.)" + symbol + R"(","type":")" + type + R"(","ts":1700000000000,"data":{"s":")" +
         symbol + R"(","b":)" + bids + R"(,"a":)" + asks + R"(,"u":)" + std::to_string(id) + R"(,"seq":1}})";
}
inline std::string trade_text(const std::string& symbol, const std::string& id, const std::string& price) {
  return R"({"topic":"publicTrade.)" + symbol +
         R"(","type":"snapshot","ts":1700000000000,"data":[{"T":1700000000000,"s":")" + symbol +
         R"(","S":"Sell","v":"1","p":")" + price + R"(","i":")" + id + R"(","BT":false}]})";
}
inline constexpr const char* some_bids = R"([["10","1"],["9","2"]])";
inline constexpr const char* some_asks = R"([["11","1"],["12","2"]])";

}  // namespace trunkline::venue::generic::test
