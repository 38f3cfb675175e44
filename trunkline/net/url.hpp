// Addresses of the kinds this room connects to.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "trunkline/core/error.hpp"

namespace trunkline::net {

struct Url {
  std::string scheme;      // "ws", "wss", "http", "https" or "unix", in lower case
  std::string host;        // name, IPv4 or IPv6 address without brackets; empty for unix
  std::uint16_t port = 0;  // the scheme's own where none is written
  std::string target;      // path and query, at least "/"; for unix the file's path

  // wss://host[:port][/path][?query], unix:///path. No user information and no fragment: both are refused.
  static Result<Url> parse(std::string_view text);

  bool secure() const noexcept { return scheme == "wss" || scheme == "https"; }
  bool is_default_port() const noexcept;
  // "host", "host:port" or "[v6]:port", as the Host header wants it.
  std::string authority() const;
  // "scheme://authority"
  std::string origin() const;
  std::string to_text() const;

  friend bool operator==(const Url&, const Url&) = default;
};

}  // namespace trunkline::net
