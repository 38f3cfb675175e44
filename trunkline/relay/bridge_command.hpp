// The text commands that a browser sends. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "trunkline/core/error.hpp"
#include "trunkline/core/symbol.hpp"
#include "trunkline/relay/subscription.hpp"

namespace trunkline::relay {

struct BridgeCommand {
  bool subscribe = true;
  std::vector<SymbolHash> symbols;  // empty: all
  ChannelMask channels = 0;         // 0: all
};

// InvalidArgument says what is wrong and what would be right.
Result<BridgeCommand> parse_bridge_command(std::string_view json);

}  // namespace trunkline::relay
