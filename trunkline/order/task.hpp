// Coroutines of the order path.
//
//   Task<OrderResult<OrderUpdate>> MyConnector::cancel_order(InFlightOrder order) {
//     const auto reply = co_await ask("cancel", order.client_order_id);
//     ...
//   }
//
// A Task does nothing until it is awaited, or spawned in a TaskScope. Its value or exception goes to who awaits it. A
// scope that is destroyed or cancelled destroys what it spawned where it is suspended, and with it what that awaits: no
// code of a cancelled task runs but destructors. Parameters of coroutines are taken by value.
//
// Chains of awaits run in constant stack (symmetric transfer) where the compiler optimises: promised at -O2. g++ 12.2
// miscompiles some expressions around co_await: name what is awaited, and do not write `c ? co_await a : co_await b`.
//
// Thread: one at a time for a task, its scope and its completions.
#pragma once

#include <coroutine>
#include <exception>
#include <memory>
#include <optional>
#include <type_traits>
#include <unordered_set>
#include <utility>
#include <variant>

namespace trunkline::order {

template <class T = void>
class Task;

namespace detail {

struct TaskPromiseBase {
  std::coroutine_handle<> continuation = std::noop_coroutine();

  struct Final {
    bool await_ready() const noexcept { return false; }
    template <class Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) const noexcept {
      return done.promise().continuation;
    }
    void await_resume() const noexcept {}
  };

  std::suspend_always initial_suspend() const noexcept { return {}; }
  Final final_suspend() const noexcept { return {}; }
};

template <class T>
struct TaskPromise : TaskPromiseBase {
  std::variant<std::monostate, T, std::exception_ptr> result;

  Task<T> get_return_object() noexcept;
  template <class Value>
    requires std::is_constructible_v<T, Value&&>
  void return_value(Value&& value) {
    result.template emplace<1>(std::forward<Value>(value));
  }
  void unhandled_exception() noexcept { result.template emplace<2>(std::current_exception()); }
  T take() {
    if (result.index() == 2) std::rethrow_exception(std::get<2>(result));
    return std::move(std::get<1>(result));
  }
};

template <>
struct TaskPromise<void> : TaskPromiseBase {
  std::exception_ptr failure;

  Task<void> get_return_object() noexcept;
  void return_void() const noexcept {}
  void unhandled_exception() noexcept { failure = std::current_exception(); }
  void take() const {
    if (failure) std::rethrow_exception(failure);
  }
};

}  // namespace detail

template <class T>
class [[nodiscard]] Task {
 public:
  using promise_type = detail::TaskPromise<T>;
  using Handle = std::coroutine_handle<promise_type>;

  explicit Task(Handle handle) noexcept : handle_(handle) {}
  Task(Task&& other) noexcept : handle_(std::exchange(other.handle_, {})) {}
  Task& operator=(Task&& other) noexcept {
    if (this != &other) {
      destroy();
      handle_ = std::exchange(other.handle_, {});
    }
    return *this;
  }
  ~Task() { destroy(); }

  bool done() const noexcept { return handle_ && handle_.done(); }

  auto operator co_await() && noexcept {
    struct Awaiter {
      Handle handle;
      bool await_ready() const noexcept { return false; }
      std::coroutine_handle<> await_suspend(std::coroutine_handle<> caller) const noexcept {
        handle.promise().continuation = caller;
        return handle;
      }
      T await_resume() const { return handle.promise().take(); }
    };
    return Awaiter{handle_};
  }

 private:
  void destroy() noexcept {
    if (handle_) handle_.destroy();
  }

  Handle handle_;
};

namespace detail {
template <class T>
Task<T> TaskPromise<T>::get_return_object() noexcept {
  return Task<T>(std::coroutine_handle<TaskPromise<T>>::from_promise(*this));
}
inline Task<void> TaskPromise<void>::get_return_object() noexcept {
  return Task<void>(std::coroutine_handle<TaskPromise<void>>::from_promise(*this));
}
}  // namespace detail

// Runs tasks that nobody awaits, and owns them. An exception that leaves one ends the process: a task that may fail
// says so in its value.
class TaskScope {
 public:
  TaskScope() = default;
  TaskScope(const TaskScope&) = delete;
  TaskScope& operator=(const TaskScope&) = delete;
  ~TaskScope() { cancel(); }

  // Runs at once up to its first wait.
  void spawn(Task<void> task) {
    Root root = run(this, std::move(task));
    roots_.insert(root.handle.address());
    root.handle.resume();
  }
  // Destroys every task that has not ended. Not from within one.
  void cancel() noexcept {
    auto roots = std::exchange(roots_, {});
    for (void* const address : roots) std::coroutine_handle<>::from_address(address).destroy();
  }
  std::size_t running() const noexcept { return roots_.size(); }

 private:
  struct Root {
    struct promise_type {
      TaskScope* scope = nullptr;
      promise_type(TaskScope* of, Task<void>&) noexcept : scope(of) {}
      Root get_return_object() noexcept { return {std::coroutine_handle<promise_type>::from_promise(*this)}; }
      std::suspend_always initial_suspend() const noexcept { return {}; }
      // Never suspended at its end: it destroys itself.
      std::suspend_never final_suspend() const noexcept { return {}; }
      void return_void() noexcept {
        scope->roots_.erase(std::coroutine_handle<promise_type>::from_promise(*this).address());
      }
      [[noreturn]] void unhandled_exception() const noexcept { std::terminate(); }
    };
    std::coroutine_handle<promise_type> handle;
  };
  static Root run(TaskScope*, Task<void> task) { co_await std::move(task); }

  std::unordered_set<void*> roots_;
};

// A value that comes later, for one waiter. Copies are the same completion; it may be set before it is awaited, and
// what is set after the waiter is gone is dropped.
template <class T>
class Completion {
 public:
  Completion() : state_(std::make_shared<State>()) {}

  // Resumes who waits, before it returns. The first value counts.
  void set(T value) const {
    const std::shared_ptr<State> state = state_;
    if (state->value || state->taken) return;
    state->value.emplace(std::move(value));
    if (const auto waiter = std::exchange(state->waiter, {})) waiter.resume();
  }
  bool is_set() const noexcept { return state_->value.has_value() || state_->taken; }

  auto operator co_await() const noexcept { return Awaiter(state_); }

 private:
  struct State {
    std::optional<T> value;
    std::coroutine_handle<> waiter;
    bool taken = false;
  };
  class Awaiter {
   public:
    explicit Awaiter(std::shared_ptr<State> state) noexcept : state_(std::move(state)) {}
    Awaiter(const Awaiter&) = delete;
    Awaiter& operator=(const Awaiter&) = delete;
    ~Awaiter() { state_->waiter = {}; }
    bool await_ready() const noexcept { return state_->value.has_value(); }
    void await_suspend(std::coroutine_handle<> waiter) noexcept { state_->waiter = waiter; }
    T await_resume() {
      state_->taken = true;
      T value = *std::move(state_->value);
      state_->value.reset();
      return value;
    }

   private:
    std::shared_ptr<State> state_;
  };

  std::shared_ptr<State> state_;
};

}  // namespace trunkline::order
