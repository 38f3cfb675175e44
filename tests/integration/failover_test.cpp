// Two connections to one sandbox, which share its trades: whichever ends, nothing is lost and nothing comes twice.
#include <fmt/format.h>
#include <functional>
#include <gtest/gtest.h>
#include <mutex>
#include <nlohmann/json.hpp>
#include <set>

#include "sandbox/binance/server.hpp"
#include "trunkline/book/book.hpp"
#include "trunkline/connector/failover_connector.hpp"
#include "trunkline/connector/session_connector.hpp"
#include "trunkline/venue/binance/binance_venue.hpp"

namespace trunkline::connector {
namespace {

using namespace std::chrono_literals;
namespace served = trunkline::sandbox::binance;

class Events final : public EventLog {
 public:
  void write(const Event& event) override {
    const std::lock_guard lock(mutex_);
    if (event.name == "failover") to_.push_back(event.fields.front().second);
  }
  std::vector<std::string> to() {
    const std::lock_guard lock(mutex_);
    return to_;
  }

 private:
  std::mutex mutex_;
  std::vector<std::string> to_;
};

class FailoverTest : public ::testing::Test {
 protected:
  static constexpr const char* btc = "binance:BTC-USDT";

  FailoverTest() {
    served::BinanceSandboxOptions options;
    options.port = 0;
    options.markets = {sandbox::Market::Spot};
    options.rate = 300;
    sandbox_ = *served::BinanceSandbox::start(options);
    auto primary = session("primary", 1);
    auto backup = session("backup", 2);
    connector_ = std::make_shared<FailoverConnector>(
        FailoverConnectorConfig{
            .connector = {.name = "binance", .ring = {.capacity_bytes = std::size_t{32} << 20}, .log = &events_},
            .return_after = 500ms},
        primary, backup);
    reader_.emplace(connector_->ring()->subscribe());
    EXPECT_TRUE(
        connector_->command({venue::Action::Subscribe, *SymbolDescriptor::parse(btc), venue::default_channels}));
    connector_->start();
  }
  ~FailoverTest() override { connector_->stop(); }

  std::shared_ptr<SessionConnector> session(const std::string& name, int id) {
    SessionConnectorConfig config;
    config.id = venue::ConnectorId{static_cast<std::uint16_t>(id)};
    config.session.connector = name;
    config.session.tick = 20ms;
    // The broken one stays away for long enough that the other must carry on.
    config.session.backoff.first = 300ms;
    config.session.endpoints = *net::EndpointMap::make({{"*", fmt::format("http://127.0.0.1:{}", sandbox_->port())}});
    return std::make_shared<SessionConnector>(
        config, std::make_unique<venue::binance::BinanceVenue>(venue::binance::BinanceConfig{}), events_);
  }

  bool until(const std::function<bool()>& condition, Nanos limit = 30s) {
    const Nanos deadline = monotonic_now() + limit;
    while (!condition()) {
      if (monotonic_now() > deadline) return false;
      for (auto poll = reader_->poll(); poll.kind != bus::PollKind::Empty; poll = reader_->poll()) {
        if (poll.kind == bus::PollKind::Frame) {
          take(poll.frame);
        } else {
          ADD_FAILURE() << "the reader missed frames";
        }
      }
      (void)reader_->wait(5ms);
    }
    return true;
  }
  void take(const wire::FrameView& frame) {
    EXPECT_EQ(frame.sequence(), sequence_ ? wire::sequence_after(*sequence_) : frame.sequence());
    sequence_ = frame.sequence();
    if (const auto* trade = frame.as<wire::Trade>()) {
      EXPECT_TRUE(ids_.insert(trade->trade_id).second) << "twice: " << trade->trade_id;
      newest_ = std::max(newest_, trade->trade_id);
    }
    if (frame.as<wire::Gap>() != nullptr) ++gaps_;
    const bool was_live = book_.live();
    const auto outcome = book_.apply(frame);
    EXPECT_FALSE(was_live && outcome == book::Outcome::Gap);
    if (const auto* delta = frame.as<wire::L2Delta>()) from_ = (delta->source & 8U) == 0 ? "primary" : "backup";
  }

  // That are subscribed to everything: what comes from now on, comes over each of them.
  std::vector<std::uint64_t> connections() {
    std::vector<std::uint64_t> ids;
    const auto status = nlohmann::json::parse(sandbox_->status());
    for (const auto& each : status["connections"]) {
      if (each["streams"] == 3) ids.push_back(each["id"]);
    }
    return ids;
  }

  Events events_;
  std::unique_ptr<served::BinanceSandbox> sandbox_;
  std::shared_ptr<FailoverConnector> connector_;
  std::optional<bus::RingReader> reader_;
  book::Book book_{hash_symbol_text(btc)};
  std::set<std::uint64_t> ids_;
  std::uint64_t newest_ = 0;
  int gaps_ = 0;
  std::string from_;
  std::optional<std::uint32_t> sequence_;
};

TEST_F(FailoverTest, NoTradeIsLostOrDoubledWhenEitherConnectionBreaks) {
  ASSERT_TRUE(until([&] { return book_.live() && from_ == "primary" && connections().size() == 2; }));
  std::uint64_t first = 0;
  // Both must be there: what only one of them could have seen is nobody's loss.
  ASSERT_TRUE(until([&] { return ids_.size() >= 10; }));
  first = *ids_.rbegin();
  for (int round = 0; round < 4; ++round) {
    const auto open = connections();
    ASSERT_EQ(open.size(), 2U);
    const std::uint64_t victim = open[static_cast<std::size_t>(round) % 2];
    ASSERT_TRUE(sandbox_->inject(fmt::format("close:stream=any,code=0,connection={}", victim)));
    const std::uint64_t so_far = newest_;
    ASSERT_TRUE(until([&] {
      const auto now = connections();
      return now.size() == 2 && now != open && newest_ > so_far + 20 && book_.live() && connector_->report().connected;
    })) << fmt::format("round {}", round);
    ASSERT_TRUE(until([&] { return from_ == "primary"; })) << "it does not come back";
  }
  std::uint64_t missing = 0;
  for (std::uint64_t id = first; id <= newest_; ++id) missing += !ids_.contains(id);
  // The newest may be on their way while ids of the other connection came first.
  EXPECT_EQ(missing, 0U);
  EXPECT_EQ(gaps_, 0);
  EXPECT_GE(connector_->switches(), 2U);
}

TEST_F(FailoverTest, TheBookGoesOnFromTheBackupAndComesBack) {
  ASSERT_TRUE(until([&] { return book_.live() && from_ == "primary" && connections().size() == 2; }));
  // Which of the two is the primary's, and whether the backup's book is there yet, nobody can see from outside: every
  // other round hits it.
  for (int round = 0; round < 10 && events_.to().empty(); ++round) {
    const auto open = connections();
    ASSERT_EQ(open.size(), 2U);
    ASSERT_TRUE(sandbox_->inject(fmt::format("close:stream=any,code=0,connection={}", open[0])));
    ASSERT_TRUE(until([&] {
      const auto now = connections();
      return now.size() == 2 && now != open && book_.live();
    }));
  }
  ASSERT_FALSE(events_.to().empty());
  EXPECT_EQ(events_.to().front(), "backup");
  ASSERT_TRUE(until([&] { return book_.live() && from_ == "primary"; }));
}

}  // namespace
}  // namespace trunkline::connector
