#include "trunkline/bus/pool.hpp"

#include <atomic>
#include <gtest/gtest.h>
#include <set>
#include <thread>
#include <vector>

namespace trunkline::bus::pool {
namespace {

constexpr auto no_flags = std::uint8_t{0};

TEST(Pool, LendsEachObjectOnce) {
  Pool<int, 3> pool;
  auto a = pool.acquire();
  auto b = pool.acquire();
  auto c = pool.acquire();
  ASSERT_TRUE(a && b && c);
  EXPECT_EQ((std::set<int*>{&**a, &**b, &**c}.size()), 3U);
  EXPECT_FALSE(pool.acquire());
  b.reset();
  EXPECT_TRUE(pool.acquire());
}

TEST(Pool, AHandleThatIsDestroyedGivesBack) {
  Pool<wire::Trade, 1> pool;
  for (int i = 0; i < 100; ++i) ASSERT_TRUE(pool.acquire());
  EXPECT_EQ(pool.available(), 1U);
}

TEST(Pool, AMovedHandleGivesBackOnce) {
  Pool<int, 2> pool;
  {
    auto first = pool.acquire();
    auto second = std::move(*first);
    EXPECT_EQ(pool.available(), 1U);
  }
  EXPECT_EQ(pool.available(), 2U);
}

TEST(Pool, ClearsWhatComesBackWhereItCan) {
  Pool<std::vector<int>, 1> pool;
  (*pool.acquire())->assign({1, 2, 3});
  auto again = pool.acquire();
  EXPECT_TRUE((*again)->empty());
  EXPECT_GE((*again)->capacity(), 3U) << "and keeps its memory";
}

TEST(Pool, SmallerThanTheRingNeverRunsDry) {
  Ring ring;  // holds 65,536 trades
  Pool<wire::Trade, 2> pool;
  auto reader = ring.subscribe();  // and nobody reads
  for (std::uint32_t number = 0; number < 100'000; ++number) {
    auto trade = pool.acquire();
    ASSERT_TRUE(trade) << number;
    (*trade)->trade_id = number;
    ASSERT_EQ(publish(ring, std::move(*trade), wire::flag::side_buy, number), PublishResult::Published);
  }
  EXPECT_EQ(pool.available(), 2U);
  while (reader.poll().kind != PollKind::Frame) {
  }
  EXPECT_EQ(reader.total_read() + reader.total_missed() + reader.backlog(), 100'000U);
}

TEST(Pool, PublishGivesBackAtOnceAndAlsoWhenRefused) {
  Ring ring;
  Pool<wire::Trade, 1> pool;
  auto reader = ring.subscribe();
  {
    auto trade = pool.acquire();
    (*trade)->trade_id = 3;
    ASSERT_EQ(publish(ring, std::move(*trade), wire::flag::side_sell, 8), PublishResult::Published);
    EXPECT_EQ(pool.available(), 1U) << "while the empty handle is still here";
  }
  const Poll poll = reader.poll();
  EXPECT_EQ(poll.frame.as<wire::Trade>()->trade_id, 3U);
  EXPECT_EQ(poll.frame.sequence(), 8U);
  EXPECT_TRUE(poll.frame.has(wire::flag::side_sell));
  ring.close();
  auto refused = pool.acquire();
  EXPECT_EQ(publish(ring, std::move(*refused), no_flags, 0), PublishResult::Closed);
  EXPECT_EQ(pool.available(), 1U);
}

TEST(Pool, IsSharedByThreadsWithoutLendingTwice) {
  struct Object {
    std::atomic<int> holders{0};
  };
  Pool<Object, 3> pool;
  std::vector<std::thread> threads;
  std::atomic<std::uint64_t> lent{0};
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 20'000; ++round) {
        auto object = pool.acquire();
        if (!object) continue;
        ASSERT_EQ((*object)->holders.fetch_add(1), 0);
        ++lent;
        (*object)->holders.fetch_sub(1);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_GT(lent.load(), 0U);
  EXPECT_EQ(pool.available(), 3U);
}

// What must not compile: publishing a handle that is kept, or an object that no encoder knows.
template <class H>
concept Publishable = requires(Ring& ring, H handle) { publish(ring, std::forward<H>(handle), no_flags, 0U); };
static_assert(Publishable<Pool<wire::Trade, 1>::Handle>);
static_assert(!Publishable<Pool<wire::Trade, 1>::Handle&>);
static_assert(!Publishable<Pool<int, 1>::Handle>);
static_assert(!std::is_copy_constructible_v<Pool<int, 1>::Handle>);

}  // namespace
}  // namespace trunkline::bus::pool
