#include "trunkline/order/client_id.hpp"

#include <algorithm>
#include <charconv>
#include <fmt/format.h>

namespace trunkline::order {
namespace {

bool is_hex(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}
bool is_word(char c) noexcept {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' || c == '_' ||
         c == '.' || c == ':' || c == '/';
}

void append_base36(fmt::memory_buffer& out, std::uint64_t value) {
  char digits[16];
  const auto [end, error] = std::to_chars(digits, digits + sizeof digits, value, 36);
  out.append(digits, end);
}

}  // namespace

OrderId ClientIds::next() {
  const std::uint64_t count = count_.fetch_add(1, std::memory_order_relaxed) + 1;
  fmt::memory_buffer out;
  if (form_ == ClientIdForm::Hex128) {
    fmt::format_to(std::back_inserter(out), "0x{:010x}{:06x}{:016x}", journal_, session_, count);
  } else {
    out.append(std::string_view("tl-"));
    append_base36(out, journal_);
    out.push_back('-');
    append_base36(out, session_);
    out.push_back('-');
    append_base36(out, count);
  }
  return OrderId::cut({out.data(), out.size()});
}

bool ClientIds::is_valid(ClientIdForm form, std::string_view id) noexcept {
  if (form == ClientIdForm::Hex128) {
    return id.size() == 34 && id.starts_with("0x") && std::ranges::all_of(id.substr(2), is_hex);
  }
  return !id.empty() && id.size() <= 36 && std::ranges::all_of(id, is_word);
}

}  // namespace trunkline::order
