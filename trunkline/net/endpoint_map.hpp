// Sends a venue's addresses elsewhere: to a sandbox on loopback, a proxy, another region.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "trunkline/core/error.hpp"
#include "trunkline/net/url.hpp"

namespace trunkline::net {

// Rules are tried in order; the first that fits counts. Immutable once made.
class EndpointMap {
 public:
  EndpointMap() = default;
  // From: an origin ("wss://stream.binance.com:9443"), a host ("stream.binance.com"), or "*" for every address.
  // To: an origin, with a path to be put before the target if need be ("ws://127.0.0.1:9010", "https://proxy/binance").
  // Whether the target is http or ws stays as it was; whether it is TLS is what "to" says.
  static Result<EndpointMap> make(const std::vector<std::pair<std::string, std::string>>& rules);

  Url apply(Url url) const;
  Result<Url> apply(std::string_view url) const;
  bool empty() const noexcept { return rules_.empty(); }

 private:
  struct Rule {
    std::string origin;  // empty: any
    std::string host;    // empty: any
    Url to;
  };
  std::vector<Rule> rules_;
};

}  // namespace trunkline::net
