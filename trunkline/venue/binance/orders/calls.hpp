// The requests of the order interface as data: the method of the WebSocket API, where it has one, and the REST call.
// Source: docs/venues/binance.md.
#pragma once

#include <cstdint>
#include <string_view>

#include "trunkline/venue/binance/orders/request_text.hpp"
#include "trunkline/venue/binance/segment.hpp"

namespace trunkline::venue::binance::orders {

enum class Call : std::uint8_t {
  Time,
  ExchangeInfo,
  SubscribeUser,  // spot: the account's events on the same connection
  ListenKey,      // futures: the address of the account's stream
  KeepListenKey,
  Place,
  Cancel,
  Amend,
  CancelReplace,  // spot: what is no amendment there
  Query,
  OpenOrders,
  Trades,
  Account,    // spot: balances; futures: balances alone
  Positions,  // futures
  PlaceAlgo,  // USD-M: conditional orders
  CancelAlgo,
  QueryAlgo,
  OpenAlgos,
  Leverage,
  Countdown,  // USD-M: the dead man's switch of one symbol
  Funding,    // futures: what was paid and got for positions
};

struct CallSpec {
  Call call;
  std::string_view method;  // of the WebSocket API; empty: REST alone
  std::string_view verb;    // of REST; empty: the WebSocket API alone
  std::string_view path;    // behind rest_base, or behind the host where it begins with "/fapi"
  Security security;
  std::uint32_t weight;
};

const CallSpec& call_spec(Segment segment, Call call) noexcept;

}  // namespace trunkline::venue::binance::orders
