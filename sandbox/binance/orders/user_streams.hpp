// Who hears of an account's orders and balances: spot subscriptions of the WebSocket API, USD-M listen keys.
//
// Thread: the server's.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sandbox/account/desk.hpp"
#include "sandbox/binance/orders/authentication.hpp"
#include "sandbox/binance/stream_board.hpp"
#include "sandbox/faults/fault.hpp"

namespace trunkline::sandbox::binance {

class UserStreams : public DeskListener {
 public:
  UserStreams(FaultSet& faults, std::int64_t listen_key_life_ms) : faults_(faults), life_ms_(listen_key_life_ms) {}

  // Spot: events go out under the returned id. Nullopt: this account's are subscribed already.
  std::optional<int> subscribe(Connection& connection, const Account& account);
  bool unsubscribe(Connection& connection, std::optional<std::int64_t> id);  // nullopt: all
  bool subscribed(const Connection& connection) const;

  // USD-M: one key an account; asking again prolongs it.
  std::string listen_key(const Account& account, std::int64_t now_ms);
  bool prolong(const Account& account, std::int64_t now_ms);
  void end_listen_key(const Account& account);
  bool attach(Connection& connection, std::string_view listen_key);  // false: no such key
  void expire_keys(std::int64_t now_ms);

  void remove(const Connection& connection);

  // Between these what happens is kept back, so that the reply to a request goes out first.
  void hold() noexcept { ++held_; }
  void release();
  // Of what is kept back, fills go last.
  void put_fills_last();

  void on_order(const Account& account, const ClientMarket& market, const ClientOrder& order, OrderEvent event,
                const FillRecord* fill) override;
  void on_account(const Account& account, const ClientMarket& market, std::string_view why) override;
  std::uint64_t events() const noexcept { return events_; }
  std::size_t listeners() const noexcept { return listeners_.size(); }

 private:
  struct Listener {
    Connection* connection;
    std::uint64_t account;
    Market market;
    int id;                  // spot
    std::string listen_key;  // USD-M
  };
  struct Kept {
    std::uint64_t account;
    Market market;
    std::string symbol;
    std::string_view kind;  // "fill", "order", "account", "algo": what faults call the stream
    std::string text;
  };
  struct Key {
    std::uint64_t account;
    std::int64_t ends_ms;
  };

  void tell(const Account& account, const ClientMarket& market, std::string_view kind, std::string text);
  void send(const Kept& event);
  void deliver(const Kept& event);

  FaultSet& faults_;
  std::int64_t life_ms_;
  std::vector<Listener> listeners_;
  std::map<std::string, Key, std::less<>> keys_;
  std::vector<Kept> kept_;
  int held_ = 0;
  int next_id_ = 0;
  std::uint64_t events_ = 0;
};

}  // namespace trunkline::sandbox::binance
