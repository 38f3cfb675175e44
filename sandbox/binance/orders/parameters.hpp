// The parameters of one private request, as text, whichever way it came; and what is answered instead of a result.
#pragma once

#include <cstdint>
#include <expected>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "trunkline/net/http_message.hpp"

namespace trunkline::sandbox::binance {

struct ApiError {
  int status = 400;  // HTTP's, and the one in a reply of the WebSocket API
  int code = -1000;
  std::string message;
  std::int64_t retry_after_s = 0;
  std::string data = {};  // JSON beside code and message
};

template <class T>
using ApiResult = std::expected<T, ApiError>;

inline std::unexpected<ApiError> refuse(int code, std::string message, int status = 400) {
  return std::unexpected(ApiError{status, code, std::move(message)});
}
std::unexpected<ApiError> missing_parameter(std::string_view name);    // -1102
std::unexpected<ApiError> malformed_parameter(std::string_view name);  // -1100

class Parameters {
 public:
  using Field = std::pair<std::string, std::string>;

  // Query first, then a form-encoded body.
  static Parameters of_request(const net::HttpRequest& request);
  // Strings as they are, other values as JSON writes them. Anything but an object has none.
  static Parameters of_json(const nlohmann::json& object);

  // Nullopt where it was not sent or is empty.
  std::optional<std::string_view> get(std::string_view name) const noexcept;
  std::string text(std::string_view name, std::string_view otherwise = {}) const;
  bool flag(std::string_view name) const noexcept;  // "true"
  ApiResult<std::optional<std::int64_t>> whole(std::string_view name) const;
  ApiResult<std::string> needed(std::string_view name) const;
  void add(std::string name, std::string value) { fields_.emplace_back(std::move(name), std::move(value)); }

  // What a client of the WebSocket API signs: all but the signature, sorted by name.
  std::string signed_text() const;

 private:
  std::vector<Field> fields_;
};

// What a REST client signs: query and body as sent, one behind the other, without the signature.
std::string signed_text(const net::HttpRequest& request);

}  // namespace trunkline::sandbox::binance
