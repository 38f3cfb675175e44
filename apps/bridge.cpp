// trunkline bridge: a relay's stream for browsers: dashboard, WebSocket, health and metrics.
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
  if (!options.http.empty()) given.emplace_back("http.listen", options.http);
  const auto settings = options.settings.load();
  if (!settings) return 2;
  if (settings->relay_socket.empty())
    return complain({ErrorCode::InvalidArgument, "a bridge reads from a relay: relay.socket must not be none"});

  SignalWait signals;
  hub::Log log(settings->log);
  auto config = hub::StreamServerConfig::from(*settings);
  config.relay_socket.clear();  // this process reads from the relay and is none itself
  const auto server = hub::StreamServer::start(config, hub::FromRelay{settings->relay_socket}, log);
  if (!server) return complain(server.error());
  fmt::print(
      "Trunkline {0} bridge\n  dashboard  http://{1}/\n  stream     ws://{1}/ws\n  relay      {2}\nCtrl-C ends.\n",
      TRUNKLINE_VERSION, (*server)->http_address(), settings->relay_socket);
  std::fflush(stdout);
  signals.wait();
  (*server)->stop();
  return 0;
}

}  // namespace

void add_bridge(CLI::App& program, int& exit_code) {
  auto* command =
      program.add_subcommand("bridge", "a relay's stream for browsers: dashboard, WebSocket, health, metrics");
  auto options = std::make_shared<Options>();
  command->add_option("--socket", options->socket, "the relay's socket")->type_name("PATH");
  command->add_option("--http", options->http, "where to listen")->type_name("ADDRESS");
  options->settings.add_to(*command);
  command->callback([options, &exit_code] { exit_code = run(*options); });
}

}  // namespace trunkline::apps
