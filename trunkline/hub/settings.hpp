// Everything that can be configured, from four places in rising precedence: built-in default, TOML file, environment,
// command line. Every key is one row of a table (settings.cpp): its name, meaning, and how its text is read; the file,
// the environment, the command line and docs/configuration.md all use that row.
//
// A key `http.listen` is TRUNKLINE_HTTP_LISTEN in the environment. A wrong key or value is refused with the place it
// stands at and the nearest right name.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "trunkline/bus/ring.hpp"
#include "trunkline/core/clock.hpp"
#include "trunkline/core/error.hpp"
#include "trunkline/core/symbol.hpp"
#include "trunkline/hub/exchange_config.hpp"
#include "trunkline/hub/log.hpp"
#include "trunkline/log/log_writer.hpp"
#include "trunkline/order/risk_gate.hpp"
#include "trunkline/paper/paper_config.hpp"
#include "trunkline/relay/stream_filter.hpp"
#include "trunkline/venue/channels.hpp"
#include "trunkline/venue/generic/mapping.hpp"

namespace trunkline::hub {

struct ExchangeSettings {
  std::string endpoint;                  // scheme and host in place of the venue's own; empty: the venue's own
  std::string domain = "live";           // which of the venue's worlds that is, for orders: live, testnet, sandbox
  std::uint32_t reconnect_attempts = 0;  // 0: for ever
  Nanos reconnect_delay = std::chrono::milliseconds{500};
  std::string backup;  // an endpoint, or another exchange; empty: none
  Nanos return_after = std::chrono::seconds{30};
  Nanos audit_interval = std::chrono::minutes{5};
  Nanos maximum_age = std::chrono::hours{23} + std::chrono::minutes{30};
  std::uint32_t request_limit = 0;         // weight of REST requests a minute; 0: the venue's own
  std::string feed;                        // empty: the venue's usual one
  bool binary = false;                     // messages, where the venue offers both
  bool paper = true;                       // the venue's hosts for paper trading
  bool extended_hours = false;             // silence counts outside of regular hours too
  std::uint32_t depth = 0;                 // levels a side of a book; 0: the venue's usual
  std::string credentials_file;            // see credentials.hpp; empty: none
  std::optional<Credentials> credentials;  // of a program that serves the exchange itself; before all others
};

// See docs/order-cli.md.
struct OrderSettings {
  std::vector<std::string> exchanges;  // where orders go; empty: none, or what a sandbox of `run --sandbox` offers
  bool none = false;                   // said in so many words
  std::vector<std::string> paper;  // where orders are matched here; "all": where market data comes from, but for these
  std::string journal;             // folder of the journals; empty: default_journal_folder()
  log::FlushPolicy flush = log::FlushPolicy::Group;
  std::string account = "main";
  Nanos hold_limit = std::chrono::seconds{2};
  bool busy_poll = false;
  bool cancel_on_disconnect = false;
  Nanos dead_man{0};  // 0: none
  order::RiskLimits risk;
};

struct Settings {
  std::string data_source = "binance_ws";
  std::string connector_name;  // empty: the exchange's name
  Nanos connector_poll_interval = std::chrono::milliseconds{100};
  bool connector_paper_trading = true;

  std::vector<std::string> symbols;  // canonical texts
  venue::Channels channels = venue::default_channels;

  std::string http_listen = "127.0.0.1:8000";
  std::vector<std::string> http_allowed_origins;
  std::string control_token_file;          // empty: no control
  std::string relay_socket;                // empty: no relay
  std::size_t relay_max_queue = 8U << 20;  // bytes a slow client may have waiting
  Nanos relay_heartbeat = std::chrono::seconds{30};
  relay::FilterConfig filter;           // of what clients are served
  std::size_t bus_capacity = 4U << 20;  // bytes, a power of two
  bus::WaitStrategy bus_wait = bus::WaitStrategy::Block;
  LogConfig log;
  OrderSettings orders;
  paper::PaperConfig paper;
  std::map<std::string, ExchangeSettings, std::less<>> exchanges;
  // [source.NAME]: exchanges that are described in configuration alone; docs/sources-without-code.md.
  std::map<std::string, venue::generic::Mapping, std::less<>> sources;

  // Of the environment, by exchange.
  std::map<std::string, Credentials, std::less<>> environment_credentials;

  const ExchangeSettings& exchange(std::string_view name) const;
  // Of its file, or of the environment; nothing where neither has any. An error where the file cannot be read.
  Result<std::optional<Credentials>> credentials(std::string_view exchange) const;
};

// Where the relay's socket lies unless configured: $XDG_RUNTIME_DIR/trunkline.sock, else /tmp/trunkline-UID.sock.
std::string default_relay_socket();
// $XDG_STATE_HOME/trunkline, else ~/.local/state/trunkline: what outlives a process.
std::string default_state_folder();
std::string default_journal_folder();
// And the control token's file: trunkline.token there, else /tmp/trunkline-UID.token.
std::string default_control_token_file();

struct SettingsSources {
  std::optional<std::string> file;                                // path of a TOML file
  std::vector<std::pair<std::string, std::string>> command_line;  // key, value
  // The environment as name, value; for a process: environment().
  std::vector<std::pair<std::string, std::string>> environment;
};

std::vector<std::pair<std::string, std::string>> environment();

Result<Settings> load_settings(const SettingsSources& sources);
// The TOML text as if read from a file of that name.
Result<void> apply_toml(Settings& settings, std::string_view text, std::string_view file_name);

struct SettingRow {
  std::string_view key;
  std::string_view environment;  // the name of the seed system where it had one, or empty
  std::string_view form;         // what a value looks like
  std::string_view meaning;
  std::string default_text;
};
std::vector<SettingRow> setting_rows();

// "trades", "quotes,depth"; for the command line and the file alike.
Result<venue::Channels> parse_channels(std::string_view text);

}  // namespace trunkline::hub
