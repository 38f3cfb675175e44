// Drives a BinanceVenue from text, without sockets: answers its subscriptions, keeps what it asks for, reads the frames
// it publishes as any consumer would, and mirrors its books from them.
#pragma once

#include <deque>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/book/book.hpp"
#include "trunkline/bus/ring.hpp"
#include "trunkline/venue/binance/binance_venue.hpp"

namespace trunkline::venue::binance::test {

using namespace std::chrono_literals;

inline constexpr ConnectionId first_connection{1};

struct Listed {
  std::string symbol;
  std::string base;
  std::string quote;
  std::string tick = "0.01";
  std::string lot = "0.001";
  std::string status = "TRADING";
};

// An exchangeInfo reply that lists these symbols.
inline std::string exchange_info(Segment segment, const std::vector<Listed>& symbols) {
  nlohmann::json info = {{"timezone", "UTC"}, {"symbols", nlohmann::json::array()}};
  for (const Listed& listed : symbols) {
    nlohmann::json entry = {
        {"symbol", listed.symbol},
        {"status", listed.status},
        {"baseAsset", listed.base},
        {"quoteAsset", listed.quote},
        {"filters",
         {{{"filterType", "PRICE_FILTER"}, {"tickSize", listed.tick}},
          {{"filterType", "LOT_SIZE"}, {"stepSize", listed.lot}, {"minQty", listed.lot}}}},
    };
    if (segment != Segment::Spot) {
      entry["contractType"] = "PERPETUAL";
      entry["pricePrecision"] = 2;
      entry["quantityPrecision"] = 3;
      entry["contractSize"] = 100;
    }
    info["symbols"].push_back(entry);
  }
  return info.dump();
}

class Harness : public Outbox {
 public:
  struct Sent {
    ConnectionId connection;
    std::string text;
  };

  explicit Harness(BinanceConfig config, std::size_t ring_bytes = std::size_t{8} << 20)
      : ring_(bus::RingConfig{.capacity_bytes = ring_bytes}),
        reader_(ring_.subscribe()),
        sink_(ring_, ConnectorId{1}),
        venue_(std::move(config)) {}

  // ---- Driving ----

