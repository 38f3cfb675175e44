// One writer at full speed, eight readers of all kinds: every frame is whole and is accounted for as read or missed.
// TRUNKLINE_STRESS_FRAMES sets how many: two million where it is not set, fewer under the thread sanitizer, which takes
// a hundred times as long; hundreds of millions in a soak.
#include <algorithm>
#include <array>
#include <atomic>
#include <cstdlib>
#include <gtest/gtest.h>
#include <thread>
#include <vector>

#include "bus/frames.hpp"
#include "trunkline/bus/ring.hpp"

namespace trunkline::bus {
namespace {

#if defined(__SANITIZE_THREAD__)
constexpr bool thread_sanitizer = true;
#elif defined(__has_feature)
constexpr bool thread_sanitizer = __has_feature(thread_sanitizer);
#else
constexpr bool thread_sanitizer = false;
#endif

std::uint64_t stress_frames() {
  const char* const frames = std::getenv("TRUNKLINE_STRESS_FRAMES");
  if (frames != nullptr) return std::strtoull(frames, nullptr, 10);
  return thread_sanitizer ? 500'000 : 2'000'000;
}

enum class Habit : std::uint8_t {
  Keen,     // polls without a pause
  Blocks,   // sleeps in wait()
  Dawdles,  // stays away until the writer is some laps ahead
  Returns,  // leaves and subscribes again
};

struct Tally {
  std::uint64_t read = 0;
  std::uint64_t missed = 0;
  std::uint64_t torn = 0;
  std::uint64_t out_of_order = 0;
};

struct Stress {
  Ring& ring;
  std::uint64_t frames;
  std::atomic<bool> done{false};
  // How far the keen readers are. An eighth of the frames the writer stays close ahead of them, so that they meet in
  // the same cache lines; else it waits for nobody.
  std::array<std::atomic<std::uint64_t>, 2> keen{};

  bool keen_are_behind(std::uint64_t number) const {
    return std::ranges::any_of(keen, [number](const auto& at) { return at.load() + 128 < number; });
  }
};

// Reads until the writer is done and nothing is left, or `limit` frames were read or missed.
void follow(Stress& stress, RingReader& reader, Habit habit, std::uint64_t limit, Tally& tally,
            std::atomic<std::uint64_t>* progress = nullptr) {
  std::optional<std::uint64_t> expected;
  std::uint64_t seen = 0;
  while (seen < limit) {
    const bool done = stress.done.load(std::memory_order_acquire);
    const Poll poll = reader.poll();
    if (progress != nullptr) progress->store(seen);
    switch (poll.kind) {
      case PollKind::Empty:
        if (done) return;
        if (habit == Habit::Blocks) {
          reader.wait(std::chrono::milliseconds(100));
        } else {
          std::this_thread::yield();
        }
        break;
      case PollKind::Missed:
        tally.missed += poll.missed;
        seen += poll.missed;
        if (expected) *expected += poll.missed;
        break;
      case PollKind::Frame: {
        const auto number = test::number_of(poll.frame);
        if (!number) {
          ++tally.torn;
        } else {
          if (expected && *expected != *number) ++tally.out_of_order;
          expected = *number + 1;
        }
        ++tally.read;
        ++seen;
        if (habit == Habit::Dawdles && tally.read % 5'000 == 0) {
          const std::uint64_t away = std::min(stress.ring.published() + 100'000, stress.frames);
          while (stress.ring.published() < away && !stress.done.load(std::memory_order_acquire)) {
            std::this_thread::yield();
          }
        }
        break;
      }
    }
  }
}

void run(std::size_t capacity, std::uint64_t frames) {
  Ring ring(RingConfig{.capacity_bytes = capacity});
  Stress stress{.ring = ring, .frames = frames};
  const Habit habits[] = {Habit::Keen,    Habit::Keen,    Habit::Blocks,  Habit::Blocks,
                          Habit::Dawdles, Habit::Dawdles, Habit::Returns, Habit::Returns};
  std::vector<Tally> tallies(std::size(habits));
  std::vector<std::thread> threads;
  for (std::size_t i = 0; i < std::size(habits); ++i) {
    threads.emplace_back([i, &stress, &tally = tallies[i], habit = habits[i], reader = ring.subscribe()]() mutable {
      if (habit != Habit::Returns) {
        follow(stress, reader, habit, ~std::uint64_t{0}, tally, habit == Habit::Keen ? &stress.keen[i] : nullptr);
        EXPECT_EQ(reader.total_read(), tally.read);
        EXPECT_EQ(reader.total_missed(), tally.missed);
        EXPECT_EQ(tally.read + tally.missed, stress.frames) << "habit " << static_cast<int>(habit);
        return;
      }
      while (!stress.done.load(std::memory_order_acquire)) {
        RingReader visit = stress.ring.subscribe();
        follow(stress, visit, habit, 1'000, tally);
      }
    });
  }
  const std::size_t largest = std::min<std::size_t>(ring.max_frame_bytes(), thread_sanitizer ? 512 : 4096);
  for (std::uint64_t number = 0; number < frames; ++number) {
    ASSERT_EQ(test::publish(ring, number, test::size_of(number, largest)), PublishResult::Published);
    if (number % 16 == 0) ring.flush();
    if (number % 64 == 0 && number % 65'536 < 8'192) {
      while (stress.keen_are_behind(number)) std::this_thread::yield();
    }
  }
  ring.flush();
  stress.done.store(true, std::memory_order_release);
  for (auto& thread : threads) thread.join();
  for (const auto& tally : tallies) {
    EXPECT_EQ(tally.torn, 0U);
    EXPECT_EQ(tally.out_of_order, 0U);
    EXPECT_GT(tally.read, 0U);
  }
}

TEST(RingStress, EveryReaderAccountsForEveryFrame) {
  run(std::size_t{1} << 20, stress_frames());
}

TEST(RingStress, ASmallRingIsLappedAllTheTime) {
  run(8192, stress_frames() / 4);
}

}  // namespace
}  // namespace trunkline::bus
