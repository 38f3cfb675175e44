// Reads single fields of a nlohmann::json object; the first failure is kept, and everything after it does nothing.
#pragma once

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/decimal.hpp"
#include "trunkline/core/error.hpp"

namespace trunkline::venue {

class JsonFields {
 public:
  explicit JsonFields(const nlohmann::json& object) : object_(object) {
    if (!object.is_object()) failure_ = fmt::format("{} is no object", excerpt(object.dump()));
  }

  bool ok() const noexcept { return failure_.empty(); }
  std::unexpected<Error> error() const { return fail(ErrorCode::Protocol, failure_); }
  void refuse(std::string_view key, std::string_view why) {
    if (ok()) failure_ = fmt::format("{}: {}", key, why);
  }

  const nlohmann::json* find(std::string_view key) const {
    if (!ok()) return nullptr;
    const auto found = object_.find(key);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }
  std::string_view text(std::string_view key) {
    const auto* const value = find(key);
    if (value != nullptr && value->is_string()) return value->get_ref<const std::string&>();
    refuse(key, value == nullptr ? "is missing" : excerpt(value->dump()) + " is no text");
    return {};
  }
  std::string_view text_or(std::string_view key, std::string_view otherwise) {
    return find(key) == nullptr ? otherwise : text(key);
  }
  std::uint64_t integer(std::string_view key) {
    const auto* const value = find(key);
    if (value != nullptr && value->is_number_unsigned()) return value->get<std::uint64_t>();
    refuse(key, value == nullptr ? "is missing" : excerpt(value->dump()) + " is no whole number");
    return 0;
  }
  bool boolean_or(std::string_view key, bool otherwise) {
    const auto* const value = find(key);
    if (value == nullptr) return otherwise;
    if (value->is_boolean()) return value->get<bool>();
    refuse(key, excerpt(value->dump()) + " is neither true nor false");
    return otherwise;
  }
  Nanos milliseconds(std::string_view key) {
    const std::uint64_t value = integer(key);
    if (value > 9'000'000'000'000ULL) refuse(key, "is no time in milliseconds");
    return ok() ? Nanos{static_cast<std::int64_t>(value) * 1'000'000} : Nanos{0};
  }
  template <class Decimal>
  Decimal decimal(std::string_view key) {
    const std::string_view value = text(key);
    if (!ok()) return Decimal{};
    const auto parsed = Decimal::parse(value);
    if (parsed) return *parsed;
    refuse(key, fmt::format("\"{}\" is {}", excerpt(value), trunkline::to_text(parsed.error())));
    return Decimal{};
  }
  template <class Decimal>
  Decimal decimal_or_absent(std::string_view key) {
    return find(key) == nullptr ? Decimal::absent() : decimal<Decimal>(key);
  }
  // Money that the venue tells with more decimals than ours, and a ratio of it: cut, never used for orders.
  Price rounded(std::string_view key) {
    const auto* const value = find(key);
    if (value == nullptr || !value->is_string()) return Price::absent();
    const std::string& text = value->get_ref<const std::string&>();
    const std::size_t point = text.find('.');
    const auto parsed =
        Price::parse(point == std::string::npos ? std::string_view(text) : std::string_view(text).substr(0, point + 9));
    return parsed ? *parsed : Price::absent();
  }

 private:
  const nlohmann::json& object_;
  std::string failure_;
};

}  // namespace trunkline::venue
