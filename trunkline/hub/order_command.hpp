// What the face of orders is told to do, read from JSON. Every key is known and every number a text or a whole number,
// so that none passes through a double. InvalidArgument says which key is wrong.
//
// Thread: any.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "trunkline/core/error.hpp"
#include "trunkline/core/symbol.hpp"
#include "trunkline/order/order_params.hpp"

namespace trunkline::hub {

struct PlaceCommand {
  SymbolDescriptor symbol;
  order::TradeType side = order::TradeType::Buy;
  order::OrderParams params;
  bool live = false;  // the asker knows that the account's money is real
};
Result<PlaceCommand> parse_place(std::string_view body, Nanos now);

struct AmendCommand {
  order::AmendParams params;
  bool live = false;
};
Result<AmendCommand> parse_amend(std::string_view body);

struct StateCommand {
  order::TradingState state = order::TradingState::Halted;
  std::string reason;
  std::string exchange;  // empty: all
};
Result<StateCommand> parse_state(std::string_view body);

// "30s" from now, or "2026-11-21T10:00:00Z".
std::optional<Nanos> parse_good_till(std::string_view text, Nanos now);

}  // namespace trunkline::hub
