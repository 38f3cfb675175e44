// trunkline ctl: changes a running hub.
#include <fmt/format.h>

#include "apps/command.hpp"
#include "apps/hub_client.hpp"

namespace trunkline::apps {
namespace {

using nlohmann::json;

struct Options {
  std::string address;
  std::string name;
  std::string channels;
  std::string reason;
  bool as_json = false;
  SettingsOptions settings;
};

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

int run(const Options& options, const HubCall& call) {
  const auto settings = options.settings.load();
  if (!settings) return 2;
  const auto answer = HubClient(*settings, options.address).ask(call);
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
  auto* ctl = program.add_subcommand("ctl", "change a running hub: connectors, symbols, and whether it trades");
  ctl->require_subcommand(1);
  auto options = std::make_shared<Options>();
  ctl->add_option("--address", options->address, "of the hub; unset: http.listen")->type_name("ADDRESS");
  ctl->add_flag("--json", options->as_json, "print the answer as it came");
  options->settings.add_to(*ctl);

  ctl->add_subcommand("connectors", "list them")->callback([options, &exit_code] {
    exit_code = run(*options, {"GET", "/control/connectors"});
  });
  for (const auto& [name, state, means] :
       {std::tuple{"halt", "Halted", "the kill switch: no new order goes out, and what is open is cancelled"},
        std::tuple{"reduce", "Reducing", "only orders that make positions smaller go out"},
        std::tuple{"resume", "Active", "orders go out again"}}) {
    auto* command = ctl->add_subcommand(name, means);
    command->add_option("exchange", options->name, "of that account alone; unset: all");
    command->add_option("--reason", options->reason, "kept in the journal and told on the stream");
    command->callback([options, &exit_code, state] {
      json body{{"state", state}, {"reason", options->reason.empty() ? "trunkline ctl" : options->reason}};
      if (!options->name.empty()) body["exchange"] = options->name;
      exit_code = run(*options, {"POST", "/trading_state", std::move(body)});
    });
  }
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
