// trunkline settings: every setting, its default, its name in the environment, and what it means.
#include <cctype>
#include <fmt/format.h>

#include "apps/command.hpp"

namespace trunkline::apps {
namespace {

void print_text() {
  for (const auto& row : hub::setting_rows()) {
    fmt::print("{} = {}\n    {}. Value: {}.{}\n", row.key, row.default_text.empty() ? "(empty)" : row.default_text,
               row.meaning, row.form, row.environment.empty() ? "" : fmt::format(" Also ${}.", row.environment));
  }
}

void print_markdown() {
  fmt::print("| key | value | default | meaning |\n| --- | --- | --- | --- |\n");
  for (const auto& row : hub::setting_rows()) {
    fmt::print("| `{}` | {} | {} | {}{} |\n", row.key, row.form,
               row.default_text.empty() ? "" : fmt::format("`{}`", row.default_text), row.meaning,
               row.environment.empty() ? "" : fmt::format(" (also `${}`)", row.environment));
  }
}

}  // namespace

void add_settings(CLI::App& program, int&) {
  auto* command =
      program.add_subcommand("settings", "list every setting: what it means, its default, its environment variable");
  CLI::Option* const markdown = command->add_flag("--markdown");
  markdown->description("as the table in docs/configuration.md");
  command->callback([markdown] { *markdown ? print_markdown() : print_text(); });
}

}  // namespace trunkline::apps
