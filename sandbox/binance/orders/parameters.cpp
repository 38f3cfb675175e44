#include "sandbox/binance/orders/parameters.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace trunkline::sandbox::binance {
namespace {

constexpr std::string_view signature_name = "signature";

std::string_view raw_query(const net::HttpRequest& request) {
  const std::size_t at = request.target.find('?');
  return at == std::string::npos ? std::string_view{} : std::string_view(request.target).substr(at + 1);
}

std::string without_signature(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const std::string_view part = text.substr(0, text.find('&'));
    text.remove_prefix(std::min(part.size() + 1, text.size()));
    if (part.starts_with("signature=")) continue;
    if (!out.empty()) out += '&';
    out += part;
  }
  return out;
}

}  // namespace

std::unexpected<ApiError> missing_parameter(std::string_view name) {
  return refuse(-1102, fmt::format("Mandatory parameter '{}' was not sent, was empty/null, or malformed.", name));
}

std::unexpected<ApiError> malformed_parameter(std::string_view name) {
  return refuse(-1100, fmt::format("Illegal characters found in parameter '{}'.", name));
}

Parameters Parameters::of_request(const net::HttpRequest& request) {
  Parameters out;
  out.fields_ = request.query;
  for (Field& field : net::parse_query(request.body)) out.fields_.push_back(std::move(field));
  return out;
}

Parameters Parameters::of_json(const nlohmann::json& object) {
  Parameters out;
  if (!object.is_object()) return out;
  for (const auto& [name, value] : object.items())
    out.fields_.emplace_back(name, value.is_string() ? value.get<std::string>() : value.dump());
  return out;
}

std::optional<std::string_view> Parameters::get(std::string_view name) const noexcept {
  for (const auto& [key, value] : fields_)
    if (key == name) return value.empty() || value == "null" ? std::nullopt : std::optional<std::string_view>(value);
  return std::nullopt;
}

std::string Parameters::text(std::string_view name, std::string_view otherwise) const {
  return std::string(get(name).value_or(otherwise));
}

bool Parameters::flag(std::string_view name) const noexcept {
  const auto value = get(name);
  return value == "true" || value == "TRUE" || value == "True";
}

ApiResult<std::optional<std::int64_t>> Parameters::whole(std::string_view name) const {
  const auto value = get(name);
  if (!value) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(value->data(), value->data() + value->size(), number);
  if (error != std::errc{} || end != value->data() + value->size()) return malformed_parameter(name);
  return number;
}

ApiResult<std::string> Parameters::needed(std::string_view name) const {
  const auto value = get(name);
  if (!value) return missing_parameter(name);
  return std::string(*value);
}

std::string Parameters::signed_text() const {
  std::vector<Field> sorted = fields_;
  std::erase_if(sorted, [](const Field& field) { return field.first == signature_name; });
  std::sort(sorted.begin(), sorted.end());
  std::string out;
  for (const auto& [name, value] : sorted) {
    if (!out.empty()) out += '&';
    out.append(name).append("=").append(value);
  }
  return out;
}

std::string signed_text(const net::HttpRequest& request) {
  return without_signature(raw_query(request)) + without_signature(request.body);
}

}  // namespace trunkline::sandbox::binance
