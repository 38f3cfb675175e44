#include "apps/command.hpp"

#include <csignal>
#include <cstdio>
#include <fmt/format.h>

namespace trunkline::apps {

void SettingsOptions::add_to(CLI::App& command) {
  command.add_option("-c,--config", file, "TOML file with settings")->type_name("FILE");
  command.add_option("--set", assignments, "one setting, as `trunkline settings` lists them; may be repeated")
      ->type_name("KEY=VALUE")
      ->allow_extra_args(false);
}

std::optional<hub::Settings> SettingsOptions::load() const {
  hub::SettingsSources sources{file, {}, hub::environment()};
  for (const std::string& assignment : assignments) {
    const auto equals = assignment.find('=');
    if (equals == std::string::npos) {
      complain({ErrorCode::InvalidArgument, fmt::format("--set {}: expected KEY=VALUE", excerpt(assignment))});
      return std::nullopt;
    }
    sources.command_line.emplace_back(assignment.substr(0, equals), assignment.substr(equals + 1));
  }
  sources.command_line.insert(sources.command_line.end(), command_line.begin(), command_line.end());
  auto settings = hub::load_settings(sources);
  if (!settings) {
    complain(settings.error());
    return std::nullopt;
  }
  return *std::move(settings);
}

int complain(const Error& error) {
  fmt::print(stderr, "trunkline: {}\n", error.message);
  return 1;
}

namespace {

sigset_t ending_signals() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  return signals;
}

}  // namespace

SignalWait::SignalWait() {
  const sigset_t signals = ending_signals();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

bool SignalWait::wait_for(Nanos time) {
  const sigset_t signals = ending_signals();
  const timespec limit{time.count() / 1'000'000'000, time.count() % 1'000'000'000};
  return sigtimedwait(&signals, nullptr, &limit) > 0;
}

}  // namespace trunkline::apps
