// The Alpaca sandbox over real sockets: what it says, and what our own connector makes of it with and without faults.
#include <map>
#include <mutex>
#include <set>
#include <thread>

#include "sandbox/alpaca/market_days.hpp"
#include "sandbox/alpaca/server.hpp"
#include "sandbox/client.hpp"
#include "trunkline/book/book.hpp"
#include "trunkline/connector/session_connector.hpp"
#include "trunkline/venue/alpaca/alpaca_venue.hpp"

namespace trunkline::sandbox::alpaca {
namespace {

using namespace std::chrono_literals;
using test::json;
using test::Loop;
using test::Socket;

std::unique_ptr<VenueServer> serve(AlpacaOptions options = {}, std::vector<std::string> faults = {}) {
  VenueServerOptions server;
  server.symbols = {"AAPL", "MSFT", "BTC/USD", "ETH/USD"};
  server.rate = 400;
  server.faults = std::move(faults);
  auto started = start(std::move(options), std::move(server));
  if (!started) {
    ADD_FAILURE() << started.error().message;
    return nullptr;
  }
  return *std::move(started);
}

TEST(AlpacaSandbox, GreetsChecksTheKeyAndTellsTheWholeSubscription) {
  const auto server = serve({.key = "k", .secret = "s", .symbol_limit = 3});
  Loop loop;
  Socket socket(loop, server->port(), "/v2/iex");
  EXPECT_EQ(socket.next(), R"([{"T":"success","msg":"connected"}])");
  socket.send(R"({"action":"subscribe","trades":["AAPL"]})");
  EXPECT_EQ(socket.next_json()[0]["code"], 401);
  socket.send(R"({"action":"auth","key":"k","secret":"s"})");
  EXPECT_EQ(socket.next(), R"([{"T":"success","msg":"authenticated"}])");
  socket.send(R"({"action":"subscribe","trades":["AAPL"],"quotes":["MSFT"]})");
  const json first = json::parse(socket.next_with("subscription"));
  EXPECT_EQ(first[0]["trades"], json::array({"AAPL"}));
  EXPECT_EQ(first[0]["corrections"], json::array({"AAPL"}));
  EXPECT_EQ(first[0]["quotes"], json::array({"MSFT"}));
  EXPECT_FALSE(first[0].contains("orderbooks"));
  socket.send(R"({"action":"subscribe","bars":["AAPL","MSFT"]})");
  EXPECT_NE(socket.next_with("405"), "");
  EXPECT_NE(socket.next_with("\"T\":\"t\""), "");
  Socket second(loop, server->port(), "/v2/iex");
  second.send(R"({"action":"auth","key":"k","secret":"s"})");
  EXPECT_TRUE(second.opened());
  second.send(R"({"action":"auth","key":"k","secret":"s"})");
  EXPECT_NE(second.next_with("406"), "");
  Socket third(loop, server->port(), "/v2/sip");
  EXPECT_TRUE(third.opened());
  third.send(R"({"action":"auth","key":"k","secret":"wrong"})");
  EXPECT_NE(third.next_with("402"), "");
  EXPECT_TRUE(loop.until([&] { return third.closed.has_value(); }));
}

TEST(AlpacaSandbox, KnowsTheExchangesHolidaysAndHalfDays) {
  using namespace std::chrono;
  const year_month_day holidays[] = {
      2021y / April / 2, 2022y / June / 20, 2022y / December / 26, 2023y / January / 2,   2024y / March / 29,
      2024y / June / 19, 2025y / July / 4,  2026y / July / 3,      2026y / November / 26, 2027y / January / 1};
  for (const auto date : holidays)
    EXPECT_FALSE(market_day(date, Hours::Exchange)) << static_cast<unsigned>(date.month());
  EXPECT_TRUE(market_day(2021y / December / 31, Hours::Exchange));  // New Year's Day 2022 is a Saturday: not kept
  for (const auto date : {2025y / November / 28, 2025y / December / 24, 2025y / July / 3}) {
    EXPECT_EQ(market_day(date, Hours::Exchange)->close, minutes{13 * 60});
  }
  EXPECT_EQ(market_day(2026y / July / 2, Hours::Exchange)->close, minutes{16 * 60});
  EXPECT_EQ(session_at(*venue::alpaca::read_time("2025-11-28T12:59:59-05:00"), Hours::Exchange), Session::Regular);
  EXPECT_EQ(session_at(*venue::alpaca::read_time("2025-11-28T13:00:00-05:00"), Hours::Exchange), Session::Post);
}

class QuietLog : public EventLog {
 public:
  void write(const Event& event) override {
    const std::lock_guard lock(mutex_);
    ++counts_[std::string(event.name)];
  }
  int count(const std::string& name) {
    const std::lock_guard lock(mutex_);
    return counts_[name];
  }

