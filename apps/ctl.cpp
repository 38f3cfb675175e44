// trunkline ctl: changes a running hub.
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>

#include "apps/command.hpp"
#include "trunkline/hub/control.hpp"
#include "trunkline/net/asio.hpp"
#include "trunkline/net/http_client.hpp"

namespace trunkline::apps {
namespace {

using nlohmann::json;

struct Options {
  std::string address;
  std::string name;
  std::string channels;
  bool as_json = false;
  SettingsOptions settings;
};

struct Call {
  std::string method;
  std::string path;
  json body = nullptr;
};

Result<json> ask(const hub::Settings& settings, const Options& options, const Call& call) {
  const std::string& address = options.address.empty() ? settings.http_listen : options.address;
  if (!hub::is_loopback(address)) {
    return fail(ErrorCode::InvalidArgument, fmt::format("{}: control is for loopback alone", excerpt(address)));
  }
  const auto token = hub::control_token(settings.control_token_file);
  if (!token) return std::unexpected(token.error());
  net::asio::io_context io;
  net::HttpClient client(io);
  std::optional<Result<net::HttpClient::Reply>> reply;
  net::HttpClient::Request request{.method = call.method,
                                   .url = fmt::format("http://{}{}", address, call.path),
                                   .body = call.body.is_null() ? std::string{} : call.body.dump()};
  request.headers.add("Authorization", "Bearer " + *token);
  client.send(std::move(request), [&](Result<net::HttpClient::Reply> got) { reply.emplace(std::move(got)); });
  while (!reply) {
    io.restart();
    io.run_one();
  }
  if (!*reply) {
    return fail((*reply).error().code,
                fmt::format("no hub at {}: {}; start one with `trunkline run`", address, (*reply).error().message));
  }
  json body = json::parse((*reply)->body(), nullptr, false);
  if ((*reply)->status >= 300) {
    const bool says = body.is_object() && body.contains("error");
    return fail(ErrorCode::Unavailable,
                says ? body["error"].get<std::string>()
                     : fmt::format("{} answered {}: {}", address, (*reply)->status, excerpt((*reply)->body())));
  }
  return body;
}

void print(const json& answer) {
  if (!answer.contains("connectors")) {
    for (const auto& [what, of] : answer.items()) fmt::print("{} {}\n", what, of.get<std::string>());
    return;
  }
  fmt::print("{:<20} {:<18} {:<10} {:>12} {:>10}\n", "connector", "exchange", "connected", "messages", "reconnects");
  for (const json& each : answer["connectors"]) {
    fmt::print("{:<20} {:<18} {:<10} {:>12} {:>10}\n", each["name"].get<std::string>(),
               each["exchange"].get<std::string>(), each["connected"].get<bool>() ? "yes" : "no",
               each["messages"].get<std::uint64_t>(), each["reconnects"].get<std::uint64_t>());
  }
}

int run(const Options& options, const Call& call) {
  const auto settings = options.settings.load();
  if (!settings) return 2;
  const auto answer = ask(*settings, options, call);
  if (!answer) return complain(answer.error());
  if (options.as_json) {
    fmt::print("{}\n", answer->dump());
  } else {
    print(*answer);
  }
  return 0;
}

json subscription(const Options& options) {
  json body{{"symbol", options.name}};
  if (!options.channels.empty()) body["channels"] = options.channels;
  return body;
}

}  // namespace

void add_ctl(CLI::App& program, int& exit_code) {
  auto* ctl = program.add_subcommand("ctl", "change a running hub: connectors and symbols");
  ctl->require_subcommand(1);
  auto options = std::make_shared<Options>();
  ctl->add_option("--address", options->address, "of the hub; unset: http.listen")->type_name("ADDRESS");
  ctl->add_flag("--json", options->as_json, "print the answer as it came");
  options->settings.add_to(*ctl);

  ctl->add_subcommand("connectors", "list them")->callback([options, &exit_code] {
    exit_code = run(*options, {"GET", "/control/connectors"});
  });
  auto* connect = ctl->add_subcommand("connect", "add the connector of an exchange");
  connect->add_option("exchange", options->name, "such as kraken")->required();
  connect->callback([options, &exit_code] {
    exit_code = run(*options, {"POST", "/control/connectors", {{"exchange", options->name}}});
  });
  auto* disconnect = ctl->add_subcommand("disconnect", "stop a connector and forget it");
  disconnect->add_option("connector", options->name, "its name, as `connectors` lists it")->required();
  disconnect->callback(
      [options, &exit_code] { exit_code = run(*options, {"DELETE", "/control/connectors/" + options->name}); });
  for (const auto& [name, method, means] :
       {std::tuple{"subscribe", "POST", "add a symbol"}, std::tuple{"unsubscribe", "DELETE", "leave a symbol"}}) {
    auto* command = ctl->add_subcommand(name, means);
    command->add_option("symbol", options->name, "such as kraken:BTC-USD")->required();
    command->add_option("--channels", options->channels, "trades,quotes,depth ...");
    command->callback([options, &exit_code, method] {
      exit_code = run(*options, {method, "/control/subscriptions", subscription(*options)});
    });
  }
}

}  // namespace trunkline::apps
