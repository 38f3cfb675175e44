// Starts and stops the parts of a trading program in the right order: subsystems that listen first, connectors that
// talk last, and back.
//
// Thread: one, the owner's.
#pragma once

#include <memory>
#include <vector>

#include "trunkline/connector/exchange_connector.hpp"
#include "trunkline/hub/subsystem.hpp"

namespace trunkline::hub {

class Engine {
 public:
  Engine(std::vector<std::unique_ptr<ISubsystem>> subsystems,
         std::vector<std::shared_ptr<connector::IExchangeConnector>> connectors);
  ~Engine();  // stops
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void start();  // nothing happens when it runs
  void stop();
  bool running() const noexcept { return running_; }

 private:
  std::vector<std::unique_ptr<ISubsystem>> subsystems_;
  std::vector<std::shared_ptr<connector::IExchangeConnector>> connectors_;
  bool running_ = false;
};

}  // namespace trunkline::hub
