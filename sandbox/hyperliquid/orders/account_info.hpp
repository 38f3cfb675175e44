// The questions of POST /info that are about one account. Anybody may ask; of an address without an account here there
// is nothing to tell.
//
// Thread: the server's.
#pragma once

#include "sandbox/hyperliquid/info.hpp"
#include "sandbox/hyperliquid/orders/trading.hpp"

namespace trunkline::sandbox::hyperliquid {

class AccountInfo {
 public:
  explicit AccountInfo(Trading& trading) : trading_(trading) {}

  static bool is_one(const Json& question);
  InfoAnswer answer(const Json& question);

 private:
  Json orders(const Account& account, std::string_view type) const;
  Json status(const Account& account, const Json& oid) const;
  Json fills(std::string_view user, const Json& question) const;
  Json fundings(std::string_view user, const Json& question) const;
  Json rate_limit(const Account& account) const;

  Trading& trading_;
};

}  // namespace trunkline::sandbox::hyperliquid
