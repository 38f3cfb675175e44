#include "trunkline/venue/hyperliquid/signing.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <span>
#include <vector>

#include "trunkline/protocol/signing/eip712.hpp"

namespace trunkline::venue::hyperliquid {
namespace {

using Json = nlohmann::ordered_json;
using protocol::signing::Eip712Domain;
using protocol::signing::Eip712Struct;

constexpr int deepest_action = 16;

Result<Json> read_action(std::string_view text) {
  Json action;
  // The parser of a library that recurses: what is too deep is dropped while it reads.
  bool too_deep = false;
  action = Json::parse(
      text,
      [&](int depth, Json::parse_event_t, Json&) {
        too_deep = too_deep || depth > deepest_action;
        return !too_deep;
      },
      false);
  if (too_deep || !action.is_object()) {
    return fail(ErrorCode::InvalidArgument, fmt::format("'{}' is no action: a JSON object", excerpt(text)));
  }
  return action;
}

void append_big_endian(std::vector<std::uint8_t>& out, std::uint64_t value) {
  for (int shift = 56; shift >= 0; shift -= 8) out.push_back(static_cast<std::uint8_t>(value >> shift));
}

enum class Type : std::uint8_t { Text, Number, Boolean, Address };
struct Member {
  std::string_view name;
  Type type;
};
struct UserAction {
  std::string_view action;
  std::string_view primary_type;
  std::array<Member, 8> members;  // in the order of the type; an empty name ends them
};

constexpr Member chain{"hyperliquidChain", Type::Text};
constexpr Member nonce{"nonce", Type::Number};
constexpr Member time_member{"time", Type::Number};
constexpr Member destination{"destination", Type::Text};
constexpr Member amount{"amount", Type::Text};
constexpr Member token{"token", Type::Text};

constexpr UserAction user_actions[] = {
    {"usdSend", "UsdSend", {{chain, destination, amount, time_member}}},
    {"spotSend", "SpotSend", {{chain, destination, token, amount, time_member}}},
    {"withdraw3", "Withdraw", {{chain, destination, amount, time_member}}},
    {"usdClassTransfer", "UsdClassTransfer", {{chain, amount, {"toPerp", Type::Boolean}, nonce}}},
    {"sendAsset",
     "SendAsset",
     {{chain,
       destination,
       {"sourceDex", Type::Text},
       {"destinationDex", Type::Text},
       token,
       amount,
       {"fromSubAccount", Type::Text},
       nonce}}},
    {"approveAgent", "ApproveAgent", {{chain, {"agentAddress", Type::Address}, {"agentName", Type::Text}, nonce}}},
    {"approveBuilderFee",
     "ApproveBuilderFee",
     {{chain, {"maxFeeRate", Type::Text}, {"builder", Type::Address}, nonce}}},
};

constexpr std::string_view solidity_name(Type type) noexcept {
  constexpr std::string_view names[] = {"string", "uint64", "bool", "address"};
  return names[static_cast<std::size_t>(type)];
}

std::string type_text(const UserAction& action) {
  std::string text = fmt::format("HyperliquidTransaction:{}(", action.primary_type);
  for (const Member& member : action.members) {
    if (member.name.empty()) break;
    text += fmt::format("{}{} {}", text.ends_with('(') ? "" : ",", solidity_name(member.type), member.name);
  }
  return text + ')';
}

Result<void> add(Eip712Struct& out, const Member& member, const Json& action) {
  const auto value = action.find(member.name);
  const auto refuse = [&] {
    return fail(ErrorCode::InvalidArgument, fmt::format("a {} needs '{}' of type {}", excerpt(action.value("type", "")),
                                                        member.name, solidity_name(member.type)));
  };
  if (value == action.end() || value->is_null()) {
    if (member.name != "agentName") return refuse();
    out.text("");  // an agent without a name
    return {};
  }
  switch (member.type) {
    case Type::Text:
      if (!value->is_string()) return refuse();
      out.text(value->get_ref<const std::string&>());
      return {};
    case Type::Number:
      if (!value->is_number_unsigned()) return refuse();
      out.number(value->get<std::uint64_t>());
      return {};
    case Type::Boolean:
      if (!value->is_boolean()) return refuse();
      out.boolean(value->get<bool>());
      return {};
    case Type::Address:
      if (!value->is_string()) return refuse();
      auto address = EvmAddress::parse(value->get_ref<const std::string&>());
      if (!address) return std::unexpected(address.error());
      out.address(*address);
      return {};
  }
  return refuse();
}

}  // namespace

Result<Hash> action_hash(std::string_view action, const ActionEnvelope& envelope) {
  const auto json = read_action(action);
  if (!json) return std::unexpected(json.error());
  std::vector<std::uint8_t> bytes;
  try {
    bytes = Json::to_msgpack(*json);
  } catch (const Json::exception&) {  // text that is no UTF-8
    return fail(ErrorCode::InvalidArgument, fmt::format("'{}' cannot be packed", excerpt(action)));
  }
  append_big_endian(bytes, envelope.nonce);
  bytes.push_back(envelope.vault ? 1 : 0);
  if (envelope.vault) bytes.insert(bytes.end(), envelope.vault->bytes.begin(), envelope.vault->bytes.end());
  if (envelope.expires_after) {
    bytes.push_back(0);
    append_big_endian(bytes, *envelope.expires_after);
  }
  return protocol::signing::keccak256(bytes);
}

Result<Hash> l1_digest(std::string_view action, const ActionEnvelope& envelope, Network network) {
  const auto connection_id = action_hash(action, envelope);
  if (!connection_id) return std::unexpected(connection_id.error());
  return protocol::signing::eip712_digest({.name = "Exchange", .version = "1", .chain_id = 1337},
                                          Eip712Struct("Agent(string source,bytes32 connectionId)")
                                              .text(network == Network::Mainnet ? "a" : "b")
                                              .bytes(*connection_id));
}

Result<Hash> user_digest(std::string_view action) {
  const auto json = read_action(action);
  if (!json) return std::unexpected(json.error());
  const auto text = [&](const char* name) {
    const auto found = json->find(name);
    return found != json->end() && found->is_string() ? found->get<std::string>() : std::string();
  };
  const std::string type = text("type");
  const auto known = std::ranges::find(user_actions, type, &UserAction::action);
  if (known == std::end(user_actions)) {
    return fail(ErrorCode::Unsupported, fmt::format("'{}' is no action that an account signs itself", excerpt(type)));
  }
  const std::string chain_id = text("signatureChainId");
  Eip712Domain domain{.name = "HyperliquidSignTransaction", .version = "1"};
  const char* const last = chain_id.data() + chain_id.size();
  std::from_chars_result read{nullptr, std::errc::invalid_argument};
  if (chain_id.starts_with("0x")) read = std::from_chars(chain_id.data() + 2, last, domain.chain_id, 16);
  if (read.ec != std::errc{} || read.ptr != last) {
    return fail(ErrorCode::InvalidArgument, fmt::format("'{}' is no signatureChainId", excerpt(chain_id)));
  }
  Eip712Struct message(type_text(*known));
  for (const Member& member : known->members) {
    if (member.name.empty()) break;
    if (auto added = add(message, member, *json); !added) return std::unexpected(added.error());
  }
  return protocol::signing::eip712_digest(domain, message);
}

std::string to_json(const protocol::signing::RecoverableSignature& signature) {
  using protocol::signing::to_hex;
  return fmt::format(R"({{"r":"0x{}","s":"0x{}","v":{}}})", to_hex(signature.r), to_hex(signature.s), signature.v);
}

}  // namespace trunkline::venue::hyperliquid
