// Who asks: key, signature and time of a private request, refused with the venue's own codes.
//
// Thread: the server's.
#pragma once

#include "sandbox/account/desk.hpp"
#include "sandbox/binance/orders/parameters.hpp"
#include "trunkline/core/clock.hpp"

namespace trunkline::sandbox::binance {

enum class Security : std::uint8_t { None, Key, Signed };

class Authentication {
 public:
  explicit Authentication(OrderDesk& desk) : desk_(desk) {}

  // `key`: the header's or the parameter's. `signed_text`: what the signature is over.
  ApiResult<Account*> check(Security security, std::optional<std::string_view> key, const Parameters& parameters,
                            std::string_view signed_text) const;
  ApiResult<Account*> by_key(std::optional<std::string_view> key) const;
  // timestamp and recvWindow against the server's clock.
  ApiResult<void> check_time(const Parameters& parameters) const;
  // session.logon takes Ed25519 keys only.
  static bool has_ed25519(const Account& account) { return !account.key.public_key.empty(); }

  // The server's clock; a fault puts it wrong.
  std::int64_t now_ms() const noexcept { return unix_now().count() / 1'000'000 + skew_ms_; }
  void set_skew(std::int64_t ms) noexcept { skew_ms_ = ms; }

 private:
  OrderDesk& desk_;
  std::int64_t skew_ms_ = 0;
};

}  // namespace trunkline::sandbox::binance
