#include "apps/live_consent.hpp"

#include <cstdio>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <string>
#include <unistd.h>

#include "apps/order_text.hpp"
#include "trunkline/hub/settings.hpp"

namespace trunkline::apps {
namespace {

std::filesystem::path consents() {
  return std::filesystem::path(hub::default_state_folder()) / "live-accounts";
}

bool is_remembered(const std::string& account) {
  std::ifstream file(consents());
  for (std::string line; std::getline(file, line);) {
    if (line == account) return true;
  }
  return false;
}

Result<void> remember(const std::string& account) {
  std::error_code ignored;
  std::filesystem::create_directories(consents().parent_path(), ignored);
  std::ofstream file(consents(), std::ios::app);
  if (file << account << '\n' << std::flush) return {};
  return fail(ErrorCode::Io, fmt::format("{} cannot be written; --yes does without", consents().string()));
}

}  // namespace

Result<void> consent_to_live(const nlohmann::ordered_json& account, bool yes) {
  const std::string text = account_text(account);
  if (yes || is_remembered(text)) return {};
  if (::isatty(STDIN_FILENO) == 0) {
    return fail(ErrorCode::InvalidArgument,
                fmt::format("first use of a live account ({}): answer on a terminal, or say --yes", text));
  }
  fmt::print(stderr, "This is real money.\n{}\nTrade there from now on? Type yes: ", text);
  std::string answer;
  std::getline(std::cin, answer);
  if (answer != "yes") return fail(ErrorCode::InvalidArgument, "nothing was sent");
  return remember(text);
}

}  // namespace trunkline::apps
