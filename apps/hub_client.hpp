// How subcommands talk to a running hub: its HTTP address, with the control token where something is to be changed.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "trunkline/core/error.hpp"
#include "trunkline/hub/settings.hpp"

namespace trunkline::apps {

struct HubCall {
  std::string method;
  std::string path;
  nlohmann::ordered_json body = nullptr;
};

class HubClient {
 public:
  // `settings` outlives it; an empty address is http.listen.
  HubClient(const hub::Settings& settings, std::string address)
      : settings_(settings), address_(address.empty() ? settings.http_listen : std::move(address)) {}

  // The answer, or the hub's own words why not. Unavailable where there is no hub.
  Result<nlohmann::ordered_json> ask(const HubCall& call) const;

 private:
  const hub::Settings& settings_;
  std::string address_;
};

}  // namespace trunkline::apps
