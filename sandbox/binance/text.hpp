// The venue's JSON, written field by field in the venue's own order. Sources: the captured sessions for depthUpdate,
// bookTicker, trade, aggTrade and kline; recorded messages of the futures APIs for markPriceUpdate and forceOrder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "trunkline/core/decimal.hpp"

namespace trunkline::sandbox::binance {

void append_number(std::string& out, std::int64_t value);
// `raw` counts 10^-digits; exactly `decimals` decimals, in quotes. What lies below them is cut off.
void append_decimal(std::string& out, std::int64_t raw, int decimals, int digits = 8);

inline void append(std::string& out, Price price, int decimals) {
  append_decimal(out, price.raw(), decimals);
}
inline void append(std::string& out, Quantity quantity, int decimals) {
  append_decimal(out, quantity.raw(), decimals);
}

// price x quantity with at most `decimals` (<= 8) decimals, in quotes; cut off below.
void append_product(std::string& out, Int128 product_1e16, int decimals);

std::string lower(std::string_view text);
std::string upper(std::string_view text);
std::string error_body(int code, std::string_view message);  // {"code":-1121,"msg":"Invalid symbol."}

}  // namespace trunkline::sandbox::binance
