// What every connector is, whatever it connects to: something with a name, a life and a ring.
#pragma once

#include <memory>
#include <string>

#include "trunkline/bus/ring.hpp"

namespace trunkline::connector {

// start() and stop() come from one thread. Frames come from the connector's own thread into its ring; after stop()
// returned no frame comes, and it can be started again on the same ring.
class IExchangeConnector {
 public:
  virtual ~IExchangeConnector() = default;
  virtual std::string exchange_id() const = 0;
  virtual void start() = 0;
  virtual void stop() = 0;
  virtual const std::shared_ptr<bus::Ring>& ring() const noexcept = 0;
};

}  // namespace trunkline::connector
