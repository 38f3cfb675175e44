// The hub's accounts that orders go through: an order connector for each, its journal, its limits, and the board of
// best prices that they are held against. What becomes of orders goes to the hub's bus, so that everybody who reads
// the stream has it.
//
//   hub::OrderDesk desk(hub, log);
//   desk.open(config);          // one account; before start()
//   hub.start();
//   desk.start();
//   desk.find("binance")->connector().buy({.trading_pair = "BTC-USDT", .amount = "0.01", .price = 60000});
//
// Thread: open(), start() and stop() are the owner's; everything else is for any thread.
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "trunkline/hub/exchange_hub.hpp"
#include "trunkline/hub/health.hpp"
#include "trunkline/hub/order_history.hpp"
#include "trunkline/hub/order_registry.hpp"
#include "trunkline/hub/settings.hpp"
#include "trunkline/paper/paper_config.hpp"

namespace trunkline::hub {

struct OrderAccountConfig {
  std::string exchange;
  std::string domain = "live";  // or "testnet", "sandbox": where `endpoint` leads; "paper" goes with `paper`
  // Orders are matched here, against the hub's market data: no endpoint, credentials or journal.
  std::optional<paper::PaperConfig> paper = {};
  order::ConnectorType paper_type = order::ConnectorType::Spot;
  std::string account = "main";
  std::string endpoint = {};  // scheme and host in place of the venue's own
  Credentials credentials = {};
  std::filesystem::path journal = {};  // this account's own folder; empty: none is kept
  log::FlushPolicy flush = log::FlushPolicy::Group;
  order::RiskLimits risk = {};
  Nanos hold_limit = std::chrono::seconds{2};
  bool busy_poll = false;  // of a real account
  bool cancel_on_disconnect = false;
  Nanos dead_man{0};
  Nanos reconnect_delay = std::chrono::milliseconds{500};
  bus::RingConfig ring = {};
};

// The accounts at venues that the settings name. An error says which setting is missing.
Result<std::vector<OrderAccountConfig>> configured_accounts(const Settings& settings);
// The paper accounts that the settings name; `symbols` are those subscribed to. An exchange has one account, real or
// paper: naming it for both is refused.
Result<std::vector<OrderAccountConfig>> configured_paper_accounts(const Settings& settings,
                                                                  const std::vector<SymbolDescriptor>& symbols);

class OrderAccount {
 public:
  // `hub`, `log` and `prices` outlive it. Opens the journal: AlreadyExists where another process has it.
  static Result<std::unique_ptr<OrderAccount>> open(OrderAccountConfig config, ExchangeHub& hub,
                                                    const order::PriceBoard& prices, EventLog& log);

  const std::string& exchange() const noexcept { return connector_->name(); }
  const std::string& domain() const noexcept { return connector_->domain(); }
  // Orders are worth real money.
  bool live() const noexcept { return domain() == "live" && !connector_->paper(); }
  order::ConnectorBase& connector() noexcept { return *connector_; }
  const order::ConnectorBase& connector() const noexcept { return *connector_; }
  const OrderHistory& history() const noexcept { return history_; }
  // Before start(): a strategy's own listeners, called on the connector's thread. They outlive the account.
  void set_listeners(order::OrderEventListener* orders, order::TradeEventListener* trades,
                     order::ErrorEventListener* errors) noexcept {
    history_.forward_to(orders, trades, errors);
  }
  const std::shared_ptr<bus::Ring>& ring() const noexcept { return ring_; }

  struct Pair {
    std::string text;  // canonical; of a symbol not known: its hash
    std::string base = {};
    std::string quote = {};
  };
  Pair pair(SymbolHash symbol) const;
  OrderAccountView view() const;

 private:
  OrderAccount() = default;

  Result<void> make_connector(OrderAccountConfig config, const order::PriceBoard& prices, EventLog& log);
  void make_paper_connector(const OrderAccountConfig& config, ExchangeHub& hub, const order::PriceBoard& prices,
                            EventLog& log);
  template <class Connector>
  void adopt(std::unique_ptr<Connector> connector);

  OrderHistory history_;  // the connector tells it until it goes
  std::shared_ptr<bus::Ring> ring_;
  std::unique_ptr<order::ConnectorBase> connector_;
  mutable std::mutex pairs_mutex_;
  mutable std::map<SymbolHash, Pair> pairs_;
  mutable Nanos pairs_read_{0};
};

class OrderDesk {
 public:
  // Both outlive it.
  OrderDesk(ExchangeHub& hub, EventLog& log) : hub_(hub), log_(log) {}
  ~OrderDesk();  // stops

  // AlreadyExists where the exchange has an account here.
  Result<void> open(OrderAccountConfig config);
  void start();
  // Ends the connections; cancels first what is open, where the configuration says so.
  void stop();

  const std::vector<std::unique_ptr<OrderAccount>>& accounts() const noexcept { return accounts_; }
  // Null: none.
  OrderAccount* find(std::string_view exchange) const noexcept;
  // The kill switch, of one account or of all.
  void set_trading_state(order::TradingState state, const std::string& reason, std::string_view exchange = {});
  const order::PriceBoard& prices() const noexcept { return prices_; }
  std::vector<OrderAccountView> views() const;

 private:
  ExchangeHub& hub_;
  EventLog& log_;
  order::PriceBoard prices_;
  std::vector<std::unique_ptr<OrderAccount>> accounts_;
  bool running_ = false;
};

}  // namespace trunkline::hub
