#include "trunkline/hub/settings.hpp"

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <sstream>
#include <unistd.h>

#include "trunkline/hub/credentials.hpp"
#include "trunkline/hub/settings_table.hpp"
#include "trunkline/protocol/toml.hpp"
#include "trunkline/venue/generic/mapping_reader.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace trunkline::hub {
namespace {

std::string nearest_key(std::string_view key) {
  std::string_view best;
  for (const SettingsTableRow& row : settings_rows()) {
    if (const auto found = nearest(key, {row.key, best}); !found.empty()) best = found;
  }
  for (const ExchangeSettingRow& row : exchange_setting_rows()) {
    const auto last = key.rfind('.');
    if (key.starts_with("exchange.") && last != std::string_view::npos &&
        !nearest(key.substr(last + 1), {row.key}).empty()) {
      return fmt::format("{}.{}", key.substr(0, last), row.key);
    }
  }
  return std::string(best);
}

// Applies one value; the error says what is wrong but not where, which the caller knows.
Outcome apply(Settings& settings, std::string_view key, std::string_view value) {
  const auto wrong_value = [&](const std::string& why) {
    return std::unexpected(fmt::format("{} = \"{}\": {}", key, excerpt(value), why));
  };
  for (const SettingsTableRow& row : settings_rows()) {
    if (row.key != key) continue;
    if (auto outcome = row.apply(settings, value); !outcome) return wrong_value(outcome.error());
    return {};
  }
  if (key.starts_with("exchange.")) {
    const auto dot = key.rfind('.');
    const std::string_view name = dot > 9 ? key.substr(9, dot - 9) : std::string_view{};
    for (const ExchangeSettingRow& row : exchange_setting_rows()) {
      if (name.empty() || key.substr(dot + 1) != row.key) continue;
      if (auto outcome = row.apply(settings.exchanges[std::string(name)], value, name); !outcome)
        return wrong_value(outcome.error());
      return {};
    }
  }
  const std::string suggestion = nearest_key(key);
  return std::unexpected(fmt::format("there is no setting \"{}\"{}", excerpt(key),
                                     suggestion.empty() ? "" : fmt::format("; did you mean \"{}\"?", suggestion)));
}

std::string environment_name(std::string_view key) {
  std::string name = "TRUNKLINE_";
  for (char c : key) name += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return name;
}

// The text of a TOML value as the table's readers take it.
std::optional<std::string> value_text(const toml::node& node) {
  if (const auto* text = node.as_string()) return text->get();
  if (const auto* number = node.as_integer()) return std::to_string(number->get());
  if (const auto* truth = node.as_boolean()) return truth->get() ? "true" : "false";
  if (const auto* list = node.as_array()) {
    std::string joined;
    for (const auto& item : *list) {
      const auto* text = item.as_string();
      if (text == nullptr) return std::nullopt;
      if (!joined.empty()) joined += ',';
      joined += text->get();
    }
    return joined;
  }
  return std::nullopt;
}

Result<void> apply_table(Settings& settings, const toml::table& table, const std::string& prefix,
                         std::string_view file) {
  for (const auto& [name, node] : table) {
    const std::string key = prefix + std::string(name.str());
    if (key == "source") continue;  // read_sources()
    const auto refuse = [&](std::string_view why) {
      return fail(ErrorCode::InvalidArgument, fmt::format("{}:{}: {}", file, node.source().begin.line, why));
    };
    if (const auto* inner = node.as_table()) {
      if (auto applied = apply_table(settings, *inner, key + ".", file); !applied) return applied;
      continue;
    }
    const auto text = value_text(node);
    if (!text) return refuse(fmt::format("{}: expected text, a whole number, true, false or a list of texts", key));
    if (auto outcome = apply(settings, key, *text); !outcome) return refuse(outcome.error());
  }
  return {};
}

// [source.NAME] holds the mapping itself, or `file`, the name of a TOML file that does; relative to this one.
Result<void> read_sources(Settings& settings, const toml::table& root, std::string_view text, std::string_view file) {
  const auto refuse = [file](const toml::node& node, std::string_view why) {
    return fail(ErrorCode::InvalidArgument, fmt::format("{}:{}: {}", file, node.source().begin.line, why));
  };
  const toml::node* const sources = root.get("source");
  if (sources == nullptr) return {};
  if (!sources->is_table()) return refuse(*sources, "source: expected tables such as [source.bybit]");
  for (const auto& [key, node] : *sources->as_table()) {
    const std::string name(key.str());
    const auto plain = [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; };
    if (name.empty() || !std::ranges::all_of(name, plain)) {
      return refuse(node, fmt::format("source.{}: a name has small letters, digits and underscores", excerpt(name)));
    }
    const auto* const table = node.as_table();
    if (table == nullptr) return refuse(node, fmt::format("source.{}: expected a table", name));
    const auto* const named = table->get("file");
    Result<venue::generic::Mapping> mapping;
    if (named == nullptr) {
      mapping = venue::generic::read_mapping(text, file, "source." + name);
    } else {
      if (!named->is_string() || table->size() != 1) {
        return refuse(*named, fmt::format("source.{}: `file` is a text, and stands alone", name));
      }
      const auto path = std::filesystem::path(file).parent_path() / named->as_string()->get();
      std::error_code ignored;
      std::ifstream in(path);
      std::stringstream content;
      if (!std::filesystem::is_regular_file(path, ignored) || !in || !(content << in.rdbuf())) {
        return refuse(*named, fmt::format("source.{}: {} cannot be read", name, excerpt(path.string(), 256)));
      }
      mapping = venue::generic::read_mapping(content.str(), path.string());
    }
    if (!mapping) return std::unexpected(mapping.error());
    settings.sources[name] = *std::move(mapping);
  }
  return {};
}

}  // namespace

