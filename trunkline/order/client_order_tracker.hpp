// What we believe of every order: begun before the order is sent, changed by what the venue says, and kept for a while
// after the end, so that late fills find it.
//
// Rules it keeps: one transition table (order_state.hpp); an order is found by our id first and the venue's second; a
// fill counts once, by trade id, order, side, price and amount; the sum of the fills is what has filled, and where the
// venue's own sum says more, fills are missing and asked for; an order that the venue says it does not know is lost
// after some times, not cancelled.
//
// Thread: any; every call takes a lock for its own time and calls nobody. Does not allocate after warm-up, but where
// copies of whole orders are handed out.
#pragma once

#include <cstdint>
#include <deque>
#include <memory_resource>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "trunkline/order/in_flight_order.hpp"

namespace trunkline::order {

struct TrackerConfig {
  std::size_t expected_orders = 4'096;  // room that is made at once
  std::size_t kept_done = 10'000;       // orders kept after their end
  std::uint32_t lost_after = 3;         // times of "not found"
};

// What a call changed.
struct OrderChange {
  enum class Kind : std::uint8_t {
    Nothing,       // known before, or out of date
    UnknownOrder,  // none of ours
    Changed,       // `order` is as it stands now
    Refused,       // the table does not allow it
  };
  Kind kind = Kind::Nothing;
  OrderState previous = OrderState::PendingCreate;
  bool alarm = false;   // against what had been told as final, or more filled than was ordered
  bool filled = false;  // by this call, with the fill that was given
  OrderSummary order = {};

  bool changed() const noexcept { return kind == Kind::Changed; }
};

class ClientOrderTracker {
 public:
  explicit ClientOrderTracker(TrackerConfig config = {});

  // Before the order is sent. False: there is one of this id.
  bool start_tracking(const InFlightOrder& order);
  // Forgets it, whatever its state.
  void stop_tracking(std::string_view client_order_id);

  std::optional<InFlightOrder> get_order(std::string_view client_order_id) const;
  std::optional<InFlightOrder> get_order_by_exchange_id(SymbolHash trading_pair, std::string_view id) const;
  std::optional<OrderSummary> find(std::string_view client_order_id) const;
  // Whose update this is.
  std::optional<OrderSummary> find(const OrderUpdate& update) const;
  // Not done, oldest first.
  std::vector<InFlightOrder> active_orders() const;
  // Fills may come: what is not done, and what ended lately.
  std::vector<InFlightOrder> all_fillable_orders() const;
  std::vector<InFlightOrder> all_orders() const;
  std::vector<InFlightOrder> lost_orders() const;
  std::size_t active_order_count() const;
  std::size_t lost_order_count() const;

  // --- What we do --------------------------------------------------------------------------------------------------
  OrderChange submitted(std::string_view client_order_id, Nanos now);  // is being handed to the venue
  OrderChange cancel_requested(std::string_view client_order_id, Nanos now);
  OrderChange amend_requested(std::string_view client_order_id, Price price, Quantity amount, Nanos now);
  // A request ended without success: NotSent and Rejected undo it, Unknown puts it in doubt.
  OrderChange create_failed(std::string_view client_order_id, OrderOutcome outcome, OrderReason reason, Nanos now);
  OrderChange cancel_failed(std::string_view client_order_id, OrderOutcome outcome, OrderReason reason, Nanos now);
  OrderChange amend_failed(std::string_view client_order_id, OrderOutcome outcome, OrderReason reason, Nanos now);

  // --- What the venue says -----------------------------------------------------------------------------------------
  OrderChange process_order_update(const OrderUpdate& update);
  OrderChange process_trade_update(const TradeUpdate& trade);
  // `final`: the venue can no longer take it, so that it never will have been.
  OrderChange process_order_not_found(std::string_view client_order_id, bool final, Nanos now);
  // The venue answered for the order as it now is: no cancellation or amendment of before is in doubt any more.
  OrderChange settle_doubts(std::string_view client_order_id, Nanos now);

  // --- From the journal --------------------------------------------------------------------------------------------
  // Puts it back as it was, in place of one of the same id.
  void restore(const InFlightOrder& order);

  struct Counters {
    std::uint64_t duplicate_fills = 0;
    std::uint64_t late_fills = 0;  // after the end
    std::uint64_t refused_transitions = 0;
    std::uint64_t stale_updates = 0;  // of a state that was left before
    std::uint64_t alarms = 0;
    std::uint64_t unknown_orders = 0;  // told of an order that is none of ours
  };
  Counters counters() const;

 private:
  struct ExchangeKey {
    SymbolHash trading_pair;
    OrderId id;
    friend bool operator==(const ExchangeKey&, const ExchangeKey&) = default;
  };
  struct ExchangeKeyHash {
    std::size_t operator()(const ExchangeKey& key) const noexcept {
      return std::hash<OrderId>{}(key.id) ^ (key.trading_pair * 0x9E3779B97F4A7C15ULL);
    }
  };
  using ByClientId = std::pmr::unordered_map<OrderId, InFlightOrder*>;
  using ByExchangeId = std::pmr::unordered_map<ExchangeKey, InFlightOrder*, ExchangeKeyHash>;

  InFlightOrder* find_locked(std::string_view client_order_id) const;
  InFlightOrder* find_locked(const OrderId& client, const OrderId& exchange, SymbolHash trading_pair) const;
  InFlightOrder& make();
  void insert(InFlightOrder& order);
  void remove(InFlightOrder& order);
  void link(InFlightOrder& order, const OrderId& exchange_order_id);
  OrderChange move(InFlightOrder& order, OrderState to, OrderReason reason, Nanos at, OrderChange change = {});
  OrderChange touched(InFlightOrder& order, Nanos at, OrderState previous, OrderChange change = {});
  OrderState open_state(const InFlightOrder& order) const noexcept;
  template <class Wanted>
  std::vector<InFlightOrder> select(Wanted wanted) const;

  TrackerConfig config_;
  mutable std::mutex mutex_;
  std::pmr::unsynchronized_pool_resource memory_;
  std::deque<InFlightOrder> pool_;
  std::vector<InFlightOrder*> free_;
  ByClientId by_client_id_{&memory_};
  ByExchangeId by_exchange_id_{&memory_};
  std::pmr::deque<OrderId> done_{&memory_};  // oldest first; may name orders that are gone
  std::size_t active_ = 0;
  Counters counters_;
};

}  // namespace trunkline::order
