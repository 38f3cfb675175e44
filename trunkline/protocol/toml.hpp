// toml++, made safe for files that are wrong, and one way to parse a text with it. Heavy to compile: for the few source
// files that read settings.
#pragma once

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>
#include <string_view>

#include "trunkline/core/error.hpp"

// A wrong file can break what the parser takes for granted ("[" alone on a line): an error of the file, in every build.
#pragma push_macro("NDEBUG")
#undef NDEBUG
#define TOML_ASSERT(expr) ((expr) ? static_cast<void>(0) : throw std::invalid_argument("a key or table is broken off"))
#if defined(__GNUC__) && !defined(__clang__)
// Some of the places promise not to throw: there it ends the program, as the parser's own assertion would.
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wterminate"
#endif
#include <toml++/toml.h>
#if defined(__GNUC__) && !defined(__clang__)
#pragma GCC diagnostic pop
#endif
#pragma pop_macro("NDEBUG")

namespace trunkline::protocol {

// InvalidArgument says file and line.
inline Result<toml::table> parse_toml(std::string_view text, std::string_view file_name) {
  // toml++ 3.3 runs into undefined behaviour where it asks whether such a character is white space.
  const auto not_ascii = std::ranges::find_if(text, [](char c) { return static_cast<unsigned char>(c) > 127; });
  if (not_ascii != text.end()) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("{}:{}: a character outside of ASCII; within quotes write it as \\u and four hex digits",
                            file_name, 1 + std::ranges::count(text.begin(), not_ascii, '\n')));
  }
  try {
    return toml::parse(text, file_name);
  } catch (const toml::parse_error& error) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("{}:{}: {}", file_name, error.source().begin.line, error.description()));
  } catch (const std::invalid_argument& error) {
    return fail(ErrorCode::InvalidArgument, fmt::format("{}: {}", file_name, error.what()));
  }
}

}  // namespace trunkline::protocol
