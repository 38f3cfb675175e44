// What the subcommands share: how they are added to the program, and how settings reach them.
#pragma once

#include <CLI/CLI.hpp>
#include <csignal>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "trunkline/hub/exchange_hub.hpp"
#include "trunkline/hub/settings.hpp"

namespace trunkline::apps {

// Options that every subcommand with settings takes; filled in by the parser, turned into Settings by load().
struct SettingsOptions {
  std::optional<std::string> file;
  std::vector<std::string> assignments;                           // key=value
  std::vector<std::pair<std::string, std::string>> command_line;  // from options of the subcommand's own

  void add_to(CLI::App& command);
  // The settings, or nullopt after saying on standard error what is wrong.
  std::optional<hub::Settings> load() const;
};

// Each adds one subcommand; when it was chosen, its exit code is written to `exit_code`.
void add_run(CLI::App& program, int& exit_code);
void add_collect(CLI::App& program, int& exit_code);
void add_relay(CLI::App& program, int& exit_code);
void add_bridge(CLI::App& program, int& exit_code);
void add_tail(CLI::App& program, int& exit_code);
void add_sandbox(CLI::App& program, int& exit_code);
void add_order(CLI::App& program, int& exit_code);
void add_ctl(CLI::App& program, int& exit_code);
void add_alpaca_sandbox(CLI::App& sandboxes, int& exit_code);
void add_hyperliquid_sandbox(CLI::App& sandboxes, int& exit_code);
void add_settings(CLI::App& program, int& exit_code);
void add_doctor(CLI::App& program, int& exit_code);

// What `run` and `collect` share.
Result<std::vector<SymbolDescriptor>> parse_symbols(const std::vector<std::string>& texts);
hub::HubConfig hub_config(const hub::Settings& settings);
// Connects one as the settings say; an empty name is the exchange's.
Result<void> connect_exchange(hub::ExchangeHub& hub, const hub::Settings& settings, const std::string& exchange,
                              const std::string& name);
// What a sandbox gets: a venue's own key stays with the venue, and Alpaca's lets nobody in without one.
hub::Credentials sandbox_credentials(std::string_view exchange);
// Connects the exchanges of these symbols as the settings say, and subscribes to them.
Result<void> connect_exchanges(hub::ExchangeHub& hub, const hub::Settings& settings,
                               const std::vector<SymbolDescriptor>& symbols);

// Says what went wrong; returns the exit code for it.
int complain(const Error& error);

// Returns at SIGINT or SIGTERM. Block the signals before any thread starts: SignalWait's constructor does.
class SignalWait {
 public:
  // `others` are waited for too, where next() is called.
  explicit SignalWait(std::initializer_list<int> others = {});
  // Whichever comes first.
  int next();
  // False when the time is over and no signal came.
  bool wait_for(Nanos time);
  void wait() {
    while (!wait_for(std::chrono::hours{1})) {
    }
  }

 private:
  sigset_t all_;
};

}  // namespace trunkline::apps
