// Takes clients' orders into the engines of the listed markets, settles what fills, and keeps every order for ever.
// Amounts are exact; what does not fit eight decimals is cut off, against the client for fees in his favour.
//
// Spot: an order locks what it would spend, and pays its fee in the asset it receives. Perpetuals: positions are
// netted, fees and realised gains go to the quote asset's balance, and an order needs its notional over the leverage.
//
// Thread: the server's. Listeners hear of an event after the account has changed, and must not call back.
#pragma once

#include <deque>
#include <expected>
#include <map>
#include <memory>
#include <set>
#include <span>

#include "sandbox/account/account.hpp"
#include "sandbox/account/order.hpp"
#include "sandbox/market/client_market.hpp"

namespace trunkline::sandbox {

enum class Refusal : std::uint8_t {
  InsufficientBalance,
  InsufficientMargin,
  WouldTrade,         // post-only
  DuplicateClientId,  // an open order has it
  UnknownOrder,       // or open no more
  ReduceOnly,         // would open or turn a position
  WouldTriggerAtOnce,
  NothingToMatch,  // a market order, and nobody on the other side
  NoChange,
  Invalid,  // the engine takes no such price or quantity
};

enum class OrderEvent : std::uint8_t { New, Trade, Cancelled, Amended, Expired, Prevented, Triggered };

class DeskListener {
 public:
  virtual ~DeskListener() = default;
  // `fill` with Trade only.
  virtual void on_order(const Account& account, const ClientMarket& market, const ClientOrder& order, OrderEvent event,
                        const FillRecord* fill) = 0;
  // Balances of the instrument's assets, or the position in it, changed.
  virtual void on_account(const Account& account, const ClientMarket& market, std::string_view why) = 0;
};

struct FeeTable {  // as counts of 1e-8
  std::int64_t maker = 0, taker = 0;
};

// Of perpetuals: what holding a position costs at the end of each period.
struct FundingTable {
  std::int64_t period_ms = 8 * 3'600'000;
  std::int64_t rate_1e8 = 10'000;  // longs pay it, shorts get it
};

class OrderDesk : public FillListener {
 public:
  explicit OrderDesk(DeskListener& listener) : listener_(listener) {}

  void list(ClientMarket& market);
  void set_funding(FundingTable funding) { funding_ = funding; }
  void set_fees(Market market, FeeTable fees) { fees_[static_cast<std::size_t>(market)] = fees; }
  FeeTable fees(Market market) const { return fees_[static_cast<std::size_t>(market)]; }
  ClientMarket* market(Market market, std::string_view symbol) const;
  template <class Visit>
  void for_each_market(Visit&& visit) const {
    for (const auto& [key, place] : markets_) visit(*place.market);
  }
  // The last trade, or the mark where there was none.
  Price last_price(Market market, std::string_view symbol) const;

  Account& open_account(AccountKey key);
  Account* account(std::string_view key);
  const std::deque<Account>& accounts() const noexcept { return accounts_; }

  // The order holds as long as the desk. `market` must list it.
  std::expected<const ClientOrder*, Refusal> place(Account& account, ClientMarket& market, OrderRequest request);
  // What place() would refuse; nothing happens.
  std::optional<Refusal> check(Account& account, ClientMarket& market, const OrderRequest& request);
  std::optional<Refusal> cancel(const ClientOrder& order, std::string cancel_client_id = {});
  // New total quantity; at or below what has filled it cancels. An empty id keeps the client's.
  std::optional<Refusal> amend(const ClientOrder& order, Price price, Quantity quantity, std::string client_id = {});
  void expire(const ClientOrder& order, std::string reason);

  // Of this account and market, or null. By client id: the latest that had it.
  const ClientOrder* find(const Account& account, Market market, std::string_view symbol, std::uint64_t id) const;
  const ClientOrder* find(const Account& account, Market market, std::string_view symbol,
                          std::string_view client_id) const;
  const ClientOrder* order(std::uint64_t id) const;

  // Quote assets that are free for new orders in a perpetuals market, gains and losses of open positions included.
  Quantity available_margin(const Account& account, Market market, std::string_view asset) const;
  void fund(Account& account, Market market, std::string_view asset, Quantity amount);

  // A stranger trades with this resting order, and with all that is ahead of it. False where it does not rest.
  bool hit(const ClientOrder& order, Quantity quantity);

  // What time and prices bring: triggers, ends of good-till orders, funding.
  void advance();
  // Every position in this instrument pays or gets its share now, at the mark. How many there were.
  std::size_t pay_funding(ClientMarket& market, std::int64_t rate_1e8);

  void on_fill(ClientMarket& market, const match::Fill& fill) override;
  void on_prevented(ClientMarket& market, const match::Order& order) override;

 private:
  struct Listed {
    ClientMarket* market;
    Price last{}, low{}, high{};      // low and high since the last advance()
    std::int64_t funding_period = 0;  // the one that runs; 0: not known yet
  };
  using Key = std::pair<Market, std::string>;

  ClientOrder& at(std::uint64_t id) { return orders_[id - first_id]; }
  Account& owner(const ClientOrder& order) { return accounts_[order.account - 1]; }
  ClientMarket& market_of(const ClientOrder& order) const { return *market(order.market, order.symbol); }
  Listed* listed(Market market, std::string_view symbol);

  std::optional<Refusal> check_funds(const Account& account, ClientMarket& market, const OrderRequest& request);
  Quantity fillable_for(const ClientMarket& market, const Account& account, Quantity quote) const;
  Int128 sweep_cost(const ClientMarket& market, const Account& account, Quantity quantity) const;
  ClientOrder& record(Account& account, ClientMarket& market, OrderRequest request);
  void send_to_book(ClientOrder& order);
  void settle(ClientMarket& market, const match::Fill& fill, std::uint64_t id, bool maker);
  void lock(ClientOrder& order);
  void release(ClientOrder& order);
  void close(ClientOrder& order, OrderState state, OrderEvent event, std::string reason);
  bool reduces(const ClientOrder& order) const;
  bool triggers(const ClientOrder& order, const Listed& listed) const;
  void trigger(ClientOrder& order);
  void changed(const ClientOrder& order, OrderEvent event, const FillRecord* fill = nullptr);

  static constexpr std::uint64_t first_id = 28'000'001;
  DeskListener& listener_;
  std::map<Key, Listed, std::less<>> markets_;
  FundingTable funding_;
  std::array<FeeTable, market_count> fees_{FeeTable{100'000, 100'000}, {20'000, 50'000}, {10'000, 50'000}};
  std::deque<Account> accounts_;
  std::map<std::string, std::uint64_t, std::less<>> by_key_;
  std::deque<ClientOrder> orders_;
  std::set<std::uint64_t> waiting_;  // for a trigger, an end, or a position that no longer covers them
};

std::string client_id_key(Market market, std::string_view symbol, std::string_view client_id);

}  // namespace trunkline::sandbox
