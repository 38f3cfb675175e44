#include "tests/orders/campaign.hpp"

#include <csignal>
#include <fmt/format.h>
#include <fstream>
#include <random>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/orders/campaign_venue.hpp"
#include "tests/sandbox/client.hpp"

extern char** environ;

namespace trunkline::test {
namespace {

using nlohmann::json;

constexpr const char* crash_points[] = {
    "place:before_journal",  "place:after_journal",  "send:before",     "send:after",           "place:answered",
    "event:before_journal",  "event:after_journal",  "fill:received",   "fill:before_journal",  "fill:after_journal",
    "cancel:before_journal", "cancel:after_journal", "cancel:answered", "amend:before_journal", "amend:after_journal",
    "amend:answered",        "log:before_sync",      "log:after_sync"};

// This program again, living that life. The status of waitpid.
int run(const Life& life) {
  const std::string variable = std::string(life_variable) + "=" + json(life).dump();
  std::vector<char*> environment;
  for (char** each = environ; *each != nullptr; ++each) {
    // Which part of all tests runs here is not for it.
    if (!std::string_view(*each).starts_with("GTEST_")) environment.push_back(*each);
  }
  environment.push_back(const_cast<char*>(variable.c_str()));
  environment.push_back(nullptr);
  std::string program = std::filesystem::read_symlink("/proc/self/exe").string();
  std::string filter = "--gtest_filter=CampaignLife.IsLived";
  char* arguments[] = {program.data(), filter.data(), nullptr};
  pid_t child = 0;
  if (::posix_spawn(&child, program.c_str(), nullptr, nullptr, arguments, environment.data()) != 0) return -1;
  int status = 0;
  ::waitpid(child, &status, 0);
  return status;
}

bool was_killed(int status) {
  return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}
bool ended_well(int status) {
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

class Campaign {
 public:
  Campaign(std::string_view exchange, std::uint64_t seed)
      : venue_(campaign_venue(exchange)), chance_(seed), sandbox_(venue_.start()) {}

  std::uint64_t draw(std::uint64_t below) { return chance_() % below; }
  CampaignSandbox& sandbox() { return *sandbox_; }
  const CampaignVenue& venue() const { return venue_; }

  // A new account with a journal of its own.
  Life begin(const TempFolder& folder) {
    const auto book = sandbox_->book();
    const CampaignAccount account = venue_.account(++accounts_);
    Life life{.exchange = venue_.exchange,
              .port = sandbox_->port(),
              .key = account.key,
              .secret = account.secret,
              .journal = (folder / "journal").string(),
              .seed = chance_(),
              .bid = book->bids.front().price.to_text(),
              .ask = book->asks.front().price.to_text(),
              .dump = (folder / "belief.json").string()};
    const auto opened = rest_.post("/sandbox/account", json{{"key", account.key}, {"secret", account.secret}}.dump());
    EXPECT_EQ(opened.status, 200) << opened.body;
    return life;
  }

  void clear_faults() { EXPECT_EQ(rest_.send("DELETE", "/sandbox/fault", "").status, 200); }

  json record(const std::string& key) { return rest_.get("/sandbox/account?key=" + key).parsed(); }

 private:
  const CampaignVenue& venue_;
  std::mt19937_64 chance_;
  std::unique_ptr<CampaignSandbox> sandbox_;
  sandbox::test::Loop loop_;
  sandbox::test::Rest rest_{loop_, sandbox_->control_port()};
  int accounts_ = 0;
};

std::string decimal(const json& text) {
  return Quantity::parse(text.get<std::string>())->to_text();
}

json by_id(const json& orders) {
  json out = json::object();
  for (const json& order : orders) out[order["client_id"].get<std::string>()].push_back(order);
  return out;
}

std::string fill_text(const json& fill, const std::string& trade_id) {
  return trade_id + " " + decimal(fill["price"]) + " " + decimal(fill["quantity"]) + " " + decimal(fill["fee"]) +
         (fill["maker"].get<bool>() ? " maker" : " taker");
}

std::vector<std::string> fills_of(const json& believed) {
  std::vector<std::string> out;
  for (const json& fill : believed["fills"]) out.push_back(fill_text(fill, fill["trade_id"].get<std::string>()));
  std::ranges::sort(out);
  return out;
}

// One order as the books of record have it: several records where amendments made another of each.
struct Recorded {
  std::string state;
  Quantity filled{};
  std::vector<std::string> fills;
};

Recorded recorded(const CampaignVenue& venue, const json& orders) {
  Recorded out;
  for (std::size_t i = 0; i < orders.size(); ++i) {
    const json& order = orders[i];
    out.state = venue.state(order);
    EXPECT_NE(out.state, "") << "not at its end: " << order.dump();
    // No other may begin before the one that it takes the place of has ended.
    const bool replaced = i + 1 < orders.size();
    if (replaced && venue.amendment_replaces) {
      EXPECT_EQ(order["state"], "cancelled") << "doubled: " << orders.dump();
      EXPECT_LE(order["updated_ms"], orders[i + 1]["created_ms"]) << "doubled: " << orders.dump();
    }
    out.filled =
        Quantity::from_raw(out.filled.raw() + Quantity::parse(order["cumulative_quantity"].get<std::string>())->raw());
    for (const json& fill : order["fills"])
      out.fills.push_back(fill_text(fill, venue.trade_id(fill["trade_id"].get<std::uint64_t>())));
  }
  std::ranges::sort(out.fills);
  return out;
}

// No order lost, doubled or guessed; every fill once; balances and positions exact.
void expect_equal(const CampaignVenue& venue, const json& belief, const json& record) {
  const json ours = by_id(belief["orders"]);
  std::size_t fills = 0;
  for (const json& order : record["orders"]) fills += order["fills"].size();
  std::printf("%s: %zu orders at the venue, %zu believed, %zu fills, %s duplicates passed over\n", venue.exchange,
              record["orders"].size(), belief["orders"].size(), fills, belief["duplicate_fills"].dump().c_str());
  const json theirs = by_id(record["orders"]);
  for (const auto& [id, orders] : theirs.items()) {
    if (!venue.amendment_replaces) {
      ASSERT_EQ(orders.size(), 1U) << "doubled: " << orders.dump();
    }
    ASSERT_TRUE(ours.contains(id)) << "lost: " << orders.dump();
    const json& believed = ours[id][0];
    const Recorded order = recorded(venue, orders);
    EXPECT_EQ(believed["state"], order.state) << orders.dump() << "\n" << believed.dump();
    EXPECT_EQ(believed["filled"], order.filled.to_text()) << orders.dump() << "\n" << believed.dump();
    EXPECT_EQ(fills_of(believed), order.fills) << orders.dump() << "\n" << believed.dump();
  }
  for (const auto& [id, orders] : ours.items()) {
    if (!theirs.contains(id)) {
      EXPECT_EQ(orders[0]["state"], "Failed") << "guessed: " << orders.dump();
    }
  }
  const std::string market(to_text(venue.market));
  for (const auto& [asset, balance] : record["balances"][market].items()) {
    const auto total = checked_add(*Quantity::parse(balance["free"].get<std::string>()),
                                   *Quantity::parse(balance["locked"].get<std::string>()));
    if (belief["balances"].contains(asset)) {
      EXPECT_EQ(belief["balances"][asset], total->to_text()) << asset;
    }
  }
  const std::string pair = std::to_string(hash_symbol_text(fmt::format("{}:{}", venue.exchange, venue.trading_pair)));
  for (const json& position : record["positions"]) {
    if (position["market"] != market) continue;
    const std::string held = belief["positions"].value(pair, "0");
    EXPECT_EQ(held, decimal(position["amount"])) << position.dump();
  }
}

void settle_and_compare(Campaign& campaign, Life life) {
  life.actions = 0;
  life.crash_at.clear();
  life.kill_after_ms = 0;
  ASSERT_TRUE(ended_well(run(life)));
  std::ifstream in(life.dump);
  const json belief = json::parse(in, nullptr, false);
  ASSERT_TRUE(belief.is_object());
  expect_equal(campaign.venue(), belief, campaign.record(life.key));
}

TEST(CampaignLife, IsLived) {
  const char* const life = std::getenv(life_variable);
  if (life == nullptr) GTEST_SKIP() << "only within the campaign";
  EXPECT_EQ(live(json::parse(life).get<Life>()), 0);
}

// One of a kind of venues takes each turn.
struct Kind {
  const char* name;
  std::vector<const char*> exchanges;
  const char* at(std::uint64_t number) const { return exchanges[number % exchanges.size()]; }
};
const std::vector<Kind> kinds{{"binance", {"binance", "binance_usdm"}}, {"hyperliquid", {"hyperliquid"}}};

std::string test_name(const Kind& kind, std::string name) {
  std::ranges::replace_if(name, [](unsigned char c) { return std::isalnum(c) == 0; }, '_');
  return std::string(kind.name) + "_" + name;
}

class KilledAt : public ::testing::TestWithParam<std::tuple<std::size_t, const char*>> {};

TEST_P(KilledAt, NothingIsLostDoubledOrGuessed) {
  const auto [kind, point] = GetParam();
  const std::uint64_t number = std::hash<std::string>{}(point);
  Campaign campaign(kinds[kind].at(number), number);
  const TempFolder folder;
  Life life = campaign.begin(folder);
  SCOPED_TRACE(json(life).dump());
  life.actions = 120;
  life.crash_at = point;
  // Requests that make a connection ready pass the point of sending, too.
  const bool sending = life.crash_at.starts_with("send:");
  life.crash_hit = (sending ? 8 : 1) + static_cast<int>(campaign.draw(8));
  EXPECT_TRUE(was_killed(run(life))) << "the point was not reached";
  settle_and_compare(campaign, life);
}

INSTANTIATE_TEST_SUITE_P(OrderCampaign, KilledAt,
                         ::testing::Combine(::testing::Range(std::size_t{0}, kinds.size()),
                                            ::testing::ValuesIn(crash_points)),
                         [](const auto& of) { return test_name(kinds[std::get<0>(of.param)], std::get<1>(of.param)); });

constexpr const char* faults[] = {"ack_lost:stream=create,percent=15",
                                  "ack_lost:stream=cancel,percent=25",
                                  "ack_lost:stream=amend,percent=25",
                                  "slow_reply:percent=15,delay_ms=300",
                                  "late_order:percent=15,delay_ms=200",
                                  "late_order:percent=15,delay_ms=1200",
                                  "fill_before_ack:percent=20",
                                  "fill_before_ack:percent=20,field=all",
                                  "fill_after_cancel:percent=40",
                                  "fill_after_cancel:percent=40,field=all",
                                  "reject_after_ack:percent=15",
                                  "amend_races_fill:percent=50",
                                  "half_open_taken:percent=3",
                                  "half_open_untaken:percent=3",
                                  "reset_taken:percent=3",
                                  "reset_untaken:percent=3",
                                  "user_event_lost:stream=fill,percent=15",
                                  "user_event_lost:stream=order,percent=15",
                                  "user_event_duplicate:percent=30",
                                  "http_429:stream=create,percent=15,retry_after=1",
                                  "http_429:stream=cancel,percent=25,retry_after=1",
                                  "venue_restart:after=200,duration_ms=300",
                                  "clock_skew:offset=3000"};

void arm(Campaign& campaign, std::string fault) {
  // Until cleared, but what happens once by itself.
  const bool once = fault.starts_with("venue_restart") || fault.starts_with("clock_skew");
  if (!once) fault += ",count=0";
  const auto armed = campaign.sandbox().inject(fault);
  ASSERT_TRUE(armed) << armed.error().message;
}

class StruckBy : public ::testing::TestWithParam<std::tuple<std::size_t, std::size_t>> {};

TEST_P(StruckBy, NothingIsLostDoubledOrGuessed) {
  const auto [kind, number] = GetParam();
  Campaign campaign(kinds[kind].at(number), number + 1);
  const TempFolder folder;
  Life life = campaign.begin(folder);
  SCOPED_TRACE(std::string(faults[number]) + " " + json(life).dump());
  life.actions = 150;
  arm(campaign, faults[number]);
  EXPECT_TRUE(ended_well(run(life)));
  campaign.clear_faults();
  EXPECT_GT(campaign.record(life.key)["orders"].size(), 5U);
  settle_and_compare(campaign, life);
}

INSTANTIATE_TEST_SUITE_P(OrderCampaign, StruckBy,
                         ::testing::Combine(::testing::Range(std::size_t{0}, kinds.size()),
                                            ::testing::Range(std::size_t{0}, std::size(faults))),
                         [](const auto& of) {
                           return test_name(kinds[std::get<0>(of.param)], faults[std::get<1>(of.param)]);
                         });

std::uint64_t number_of(const char* variable, std::uint64_t otherwise) {
  const char* const text = std::getenv(variable);
  return text == nullptr ? otherwise : std::strtoull(text, nullptr, 10);
}

// TRUNKLINE_CAMPAIGN_ROUNDS and TRUNKLINE_CAMPAIGN_SEED make it longer, and repeat one.
TEST(OrderCampaign, SeveralFaultsAndAKillAtAnyTime) {
  const std::uint64_t rounds = number_of("TRUNKLINE_CAMPAIGN_ROUNDS", 6);
  const std::uint64_t first = number_of("TRUNKLINE_CAMPAIGN_SEED", 100);
  for (std::uint64_t seed = first; seed < first + rounds; ++seed) {
    Campaign campaign(kinds[seed % kinds.size()].at(seed / kinds.size()), seed);
    const TempFolder folder;
    Life life = campaign.begin(folder);
    SCOPED_TRACE("seed " + std::to_string(seed) + " " + json(life).dump());
    for (int again = 0; again < 2; ++again) {
      for (int each = 0; each < 3; ++each) arm(campaign, faults[campaign.draw(std::size(faults))]);
      life.seed += 1;
      life.actions = 300;
      life.kill_after_ms = 300 + static_cast<int>(campaign.draw(700));
      const int status = run(life);
      EXPECT_TRUE(was_killed(status) || ended_well(status));
      campaign.clear_faults();
    }
    settle_and_compare(campaign, life);
    if (::testing::Test::HasFailure()) return;
  }
}

TEST(OrderCampaign, KilledAtAnyTimeAgainAndAgain) {
  for (const CampaignVenue& venue : campaign_venues()) {
    Campaign campaign(venue.exchange, 7);
    const TempFolder folder;
    Life life = campaign.begin(folder);
    SCOPED_TRACE(json(life).dump());
    life.actions = 400;
    for (int again = 0; again < 4; ++again) {
      life.seed += 1;
      life.kill_after_ms = 60 + static_cast<int>(campaign.draw(300));
      const int status = run(life);
      EXPECT_TRUE(was_killed(status) || ended_well(status));
    }
    settle_and_compare(campaign, life);
  }
}

}  // namespace
}  // namespace trunkline::test
