// Orders, fills and balances as the venue writes them. Sources: recorded replies and events; the fields of futures
// replies and of amendments from the venue's published examples.
#pragma once

#include <nlohmann/json.hpp>

#include "sandbox/account/desk.hpp"

namespace trunkline::sandbox::binance {

using Json = nlohmann::ordered_json;

std::string venue_state(const ClientOrder& order);  // "PARTIALLY_FILLED"
std::string_view venue_side(match::Side side) noexcept;
std::string eight(std::int64_t raw);                // eight decimals, as spot and futures write amounts
std::string decimals(std::int64_t raw, int count);  // what lies below is cut off

// Spot.
Json spot_order(const ClientOrder& order);                                   // of a query
Json spot_placed(const ClientOrder& order, std::string_view response_type);  // of order.place: ACK, RESULT or FULL
Json spot_cancelled(const ClientOrder& order);
Json spot_amended(const ClientOrder& order);
Json spot_trade(const ClientOrder& order, const FillRecord& fill);
Json spot_account(const Account& account, FeeTable fees, std::int64_t updated_ms);

// USD-M.
Json futures_order(const ClientOrder& order, const Instrument& in, bool with_time);
Json futures_trade(const ClientOrder& order, const FillRecord& fill, const Instrument& in);
Json algo_order(const ClientOrder& order, const Instrument& in);

}  // namespace trunkline::sandbox::binance
