#include "conformance/sandbox_control.hpp"

#include <chrono>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <optional>

#include "trunkline/net/url.hpp"

namespace trunkline::conformance {

using nlohmann::json;

std::pair<int, std::string> SandboxControl::ask(const std::string& method, const std::string& target,
                                                const std::string& body) {
  const auto url = *net::Url::parse(endpoint_);
  std::optional<std::pair<int, std::string>> out;
  net::HttpClient::Request request{
      .method = method, .url = fmt::format("http://{}:{}{}", url.host, url.port, target), .body = body};
  http_.send(std::move(request), [&](Result<net::HttpClient::Reply> reply) {
    out = reply ? std::pair{reply->status, std::string(reply->body())} : std::pair{0, reply.error().message};
  });
  while (!out) {
    io_.restart();
    io_.run_one_for(std::chrono::milliseconds{10});
    if (meanwhile_) meanwhile_();
  }
  return *out;
}

json SandboxControl::told(const std::string& method, const std::string& target, const std::string& body) {
  const auto [status, text] = ask(method, target, body);
  EXPECT_EQ(status, 200) << method << " " << target << " " << body << ": " << text;
  return json::parse(text, nullptr, false);
}

json SandboxControl::get(const std::string& target) {
  return told("GET", target, "");
}

json SandboxControl::post(const std::string& target, const std::string& body) {
  return told("POST", target, body);
}

}  // namespace trunkline::conformance
