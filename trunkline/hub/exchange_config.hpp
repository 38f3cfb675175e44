// How to connect to one exchange, said in code: ExchangeConfig::websocket("binance").reconnect_delay(1s).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "trunkline/core/clock.hpp"

namespace trunkline::hub {

using ExchangeId = std::string;  // "binance", "binance_usdm"; a row of the ExchangeRegistry

// From the environment or a file, never from the command line; never written anywhere.
struct Credentials {
  std::string api_key;
  std::string secret;
  std::string passphrase = {};  // where the venue wants one
};

class ExchangeConfig {
 public:
  static ExchangeConfig websocket(ExchangeId exchange) { return ExchangeConfig(std::move(exchange)); }

  // What the connector is called; empty: its exchange.
  ExchangeConfig& name(std::string name) { return name_ = std::move(name), *this; }
  // Failed attempts in a row before giving up; 0: for ever.
  ExchangeConfig& reconnect_attempts(std::uint32_t attempts) { return reconnect_attempts_ = attempts, *this; }
  // First delay of the exponential backoff.
  ExchangeConfig& reconnect_delay(Nanos delay) { return reconnect_delay_ = delay, *this; }
  // Scheme and host in place of the venue's own, for a sandbox or a proxy.
  ExchangeConfig& endpoint(std::string url) { return endpoint_ = std::move(url), *this; }
  // Each book is compared with a fresh snapshot this often.
  ExchangeConfig& audit_interval(Nanos interval) { return audit_interval_ = interval, *this; }
  // Connections are replaced, the new one first, before they are this old; 0: never. Less than the venue's own limit.
  ExchangeConfig& maximum_age(Nanos age) { return maximum_age_ = age, *this; }
  // Weight of REST requests a minute, where less than the venue's own limit is wanted; 0: the venue's.
  ExchangeConfig& request_limit(std::uint32_t weight) { return request_limit_ = weight, *this; }
  // Takes over while this one is Stale or not connected: another way to the same exchange, or another exchange.
  ExchangeConfig& backup(ExchangeConfig config) {
    return backup_ = std::make_shared<const ExchangeConfig>(std::move(config)), *this;
  }
  // How long this one must be right again before it takes over from its backup.
  ExchangeConfig& return_after(Nanos time) { return return_after_ = time, *this; }
  // Which of a venue's feeds; empty: the usual one. "sip" of Alpaca.
  ExchangeConfig& feed(std::string feed) { return feed_ = std::move(feed), *this; }
  // Levels a side of a book, of those the venue offers; 0: its usual.
  ExchangeConfig& depth(std::uint32_t levels) { return depth_ = levels, *this; }
  // Binary messages where the venue offers both.
  ExchangeConfig& binary(bool binary) { return binary_ = binary, *this; }
  // The venue's hosts for paper trading, which know other keys than the live ones.
  ExchangeConfig& paper(bool paper) { return paper_ = paper, *this; }
  // Silence counts before and after regular hours too, where a market has such.
  ExchangeConfig& extended_hours(bool extended) { return extended_hours_ = extended, *this; }
  ExchangeConfig& credentials(Credentials credentials) { return credentials_ = std::move(credentials), *this; }

  const ExchangeId& exchange() const noexcept { return exchange_; }
  const std::string& name() const noexcept { return name_.empty() ? exchange_ : name_; }
  std::uint32_t reconnect_attempts() const noexcept { return reconnect_attempts_; }
  Nanos reconnect_delay() const noexcept { return reconnect_delay_; }
  const std::string& endpoint() const noexcept { return endpoint_; }
  Nanos audit_interval() const noexcept { return audit_interval_; }
  Nanos maximum_age() const noexcept { return maximum_age_; }
  std::uint32_t request_limit() const noexcept { return request_limit_; }
  // Null: none.
  const ExchangeConfig* backup() const noexcept { return backup_.get(); }
  Nanos return_after() const noexcept { return return_after_; }
  const std::string& feed() const noexcept { return feed_; }
  std::uint32_t depth() const noexcept { return depth_; }
  bool binary() const noexcept { return binary_; }
  bool paper() const noexcept { return paper_; }
  bool extended_hours() const noexcept { return extended_hours_; }
  const std::optional<Credentials>& credentials() const noexcept { return credentials_; }

 private:
  explicit ExchangeConfig(ExchangeId exchange) : exchange_(std::move(exchange)) {}

  ExchangeId exchange_;
  std::string name_;
  std::uint32_t reconnect_attempts_ = 0;
  Nanos reconnect_delay_ = std::chrono::milliseconds{500};
  std::string endpoint_;
  Nanos audit_interval_ = std::chrono::minutes{5};
  std::uint32_t request_limit_ = 0;
  Nanos maximum_age_ = std::chrono::hours{23} + std::chrono::minutes{30};
  std::shared_ptr<const ExchangeConfig> backup_;
  Nanos return_after_ = std::chrono::seconds{30};
  std::string feed_;
  std::uint32_t depth_ = 0;
  bool binary_ = false;
  bool paper_ = true;
  bool extended_hours_ = false;
  std::optional<Credentials> credentials_;
};

}  // namespace trunkline::hub
