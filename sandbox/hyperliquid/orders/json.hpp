// What clients send, read so that nothing they send can exhaust the stack. Any thread.
#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

namespace trunkline::sandbox::hyperliquid {

using Json = nlohmann::ordered_json;  // an action is signed in the order of its members

// Discarded where the text is no JSON, or nested deeper than any request is.
inline Json parse_request(std::string_view text) {
  constexpr int deepest = 16;
  bool too_deep = false;
  Json out = Json::parse(
      text,
      [&too_deep](int depth, Json::parse_event_t, Json&) {
        too_deep = too_deep || depth > deepest;
        return !too_deep;
      },
      false);
  return too_deep ? Json(Json::value_t::discarded) : out;
}

inline const Json* member(const Json& object, std::string_view name) {
  if (!object.is_object()) return nullptr;
  const auto found = object.find(name);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}
// Empty where it is absent or no text.
inline std::string text_at(const Json& object, std::string_view name) {
  const Json* const found = member(object, name);
  return found != nullptr && found->is_string() ? found->get<std::string>() : std::string{};
}
inline std::optional<std::uint64_t> number_at(const Json& object, std::string_view name) {
  const Json* const found = member(object, name);
  return found != nullptr && found->is_number_unsigned() ? std::optional(found->get<std::uint64_t>()) : std::nullopt;
}
inline std::optional<bool> boolean_at(const Json& object, std::string_view name) {
  const Json* const found = member(object, name);
  return found != nullptr && found->is_boolean() ? std::optional(found->get<bool>()) : std::nullopt;
}

}  // namespace trunkline::sandbox::hyperliquid
