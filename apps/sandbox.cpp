// trunkline sandbox: a server that speaks a venue's protocol, for programs and tests without a network.
#include <fmt/format.h>

#include "apps/command.hpp"
#include "sandbox/binance/server.hpp"
#include "sandbox/bybit/bybit_protocol.hpp"
#include "sandbox/coinbase/protocol.hpp"
#include "sandbox/kraken/kraken_protocol.hpp"
#include "sandbox/server/venue_server.hpp"

namespace trunkline::apps {
namespace {

namespace venue_sandbox = trunkline::sandbox::binance;

struct Options {
  venue_sandbox::BinanceSandboxOptions sandbox;
  std::vector<std::string> symbols;
  std::string market = "all";
  std::uint32_t maximum_age_s = 0;
  std::vector<std::string> accounts;  // key:secret
  bool no_order_limits = false;
  SettingsOptions settings;
};

int run(Options& options) {
  const auto settings = options.settings.load();
  if (!settings) return 2;
  SignalWait signals;
  hub::Log log(settings->log);
  if (!options.symbols.empty()) options.sandbox.symbols = options.symbols;
  if (options.market != "all") {
    const auto market = sandbox::parse_market(options.market);
    if (!market) return complain(market.error());
    options.sandbox.markets = {*market};
  }
  if (options.maximum_age_s != 0) options.sandbox.maximum_age = std::chrono::seconds{options.maximum_age_s};
  if (!options.accounts.empty()) options.sandbox.trading.accounts.clear();
  for (const std::string& account : options.accounts) {
    const std::size_t colon = account.find(':');
    if (colon == 0 || colon == std::string::npos)
      return complain({ErrorCode::InvalidArgument, "--account wants KEY:SECRET or KEY:PUBLIC-KEY-IN-BASE64="});
    std::string secret = account.substr(colon + 1);
    // An Ed25519 public key, 32 bytes in base64, is 44 characters and ends so.
    const bool is_public = secret.size() == 44 && secret.ends_with('=');
    options.sandbox.trading.accounts.push_back(
        {account.substr(0, colon), is_public ? "" : secret, is_public ? secret : ""});
  }
  options.sandbox.trading.order_limits = !options.no_order_limits;
  const auto accounts = options.sandbox.trading.accounts;
  const auto markets = options.sandbox.markets;
  const auto sandbox = venue_sandbox::BinanceSandbox::start(options.sandbox, &log);
  if (!sandbox) return complain(sandbox.error());
  fmt::print("Binance sandbox\n");
  for (const auto market : markets) {
    fmt::print("  {:<8} http://127.0.0.1:{}\n", sandbox::to_text(market), (*sandbox)->port(market));
  }
  for (const auto& account : accounts) fmt::print("  account  key {}  secret {}\n", account.key, account.secret);
  fmt::print("  control  http://127.0.0.1:{}/sandbox/status\nCtrl-C ends.\n", (*sandbox)->port());
  std::fflush(stdout);
  signals.wait();
  (*sandbox)->stop();
  return 0;
}

// A sandbox of one port, on the shared server.
struct ServerOptions {
  sandbox::VenueServerOptions server;
  SettingsOptions settings;
};

int serve(ServerOptions& options, std::string_view title, std::unique_ptr<sandbox::Protocol> protocol) {
  const auto settings = options.settings.load();
  if (!settings) return 2;
  SignalWait signals;
  hub::Log log(settings->log);
  const auto server = sandbox::VenueServer::start(std::move(protocol), options.server, &log);
  if (!server) return complain(server.error());
  fmt::print("{} sandbox\n  {:<8} http://127.0.0.1:{}\n", title, "venue", (*server)->port());
  fmt::print("  control  http://127.0.0.1:{}/sandbox/status\nCtrl-C ends.\n", (*server)->port());
  std::fflush(stdout);
  signals.wait();
  (*server)->stop();
  return 0;
}

template <class Protocol>
void add_server(CLI::App& sandboxes, std::string name, std::string title, std::vector<std::string> symbols,
                int& exit_code) {
  auto* command = sandboxes.add_subcommand(std::move(name), title);
  auto options = std::make_shared<ServerOptions>();
  auto& server = options->server;
  server.symbols = std::move(symbols);
  command->add_option("--port", server.port, "0: any free one")->capture_default_str();
  command->add_option("--address", server.address, "address to listen on")->capture_default_str();
  command->add_option("--symbols", server.symbols, "as the venue writes them")->delimiter(',')->capture_default_str();
  command->add_option("--rate", server.rate, "messages a second and symbol")->capture_default_str();
  command->add_option("--seed", server.seed, "the same seed gives the same flow")->capture_default_str();
  command
      ->add_option("--fault", server.faults,
                   "a fault from the start, such as drop:symbol=BTCUSDT,count=1,after=50; may be repeated")
      ->allow_extra_args(false);
  options->settings.add_to(*command);
  command->callback([options, title, &exit_code] {
    exit_code = serve(*options, title.substr(0, title.find(':')), std::make_unique<Protocol>());
  });
}

}  // namespace

void add_sandbox(CLI::App& program, int& exit_code) {
  auto* command = program.add_subcommand("sandbox", "serve a venue's protocol on loopback, with faults to order");
  command->require_subcommand(1);
  add_alpaca_sandbox(*command, exit_code);
  auto* binance = command->add_subcommand("binance", "Binance: REST and WebSocket of spot, USD-M and COIN-M");
  auto options = std::make_shared<Options>();
  auto& sandbox = options->sandbox;
  binance->add_option("--port", sandbox.port, "of the first market, the next ones follow; 0: any free ones")
      ->capture_default_str();
  binance->add_option("--address", sandbox.address, "address to listen on")->capture_default_str();
  binance->add_option("--symbols", options->symbols, "spot names, such as BTCUSDT,ETHUSDT")->delimiter(',');
  binance->add_option("--market", options->market, "spot, usdm, coinm or all")->capture_default_str();
  binance->add_option("--rate", sandbox.rate, "messages a second and symbol")->capture_default_str();
  binance->add_option("--seed", sandbox.seed, "the same seed gives the same flow")->capture_default_str();
  binance
      ->add_option("--fault", sandbox.faults,
                   "a fault from the start, such as drop:symbol=BTCUSDT,count=1,after=50; may be repeated")
      ->allow_extra_args(false);
  binance->add_option("--replay", sandbox.replay.files, "serve a recorded session (.jsonl.gz) instead; may be repeated")
      ->allow_extra_args(false);
  binance->add_option("--speed", sandbox.replay.speed, "of the recorded time; 0: as fast as clients read")
      ->capture_default_str();
  binance->add_option("--max-age", options->maximum_age_s, "seconds that a WebSocket lives; 0: 24 hours");
  binance
      ->add_option("--account", options->accounts,
                   "KEY:SECRET of a test account, or KEY: and an Ed25519 public key in base64; may be repeated "
                   "(sandbox-key:sandbox-secret)")
      ->allow_extra_args(false);
  binance->add_flag("--no-order-limits", options->no_order_limits, "count orders, refuse none");
  options->settings.add_to(*binance);
  binance->callback([options, &exit_code] { exit_code = run(*options); });
  add_server<sandbox::coinbase::CoinbaseProtocol>(*command, "coinbase", "Coinbase: Exchange feed and Advanced Trade",
                                                  {"BTC-USD", "ETH-USD", "SOL-USD"}, exit_code);
  add_server<sandbox::bybit::BybitProtocol>(*command, "bybit", "Bybit: public stream and market REST of v5 spot",
                                            {"BTCUSDT", "ETHUSDT"}, exit_code);
  add_server<sandbox::kraken::KrakenProtocol>(*command, "kraken", "Kraken: WebSocket v2 and public REST of spot",
                                              {"BTC/USD", "ETH/USD", "SOL/USD"}, exit_code);
  add_hyperliquid_sandbox(*command, exit_code);
}

}  // namespace trunkline::apps
