// A ConnectorWrapper without an exchange: made-up trades and books of whatever symbol is asked for, the same for a seed
// but for their times. For programs and tests that want a pull connector and no network.
#pragma once

#include <atomic>
#include <string>
#include <vector>

#include "trunkline/connector/connector_wrapper.hpp"

namespace trunkline::connector {

struct StubbedConnectorConfig {
  std::uint64_t seed = 1;
  double rate = 50;  // events a second, all symbols together; 0: as fast as next_event() is called
  std::size_t levels = 10;
};

class StubbedConnector final : public ConnectorWrapper {
 public:
  explicit StubbedConnector(StubbedConnectorConfig config = {});

  Result<void> connect() override;
  void disconnect() override;
  // InvalidArgument for an empty symbol.
  Result<void> subscribe_trades(std::string_view symbol) override;
  Result<void> subscribe_depth(std::string_view symbol) override;
  Result<std::optional<ConnectorEvent>> next_event(Nanos timeout) override;
  bool is_connected() const override { return connected_.load(); }
  HealthStatus get_health_status() const override;

 private:
  struct Market {
    std::string symbol;
    std::uint64_t random;
    std::int64_t mid = 0;  // in ticks of 0.01
    std::uint64_t update_id = 0;
    std::uint64_t trade_id = 0;
    bool trades = false;
    bool depth = false;
  };

  Result<Market*> market_of(std::string_view symbol);
  TradeFields make_trade(Market& market) const;
  DepthFields make_depth(Market& market) const;

  StubbedConnectorConfig config_;
  std::vector<Market> markets_;
  std::size_t turn_ = 0;
  Nanos next_{0};  // monotonic
  std::atomic<bool> connected_{false};
  std::atomic<bool> has_trades_{false};
  std::atomic<bool> has_depth_{false};
  std::atomic<std::uint64_t> events_{0};
};

}  // namespace trunkline::connector
