#include "trunkline/hub/settings_table.hpp"

#include <array>

#include "trunkline/hub/exchange_registry.hpp"
#include "trunkline/hub/order_registry.hpp"

namespace trunkline::hub {
namespace {

template <auto Member>
Outcome set(Settings& settings, std::string_view text) {
  return read(text, settings.*Member);
}

template <auto Member>
Outcome set_order(Settings& settings, std::string_view text) {
  return read(text, settings.orders.*Member);
}

template <auto Member>
Outcome set_paper(Settings& settings, std::string_view text) {
  return read(text, settings.paper.*Member);
}

template <auto Member>
Outcome set_risk(Settings& settings, std::string_view text) {
  return read(text, settings.orders.risk.*Member);
}

Outcome read_order_exchanges(Settings& settings, std::string_view text) {
  OrderSettings& orders = settings.orders;
  orders.none = text == "none";
  orders.exchanges = orders.none ? std::vector<std::string>{} : split_list(text);
  for (const std::string& exchange : orders.exchanges) {
    if (const auto row = OrderRegistry::find(exchange); !row) return std::unexpected(row.error().message);
  }
  return {};
}

constexpr std::array all_rows{
    SettingsTableRow{"data_source", "DATA_SOURCE", "name", "binance_ws",
                     "where market data comes from: binance_ws, the symbols' venues; hft_connector, a pull connector",
                     [](Settings& s, std::string_view text) { return read_data_source(text, s.data_source); }},
    SettingsTableRow{
        "connector_name", "CONNECTOR_NAME", "name", "",
        "what a single connector is called in logs, health and metrics; empty: its exchange. With hft_connector also "
        "which kind it is, where there is one of that name; else its data are made up",
        set<&Settings::connector_name>},
    SettingsTableRow{"connector_poll_interval_ms", "CONNECTOR_POLL_INTERVAL_MS", "milliseconds", "100",
                     "how often a connector looks at its timers",
                     [](Settings& s, std::string_view text) {
                       std::uint32_t ms = 0;
                       if (auto outcome = read(text, ms); !outcome) return outcome;
                       if (ms == 0 || ms > 10'000)
                         return Outcome{std::unexpected("expected milliseconds from 1 to 10000")};
                       s.connector_poll_interval = std::chrono::milliseconds{ms};
                       return Outcome{};
                     }},
    SettingsTableRow{"connector_paper_trading", "CONNECTOR_PAPER_TRADING", "true or false", "true",
                     "kept for configurations of earlier programs: orders are `orders.*`",
                     set<&Settings::connector_paper_trading>},
    SettingsTableRow{"symbols", "", "list", "", "what to subscribe to, as exchange:BASE-QUOTE",
                     [](Settings& s, std::string_view text) { return read_symbols(text, s.symbols); }},
    SettingsTableRow{"channels", "", "list", "trades,quotes,depth",
                     "kinds of data: trades, aggregate_trades, quotes, depth, bars, ticker, liquidations",
                     set<&Settings::channels>},
    SettingsTableRow{"http.listen", "", "address:port", "127.0.0.1:8000", "dashboard, stream, health and metrics",
                     set<&Settings::http_listen>},
    SettingsTableRow{"http.allowed_origins", "", "list", "", "origins of other pages that may open the stream",
                     set<&Settings::http_allowed_origins>},
    SettingsTableRow{"control.token_file", "", "path", "",
                     "holds the token that `trunkline ctl` needs, made where it is missing; empty: "
                     "$XDG_RUNTIME_DIR/trunkline.token, `none`: no control",
                     set<&Settings::control_token_file>},
    SettingsTableRow{"relay.socket", "", "path", "",
                     "unix socket of the relay; empty: $XDG_RUNTIME_DIR/trunkline.sock, `none`: no relay",
                     set<&Settings::relay_socket>},
    SettingsTableRow{"relay.max_queue", "MAX_QUEUE", "size", "8MiB",
                     "bytes that may wait for a slow client before its books are conflated",
                     set<&Settings::relay_max_queue>},
    SettingsTableRow{"relay.heartbeat", "", "duration", "30s", "a sign of life to every client this often",
                     set<&Settings::relay_heartbeat>},
    SettingsTableRow{"filter.symbols", "", "list", "",
                     "clients are served these alone, as exchange:BASE-QUOTE; empty: all",
                     [](Settings& s, std::string_view text) { return read_symbols(text, s.filter.symbols); }},
    SettingsTableRow{
        "filter.kinds", "", "list", "",
        "clients are served these alone: trades, aggregate_trades, quotes, depth, bars, ticker, liquidations; empty: "
        "all",
        [](Settings& s, std::string_view text) {
          return text.empty() ? (s.filter.kinds = {}, Outcome{}) : read(text, s.filter.kinds);
        }},
    SettingsTableRow{"filter.depth", "", "number", "0", "books are served with so many levels a side; 0: all",
                     [](Settings& s, std::string_view text) { return read(text, s.filter.depth); }},
    SettingsTableRow{"filter.conflation", "", "duration", "0s",
                     "books and quotes of a symbol are served at most this often; 0s: each change",
                     [](Settings& s, std::string_view text) { return read(text, s.filter.conflation); }},
    SettingsTableRow{
        "filter.price_band", "", "number", "0",
        "trades farther from the middle of bid and ask than so many basis points are marked as outliers; 0: none",
        [](Settings& s, std::string_view text) { return read(text, s.filter.price_band); }},
    SettingsTableRow{"bus.capacity", "", "size", "4MiB", "ring of each connector, a power of two",
                     [](Settings& s, std::string_view text) { return read_power_of_two(text, s.bus_capacity); }},
    SettingsTableRow{"bus.wait", "", "block, yield or spin", "block", "how readers wait for the next frame",
                     set<&Settings::bus_wait>},
    SettingsTableRow{"orders.exchanges", "", "list", "",
                     "exchanges that orders may go to, where there are credentials; empty: those of `run --sandbox` "
                     "that take orders, else none; `none`: none",
                     read_order_exchanges},
    SettingsTableRow{"orders.paper", "", "list", "",
                     "exchanges whose orders are matched here, against their market data, without an account there; "
                     "`all`: every one that is subscribed to and not in orders.exchanges",
                     set_order<&OrderSettings::paper>},
    SettingsTableRow{"orders.journal", "", "path", "",
                     "folder of the journals, one folder in it for each exchange, domain and account; empty: "
                     "$XDG_STATE_HOME/trunkline/journal, and one for the run alone with `run --sandbox`",
                     set_order<&OrderSettings::journal>},
    SettingsTableRow{"orders.flush", "", "none, group or each", "group",
                     "when the journal is on disk: left to the system, at most 2 ms after a write, or before each send",
                     set_order<&OrderSettings::flush>},
    SettingsTableRow{"orders.account", "", "name", "main",
                     "what the account is called in the journal and on the stream",
                     [](Settings& s, std::string_view text) { return read_account(text, s.orders.account); }},
    SettingsTableRow{"orders.hold_limit", "", "duration", "2s",
                     "an order waits so long for a connector that is not ready, and is given up as NotSent then",
                     set_order<&OrderSettings::hold_limit>},
    SettingsTableRow{"orders.busy_poll", "", "true or false", "false",
                     "the threads of order connectors never sleep: faster, and each takes a processor of its own",
                     set_order<&OrderSettings::busy_poll>},
    SettingsTableRow{"orders.cancel_on_disconnect", "", "true or false", "false",
                     "what is open is cancelled before the hub ends", set_order<&OrderSettings::cancel_on_disconnect>},
    SettingsTableRow{
        "orders.dead_man", "", "duration", "0s",
        "the venue is to cancel everything so long after it last heard of the hub, where it can; 0s: never",
        set_order<&OrderSettings::dead_man>},
    SettingsTableRow{"paper.queue", "", "back or front", "back",
                     "where a paper order stands among what is displayed at its price: behind all of it, or ahead",
                     set_paper<&paper::PaperConfig::queue>},
    SettingsTableRow{"paper.latency", "", "duration", "50ms", "to the paper venue, and again back from it",
                     set_paper<&paper::PaperConfig::latency>},
    SettingsTableRow{"paper.maker_fee", "", "number", "0.001", "part of the notional; negative: a rebate",
                     [](Settings& s, std::string_view text) { return read_fee(text, s.paper.maker_fee); }},
    SettingsTableRow{"paper.taker_fee", "", "number", "0.001", "part of the notional",
                     [](Settings& s, std::string_view text) { return read_fee(text, s.paper.taker_fee); }},
    SettingsTableRow{"paper.balances", "", "list", "",
                     "what a paper account begins with, as USDT=10000,BTC=0.5; empty: 100000 of each quote currency "
                     "that stands for US dollars",
                     set_paper<&paper::PaperConfig::balances>},
    SettingsTableRow{"paper.leverage", "", "number", "20", "of paper positions in derivatives, until it is set",
                     [](Settings& s, std::string_view text) { return read_leverage(text, s.paper.leverage); }},
    SettingsTableRow{"risk.max_order_amount", "", "number", "0", "largest amount of an order; 0: no limit",
                     set_risk<&order::RiskLimits::max_order_amount>},
    SettingsTableRow{"risk.max_order_notional", "", "number", "100000",
                     "largest price x amount of an order, in its quote currency; 0: no limit",
                     set_risk<&order::RiskLimits::max_order_notional>},
    SettingsTableRow{"risk.price_collar_bp", "", "number", "1000",
                     "how far a price may be from the best one of the other side, in 1/10,000; 0: no collar, and no "
                     "Live book needed",
                     set_risk<&order::RiskLimits::price_collar_bp>},
    SettingsTableRow{"risk.max_open_orders", "", "number", "200", "of an account; 0: no limit",
                     set_risk<&order::RiskLimits::max_open_orders>},
    SettingsTableRow{"risk.max_position", "", "number", "0",
                     "of a symbol, either way, with all that is open filled; 0: no limit",
                     set_risk<&order::RiskLimits::max_position>},
    SettingsTableRow{"risk.max_orders_per_second", "", "number", "100", "of an account; 0: no limit",
                     set_risk<&order::RiskLimits::max_orders_per_second>},
    SettingsTableRow{"risk.duplicate_window", "", "duration", "500ms",
                     "an order equal to one that is open is refused for so long; 0s: never",
                     set_risk<&order::RiskLimits::duplicate_window>},
    SettingsTableRow{"log.format", "", "text or json", "text", "how log lines are written",
                     [](Settings& s, std::string_view text) { return read(text, s.log.format); }},
    SettingsTableRow{"log.level", "", "debug, info, warning or error", "info", "least severity that is written",
                     [](Settings& s, std::string_view text) { return read(text, s.log.level); }},
    SettingsTableRow{"log.file", "", "path", "", "empty: standard error",
                     [](Settings& s, std::string_view text) { return read(text, s.log.file); }},
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

constexpr std::array all_exchange_rows{
    ExchangeSettingRow{"endpoint", "http:// or https:// URL", "",
                       "in place of the venue's own hosts, for streams and requests: a sandbox, a proxy",
                       set_exchange<&ExchangeSettings::endpoint>},
    ExchangeSettingRow{
        "domain", "live, testnet or sandbox", "live",
        "which of the venue's worlds `endpoint` is, for orders: those to a live one need --live",
        [](ExchangeSettings& s, std::string_view text, std::string_view) { return read_domain(text, s.domain); }},
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
    ExchangeSettingRow{"depth", "number", "0",
                       "levels a side of a book, of a venue that offers several: 10, 25, 100, 500 or 1000 of kraken, 5 "
                       "or 20 of hyperliquid; 0: the "
                       "venue's usual",
                       read_depth},
    ExchangeSettingRow{
        "credentials_file", "path", "",
        "a file that only its user may read: the key in its first line, the secret in its second; see the "
        "venue's page",
        set_exchange<&ExchangeSettings::credentials_file>},
};

}  // namespace

std::span<const SettingsTableRow> settings_rows() noexcept {
  return all_rows;
}

std::span<const ExchangeSettingRow> exchange_setting_rows() noexcept {
  return all_exchange_rows;
}

}  // namespace trunkline::hub
