#include "trunkline/hub/configured_exchange.hpp"

namespace trunkline::hub {
namespace {

Result<ExchangeConfig> without_backup(const Settings& settings, const std::string& exchange) {
  const ExchangeSettings& own = settings.exchange(exchange);
  auto config = ExchangeConfig::websocket(exchange);
  config.endpoint(own.endpoint)
      .reconnect_attempts(own.reconnect_attempts)
      .reconnect_delay(own.reconnect_delay)
      .audit_interval(own.audit_interval)
      .maximum_age(own.maximum_age)
      .request_limit(own.request_limit)
      .feed(own.feed)
      .depth(own.depth)
      .binary(own.binary)
      .paper(own.paper)
      .extended_hours(own.extended_hours);
  auto credentials = settings.credentials(exchange);
  if (!credentials) return std::unexpected(credentials.error());
  if (*credentials) config.credentials(**std::move(credentials));
  return config;
}

}  // namespace

Result<ExchangeConfig> configured_exchange(const Settings& settings, const std::string& exchange) {
  auto config = without_backup(settings, exchange);
  const ExchangeSettings& own = settings.exchange(exchange);
  if (!config || own.backup.empty()) return config;
  const bool is_address = own.backup.find("://") != std::string::npos;
  auto backup = without_backup(settings, is_address ? exchange : own.backup);
  if (!backup) return backup;
  if (is_address) backup->endpoint(own.backup);
  config->backup(*std::move(backup)).return_after(own.return_after);
  return config;
}

}  // namespace trunkline::hub
