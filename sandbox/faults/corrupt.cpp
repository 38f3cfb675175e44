#include "sandbox/faults/corrupt.hpp"

#include <array>
#include <optional>

namespace trunkline::sandbox {
namespace {

constexpr std::array<std::string_view, 7> price_keys{"price", "price_level", "px", "p", "bp", "b", "bid"};
constexpr std::array<std::string_view, 10> quantity_keys{"qty",    "new_quantity", "quantity", "size", "sz",
                                                         "amount", "volume",       "q",        "s",    "bs"};

struct Span {
  std::size_t first = 0, last = 0;
};

bool is_number_character(char c) {
  return (c >= '0' && c <= '9') || c == '.' || c == '-';
}

// The number at `at`, bare or in quotes; spaces before it are passed over.
std::optional<Span> number_at(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] == ' ') ++at;
  const bool quoted = at < text.size() && text[at] == '"';
  if (quoted) ++at;
  std::size_t end = at;
  while (end < text.size() && is_number_character(text[end])) ++end;
  if (end == at || (quoted && (end == text.size() || text[end] != '"'))) return std::nullopt;
  return Span{at, end};
}

bool change_digit(std::string& text, Span number, bool last) {
  for (std::size_t n = 0; n < number.last - number.first; ++n) {
    char& c = text[last ? number.last - 1 - n : number.first + n];
    if (c < '1' || c > '9') continue;
    c = static_cast<char>('1' + (c - '0') % 9);
    return true;
  }
  return false;
}

bool change_level(std::string& json, bool price) {
  for (std::size_t at = json.find('['); at != std::string::npos; at = json.find('[', at + 1)) {
    const auto first = number_at(json, at + 1);
    if (!first) continue;
    const std::size_t comma = json.find_first_not_of("\" ", first->last);
    if (comma == std::string::npos || json[comma] != ',') continue;
    const auto second = number_at(json, comma + 1);
    if (second && change_digit(json, price ? *first : *second, !price)) return true;
  }
  return false;
}

bool change_field(std::string& json, bool price, std::span<const std::string_view> keys) {
  std::string quoted;
  for (const std::string_view key : keys) {
    quoted.assign("\"").append(key).append("\":");
    for (std::size_t at = json.find(quoted); at != std::string::npos; at = json.find(quoted, at + 1)) {
      const auto number = number_at(json, at + quoted.size());
      if (number && change_digit(json, *number, !price)) return true;
    }
  }
  return false;
}

}  // namespace

const NumberKeys common_number_keys{price_keys, quantity_keys};

bool corrupt_number(std::string& json, bool price, const NumberKeys& keys) {
  if (change_level(json, price) || change_field(json, price, price ? keys.price : keys.quantity)) return true;
  return !price && corrupt_number(json, true, keys);
}

}  // namespace trunkline::sandbox
