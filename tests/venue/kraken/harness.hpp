// Drives a KrakenVenue from text, without sockets: answers its subscriptions as the venue would, reads the frames it
// publishes as any consumer would, and mirrors its books from them.
#pragma once

#include <cstdio>
#include <deque>
#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>
#include <zlib.h>

#include "trunkline/book/book.hpp"
#include "trunkline/bus/ring.hpp"
#include "trunkline/venue/kraken/kraken_venue.hpp"

namespace trunkline::venue::kraken::test {

using namespace std::chrono_literals;

inline constexpr ConnectionId first_connection{1};
inline constexpr ConnectionId second_connection{2};

using LevelTexts = std::vector<std::pair<std::string, std::string>>;

inline std::string levels_text(const LevelTexts& levels) {
  std::string text = "[";
  for (const auto& [price, quantity] : levels) {
    if (text.size() > 1) text += ',';
    text += R"({"price":)" + price + R"(,"qty":)" + quantity + "}";
  }
  return text + "]";
}

// The venue's side of one book, kept as texts: makes its messages and their checksums, written down apart from the
// library after the venue's guide.
class VenueBook {
 public:
  VenueBook(std::string symbol, std::size_t depth) : symbol_(std::move(symbol)), depth_(depth) {}

  // Texts are written with the venue's decimals, 2 and 8, whatever is given.
  std::string update(LevelTexts bids, LevelTexts asks, int checksum_error = 0) {
    for (LevelTexts* const side : {&bids, &asks}) {
      for (auto& [price, quantity] : *side) {
        price = Price::parse(price)->to_text(2);
        quantity = Quantity::parse(quantity)->to_text(8);
      }
    }
    for (const auto& [price, quantity] : bids) set(bids_, price, quantity);
    for (const auto& [price, quantity] : asks) set(asks_, price, quantity);
    while (bids_.size() > depth_) bids_.erase(bids_.begin());
    while (asks_.size() > depth_) asks_.erase(std::prev(asks_.end()));
    return message("update", bids, asks, checksum_error);
  }
  std::string snapshot(int checksum_error = 0) const {
    LevelTexts bids;
    LevelTexts asks;
    for (auto it = bids_.rbegin(); it != bids_.rend(); ++it) bids.push_back(it->second);
    for (const auto& [key, level] : asks_) asks.push_back(level);
    return message("snapshot", bids, asks, checksum_error);
  }
  std::uint32_t checksum() const {
    std::string text;
    int rank = 0;
    for (auto it = asks_.begin(); it != asks_.end() && rank++ < 10; ++it) add(text, it->second);
    rank = 0;
    for (auto it = bids_.rbegin(); it != bids_.rend() && rank++ < 10; ++it) add(text, it->second);
    return static_cast<std::uint32_t>(
        crc32(0, reinterpret_cast<const Bytef*>(text.data()), static_cast<uInt>(text.size())));
  }
  // "price x quantity, " best first.
  // /0/public/Depth: quantities have three decimals there.
  std::string rest(const std::string& key) const {
    const auto side = [](std::string& out, const Level& level) {
      out += (out.empty() ? "[\"" : ",[\"") + level.first + "\",\"" +
             level.second.substr(0, level.second.find('.') + 4) + "\",1700000000]";
    };
    std::string asks;
    std::string bids;
    for (const auto& [price, level] : asks_) side(asks, level);
    for (auto it = bids_.rbegin(); it != bids_.rend(); ++it) side(bids, it->second);
    return R"({"error":[],"result":{")" + key + R"(":{"asks":[)" + asks + R"(],"bids":[)" + bids + "]}}}";
  }
  std::string bids() const {
    std::string text;
    for (auto it = bids_.rbegin(); it != bids_.rend(); ++it) text += shown(it->second);
    return text;
  }
  std::string asks() const {
    std::string text;
    for (const auto& [key, level] : asks_) text += shown(level);
    return text;
  }
  const std::string& symbol() const { return symbol_; }

