// What the venue asks of an order before it goes to the book.
//
// Thread: the server's.
#pragma once

#include <expected>
#include <optional>
#include <string>

#include "sandbox/account/desk.hpp"
#include "sandbox/hyperliquid/orders/json.hpp"

namespace trunkline::sandbox::hyperliquid {

// The words that a refused order is answered with.
using Words = std::string;

// Whether this is an order at all: the venue answers a body that is none with status 422.
bool is_order(const Json& order);

// {"a","b","p","s","r","t","c"?} of is_order(). `client_id` where the order has none of its own.
std::expected<OrderRequest, Words> read_order(const Json& order, const Instrument& instrument, std::string client_id);

Words words_of(Refusal refusal, const ClientMarket& market, std::size_t asset);

inline bool is_cloid(std::string_view id) {
  return id.size() == 34 && id.starts_with("0x") && id.find_first_not_of("0123456789abcdefABCDEF", 2) == id.npos;
}

}  // namespace trunkline::sandbox::hyperliquid
