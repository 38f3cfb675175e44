#include "trunkline/hub/connection_manager.hpp"

#include <fmt/format.h>
#include <utility>

namespace trunkline::hub {

Result<void> ConnectionManager::add(std::shared_ptr<connector::SessionConnector> connector) {
  const std::lock_guard lock(mutex_);
  for (const auto& other : connectors_) {
    if (other->name() == connector->name()) {
      return fail(ErrorCode::AlreadyExists,
                  fmt::format("there is a connector \"{}\" already; give one of them another name",
                              excerpt(connector->name())));
    }
    if (other->id() == connector->id()) {
      return fail(ErrorCode::AlreadyExists,
                  fmt::format("connectors \"{}\" and \"{}\" have the same id; give one of them another name",
                              excerpt(other->name()), excerpt(connector->name())));
    }
  }
  connectors_.push_back(std::move(connector));
  return {};
}

Result<void> ConnectionManager::command(const venue::Command& command) {
  const std::lock_guard lock(mutex_);
  bool found = false;
  for (const auto& connector : connectors_) {
    if (connector->exchange_id() != command.symbol.exchange) continue;
    connector->command(command);
    found = true;
  }
  if (!found) {
    return fail(ErrorCode::NotFound, fmt::format("{}: no connector of exchange \"{}\"; connect_exchange() it first",
                                                 command.symbol.to_text(), excerpt(command.symbol.exchange)));
  }
  symbols_.try_emplace(command.symbol.hash(), command.symbol);
  return {};
}

void ConnectionManager::start() {
  for (const auto& connector : connectors_) connector->start();
}

void ConnectionManager::stop() {
  for (const auto& connector : connectors_) connector->stop();
}

std::vector<ConnectionReport> ConnectionManager::reports() const {
  const std::lock_guard lock(mutex_);
  std::vector<ConnectionReport> reports;
  for (const auto& connector : connectors_) reports.push_back(connector->report());
  return reports;
}

void ConnectionManager::request_resend(SymbolHash symbol) {
  const std::lock_guard lock(mutex_);
  const auto found = symbols_.find(symbol);
  if (found == symbols_.end()) return;
  for (const auto& connector : connectors_) {
    if (connector->exchange_id() == found->second.exchange)
      connector->command({venue::Action::Resend, found->second, {}});
  }
}

}  // namespace trunkline::hub
