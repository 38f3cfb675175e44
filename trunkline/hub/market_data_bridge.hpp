// From the connectors to everyone who reads: the rings of all connectors as one bus.
//
// Thread: any.
#pragma once

#include "trunkline/bus/bus.hpp"
#include "trunkline/connector/exchange_connector.hpp"

namespace trunkline::hub {

class MarketDataBridge {
 public:
  // Present and future readers get what the connector writes from now on.
  void attach(const connector::IExchangeConnector& connector) { bus_.add(*connector.ring()); }

  bus::BusReader subscribe(bus::WaitStrategy wait = bus::WaitStrategy::Block) { return bus_.subscribe(wait); }
  bus::Bus& bus() noexcept { return bus_; }

 private:
  bus::Bus bus_;
};

}  // namespace trunkline::hub
