// What a venue tells of an order, in one form for all venues.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/decimal.hpp"
#include "trunkline/order/order_types.hpp"
#include "trunkline/order/position.hpp"

namespace trunkline::order {

// One of the two ids may be empty; the client's decides where both are there.
struct OrderUpdate {
  OrderId client_order_id = {};
  OrderId exchange_order_id = {};  // a new one where an amendment replaced the order
  SymbolHash trading_pair = 0;
  OrderState new_state = OrderState::Open;
  Nanos update_timestamp{0};  // the venue's, Unix
  OrderReason reason = OrderReason::None;
  std::string text = {};                 // the venue's words
  Quantity filled = Quantity::absent();  // cumulative, where the venue says it
  Quantity amount = Quantity::absent();  // total, where the venue says it
  // So much of the amount was not asked for: a fill overtook the amendment that replaced the order. Absent: not known.
  Quantity excess = Quantity::absent();
  Price price = Price::absent();  // limit, where the venue says it
};

struct TradeUpdate {
  TradeId trade_id = {};
  OrderId client_order_id = {};
  OrderId exchange_order_id = {};
  SymbolHash trading_pair = 0;
  TradeType side = TradeType::Buy;
  Price fill_price{};
  Quantity fill_base_amount{};
  Quantity fill_quote_amount = Quantity::absent();  // absent: not told
  Currency fee_currency = {};
  Quantity fee_amount = Quantity::absent();  // negative: a rebate; absent: not told
  Liquidity liquidity = Liquidity::Unknown;  // as the venue says, never guessed
  Nanos fill_timestamp{0};
};

struct BalanceUpdate {
  Currency currency = {};
  Quantity total{};
  Quantity available{};
};

// What holding a position cost or brought at a funding time. One is of a trading pair and a time.
struct FundingPayment {
  SymbolHash trading_pair = 0;
  Currency currency = {};
  Quantity amount{};  // negative: paid
  Quantity position = Quantity::absent();
  Rate rate = Rate::absent();
  Nanos timestamp{0};  // the venue's, Unix
};

// An order that the venue lists, whoever placed it.
struct ListedOrder {
  OrderUpdate update;
  TradeType side = TradeType::Buy;
  OrderType order_type = OrderType::Limit;
  TimeInForce time_in_force = TimeInForce::Gtc;
  Price trigger_price = Price::absent();
  bool reduce_only = false;
  bool post_only = false;
};

// The answer to a new order.
struct PlaceAnswer {
  OrderUpdate update;
  std::vector<TradeUpdate> fills = {};
};

struct AccountState {
  std::vector<BalanceUpdate> balances;
  std::vector<Position> positions;  // one that is not here is none
  Nanos updated{0};                 // of which moment it is, on the venue's clock; 0: not told
};

}  // namespace trunkline::order
