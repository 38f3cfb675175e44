// Keeps the hub's connectors: makes them, starts and stops them, routes commands to them, and reports on them.
//
// Thread: reports() and request_resend() are for any; the rest is the owner's.
#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <unordered_map>
#include <vector>

#include "trunkline/connector/session_connector.hpp"
#include "trunkline/core/error.hpp"
#include "trunkline/core/symbol.hpp"

namespace trunkline::hub {

using connector::ConnectionReport;

class ConnectionManager {
 public:
  // AlreadyExists when a connector of this name, or with this id, is there.
  Result<void> add(std::shared_ptr<connector::SessionConnector> connector);
  // To the connectors of the symbol's exchange; NotFound when there is none. Carried out on their threads; what the
  // venue says of it goes to the log.
  Result<void> command(const venue::Command& command);

  void start();
  void stop();

  std::vector<ConnectionReport> reports() const;
  // Nothing happens for a symbol that was never subscribed to.
  void request_resend(SymbolHash symbol);

 private:
  mutable std::mutex mutex_;
  std::vector<std::shared_ptr<connector::SessionConnector>> connectors_;
  std::unordered_map<SymbolHash, SymbolDescriptor> symbols_;
};

}  // namespace trunkline::hub
