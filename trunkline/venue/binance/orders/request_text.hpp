// A request of the order interface in its two forms: over the WebSocket API, and as REST. Both sign the same
// parameters. Source: docs/venues/binance.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "trunkline/venue/binance/orders/signer.hpp"
#include "trunkline/venue/venue.hpp"

namespace trunkline::venue::binance::orders {

// Values are ASCII without anything that JSON escapes or a query encodes: what we put in is checked before.
class Parameters {
 public:
  Parameters() { items_.reserve(16); }
  Parameters& add(std::string_view name, std::string value) {
    items_.emplace_back(name, std::move(value));
    return *this;
  }
  // Only where there is a value.
  Parameters& add_if(bool wanted, std::string_view name, std::string value) {
    return wanted ? add(name, std::move(value)) : *this;
  }
  const std::vector<std::pair<std::string_view, std::string>>& items() const noexcept { return items_; }

 private:
  std::vector<std::pair<std::string_view, std::string>> items_;  // names are literals, or outlive this
};

enum class Security : std::uint8_t {
  None,
  Key,     // the API key alone
  Signed,  // key, time and signature
};

struct Stamp {
  std::int64_t timestamp_ms = 0;  // on the venue's clock
  std::uint32_t recv_window_ms = 5'000;
};

// {"id":"7","method":"order.place","params":{...}}
std::string websocket_request(std::uint64_t id, std::string_view method, const Parameters& parameters,
                              Security security, const Signer& signer, Stamp stamp);
// Everything goes into the query, as the venue accepts for every verb.
Request rest_request(std::uint64_t id, std::string_view verb, std::string_view url, const Parameters& parameters,
                     Security security, const Signer& signer, Stamp stamp, std::uint32_t weight);

}  // namespace trunkline::venue::binance::orders
