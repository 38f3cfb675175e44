#include "trunkline/net/endpoint_map.hpp"

#include <fmt/format.h>

namespace trunkline::net {

Result<EndpointMap> EndpointMap::make(const std::vector<std::pair<std::string, std::string>>& rules) {
  EndpointMap map;
  for (const auto& [from, to] : rules) {
    Rule rule;
    auto target = Url::parse(to);
    if (!target) return std::unexpected(target.error());
    if (target->scheme == "unix" || target->target.find('?') != std::string::npos) {
      return fail(ErrorCode::InvalidArgument, fmt::format("endpoint '{}': expected an origin like ws://host:port", to));
    }
    rule.to = std::move(*target);
    if (from.find("://") != std::string::npos) {
      auto origin = Url::parse(from);
      if (!origin) return std::unexpected(origin.error());
      rule.origin = origin->origin();
    } else if (from != "*") {
      auto host = Url::parse("ws://" + from);
      if (!host || host->target != "/" || !host->is_default_port()) {
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("endpoint '{}': expected an origin (wss://host:port), a host, or *", excerpt(from)));
      }
      rule.host = host->host;
    }
    map.rules_.push_back(std::move(rule));
  }
  return map;
}

Url EndpointMap::apply(Url url) const {
  for (const Rule& rule : rules_) {
    if (!rule.origin.empty() && rule.origin != url.origin()) continue;
    if (!rule.host.empty() && rule.host != url.host) continue;
    const bool web_socket = url.scheme.starts_with("ws");
    url.scheme = web_socket ? (rule.to.secure() ? "wss" : "ws") : (rule.to.secure() ? "https" : "http");
    url.host = rule.to.host;
    url.port = rule.to.port;
    std::string_view prefix = rule.to.target;
    if (prefix.ends_with('/')) prefix.remove_suffix(1);
    url.target.insert(0, prefix);
    return url;
  }
  return url;
}

Result<Url> EndpointMap::apply(std::string_view text) const {
  auto url = Url::parse(text);
  if (!url) return url;
  return apply(std::move(*url));
}

}  // namespace trunkline::net
