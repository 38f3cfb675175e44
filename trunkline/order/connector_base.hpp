// What every order connector is: the rules an order must keep, the journal, the tracking, the questions about what is
// in doubt, and the listeners. A venue's connector derives from SpotExchangeBase or PerpetualDerivativeBase and fills
// in the hooks; docs/write-an-order-connector.md shows one.
//
// The way of an order: rule, risk and a client order id on the caller's thread; then, on the connector's, the journal,
// the hook place_order(), and whatever the venue says. After a connection was made, and before any order goes out,
// every order that is not done is asked for, the fills since the last one too: is_ready() says that it is done. Orders
// wanted meanwhile are held, and given up as NotSent after `hold_limit`.
//
// Threads: public functions are for any thread, return at once and do not block; initialize(), connect() and
// disconnect() come from one thread. Hooks and listeners run on the connector's thread, which the derived class brings:
// post() runs something there, and on_tick() wants to be called there, ten times a second or more.
//
// Life: initialize(), connect(), ... disconnect(); the derived class stops its thread before it is destroyed and calls
// shut_down() there, or after.
#pragma once

#include <atomic>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "trunkline/core/event.hpp"
#include "trunkline/order/client_id.hpp"
#include "trunkline/order/client_order_tracker.hpp"
#include "trunkline/order/order_journal.hpp"
#include "trunkline/order/order_listeners.hpp"
#include "trunkline/order/order_rate.hpp"
#include "trunkline/order/price_board.hpp"
#include "trunkline/order/risk_gate.hpp"
#include "trunkline/order/task.hpp"
#include "trunkline/order/trading_rule.hpp"
#include "trunkline/venue/sink.hpp"

namespace trunkline::order {

enum class ConnectorType : std::uint8_t { Spot, DerivativePerpetual };

struct ConnectorConfig {
  std::string name;              // the exchange: "binance"
  std::string domain = {};       // which of its worlds: "live", "testnet", "sandbox", "paper"
  std::string account = "main";  // which of the user's accounts there
  ClientIdForm client_ids = ClientIdForm::Text36;
  JournalConfig journal = {};  // without a folder: none is kept
  RiskLimits risk = {};
  TrackerConfig tracker = {};
  bool paper = false;  // orders are matched by ourselves
  Nanos hold_limit = std::chrono::seconds{2};
  // A request that was sent so long ago can no longer take effect: the venue's own expiry, and a margin.
  Nanos request_lifetime = std::chrono::seconds{10};
  Nanos first_query = std::chrono::milliseconds{200};  // of an order in doubt; then twice as long each time,
  Nanos last_query = std::chrono::seconds{10};         // up to this
  Nanos audit_interval = std::chrono::seconds{30};     // what is open is compared with the venue's word this often
  Nanos fills_overlap = std::chrono::minutes{1};       // fills are asked for from so long before the last one known
  bool cancel_on_disconnect = false;                   // disconnect() cancels first what is open
  Nanos dead_man = Nanos{0};           // the venue is to cancel everything so long after it last heard of us
  EventLog* log = nullptr;             // outlives the connector
  const PriceBoard* prices = nullptr;  // likewise; null: no collar
};

class ConnectorBase {
 public:
  explicit ConnectorBase(ConnectorConfig config);
  virtual ~ConnectorBase();
  ConnectorBase(const ConnectorBase&) = delete;
  ConnectorBase& operator=(const ConnectorBase&) = delete;

  const std::string& name() const noexcept { return config_.name; }
  const std::string& domain() const noexcept { return config_.domain; }
  const std::string& account() const noexcept { return config_.account; }
  bool paper() const noexcept { return config_.paper; }
  virtual ConnectorType connector_type() const noexcept = 0;

  // Opens the journal and takes over what it knows.
  Result<void> initialize();
  virtual void connect() = 0;
  virtual void disconnect() = 0;
  bool is_connected() const noexcept { return connected_.load(std::memory_order_relaxed); }
  bool is_ready() const noexcept { return ready_.load(std::memory_order_relaxed); }

  // The client order id. An error here is always NotSent; what comes later goes to the listeners.
  OrderResult<OrderId> buy(const OrderParams& params) { return place(TradeType::Buy, params); }
  OrderResult<OrderId> sell(const OrderParams& params) { return place(TradeType::Sell, params); }
  OrderResult<OrderId> place(TradeType side, const OrderParams& params);
  OrderResult<void> cancel(std::string_view client_order_id);
  OrderResult<void> amend(std::string_view client_order_id, const AmendParams& params);
  // Every order that is not done, of one trading pair where one is named; how many.
  std::size_t cancel_all(std::string_view trading_pair = {});
  // One result each, in their order. They go to the venue together, as one request where it takes one.
  std::vector<OrderResult<OrderId>> place_batch(std::span<const std::pair<TradeType, OrderParams>> orders);
  std::vector<OrderResult<void>> cancel_batch(std::span<const std::string> client_order_ids);

