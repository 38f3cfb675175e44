// trunkline run: connectors, bus, relay, bridge and dashboard in one process.
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <map>
#include <optional>

#include "apps/command.hpp"
#include "sandbox/registry.hpp"
#include "trunkline/hub/control.hpp"
#include "trunkline/hub/exchange_hub.hpp"
#include "trunkline/hub/order_desk.hpp"
#include "trunkline/hub/order_face.hpp"
#include "trunkline/hub/stream_server.hpp"

namespace trunkline::apps {
namespace {

struct Options {
  std::vector<std::string> symbols;
  bool sandbox = false;
  bool paper = false;
  std::uint16_t sandbox_port = 9010;
  double sandbox_rate = 50;
  std::string http;
  std::string channels;
  SettingsOptions settings;
};

const std::vector<std::string> live_defaults{"binance:BTC-USDT", "binance:ETH-USDT"};
const std::vector<std::string> sandbox_defaults{"binance:BTC-USDT", "binance:ETH-USDT", "binance:SOL-USDT",
                                                "binance_usdm:BTC-USDT"};

// Servers of our own for the exchanges of these symbols, which are sent to them.
Result<std::vector<std::unique_ptr<sandbox::RunningSandbox>>> start_sandboxes(
    const Options& options, const std::vector<SymbolDescriptor>& symbols, hub::Settings& settings, EventLog& log) {
  std::map<const sandbox::SandboxRow*, std::vector<SymbolDescriptor>> wanted;
  for (const SymbolDescriptor& symbol : symbols) {
    const auto row = sandbox::SandboxRegistry::find(symbol.exchange);
    if (!row) return std::unexpected(row.error());
    wanted[*row].push_back(symbol);
  }
  std::vector<std::unique_ptr<sandbox::RunningSandbox>> running;
  for (const auto& [row, of] : wanted) {
    // The port that was asked for is the first one's.
    const std::uint16_t port = running.empty() ? options.sandbox_port : std::uint16_t{0};
    auto started = row->start({.symbols = of, .rate = options.sandbox_rate, .port = port}, &log);
    if (!started) return std::unexpected(started.error());
    for (const std::string_view exchange : row->exchanges) {
      hub::ExchangeSettings& own = settings.exchanges[std::string(exchange)];
      own.endpoint = (*started)->endpoint(exchange);
      own.domain = "sandbox";
      own.credentials = sandbox_credentials(exchange);
    }
    running.push_back(*std::move(started));
  }
  return running;
}

std::vector<hub::ConnectorCounters> counters_of(const hub::ExchangeHub& hub) {
  std::vector<hub::ConnectorCounters> counters;
  for (const auto& report : hub.connection_status()) {
    counters.push_back({.connector = report.connector,
                        .messages = report.messages,
                        .bytes = report.bytes,
                        .requests = report.requests,
                        .rate_limited = report.rate_limited,
                        .parse_errors = report.parse_errors,
                        .errors = hub.errors(report.connector)});
  }
  return counters;
}

// A folder that goes with the run: a sandbox forgets its orders too.
class RunFolder {
 public:
  RunFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "trunkline-run-XXXXXX").string();
    if (::mkdtemp(name.data()) != nullptr) path_ = name;
  }
  ~RunFolder() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
  }
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;
  const std::string& path() const noexcept { return path_; }

 private:
  std::string path_;
};

// Sandboxes take orders unless told otherwise, or orders are matched here.
void choose_sandbox_accounts(hub::Settings& settings, const std::vector<SymbolDescriptor>& symbols) {
  if (settings.orders.none || !settings.orders.exchanges.empty()) return;
  const auto on_paper = [&paper = settings.orders.paper](std::string_view exchange) {
    return std::ranges::find(paper, "all") != paper.end() || std::ranges::find(paper, exchange) != paper.end();
  };
  for (const hub::OrderExchangeRow& row : hub::OrderRegistry::rows()) {
    if (on_paper(row.exchange)) continue;
    const bool wanted = std::ranges::find(symbols, row.exchange, &SymbolDescriptor::exchange) != symbols.end();
    if (wanted && !row.sandbox_key.empty()) settings.orders.exchanges.emplace_back(row.exchange);
  }
}

Result<void> open_accounts(hub::OrderDesk& desk, const hub::Settings& settings,
                           const std::vector<SymbolDescriptor>& symbols, bool sandbox) {
  auto paper = hub::configured_paper_accounts(settings, symbols);
  if (!paper) return std::unexpected(paper.error());
  auto accounts = hub::configured_accounts(settings);
  if (!accounts) return std::unexpected(accounts.error());
  for (hub::OrderAccountConfig& account : *paper) {
    if (auto opened = desk.open(std::move(account)); !opened) return opened;
  }
  for (hub::OrderAccountConfig& account : *accounts) {
    if (sandbox && account.domain != "sandbox") {
      return fail(ErrorCode::InvalidArgument,
                  fmt::format("orders.exchanges names {}, which --sandbox did not start: name a symbol of it, too",
                              account.exchange));
    }
    if (auto opened = desk.open(std::move(account)); !opened) return opened;
  }
  return {};
}

// Until SIGINT or SIGTERM; SIGUSR1 is the kill switch.
void serve(SignalWait& signals, hub::OrderDesk& desk) {
  while (signals.next() == SIGUSR1) desk.set_trading_state(wire::TradingState::Halted, "SIGUSR1");
}

