// trunkline collect: connectors that write to a relay's socket.
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/post.hpp>
#include <fmt/format.h>
#include <thread>

#include "apps/command.hpp"
#include "trunkline/relay/unix_socket_writer.hpp"

namespace trunkline::apps {
namespace {

struct Options {
  std::vector<std::string> symbols;
  std::string socket;
  std::string channels;
  SettingsOptions settings;
};

int run(Options& options) {
  auto& given = options.settings.command_line;
  if (!options.symbols.empty()) given.emplace_back("symbols", fmt::format("{}", fmt::join(options.symbols, ",")));
  if (!options.socket.empty()) given.emplace_back("relay.socket", options.socket);
  if (!options.channels.empty()) given.emplace_back("channels", options.channels);
  const auto settings = options.settings.load();
  if (!settings) return 2;
  if (settings->relay_socket.empty())
    return complain({ErrorCode::InvalidArgument, "collect writes to a relay: relay.socket must not be none"});
  if (settings->symbols.empty())
    return complain(
        {ErrorCode::InvalidArgument, "say what to collect, for example: trunkline collect binance:BTC-USDT"});

  SignalWait signals;
  hub::Log log(settings->log);
  const auto symbols = parse_symbols(settings->symbols);
  if (!symbols) return complain(symbols.error());
  hub::ExchangeHub hub(hub_config(*settings), log);
  if (auto connected = connect_exchanges(hub, *settings, *symbols); !connected) return complain(connected.error());

  net::asio::io_context io{1};
  relay::FanOutConfig queue;
  queue.max_queue_bytes = settings->relay_max_queue;
  auto writer = std::make_unique<relay::UnixSocketWriter>(
      io, relay::UnixSocketWriterConfig{.socket = settings->relay_socket, .queue = queue},
      hub.market_data().subscribe(), &log);
  writer->on_resync_needed([&hub](SymbolHash symbol) { hub.request_resend(symbol); });
  std::thread writing([&io] {
    const auto work = net::asio::make_work_guard(io);
    io.run();
  });
  hub.start();
  fmt::print("Trunkline {} collects {} symbols\n  relay      {}\nCtrl-C ends.\n", TRUNKLINE_VERSION, symbols->size(),
             settings->relay_socket);
  std::fflush(stdout);
  signals.wait();
  hub.stop();
  net::asio::post(io, [&] {
    writer.reset();
    io.stop();
  });
  writing.join();
  return 0;
}

}  // namespace

void add_collect(CLI::App& program, int& exit_code) {
  auto* command = program.add_subcommand("collect", "connectors alone, which write to a relay's socket");
  auto options = std::make_shared<Options>();
  command->add_option("symbols", options->symbols, "what to subscribe to, such as binance:BTC-USDT");
  command->add_option("--socket", options->socket, "the relay's socket")->type_name("PATH");
  command->add_option("--channels", options->channels,
                      "trades, aggregate_trades, quotes, depth, bars, ticker, liquidations");
  options->settings.add_to(*command);
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace trunkline::apps
