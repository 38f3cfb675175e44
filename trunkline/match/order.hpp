// What goes into the matching engine and what comes out. Accounts and client ids are plain fields that the engine
// carries along; only self-trade prevention looks at the account.
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "trunkline/core/decimal.hpp"

namespace trunkline::match {

using OrderId = std::uint64_t;  // given by the engine, from 1, never reused; 0: no order
using TradeId = std::uint64_t;  // given by the engine, consecutive

enum class Side : std::uint8_t { Buy, Sell };
constexpr Side opposite(Side side) noexcept {
  return side == Side::Buy ? Side::Sell : Side::Buy;
}

enum class OrderKind : std::uint8_t { Limit, Market };

enum class TimeInForce : std::uint8_t {
  GoodTilCancel,
  ImmediateOrCancel,  // what does not fill at once expires; a market order is always treated so, or as FillOrKill
  FillOrKill,         // fills whole at once, or nothing happens
  PostOnly,           // refused where it would trade at once
};

// What happens when an order meets a resting order of the same account (account 0 is nobody: it never meets itself).
enum class SelfTrade : std::uint8_t {
  Allow,
  CancelTaker,  // the rest of the incoming order expires
  CancelMaker,  // the resting order goes, the incoming one goes on
  CancelBoth,
};

struct NewOrder {
  OrderKind kind = OrderKind::Limit;
  Side side = Side::Buy;
  TimeInForce time_in_force = TimeInForce::GoodTilCancel;
  SelfTrade self_trade = SelfTrade::Allow;
  Price price{};  // ignored by a market order
  Quantity quantity{};
  std::uint64_t account = 0;
  std::uint64_t client_id = 0;
};

// A resting order.
struct Order {
  OrderId id = 0;
  Side side = Side::Buy;
  SelfTrade self_trade = SelfTrade::Allow;
  Price price{};
  Quantity quantity{};  // as ordered or last amended, fills included
  Quantity remaining{};
  std::uint64_t account = 0;
  std::uint64_t client_id = 0;
};

struct Fill {
  TradeId trade_id = 0;
  OrderId maker = 0;
  OrderId taker = 0;
  Side taker_side = Side::Buy;
  Price price{};  // the maker's
  Quantity quantity{};
  Quantity maker_remaining{};
  std::uint64_t maker_account = 0;
  std::uint64_t taker_account = 0;
  std::uint64_t maker_client_id = 0;
  std::uint64_t taker_client_id = 0;
};

// A level as it is after the call: the sum of what rests there, zero when the level is gone.
struct LevelChange {
  Side side = Side::Buy;
  Price price{};
  Quantity quantity{};
  Quantity before{};  // what it was before the call
};

enum class Status : std::uint8_t {
  Resting,    // accepted; `remaining` rests in the book, the rest (if any) filled
  Filled,     // nothing is left
  Expired,    // filled as far as possible at once, `remaining` is given up
  Cancelled,  // on request
  Rejected,   // nothing happened; see Reject
};

enum class Reject : std::uint8_t {
  None,
  InvalidQuantity,  // not positive, or more than a level can hold
  InvalidPrice,     // not positive
  WouldTrade,       // post-only
  NotFillable,      // fill-or-kill
  UnknownOrder,
};

std::string_view to_text(Status status) noexcept;
std::string_view to_text(Reject reject) noexcept;

// What one call did, in order. The spans point into the engine and hold until its next call.
struct Report {
  OrderId id = 0;
  Status status = Status::Rejected;
  Reject reject = Reject::None;
  Quantity filled{};     // by this call
  Quantity remaining{};  // of the order after the call: resting, expired or cancelled
  std::span<const Fill> fills;
  std::span<const LevelChange> levels;  // each touched level once
  std::span<const Order> prevented;     // makers taken out by self-trade prevention
};

}  // namespace trunkline::match
