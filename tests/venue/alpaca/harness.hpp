// Drives an AlpacaVenue from text, without sockets: greets it, accepts its key, answers its subscriptions and requests,
// reads the frames it publishes as any consumer would, and mirrors its books from them.
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
#include "trunkline/venue/alpaca/alpaca_venue.hpp"

namespace trunkline::venue::alpaca::test {

using namespace std::chrono_literals;
using Json = nlohmann::ordered_json;

inline constexpr ConnectionId first_connection{1};

// The same value as MessagePack; texts of "t" become timestamps (extension type -1), as the venue writes them.
inline void stamp_times(Json& value) {
  if (value.is_array()) {
    for (Json& item : value) stamp_times(item);
  } else if (value.is_object()) {
    for (auto& [key, item] : value.items()) {
      if (key != "t" || !item.is_string()) {
        stamp_times(item);
        continue;
      }
      const auto time = read_time(item.get<std::string>());
      if (!time) continue;
      const std::int64_t seconds = time->count() / 1'000'000'000;
      const std::int64_t nanos = time->count() % 1'000'000'000;
      std::vector<std::uint8_t> bytes;
      const auto big_endian = [&bytes](std::uint64_t number, int size) {
        for (int i = size - 1; i >= 0; --i) bytes.push_back(static_cast<std::uint8_t>(number >> (8 * i)));
      };
      if (seconds < 0) {
        big_endian(static_cast<std::uint64_t>(nanos), 4);
        big_endian(static_cast<std::uint64_t>(seconds), 8);
      } else if (nanos == 0) {
        big_endian(static_cast<std::uint64_t>(seconds), 4);
      } else {
        big_endian(static_cast<std::uint64_t>(nanos) << 34 | static_cast<std::uint64_t>(seconds), 8);
      }
      item = Json::binary(bytes, 0xFF);
    }
  }
}
inline std::string to_message_pack(std::string_view json) {
  Json value = Json::parse(json);
  stamp_times(value);
  const auto bytes = Json::to_msgpack(value);
  return {bytes.begin(), bytes.end()};
}

inline std::string stock_assets(const std::vector<std::string>& symbols = {"AAPL", "MSFT", "STRR", "DJT", "SPIP"}) {
  Json list = Json::array();
  for (const auto& symbol : symbols) {
    list.push_back({{"id", "x"}, {"class", "us_equity"}, {"symbol", symbol}, {"status", "active"}, {"tradable", true}});
  }
  return list.dump();
}
inline std::string crypto_assets() {
  return R"([{"class":"crypto","symbol":"BTC/USD","status":"active","tradable":true,"min_order_size":"0.0001",
    "min_trade_increment":"0.0001","price_increment":"0.01"},
    {"class":"crypto","symbol":"ETH/USD","status":"active","tradable":true,"price_increment":0.1}])";
}

class Harness : public Outbox {
 public:
  struct Sent {
    ConnectionId connection;
    std::string text;
    bool binary = false;
  };

  explicit Harness(AlpacaConfig config)
      : ring_(bus::RingConfig{.capacity_bytes = std::size_t{4} << 20}),
        reader_(ring_.subscribe()),
        sink_(ring_, ConnectorId{1}),
        crypto_(config.market == Market::Crypto),
        venue_(std::move(config)) {}

  // ---- Driving

