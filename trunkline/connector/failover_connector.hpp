// A connector made of two: a primary and a backup of the same exchange, or of another one. What it does: failover.hpp.
//
//   auto connector = std::make_shared<connector::FailoverConnector>(config, primary, backup);
//   hub.add_connector(connector);
//
// Thread: start() and stop() are the owner's; command() and report() are for any thread. The two are started and
// stopped with it and belong to it alone: do not add them to the hub as well.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "trunkline/bus/bus.hpp"
#include "trunkline/connector/exchange_connector.hpp"
#include "trunkline/connector/failover.hpp"

namespace trunkline::connector {

struct FailoverConnectorConfig {
  ConnectorConfig connector;  // `log` must be set
  Nanos return_after = std::chrono::seconds{30};
  // The exchange numbers its trades one by one, so that two connections to it tell the same series.
  bool numbers_trades = true;
};

class FailoverConnector final : public IExchangeConnector {
 public:
  FailoverConnector(FailoverConnectorConfig config, std::shared_ptr<IExchangeConnector> primary,
                    std::shared_ptr<IExchangeConnector> backup);
  ~FailoverConnector() override;

  std::string exchange_id() const override { return primary_->exchange_id(); }
  void start() override;
  void stop() override;

  // A symbol of the primary's exchange; the backup is asked for the same base and quote of its own.
  Result<void> command(const venue::Command& command) override;
  // Both together; connected while one of them is.
  ConnectionReport report() const override;
  std::uint64_t switches() const noexcept { return switches_.load(std::memory_order_relaxed); }

 private:
  struct Added {
    std::string primary;
    std::string backup;
  };
  void run();
  void take_orders();

  std::shared_ptr<IExchangeConnector> primary_;
  std::shared_ptr<IExchangeConnector> backup_;
  bus::Bus bus_;
  Failover failover_;  // the thread's alone
  std::mutex mutex_;   // of what other threads leave for it
  std::vector<Added> added_;
  std::vector<SymbolHash> resends_;
  std::atomic<bool> has_orders_{false};
  std::unique_ptr<bus::BusReader> reader_;
  bus::RingId primary_ring_{};
  std::thread thread_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> switches_{0};
};

}  // namespace trunkline::connector
