// What a connector says of itself when asked.
#pragma once

#include <cstdint>
#include <string>

namespace trunkline::connector {

struct ConnectionReport {
  std::string connector;
  std::string exchange;
  bool connected = false;  // a session connector: every lane has a connection whose upgrade succeeded
  std::uint64_t messages = 0;
  std::uint64_t bytes = 0;
  std::uint64_t requests = 0;
  std::uint64_t rate_limited = 0;
  std::uint64_t reconnects = 0;
  std::uint64_t parse_errors = 0;
  std::uint64_t frames = 0;  // published on its ring
};

}  // namespace trunkline::connector
