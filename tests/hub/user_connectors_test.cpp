// Connectors of one's own on an engine, and in a hub beside the others.
#include <atomic>

#include "connector/my_connector.hpp"
#include "connector/recorder.hpp"
#include "trunkline/bus/typed_bus.hpp"
#include "trunkline/hub/engine.hpp"
#include "trunkline/hub/exchange_hub.hpp"

namespace trunkline::connector::test {
namespace {

TEST(UserConnectors, SeveralOnOneEngineStopAndStartAgain) {
  auto one = std::make_shared<Mine>("one", nullptr, true);
  auto two = std::make_shared<Mine>("two", nullptr, true);
  hub::MarketDataBridge bridge;
  bridge.attach(*one);
  bridge.attach(*two);
  bus::TradeReader reader = bus::TradeBus(bridge.bus()).subscribe();
  const auto both_trade = [&] {
    bool seen[2] = {};
    return eventually([&] {
      const auto poll = reader.poll();
      if (poll.kind == bus::PollKind::Frame) seen[poll.event.trade->symbol == one->btc ? 0 : 1] = true;
      return seen[0] && seen[1];
    });
  };
  hub::Engine engine({}, {one, two});
  for (int life = 0; life < 3; ++life) {
    engine.start();
    EXPECT_TRUE(both_trade()) << life;
    engine.stop();
    const std::uint64_t frames = one->report().frames;
    while (reader.poll().kind != bus::PollKind::Empty) {
    }
    EXPECT_EQ(one->report().frames, frames) << "nothing comes after stop()";
  }
}

TEST(UserConnectors, JoinAHubAndItsStrategies) {
  struct Counting final : hub::Strategy {
    explicit Counting(std::atomic<int>& to) : live(to) {}
    void on_book(const book::Book& book) override { live += book.live(); }
    std::atomic<int>& live;
  };
  Recorder log;
  std::atomic<int> live{0};
  auto connector = std::make_shared<Mine>("mine", &log);
  hub::ExchangeHub hub({}, log);
  hub.add_strategy(std::make_unique<Counting>(live));
  ASSERT_TRUE(hub.add_connector(connector).has_value());
  EXPECT_EQ(hub.add_connector(std::make_shared<Mine>("mine")).error().code, ErrorCode::AlreadyExists);
  hub.start();
  connector->snapshot(1);
  EXPECT_TRUE(eventually([&] { return live == 1; }));
  EXPECT_TRUE(hub.connection_status().front().connected);
  hub.request_resend(connector->btc);
  EXPECT_TRUE(eventually([&] { return live == 2; }));
  hub.stop();
  EXPECT_FALSE(hub.connection_status().front().connected);
}

}  // namespace
}  // namespace trunkline::connector::test
