// Puts the consolidated quotes on the bus: reads all rings, writes one of its own, on a thread of its own.
//
// Thread: start() and stop() are the owner's.
#pragma once

#include <atomic>
#include <memory>
#include <thread>

#include "trunkline/bus/bus.hpp"
#include "trunkline/bus/ring.hpp"
#include "trunkline/hub/consolidated_quotes.hpp"
#include "trunkline/hub/subsystem.hpp"
#include "trunkline/venue/sink.hpp"

namespace trunkline::hub {

class Consolidator final : public ISubsystem {
 public:
  // Adds its ring to the bus, which outlives it. Start it before the connectors: it sees what is published after.
  Consolidator(bus::Bus& bus, const bus::RingConfig& ring, venue::ConnectorId id);
  ~Consolidator() override;
  Consolidator(const Consolidator&) = delete;
  Consolidator& operator=(const Consolidator&) = delete;

  void start() override;
  void stop() override;

 private:
  void run();
  void tell_connected();

  bus::Bus& bus_;
  bus::WaitStrategy wait_;
  bus::Ring ring_;
  venue::Sink sink_;
  ConsolidatedQuotes quotes_;
  std::unique_ptr<bus::BusReader> reader_;
  std::thread thread_;
  bool told_ = false;  // ConnectionStatus
  std::atomic<bool> stopping_{false};
};

}  // namespace trunkline::hub
