// Keeps the hub's connectors: makes them, starts and stops them, routes commands to them, and reports on them.
//
// Thread: reports() and request_resend() are for any; the rest is the owner's.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "trunkline/connector/exchange_connector.hpp"
#include "trunkline/core/error.hpp"
#include "trunkline/core/symbol.hpp"

namespace trunkline::hub {

using connector::ConnectionReport;

class ConnectionManager {
 public:
  // AlreadyExists when a connector of this name, or with this id, is there.
  Result<void> add(std::shared_ptr<connector::IExchangeConnector> connector);
  // Stops it and forgets it; whoever still reads its ring reads to the end. NotFound names the connectors there are.
  Result<void> remove(std::string_view name);
  // To the connectors of the symbol's exchange; NotFound when there is none, and what a connector refuses at once. What
  // a venue says of it later goes to the log.
  Result<void> command(const venue::Command& command);

  void start();
  void stop();

  std::vector<ConnectionReport> reports() const;
  // Of a symbol that was subscribed to, or that a connector brought itself; nothing happens for others.
  void request_resend(SymbolHash symbol);

 private:
  std::vector<std::shared_ptr<connector::IExchangeConnector>> connectors() const;

  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<connector::IExchangeConnector>> connectors_;
  std::unordered_map<SymbolHash, SymbolDescriptor> symbols_;
};

}  // namespace trunkline::hub
