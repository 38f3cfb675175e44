// A hub as the settings describe it, with an exchange and its backup: two sandboxes of one seed, which tell the same
// trades, or sandboxes of two exchanges. What breaks is the primary's alone.
#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <gtest/gtest.h>
#include <map>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>

#include "sandbox/binance/server.hpp"
#include "sandbox/coinbase/protocol.hpp"
#include "sandbox/kraken/kraken_protocol.hpp"
#include "sandbox/server/venue_server.hpp"
#include "trunkline/book/book.hpp"
#include "trunkline/hub/configured_exchange.hpp"
#include "trunkline/hub/exchange_hub.hpp"

namespace trunkline::hub {
namespace {

using namespace std::chrono_literals;
using sandbox::binance::BinanceSandbox;

class Switches final : public EventLog {
 public:
  struct Switch {
    std::string to;
    Nanos when;
  };
  void write(const Event& event) override {
    const std::lock_guard lock(mutex_);
    if (event.name == "failover") all_.push_back({event.fields.front().second, monotonic_now()});
  }
  std::vector<Switch> all() {
    const std::lock_guard lock(mutex_);
    return all_;
  }

 private:
  std::mutex mutex_;
  std::vector<Switch> all_;
};

// All that a hub publishes of one symbol.
class Watched {
 public:
  // Trades of both count as one series unless each exchange numbers its own.
  Watched(const std::string& settings_text, const std::string& symbol, bool one_series = true)
      : book(hash_symbol_text(symbol)), one_series_(one_series) {
    Settings settings;
    const auto applied = apply_toml(settings, settings_text, "failover.toml");
    EXPECT_TRUE(applied) << applied.error().message;
    const auto descriptor = *SymbolDescriptor::parse(symbol);
    const auto config = configured_exchange(settings, descriptor.exchange);
    EXPECT_TRUE(config) << config.error().message;
    EXPECT_TRUE(hub_.connect_exchange(*config));
    EXPECT_TRUE(hub_.subscribe_market_data(descriptor));
    hub_.start();
  }

  bool until(const std::function<bool()>& condition, Nanos limit = 30s) {
    const Nanos deadline = monotonic_now() + limit;
    while (!condition()) {
      if (monotonic_now() > deadline) return false;
      for (auto poll = reader_.poll(); poll.kind != bus::PollKind::Empty; poll = reader_.poll()) {
        if (poll.kind == bus::PollKind::Frame) {
          take(poll.frame);
        } else {
          ADD_FAILURE() << "the reader missed frames";
        }
      }
      (void)reader_.wait(5ms);
    }
    return true;
  }
  bool live_from(const std::string& source) const { return book.live() && from == source; }
  std::uint64_t missing(std::uint64_t first) const {
    std::uint64_t count = 0;
    for (std::uint64_t id = first; id <= newest; ++id) count += !trades.contains(id);
    return count;
  }

  Switches switches;
  book::Book book;
  std::string from;                             // whose the latest book frame is
  std::map<std::uint64_t, std::string> trades;  // by id: whose it is
  std::uint64_t newest = 0;
  std::set<std::string> doubled;
  std::vector<std::string> venue_symbols;
  int gaps = 0;

 private:
  static std::string source_of(const wire::FrameView& frame) {
    return (frame.stamp().source & 8U) == 0 ? "primary" : "backup";
  }
  void take(const wire::FrameView& frame) {
    if (const auto* mapping = frame.as<wire::SymbolMapping>()) venue_symbols.emplace_back(wire::venue_symbol(*mapping));
    if (frame.as<wire::Gap>() != nullptr) ++gaps;
    if (frame.stamp().symbol != book.symbol()) return;
    if (const auto* trade = frame.as<wire::Trade>()) {
      const bool apart = !one_series_ && source_of(frame) == "backup";
      const auto [found, fresh] =
          trades.emplace(trade->trade_id + (apart ? std::uint64_t{1} << 63 : 0), source_of(frame));
      if (!fresh) doubled.insert(fmt::format("{} of {} and {}", trade->trade_id, found->second, source_of(frame)));
      newest = std::max(newest, trade->trade_id);
    }
    const bool was_live = book.live();
    EXPECT_FALSE(book.apply(frame) == book::Outcome::Gap && was_live) << "the book was broken off";
    if (frame.as<wire::L2Delta>() != nullptr || frame.as<wire::L2Snapshot>() != nullptr) from = source_of(frame);
  }