  // Reference data in, connection open, key accepted.
  void start(const std::string& assets = "") {
    begin();
    venue_.on_start(now, sink_, *this);
    settle();
    if (auto_rest) answer_all(assets);
    open();
  }
  void open(ConnectionId connection = first_connection) {
    begin();
    venue_.on_open(connection, LaneId{0}, now, sink_, *this);
    settle();
    if (greet) bytes(R"([{"T":"success","msg":"connected"}])", connection);
  }
  void bytes(std::string_view message, ConnectionId connection = first_connection) {
    buffer_.assign(message.begin(), message.end());
    buffer_.resize(message.size() + 64);
    begin();
    venue_.on_bytes(connection, std::span(buffer_).first(message.size()), now, sink_, *this);
    settle();
  }
  void close(ConnectionId connection = first_connection) {
    begin();
    listed_.clear();
    venue_.on_closed(connection, "closed by the test", now, sink_, *this);
    settle();
  }
  void reply(const Request& request, int status, std::string_view body) {
    std::string padded(body);
    padded.resize(body.size() + 64);
    begin();
    venue_.on_reply({request.id, status, std::string_view(padded).substr(0, body.size()), now}, sink_, *this);
    settle();
  }
  void tick(Nanos step = 100ms) {
    now += step;
    begin();
    venue_.on_tick(now, sink_, *this);
    settle();
  }
  void ticks(Nanos time, Nanos step = 100ms) {
    for (Nanos passed{0}; passed < time; passed += step) tick(step);
  }
  Result<void> command(Action action, const std::string& symbol, Channels channels) {
    begin();
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
  // Everything that is asked for at the start, with nothing in it but the assets.
  void answer_all(const std::string& assets = "") {
    answer("/v2/assets", 200, !assets.empty() ? assets : crypto_ ? crypto_assets() : stock_assets());
    if (!calendar.empty()) answer("/v2/calendar", 200, calendar);
    answer("/v2/clock", 200, clock);
    answer("/v1/corporate-actions", 200, R"({"corporate_actions":{},"next_page_token":null})");
  }

  // ---- Outbox

  void send(ConnectionId connection, std::string text) override { take_sent({connection, std::move(text), false}); }
  void send_binary(ConnectionId connection, std::string bytes) override {
    take_sent({connection, std::move(bytes), true});
  }
  void request(Request request) override { requests.push_back(std::move(request)); }
  void reconnect(ConnectionId connection, std::string reason) override {
    reconnects.push_back({connection, std::move(reason)});
  }
  void reconnect_after(ConnectionId connection, Nanos wait, std::string reason) override {
    waits.push_back(wait);
    reconnect(connection, std::move(reason));
  }
  void give_up(ConnectionId connection, std::string reason) override {
    given_up.push_back({connection, std::move(reason)});
  }
  void ready(ConnectionId connection) override { readies.push_back(connection); }
  void report(Event event) override {
    ++event_counts[std::string(event.name)];
    for (const auto& [key, value] : event.fields) told += std::string(key) + "=" + value + "\n";
    events.push_back(std::move(event));
  }

  // ---- What came out

  book::Book& book(const std::string& text) { return books_.at(hash_symbol_text(text)); }
  const CryptoBook& venue_book(const std::string& text) { return *venue_.book_of(hash_symbol_text(text)); }
  AlpacaVenue& venue() { return venue_; }
  // "trades:AAPL" of what the venue holds subscribed.
  const std::set<std::string>& listed() const { return listed_; }

  Nanos now = *read_time("2026-11-23T15:00:00Z");  // a Monday, 10:00 in New York
  bool greet = true;
  bool answer_subscriptions = true;
  bool auto_rest = true;
  std::set<std::string> refused;  // "lulds:AAPL": error 410 for a request that has it
  std::size_t symbol_limit = 0;   // error 405 beyond; 0: none
  std::string clock = R"({"timestamp":"2026-11-23T10:00:00-05:00","is_open":true})";
  std::string calendar = R"([{"date":"2026-11-23","open":"09:30","close":"16:00"},
    {"date":"2026-11-24","open":"09:30","close":"16:00"},{"date":"2026-11-25","open":"09:30","close":"16:00"},
    {"date":"2026-11-27","open":"09:30","close":"13:00","session_close":"1700"}])";

  std::vector<Sent> sent;
  std::deque<Request> requests;
  std::vector<Sent> reconnects;
  std::vector<Sent> given_up;
  std::vector<Nanos> waits;
  std::vector<ConnectionId> readies;
  std::vector<Event> events;
  std::string told;  // all fields of all events
  std::map<std::string, int> event_counts;

  std::vector<wire::Trade> trades;
  std::vector<std::uint8_t> trade_flags;
  std::vector<wire::Quote> quotes;
  std::vector<wire::Bar> bars;
  std::vector<wire::BookStatus> statuses;
  std::vector<wire::TradeCorrection> corrections;
  std::vector<wire::PriceBands> bands;
  std::vector<wire::CorporateAction> actions;
  std::vector<wire::Gap> gaps;
  std::vector<std::string> action_others;
  std::vector<wire::TradingStatus> trading;  // of each mapping
  std::map<std::string, wire::SymbolMapping> mappings;
  std::vector<std::string> lines;  // every frame but its stamps of the journey
  std::uint64_t disagreements = 0;

 private:
  void begin() { sink_.begin(now, 1); }
  void settle() {
    drain();
    while (!answers_.empty()) {
      const Sent next = answers_.front();
      answers_.pop_front();
      bytes(next.text, next.connection);
    }
  }
  void take_sent(Sent message) {
    const Json json = message.binary ? Json::from_msgpack(message.text) : Json::parse(message.text);
    const std::string action = json["action"];
    const auto say = [&](const Json& what) {
      const std::string text = Json::array({what}).dump();
      answers_.push_back({message.connection, message.binary ? to_message_pack(text) : text, message.binary});
    };
    if (action == "auth") {
      if (greet) say({{"T", "success"}, {"msg", "authenticated"}});
    } else if (answer_subscriptions) {
      std::set<std::string> after = listed_;
      bool refuse = false;
      for (const Stream stream : all_streams) {
        const std::string name(to_text(stream));
        for (const std::string symbol : json.value(name, Json::array())) {
          const std::string key = name + ":" + symbol;
          refuse |= refused.contains(key);
          action == "subscribe" ? static_cast<void>(after.insert(key)) : static_cast<void>(after.erase(key));
        }
      }
      if (refuse) {
        say({{"T", "error"}, {"code", 410}, {"msg", "invalid subscribe action for this feed"}});
      } else if (symbol_limit != 0 && after.size() > symbol_limit) {
        say({{"T", "error"}, {"code", 405}, {"msg", "symbol limit exceeded"}});
      } else {
        listed_ = after;
        say(subscription());
      }
    }
    sent.push_back(std::move(message));
  }
  Json subscription() const {
    Json out = {{"T", "subscription"}};
    for (const Stream stream : all_streams) out[std::string(to_text(stream))] = Json::array();
    for (const std::string& key : listed_) out[key.substr(0, key.find(':'))].push_back(key.substr(key.find(':') + 1));
    return out;
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
    lines.push_back(std::to_string(frame.size()) + " " + std::to_string(static_cast<int>(frame.type())) + " " +
                    std::string(reinterpret_cast<const char*>(frame.bytes().data()) + 40, frame.size() - 40) +
                    std::to_string(frame.stamp().exchange_time.count()) + " " + std::to_string(frame.stamp().detail));
    if (const auto* mapping = frame.as<wire::SymbolMapping>()) {
      mappings[std::string(wire::text(*mapping))] = *mapping;
      trading.push_back(mapping->status);
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
    if (const auto* gap = frame.as<wire::Gap>()) gaps.push_back(*gap);
    if (const auto* quote = frame.as<wire::Quote>()) quotes.push_back(*quote);
    if (const auto* bar = frame.as<wire::Bar>()) bars.push_back(*bar);
    if (const auto* status = frame.as<wire::BookStatus>()) statuses.push_back(*status);
    if (const auto* correction = frame.as<wire::TradeCorrection>()) corrections.push_back(*correction);
    if (const auto* each = frame.as<wire::PriceBands>()) bands.push_back(*each);
    if (const auto* action = frame.as<wire::CorporateAction>()) {
      actions.push_back(*action);
      action_others.emplace_back(wire::other(*action));
    }
  }

  bus::Ring ring_;
  bus::RingReader reader_;
  Sink sink_;
  bool crypto_;
  AlpacaVenue venue_;
  std::vector<char> buffer_;
  std::deque<Sent> answers_;
  std::set<std::string> listed_;
  std::map<SymbolHash, book::Book> books_;
};

inline AlpacaConfig stocks(const std::vector<std::string>& symbols = {"AAPL"},
                           Channels channels = {Channel::Trades, Channel::Quotes, Channel::Bars}) {
  AlpacaConfig config;
  config.credentials = {"the-key", "the-secret"};
  for (const std::string& symbol : symbols) {
    config.subscriptions.push_back({SymbolDescriptor::stock("alpaca", symbol), channels});
  }
  return config;
}
inline AlpacaConfig crypto(Channels channels = {Channel::Trades, Channel::Quotes, Channel::Depth, Channel::Bars}) {
  AlpacaConfig config;
  config.market = Market::Crypto;
  config.credentials = {"the-key", "the-secret"};
  config.audit_interval = 0ms;
  config.subscriptions.push_back({SymbolDescriptor::spot("alpaca_crypto", "BTC", "USD"), channels});
  return config;
}

inline Price price(const char* text) {
  return *Price::parse(text);
}
inline Quantity quantity(const char* text) {
  return *Quantity::parse(text);
}

}  // namespace trunkline::venue::alpaca::test
