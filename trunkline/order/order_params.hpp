// What a strategy says of an order it wants.
//
//   connector.buy({.trading_pair = "BTC-USDT", .amount = "0.01", .price = 60000});
//
// Thread: values.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "trunkline/core/decimal.hpp"
#include "trunkline/order/order_types.hpp"

namespace trunkline::order {

// A number as it was written down: an exact decimal from text or a literal. A double becomes the decimal nearest to it,
// which is what was meant by 0.1; what does not fit is kept as an error for whoever reads it.
template <class Decimal>
class Exact {
 public:
  Exact() = default;
  Exact(Decimal value) : value_(value) {}
  Exact(std::string_view text) : value_(Decimal::parse(text)), text_(text) {}
  Exact(const std::string& text) : Exact(std::string_view(text)) {}
  Exact(const char* text) : Exact(std::string_view(text)) {}
  template <std::integral Int>
  Exact(Int value) : Exact(std::string_view(std::to_string(value))) {}
  template <std::floating_point Float>
  Exact(Float value) : value_(Decimal::from_double(static_cast<double>(value))), text_(std::to_string(value)) {}

  const std::expected<Decimal, DecimalError>& value() const noexcept { return value_; }
  // What was written, for messages; empty where it was a Decimal.
  const std::string& text() const noexcept { return text_; }

 private:
  std::expected<Decimal, DecimalError> value_ = Decimal::absent();
  std::string text_;
};

using ExtraParams = std::vector<std::pair<std::string, std::string>>;

struct OrderParams {
  std::string trading_pair;     // "BTC-USDT", or the whole symbol "binance:BTC-USDT"
  Exact<Quantity> amount = {};  // in the base currency, or in contracts
  Exact<Price> price = {};      // none for market orders
  OrderType order_type = OrderType::Limit;
  PositionAction position_action = PositionAction::None;
  std::optional<std::uint32_t> leverage = {};
  Exact<Price> trigger_price = {};
  TimeInForce time_in_force = TimeInForce::Gtc;
  Nanos good_till = Nanos{0};  // of Gtd: Unix time
  bool reduce_only = false;
  bool post_only = false;
  std::string client_order_id = {};  // empty: one is made
  ExtraParams extra_params = {};     // venue's own names, such as selfTradePreventionMode
  bool allow_stale_book = false;     // passes the price collar although the book is not Live
};

struct AmendParams {
  Exact<Quantity> amount = {};  // the new total; unset: as it is
  Exact<Price> price = {};      // unset: as it is
};

}  // namespace trunkline::order