  // The kill switch. Halted cancels what is open. The journal keeps it, so that a restart does not undo it.
  void set_trading_state(TradingState state, std::string reason);
  TradingState trading_state() const { return risk_.trading_state(); }

  // Before connect(); each may be null. They outlive the connector.
  void set_order_event_listener(OrderEventListener* listener) noexcept { order_listener_ = listener; }
  void set_trade_event_listener(TradeEventListener* listener) noexcept { trade_listener_ = listener; }
  void set_error_event_listener(ErrorEventListener* listener) noexcept { error_listener_ = listener; }
  // Orders, fills, balances and positions become frames there, written on the connector's thread. Null: none.
  void set_sink(venue::Sink* sink) noexcept { sink_ = sink; }

  const ClientOrderTracker& tracker() const noexcept { return tracker_; }
  const RiskGate& risk() const noexcept { return risk_; }
  std::optional<TradingRule> get_trading_rule(std::string_view trading_pair) const;
  std::vector<TradingRule> get_all_trading_rules() const;
  std::vector<BalanceUpdate> balances() const;
  std::optional<BalanceUpdate> balance(std::string_view currency) const;
  std::vector<Position> positions() const;

  struct Counters {
    std::uint64_t sent = 0;     // orders handed to the venue
    std::uint64_t held = 0;     // orders that waited for is_ready()
    std::uint64_t unknown = 0;  // requests whose outcome was not known
    std::uint64_t queries = 0;  // of single orders
    std::uint64_t reconciliations = 0;
    std::uint64_t adopted = 0;  // orders of the account that another program placed
    std::uint64_t journal_failures = 0;
  };
  Counters counters() const;
  // How often the journal was put on disk.
  std::uint64_t journal_syncs() const noexcept { return journal_ ? journal_->writer().syncs() : 0; }
  // What the journal knew at initialize().
  const Journalled& journalled() const noexcept { return journalled_; }

 protected:
  // --- What a connector fills in: each asks the venue and ends with its answer --------------------------------------
  // NotSent and Rejected mean that nothing took effect; Unknown that it may have.
  virtual Task<OrderResult<PlaceAnswer>> place_order(InFlightOrder order) = 0;
  virtual Task<OrderResult<OrderUpdate>> cancel_order(InFlightOrder order) = 0;
  // By default refused as Unsupported.
  virtual Task<OrderResult<OrderUpdate>> amend_order(InFlightOrder order, Price price, Quantity amount);
  // How it stands; Rejected with NotFound where the venue knows no such order.
  virtual Task<OrderResult<OrderUpdate>> query_order(InFlightOrder order) = 0;
  // All that is open on the account, conditional orders too.
  virtual Task<OrderResult<std::vector<ListedOrder>>> query_open_orders() = 0;
  // The fills of these orders' trading pairs since then, of other programs' orders too where the venue tells them.
  virtual Task<OrderResult<std::vector<TradeUpdate>>> query_fills(std::vector<InFlightOrder> orders, Nanos since) = 0;
  virtual Task<OrderResult<AccountState>> query_account() = 0;
  // Renews the venue's dead man's switch; called where `dead_man` is set, three times as often as it says.
  virtual Task<OrderResult<void>> extend_dead_man_switch(Nanos timeout);
  // Runs it on the connector's thread; from that thread too, later.
  virtual void post(std::function<void()> what) = 0;

  // --- What a connector calls, on its thread -------------------------------------------------------------------------
  void on_tick(Nanos now);
  // The way to the venue is open, logged in and subscribed; or it is not.
  void set_connected(bool connected, std::string_view why);
  // Events of the account may have been missed: everything is asked for again.
  void events_missed(std::string_view why);
  void set_trading_rules(std::vector<TradingRule> rules);
  // What the venue allows; a fifth of it is kept for cancellations.
  void set_order_limits(std::vector<OrderLimit> limits);
  void process_order_update(const OrderUpdate& update);
  void process_trade_update(TradeUpdate trade);
  void process_balance(const BalanceUpdate& balance);
  void process_position(const Position& position);
  // The whole of it: a position that is not in it is none.
  void process_account(const AccountState& account);
  // As often as the venue tells it: each counts once.
  void process_funding(const FundingPayment& payment);
  // The tracking of an order that place() did not make: before it is sent.
  bool start_tracking_order(const InFlightOrder& order);
  // After the tasks were cancelled: what they were about is in doubt, as after a crash, and is asked about once there
  // is a connection again. Nothing else may run.
  void abandon_requests(std::string_view why);
  // Ends every task; hooks are not called any more. After it nothing runs.
  void shut_down();

