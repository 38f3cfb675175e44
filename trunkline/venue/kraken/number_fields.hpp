// Fields as Kraken writes them: JSON numbers to exact decimals by their text, times in RFC 3339. Private to this
// folder.
#pragma once

#include <charconv>
#include <cstdlib>

#include "trunkline/protocol/json_scanner.hpp"
#include "trunkline/protocol/rfc3339.hpp"
#include "trunkline/venue/fields.hpp"

namespace trunkline::venue::kraken {

// The text of a JSON number, or empty where the value is anything else.
inline std::string_view number_text(simdjson::ondemand::value value) {
  std::string_view token = value.raw_json_token();
  while (!token.empty() && static_cast<unsigned char>(token.back()) <= ' ') token.remove_suffix(1);
  const char* const end = protocol::JsonScanner::number_end(token.data(), token.data() + token.size());
  return end == token.data() + token.size() ? token : std::string_view{};
}

inline std::string_view number_field(Fields& fields, std::string_view key) {
  simdjson::ondemand::value value;
  if (!fields.find(key, value)) return {};
  const std::string_view text = number_text(value);
  if (text.empty()) fields.fail(fmt::format("{}: {} is no number", key, excerpt(value.raw_json_token())));
  return text;
}

// As a count of 10^(exponent) units, see parse_scaled(); the text may have an exponent of its own.
template <class Decimal>
std::expected<Decimal, DecimalError> parse_number(std::string_view text, int exponent) {
  const auto at = exponent == 0 ? std::string_view::npos : text.find_first_of("eE");
  if (at == std::string_view::npos) return parse_scaled<Decimal>(text, exponent);
  int own = 0;
  std::string_view digits = text.substr(at + 1);
  if (digits.starts_with('+')) digits.remove_prefix(1);
  if (std::from_chars(digits.data(), digits.data() + digits.size(), own).ec != std::errc{} || std::abs(own) > 1'000) {
    return std::unexpected(DecimalError::OutOfRange);
  }
  return Decimal::parse(fmt::format("{}e{}", text.substr(0, at), own + exponent));
}

template <class Decimal>
Decimal parse_number(Fields& fields, std::string_view key, std::string_view text, int exponent) {
  const auto parsed = parse_number<Decimal>(text, exponent);
  if (parsed) return *parsed;
  fields.fail(fmt::format("{}: {} is {}", key, excerpt(text), trunkline::to_text(parsed.error())));
  return Decimal{};
}
template <class Decimal>
Decimal decimal_field(Fields& fields, std::string_view key, int exponent = 0) {
  const std::string_view text = number_field(fields, key);
  return fields.ok() ? parse_number<Decimal>(fields, key, text, exponent) : Decimal{};
}

// Prices and quantities of the market; below 0 there are none.
template <class Decimal>
Decimal positive_field(Fields& fields, std::string_view key, int exponent) {
  const auto value = decimal_field<Decimal>(fields, key, exponent);
  if (fields.ok() && value.raw() < 0) fields.fail(fmt::format("{}: {} is negative", key, value.to_text()));
  return value;
}

inline Nanos time_field(Fields& fields, std::string_view key) {
  const std::string_view text = fields.text(key);
  const auto time = protocol::parse_rfc3339(text);
  if (!time) fields.fail(fmt::format("{}: \"{}\" is no time", key, excerpt(text)));
  return time.value_or(Nanos{0});
}

// Of the number's text, zeros at the end included: 2 for 10.50, 8 for 1e-8.
inline std::uint8_t decimals_shown(std::string_view number) noexcept {
  const auto exponent_at = number.find_first_of("eE");
  const std::string_view mantissa = number.substr(0, exponent_at);
  const auto point = mantissa.find('.');
  auto decimals = static_cast<std::int64_t>(point == std::string_view::npos ? 0 : mantissa.size() - point - 1);
  if (exponent_at != std::string_view::npos) {
    std::int64_t exponent = 0;
    bool negative = false;
    for (const char c : number.substr(exponent_at + 1)) {
      if (c == '-') negative = true;
      if (c >= '0' && c <= '9' && exponent < 1'000) exponent = exponent * 10 + (c - '0');
    }
    decimals += negative ? exponent : -exponent;
  }
  return static_cast<std::uint8_t>(std::clamp<std::int64_t>(decimals, 0, 100));
}

}  // namespace trunkline::venue::kraken
