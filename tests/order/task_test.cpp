#include "trunkline/order/task.hpp"

#include <gtest/gtest.h>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace trunkline::order::test {
namespace {

Task<int> number(int value) {
  co_return value;
}

TEST(Task, DoesNothingUntilItIsAwaited) {
  bool ran = false;
  const auto run = [](bool* flag) -> Task<> {
    *flag = true;
    co_return;
  };
  TaskScope scope;
  {
    const Task<> never = run(&ran);
    EXPECT_FALSE(never.done());
  }
  EXPECT_FALSE(ran);
  scope.spawn(run(&ran));
  EXPECT_TRUE(ran);
  EXPECT_EQ(scope.running(), 0U);
}

Task<> add(std::vector<int>* out) {
  const int one = co_await number(1);
  Task<int> later = number(2);
  const int two = co_await std::move(later);
  out->push_back(one + two);
}

TEST(Task, HandsItsValueToWhoAwaitsIt) {
  std::vector<int> out;
  TaskScope scope;
  scope.spawn(add(&out));
  EXPECT_EQ(out, std::vector<int>{3});
}

Task<std::unique_ptr<int>> made(int value) {
  co_return std::make_unique<int>(value);
}
Task<> take(std::unique_ptr<int> given, int* out) {
  std::unique_ptr<int> other = co_await made(5);
  *out = *given + *other;
}

TEST(Task, CarriesWhatCanOnlyBeMoved) {
  int out = 0;
  TaskScope scope;
  scope.spawn(take(std::make_unique<int>(4), &out));
  EXPECT_EQ(out, 9);
}

Task<int> fails(std::string what) {
  throw std::runtime_error(what);
  co_return 0;
}
Task<> fails_later(Completion<int> signal) {
  const int value = co_await signal;
  throw std::runtime_error(std::to_string(value));
}
Task<> catches(std::string* out, Completion<int> signal) {
  try {
    const int value = co_await fails("first");
    *out += std::to_string(value);
  } catch (const std::runtime_error& error) {
    *out += error.what();
  }
  try {
    co_await fails_later(signal);
  } catch (const std::runtime_error& error) {
    *out += std::string(" ") + error.what();
  }
}

TEST(Task, HandsItsExceptionToWhoAwaitsIt) {
  std::string out;
  const Completion<int> signal;
  TaskScope scope;
  scope.spawn(catches(&out, signal));
  EXPECT_EQ(out, "first");
  signal.set(2);
  EXPECT_EQ(out, "first 2");
  EXPECT_EQ(scope.running(), 0U);
}

Task<> wait_for(Completion<int> signal, std::vector<int>* out) {
  const int value = co_await signal;
  out->push_back(value);
}

TEST(Completion, ResumesTheWaiterWithinSet) {
  std::vector<int> out;
  const Completion<int> signal;
  TaskScope scope;
  scope.spawn(wait_for(signal, &out));
  EXPECT_EQ(scope.running(), 1U);
  EXPECT_FALSE(signal.is_set());
  signal.set(7);
  EXPECT_EQ(out, std::vector<int>{7});
  EXPECT_EQ(scope.running(), 0U);
  EXPECT_TRUE(signal.is_set());
}

TEST(Completion, MayBeSetBeforeItIsAwaited) {
  std::vector<int> out;
  const Completion<int> signal;
  signal.set(7);
  TaskScope scope;
  scope.spawn(wait_for(signal, &out));
  EXPECT_EQ(out, std::vector<int>{7});
}

TEST(Completion, CountsItsFirstValueOnly) {
  std::vector<int> out;
  const Completion<int> signal;
  const Completion<int> same = signal;
  TaskScope scope;
  scope.spawn(wait_for(signal, &out));
  same.set(1);
  signal.set(2);
  EXPECT_EQ(out, std::vector<int>{1});
  const Completion<int> early;
  early.set(3);
  early.set(4);
  scope.spawn(wait_for(early, &out));
  EXPECT_EQ(out, (std::vector<int>{1, 3}));
}

TEST(Completion, DropsWhatIsSetAfterTheWaiterIsGone) {
  std::vector<int> out;
  const Completion<int> signal;
  {
    TaskScope scope;
    scope.spawn(wait_for(signal, &out));
  }
  signal.set(1);
  EXPECT_TRUE(out.empty());
}

struct Noted {
  std::string* out;
  const char* name;
  ~Noted() { *out += name; }
};
Task<> inner(Completion<int> signal, std::string* out) {
  const Noted noted{out, "inner "};
  const int value = co_await signal;
  *out += std::to_string(value);
}
Task<> outer(Completion<int> signal, std::string* out) {
  const Noted noted{out, "outer "};
  co_await inner(signal, out);
  *out += "never";
}

TEST(TaskScope, RunsTheDestructorsOfWhatItCancelsFromTheInside) {
  std::string out;
  const Completion<int> signal;
  TaskScope scope;
  scope.spawn(outer(signal, &out));
  EXPECT_EQ(out, "");
  scope.cancel();
  EXPECT_EQ(out, "inner outer ");
  EXPECT_EQ(scope.running(), 0U);
  signal.set(1);
  EXPECT_EQ(out, "inner outer ");
}

TEST(TaskScope, MayBeUsedAgainAfterItCancelled) {
  std::vector<int> out;
  const Completion<int> first;
  const Completion<int> second;
  TaskScope scope;
  scope.spawn(wait_for(first, &out));
  scope.cancel();
  scope.spawn(wait_for(second, &out));
  second.set(2);
  EXPECT_EQ(out, std::vector<int>{2});
}

TEST(TaskScope, KeepsManyTasksApart) {
  std::vector<int> out;
  std::vector<Completion<int>> signals(100);
  TaskScope scope;
  for (const auto& signal : signals) scope.spawn(wait_for(signal, &out));
  EXPECT_EQ(scope.running(), 100U);
  for (int i = 99; i >= 50; --i) signals[static_cast<std::size_t>(i)].set(i);
  EXPECT_EQ(scope.running(), 50U);
  EXPECT_EQ(out.front(), 99);
  EXPECT_EQ(out.back(), 50);
}

Task<> spawns(TaskScope* scope, Completion<int> signal, std::vector<int>* out) {
  scope->spawn(wait_for(signal, out));
  out->push_back(0);
  co_return;
}

TEST(TaskScope, TakesTasksFromWithinItsTasks) {
  std::vector<int> out;
  const Completion<int> signal;
  TaskScope scope;
  scope.spawn(spawns(&scope, signal, &out));
  EXPECT_EQ(scope.running(), 1U);
  signal.set(1);
  EXPECT_EQ(out, (std::vector<int>{0, 1}));
}

// Symmetric transfer needs the optimiser, and the sanitizers keep it from its work.
#if defined(__OPTIMIZE__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
#define DEEP_CHAINS 1
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#undef DEEP_CHAINS
#endif
#endif
#endif

#ifdef DEEP_CHAINS
constexpr int deep = 100'000;

Task<int> chain(int left, Completion<int> bottom) {
  if (left == 0) {
    const int value = co_await bottom;
    co_return value;
  }
  Task<int> next = chain(left - 1, bottom);
  const int below = co_await std::move(next);
  co_return below + 1;
}
Task<> run_chain(Completion<int> bottom, int* out) {
  Task<int> top = chain(deep, bottom);
  const int value = co_await std::move(top);
  *out = value;
}

TEST(Task, ChainsOfAHundredThousandAwaitsRunInConstantStack) {
  int out = 0;
  const Completion<int> bottom;
  TaskScope scope;
  scope.spawn(run_chain(bottom, &out));
  EXPECT_EQ(scope.running(), 1U);
  bottom.set(5);
  EXPECT_EQ(out, deep + 5);
}

Task<> loop(long* out) {
  for (int i = 0; i < deep; ++i) {
    Task<int> one = number(1);
    const int value = co_await std::move(one);
    *out += value;
  }
}

TEST(Task, AHundredThousandAwaitsInARowRunInConstantStack) {
  long out = 0;
  TaskScope scope;
  scope.spawn(loop(&out));
  EXPECT_EQ(out, deep);
}
#endif

}  // namespace
}  // namespace trunkline::order::test