// The token that commands must bring; empty where there is to be no control.
Result<std::string> make_control(const hub::Settings& settings, EventLog& log) {
  if (settings.control_token_file.empty() || settings.http_listen.empty()) return std::string{};
  if (!hub::is_loopback(settings.http_listen)) {
    log.write({Severity::Warning, "control_off", {}, {}, {{"reason", "http.listen is not on loopback"}}});
    return std::string{};
  }
  return hub::control_token(settings.control_token_file);
}

void print_addresses(const hub::StreamServer& server, const std::map<std::string, std::string>& sandboxes,
                     const hub::OrderDesk& desk) {
  fmt::print("Trunkline {}\n", TRUNKLINE_VERSION);
  if (!server.http_address().empty()) {
    fmt::print("  dashboard  http://{0}/\n  stream     ws://{0}/ws\n", server.http_address());
  }
  if (!server.relay_socket().empty()) fmt::print("  relay      {}\n", server.relay_socket());
  for (const auto& [exchange, endpoint] : sandboxes)
    fmt::print("  sandbox    {}/sandbox/status  {}\n", endpoint, exchange);
  for (const auto& account : desk.accounts())
    fmt::print("  orders     {} {} {}\n", account->exchange(), account->domain(), account->connector().account());
  fmt::print("Ctrl-C ends.\n");
  std::fflush(stdout);
}

int run(Options& options) {
  if (!options.symbols.empty())
    options.settings.command_line.emplace_back("symbols", fmt::format("{}", fmt::join(options.symbols, ",")));
  if (!options.http.empty()) options.settings.command_line.emplace_back("http.listen", options.http);
  if (!options.channels.empty()) options.settings.command_line.emplace_back("channels", options.channels);
  auto settings = options.settings.load();
  if (!settings) return 2;
  if (options.paper) settings->orders.paper.emplace_back("all");
  if (settings->symbols.empty()) settings->symbols = options.sandbox ? sandbox_defaults : live_defaults;

  SignalWait signals({SIGUSR1});
  hub::Log log(settings->log);
  const auto symbols = parse_symbols(settings->symbols);
  if (!symbols) return complain(symbols.error());

  std::vector<std::unique_ptr<sandbox::RunningSandbox>> sandboxes;
  std::map<std::string, std::string> sandbox_addresses;  // by exchange
  std::optional<RunFolder> run_folder;
  if (options.sandbox) {
    choose_sandbox_accounts(*settings, *symbols);
    if (settings->orders.journal.empty()) settings->orders.journal = run_folder.emplace().path();
    if (settings->orders.journal.empty())
      return complain({ErrorCode::Io, "no folder could be made for the run: choose one with orders.journal"});
    auto started = start_sandboxes(options, *symbols, *settings, log);
    if (!started) return complain(started.error());
    sandboxes = *std::move(started);
    for (const SymbolDescriptor& symbol : *symbols) {
      sandbox_addresses[symbol.exchange] = settings->exchanges[symbol.exchange].endpoint;
    }
  }
  hub::ExchangeHub hub(hub_config(*settings), log);
  if (auto connected = connect_exchanges(hub, *settings, *symbols); !connected) return complain(connected.error());
  hub::OrderDesk desk(hub, log);
  if (auto opened = open_accounts(desk, *settings, *symbols, options.sandbox); !opened) return complain(opened.error());
  std::optional<hub::Control> control;
  const auto token = make_control(*settings, log);
  if (!token) return complain(token.error());
  const hub::OrderFace orders(desk, *token);
  if (!token->empty()) {
    control.emplace(hub, *token,
                    [&](const std::string& exchange) { return connect_exchange(hub, *settings, exchange, ""); });
  }
  auto server = hub::StreamServer::start(
      hub::StreamServerConfig::from(*settings),
      hub::FromBus{.bus = hub.market_data().bus(),
                   .request_resend = [&hub](SymbolHash symbol) { hub.request_resend(symbol); },
                   .counters = [&hub] { return counters_of(hub); },
                   .control = control ? [&control](const net::HttpRequest& request) { return control->answer(request); }
                                      : std::function<net::HttpResponse(const net::HttpRequest&)>{},
                   .orders = [&orders](const net::HttpRequest& request) { return orders.answer(request); },
                   .order_accounts = [&desk] { return desk.views(); }},
      log);
  if (!server) return complain(server.error());
  hub.start();
  desk.start();
  print_addresses(**server, sandbox_addresses, desk);
  serve(signals, desk);
  desk.stop();
  hub.stop();
  (*server)->stop();
  return 0;
}

}  // namespace

void add_run(CLI::App& program, int& exit_code) {
  auto* command = program.add_subcommand("run", "everything in one process: connectors, relay, bridge, dashboard");
  auto options = std::make_shared<Options>();
  command->add_option("symbols", options->symbols,
                      "what to subscribe to, such as binance:BTC-USDT binance_usdm:BTC-USDT");
  command->add_flag("--sandbox", options->sandbox,
                    "start sandboxes of the exchanges on loopback and connect to those; needs no network");
  command->add_flag("--paper", options->paper,
                    "orders are matched here, against the market data, at every exchange without an account: no keys, "
                    "no money; orders.paper = [\"all\"]");
  command->add_option("--sandbox-port", options->sandbox_port, "of the first sandbox's first market; 0: any free ones")
      ->capture_default_str();
  command->add_option("--sandbox-rate", options->sandbox_rate, "messages a second and symbol")->capture_default_str();
  command->add_option("--http", options->http, "address:port of dashboard, stream, health and metrics")
      ->type_name("ADDRESS");
  command->add_option("--channels", options->channels,
                      "trades, aggregate_trades, quotes, depth, bars, ticker, liquidations");
  options->settings.add_to(*command);
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace trunkline::apps
