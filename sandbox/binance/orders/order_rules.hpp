// A request to place an order, read and held against the rules that exchangeInfo tells.
#pragma once

#include "sandbox/account/desk.hpp"
#include "sandbox/binance/orders/parameters.hpp"

namespace trunkline::sandbox::binance {

// The client id is left empty where none was sent.
ApiResult<OrderRequest> read_spot_order(const Parameters& parameters, const ClientMarket& market);
ApiResult<OrderRequest> read_futures_order(const Parameters& parameters, const ClientMarket& market);
ApiResult<OrderRequest> read_algo_order(const Parameters& parameters, const ClientMarket& market);

ApiResult<Price> read_price(const Parameters& parameters, std::string_view name, const Instrument& in);
ApiResult<Quantity> read_quantity(const Parameters& parameters, std::string_view name, const Instrument& in);
ApiResult<std::string> read_client_id(const Parameters& parameters, std::string_view name);
// The smallest notional, both markets.
ApiResult<void> check_notional(Price price, Quantity quantity, const Instrument& in, bool reduce_only);

// What a refusal of the desk is called. `query`: the request asked for an order instead of acting on it.
ApiError api_error(Refusal refusal, Market market, bool query = false);

}  // namespace trunkline::sandbox::binance