 private:
  std::mutex mutex_;
  std::map<std::string, int> counts_;
};

// Our connector on the sandbox, and the mirror of what it publishes.
class Follower {
 public:
  Follower(const VenueServer& server, venue::alpaca::AlpacaConfig config, const std::vector<std::string>& symbols,
           venue::Channels channels) {
    if (config.credentials.key.empty()) config.credentials = {"k", "s"};
    connector::SessionConnectorConfig options;
    options.id = venue::ConnectorId{1};
    options.session.endpoints = *net::EndpointMap::make({{"*", fmt::format("http://127.0.0.1:{}", server.port())}});
    options.session.backoff.first = 20ms;
    connector_ = std::make_shared<connector::SessionConnector>(
        options, std::make_unique<venue::alpaca::AlpacaVenue>(std::move(config)), log);
    reader_.emplace(connector_->ring()->subscribe());
    for (const std::string& symbol : symbols) {
      const auto descriptor = *SymbolDescriptor::parse(symbol);
      books.emplace(descriptor.hash(), book::Book(descriptor.hash()));
      connector_->command({venue::Action::Subscribe, descriptor, channels});
    }
    connector_->start();
  }
  ~Follower() { connector_->stop(); }

  bool until(const std::function<bool()>& condition, std::chrono::milliseconds limit = 20s) {
    const auto deadline = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > deadline) return false;
      if (!drain()) std::this_thread::sleep_for(1ms);
    }
    return true;
  }
  bool drain() {
    bool any = false;
    for (;;) {
      const auto poll = reader_->poll();
      if (poll.kind != bus::PollKind::Frame) return any;
      any = true;
      ++frames[poll.frame.type()];
      if (const auto* trade = poll.frame.as<wire::Trade>()) {
        trades[trade->symbol].push_back(trade->trade_id);
        late += (trade->detail & venue::alpaca::trade_detail::from_history) != 0;
      }
      if (const auto* mapping = poll.frame.as<wire::SymbolMapping>()) statuses.push_back(mapping->status);
      for (auto& [hash, book] : books) {
        const auto outcome = book.apply(poll.frame);
        if (outcome == book::Outcome::Gap || outcome == book::Outcome::Crossed) ++disagreements;
      }
    }
  }
  book::Book& book(const std::string& symbol) { return books.at(hash_symbol_text(symbol)); }
  // Both stand still and are equal.
  bool equals(VenueServer& server, const std::string& symbol, const std::string& venue_symbol) {
    server.pause(true);
    const auto truth = server.book(venue_symbol);
    const bool equal = until(
        [&] {
          book::Book& mine = book(symbol);
          if (!mine.live() || mine.ladder().size(book::Side::Bid) != truth->bids.size()) return false;
          return std::ranges::all_of(truth->bids,
                                     [&](const BookLevel& level) {
                                       return mine.ladder().quantity_at(book::Side::Bid, level.price) == level.quantity;
                                     }) &&
                 std::ranges::all_of(truth->asks, [&](const BookLevel& level) {
                   return mine.ladder().quantity_at(book::Side::Ask, level.price) == level.quantity;
                 });
        },
        3s);
    server.pause(false);
    return equal;
  }

  QuietLog log;
  std::map<SymbolHash, book::Book> books;
  std::map<wire::MessageType, std::uint64_t> frames;
  std::map<SymbolHash, std::vector<std::uint64_t>> trades;  // ids
  std::uint64_t late = 0;                                   // trades that a request brought
  std::vector<wire::TradingStatus> statuses;
  std::uint64_t disagreements = 0;

 private:
  std::shared_ptr<connector::SessionConnector> connector_;
  std::optional<bus::RingReader> reader_;
};

venue::alpaca::AlpacaConfig crypto(bool message_pack = false) {
  venue::alpaca::AlpacaConfig config;
  config.market = venue::alpaca::Market::Crypto;
  if (message_pack) config.encoding = venue::alpaca::Encoding::MessagePack;
  return config;
}
constexpr venue::Channels all{venue::Channel::Trades, venue::Channel::Quotes, venue::Channel::Depth};
const std::vector<std::string> coins{"alpaca_crypto:BTC-USD", "alpaca_crypto:ETH-USD"};

TEST(AlpacaConnector, BooksEqualTheVenuesInBothEncodings) {
  for (const bool message_pack : {false, true}) {
    const auto server = serve();
    Follower follower(*server, crypto(message_pack), coins, all);
    ASSERT_TRUE(follower.until(
        [&] { return follower.frames[wire::Trade::type] > 50 && follower.frames[wire::L2Delta::type] > 200; }));
    EXPECT_TRUE(follower.equals(*server, coins[0], "BTC/USD"));
    EXPECT_TRUE(follower.equals(*server, coins[1], "ETH/USD"));
    EXPECT_EQ(follower.disagreements, 0U);
    EXPECT_EQ(follower.log.count("connector_parse_error"), 0);
  }
}

