// The events of an account's stream, in the words of the order core. Source: docs/venues/binance.md.
#pragma once

#include <vector>

#include "trunkline/core/error.hpp"
#include "trunkline/order/order_gateway.hpp"
#include "trunkline/venue/binance/orders/order_replies.hpp"

namespace trunkline::venue::binance::orders {

struct UserEvents {
  bool funded = false;  // a funding payment; the event does not say of which symbol
  std::vector<order::GatewayEvent> events;
  bool stream_ended = false;  // the venue stopped the stream: it must be asked for again, and events may be missing
  bool known = true;
};

// One event of executionReport, outboundAccountPosition, ORDER_TRADE_UPDATE, ACCOUNT_UPDATE, ALGO_UPDATE ...
// A fill goes before the state that it leads to.
Result<UserEvents> read_user_event(const Json& event, const Symbols& symbols);

}  // namespace trunkline::venue::binance::orders
