#include "trunkline/relay/bridge_command.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace trunkline::relay {
namespace {

using nlohmann::json;

constexpr std::string_view example =
    R"({"op":"subscribe","symbols":["binance:BTC-USDT"],"channels":["Trade","L2Delta"]})";

std::unexpected<Error> wrong(std::string what) {
  return fail(ErrorCode::InvalidArgument, fmt::format("{}; a command looks like {}", what, example));
}

// The channels that one can ask for, which are message types.
template <class Each>
void for_each_channel(Each&& each) {
  for (unsigned number = 1; number < 63; ++number) {
    const auto type = static_cast<wire::MessageType>(number);
    if (!to_text(type).empty() && type < wire::MessageType::Subscribe) each(type);
  }
}

Result<ChannelMask> channel_named(std::string_view name) {
  ChannelMask found = 0;
  std::string names;
  for_each_channel([&](wire::MessageType type) {
    if (to_text(type) == name) found = channel(type);
    names += names.empty() ? "" : ", ";
    names += to_text(type);
  });
  if (found != 0) return found;
  return wrong(fmt::format("there is no channel \"{}\", but {}", excerpt(name), names));
}

// The list of strings under this name; empty where it is absent.
Result<std::vector<std::string>> strings(const json& command, const char* name) {
  std::vector<std::string> out;
  const auto list = command.find(name);
  if (list == command.end()) return out;
  if (!list->is_array()) return wrong(fmt::format("\"{}\" is to be a list of strings", name));
  for (const json& item : *list) {
    if (!item.is_string()) return wrong(fmt::format("\"{}\" is to be a list of strings", name));
    out.push_back(item.get<std::string>());
  }
  if (out.empty()) return wrong(fmt::format("\"{}\" is an empty list; leave it out to mean all", name));
  return out;
}

}  // namespace

Result<BridgeCommand> parse_bridge_command(std::string_view text) {
  const json command = json::parse(text, nullptr, false);
  if (command.is_discarded()) return wrong(fmt::format("no JSON: {}", excerpt(text)));
  if (!command.is_object()) return wrong("a command is to be a JSON object");
  for (const auto& [key, value] : command.items()) {
    if (key == "op" || key == "symbols" || key == "channels") continue;
    return wrong(fmt::format("there is no \"{}\" in a command", excerpt(key)));
  }
  BridgeCommand out;
  const auto op = command.find("op");
  if (op == command.end() || !op->is_string()) return wrong(R"("op" is missing: "subscribe" or "unsubscribe")");
  const auto& name = op->get_ref<const std::string&>();
  if (name != "subscribe" && name != "unsubscribe") {
    return wrong(fmt::format(R"(there is no "op" "{}", but "subscribe" and "unsubscribe")", excerpt(name)));
  }
  out.subscribe = name == "subscribe";
  const auto symbols = strings(command, "symbols");
  if (!symbols) return std::unexpected(symbols.error());
  for (const std::string& symbol : *symbols) {
    const auto descriptor = SymbolDescriptor::parse(symbol);
    if (!descriptor) return wrong(descriptor.error().message);
    out.symbols.push_back(descriptor->hash());
  }
  const auto channels = strings(command, "channels");
  if (!channels) return std::unexpected(channels.error());
  for (const std::string& each : *channels) {
    const auto mask = channel_named(each);
    if (!mask) return std::unexpected(mask.error());
    out.channels |= *mask;
  }
  return out;
}

}  // namespace trunkline::relay
