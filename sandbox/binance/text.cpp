#include "sandbox/binance/text.hpp"

#include <charconv>
#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace trunkline::sandbox::binance {

void append_number(std::string& out, std::int64_t value) {
  char buffer[24];
  const auto end = std::to_chars(buffer, buffer + sizeof buffer, value).ptr;
  out.append(buffer, end);
}

void append_decimal(std::string& out, std::int64_t raw, int decimals, int digits) {
  const std::int64_t one = detail::power_of_ten(digits);
  out += '"';
  if (raw < 0) out += '-';
  const std::int64_t magnitude = raw < 0 ? -raw : raw;
  append_number(out, magnitude / one);
  if (decimals > 0) {
    out += '.';
    char fraction[24];
    std::int64_t rest = magnitude % one;
    for (int i = digits; i-- > 0; rest /= 10) fraction[i] = static_cast<char>('0' + rest % 10);
    for (int i = digits; i < decimals && i < 24; ++i) fraction[i] = '0';
    out.append(fraction, static_cast<std::size_t>(decimals));
  }
  out += '"';
}

void append_product(std::string& out, Int128 product_1e16, int decimals) {
  append_decimal(out, static_cast<std::int64_t>(product_1e16 / 100'000'000), decimals);
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::string upper(std::string_view text) {
  std::string out(text);
  for (char& c : out)
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  return out;
}

std::string error_body(int code, std::string_view message) {
  return fmt::format("{{\"code\":{},\"msg\":{}}}", code, nlohmann::json(message).dump());
}

}  // namespace trunkline::sandbox::binance
