// trunkline sandbox hyperliquid: Hyperliquid's market data and orders on loopback.
#include <fmt/format.h>

#include "apps/command.hpp"
#include "sandbox/hyperliquid/protocol.hpp"
#include "sandbox/server/venue_server.hpp"

namespace trunkline::apps {
namespace {

namespace hyperliquid = trunkline::sandbox::hyperliquid;

struct Options {
  sandbox::VenueServerOptions server;
  hyperliquid::TradingOptions trading;
  SettingsOptions settings;
};

int run(Options& options) {
  const auto settings = options.settings.load();
  if (!settings) return 2;
  SignalWait signals;
  hub::Log log(settings->log);
  std::vector<sandbox::AccountKey> accounts;
  for (const std::string& text : options.trading.accounts) {
    auto account = hyperliquid::read_account_key(text);
    if (!account) return complain(account.error());
    accounts.push_back(*std::move(account));
  }
  const auto server =
      sandbox::VenueServer::start(std::make_unique<hyperliquid::HyperliquidProtocol>(accounts), options.server, &log);
  if (!server) return complain(server.error());
  fmt::print("Hyperliquid sandbox\n  {:<8} http://127.0.0.1:{}\n", "venue", (*server)->port());
  for (const auto& account : accounts)
    fmt::print("  account  {}{}{}\n", account.key, account.secret.empty() ? "" : "  private key ", account.secret);
  fmt::print("  control  http://127.0.0.1:{}/sandbox/status\nCtrl-C ends.\n", (*server)->port());
  std::fflush(stdout);
  signals.wait();
  (*server)->stop();
  return 0;
}

}  // namespace

void add_hyperliquid_sandbox(CLI::App& sandboxes, int& exit_code) {
  auto* command = sandboxes.add_subcommand(
      "hyperliquid", "Hyperliquid: POST /info, POST /exchange and WebSocket of perpetuals and spot");
  auto options = std::make_shared<Options>();
  auto& server = options->server;
  server.symbols = {"BTC", "ETH", "SOL", "HYPE/USDC"};
  command->add_option("--port", server.port, "0: any free one")->capture_default_str();
  command->add_option("--address", server.address, "address to listen on")->capture_default_str();
  command->add_option("--symbols", server.symbols, "BTC is a perpetual, HYPE/USDC a spot pair")
      ->delimiter(',')
      ->capture_default_str();
  command->add_option("--rate", server.rate, "messages a second and symbol")->capture_default_str();
  command->add_option("--seed", server.seed, "the same seed gives the same flow")->capture_default_str();
  command
      ->add_option("--fault", server.faults,
                   "a fault from the start, such as drop:symbol=BTC,count=1,after=50; may be repeated")
      ->allow_extra_args(false);
  command
      ->add_option("--account", options->trading.accounts,
                   "private key of a test account, or its address; may be repeated (0x0123...0123)")
      ->allow_extra_args(false);
  options->settings.add_to(*command);
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace trunkline::apps