 private:
  using Level = std::pair<std::string, std::string>;
  static std::string shown(const Level& level) {
    return Price::parse(level.first)->to_text() + " x " + Quantity::parse(level.second)->to_text() + ", ";
  }
  static void set(std::map<Price, Level>& side, const std::string& price, const std::string& quantity) {
    if (Quantity::parse(quantity)->is_zero()) {
      side.erase(*Price::parse(price));
    } else {
      side[*Price::parse(price)] = {price, quantity};
    }
  }
  static void add(std::string& text, const Level& level) {
    for (std::string part : {level.first, level.second}) {
      std::erase(part, '.');
      part.erase(0, part.find_first_not_of('0'));
      text += part;
    }
  }
  std::string message(const char* type, const LevelTexts& bids, const LevelTexts& asks, int checksum_error) const {
    return R"({"channel":"book","type":")" + std::string(type) + R"(","data":[{"symbol":")" + symbol_ + R"(","bids":)" +
           levels_text(bids) + R"(,"asks":)" + levels_text(asks) + R"(,"checksum":)" +
           std::to_string(checksum() + static_cast<std::uint32_t>(checksum_error)) +
           R"(,"timestamp":"2023-11-14T22:13:20.000001Z"}]})";
  }

  std::string symbol_;
  std::size_t depth_;
  std::map<Price, Level> bids_;
  std::map<Price, Level> asks_;
};

struct Listed {
  std::string symbol;  // "BTC/USD"
  std::string tick = "0.01";
  std::string lot = "0.00000001";
  int price_precision = 2;
  int quantity_precision = 8;
  std::string status = "online";
};

inline std::string instrument_message(const std::vector<Listed>& listed, const char* type = "snapshot") {
  std::string pairs;
  for (const Listed& each : listed) {
    const auto slash = each.symbol.find('/');
    pairs += (pairs.empty() ? "" : ",") + std::string(R"({"symbol":")") + each.symbol + R"(","base":")" +
             each.symbol.substr(0, slash) + R"(","quote":")" + each.symbol.substr(slash + 1) + R"(","status":")" +
             each.status + R"(","qty_precision":)" + std::to_string(each.quantity_precision) + R"(,"qty_increment":)" +
             each.lot + R"(,"price_precision":)" + std::to_string(each.price_precision) + R"(,"price_increment":)" +
             each.tick + R"(,"qty_min":0.0001,"cost_min":0.5})";
  }
  return std::string(R"({"channel":"instrument","type":")") + type + R"(","data":{"assets":[],"pairs":[)" + pairs +
         "]}}";
}

inline std::string trade_entry(const std::string& symbol, std::uint64_t id, const std::string& price,
                               const std::string& quantity, bool buy = true) {
  return R"({"symbol":")" + symbol + R"(","side":")" + (buy ? "buy" : "sell") + R"(","price":)" + price + R"(,"qty":)" +
         quantity + R"(,"ord_type":"limit","trade_id":)" + std::to_string(id) +
         R"(,"timestamp":"2023-11-14T22:13:20.000001Z"})";
}
inline std::string trade_message(const std::string& entries, const char* type = "update") {
  return std::string(R"({"channel":"trade","type":")") + type + R"(","data":[)" + entries + "]}";
}
inline std::string quote_message(const std::string& symbol, const std::string& bid, const std::string& ask,
                                 int microseconds = 1) {
  char time[8];
  std::snprintf(time, sizeof time, "%06d", microseconds % 1'000'000);
  return R"({"channel":"ticker","type":"update","data":[{"symbol":")" + symbol + R"(","bid":)" + bid +
         R"(,"bid_qty":1.5,"ask":)" + ask +
         R"(,"ask_qty":2,"last":1,"volume":1,"vwap":1,"low":1,"high":1,"change":-1,)" +
         R"("change_pct":-0.1,"timestamp":"2023-11-14T22:13:20.)" + time + R"(Z"}]})";
}

class Harness : public Outbox {
 public:
  struct Sent {
    ConnectionId connection;
    std::string text;
  };

  explicit Harness(KrakenConfig config, std::size_t ring_bytes = std::size_t{8} << 20)
      : ring_(bus::RingConfig{.capacity_bytes = ring_bytes}),
        reader_(ring_.subscribe()),
        sink_(ring_, ConnectorId{1}),
        depth_(config.depth),
        venue_(std::move(config)) {}

  // ---- The venue's side ----

  // Answered to a subscription of the instrument channel; none: it stays unanswered.
  std::vector<Listed> listed;
  // A book that is subscribed begins with its snapshot here; none: no snapshot comes.
  std::map<std::string, VenueBook> truth;
  VenueBook& true_book(const std::string& symbol) { return truth.try_emplace(symbol, symbol, depth_).first->second; }
  int snapshot_errors = 0;  // so many snapshots come with a wrong checksum
  bool hold_snapshots = false;
  bool answer_subscriptions = true;
  std::set<std::string> refused;  // symbols
  std::string past_trades;        // entries, answered to a subscription of trades

  // ---- Driving ----

  void start() {
    begin(15);
    venue_.on_start(now, sink_, *this);
    settle();
  }
  void open(ConnectionId connection = first_connection) {
    begin(number_of(connection));
    venue_.on_open(connection, LaneId{0}, now, sink_, *this);
    settle();
  }
  void bytes(std::string_view message, ConnectionId connection = first_connection) {
    feed(message, connection);
    settle();
  }
  void close(ConnectionId connection = first_connection) {
    std::erase_if(answers_, [connection](const Sent& each) { return each.connection == connection; });
    begin(number_of(connection));
    venue_.on_closed(connection, "closed by the test", now, sink_, *this);
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
  // To the latest request.
  void answer(const std::string& body, int status = 200) {
    ASSERT_FALSE(requests.empty());
    buffer_.assign(body.begin(), body.end());
    buffer_.resize(body.size() + 64);
    begin(15);
    venue_.on_reply({requests.back().id, status, std::string_view(buffer_.data(), body.size()), now}, sink_, *this);
    settle();
  }
  Result<void> command(Action action, const std::string& symbol, Channels channels) {
    begin(15);
    const auto done = venue_.command({action, *SymbolDescriptor::parse(symbol), channels}, now, sink_, *this);
    settle();
    return done;
  }

  // ---- Outbox ----

  void send(ConnectionId connection, std::string text) override {
    sent.push_back({connection, text});
    if (!answer_subscriptions) return;
    const auto json = nlohmann::json::parse(text);
    const std::string method = json["method"];
    const std::string channel = json["params"]["channel"];
    if (channel == "instrument") {
      if (!listed.empty()) answers_.push_back({connection, instrument_message(listed)});
      return;
    }
    for (const std::string symbol : json["params"]["symbol"]) {
      nlohmann::json reply = {{"method", method}, {"req_id", json["req_id"]}};
      if (refused.contains(symbol)) {
        reply["success"] = false;
        reply["symbol"] = symbol;
        reply["error"] = "Currency pair not supported " + symbol;
        answers_.push_back({connection, reply.dump()});
        continue;
      }
      reply["success"] = true;
      reply["result"] = {{"channel", channel}, {"symbol", symbol}};
      answers_.push_back({connection, reply.dump()});
      if (method != "subscribe") continue;
      if (channel == "book" && truth.contains(symbol) && !hold_snapshots) {
        answers_.push_back({connection, truth.at(symbol).snapshot(snapshot_errors > 0 ? 1 : 0)});
        if (snapshot_errors > 0) --snapshot_errors;
      }
      if (channel == "trade" && !past_trades.empty()) {
        answers_.push_back({connection, trade_message(past_trades, "snapshot")});
      }
    }
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

  book::Book& book(const std::string& text) { return books_.at(hash_symbol_text(text)); }
  const BookFeed& feed(const std::string& text) { return *venue_.book_of(hash_symbol_text(text)); }
  KrakenVenue& venue() { return venue_; }
  std::string side(const std::string& text, book::Side side) {
    std::string out;
    book(text).ladder().walk(side, [&](const wire::Level& level) {
      out += level.price.to_text() + " x " + level.quantity.to_text() + ", ";
      return true;
    });
    return out;
  }
  // A reader's book is Live and the venue's.
  void expect_true(const std::string& symbol, const std::string& text) {
    EXPECT_TRUE(book(text).live());
    EXPECT_EQ(side(text, book::Side::Bid), true_book(symbol).bids());
    EXPECT_EQ(side(text, book::Side::Ask), true_book(symbol).asks());
  }
  std::size_t times_sent(std::string_view part) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(sent, [&](const Sent& each) { return each.text.find(part) != std::string::npos; }));
  }

  Nanos now = Nanos{1'700'000'000'000'000'000};
  std::vector<Sent> sent;
  std::vector<Request> requests;
  std::vector<Sent> reconnects;
  std::vector<ConnectionId> readies;
  std::vector<Event> events;
  std::map<std::string, int> event_counts;
  std::vector<wire::Trade> trades;
  std::vector<std::uint8_t> trade_flags;
  std::vector<wire::Quote> quotes;
  std::vector<wire::BookStatus> statuses;
  std::vector<wire::Bar> bars;
  std::vector<wire::Gap> gaps;
  std::map<std::string, wire::SymbolMapping> mappings;
  std::map<wire::MessageType, std::uint64_t> frames;
  std::uint64_t reader_losses = 0;  // the mirror found the stream wrong by itself

 private:
  static std::uint8_t number_of(ConnectionId connection) { return std::to_underlying(connection) & 0xF; }
  void begin(std::uint8_t connection) { sink_.begin(now, connection); }
  void feed(std::string_view message, ConnectionId connection) {
    buffer_.assign(message.begin(), message.end());
    buffer_.resize(message.size() + 64);
    begin(number_of(connection));
    venue_.on_bytes(connection, std::span(buffer_).first(message.size()), now, sink_, *this);
  }
  void settle() {
    drain();
    while (!answers_.empty()) {
      const Sent answer = answers_.front();
      answers_.pop_front();
      feed(answer.text, answer.connection);
      drain();
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
    ASSERT_EQ(frame.sequence(), expected_sequence_);
    expected_sequence_ = wire::sequence_after(expected_sequence_);
    if (const auto* mapping = frame.as<wire::SymbolMapping>()) {
      mappings[std::string(wire::text(*mapping))] = *mapping;
      books_.try_emplace(mapping->symbol, mapping->symbol, book::LadderConfig{.tick = mapping->tick_size});
      return;
    }
    ASSERT_TRUE(books_.contains(frame.stamp().symbol)) << "a symbol was used before its mapping";
    const auto outcome = books_.at(frame.stamp().symbol).apply(frame);
    if (outcome == book::Outcome::Gap || outcome == book::Outcome::Crossed || outcome == book::Outcome::Full) {
      ++reader_losses;
    }
    if (const auto* quote = frame.as<wire::Quote>()) quotes.push_back(*quote);
    if (const auto* trade = frame.as<wire::Trade>()) {
      trades.push_back(*trade);
      trade_flags.push_back(frame.flags());
    }
    if (const auto* status = frame.as<wire::BookStatus>()) statuses.push_back(*status);
    if (const auto* bar = frame.as<wire::Bar>()) bars.push_back(*bar);
    if (const auto* gap = frame.as<wire::Gap>()) gaps.push_back(*gap);
  }

  bus::Ring ring_;
  bus::RingReader reader_;
  Sink sink_;
  std::size_t depth_;
  KrakenVenue venue_;
  std::vector<char> buffer_;
  std::deque<Sent> answers_;
  std::map<SymbolHash, book::Book> books_;
  std::uint32_t expected_sequence_ = 0;
};

}  // namespace trunkline::venue::kraken::test
