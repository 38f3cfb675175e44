// What a process that ends at any point of the order path leaves behind: at each, the journal and the venue are kept as
// they were, and a second connector goes on from there. In the end its tracker says what the venue's books say.
#include <random>
#include <set>

#include "order/scripted_connector.hpp"
#include "support/temp_folder.hpp"
#include "trunkline/core/crash_point.hpp"

namespace trunkline::order::test {
namespace {

using State = OrderState;
using namespace std::chrono_literals;
using trunkline::test::TempFolder;
namespace fs = std::filesystem;

// What a crash leaves: called at every crash point while it lives.
class CrashWatch {
 public:
  explicit CrashWatch(std::function<void(std::string_view)> on_point) {
    handler() = std::move(on_point);
    crash_hook = [](std::string_view point) { handler()(point); };
  }
  ~CrashWatch() { crash_hook = nullptr; }

 private:
  static std::function<void(std::string_view)>& handler() {
    static std::function<void(std::string_view)> of;
    return of;
  }
};

struct Left {
  std::string point;
  fs::path journal;
  ModelVenue venue;
  Nanos time;
};

void expect_as_the_venue(const ScriptedConnector& connector, ModelVenue& venue, std::string_view where) {
  SCOPED_TRACE(where);
  for (const auto& [id, theirs] : venue.orders) {
    const auto ours = connector.tracker().get_order(id);
    ASSERT_TRUE(ours) << "lost " << id;
    EXPECT_EQ(ours->state, theirs.state) << id;
    EXPECT_EQ(ours->filled_amount, theirs.filled) << id;
    EXPECT_EQ(ours->price, theirs.wanted.price) << id;
    EXPECT_EQ(ours->amount, theirs.wanted.amount) << id;
    EXPECT_EQ(ours->doubts, 0) << id;
    EXPECT_FALSE(ours->lost) << id;
    Quantity sum{};
    for (const TradeUpdate& fill : ours->fills) sum = Quantity::from_raw(sum.raw() + fill.fill_base_amount.raw());
    EXPECT_EQ(sum, theirs.filled) << id;
  }
  for (const InFlightOrder& ours : connector.tracker().all_orders()) {
    if (venue.find(ours.client_order_id) == nullptr) {
      EXPECT_EQ(ours.state, State::Failed) << ours.client_order_id.view();
    }
  }
  for (const auto& [id, times] : venue.placed) EXPECT_LE(times, 1) << id << " was sent again";
}

ConnectorConfig config_of(const fs::path& journal) {
  ConnectorConfig config = ScriptedConnector::config(journal);
  config.journal.compact_at = 2'000;  // so that compactions are among what is cut short
  return config;
}

void go_on(Left& left) {
  SCOPED_TRACE(left.point);
  ScriptedConnector connector(left.venue, config_of(left.journal), left.time);
  const auto begun = connector.initialize();
  ASSERT_TRUE(begun) << begun.error().message;
  EXPECT_EQ(connector.journalled().damaged, 0U);
  connector.connect();
  connector.run();
  ASSERT_TRUE(connector.is_ready());
  connector.pass(45s, 250ms);
  expect_as_the_venue(connector, left.venue, left.point);
}

// A life in which everything happens that the order path knows, by chance.
void live(ScriptedConnector& connector, ModelVenue& venue, std::mt19937_64& random, int steps) {
  std::vector<std::string> ids;
  std::vector<TradeUpdate> untold;
  const auto pick = [&]() -> std::string { return ids.empty() ? "" : ids[random() % ids.size()]; };
  constexpr Fault faults[] = {Fault::None,       Fault::None,     Fault::None,       Fault::RequestLost,
                              Fault::AnswerLost, Fault::Rejected, Fault::RateLimited};
  for (int i = 0; i < steps; ++i) {
    const Fault fault = faults[random() % std::size(faults)];
    const std::string id = pick();
    const ModelVenue::Order* const theirs = venue.find(id);
    switch (random() % 8) {
      case 0:
      case 1:
        connector.fault("place", fault);
        ids.push_back(connector.place(fmt::format("{}", 1 + random() % 5), fmt::format("{}", 90 + random() % 20)));
        connector.run();
        break;
      case 2:
        if (fault != Fault::Rejected) connector.fault("cancel", fault);
        (void)connector.cancel(id);
        connector.run();
        break;
      case 3:
        connector.fault("amend", fault);
        (void)connector.amend(id, {.price = fmt::format("{}", 90 + random() % 20)});
        connector.run();
        break;
      case 4:
      case 5:
        if (theirs == nullptr || is_terminal(theirs->state)) break;
        untold.push_back(venue.trade(id, "0.5", connector.now()));
        if (random() % 4 != 0) connector.tell(untold.back());
        if (random() % 8 == 0) connector.tell(untold[random() % untold.size()]);  // again
        if (random() % 2 == 0) connector.tell(id);
        break;
      case 6:
        connector.pass(Nanos{1 + static_cast<std::int64_t>(random() % 1'000'000'000)});
        break;
      default:
        if (random() % 3 == 0) {
          connector.disconnect();
          connector.connect();
          connector.run();
        }
    }
  }
}

TEST(ConnectorRestart, AgreesWithTheVenueAfterACrashAtEveryPoint) {
  std::size_t crashes = 0;
  std::set<std::string> points;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    SCOPED_TRACE(fmt::format("seed {}", seed));
    const TempFolder folder;
    ModelVenue venue;
    std::vector<Left> left;
    {
      ScriptedConnector connector(venue, config_of(folder / "journal"));
      ASSERT_TRUE(connector.initialize());
      connector.connect();
      const CrashWatch watch([&](std::string_view point) {
        const fs::path copy = folder / fmt::format("crash-{}", left.size());
        fs::copy(folder / "journal", copy, fs::copy_options::recursive);
        left.push_back({fmt::format("crash {} at {}", left.size(), point), copy, venue, connector.now()});
        points.insert(std::string(point));
      });
      std::mt19937_64 random(seed);
      live(connector, venue, random, 40);
      connector.pass(45s, 250ms);
      expect_as_the_venue(connector, venue, "without a crash");
    }
    for (Left& crash : left) {
      go_on(crash);
      if (::testing::Test::HasFailure()) return;
    }
    crashes += left.size();
  }
  EXPECT_GT(crashes, 1'000U);
  RecordProperty("crashes", static_cast<int>(crashes));
  for (const char* const point :
       {"place:before_journal", "place:after_journal", "place:answered", "cancel:before_journal",
        "cancel:after_journal", "cancel:answered", "amend:before_journal", "amend:after_journal", "amend:answered",
        "fill:received", "fill:before_journal", "fill:after_journal", "event:before_journal", "event:after_journal"}) {
    EXPECT_TRUE(points.contains(point)) << point;
  }
}

TEST(ConnectorRestart, KeepsTheKillSwitchAndCancelsWhatTheHaltDidNotReach) {
  const TempFolder folder;
  ModelVenue venue;
  std::string id;
  {
    ScriptedConnector connector(venue, ScriptedConnector::config(folder.path()));
    ASSERT_TRUE(connector.initialize());
    connector.connect();
    id = connector.place();
    connector.run();
    connector.fault("cancel", Fault::RequestLost);
    connector.set_trading_state(TradingState::Halted, "by hand");
    connector.run();
    EXPECT_EQ(venue.find(id)->state, State::Open);
  }
  venue.orders["theirs"] = {.wanted = make_order("theirs"), .exchange_id = OrderId::cut("X9")};
  ScriptedConnector connector(venue, ScriptedConnector::config(folder.path()));
  ASSERT_TRUE(connector.initialize());
  EXPECT_EQ(connector.trading_state(), TradingState::Halted);
  EXPECT_EQ(connector.risk().reason(), "by hand");
  connector.connect();
  connector.pass(1s);
  EXPECT_EQ(venue.find(id)->state, State::Cancelled);
  EXPECT_EQ(venue.find("theirs")->state, State::Cancelled);
  EXPECT_EQ(connector.buy({.trading_pair = "BTC-USDT", .amount = 1, .price = 100}).error().reason, OrderReason::Halted);
}

TEST(ConnectorRestart, KeepsTheWishToCancelWhatWasNotAcknowledged) {
  const TempFolder folder;
  ModelVenue venue;
  std::string id;
  {
    ScriptedConnector connector(venue, ScriptedConnector::config(folder.path()));
    ASSERT_TRUE(connector.initialize());
    connector.connect();
    connector.hold("place");
    id = connector.place();
    connector.run();
    EXPECT_TRUE(connector.cancel(id));
    connector.run();
  }
  ScriptedConnector connector(venue, ScriptedConnector::config(folder.path()));
  ASSERT_TRUE(connector.initialize());
  EXPECT_EQ(connector.state(id), State::Unknown);
  connector.connect();
  connector.pass(1s);
  EXPECT_EQ(connector.state(id), State::Cancelled);
  EXPECT_EQ(venue.find(id)->state, State::Cancelled);
}

TEST(ConnectorRestart, TakesNewIdsAndARefusedCancellationIsNotRepeated) {
  const TempFolder folder;
  ModelVenue venue;
  std::string id;
  {
    ScriptedConnector connector(venue, ScriptedConnector::config(folder.path()));
    ASSERT_TRUE(connector.initialize());
    connector.connect();
    id = connector.place();
    connector.run();
    connector.fault("cancel", Fault::Rejected);
    EXPECT_TRUE(connector.cancel(id));
    connector.run();
    EXPECT_EQ(connector.state(id), State::Open);
  }
  ScriptedConnector connector(venue, ScriptedConnector::config(folder.path()));
  ASSERT_TRUE(connector.initialize());
  connector.connect();
  connector.pass(30s);
  EXPECT_EQ(connector.state(id), State::Open);
  EXPECT_EQ(connector.asked("cancel"), 0);
  EXPECT_NE(connector.place(), id);
}

TEST(ConnectorRestart, OrdersThatWereNeverSentLeaveNothing) {
  const TempFolder folder;
  ModelVenue venue;
  {
    ScriptedConnector connector(venue, ScriptedConnector::config(folder.path()));
    ASSERT_TRUE(connector.initialize());
    connector.hold("open");
    connector.connect();
    connector.place();
    connector.pass(3s);
  }
  ScriptedConnector connector(venue, ScriptedConnector::config(folder.path()));
  ASSERT_TRUE(connector.initialize());
  EXPECT_EQ(connector.journalled().damaged, 0U);
  EXPECT_TRUE(connector.tracker().all_orders().empty());
}

TEST(ConnectorRestart, AJournalThatFailsHaltsTrading) {
  const TempFolder folder;
  ModelVenue venue;
  ConnectorConfig config = ScriptedConnector::config(folder.path());
  config.journal.compact_at = 1;
  ScriptedConnector connector(venue, config);
  ASSERT_TRUE(connector.initialize());
  connector.connect();
  const std::string id = connector.place();
  connector.run();
  fs::create_directory(folder / "0000000000000002.log");  // where the next segment would be
  connector.pass(100ms);
  EXPECT_EQ(connector.trading_state(), TradingState::Halted);
  EXPECT_GE(connector.counters().journal_failures, 1U);
  EXPECT_EQ(connector.buy({.trading_pair = "BTC-USDT", .amount = 1, .price = 100}).error().reason, OrderReason::Halted);
  EXPECT_TRUE(connector.cancel(id)) << "what is open can still be cancelled";
  connector.run();
  EXPECT_EQ(venue.find(id)->state, State::Cancelled);
}

TEST(ConnectorRestart, ASecondProcessIsRefusedTheJournal) {
  const TempFolder folder;
  ModelVenue venue;
  ScriptedConnector first(venue, ScriptedConnector::config(folder.path()));
  ScriptedConnector second(venue, ScriptedConnector::config(folder.path()));
  ASSERT_TRUE(first.initialize());
  const auto refused = second.initialize();
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, ErrorCode::AlreadyExists);
  EXPECT_EQ(second.buy({.trading_pair = "BTC-USDT", .amount = 1, .price = 100}).error().reason, OrderReason::NotReady);
}

}  // namespace
}  // namespace trunkline::order::test