TEST(AlpacaConnector, ConnectionFaultsHeal) {
  for (const char* fault :
       {"close:count=1,after=50", "close:count=1,after=50,code=1001", "truncate:count=1,after=50"}) {
    SCOPED_TRACE(fault);
    const auto server = serve({}, {fault});
    Follower follower(*server, crypto(), coins, all);
    ASSERT_TRUE(follower.until([&] { return follower.log.count("book_stale") > 0; }));
    ASSERT_TRUE(follower.until([&] { return follower.book(coins[0]).live() && follower.book(coins[1]).live(); }));
    EXPECT_TRUE(follower.equals(*server, coins[0], "BTC/USD"));
    EXPECT_EQ(follower.disagreements, 0U);
  }
}

// The sandbox numbers the trades of a symbol one by one, whatever the venue does.
TEST(AlpacaConnector, TradesThatALostConnectionMissedAreBroughtOnce) {
  const auto server = serve();
  Follower follower(*server, crypto(), coins, {venue::Channel::Trades});
  auto& ids = follower.trades[hash_symbol_text(coins[0])];
  ASSERT_TRUE(follower.until([&] { return ids.size() > 10; }));
  const std::uint64_t late = follower.late;
  ASSERT_TRUE(server->inject("refuse:duration_ms=1500"));
  ASSERT_TRUE(server->inject("close:stream=any,count=1"));
  const auto missing = [&] {
    const std::set<std::uint64_t> came(ids.begin(), ids.end());
    return *came.rbegin() - *std::next(came.begin()) + 2 - came.size();
  };
  ASSERT_TRUE(follower.until([&] { return follower.late >= late + 10; })) << "nothing was fetched";
  EXPECT_TRUE(follower.until([&] { return missing() == 0; })) << missing() << " are missing";
  const std::size_t so_far = ids.size();
  EXPECT_TRUE(follower.until([&] { return ids.size() > so_far + 10; }));
  EXPECT_EQ(std::set<std::uint64_t>(ids.begin(), ids.end()).size(), ids.size()) << "some came twice";
  EXPECT_EQ(follower.log.count("trades_missed"), 0);
}

TEST(AlpacaConnector, ALostOrWrongLevelIsFoundByTheAudit) {
  for (const char* fault : {"drop:symbol=BTC/USD,count=20,after=50", "corrupt:symbol=BTC/USD,count=20,after=50"}) {
    SCOPED_TRACE(fault);
    const auto server = serve({}, {fault});
    auto config = crypto();
    config.audit_interval = 2s;
    Follower follower(*server, config, {coins[0]}, all);
    ASSERT_TRUE(
        follower.until([&] { return follower.log.count("audit_failed") > 0 || follower.log.count("book_stale") > 0; }));
    ASSERT_TRUE(follower.until([&] { return follower.book(coins[0]).live(); }));
    EXPECT_EQ(follower.disagreements, 0U);
  }
}

TEST(AlpacaConnector, StocksTellTradesQuotesHaltsAndMarketHours) {
  AlpacaOptions options;
  // Before an early close.
  options.clock = *venue::alpaca::read_time("2026-11-27T12:30:00-05:00");
  const auto server = serve(options);
  venue::alpaca::AlpacaConfig config;
  Follower follower(*server, config, {"alpaca:AAPL", "alpaca:MSFT"}, all);
  ASSERT_TRUE(follower.until([&] {
    return follower.frames[wire::Trade::type] > 20 && follower.frames[wire::Quote::type] > 20 &&
           follower.frames[wire::CorporateAction::type] >= 2;
  }));
  // Our own clock is the world's: what the phases do is shown in tests/venue/alpaca.
  EXPECT_EQ(follower.log.count("connector_parse_error"), 0);
}

TEST(AlpacaConnector, AHaltIsTheStatusOfItsSymbol) {
  AlpacaOptions options;
  options.halts.push_back({"MSFT", 1s, 1s});
  const auto server = serve(options);
  Follower follower(*server, {}, {"alpaca:AAPL", "alpaca:MSFT"}, all);
  ASSERT_TRUE(follower.until([&] {
    return std::ranges::count(follower.statuses, wire::TradingStatus::Halted) == 1 &&
           follower.statuses.back() == wire::TradingStatus::Trading;
  }));
  EXPECT_EQ(follower.log.count("trading_status"), 2);
}

TEST(AlpacaConnector, ARefusedKeyStopsTheConnectorForGood) {
  const auto server = serve({.key = "right", .secret = "s"});
  Follower follower(*server, crypto(), coins, all);
  ASSERT_TRUE(follower.until([&] { return follower.log.count("connector_stopped") == 1; }));
  EXPECT_FALSE(follower.until([&] { return follower.log.count("connector_connected") > 1; }, 500ms));
}

}  // namespace
}  // namespace trunkline::sandbox::alpaca
