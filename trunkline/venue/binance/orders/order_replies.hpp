// What the venue's replies say, in the words of the order core. One function a body; a body that cannot be understood
// is an error that names the field. Sources: docs/venues/binance.md; payload samples of the shared data.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <vector>

#include "trunkline/core/error.hpp"
#include "trunkline/order/order_update.hpp"
#include "trunkline/venue/binance/orders/symbols.hpp"

namespace trunkline::venue::binance::orders {

using Json = nlohmann::json;

// The id that a conditional order of USD-M goes by, apart from those of other orders.
order::OrderId algo_id(std::uint64_t id);
// Nullopt where it is no conditional order's.
std::optional<std::string_view> number_of_algo(std::string_view exchange_order_id);

// Of order.place, order.cancel, order.status, order.modify: all have the same shape. Ids that a cancellation got of its
// own are passed over.
Result<order::ListedOrder> read_order(const Json& body, Segment segment, const Symbols& symbols);
// The fills of a FULL response.
Result<std::vector<order::TradeUpdate>> read_fills(const Json& body, Segment segment, const Symbols& symbols);
Result<order::ListedOrder> read_algo_order(const Json& body, const Symbols& symbols);
// An array of either; orders of symbols that are not ours to trade are left out.
Result<std::vector<order::ListedOrder>> read_orders(const Json& body, bool algo, Segment segment,
                                                    const Symbols& symbols);
// myTrades, userTrades.
Result<std::vector<order::TradeUpdate>> read_trades(const Json& body, Segment segment, const Symbols& symbols);
Result<order::AccountState> read_spot_account(const Json& body);
Result<std::vector<order::BalanceUpdate>> read_futures_balances(const Json& body);
// income of type FUNDING_FEE.
Result<std::vector<order::FundingPayment>> read_funding(const Json& body, const Symbols& symbols);
Result<std::vector<order::Position>> read_positions(const Json& body, const Symbols& symbols);

}  // namespace trunkline::venue::binance::orders
