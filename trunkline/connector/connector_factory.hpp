// Connectors by the name of their kind, for programs that choose one in their settings. "stub" is there from the start.
//
// Thread: any.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/connector/exchange_connector.hpp"

namespace trunkline::connector {

struct ConnectorRequest {
  std::string exchange;                        // the first part of its symbols
  std::string name = {};                       // of the connector; empty: the exchange
  std::vector<SymbolDescriptor> symbols = {};  // to subscribe to
  venue::Channels channels = venue::default_channels;
  bus::RingConfig ring = {};
  Nanos poll_interval = std::chrono::milliseconds{100};
  EventLog* log = nullptr;  // outlives the connector
};

class ConnectorFactory {
 public:
  using Make = std::function<Result<std::shared_ptr<IExchangeConnector>>(const ConnectorRequest&)>;

  ConnectorFactory();
  // The one that programs share.
  static ConnectorFactory& instance();

  // AlreadyExists for a kind that is there.
  Result<void> register_connector(std::string kind, Make make);
  // NotFound names the kinds there are; else what the kind says.
  Result<std::shared_ptr<IExchangeConnector>> create(std::string_view kind, const ConnectorRequest& request) const;
  std::vector<std::string> kinds() const;
  bool has(std::string_view kind) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::string, Make, std::less<>> makers_;
};

}  // namespace trunkline::connector
