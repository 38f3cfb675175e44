// The hub: connects exchanges, subscribes to their market data, and gives all of it to whoever reads the bus.
//
//   hub::ExchangeHub hub({}, log);
//   hub.add_strategy(std::make_unique<MyStrategy>());
//   hub.connect_exchange(hub::ExchangeConfig::websocket("binance").reconnect_delay(1s));
//   hub.subscribe_market_data(*SymbolDescriptor::parse("binance:BTC-USDT"));
//   hub.start();
//
// Thread: add_strategy(), start() and stop() are the owner's; the rest is for any thread. Connectors and strategies run
// on threads of their own.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/bus/ring_config.hpp"
#include "trunkline/connector/connector_factory.hpp"
#include "trunkline/connector/session_connector.hpp"
#include "trunkline/core/error.hpp"
#include "trunkline/core/event.hpp"
#include "trunkline/core/symbol.hpp"
#include "trunkline/hub/connection_manager.hpp"
#include "trunkline/hub/consolidator.hpp"
#include "trunkline/hub/event_counts.hpp"
#include "trunkline/hub/exchange_config.hpp"
#include "trunkline/hub/exchange_registry.hpp"
#include "trunkline/hub/market_data_bridge.hpp"
#include "trunkline/hub/strategy_runner.hpp"
#include "trunkline/venue/channels.hpp"

namespace trunkline::hub {

struct HubConfig {
  bus::RingConfig ring = {};                    // of each connector
  Nanos tick = std::chrono::milliseconds{100};  // how often a connector looks at its timers
};

struct HubStats {
  Nanos uptime{0};
  std::uint64_t messages = 0;  // received from all venues
  std::uint64_t bytes = 0;
  std::uint64_t frames = 0;  // published on all rings
  std::uint64_t reconnects = 0;
};

class ExchangeHub {
 public:
  // `log` outlives the hub.
  ExchangeHub(HubConfig config, EventLog& log);
  ~ExchangeHub();  // stops
  ExchangeHub(const ExchangeHub&) = delete;
  ExchangeHub& operator=(const ExchangeHub&) = delete;

  // Makes the connector; it connects at start(), or now when the hub runs. NotFound names the exchanges there are;
  // AlreadyExists when a connector of that name is there.
  Result<void> connect_exchange(const ExchangeConfig& config);
  // A connector of one's own: it starts and stops with the hub, and all readers get what it emits. AlreadyExists when a
  // connector of that name is there.
  Result<void> add_connector(std::shared_ptr<connector::IExchangeConnector> connector);
  // One that the ConnectorFactory makes; ring and log are the hub's.
  Result<void> create_connector(std::string_view kind, connector::ConnectorRequest request);

  // Stops the connector of this name and forgets it.
  Result<void> disconnect(std::string_view name) { return connections_.remove(name); }

  // Whether the venue knows the symbol shows later, on the stream and in the log: this returns at once. NotFound when
  // no connector of the symbol's exchange is there.
  Result<void> subscribe_market_data(const SymbolDescriptor& symbol,
                                     venue::Channels channels = venue::default_channels);
  Result<void> unsubscribe_market_data(const SymbolDescriptor& symbol,
                                       venue::Channels channels = venue::default_channels);

  // Before start(): a strategy sees what is published after.
  StrategyRunner& add_strategy(std::unique_ptr<Strategy> strategy);

  void start();
  void stop();

  std::vector<ConnectionReport> connection_status() const { return connections_.reports(); }
  HubStats stats() const;
  // What a connector reported as warning or error, by the event's name.
  EventCounts::Kinds errors(const std::string& connector) const { return events_.of(connector); }

  MarketDataBridge& market_data() noexcept { return market_data_; }
  ConnectionManager& connections() noexcept { return connections_; }
  // A reader missed frames of this symbol: it is sent once more, to all.
  void request_resend(SymbolHash symbol) { connections_.request_resend(symbol); }

 private:
  Result<void> attach(std::shared_ptr<connector::IExchangeConnector> connector);
  void consolidate(const SymbolDescriptor& symbol);
  void start_consolidator();
  Result<std::shared_ptr<connector::IExchangeConnector>> make_session(const ExchangeConfig& config,
                                                                      const std::string& name);

  HubConfig config_;
  EventCounts events_;
  MarketDataBridge market_data_;
  ConnectionManager connections_;
  std::vector<std::unique_ptr<StrategyRunner>> strategies_;
  std::optional<Consolidator> consolidator_;                    // once two exchanges may have something in common
  std::map<std::string, SymbolDescriptor, std::less<>> pairs_;  // base and quote, and who has them first
  std::mutex life_;                                             // held while connectors come or all start or stop
  Nanos started_{0};
  bool running_ = false;
};

}  // namespace trunkline::hub
