// trunkline relay: many collectors in, many clients out, over one unix socket.
#include <fmt/format.h>

#include "apps/command.hpp"
#include "trunkline/hub/stream_server.hpp"

namespace trunkline::apps {
namespace {

struct Options {
  std::string socket;
  std::string http;
  SettingsOptions settings;
};

int run(Options& options) {
  auto& given = options.settings.command_line;
  if (!options.socket.empty()) given.emplace_back("relay.socket", options.socket);
  const auto settings = options.settings.load();
  if (!settings) return 2;
  if (settings->relay_socket.empty())
    return complain({ErrorCode::InvalidArgument, "a relay needs a socket: relay.socket must not be none"});

  SignalWait signals;
  hub::Log log(settings->log);
  auto config = hub::StreamServerConfig::from(*settings);
  config.http_listen = options.http;
  const auto server = hub::StreamServer::start(config, hub::FromCollectors{}, log);
  if (!server) return complain(server.error());
  fmt::print("Trunkline {} relay\n  relay      {}\n", TRUNKLINE_VERSION, (*server)->relay_socket());
  if (!options.http.empty()) fmt::print("  dashboard  http://{}/\n", (*server)->http_address());
  fmt::print("Ctrl-C ends.\n");
  std::fflush(stdout);
  signals.wait();
  (*server)->stop();
  return 0;
}

}  // namespace

void add_relay(CLI::App& program, int& exit_code) {
  auto* command = program.add_subcommand("relay", "many collectors in, many clients out, over one unix socket");
  auto options = std::make_shared<Options>();
  command->add_option("--socket", options->socket, "where to listen")->type_name("PATH");
  command->add_option("--http", options->http, "also serve dashboard, stream, health and metrics at this address:port")
      ->type_name("ADDRESS");
  options->settings.add_to(*command);
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace trunkline::apps
