#include "trunkline/hub/connection_manager.hpp"

#include <fmt/format.h>
#include <utility>

namespace trunkline::hub {

Result<void> ConnectionManager::add(std::shared_ptr<connector::IExchangeConnector> connector) {
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

Result<void> ConnectionManager::remove(std::string_view name) {
  std::shared_ptr<connector::IExchangeConnector> removed;
  {
    const std::lock_guard lock(mutex_);
    std::string known;
    for (auto at = connectors_.begin(); at != connectors_.end(); ++at) {
      known += fmt::format("{}{}", known.empty() ? "" : ", ", (*at)->name());
      if ((*at)->name() != name) continue;
      removed = std::move(*at);
      connectors_.erase(at);
      break;
    }
    if (!removed) {
      return fail(ErrorCode::NotFound,
                  fmt::format("there is no connector \"{}\"; there are: {}", excerpt(name), known));
    }
  }
  removed->stop();
  return {};
}

Result<void> ConnectionManager::command(const venue::Command& command) {
  bool found = false;
  for (const auto& connector : connectors()) {
    if (connector->exchange_id() != command.symbol.exchange) continue;
    if (auto done = connector->command(command); !done) return done;
    found = true;
  }
  if (!found) {
    return fail(ErrorCode::NotFound, fmt::format("{}: no connector of exchange \"{}\"; connect_exchange() it first",
                                                 command.symbol.to_text(), excerpt(command.symbol.exchange)));
  }
  const std::lock_guard lock(mutex_);
  symbols_.try_emplace(command.symbol.hash(), command.symbol);
  return {};
}

// Connectors are called without the lock: what they do may come back here.
std::vector<std::shared_ptr<connector::IExchangeConnector>> ConnectionManager::connectors() const {
  const std::lock_guard lock(mutex_);
  return connectors_;
}

void ConnectionManager::start() {
  for (const auto& connector : connectors()) connector->start();
}

void ConnectionManager::stop() {
  for (const auto& connector : connectors()) connector->stop();
}

std::vector<ConnectionReport> ConnectionManager::reports() const {
  std::vector<ConnectionReport> reports;
  for (const auto& connector : connectors()) reports.push_back(connector->report());
  return reports;
}

void ConnectionManager::request_resend(SymbolHash symbol) {
  std::optional<SymbolDescriptor> subscribed;
  {
    const std::lock_guard lock(mutex_);
    if (const auto found = symbols_.find(symbol); found != symbols_.end()) subscribed = found->second;
  }
  for (const auto& connector : connectors()) {
    if (!subscribed) {
      static_cast<void>(connector->resend(symbol));
    } else if (connector->exchange_id() == subscribed->exchange) {
      static_cast<void>(connector->command({venue::Action::Resend, *subscribed, {}}));
    }
  }
}

}  // namespace trunkline::hub
