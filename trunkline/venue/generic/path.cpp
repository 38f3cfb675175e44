#include "trunkline/venue/generic/path.hpp"

#include <fmt/format.h>

namespace trunkline::venue::generic {

Result<Path> Path::parse(std::string_view text) {
  Path path;
  const auto refuse = [text](std::string_view why) {
    return fail(ErrorCode::InvalidArgument, fmt::format("\"{}\" is no path: {}", excerpt(text), why));
  };
  std::string_view rest = text;
  if (rest.starts_with('$')) {
    path.from_root = true;
    rest.remove_prefix(1);
    if (rest.empty()) return path;
    if (!rest.starts_with('.')) return refuse("'$' is followed by a dot or by nothing");
    rest.remove_prefix(1);
  }
  for (;;) {
    const std::size_t dot = rest.find('.');
    const std::string_view part = rest.substr(0, dot);
    if (part.empty()) return refuse("a part between its dots is empty");
    for (const char c : part) {
      if (c == '"' || c == '\\' || static_cast<unsigned char>(c) < 0x20) return refuse("it holds a quote or an escape");
    }
    path.parts.emplace_back(part);
    if (path.parts.size() > max_parts) return refuse(fmt::format("it has more than {} parts", max_parts));
    if (dot == std::string_view::npos) return path;
    rest.remove_prefix(dot + 1);
  }
}

std::string Path::to_text() const {
  std::string text = from_root ? "$" : "";
  for (const std::string& part : parts) {
    if (!text.empty()) text += '.';
    text += part;
  }
  return text;
}

}  // namespace trunkline::venue::generic
