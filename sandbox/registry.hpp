// Which exchanges can be had without a network, and how a server for them is started: one row a sandbox.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/core/error.hpp"
#include "trunkline/core/event.hpp"
#include "trunkline/core/symbol.hpp"

namespace trunkline::sandbox {

struct SandboxRequest {
  std::vector<SymbolDescriptor> symbols;  // what is to be traded there; of the row's exchanges
  double rate = 50;                       // messages a second and symbol
  std::uint64_t seed = 1;
  std::uint16_t port = 0;  // of the first server, the next ones follow; 0: any free ones
};

// Serves on threads of its own until it goes.
class RunningSandbox {
 public:
  virtual ~RunningSandbox() = default;
  // Scheme, host and port that stand in for the venue's own; also where /sandbox/... is. Empty where it does not serve
  // that exchange.
  virtual std::string endpoint(std::string_view exchange) const = 0;
};

struct SandboxRow {
  std::string_view name;  // "binance"
  std::span<const std::string_view> exchanges;
  // `log` may be null and must outlive the sandbox.
  Result<std::unique_ptr<RunningSandbox>> (*start)(const SandboxRequest& request, EventLog* log);
};

class SandboxRegistry {
 public:
  static std::span<const SandboxRow> rows() noexcept;
  // NotFound names the exchanges that have a sandbox.
  static Result<const SandboxRow*> find(std::string_view exchange);
};

}  // namespace trunkline::sandbox
