// The money of a paper account, exact: balances, what open orders lock of them, net positions, fees.
//
// Spot: an order to buy locks its limit price and the dearer fee in the quote currency, one to sell its amount of the
// base currency; fills settle both. Derivatives: fills make one net position a symbol, what closing it gains goes to
// the quote currency, and orders and positions need margin of it: their worth through the leverage. Fees are parts of
// the notional, in the quote currency. What does not come out even is rounded to 1e-8 against the account, once for an
// order and not for each fill.
//
// Thread: one at a time.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "trunkline/order/order_update.hpp"
#include "trunkline/order/trading_rule.hpp"
#include "trunkline/paper/paper_config.hpp"

namespace trunkline::paper {

// What one order has cost by now, and what it keeps from others.
struct OrderMoney {
  std::int64_t locked = 0;  // spot: of the quote currency to buy, of the base to sell; derivatives: margin of the quote
  Int128 maker_notional = 0;  // 1e-16
  Int128 taker_notional = 0;
  std::int64_t quote = 0;  // moved so far, positive
  std::int64_t fee = 0;    // charged so far
};

// A derivative's net position.
struct NetPosition {
  std::int64_t amount = 0;  // raw, negative: short
  Int128 cost = 0;          // of what is open, signed as the amount, 1e-16
  Int128 realized = 0;      // 1e-16, before fees
  std::int64_t paid = 0;    // of it, what the balance has got
  std::uint32_t leverage = 0;

  // One fill; returns what the balance gets by it.
  std::int64_t apply(order::TradeType side, Price price, Quantity quantity);
  Price entry_price() const noexcept;            // absent: flat
  Int128 unrealized(Price mark) const noexcept;  // 1e-16
};

struct Settled {
  Quantity quote{};  // of this fill
  Quantity fee{};    // of this fill, negative: a rebate
};

class PaperAccount {
 public:
  explicit PaperAccount(const PaperConfig& config);

  // A symbol that may be traded: its quote currency is given its starting balance, where it has one by default.
  void add(const order::TradingRule& rule);

  // Keeps what an order to buy or sell so much needs, in place of what `money` keeps now. Says why it cannot; then
  // nothing changes. `price` is the limit; `worth` what a market order would cost, in 1e-16.
  order::OrderResult<void> reserve(OrderMoney& money, const order::TradingRule& rule, order::TradeType side,
                                   Quantity remaining, Price price, std::optional<Int128> worth, bool reduce_only);
  Settled settle(OrderMoney& money, const order::TradingRule& rule, order::TradeType side, Price price,
                 Quantity quantity, Quantity remaining, Price limit, bool maker);
  // An order ended.
  void release(OrderMoney& money, const order::TradingRule& rule, order::TradeType side);

  // What positions in a symbol are marked by.
  void mark(SymbolHash symbol, Price price);
  void set_leverage(SymbolHash symbol, std::uint32_t leverage);

  std::vector<order::BalanceUpdate> balances() const;
  std::vector<order::Position> positions(Nanos now) const;
  std::optional<order::Position> position(SymbolHash symbol, Nanos now) const;
  Quantity position_amount(SymbolHash symbol) const;

  // Currencies and symbols that changed since the last call.
  std::vector<order::BalanceUpdate> take_changed_balances();
  std::vector<order::Position> take_changed_positions(Nanos now);

 private:
  struct Balance {
    std::int64_t total = 0;
    std::int64_t locked = 0;
    bool changed = true;
  };
  struct Holding {
    NetPosition position;
    order::Currency quote;
    Price mark = Price::absent();
    bool changed = false;
  };

  Balance& balance(const order::Currency& currency);
  Holding& holding(const order::TradingRule& rule);
  void add(const order::Currency& currency, std::int64_t raw);
  void lock(const order::Currency& currency, std::int64_t raw);
  order::BalanceUpdate told(const order::Currency& currency, const Balance& balance) const;
  order::Position told(SymbolHash symbol, const Holding& holding, Nanos now) const;
  // What positions in this currency leave of it: gains at the mark, less their margin.
  Int128 margin_left(const order::Currency& quote) const;
  Int128 fee_of(Int128 maker_notional, Int128 taker_notional) const noexcept;

  PaperConfig config_;
  std::map<order::Currency, Balance> balances_;
  std::map<SymbolHash, Holding> holdings_;
};

// Futures and perpetuals have positions; the rest is bought and sold for balances.
bool has_positions(const order::TradingRule& rule) noexcept;
bool stands_for_us_dollars(std::string_view currency) noexcept;

}  // namespace trunkline::paper
