#include "trunkline/venue/generic/text_template.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace trunkline::venue::generic {
namespace {

bool is_name(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

// Calls plain(text) and place(name) in turn.
template <class Plain, class Place>
void walk(std::string_view text, Plain plain, Place place) {
  while (!text.empty()) {
    const std::size_t open = std::min(text.find('{'), text.size());
    const std::string_view behind = text.substr(std::min(open + 1, text.size()));
    const auto end = static_cast<std::size_t>(std::ranges::find_if_not(behind, is_name) - behind.begin());
    if (end != 0 && end < behind.size() && behind[end] == '}') {
      plain(text.substr(0, open));
      place(behind.substr(0, end));
      text = behind.substr(end + 1);
    } else {
      const std::size_t taken = std::min(open + 1, text.size());
      plain(text.substr(0, taken));
      text.remove_prefix(taken);
    }
  }
}

}  // namespace

std::string fill(std::string_view text, std::initializer_list<Filling> fillings) {
  std::string out;
  walk(
      text, [&](std::string_view plain) { out += plain; },
      [&](std::string_view name) {
        for (const auto& [known, value] : fillings) {
          if (known == name) out += value;
        }
      });
  return out;
}

Result<void> check_template(std::string_view text, std::initializer_list<std::string_view> names) {
  Result<void> outcome;
  walk(
      text, [](std::string_view) {},
      [&](std::string_view name) {
        if (!outcome || std::ranges::find(names, name) != names.end()) return;
        const std::string_view near = nearest(name, names);
        outcome = fail(ErrorCode::InvalidArgument,
                       fmt::format("nothing is known to put in place of {{{}}}{}", excerpt(name),
                                   near.empty() ? "" : fmt::format("; did you mean {{{}}}?", near)));
      });
  return outcome;
}

}  // namespace trunkline::venue::generic
