// Runs one strategy on a thread of its own, fed from the bus, with a book kept for every symbol.
//
// Thread: start() and stop() are the owner's; the strategy's callbacks come from the runner's thread. Add runners
// before the connectors start: a runner sees what is published after start().
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <thread>
#include <unordered_map>

#include "trunkline/book/book.hpp"
#include "trunkline/bus/bus.hpp"
#include "trunkline/hub/strategy.hpp"
#include "trunkline/hub/subsystem.hpp"

namespace trunkline::hub {

class StrategyRunner final : public ISubsystem {
 public:
  // Called from the runner's thread when a book lost frames on the bus and has to be sent again.
  using RequestResend = std::function<void(SymbolHash)>;

  StrategyRunner(bus::Bus& bus, std::unique_ptr<Strategy> strategy, RequestResend request_resend = {},
                 bus::WaitStrategy wait = bus::WaitStrategy::Block);
  ~StrategyRunner() override;

  void start() override;
  void stop() override;

  Strategy& strategy() noexcept { return *strategy_; }
  std::uint64_t missed() const noexcept { return missed_.load(std::memory_order_relaxed); }

 private:
  void run();
  void apply(wire::FrameView frame);
  void apply_to_book(SymbolHash symbol, wire::FrameView frame);
  void on_missed(std::uint64_t frames);

  std::unique_ptr<Strategy> strategy_;
  RequestResend request_resend_;
  bus::Bus& bus_;
  bus::WaitStrategy wait_;
  std::unique_ptr<bus::BusReader> reader_;
  std::unordered_map<SymbolHash, book::Book> books_;
  std::thread thread_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> missed_{0};
};

}  // namespace trunkline::hub
