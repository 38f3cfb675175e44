// Orders, fills and accounts as the venue writes them: the members of recorded replies, and their order.
//
// Any thread.
#pragma once

#include "sandbox/account/desk.hpp"
#include "sandbox/hyperliquid/orders/json.hpp"

namespace trunkline::sandbox::hyperliquid {

std::string_view status_of(const ClientOrder& order);  // "open", "filled", "canceled", ...

// Of openOrders and orderUpdates. `original`: with origSz and cloid.
Json short_order(const ClientOrder& order, bool original);
// Of frontendOpenOrders, historicalOrders and orderStatus.
Json full_order(const ClientOrder& order);
// {"order":...,"status":...,"statusTimestamp":...}
Json with_status(const ClientOrder& order, Json text);

// What a place or a modification came to: {"resting":...}, {"filled":...} or {"error":...}.
Json placed_status(const ClientOrder& order, std::size_t asset);

// `position`: the account's after the fill, of a perpetual.
Json fill_text(const ClientOrder& order, const FillRecord& fill, const Instrument& in, Quantity position);

// One of userFundings.
Json funding_text(const Income& paid, const Position& position, Price mark);

Json clearinghouse_state(const Account& account, const OrderDesk& desk, std::int64_t now_ms);
Json spot_state(const Account& account);

}  // namespace trunkline::sandbox::hyperliquid
