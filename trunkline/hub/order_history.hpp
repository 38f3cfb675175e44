// What became of an account's orders, for people to look at: a timeline of each order, which ended last, and what the
// fills of each symbol come to. Bounded; the journal is what is kept.
//
// Thread: the listeners' functions are the connector's, the rest any; a short lock.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "trunkline/order/order_listeners.hpp"
#include "trunkline/order/price_board.hpp"

namespace trunkline::hub {

// One thing that was heard of an order.
struct OrderMoment {
  enum class Kind : std::uint8_t {
    Taken,   // over from the journal, as it stood
    Change,  // of its state, price or amount
    Fill,    // `price` and `amount` are the fill's
    Error,   // a request failed
  };
  Nanos time{0};
  Kind kind = Kind::Change;
  order::OrderState state = order::OrderState::PendingCreate;
  order::OrderState previous = order::OrderState::PendingCreate;
  order::OrderReason reason = order::OrderReason::None;
  Price price = Price::absent();
  Quantity amount{};
  Quantity filled{};  // of the order by then
  std::string text = {};
};

struct OrderTimeline {
  std::deque<OrderMoment> moments;
  std::uint64_t left_out = 0;  // older ones, since there were too many
};

// Fills and funding of a symbol since the hub started.
struct Turnover {
  SymbolHash trading_pair = 0;
  Quantity bought{};
  Quantity sold{};
  Int128 paid = 0;      // price x amount, in 1e-16
  Int128 received = 0;  //
  std::uint64_t fills = 0;
  std::map<order::Currency, Quantity> fees = {};
  std::map<order::Currency, Quantity> funding = {};  // negative: paid

  // What they come to with the rest closed at the mark, fees of these two currencies taken off and funding in the quote
  // currency added; other currencies are not in it. Absent where a rest has no mark, or where it does not fit.
  Price profit(order::BestPrices mark, std::string_view base, std::string_view quote) const;
};

class OrderHistory final : public order::OrderEventListener,
                           public order::TradeEventListener,
                           public order::ErrorEventListener {
 public:
  static constexpr std::size_t kept_orders = 2'000;
  static constexpr std::size_t kept_moments = 64;  // of an order
  static constexpr std::size_t kept_ended = 100;

  // Before the connector runs: what the journal knew.
  void take_over(const std::vector<order::InFlightOrder>& orders, Nanos now);

  // Before the connector runs: a strategy's own, told the same after it was noted here. Each may be null.
  void forward_to(order::OrderEventListener* orders, order::TradeEventListener* trades,
                  order::ErrorEventListener* errors) noexcept {
    orders_ = orders;
    trades_ = trades;
    errors_ = errors;
  }

  void on_order_event(const order::OrderEvent& event) override;
  void on_trade(const order::TradeEvent& event) override;
  void on_funding(const order::FundingPayment& payment) override;
  void on_error(const order::ErrorEvent& event) override;

  OrderTimeline timeline(std::string_view client_order_id) const;
  // The latest first.
  std::vector<order::OrderId> ended() const;
  std::vector<Turnover> turnovers() const;
  std::uint64_t fills() const;

 private:
  void note(const order::OrderId& id, OrderMoment moment);
  void note_end(const order::OrderId& id);

  void note_change(const order::OrderEvent& event);
  void note_fill(const order::TradeEvent& event);
  void note_error(const order::ErrorEvent& event);

  order::OrderEventListener* orders_ = nullptr;
  order::TradeEventListener* trades_ = nullptr;
  order::ErrorEventListener* errors_ = nullptr;
  mutable std::mutex mutex_;
  std::unordered_map<order::OrderId, OrderTimeline> timelines_;
  std::deque<order::OrderId> oldest_;
  std::deque<order::OrderId> ended_;  // the latest last
  std::map<SymbolHash, Turnover> turnovers_;
  std::uint64_t fills_ = 0;
};

}  // namespace trunkline::hub
