// Everything about orders, together: accounts and desk, the actions of POST /exchange, the account's streams, the books
// of record.
//
// Thread: the server's.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "sandbox/account/books.hpp"
#include "sandbox/hyperliquid/orders/order_rules.hpp"
#include "sandbox/hyperliquid/orders/signed_action.hpp"
#include "sandbox/hyperliquid/orders/user_feed.hpp"
#include "sandbox/server/venue_host.hpp"

namespace trunkline::sandbox::hyperliquid {

inline constexpr std::string_view default_private_key =
    "0x0123456789012345678901234567890123456789012345678901234567890123";

struct TradingOptions {
  std::vector<std::string> accounts{std::string(default_private_key)};  // private keys or addresses
};

// The account of a private key or an address, known by its address in lower case. InvalidArgument for neither.
Result<AccountKey> read_account_key(std::string_view text);

// Of default_private_key.
AccountKey default_account();

struct ActionReply {
  int status = 200;
  Json body;
};

class Trading {
 public:
  // `listener` hears of what clients' orders do to the public book.
  Trading(const std::vector<AccountKey>& accounts, VenueHost& host, MarketListener& listener, UserFeed::Tell tell);
  Trading(const Trading&) = delete;
  Trading& operator=(const Trading&) = delete;

  // A body of POST /exchange, or the payload of a post over the WebSocket.
  ActionReply perform(const Json& body);
  // What time and prices bring.
  void advance();
  void skew_clock(std::int64_t ms) noexcept { skew_ms_ = ms; }
  std::int64_t now_ms() const noexcept { return unix_now().count() / 1'000'000 + skew_ms_; }

  // By address in any case; null where it has none here.
  Account* account(std::string_view user);
  std::uint64_t requests_of(const Account& account) const;
  // The first order that an action names, or that a reply is about; null where there is none.
  const ClientOrder* named(const Json& body);
  const ClientOrder* told(const ActionReply& reply) const;
  // By the venue's number or by cloid: the latest that had it.
  const ClientOrder* find(const Account& account, const Json& oid) const;
  // The market that an action's first order is of, or null.
  ClientMarket* market_of(const Json& action) const;

  OrderDesk& desk() noexcept { return desk_; }
  UserFeed& feed() noexcept { return feed_; }
  // /sandbox/account...; nullopt where the path is none of these.
  std::optional<net::HttpResponse> books(net::HttpRequest request);

 private:
  void welcome(Account& account);
  ClientMarket* asset(std::uint64_t number) const;
  const ClientOrder* find(const Account& account, const Json& cancel, bool by_cloid) const;
  ActionReply run(Account& account, const Json& action);
  Json place(Account& account, const Json& order);
  Json modify(Account& account, const Json& change);
  Json cancel(Account& account, const Json& cancel, bool by_cloid);
  ActionReply set_leverage(Account& account, const Json& action);
  ActionReply schedule_cancel(Account& account, const Json& action);
  std::string no_cloid();

  UserFeed feed_;
  OrderDesk desk_;
  Books books_;
  std::vector<ListedMarket*> perpetuals_;
  std::vector<ListedMarket*> pairs_;
  std::map<std::string, Nonces> nonces_;             // by signer
  std::map<std::uint64_t, std::int64_t> cancel_at_;  // by account, Unix ms
  std::map<std::uint64_t, std::uint64_t> requests_;  // by account
  std::uint64_t next_unnamed_ = 1;
  std::int64_t skew_ms_ = 0;
};

}  // namespace trunkline::sandbox::hyperliquid
