#include "trunkline/net/url.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace trunkline::net {
namespace {

std::uint16_t default_port(std::string_view scheme) {
  if (scheme == "ws" || scheme == "http") return 80;
  if (scheme == "wss" || scheme == "https") return 443;
  return 0;
}

bool is_host_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
}
bool is_v6_byte(char c) {
  return (c >= 'a' && c <= 'f') || (c >= '0' && c <= '9') || c == ':' || c == '.';
}
bool is_plain(char c) {
  return c > ' ' && c < 0x7F;
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}
std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

}  // namespace

Result<Url> Url::parse(std::string_view text) {
  const auto refuse = [&](std::string_view why) {
    return fail(ErrorCode::InvalidArgument, fmt::format("URL '{}': {}", excerpt(text, 128), why));
  };
  const std::size_t colon = text.find("://");
  if (colon == std::string_view::npos) return refuse("no scheme; expected ws://, wss://, http://, https:// or unix://");
  Url url;
  url.scheme = lowered(text.substr(0, colon));
  std::string_view rest = text.substr(colon + 3);
  if (!std::ranges::all_of(rest, is_plain)) return refuse("blanks, control or non-ASCII bytes must be percent-escaped");
  if (url.scheme == "unix") {
    if (!rest.starts_with('/')) return refuse("a unix socket's path must be absolute: unix:///path");
    url.target = rest;
    return url;
  }
  if (default_port(url.scheme) == 0) {
    const auto near = nearest(url.scheme, {"ws", "wss", "http", "https", "unix"});
    return refuse(near.empty() ? std::string("unknown scheme") : fmt::format("unknown scheme; did you mean {}?", near));
  }
  if (rest.find('#') != std::string_view::npos) return refuse("a fragment means nothing here");
  const std::size_t end = std::min(rest.find_first_of("/?"), rest.size());
  std::string_view authority = rest.substr(0, end);
  const std::string_view target = rest.substr(end);
  url.target = target.starts_with('/') ? std::string(target) : "/" + std::string(target);
  if (authority.find('@') != std::string_view::npos) return refuse("user information is not accepted");

  std::string_view port;
  bool has_port = false;
  if (authority.starts_with('[')) {
    const std::size_t close = authority.find(']');
    if (close == std::string_view::npos) return refuse("the IPv6 address lacks its ']'");
    url.host = lowered(authority.substr(1, close - 1));
    authority.remove_prefix(close + 1);
    if (url.host.find(':') == std::string::npos || !std::ranges::all_of(url.host, is_v6_byte)) {
      return refuse("not an IPv6 address");
    }
    if (!authority.empty()) {
      if (authority.front() != ':') return refuse("unexpected text behind ']'");
      has_port = true;
      port = authority.substr(1);
    }
  } else {
    const std::size_t split = authority.find(':');
    has_port = split != std::string_view::npos;
    url.host = lowered(authority.substr(0, split));
    if (has_port) port = authority.substr(split + 1);
    if (url.host.empty()) return refuse("no host");
    if (!std::ranges::all_of(url.host, is_host_byte)) return refuse("the host holds a byte that no host name has");
  }
  url.port = default_port(url.scheme);
  if (has_port) {
    const auto [stop, error] = std::from_chars(port.data(), port.data() + port.size(), url.port);
    if (error != std::errc() || stop != port.data() + port.size() || url.port == 0) {
      return refuse("the port must be a number from 1 to 65535");
    }
  }
  return url;
}

bool Url::is_default_port() const noexcept {
  return port == default_port(scheme);
}

std::string Url::authority() const {
  std::string text = host.find(':') != std::string::npos ? "[" + host + "]" : host;
  if (!is_default_port()) text += fmt::format(":{}", port);
  return text;
}

std::string Url::origin() const {
  return scheme + "://" + authority();
}

std::string Url::to_text() const {
  return origin() + target;
}

}  // namespace trunkline::net
