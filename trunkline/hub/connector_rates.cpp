#include "trunkline/hub/connector_rates.hpp"

#include <algorithm>

namespace trunkline::hub {

void ConnectorRates::sample(std::span<const ConnectorCounters> totals, Nanos now) {
  std::erase_if(connectors_, [&](const auto& entry) {
    return std::ranges::find(totals, entry.first, &ConnectorCounters::connector) == totals.end();
  });
  for (const ConnectorCounters& total : totals) {
    Rates& rates = connectors_[total.connector];
    rates.messages.sample(total.messages, now);
    rates.bytes.sample(total.bytes, now);
    rates.requests.sample(total.requests, now);
  }
}

void ConnectorRates::fill(std::span<ConnectorCounters> counters, Nanos now) const {
  for (ConnectorCounters& connector : counters) {
    const auto found = connectors_.find(connector.connector);
    if (found == connectors_.end()) continue;
    connector.messages_per_second = found->second.messages.window.per_second(now);
    connector.bytes_per_second = found->second.bytes.window.per_second(now);
    connector.requests_per_second = found->second.requests.window.per_second(now);
  }
}

}  // namespace trunkline::hub
