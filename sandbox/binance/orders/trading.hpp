// Everything about orders, together: accounts and desk, the API by both ways in, user streams, books of record.
//
// Thread: the server's.
#pragma once

#include "sandbox/account/books.hpp"
#include "sandbox/binance/orders/rest_trading.hpp"
#include "sandbox/binance/orders/websocket_trading.hpp"

namespace trunkline::sandbox::binance {

struct TradingOptions {
  std::vector<AccountKey> accounts{{"sandbox-key", "sandbox-secret", ""}};
  Nanos listen_key_life = std::chrono::minutes{60};
  bool order_limits = true;  // false: counted, never told nor refused
};

class Trading {
 public:
  Trading(const TradingOptions& options, Exchange& exchange, RestApi& rest, FaultSet& faults, RestApi::Later later,
          Publisher& publisher);
  Trading(const Trading&) = delete;
  Trading& operator=(const Trading&) = delete;

  void advance() {
    desk.advance();
    api.advance();
  }
  void keep_house() { streams.expire_keys(authentication.now_ms()); }

  UserStreams streams;
  OrderDesk desk;
  Authentication authentication;
  TradingApi api;
  OrderDoor door;
  WebSocketTrading websocket;
  RestTrading rest;
  Books books;

 private:
  void welcome(Account& account);
};

}  // namespace trunkline::sandbox::binance
