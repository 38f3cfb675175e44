#include "trunkline/hub/credentials.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "trunkline/hub/secret_file.hpp"

namespace trunkline::hub {
namespace {

struct Variable {
  std::string_view name;
  std::string_view exchange;
  std::string Credentials::* part;
};
constexpr Variable variables[] = {
    {"APCA_API_KEY_ID", "alpaca", &Credentials::api_key},
    {"APCA_API_SECRET_KEY", "alpaca", &Credentials::secret},
    {"APCA_API_KEY_ID", "alpaca_crypto", &Credentials::api_key},
    {"APCA_API_SECRET_KEY", "alpaca_crypto", &Credentials::secret},
    {"BINANCE_API_KEY", "binance", &Credentials::api_key},
    {"BINANCE_API_SECRET", "binance", &Credentials::secret},
    {"BINANCE_API_KEY", "binance_usdm", &Credentials::api_key},
    {"BINANCE_API_SECRET", "binance_usdm", &Credentials::secret},
    {"COINBASE_EXCHANGE_API_KEY", "coinbase", &Credentials::api_key},
    {"COINBASE_EXCHANGE_API_SECRET", "coinbase", &Credentials::secret},
    {"COINBASE_EXCHANGE_API_PASSPHRASE", "coinbase", &Credentials::passphrase},
    {"COINBASE_API_KEY", "coinbase_advanced", &Credentials::api_key},
    {"COINBASE_API_SECRET", "coinbase_advanced", &Credentials::secret},
};

std::string_view take_line(std::string_view& text) {
  const auto end = text.find('\n');
  std::string_view line = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  while (line.ends_with('\r') || line.ends_with(' ')) line.remove_suffix(1);
  return line;
}

Result<Credentials> parse_json(std::string_view text) {
  const auto file = nlohmann::json::parse(text, nullptr, false);
  const auto part = [&](const char* name) {
    const auto found = file.is_object() ? file.find(name) : file.end();
    return found != file.end() && found->is_string() ? found->get<std::string>() : std::string{};
  };
  Credentials out{part("name"), part("privateKey")};
  if (out.api_key.empty() || out.secret.empty()) {
    return fail(ErrorCode::InvalidArgument, "is JSON without the texts \"name\" and \"privateKey\"");
  }
  return out;
}

}  // namespace

void take_environment_credential(Settings& settings, std::string_view variable, std::string_view value) {
  for (const Variable& each : variables) {
    if (each.name == variable) settings.environment_credentials[std::string(each.exchange)].*each.part = value;
  }
}

Result<Credentials> parse_credentials(std::string_view text) {
  if (text.starts_with('{')) return parse_json(text);
  Credentials out;
  out.api_key = take_line(text);
  if (text.starts_with("-----BEGIN")) {
    out.secret = text;
  } else {
    out.secret = take_line(text);
    out.passphrase = take_line(text);
  }
  if (out.api_key.empty() || out.secret.empty()) {
    return fail(ErrorCode::InvalidArgument, "does not hold a key and a secret, a line each");
  }
  return out;
}

Result<std::optional<Credentials>> Settings::credentials(std::string_view name) const {
  const ExchangeSettings& own = exchange(name);
  if (own.credentials) return own.credentials;
  if (!own.credentials_file.empty()) {
    const auto text = read_secret_file(own.credentials_file);
    auto parsed = text ? parse_credentials(*text) : Result<Credentials>(std::unexpected(text.error()));
    if (!parsed) {
      return fail(parsed.error().code, fmt::format("credentials file {} of {}: {}", excerpt(own.credentials_file, 256),
                                                   name, parsed.error().message));
    }
    return *std::move(parsed);
  }
  const auto found = environment_credentials.find(name);
  if (found == environment_credentials.end() || found->second.api_key.empty()) return std::nullopt;
  return found->second;
}

}  // namespace trunkline::hub