  bool one_series_;
  ExchangeHub hub_{{.ring = {.capacity_bytes = std::size_t{32} << 20}, .tick = 20ms}, switches};
  bus::BusReader reader_ = hub_.market_data().subscribe();
};

std::unique_ptr<BinanceSandbox> twin() {
  sandbox::binance::BinanceSandboxOptions options;
  options.port = 0;
  options.markets = {sandbox::Market::Spot};
  options.symbols = {"BTCUSDT"};
  options.rate = 150;
  options.seed = 7;
  return *BinanceSandbox::start(options);
}
bool is_subscribed(const BinanceSandbox& sandbox) {
  const auto status = nlohmann::json::parse(sandbox.status());
  for (const auto& each : status["connections"]) {
    if (each["streams"] == 3) return true;
  }
  return false;
}
std::string settings_of(const BinanceSandbox& primary, const BinanceSandbox& backup) {
  return fmt::format(
      "[exchange.binance]\nendpoint = \"http://127.0.0.1:{}\"\nbackup = \"http://127.0.0.1:{}\"\n"
      "return_after = \"1s\"\nreconnect_delay = \"3s\"\n",
      primary.port(), backup.port());
}
// The book is the sandbox's at the same update id.
void expect_equal(const book::Book& book, const BinanceSandbox& sandbox) {
  const auto truth = sandbox.book(sandbox::Market::Spot, "BTCUSDT", book.update_id());
  ASSERT_TRUE(truth) << truth.error().message;
  for (const auto side : {book::Side::Bid, book::Side::Ask}) {
    const auto& levels = side == book::Side::Bid ? truth->bids : truth->asks;
    std::size_t at = 0;
    book.ladder().walk(side, [&](const wire::Level& level) {
      if (at == 50 || at == levels.size()) return false;
      EXPECT_EQ(level.price, levels[at].price);
      EXPECT_EQ(level.quantity, levels[at].quantity);
      ++at;
      return true;
    });
    EXPECT_GE(at, 20U);
  }
}

struct Outage {
  const char* name;
  std::vector<const char*> faults;
};
class HubFailoverTest : public ::testing::TestWithParam<Outage> {};

TEST_P(HubFailoverTest, TheStreamGoesOnFromTheBackupAndComesBackWithoutALostOrDoubledTrade) {
  const auto primary = twin();
  const auto backup = twin();
  Watched watched(settings_of(*primary, *backup), "binance:BTC-USDT");
  ASSERT_TRUE(watched.until([&] {
    return watched.live_from("primary") && is_subscribed(*primary) && is_subscribed(*backup) && watched.newest > 0;
  }));
  EXPECT_TRUE(watched.switches.all().empty()) << "the backup was not asked to wait";
  const std::uint64_t first = watched.newest;

  const std::uint64_t broken_at = watched.newest;
  for (const char* const fault : GetParam().faults) ASSERT_TRUE(primary->inject(fault)) << fault;
  ASSERT_TRUE(watched.until([&] { return watched.live_from("backup"); }));
  expect_equal(watched.book, *backup);
  ASSERT_TRUE(watched.until([&] {
    return std::any_of(watched.trades.upper_bound(broken_at), watched.trades.end(),
                       [](const auto& trade) { return trade.second == "backup"; });
  })) << "no trade of the backup";

  ASSERT_TRUE(watched.until([&] { return watched.live_from("primary") && is_subscribed(*primary); }));
  expect_equal(watched.book, *primary);
  const auto switches = watched.switches.all();
  ASSERT_EQ(switches.size(), 2U);
  EXPECT_EQ(switches[0].to, "backup");
  EXPECT_EQ(switches[1].to, "primary");
  EXPECT_GE(switches[1].when - switches[0].when, 1s);
  const std::uint64_t returned_at = watched.newest;
  ASSERT_TRUE(watched.until([&] { return watched.newest > returned_at + 20 && watched.missing(first) == 0; }))
      << watched.missing(first) << " trades are missing";
  EXPECT_TRUE(watched.doubled.empty()) << *watched.doubled.begin();
  EXPECT_EQ(watched.gaps, 0);
}

INSTANTIATE_TEST_SUITE_P(Outages, HubFailoverTest,
                         ::testing::Values(Outage{"Stall", {"stall:stream=any,count=1,duration_ms=7000"}},
                                           Outage{"Close", {"close:stream=any,count=1,code=1001"}},
                                           Outage{"Refuse", {"refuse:duration_ms=2500", "close:stream=any,count=1"}}),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(HubFailover, AHubThatStartsWithoutItsPrimaryBeginsWithTheBackup) {
  const auto primary = twin();
  const auto backup = twin();
  ASSERT_TRUE(primary->inject("refuse:duration_ms=60000"));
  Watched watched(settings_of(*primary, *backup), "binance:BTC-USDT");
  ASSERT_TRUE(watched.until([&] { return watched.live_from("backup"); }));
  ASSERT_EQ(watched.switches.all().size(), 1U);
  EXPECT_EQ(watched.switches.all().front().to, "backup");
}

std::unique_ptr<sandbox::VenueServer> serve(std::unique_ptr<sandbox::Protocol> protocol, const char* symbol) {
  return *sandbox::VenueServer::start(std::move(protocol), {.symbols = {symbol}, .rate = 150});
}

TEST(HubFailover, AnotherExchangeStandsInWithItsOwnTradesAndIncrements) {
  const auto coinbase = serve(std::make_unique<sandbox::coinbase::CoinbaseProtocol>(), "BTC-USD");
  const auto kraken = serve(std::make_unique<sandbox::kraken::KrakenProtocol>(), "BTC/USD");
  Watched watched(fmt::format("[exchange.coinbase]\nendpoint = \"http://127.0.0.1:{}\"\nbackup = \"kraken\"\n"
                              "return_after = \"1s\"\nreconnect_delay = \"250ms\"\n"
                              "[exchange.kraken]\nendpoint = \"http://127.0.0.1:{}\"\n",
                              coinbase->port(), kraken->port()),
                  "coinbase:BTC-USD", false);
  const auto from = [&](const std::string& source, std::uint64_t more) {
    std::uint64_t count = 0;
    for (const auto& [id, of] : watched.trades) count += of == source;
    return watched.live_from(source) && count >= more;
  };
  ASSERT_TRUE(watched.until([&] { return from("primary", 5); }));
  EXPECT_FALSE(from("backup", 1));

  ASSERT_TRUE(coinbase->inject("refuse:duration_ms=2500"));
  ASSERT_TRUE(coinbase->inject("close:stream=any,count=1"));
  ASSERT_TRUE(watched.until([&] { return from("backup", 5); }));
  EXPECT_EQ(watched.venue_symbols.back(), "BTC/USD");
  EXPECT_EQ(watched.book.integrity(), wire::Integrity::Checksummed);

  ASSERT_TRUE(watched.until([&] { return watched.live_from("primary"); }));
  EXPECT_EQ(watched.venue_symbols.back(), "BTC-USD");
  EXPECT_TRUE(watched.doubled.empty()) << *watched.doubled.begin();
  EXPECT_EQ(watched.switches.all().size(), 2U);
}

}  // namespace
}  // namespace trunkline::hub
