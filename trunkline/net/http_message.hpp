// The parts of HTTP that client and server share, free of any socket.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace trunkline::net {

// Header fields in the order they came. Names compare without regard to case.
class Headers {
 public:
  Headers() = default;
  Headers(std::initializer_list<std::pair<std::string, std::string>> fields) : fields_(fields) {}

  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }
  // The first field of that name, or empty.
  std::string_view get(std::string_view name) const noexcept;
  bool contains(std::string_view name) const noexcept;
  // Whether a comma-separated list such as Connection holds this word.
  bool has_token(std::string_view name, std::string_view token) const noexcept;

  auto begin() const noexcept { return fields_.begin(); }
  auto end() const noexcept { return fields_.end(); }
  std::size_t size() const noexcept { return fields_.size(); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept;

// What a server was asked.
struct HttpRequest {
  std::string method;                                      // "GET"
  std::string target;                                      // as sent: "/api/v3/depth?symbol=BTCUSDT"
  std::string path;                                        // without the query, percent-decoded
  std::vector<std::pair<std::string, std::string>> query;  // percent-decoded, in order
  Headers headers;
  std::string body;
  std::string peer;

  // The first parameter of that name.
  std::optional<std::string_view> parameter(std::string_view name) const noexcept;
};

struct HttpResponse {
  int status = 200;
  std::string content_type = "application/json";
  std::string body = {};
  Headers headers = {};  // besides Content-Type, Content-Length and Connection
  bool close = false;    // close the connection after this reply
};

std::string_view reason_phrase(int status) noexcept;

// "a%20b+c" -> "a b c" in a query ('+' is a space there); malformed escapes stay as they are.
std::string percent_decode(std::string_view text, bool plus_is_space);
std::vector<std::pair<std::string, std::string>> parse_query(std::string_view query);

}  // namespace trunkline::net
