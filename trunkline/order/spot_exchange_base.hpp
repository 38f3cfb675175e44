// An order connector of a spot exchange.
#pragma once

#include "trunkline/order/connector_base.hpp"

namespace trunkline::order {

class SpotExchangeBase : public ConnectorBase {
 public:
  using ConnectorBase::ConnectorBase;
  ConnectorType connector_type() const noexcept final { return ConnectorType::Spot; }
};

}  // namespace trunkline::order
