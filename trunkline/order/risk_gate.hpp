// What an order must pass before it is sent, and the kill switch. It counts open orders and what they add up to by
// itself, from every change of an order that it is told.
//
// Thread: any; a short lock.
#pragma once

#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "trunkline/order/in_flight_order.hpp"
#include "trunkline/order/order_error.hpp"
#include "trunkline/order/price_board.hpp"

namespace trunkline::order {

// Absent or 0: no such limit.
struct RiskLimits {
  Quantity max_order_amount = Quantity::absent();
  Price max_order_notional = Price::from_int(100'000);  // in the quote currency
  std::uint32_t price_collar_bp = 1'000;                // from the best price of the other side, in 1/10,000
  std::uint32_t max_open_orders = 200;
  Quantity max_position = Quantity::absent();  // of one symbol, with all open orders filled
  std::uint32_t max_orders_per_second = 100;
  Nanos duplicate_window = std::chrono::milliseconds{500};  // the same order again within so long, while one is open
};

class RiskGate {
 public:
  explicit RiskGate(RiskLimits limits = {}) : limits_(limits) {}

  // Counts the order in where it passes. `book`: best prices of a Live book; none: refused unless `allow_stale_book` or
  // there is no collar.
  OrderResult<void> admit(const OrderSummary& order, std::optional<BestPrices> book, bool allow_stale_book, Nanos now);
  // An amendment to this price and amount.
  OrderResult<void> admit_amendment(const OrderSummary& order, Price price, Quantity amount,
                                    std::optional<BestPrices> book) const;
  // How an order stands now; also of orders that were not admitted here.
  void update(const OrderSummary& order);
  // Of a symbol, as the venue says it was at that moment, and as later fills change it.
  void set_position(SymbolHash trading_pair, Quantity position, Nanos as_of = Nanos{0});
  void add_fill(SymbolHash trading_pair, TradeType side, Quantity amount, Nanos filled_at = Nanos::max());
  Quantity position(SymbolHash trading_pair) const;

  TradingState trading_state() const;
  std::string reason() const;
  void set_trading_state(TradingState state, std::string reason);

  struct Counters {
    std::uint64_t admitted = 0;
    std::uint64_t refused = 0;
    std::uint32_t open_orders = 0;
  };
  Counters counters() const;
  const RiskLimits& limits() const noexcept { return limits_; }

 private:
  struct Open {
    SymbolHash trading_pair = 0;
    TradeType side = TradeType::Buy;
    Price price;
    Quantity amount;     // as ordered
    Quantity remaining;  // what may still fill
    Nanos created{0};
  };
  struct Exposure {
    Nanos as_of{0};                 // fills up to here are in the position
    std::int64_t position = 0;      // raw Quantity, signed
    std::int64_t open[2] = {0, 0};  // by TradeType
  };

  OrderResult<void> check(const OrderSummary& order, std::optional<BestPrices> book, bool allow_stale_book, Nanos now);
  OrderResult<void> check_collar(const OrderSummary& order, Price price, std::optional<BestPrices> book,
                                 bool allow_stale_book) const;
  OrderResult<void> check_size(Price price, Quantity amount) const;
  OrderResult<void> check_position(const OrderSummary& order) const;
  OrderResult<void> check_reducing(const OrderSummary& order) const;
  void remove(const OrderId& id);

  RiskLimits limits_;
  mutable std::mutex mutex_;
  TradingState state_ = TradingState::Active;
  std::string reason_;
  std::unordered_map<OrderId, Open> open_;
  std::unordered_map<SymbolHash, Exposure> exposure_;
  std::deque<Nanos> recent_;  // when orders of the last second were admitted
  Counters counters_;
};

}  // namespace trunkline::order
