// Reads single fields of a simdjson object; the first failure is kept with the field's name and value, and everything
// after it does nothing. Private to this folder.
#pragma once

#include <fmt/format.h>
#include <simdjson.h>
#include <string>
#include <string_view>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/decimal.hpp"
#include "trunkline/core/error.hpp"

namespace trunkline::venue {

// Parses as a count of 10^(exponent) units: prices of such a symbol grow by it, quantities shrink.
template <class Decimal>
std::expected<Decimal, DecimalError> parse_scaled(std::string_view text, int exponent) {
  if (exponent == 0) return Decimal::parse(text);
  return Decimal::parse(fmt::format("{}e{}", text, exponent));
}

class Fields {
 public:
  explicit Fields(simdjson::ondemand::object object) : object_(object) {}

  bool ok() const noexcept { return failure_.empty(); }
  std::string failure() && { return std::move(failure_); }
  void fail(std::string message) {
    if (ok()) failure_ = std::move(message);
  }

  bool has(std::string_view key) {
    simdjson::ondemand::value value;
    return look_for(key, value) == simdjson::SUCCESS;
  }
  std::string_view text(std::string_view key) {
    std::string_view out;
    simdjson::ondemand::value value;
    if (find(key, value) && value.get_string().get(out) != simdjson::SUCCESS) wrong(key, value, "no text");
    return out;
  }
  std::string_view optional_text(std::string_view key) { return has(key) ? text(key) : std::string_view{}; }
  std::uint64_t integer(std::string_view key) {
    std::uint64_t out = 0;
    simdjson::ondemand::value value;
    if (find(key, value) && value.get_uint64().get(out) != simdjson::SUCCESS) wrong(key, value, "no whole number");
    return out;
  }
  bool boolean(std::string_view key) {
    bool out = false;
    simdjson::ondemand::value value;
    if (find(key, value) && value.get_bool().get(out) != simdjson::SUCCESS) wrong(key, value, "neither true nor false");
    return out;
  }
  Nanos milliseconds(std::string_view key) {
    const std::uint64_t value = integer(key);
    if (value > 9'000'000'000'000ULL) {
      fail(fmt::format("{}: {} is no time in milliseconds", key, value));
      return Nanos{0};
    }
    return Nanos{static_cast<std::int64_t>(value) * 1'000'000};
  }
  template <class Decimal>
  Decimal decimal(std::string_view key, int exponent = 0) {
    const std::string_view value = text(key);
    return ok() ? parse<Decimal>(key, value, exponent) : Decimal{};
  }
  // Absent where the field is missing or empty.
  template <class Decimal>
  Decimal optional_decimal(std::string_view key, int exponent = 0) {
    const std::string_view value = optional_text(key);
    return ok() && !value.empty() ? parse<Decimal>(key, value, exponent) : Decimal::absent();
  }
  template <class Decimal>
  Decimal parse(std::string_view key, std::string_view value, int exponent) {
    const auto parsed = parse_scaled<Decimal>(value, exponent);
    if (parsed) return *parsed;
    fail(fmt::format("{}: \"{}\" is {}", key, excerpt(value), trunkline::to_text(parsed.error())));
    return Decimal{};
  }
  simdjson::ondemand::object object(std::string_view key) {
    simdjson::ondemand::object out;
    simdjson::ondemand::value value;
    if (find(key, value) && value.get_object().get(out) != simdjson::SUCCESS) wrong(key, value, "no object");
    return out;
  }
  bool find(std::string_view key, simdjson::ondemand::value& value) {
    const auto error = look_for(key, value);
    if (error == simdjson::NO_SUCH_FIELD) fail(fmt::format("{} is missing", key));
    return error == simdjson::SUCCESS;
  }

 private:
  // A field that is not there leaves the object as it was; any other error ends it, and touching it again would read
  // through a null pointer: nothing is looked for after a failure.
  simdjson::error_code look_for(std::string_view key, simdjson::ondemand::value& value) {
    if (!ok()) return simdjson::TAPE_ERROR;
    const auto error = object_.find_field_unordered(key).get(value);
    if (error != simdjson::SUCCESS && error != simdjson::NO_SUCH_FIELD) {
      fail(fmt::format("{}: {}", key, simdjson::error_message(error)));
    }
    return error;
  }
  void wrong(std::string_view key, simdjson::ondemand::value& value, std::string_view what) {
    std::string_view raw;
    raw = value.raw_json_token();
    fail(fmt::format("{}: {} is {}", key, excerpt(raw), what));
  }

  simdjson::ondemand::object object_;
  std::string failure_;
};

// Appends [["price","quantity"],...]; an empty text means that all is well.
template <class Levels>
std::string read_levels(std::string_view key, simdjson::ondemand::value value, int exponent, Levels& out) {
  simdjson::ondemand::array rows;
  if (value.get_array().get(rows) != simdjson::SUCCESS) return fmt::format("{} is no list", key);
  for (auto row : rows) {
    simdjson::ondemand::array pair;
    if (row.get_array().get(pair) != simdjson::SUCCESS) return fmt::format("{} holds what is no level", key);
    std::string_view texts[2];
    std::size_t count = 0;
    for (auto item : pair) {
      const auto error = count < 2 ? item.get_string().get(texts[count]) : item.error();
      if (error != simdjson::SUCCESS) return fmt::format("{} holds a level that is not text", key);
      ++count;
    }
    if (count < 2) return fmt::format("{} holds a level of {} values", key, count);
    const auto price = parse_scaled<Price>(texts[0], exponent);
    const auto quantity = parse_scaled<Quantity>(texts[1], -exponent);
    if (!price) return fmt::format("{}: price \"{}\" is {}", key, excerpt(texts[0]), trunkline::to_text(price.error()));
    if (!quantity) {
      return fmt::format("{}: quantity \"{}\" is {}", key, excerpt(texts[1]), trunkline::to_text(quantity.error()));
    }
    if (price->raw() < 0 || quantity->raw() < 0) {
      return fmt::format("{}: level \"{}\" \"{}\" is negative", key, excerpt(texts[0]), excerpt(texts[1]));
    }
    out.push_back({*price, *quantity});
  }
  return {};
}

}  // namespace trunkline::venue
