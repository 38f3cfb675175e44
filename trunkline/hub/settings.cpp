#include "trunkline/hub/settings.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cctype>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <sstream>
#include <unistd.h>

#include "trunkline/hub/credentials.hpp"
#include "trunkline/hub/exchange_registry.hpp"
#include "trunkline/protocol/toml.hpp"
#include "trunkline/venue/generic/mapping_reader.hpp"

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace trunkline::hub {
namespace {

using Outcome = std::expected<void, std::string>;  // the error says what a right value looks like

std::string lower(std::string_view text) {
  std::string out{text};
  std::ranges::transform(out, out.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return out;
}

std::vector<std::string> split_list(std::string_view text) {
  std::vector<std::string> items;
  std::string item;
  for (char c : text) {
    if (c == ',' || c == ' ') {
      if (!item.empty()) items.push_back(std::exchange(item, {}));
    } else {
      item += c;
    }
  }
  if (!item.empty()) items.push_back(item);
  return items;
}

// --- how the text of a value is read ---

Outcome read(std::string_view text, std::string& out) {
  out = text;
  return {};
}

Outcome read(std::string_view text, bool& out) {
  const std::string word = lower(text);
  if (word == "true" || word == "1" || word == "yes" || word == "on") return out = true, Outcome{};
  if (word == "false" || word == "0" || word == "no" || word == "off") return out = false, Outcome{};
  return std::unexpected("expected true or false");
}

Outcome read_whole(std::string_view text, std::uint64_t most, std::uint64_t& out) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (error != std::errc{} || end != text.data() + text.size() || out > most) {
    return std::unexpected(fmt::format("expected a whole number from 0 to {}", most));
  }
  return {};
}

Outcome read(std::string_view text, std::uint32_t& out) {
  std::uint64_t value = 0;
  if (auto read = read_whole(text, UINT32_MAX, value); !read) return read;
  out = static_cast<std::uint32_t>(value);
  return {};
}

// Bytes: "4MiB", "512KiB", "65536".
Outcome read(std::string_view text, std::size_t& out) {
  std::uint64_t unit = 1;
  std::string_view digits = text;
  for (const auto& [suffix, size] :
       {std::pair<std::string_view, std::uint64_t>{"KiB", 1U << 10}, {"MiB", 1U << 20}, {"GiB", 1U << 30}}) {
    if (text.ends_with(suffix)) {
      unit = size;
      digits.remove_suffix(suffix.size());
    }
  }
  std::uint64_t value = 0;
  if (!read_whole(digits, std::uint64_t{1} << 32, value) || value * unit > (std::uint64_t{1} << 40)) {
    return std::unexpected("expected a size such as 65536, 512KiB or 4MiB");
  }
  out = value * unit;
  return {};
}

// Durations: "250ms", "30s", "5m".
Outcome read(std::string_view text, Nanos& out) {
  constexpr std::string_view expected = "expected a duration such as 250ms, 30s or 5m";
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const std::string_view unit{end, static_cast<std::size_t>(text.data() + text.size() - end)};
  if (error != std::errc{} || value > 1'000'000'000) return std::unexpected(std::string(expected));
  const auto count = static_cast<std::int64_t>(value);
  if (unit == "ms") return out = std::chrono::milliseconds{count}, Outcome{};
  if (unit == "s") return out = std::chrono::seconds{count}, Outcome{};
  if (unit == "m") return out = std::chrono::minutes{count}, Outcome{};
  return std::unexpected(std::string(expected));
}

Outcome read(std::string_view text, std::vector<std::string>& out) {
  out = split_list(text);
  return {};
}

Outcome read(std::string_view text, venue::Channels& out) {
  const auto channels = parse_channels(text);
  if (!channels) return std::unexpected(channels.error().message);
  out = *channels;
  return {};
}

template <class Enum, std::size_t N>
Outcome read_word(std::string_view text, const std::pair<std::string_view, Enum> (&words)[N], Enum& out) {
  for (const auto& [word, value] : words) {
    if (lower(text) == word) return out = value, Outcome{};
  }
  std::vector<std::string_view> names;
  for (const auto& [word, value] : words) names.push_back(word);
  return std::unexpected(fmt::format("expected one of: {}", fmt::join(names, ", ")));
}

Outcome read(std::string_view text, bus::WaitStrategy& out) {
  static constexpr std::pair<std::string_view, bus::WaitStrategy> words[] = {
      {"block", bus::WaitStrategy::Block}, {"yield", bus::WaitStrategy::Yield}, {"spin", bus::WaitStrategy::Spin}};
  return read_word(text, words, out);
}
Outcome read(std::string_view text, LogFormat& out) {
  static constexpr std::pair<std::string_view, LogFormat> words[] = {{"text", LogFormat::Text},
                                                                     {"json", LogFormat::Json}};
  return read_word(text, words, out);
}
Outcome read(std::string_view text, Severity& out) {
  static constexpr std::pair<std::string_view, Severity> words[] = {
      {"debug", Severity::Debug}, {"info", Severity::Info}, {"warning", Severity::Warning}, {"error", Severity::Error}};
  return read_word(text, words, out);
}

Outcome read_power_of_two(std::string_view text, std::size_t& out) {
  if (auto outcome = read(text, out); !outcome) return outcome;
  if (!std::has_single_bit(out) || out < (256U << 10))
    return std::unexpected("expected a power of two of at least 256KiB, such as 4MiB");
  return {};
}

Outcome read_symbols(std::string_view text, std::vector<std::string>& out) {
  out = split_list(text);
  for (const std::string& symbol : out) {
    if (const auto parsed = SymbolDescriptor::parse(symbol); !parsed) return std::unexpected(parsed.error().message);
  }
  return {};
}

Outcome read_data_source(std::string_view text, std::string& out) {
  if (text != "binance_ws" && text != "hft_connector")
    return std::unexpected("expected binance_ws (the venues themselves) or hft_connector (a connector by its name)");
  out = text;
  return {};
}

// --- the table ---

struct Row {
  std::string_view key;
  std::string_view environment;
  std::string_view form;
  std::string_view default_text;
  std::string_view meaning;
  Outcome (*apply)(Settings&, std::string_view);
};

template <auto Member>
Outcome set(Settings& settings, std::string_view text) {
  return read(text, settings.*Member);
}

constexpr std::array rows{
    Row{"data_source", "DATA_SOURCE", "name", "binance_ws",
        "where market data comes from: binance_ws, the symbols' venues; hft_connector, a pull connector",
        [](Settings& s, std::string_view text) { return read_data_source(text, s.data_source); }},
    Row{"connector_name", "CONNECTOR_NAME", "name", "",
        "what a single connector is called in logs, health and metrics; empty: its exchange. With hft_connector also "
        "which kind it is, where there is one of that name; else its data are made up",
        set<&Settings::connector_name>},
    Row{"connector_poll_interval_ms", "CONNECTOR_POLL_INTERVAL_MS", "milliseconds", "100",
        "how often a connector looks at its timers",
        [](Settings& s, std::string_view text) {
          std::uint32_t ms = 0;
          if (auto outcome = read(text, ms); !outcome) return outcome;
          if (ms == 0 || ms > 10'000) return Outcome{std::unexpected("expected milliseconds from 1 to 10000")};
          s.connector_poll_interval = std::chrono::milliseconds{ms};
          return Outcome{};
        }},
    Row{"connector_paper_trading", "CONNECTOR_PAPER_TRADING", "true or false", "true",
        "orders are simulated; this version sends none either way", set<&Settings::connector_paper_trading>},
    Row{"symbols", "", "list", "", "what to subscribe to, as exchange:BASE-QUOTE",
        [](Settings& s, std::string_view text) { return read_symbols(text, s.symbols); }},
    Row{"channels", "", "list", "trades,quotes,depth",
        "kinds of data: trades, aggregate_trades, quotes, depth, bars, ticker, liquidations", set<&Settings::channels>},
    Row{"http.listen", "", "address:port", "127.0.0.1:8000", "dashboard, stream, health and metrics",
        set<&Settings::http_listen>},
    Row{"http.allowed_origins", "", "list", "", "origins of other pages that may open the stream",
        set<&Settings::http_allowed_origins>},
    Row{"control.token_file", "", "path", "",
        "holds the token that `trunkline ctl` needs, made where it is missing; empty: "
        "$XDG_RUNTIME_DIR/trunkline.token, `none`: no control",
        set<&Settings::control_token_file>},
    Row{"relay.socket", "", "path", "",
        "unix socket of the relay; empty: $XDG_RUNTIME_DIR/trunkline.sock, `none`: no relay",
        set<&Settings::relay_socket>},
    Row{"relay.max_queue", "MAX_QUEUE", "size", "8MiB",
        "bytes that may wait for a slow client before its books are conflated", set<&Settings::relay_max_queue>},
    Row{"relay.heartbeat", "", "duration", "30s", "a sign of life to every client this often",
        set<&Settings::relay_heartbeat>},
    Row{"filter.symbols", "", "list", "", "clients are served these alone, as exchange:BASE-QUOTE; empty: all",
        [](Settings& s, std::string_view text) { return read_symbols(text, s.filter.symbols); }},
    Row{"filter.kinds", "", "list", "",
        "clients are served these alone: trades, aggregate_trades, quotes, depth, bars, ticker, liquidations; empty: "
        "all",
        [](Settings& s, std::string_view text) {
          return text.empty() ? (s.filter.kinds = {}, Outcome{}) : read(text, s.filter.kinds);
        }},
    Row{"filter.depth", "", "number", "0", "books are served with so many levels a side; 0: all",
        [](Settings& s, std::string_view text) { return read(text, s.filter.depth); }},
    Row{"filter.conflation", "", "duration", "0s",
        "books and quotes of a symbol are served at most this often; 0s: each change",
        [](Settings& s, std::string_view text) { return read(text, s.filter.conflation); }},
    Row{"filter.price_band", "", "number", "0",
        "trades farther from the middle of bid and ask than so many basis points are marked as outliers; 0: none",
        [](Settings& s, std::string_view text) { return read(text, s.filter.price_band); }},
    Row{"bus.capacity", "", "size", "4MiB", "ring of each connector, a power of two",
        [](Settings& s, std::string_view text) { return read_power_of_two(text, s.bus_capacity); }},
    Row{"bus.wait", "", "block, yield or spin", "block", "how readers wait for the next frame",
        set<&Settings::bus_wait>},
    Row{"log.format", "", "text or json", "text", "how log lines are written",
        [](Settings& s, std::string_view text) { return read(text, s.log.format); }},
    Row{"log.level", "", "debug, info, warning or error", "info", "least severity that is written",
        [](Settings& s, std::string_view text) { return read(text, s.log.level); }},
    Row{"log.file", "", "path", "", "empty: standard error",
        [](Settings& s, std::string_view text) { return read(text, s.log.file); }},
};

struct ExchangeSettingRow {
  std::string_view key;
  std::string_view form;
  std::string_view default_text;
  std::string_view meaning;
  Outcome (*apply)(ExchangeSettings&, std::string_view text, std::string_view exchange);
};

template <auto Member>
Outcome set_exchange(ExchangeSettings& settings, std::string_view text, std::string_view) {
  return read(text, settings.*Member);
}

Outcome read_depth(ExchangeSettings& settings, std::string_view text, std::string_view exchange) {
  std::uint32_t depth = 0;
  // What is no number is told of the numbers there are.
  if (!read(text, depth)) depth = UINT32_MAX;
  if (const auto allowed = check_depth(exchange, depth); !allowed) return std::unexpected(allowed.error().message);
  settings.depth = depth;
  return {};
}

// exchange.NAME.KEY
constexpr std::array exchange_rows{
    ExchangeSettingRow{"endpoint", "http:// or https:// URL", "",
                       "in place of the venue's own hosts, for streams and requests: a sandbox, a proxy",
                       set_exchange<&ExchangeSettings::endpoint>},
    ExchangeSettingRow{"reconnect_attempts", "number", "0", "give up after this many failures in a row; 0: never",
                       set_exchange<&ExchangeSettings::reconnect_attempts>},
    ExchangeSettingRow{"reconnect_delay", "duration", "500ms", "first delay of the backoff, doubled up to 30 s",
                       set_exchange<&ExchangeSettings::reconnect_delay>},
    ExchangeSettingRow{"audit_interval", "duration", "5m", "each book is compared with a fresh snapshot this often",
                       set_exchange<&ExchangeSettings::audit_interval>},
    ExchangeSettingRow{
        "backup", "URL or exchange", "",
        "takes over a symbol while this one is Stale: another endpoint of the same exchange, or another exchange",
        set_exchange<&ExchangeSettings::backup>},
    ExchangeSettingRow{"return_after", "duration", "30s",
                       "how long this one must be right again before it takes over from its backup",
                       set_exchange<&ExchangeSettings::return_after>},
    ExchangeSettingRow{"maximum_age", "duration", "1410m",
                       "connections are replaced, the new one first, before they are this old; 0s: never",
                       set_exchange<&ExchangeSettings::maximum_age>},
    ExchangeSettingRow{"request_limit", "number", "0",
                       "weight of REST requests a minute, where less than the venue's own limit is wanted, as others "
                       "share its address; 0: the venue's",
                       set_exchange<&ExchangeSettings::request_limit>},
    ExchangeSettingRow{"feed", "name", "",
                       "of a venue with several: iex, sip, delayed_sip or test of alpaca; empty: iex",
                       set_exchange<&ExchangeSettings::feed>},
    ExchangeSettingRow{"binary", "true or false", "false",
                       "binary messages where the venue offers both (alpaca: MessagePack)",
                       set_exchange<&ExchangeSettings::binary>},
    ExchangeSettingRow{"paper", "true or false", "true",
                       "the venue's hosts for paper trading, which know other keys (alpaca)",
                       set_exchange<&ExchangeSettings::paper>},
    ExchangeSettingRow{"extended_hours", "true or false", "false",
                       "silence counts before and after regular hours too (alpaca)",
                       set_exchange<&ExchangeSettings::extended_hours>},
    ExchangeSettingRow{
        "depth", "number", "0",
        "levels a side of a book, of a venue that offers several: 10, 25, 100, 500 or 1000 of kraken; 0: the "
        "venue's usual",
        read_depth},
    ExchangeSettingRow{
        "credentials_file", "path", "",
        "a file that only its user may read: the key in its first line, the secret in its second; see the "
        "venue's page",
        set_exchange<&ExchangeSettings::credentials_file>},
};

std::string nearest_key(std::string_view key) {
  std::string_view best;
  for (const Row& row : rows) {
    if (const auto found = nearest(key, {row.key, best}); !found.empty()) best = found;
  }
  for (const ExchangeSettingRow& row : exchange_rows) {
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
  for (const Row& row : rows) {
    if (row.key != key) continue;
    if (auto outcome = row.apply(settings, value); !outcome) return wrong_value(outcome.error());
    return {};
  }
  if (key.starts_with("exchange.")) {
    const auto dot = key.rfind('.');
    const std::string_view name = dot > 9 ? key.substr(9, dot - 9) : std::string_view{};
    for (const ExchangeSettingRow& row : exchange_rows) {
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
    for (const Row& row : rows) {
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
      for (const Row& row : rows) names.push_back(environment_name(row.key));
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
  for (const Row& row : rows)
    out.push_back({row.key, row.environment, row.form, row.meaning, std::string(row.default_text)});
  static const auto exchange_keys = [] {
    std::vector<std::string> keys;
    for (const ExchangeSettingRow& row : exchange_rows) keys.push_back(fmt::format("exchange.NAME.{}", row.key));
    return keys;
  }();
  for (std::size_t i = 0; i < exchange_rows.size(); ++i) {
    const ExchangeSettingRow& row = exchange_rows[i];
    out.push_back({exchange_keys[i], "", row.form, row.meaning, std::string(row.default_text)});
  }
  return out;
}

Result<venue::Channels> parse_channels(std::string_view text) {
  venue::Channels channels;
  for (const std::string& word : split_list(text)) {
    const auto found =
        std::ranges::find(venue::all_channels, word, [](venue::Channel channel) { return venue::to_text(channel); });
    if (found == std::ranges::end(venue::all_channels)) {
      return fail(
          ErrorCode::InvalidArgument,
          fmt::format("\"{}\" is not a channel; there are trades, aggregate_trades, quotes, depth, bars, ticker, "
                      "liquidations",
                      excerpt(word)));
    }
    channels.add(*found);
  }
  if (channels.empty())
    return fail(ErrorCode::InvalidArgument, "expected at least one channel, such as trades,quotes,depth");
  return channels;
}

}  // namespace trunkline::hub
