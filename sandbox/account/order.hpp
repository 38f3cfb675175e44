// A client's order as the venue keeps it for ever: what was asked, what became of it, each fill.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sandbox/flow/instrument.hpp"
#include "trunkline/match/order.hpp"

namespace trunkline::sandbox {

enum class OrderState : std::uint8_t { New, PartiallyFilled, Filled, Cancelled, Expired, Rejected };
constexpr bool is_open(OrderState state) noexcept {
  return state == OrderState::New || state == OrderState::PartiallyFilled;
}
std::string_view to_text(OrderState state) noexcept;  // "new", "partially_filled", ...

// When a conditional order goes to the book: at `price` or beyond it, as seen from below (up) or from above.
struct Trigger {
  Price price{};
  bool up = false;
  bool by_mark = false;  // else by trades
};

struct FillRecord {
  std::uint64_t trade_id = 0;
  Price price{};
  Quantity quantity{};
  Quantity fee{};
  std::string fee_asset;
  bool maker = false;
  std::int64_t time_ms = 0;
  Quantity realised{};  // perpetuals
};

// What a client asks for.
struct OrderRequest {
  std::string client_id;
  match::Side side = match::Side::Buy;
  match::OrderKind kind = match::OrderKind::Limit;
  match::TimeInForce time_in_force = match::TimeInForce::GoodTilCancel;
  match::SelfTrade self_trade = match::SelfTrade::CancelMaker;
  Price price{};
  Quantity quantity{};
  Quantity quote_quantity{};  // a market order sized in the quote asset instead
  std::optional<Trigger> trigger;
  bool trigger_makes_another = false;  // the order that a trigger sends has an id of its own
  bool reduce_only = false;
  bool close_position = false;    // sized when it triggers
  std::int64_t good_till_ms = 0;  // 0: no end
  std::string type;               // as the venue names these, told back as given
  std::string time_in_force_text;
  std::string self_trade_text;
  std::string working_type;
  std::string triggered_type;  // of the order that a trigger makes; empty: as this one
};

struct ClientOrder : OrderRequest {
  std::uint64_t id = 0;  // the venue's
  std::uint64_t account = 0;
  Market market = Market::Spot;
  std::string symbol;
  OrderState state = OrderState::New;
  bool working = false;  // is or was in the book
  bool triggered = false;
  match::OrderId engine_id = 0;
  Quantity filled{};
  Int128 turnover = 0;  // sum of price x quantity, 1e-16
  Quantity locked{};    // of the asset it would spend, still
  std::vector<FillRecord> fills;
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;
  std::int64_t working_ms = 0;
  std::string reason;              // why it ended, where that was not a request
  std::string previous_client_id;  // before the last amendment that named another
  std::string cancel_client_id;    // of the request that cancelled it
  std::uint64_t made_order = 0;    // by the trigger

  Quantity remaining() const noexcept { return Quantity::from_raw(quantity.raw() - filled.raw()); }
  bool open() const noexcept { return is_open(state); }
  // Zero without fills.
  Price average() const noexcept {
    return filled.is_zero() ? Price{} : Price::from_raw(static_cast<std::int64_t>(turnover / filled.raw()));
  }
};

}  // namespace trunkline::sandbox
