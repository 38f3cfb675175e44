// `exchange.kraken.depth` against the Kraken sandbox: the book is the sandbox's to that depth, and audits say so.
#include <atomic>
#include <fmt/format.h>
#include <functional>
#include <gtest/gtest.h>

#include "sandbox/kraken/kraken_protocol.hpp"
#include "sandbox/server/venue_server.hpp"
#include "trunkline/book/book.hpp"
#include "trunkline/hub/configured_exchange.hpp"
#include "trunkline/hub/exchange_hub.hpp"

namespace trunkline::hub {
namespace {

using namespace std::chrono_literals;

class Audits final : public EventLog {
 public:
  void write(const Event& event) override {
    passed += event.name == "book_audit_passed";
    failed += event.name == "book_audit_failed" || event.name == "book_audit_impossible";
  }
  std::atomic<int> passed{0};
  std::atomic<int> failed{0};
};

class KrakenDepthTest : public ::testing::TestWithParam<std::size_t> {
 protected:
  static Settings settings(const std::string& depth, const std::string& endpoint) {
    return *load_settings({{},
                           {{"exchange.kraken.endpoint", endpoint},
                            {"exchange.kraken.depth", depth},
                            {"exchange.kraken.audit_interval", "300ms"}},
                           {}});
  }
};

TEST_P(KrakenDepthTest, TheBookIsTheVenuesToThatDepthAndAuditsPass) {
  const std::size_t depth = GetParam();
  const auto server = *sandbox::VenueServer::start(std::make_unique<sandbox::kraken::KrakenProtocol>(),
                                                   {.symbols = {"BTC/USD"}, .rate = 200});
  Audits audits;
  ExchangeHub hub({.ring = {.capacity_bytes = std::size_t{32} << 20}, .tick = 20ms}, audits);
  auto reader = hub.market_data().subscribe();
  book::Book book(hash_symbol_text("kraken:BTC-USD"));
  const auto until = [&](const std::function<bool()>& condition) {
    for (const Nanos deadline = monotonic_now() + 30s; !condition();) {
      if (monotonic_now() > deadline) return false;
      for (auto poll = reader.poll(); poll.kind != bus::PollKind::Empty; poll = reader.poll()) {
        if (poll.kind == bus::PollKind::Frame) book.apply(poll.frame);
      }
      (void)reader.wait(5ms);
    }
    return true;
  };
  const auto config = configured_exchange(
      settings(std::to_string(depth), fmt::format("http://127.0.0.1:{}", server->port())), "kraken");
  ASSERT_TRUE(config) << config.error().message;
  ASSERT_TRUE(hub.connect_exchange(*config));
  ASSERT_TRUE(hub.subscribe_market_data(SymbolDescriptor::spot("kraken", "BTC", "USD"), {venue::Channel::Depth}));
  hub.start();
  ASSERT_TRUE(until([&] { return book.live() && audits.passed >= 2; }));
  EXPECT_EQ(audits.failed, 0);

  server->pause(true);
  const auto truth = *server->book("BTC/USD");
  const auto difference = [&]() -> std::string {
    if (!book.live()) return "not Live";
    for (const auto side : {book::Side::Bid, book::Side::Ask}) {
      const auto& levels = side == book::Side::Bid ? truth.bids : truth.asks;
      const std::size_t expected = std::min(depth, levels.size());
      std::size_t at = 0;
      std::string wrong;
      book.ladder().walk(side, [&](const wire::Level& level) {
        if (at < expected && (level.price != levels[at].price || level.quantity != levels[at].quantity)) {
          wrong = fmt::format("level {}: {} x {}, the venue's {} x {}", at, level.price.to_text(),
                              level.quantity.to_text(), levels[at].price.to_text(), levels[at].quantity.to_text());
        }
        ++at;
        return wrong.empty();
      });
      if (!wrong.empty()) return wrong;
      if (at != expected) return fmt::format("{} levels, the venue has {}", at, expected);
    }
    return {};
  };
  EXPECT_TRUE(until([&] { return difference().empty(); })) << difference();
  EXPECT_GT(std::max(truth.bids.size(), truth.asks.size()), 25U) << "the market is too thin for this test";
}

INSTANTIATE_TEST_SUITE_P(Depths, KrakenDepthTest, ::testing::Values(25, 1000));

}  // namespace
}  // namespace trunkline::hub
