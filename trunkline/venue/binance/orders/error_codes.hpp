// What the venue's error codes mean for a request. Source: docs/venues/binance.md.
#pragma once

#include <cstdint>
#include <string_view>

#include "trunkline/order/order_error.hpp"

namespace trunkline::venue::binance::orders {

// `status`: of HTTP or of the WebSocket API's reply; 0: there was no answer.
order::OrderError error_of(int status, std::int64_t code, std::string_view message);

}  // namespace trunkline::venue::binance::orders
