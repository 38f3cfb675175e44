// The books of record over the control endpoint: what a client's own record must equal.
//
//   GET  /sandbox/account?key=K          every order ever with its fills and fees, balances, positions; exact decimals
//   GET  /sandbox/account                the keys there are
//   POST /sandbox/account                {"key","secret","public_key"}: another account, funded as the others
//   POST /sandbox/account/fund           {"key","market","asset","amount"}: deposits; negative withdraws
//   POST /sandbox/account/funding        {"market","symbol","rate"}: every position there pays or gets it now
//   POST /sandbox/account/fill           {"key","order_id" or "client_id","quantity"}: a stranger trades with an order
//
// Thread: the server's.
#pragma once

#include <functional>

#include "sandbox/account/desk.hpp"
#include "trunkline/net/http_message.hpp"

namespace trunkline::sandbox {

class Books {
 public:
  // `welcome` gives a new account what it starts with.
  Books(OrderDesk& desk, std::function<void(Account&)> welcome) : desk_(desk), welcome_(std::move(welcome)) {}
  // Nullopt where the path is none of these.
  std::optional<net::HttpResponse> answer(const net::HttpRequest& request);

 private:
  net::HttpResponse show(const net::HttpRequest& request);
  net::HttpResponse open(const net::HttpRequest& request);
  net::HttpResponse funding(const net::HttpRequest& request);
  net::HttpResponse fund(const net::HttpRequest& request);
  net::HttpResponse fill(const net::HttpRequest& request);

  OrderDesk& desk_;
  std::function<void(Account&)> welcome_;
};

}  // namespace trunkline::sandbox