  const ConnectorConfig& config() const noexcept { return config_; }
  TaskScope& scope() noexcept { return scope_; }
  const TradingRule* rule_of(SymbolHash trading_pair) const;
  void report(Severity severity, std::string_view event, std::string symbol,
              std::vector<std::pair<std::string_view, std::string>> fields) const;
  virtual Nanos now() const { return unix_now(); }

 private:
  using Rules = std::unordered_map<SymbolHash, TradingRule>;
  struct Watch {  // an order that is asked about until it is no longer in doubt
    Nanos due{0};
    Nanos wait{0};
    Nanos since{0};
    bool asking = false;
  };

  struct Excess {  // of an order that a fill made larger than was asked for
    Quantity amount{};
    bool tried = false;
  };

  // connector_base.cpp: the caller's side
  std::shared_ptr<const Rules> rules() const;
  OrderResult<const TradingRule*> find_rule(const Rules& rules, std::string_view trading_pair) const;
  OrderResult<OrderId> admit(TradeType side, const OrderParams& params);
  OrderResult<OrderId> find_open(std::string_view client_order_id) const;
  OrderResult<InFlightOrder> make_order(const TradingRule& rule, TradeType side, const OrderParams& params);
  std::optional<BestPrices> best_prices(SymbolHash trading_pair) const;

  // order_requests.cpp: what we ask of the venue
  void begin_place(const OrderId& id);
  void begin_cancel(const OrderId& id);
  void begin_amend(const OrderId& id, Price price, Quantity amount);
  Task<> place_and_process(OrderId id);
  Task<> cancel_and_process(OrderId id);
  Task<> amend_and_process(OrderId id, Price price, Quantity amount);
  Task<> renew_dead_man();
  void cancel_where_wanted(const OrderSummary& order);
  void take_back_excess();
  void release_held();
  void give_up_held(Nanos now);
  template <class T>
  void mind_limits(const OrderResult<T>& answer);
  void fail_create(const OrderId& id, const OrderError& error);

  // order_doubts.cpp: questions, and what comes of them
  void watch(const OrderId& id, Nanos now);
  void ask_in_doubt(Nanos now);
  bool is_settled(const OrderSummary& order) const noexcept;
  Task<> ask(OrderId id);
  Task<> reconcile();
  Task<OrderResult<void>> reconcile_once(std::uint64_t generation);
  void adopt(const ListedOrder& listed);
  Nanos fills_since(const std::vector<InFlightOrder>& orders) const;

  // order_publishing.cpp: what is told of a change
  void apply(const OrderChange& change, std::string_view text = {});
  void match_fills(const OrderSummary& order);
  void tell_mapping(SymbolHash trading_pair);
  template <class Message, class... Tails>
  void publish(SymbolHash trading_pair, const Message& message, const Tails&... tails);
  void tell_fill(const OrderChange& change, const TradeUpdate& trade);
  void tell_error(OrderAction action, const OrderId& id, const OrderError& error);
  void tell_risk();
  void journal_failed(const Error& error);
  void compact_if_wanted();

  ConnectorConfig config_;
  ClientOrderTracker tracker_;
  RiskGate risk_;
  TaskScope scope_;
  Journalled journalled_;
  std::optional<ClientIds> ids_;
  std::unique_ptr<OrderJournal> journal_;
  OrderEventListener* order_listener_ = nullptr;
  TradeEventListener* trade_listener_ = nullptr;
  ErrorEventListener* error_listener_ = nullptr;
  venue::Sink* sink_ = nullptr;

  std::atomic<bool> connected_{false};
  std::atomic<bool> ready_{false};
  std::atomic<bool> shut_{false};

  mutable std::mutex mutex_;  // what follows, up to counters_
  std::shared_ptr<const Rules> rules_ = std::make_shared<Rules>();
  std::map<Currency, BalanceUpdate> balances_;
  std::map<SymbolHash, Position> positions_;
  Counters counters_;

  // The connector's thread alone.
  std::shared_ptr<const Rules> own_rules_ = rules_;
  std::deque<std::pair<OrderId, Nanos>> held_;  // with when they are given up
  std::unordered_map<OrderId, Watch> watched_;
  std::unordered_set<OrderId> cancelling_;
  std::unordered_map<OrderId, Excess> excess_;
  std::deque<std::pair<TradeUpdate, Nanos>> unmatched_;  // fills ahead of their order's number, with when they came
  std::unordered_set<SymbolHash> announced_;             // whose mapping is on the stream
  std::set<std::pair<Nanos, SymbolHash>> funded_;        // the latest funding payments that were told
  Nanos began_{0};                                       // what fell due before is not told
  std::uint64_t generation_ = 0;                         // of connections
  bool reconciling_ = false;
  Nanos reconcile_due_{0};  // 0: not wanted
  Nanos audit_due_{0};
  Nanos reconciled_at_{0};
  OrderRate rate_;
  Nanos dead_man_due_{0};
  Nanos risk_due_{0};
};

}  // namespace trunkline::order
