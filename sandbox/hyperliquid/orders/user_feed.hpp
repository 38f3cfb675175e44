// What the streams of an account are told: its orders, its fills, its funding payments. Fills and payments are kept for
// those who ask later.
//
// Thread: the server's.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "sandbox/account/desk.hpp"
#include "sandbox/faults/fault.hpp"
#include "sandbox/hyperliquid/orders/json.hpp"

namespace trunkline::sandbox::hyperliquid {

// A fill, or a funding payment.
struct UserEntry {
  std::int64_t time_ms = 0;
  Json text;
};

class UserFeed final : public DeskListener {
 public:
  // One message for who subscribed to this channel and user: "orderUpdates", "userFills", "userFundings", "user".
  using Tell = std::function<void(std::string_view channel, const std::string& user, const std::string& data)>;

  UserFeed(FaultSet& faults, Tell tell) : faults_(faults), tell_(std::move(tell)) {}

  // Between these what happens is kept back, so that the reply to a request goes out first.
  void hold() noexcept { ++held_; }
  void release();
  // Of what is kept back, fills go last.
  void put_fills_last();

  // Oldest first; of nobody: none.
  const std::deque<UserEntry>& fills(std::string_view user) const;
  const std::deque<UserEntry>& fundings(std::string_view user) const;

  void on_order(const Account& account, const ClientMarket& market, const ClientOrder& order, OrderEvent event,
                const FillRecord* fill) override;
  void on_account(const Account& account, const ClientMarket& market, std::string_view why) override;

 private:
  struct Event {
    std::string user;
    Market market;
    std::string symbol;
    std::string_view kind;  // "fill", "order" or "funding": what faults call the stream
    std::vector<std::pair<std::string_view, std::string>> messages;  // channel and data
  };

  void put(Event event);
  void send(const Event& event);

  FaultSet& faults_;
  Tell tell_;
  using Entries = std::map<std::string, std::deque<UserEntry>, std::less<>>;
  Entries fills_;
  Entries fundings_;
  std::vector<Event> kept_;
  int held_ = 0;
};

}  // namespace trunkline::sandbox::hyperliquid
