// What an order is written with: its numbers, its id, and the limits of a venue on how many.
#include <cmath>
#include <limits>
#include <set>
#include <thread>
#include <vector>

#include "order/orders.hpp"
#include "trunkline/order/client_id.hpp"
#include "trunkline/order/order_rate.hpp"

namespace trunkline::order::test {
namespace {

TEST(OrderParams, TakesNumbersAsTheyAreWritten) {
  const OrderParams params{.trading_pair = "BTC-USDT", .amount = "0.01", .price = 60000};
  EXPECT_EQ(params.amount.value().value(), amount("0.01"));
  EXPECT_EQ(params.price.value().value(), price("60000"));
  EXPECT_TRUE(params.trigger_price.value()->is_absent());
  EXPECT_EQ(Exact<Quantity>(0.1).value().value(), amount("0.1"));
  EXPECT_EQ(Exact<Quantity>(0.1 + 0.2).value().value(), amount("0.3"));
  EXPECT_EQ(Exact<Price>(61837.63).value().value(), price("61837.63"));
  EXPECT_EQ(Exact<Price>(std::string("61837.63000001")).value().value(), price("61837.63000001"));
  EXPECT_EQ(Exact<Price>(price("7")).value().value(), price("7"));
}

TEST(OrderParams, KeepsWhatDoesNotFitAsAnError) {
  EXPECT_EQ(Exact<Quantity>("0.000000001").value().error(), DecimalError::Inexact);
  EXPECT_EQ(Exact<Quantity>("1,5").value().error(), DecimalError::Malformed);
  EXPECT_EQ(Exact<Quantity>("").value().error(), DecimalError::Empty);
  EXPECT_EQ(Exact<Price>("99999999999999").value().error(), DecimalError::OutOfRange);
  EXPECT_EQ(Exact<Price>(std::uint64_t{99'999'999'999'999}).value().error(), DecimalError::OutOfRange);
  EXPECT_FALSE(Exact<Price>(std::numeric_limits<double>::quiet_NaN()).value());
  EXPECT_FALSE(Exact<Price>(std::numeric_limits<double>::infinity()).value());
  EXPECT_EQ(Exact<Quantity>("1,5").text(), "1,5");
}

TEST(ClientIds, NeverComeTwice) {
  std::set<OrderId> seen;
  for (const std::uint64_t journal : {1ULL, 2ULL, 0xFFFFFFFFFFULL}) {
    for (const std::uint64_t session : {1ULL, 2ULL, 36ULL}) {
      for (const ClientIdForm form : {ClientIdForm::Text36, ClientIdForm::Hex128}) {
        ClientIds ids(form, journal, session);
        for (int i = 0; i < 1000; ++i) EXPECT_TRUE(seen.insert(ids.next()).second);
      }
    }
  }
}

TEST(ClientIds, NeverComeTwiceFromManyThreads) {
  ClientIds ids(ClientIdForm::Text36, 1, 1);
  std::vector<std::vector<OrderId>> made(8);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : made) {
      threads.emplace_back([&] {
        for (int i = 0; i < 2000; ++i) mine.push_back(ids.next());
      });
    }
  }
  std::set<OrderId> all;
  for (const auto& mine : made) all.insert(mine.begin(), mine.end());
  EXPECT_EQ(all.size(), 16'000U);
}

TEST(ClientIds, FitTheVenueUpToTheLargest) {
  const std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
  for (const ClientIdForm form : {ClientIdForm::Text36, ClientIdForm::Hex128}) {
    ClientIds small(form, 0, 0);
    ClientIds large(form, most, most);
    EXPECT_TRUE(ClientIds::is_valid(form, small.next()));
    EXPECT_TRUE(ClientIds::is_valid(form, large.next()));
  }
  EXPECT_EQ(ClientIds(ClientIdForm::Text36, 35, 36).next(), "tl-z-10-1");
  EXPECT_EQ(ClientIds(ClientIdForm::Hex128, 0xAB, 2).next(), "0x00000000ab0000020000000000000001");
}

TEST(ClientIds, KnowsWhichIdsAVenueTakes) {
  EXPECT_TRUE(ClientIds::is_valid(ClientIdForm::Text36, "my-order_1.a:b/c"));
  EXPECT_FALSE(ClientIds::is_valid(ClientIdForm::Text36, ""));
  EXPECT_FALSE(ClientIds::is_valid(ClientIdForm::Text36, "with space"));
  EXPECT_FALSE(ClientIds::is_valid(ClientIdForm::Text36, std::string(37, 'a')));
  EXPECT_TRUE(ClientIds::is_valid(ClientIdForm::Hex128, "0x" + std::string(32, 'F')));
  EXPECT_FALSE(ClientIds::is_valid(ClientIdForm::Hex128, "0x" + std::string(31, 'F')));
  EXPECT_FALSE(ClientIds::is_valid(ClientIdForm::Hex128, "0x" + std::string(32, 'g')));
}

TEST(OrderRate, KeepsAFifthForCancellations) {
  OrderRate rate;
  rate.set_limits({{.count = 10, .window = std::chrono::seconds{10}}});
  for (int i = 0; i < 8; ++i) EXPECT_TRUE(rate.take(Nanos{i}));
  EXPECT_FALSE(rate.take(Nanos{8}));
  rate.take_cancel(Nanos{9});
  EXPECT_FALSE(rate.take(std::chrono::seconds{10} - Nanos{1}));
  EXPECT_FALSE(rate.take(std::chrono::seconds{10})) << "the first is out of the window, the cancellation counts";
  EXPECT_TRUE(rate.take(std::chrono::seconds{10} + Nanos{1}));
}

TEST(OrderRate, KeepsEveryWindow) {
  OrderRate rate;
  rate.set_limits({{.count = 5, .window = std::chrono::seconds{1}}, {.count = 10, .window = std::chrono::seconds{60}}});
  int taken = 0;
  for (int second = 0; second < 60; ++second) {
    for (int i = 0; i < 6; ++i) taken += rate.take(std::chrono::seconds{second}) ? 1 : 0;
    EXPECT_LE(taken, std::min(8, 4 * (second + 1)));
  }
  EXPECT_EQ(taken, 8);
}

TEST(OrderRate, LeavesTheVenueAloneWhenAsked) {
  OrderRate rate;
  constexpr Nanos second = std::chrono::seconds{1};
  rate.hold(Nanos{0}, second);
  rate.hold(Nanos{0}, second / 2);
  EXPECT_FALSE(rate.take(second - Nanos{1}));
  EXPECT_TRUE(rate.take(second));
  // Not told how long: longer each time in a row.
  rate.hold(second, Nanos{0});
  EXPECT_TRUE(rate.held(second * 2));
  rate.answered();
  rate.hold(second * 10, Nanos{0});
  EXPECT_FALSE(rate.held(second * 11));
}

}  // namespace
}  // namespace trunkline::order::test