const ExchangeSettings& Settings::exchange(std::string_view name) const {
  static const ExchangeSettings defaults;
  const auto found = exchanges.find(name);
  return found == exchanges.end() ? defaults : found->second;
}

namespace {

std::string runtime_file(std::string_view ending) {
  if (const char* folder = std::getenv("XDG_RUNTIME_DIR"); folder != nullptr && *folder != 0) {
    return fmt::format("{}/trunkline.{}", folder, ending);
  }
  return fmt::format("/tmp/trunkline-{}.{}", ::getuid(), ending);
}

}  // namespace

std::string default_relay_socket() {
  return runtime_file("sock");
}

std::string default_control_token_file() {
  return runtime_file("token");
}

std::string default_state_folder() {
  if (const char* folder = std::getenv("XDG_STATE_HOME"); folder != nullptr && *folder != 0) {
    return fmt::format("{}/trunkline", folder);
  }
  const char* home = std::getenv("HOME");
  return home != nullptr && *home != 0 ? fmt::format("{}/.local/state/trunkline", home)
                                       : fmt::format("/tmp/trunkline-{}", ::getuid());
}

std::string default_journal_folder() {
  return default_state_folder() + "/journal";
}

std::vector<std::pair<std::string, std::string>> environment() {
  std::vector<std::pair<std::string, std::string>> variables;
  for (char** at = environ; at != nullptr && *at != nullptr; ++at) {
    const std::string_view entry{*at};
    const auto equals = entry.find('=');
    if (equals != std::string_view::npos) variables.emplace_back(entry.substr(0, equals), entry.substr(equals + 1));
  }
  return variables;
}

Result<void> apply_toml(Settings& settings, std::string_view text, std::string_view file_name) {
  const auto table = protocol::parse_toml(text, file_name);
  if (!table) return std::unexpected(table.error());
  if (auto applied = apply_table(settings, *table, "", file_name); !applied) return applied;
  return read_sources(settings, *table, text, file_name);
}

Result<Settings> load_settings(const SettingsSources& sources) {
  Settings settings;
  if (sources.file) {
    std::ifstream file(*sources.file);
    std::stringstream text;
    if (!file || !(text << file.rdbuf())) {
      return fail(ErrorCode::NotFound,
                  fmt::format("configuration file {} cannot be read", excerpt(*sources.file, 256)));
    }
    if (auto applied = apply_toml(settings, text.str(), *sources.file); !applied)
      return std::unexpected(applied.error());
  }
  for (const auto& [name, value] : sources.environment) {
    take_environment_credential(settings, name, value);
    bool known = !name.starts_with("TRUNKLINE_");
    for (const SettingsTableRow& row : settings_rows()) {
      if (name != environment_name(row.key) && (row.environment.empty() || name != row.environment)) continue;
      known = true;
      if (auto outcome = row.apply(settings, value); !outcome) {
        return fail(ErrorCode::InvalidArgument,
                    fmt::format("environment {}=\"{}\": {}", name, excerpt(value), outcome.error()));
      }
    }
    // TRUNKLINE_SHARED and TRUNKLINE_STRESS_FRAMES belong to the tests, the token is a secret and no setting.
    if (!known && name != "TRUNKLINE_SHARED" && name != "TRUNKLINE_STRESS_FRAMES" &&
        name != "TRUNKLINE_CONTROL_TOKEN") {
      std::string_view best;
      std::vector<std::string> names;
      for (const SettingsTableRow& row : settings_rows()) names.push_back(environment_name(row.key));
      for (const std::string& candidate : names) {
        if (const auto found = nearest(name, {candidate, best}); !found.empty()) best = found;
      }
      return fail(ErrorCode::InvalidArgument, fmt::format("environment {}: there is no such setting{}", name,
                                                          best.empty() ? "" : fmt::format("; did you mean {}?", best)));
    }
  }
  for (const auto& [key, value] : sources.command_line) {
    if (auto outcome = apply(settings, key, value); !outcome) {
      return fail(ErrorCode::InvalidArgument, fmt::format("command line: {}", outcome.error()));
    }
  }
  if (settings.relay_socket.empty()) settings.relay_socket = default_relay_socket();
  if (settings.relay_socket == "none") settings.relay_socket.clear();
  if (settings.control_token_file.empty()) settings.control_token_file = default_control_token_file();
  if (settings.control_token_file == "none") settings.control_token_file.clear();
  return settings;
}

std::vector<SettingRow> setting_rows() {
  std::vector<SettingRow> out;
  for (const SettingsTableRow& row : settings_rows())
    out.push_back({row.key, row.environment, row.form, row.meaning, std::string(row.default_text)});
  static const auto exchange_keys = [] {
    std::vector<std::string> keys;
    for (const ExchangeSettingRow& row : exchange_setting_rows())
      keys.push_back(fmt::format("exchange.NAME.{}", row.key));
    return keys;
  }();
  for (std::size_t i = 0; i < exchange_setting_rows().size(); ++i) {
    const ExchangeSettingRow& row = exchange_setting_rows()[i];
    out.push_back({exchange_keys[i], "", row.form, row.meaning, std::string(row.default_text)});
  }
  return out;
}

}  // namespace trunkline::hub
