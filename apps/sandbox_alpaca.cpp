// trunkline sandbox alpaca: Alpaca's streams and requests on loopback.
#include <fmt/format.h>

#include "apps/command.hpp"
#include "sandbox/alpaca/server.hpp"
#include "trunkline/venue/alpaca/time_text.hpp"

namespace trunkline::apps {
namespace {

namespace alpaca = trunkline::sandbox::alpaca;

struct Options {
  alpaca::AlpacaOptions alpaca;
  sandbox::VenueServerOptions server;
  std::string clock;
  std::vector<std::string> halts;
  SettingsOptions settings;
};

int run(Options& options) {
  const auto settings = options.settings.load();
  if (!settings) return 2;
  SignalWait signals;
  hub::Log log(settings->log);
  if (!options.clock.empty()) {
    options.alpaca.clock = venue::alpaca::read_time(options.clock);
    if (!options.alpaca.clock) {
      return complain(
          {ErrorCode::InvalidArgument,
           fmt::format("--clock \"{}\" is no time such as 2026-11-27T12:59:30-05:00", excerpt(options.clock))});
    }
  }
  for (const std::string& text : options.halts) {
    auto halt = alpaca::parse_halt(text);
    if (!halt) return complain(halt.error());
    options.alpaca.halts.push_back(*std::move(halt));
  }
  const auto sandbox = alpaca::start(options.alpaca, options.server, &log);
  if (!sandbox) return complain(sandbox.error());
  fmt::print(
      "Alpaca sandbox\n  all      http://127.0.0.1:{0}\n  control  http://127.0.0.1:{0}/sandbox/status\nCtrl-C ends.\n",
      (*sandbox)->port());
  std::fflush(stdout);
  signals.wait();
  (*sandbox)->stop();
  return 0;
}

}  // namespace

void add_alpaca_sandbox(CLI::App& sandboxes, int& exit_code) {
  auto* command = sandboxes.add_subcommand("alpaca", "Alpaca: streams and requests of US stocks and crypto");
  auto options = std::make_shared<Options>();
  auto& server = options->server;
  server.symbols = {"AAPL", "MSFT", "SPY", "BTC/USD", "ETH/USD"};
  command->add_option("--port", server.port, "0: any free one")->capture_default_str();
  command->add_option("--address", server.address, "address to listen on")->capture_default_str();
  command->add_option("--symbols", server.symbols, "AAPL is a stock, BTC/USD is crypto")->delimiter(',');
  command->add_option("--rate", server.rate, "messages a second and symbol")->capture_default_str();
  command->add_option("--seed", server.seed, "the same seed gives the same flow")->capture_default_str();
  command
      ->add_option("--fault", server.faults,
                   "a fault from the start, such as drop:symbol=BTC/USD,count=1,after=50; may be repeated")
      ->allow_extra_args(false);
  command->add_option("--key", options->alpaca.key, "the one that is accepted; empty: any");
  command->add_option("--secret", options->alpaca.secret, "of that key");
  command->add_option("--clock", options->clock,
                      "when its market begins, such as 2026-11-27T12:59:30-05:00; without: now, and always open");
  command->add_option("--connections", options->alpaca.connections, "of one key on one stream; 0: no limit")
      ->capture_default_str();
  command->add_option("--symbol-limit", options->alpaca.symbol_limit, "of one connection's lists together; 0: none")
      ->capture_default_str();
  command->add_option("--halt", options->halts, "SYMBOL:after:duration in seconds; may be repeated")
      ->allow_extra_args(false);
  options->settings.add_to(*command);
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace trunkline::apps
