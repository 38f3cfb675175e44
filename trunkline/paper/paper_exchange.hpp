// A paper venue: what the market-data stream tells of one exchange's symbols, an account, and the orders of it, matched
// here. No I/O and no clock: every call says what time it is there.
//
// Frames of other exchanges are passed over. A symbol can be traded once its SymbolMapping was seen, and takes orders
// while its book is Live. Conditional orders are triggered by the next trade at or through their trigger price.
//
// Thread: one at a time.
#pragma once

#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "trunkline/book/book.hpp"
#include "trunkline/order/in_flight_order.hpp"
#include "trunkline/order/order_error.hpp"
#include "trunkline/order/order_gateway.hpp"
#include "trunkline/order/price_board.hpp"
#include "trunkline/paper/paper_account.hpp"
#include "trunkline/paper/paper_market.hpp"
#include "trunkline/wire/frame.hpp"

namespace trunkline::paper {

using PaperEvent = std::variant<order::OrderUpdate, order::TradeUpdate, order::BalanceUpdate, order::Position>;

class PaperExchange {
 public:
  PaperExchange(std::string exchange, const PaperConfig& config);

  // ---- The stream.
  void on_frame(const wire::FrameView& frame, Nanos now);
  // Frames were missed: no book can be trusted until it was sent again.
  void on_missed();
  // Expiries, and what positions are worth.
  void on_time(Nanos now);

  // ---- Requests, as they arrive at the venue.
  order::OrderResult<order::PlaceAnswer> place(const order::InFlightOrder& order, Nanos now);
  order::OrderResult<order::OrderUpdate> cancel(const order::OrderId& client_order_id, Nanos now);
  order::OrderResult<order::OrderUpdate> amend(const order::OrderId& client_order_id, Price price, Quantity amount,
                                               Nanos now);
  order::OrderResult<order::OrderUpdate> query(const order::OrderId& client_order_id) const;
  std::vector<order::ListedOrder> open_orders() const;
  // Of all symbols.
  std::vector<order::TradeUpdate> fills(Nanos since) const;
  order::AccountState account(Nanos now) const { return {account_.balances(), account_.positions(now), now}; }
  order::OrderResult<void> set_leverage(SymbolHash symbol, std::uint32_t leverage);
  // Cancels everything at this time, unless it is set again; 0: never.
  void set_dead_man(Nanos at) noexcept { dead_man_ = at; }

  // ---- What there is to tell, since the last call.
  std::vector<PaperEvent> take_events() { return std::exchange(events_, {}); }
  // Nullopt: as they were.
  std::optional<std::vector<order::TradingRule>> take_rules();
  std::vector<order::Marked> take_marks() { return std::exchange(marked_, {}); }
  // Symbols whose books have to be sent again.
  std::vector<SymbolHash> take_resends() { return std::exchange(resends_, {}); }

  const PaperAccount& money() const noexcept { return account_; }
  const PaperMarket* market(SymbolHash symbol) const;

 private:
  static constexpr std::size_t kept_orders = 10'000;  // that have ended
  static constexpr std::size_t kept_fills = 100'000;
  static constexpr Nanos marks_interval = std::chrono::seconds{1};

  struct Symbol {
    Symbol(SymbolHash hash, QueueModel queue) : book(hash), market(queue) {}
    order::TradingRule rule;
    book::Book book;
    PaperMarket market;
    // Of the message whose parts are coming.
    std::vector<Price> bids = {};
    std::vector<Price> asks = {};
    Price last = Price::absent();
    Price mark = Price::absent();  // as the venue tells it
    bool single_trades = false;    // they come one by one: aggregates would count twice
    bool has_book = false;         // else what it quotes is displayed, and nothing behind it
    order::BestPrices quoted = {};
    std::uint16_t quoted_by = 0;  // the number of a connector
    std::vector<OrderNumber> open = {};
  };
  struct Order {
    order::ListedOrder said;  // as it stands
    OrderMoney money;
    Quantity filled{};
    bool waiting = false;  // for its trigger
    Nanos good_till{0};
    std::uint32_t fills = 0;
    SymbolHash symbol = 0;
    Quantity remaining() const noexcept { return Quantity::from_raw(said.update.amount.raw() - filled.raw()); }
  };

  // paper_exchange.cpp: the stream
  Symbol* find(SymbolHash symbol);
  void on_mapping(const wire::SymbolMapping& mapping);
  void on_book(Symbol& symbol, const wire::FrameView& frame, Nanos now);
  void on_quote(Symbol& symbol, const wire::Quote& quote, Nanos now);
  void on_connection(const wire::ConnectionStatus& status);
  void on_trade(Symbol& symbol, const wire::Trade& trade, const wire::FrameView& frame, Nanos now);
  void show(Symbol& symbol, Moment at);
  void change(Symbol& symbol, Moment at);

  // paper_orders.cpp: the orders
  order::OrderResult<void> check(const Symbol& symbol, const order::InFlightOrder& wanted, Nanos now) const;
  order::OrderResult<void> check_reduce_only(const Symbol& symbol, order::TradeType side, Quantity amount) const;
  order::OrderResult<void> fund(Symbol& symbol, Order& order);
  PaperResult execute(Symbol& symbol, OrderNumber number);
  void trigger(Symbol& symbol, Nanos now);
  void settle(Symbol& symbol, Nanos now);
  void end(OrderNumber number, order::OrderState state, order::OrderReason reason, std::string text, Nanos now);
  void end_and_tell(OrderNumber number, order::OrderState state, order::OrderReason reason, std::string text,
                    Nanos now);
  void drop_excess_reductions(Symbol& symbol, Nanos now);
  void tell_account(Nanos now);
  Order* find_order(const order::OrderId& client_order_id, OrderNumber* number = nullptr);

  std::string exchange_;
  PaperConfig config_;
  PaperAccount account_;
  std::unordered_map<SymbolHash, std::unique_ptr<Symbol>> symbols_;
  bool rules_changed_ = false;
  std::unordered_map<OrderNumber, Order> orders_;
  std::unordered_map<order::OrderId, OrderNumber> numbers_;  // by client order id
  std::deque<OrderNumber> ended_;
  std::deque<order::TradeUpdate> fills_;
  OrderNumber next_ = 1;
  Nanos dead_man_{0};
  Nanos marks_due_{0};
  std::vector<PaperEvent> events_;
  std::vector<order::Marked> marked_;
  std::vector<SymbolHash> resends_;
};

}  // namespace trunkline::paper
