#include "trunkline/hub/engine.hpp"

#include <ranges>
#include <utility>

namespace trunkline::hub {

Engine::Engine(std::vector<std::unique_ptr<ISubsystem>> subsystems,
               std::vector<std::shared_ptr<connector::IExchangeConnector>> connectors)
    : subsystems_(std::move(subsystems)), connectors_(std::move(connectors)) {}

Engine::~Engine() {
  stop();
}

void Engine::start() {
  if (std::exchange(running_, true)) return;
  for (const auto& subsystem : subsystems_) subsystem->start();
  for (const auto& connector : connectors_) connector->start();
}

void Engine::stop() {
  if (!std::exchange(running_, false)) return;
  for (const auto& connector : connectors_ | std::views::reverse) connector->stop();
  for (const auto& subsystem : subsystems_ | std::views::reverse) subsystem->stop();
}

}  // namespace trunkline::hub
