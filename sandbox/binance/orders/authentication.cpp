#include "sandbox/binance/orders/authentication.hpp"

#include <fmt/format.h>

#include "sandbox/account/credential.hpp"

namespace trunkline::sandbox::binance {
namespace {

constexpr std::int64_t most_ahead_ms = 1000;
constexpr std::int64_t usual_window_ms = 5000, most_window_ms = 60'000;

bool verifies(const AccountKey& key, std::string_view text, std::string_view signature) {
  if (!key.secret.empty() && hmac_sha256_hex(key.secret, text) == signature) return true;
  return !key.public_key.empty() && ed25519_verifies(key.public_key, text, signature);
}

}  // namespace

ApiResult<Account*> Authentication::by_key(std::optional<std::string_view> key) const {
  if (!key || key->empty()) return refuse(-2014, "API-key format invalid.", 401);
  Account* const account = desk_.account(*key);
  if (account == nullptr) return refuse(-2015, "Invalid API-key, IP, or permissions for action.", 401);
  return account;
}

ApiResult<void> Authentication::check_time(const Parameters& parameters) const {
  const auto timestamp = parameters.whole("timestamp");
  const auto window = parameters.whole("recvWindow");
  if (!timestamp) return std::unexpected(timestamp.error());
  if (!window) return std::unexpected(window.error());
  if (!*timestamp) return missing_parameter("timestamp");
  const std::int64_t allowed = window->value_or(usual_window_ms);
  if (allowed > most_window_ms) return refuse(-1131, "recvWindow must be less than 60000");
  const std::int64_t now = now_ms();
  if (**timestamp > now + most_ahead_ms)
    return refuse(-1021, "Timestamp for this request was 1000ms ahead of the server's time.");
  if (**timestamp < now - allowed) return refuse(-1021, "Timestamp for this request is outside of the recvWindow.");
  return {};
}

ApiResult<Account*> Authentication::check(Security security, std::optional<std::string_view> key,
                                          const Parameters& parameters, std::string_view signed_text) const {
  if (security == Security::None) return nullptr;
  const auto account = by_key(key);
  if (!account || security == Security::Key) return account;
  const auto signature = parameters.get("signature");
  if (!signature) return missing_parameter("signature");
  if (const auto in_time = check_time(parameters); !in_time) return std::unexpected(in_time.error());
  if (!verifies((*account)->key, signed_text, *signature))
    return refuse(-1022, "Signature for this request is not valid.");
  return account;
}

}  // namespace trunkline::sandbox::binance
