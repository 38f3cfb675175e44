// Drives a HyperliquidVenue from text, without sockets: answers its requests and subscriptions as the venue would,
// reads the frames it publishes as any consumer would, and mirrors its books from them.
#pragma once

#include <deque>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <map>
#include <nlohmann/json.hpp>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/book/book.hpp"
#include "trunkline/bus/ring.hpp"
#include "trunkline/venue/hyperliquid/hyperliquid_venue.hpp"

namespace trunkline::venue::hyperliquid::test {

using namespace std::chrono_literals;

inline constexpr ConnectionId first_connection{1};
inline constexpr ConnectionId second_connection{2};
inline constexpr std::uint64_t start_ms = 1'700'000'000'000;

using LevelTexts = std::vector<std::pair<std::string, std::string>>;

inline std::string book_message(const std::string& coin, const LevelTexts& bids, const LevelTexts& asks,
                                std::uint64_t time = start_ms) {
  const auto side = [](const LevelTexts& levels) {
    std::string text;
    for (const auto& [price, quantity] : levels) {
      text += fmt::format(R"({}{{"px":"{}","sz":"{}","n":1}})", text.empty() ? "" : ",", price, quantity);
    }
    return text;
  };
  return fmt::format(R"({{"channel":"l2Book","data":{{"coin":"{}","time":{},"levels":[[{}],[{}]]}}}})", coin, time,
                     side(bids), side(asks));
}
inline std::string trade_entry(const std::string& coin, std::uint64_t id, const std::string& price,
                               std::uint64_t time = start_ms, bool buy = true) {
  return fmt::format(
      R"({{"coin":"{}","side":"{}","px":"{}","sz":"0.5","time":{},"hash":"0xabc","tid":{},"users":["0x1","0x2"]}})",
      coin, buy ? "B" : "A", price, time, id);
}
inline std::string trade_message(const std::string& entries) {
  return fmt::format(R"({{"channel":"trades","data":[{}]}})", entries);
}
inline std::string quote_message(const std::string& coin, const std::string& bid, const std::string& ask,
                                 std::uint64_t time = start_ms) {
  const auto side = [](const std::string& price) {
    return price.empty() ? std::string("null") : fmt::format(R"({{"px":"{}","sz":"1.5","n":2}})", price);
  };
  return fmt::format(R"({{"channel":"bbo","data":{{"coin":"{}","time":{},"bbo":[{},{}]}}}})", coin, time, side(bid),
                     side(ask));
}

inline constexpr std::string_view meta_body =
    R"({"universe":[{"name":"BTC","szDecimals":5,"maxLeverage":40},{"name":"ETH","szDecimals":4,"maxLeverage":25},)"
    R"({"name":"OLD","szDecimals":1,"maxLeverage":3,"isDelisted":true},{"name":"BAD","szDecimals":9,"maxLeverage":3}],)"
    R"("marginTables":[]})";
inline constexpr std::string_view spot_meta_body =
    R"({"tokens":[{"name":"USDC","szDecimals":8,"weiDecimals":8,"index":0,"isCanonical":true},)"
    R"({"name":"PURR","szDecimals":0,"weiDecimals":5,"index":1,"isCanonical":true},)"
    R"({"name":"HYPE","szDecimals":2,"weiDecimals":8,"index":150,"isCanonical":false}],)"
    R"("universe":[{"name":"PURR/USDC","tokens":[1,0],"index":0,"isCanonical":true},)"
    R"({"name":"@107","tokens":[150,0],"index":107,"isCanonical":false},)"
    R"({"name":"@108","tokens":[999,0],"index":108,"isCanonical":false}]})";

class Harness : public Outbox {
 public:
  struct Sent {
    ConnectionId connection;
    std::string text;
  };

  explicit Harness(HyperliquidConfig config)
      : ring_(bus::RingConfig{.capacity_bytes = std::size_t{8} << 20}),
        reader_(ring_.subscribe()),
        sink_(ring_, ConnectorId{1}),
        venue_(std::move(config)) {}

  bool answer_subscriptions = true;
  bool answer_requests = true;
  std::set<std::string> refused;  // coins

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
  void answer(RequestId id, std::string_view body, int status = 200) {
    buffer_.assign(body.begin(), body.end());
    buffer_.resize(body.size() + 64);
    begin(15);
    venue_.on_reply({id, status, std::string_view(buffer_.data(), body.size()), now}, sink_, *this);
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
    const auto json = nlohmann::json::parse(text);
    if (json["method"] == "ping") return answers_.push_back({connection, R"({"channel":"pong"})"});
    if (!answer_subscriptions) return;
    const std::string coin = json["subscription"]["coin"];
    if (refused.contains(coin)) {
      answers_.push_back({connection, nlohmann::json{{"channel", "error"},
                                                     {"data", "Invalid subscription " + json["subscription"].dump()}}
                                          .dump()});
      return;
    }
    answers_.push_back({connection, fmt::format(R"({{"channel":"subscriptionResponse","data":{}}})", json.dump())});
  }
  void request(Request request) override {
    requests.push_back(request);
    if (!answer_requests) return;
    const bool spot = request.body.find("spotMeta") != std::string::npos;
    replies_.emplace_back(request.id, spot ? spot_meta_body : meta_body);
  }
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
  HyperliquidVenue& venue() { return venue_; }
  std::string side(const std::string& text, book::Side side) {
    std::string out;
    book(text).ladder().walk(side, [&](const wire::Level& level) {
      out += level.price.to_text() + " x " + level.quantity.to_text() + ", ";
      return true;
    });
    return out;
  }
  std::size_t times_sent(std::string_view part) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(sent, [&](const Sent& each) { return each.text.find(part) != std::string::npos; }));
  }

  Nanos now = Nanos{static_cast<std::int64_t>(start_ms) * 1'000'000};
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
  std::vector<wire::DerivativeTicker> tickers;
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
    while (!answers_.empty() || !replies_.empty()) {
      if (!replies_.empty()) {
        const auto [id, body] = replies_.front();
        replies_.pop_front();
        answer(id, body);
        continue;
      }
      const Sent next = answers_.front();
      answers_.pop_front();
      feed(next.text, next.connection);
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
    if (const auto* ticker = frame.as<wire::DerivativeTicker>()) tickers.push_back(*ticker);
  }

  bus::Ring ring_;
  bus::RingReader reader_;
  Sink sink_;
  HyperliquidVenue venue_;
  std::vector<char> buffer_;
  std::deque<Sent> answers_;
  std::deque<std::pair<RequestId, std::string_view>> replies_;
  std::map<SymbolHash, book::Book> books_;
  std::uint32_t expected_sequence_ = 0;
};

}  // namespace trunkline::venue::hyperliquid::test