  void start(const std::string& info) {
    begin(0);
    venue_.on_start(now, sink_, *this);
    drain();
    reply_info(info);
  }
  void reply_info(const std::string& info) {
    for (auto it = requests.begin(); it != requests.end(); ++it) {
      if (it->url.find("/exchangeInfo") == std::string::npos) continue;
      const Request request = *it;
      requests.erase(it);
      return reply(request, 200, info);
    }
    FAIL() << "the venue has not asked for exchangeInfo";
  }
  void open(ConnectionId connection = first_connection, std::uint8_t lane = 0) {
    begin(connection_number(connection));
    venue_.on_open(connection, LaneId{lane}, now, sink_, *this);
    settle();
  }
  void bytes(std::string_view message, ConnectionId connection = first_connection) {
    buffer_.assign(message.begin(), message.end());
    buffer_.resize(message.size() + 64);
    begin(connection_number(connection));
    venue_.on_bytes(connection, std::span(buffer_).first(message.size()), now, sink_, *this);
    settle();
  }
  void close(ConnectionId connection = first_connection, std::string_view reason = "closed by the test") {
    begin(connection_number(connection));
    venue_.on_closed(connection, reason, now, sink_, *this);
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
  bool asked_for(std::string_view part) const {
    return std::any_of(requests.begin(), requests.end(),
                       [&](const Request& each) { return each.url.find(part) != std::string::npos; });
  }

  // ---- Outbox ----

  void send(ConnectionId connection, std::string text) override {
    if (answer_subscriptions) {
      const auto json = nlohmann::json::parse(text);
      bool refuse = false;
      for (const auto& stream : json["params"]) refuse |= stream == refused_stream;
      const std::string id = json["id"].dump();
      acks_.push_back({connection, refuse ? R"({"error":{"code":2,"msg":"Invalid request"},"id":)" + id + "}"
                                          : R"({"result":null,"id":)" + id + "}"});
    }
    sent.push_back({connection, std::move(text)});
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
  const DepthFeed& depth(const std::string& text) { return *venue_.depth_of(hash_symbol_text(text)); }
  BinanceVenue& venue() { return venue_; }

  Nanos now = Nanos{1'700'000'000'000'000'000};
  bool answer_subscriptions = true;
  std::string refused_stream;
  bool keep_frames = true;
  std::function<void(const wire::FrameView&)> on_frame;  // may be empty

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
  std::vector<wire::Bar> bars;
  std::vector<wire::DerivativeTicker> tickers;
  std::vector<wire::Liquidation> liquidations;
  std::vector<std::uint8_t> liquidation_flags;
  std::vector<wire::Gap> gaps;
  std::map<std::string, wire::SymbolMapping> mappings;
  std::map<wire::MessageType, std::uint64_t> frames;
  std::uint64_t live_disagreements = 0;  // the mirror or a quote of the same id contradicted a Live book
  std::uint64_t mirror_comparisons = 0;

 private:
  static std::uint8_t connection_number(ConnectionId connection) { return std::to_underlying(connection) & 0xF; }
  void begin(std::uint8_t connection) { sink_.begin(now, connection); }
  void settle() {
    drain();
    while (!acks_.empty()) {
      const Sent ack = acks_.front();
      acks_.pop_front();
      bytes(ack.text, ack.connection);
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
    if (on_frame) on_frame(frame);
    ++frames[frame.type()];
    ASSERT_EQ(frame.sequence(), expected_sequence_);
    expected_sequence_ = wire::sequence_after(expected_sequence_);
    if (const auto* mapping = frame.as<wire::SymbolMapping>()) {
      mappings[std::string(wire::text(*mapping))] = *mapping;
      mapped_.try_emplace(mapping->symbol, true);
      books_.try_emplace(mapping->symbol, mapping->symbol, book::LadderConfig{.tick = mapping->tick_size});
      return;
    }
    ASSERT_TRUE(mapped_.contains(frame.stamp().symbol)) << "a symbol was used before its mapping";
    book::Book& mirror = books_.at(frame.stamp().symbol);
    const auto outcome = mirror.apply(frame);
    if (outcome == book::Outcome::Gap || outcome == book::Outcome::Crossed || outcome == book::Outcome::Full) {
      ++live_disagreements;
    }
    if (const auto* quote = frame.as<wire::Quote>()) {
      if (mirror.live() && mirror.update_id() == quote->update_id) compare(mirror, *quote);
      if (keep_frames) quotes.push_back(*quote);
    }
    if (const auto* trade = frame.as<wire::Trade>(); trade != nullptr && keep_frames) {
      trades.push_back(*trade);
      trade_flags.push_back(frame.flags());
    }
    if (const auto* status = frame.as<wire::BookStatus>()) statuses.push_back(*status);
    if (const auto* bar = frame.as<wire::Bar>()) bars.push_back(*bar);
    if (const auto* ticker = frame.as<wire::DerivativeTicker>()) tickers.push_back(*ticker);
    if (const auto* gap = frame.as<wire::Gap>()) gaps.push_back(*gap);
    if (const auto* liquidation = frame.as<wire::Liquidation>()) {
      liquidations.push_back(*liquidation);
      liquidation_flags.push_back(frame.flags());
    }
  }
  void compare(const book::Book& mirror, const wire::Quote& quote) {
    ++mirror_comparisons;
    const bool same = mirror.ladder().best_bid() == wire::Level{quote.bid_price, quote.bid_quantity} &&
                      mirror.ladder().best_ask() == wire::Level{quote.ask_price, quote.ask_quantity};
    if (!same) ++live_disagreements;
  }

  bus::Ring ring_;
  bus::RingReader reader_;
  Sink sink_;
  BinanceVenue venue_;
  std::vector<char> buffer_;
  std::deque<Sent> acks_;
  std::map<SymbolHash, book::Book> books_;
  std::map<SymbolHash, bool> mapped_;
  std::uint32_t expected_sequence_ = 0;
};

// ---- Messages made by hand ----

inline std::string levels_text(const std::vector<std::pair<std::string, std::string>>& levels) {
  std::string text = "[";
  for (const auto& [price, quantity] : levels) {
    if (text.size() > 1) text += ',';
    text += "[\"" + price + "\",\"" + quantity + "\"]";
  }
  return text + "]";
}
using LevelTexts = std::vector<std::pair<std::string, std::string>>;

inline std::string combined(const std::string& stream, const std::string& data) {
  return R"({"stream":")" + stream + R"(","data":)" + data + "}";
}
inline std::string spot_depth(const std::string& symbol, std::uint64_t first, std::uint64_t last,
                              const LevelTexts& bids, const LevelTexts& asks) {
  return R"({"e":"depthUpdate","E":1700000000000,"s":")" + symbol + R"(","U":)" + std::to_string(first) + R"(,"u":)" +
         std::to_string(last) + R"(,"b":)" + levels_text(bids) + R"(,"a":)" + levels_text(asks) + "}";
}
inline std::string futures_depth(const std::string& symbol, std::uint64_t first, std::uint64_t last,
                                 std::uint64_t previous, const LevelTexts& bids, const LevelTexts& asks) {
  return R"({"e":"depthUpdate","E":1700000000000,"T":1700000000001,"s":")" + symbol + R"(","U":)" +
         std::to_string(first) + R"(,"u":)" + std::to_string(last) + R"(,"pu":)" + std::to_string(previous) +
         R"(,"b":)" + levels_text(bids) + R"(,"a":)" + levels_text(asks) + "}";
}
inline std::string spot_quote(const std::string& symbol, std::uint64_t id, const std::string& bid,
                              const std::string& bid_quantity, const std::string& ask,
                              const std::string& ask_quantity) {
  return R"({"u":)" + std::to_string(id) + R"(,"s":")" + symbol + R"(","b":")" + bid + R"(","B":")" + bid_quantity +
         R"(","a":")" + ask + R"(","A":")" + ask_quantity + "\"}";
}
inline std::string spot_trade(const std::string& symbol, std::uint64_t id, const std::string& price,
                              const std::string& quantity, bool buyer_is_maker = false) {
  return R"({"e":"trade","E":1700000000000,"s":")" + symbol + R"(","t":)" + std::to_string(id) + R"(,"p":")" + price +
         R"(","q":")" + quantity + R"(","T":1699999999999,"m":)" + (buyer_is_maker ? "true" : "false") +
         R"(,"M":true})";
}
inline std::string snapshot(std::uint64_t id, const LevelTexts& bids, const LevelTexts& asks) {
  return R"({"lastUpdateId":)" + std::to_string(id) + R"(,"bids":)" + levels_text(bids) + R"(,"asks":)" +
         levels_text(asks) + "}";
}

}  // namespace trunkline::venue::binance::test
