#include <atomic>
#include <gtest/gtest.h>
#include <poll.h>
#include <thread>
#include <unistd.h>

#include "bus/frames.hpp"
#include "trunkline/bus/ring.hpp"

namespace trunkline::bus {
namespace {

using test::eventually;
using test::publish;

constexpr Nanos for_ever{-1};

bool readable(int descriptor) {
  pollfd poll{.fd = descriptor, .events = POLLIN, .revents = 0};
  return ::poll(&poll, 1, 0) == 1;
}

TEST(RingWake, AnArmedDescriptorBecomesReadableWithTheFlush) {
  Ring ring;
  auto reader = ring.subscribe();
  ASSERT_TRUE(reader.arm());
  EXPECT_FALSE(readable(reader.wake_fd()));
  ASSERT_EQ(publish(ring, 0, 64), PublishResult::Published);
  EXPECT_FALSE(readable(reader.wake_fd())) << "not before the flush";
  ring.flush();
  EXPECT_TRUE(readable(reader.wake_fd()));
  EXPECT_EQ(reader.poll().kind, PollKind::Frame);
  EXPECT_EQ(reader.poll().kind, PollKind::Empty);
  ASSERT_TRUE(reader.arm());
  EXPECT_FALSE(readable(reader.wake_fd())) << "arming again clears it";
}

TEST(RingWake, ArmingIsRefusedWhileThereIsSomethingToRead) {
  Ring ring;
  auto reader = ring.subscribe();
  ASSERT_EQ(publish(ring, 0, 64), PublishResult::Published);
  EXPECT_FALSE(reader.arm());
  ring.flush();
  EXPECT_FALSE(readable(reader.wake_fd()));
  EXPECT_EQ(reader.poll().kind, PollKind::Frame);
  EXPECT_TRUE(reader.arm());
}

TEST(RingWake, FlushWithoutSleepersDoesNothing) {
  Ring ring;
  auto reader = ring.subscribe();
  ring.flush();
  ASSERT_EQ(publish(ring, 0, 64), PublishResult::Published);
  ring.flush();
  EXPECT_FALSE(readable(reader.wake_fd()));
  EXPECT_EQ(reader.poll().kind, PollKind::Frame);
}

TEST(RingWake, AReaderThatLeftWhileArmedIsForgotten) {
  Ring ring;
  auto stays = ring.subscribe();
  {
    auto leaves = ring.subscribe();
    ASSERT_TRUE(leaves.arm());
  }
  ASSERT_TRUE(stays.arm());
  ASSERT_EQ(publish(ring, 0, 64), PublishResult::Published);
  ring.flush();
  EXPECT_TRUE(readable(stays.wake_fd()));
  auto next = ring.subscribe();  // may be given the seat and the descriptor of the one that left
  ASSERT_TRUE(next.arm());
  EXPECT_FALSE(readable(next.wake_fd()));
  ASSERT_EQ(publish(ring, 1, 64), PublishResult::Published);
  ring.flush();
  EXPECT_TRUE(readable(next.wake_fd()));
}

TEST(RingWake, WaitGivesUpAfterItsTime) {
  for (const auto strategy : {WaitStrategy::Spin, WaitStrategy::Yield, WaitStrategy::Block}) {
    Ring ring(RingConfig{.wait = strategy});
    auto reader = ring.subscribe();
    const Nanos start = monotonic_now();
    EXPECT_FALSE(reader.wait(std::chrono::milliseconds(2)));
    EXPECT_GE(monotonic_now() - start, std::chrono::milliseconds(2));
  }
}

TEST(RingWake, NoWakeUpIsLostBetweenLookingAndSleeping) {
  for (const auto strategy : {WaitStrategy::Yield, WaitStrategy::Block}) {
    Ring ping(RingConfig{.capacity_bytes = 4096, .wait = strategy});
    Ring pong(RingConfig{.capacity_bytes = 4096, .wait = strategy});
    auto from_ping = ping.subscribe();
    auto from_pong = pong.subscribe();
    constexpr std::uint64_t rounds = 3'000;
    std::thread other([&] {
      for (std::uint64_t number = 0; number < rounds; ++number) {
        while (from_ping.poll().kind == PollKind::Empty) from_ping.wait(for_ever);
        EXPECT_EQ(publish(pong, number, 64), PublishResult::Published);
        pong.flush();
      }
    });
    for (std::uint64_t number = 0; number < rounds; ++number) {
      ASSERT_EQ(publish(ping, number, 64), PublishResult::Published);
      ping.flush();
      while (from_pong.poll().kind == PollKind::Empty) from_pong.wait(for_ever);
    }
    other.join();
  }
}

TEST(RingWake, ClosingWakesWhoSleeps) {
  auto ring = std::make_unique<Ring>();
  auto reader = ring->subscribe();
  std::atomic<bool> returned{false};
  std::thread sleeper([&] {
    EXPECT_FALSE(reader.wait(for_ever));
    returned = true;
  });
  ring.reset();
  EXPECT_TRUE(eventually([&] { return returned.load(); }));
  sleeper.join();
  EXPECT_TRUE(reader.ended());
}

TEST(RingWake, ManySleepersAllWake) {
  Ring ring;
  std::atomic<int> woken{0};
  std::vector<std::thread> sleepers;
  for (int i = 0; i < 8; ++i) {
    sleepers.emplace_back([&woken, reader = ring.subscribe()]() mutable {
      while (!reader.wait(for_ever)) {
      }
      EXPECT_EQ(reader.poll().kind, PollKind::Frame);
      ++woken;
    });
  }
  ASSERT_EQ(publish(ring, 0, 64), PublishResult::Published);
  ring.flush();
  EXPECT_TRUE(eventually([&] { return woken.load() == 8; }));
  for (auto& sleeper : sleepers) sleeper.join();
}

}  // namespace
}  // namespace trunkline::bus
