// The control endpoint of a sandbox, asked from a test's thread.
#pragma once

#include <boost/asio/io_context.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>

#include "trunkline/net/http_client.hpp"

namespace trunkline::conformance {

class SandboxControl {
 public:
  // `endpoint` is what stands in for the venue, whatever path it has; `meanwhile` is called while an answer is awaited.
  explicit SandboxControl(std::string endpoint, std::function<void()> meanwhile = {})
      : endpoint_(std::move(endpoint)), meanwhile_(std::move(meanwhile)) {}

  // Status 0: none came.
  std::pair<int, std::string> ask(const std::string& method, const std::string& target, const std::string& body = "");
  // What it tells as JSON; another status than 200 is a failure of the test.
  nlohmann::json get(const std::string& target);
  nlohmann::json post(const std::string& target, const std::string& body = "");

  void inject(const std::string& fault) { post("/sandbox/fault", fault); }
  void clear_faults() { ask("DELETE", "/sandbox/fault"); }
  nlohmann::json status() { return get("/sandbox/status"); }
  // The flow stands still: nobody but the test trades.
  void pause() { post("/sandbox/pause"); }
  void resume() { post("/sandbox/resume"); }

 private:
  nlohmann::json told(const std::string& method, const std::string& target, const std::string& body);

  std::string endpoint_;
  std::function<void()> meanwhile_;
  net::asio::io_context io_{1};
  net::HttpClient http_{io_};
};

}  // namespace trunkline::conformance
