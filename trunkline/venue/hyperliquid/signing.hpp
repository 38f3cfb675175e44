// What Hyperliquid signs. An action is taken as the JSON text that goes into the request: the hash covers its members
// in the order of the text, so what is signed is what is sent. Facts: docs/venues/hyperliquid.md. Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "trunkline/core/error.hpp"
#include "trunkline/protocol/signing/digest.hpp"
#include "trunkline/protocol/signing/evm_address.hpp"
#include "trunkline/protocol/signing/secp256k1.hpp"

namespace trunkline::venue::hyperliquid {

using protocol::signing::EvmAddress;
using protocol::signing::Hash;

enum class Network : std::uint8_t { Mainnet, Testnet };

struct ActionEnvelope {
  std::uint64_t nonce = 0;                                    // Unix time in ms, new for the signer
  std::optional<EvmAddress> vault = std::nullopt;             // or the sub-account that it acts for
  std::optional<std::uint64_t> expires_after = std::nullopt;  // Unix time in ms
};

// The hash of an L1 action (order, cancel, modify, ...). InvalidArgument where the text is no JSON object, or deeper
// than any action is.
Result<Hash> action_hash(std::string_view action, const ActionEnvelope& envelope);

// What the key of an account or of an agent signs for an L1 action.
Result<Hash> l1_digest(std::string_view action, const ActionEnvelope& envelope, Network network);

// What an account's own key signs for usdSend, withdraw3, approveAgent and their like: the action names the chain.
// InvalidArgument where a member is missing or of another type, Unsupported where the type is not known.
Result<Hash> user_digest(std::string_view action);

// {"r":"0x...","s":"0x...","v":27}
std::string to_json(const protocol::signing::RecoverableSignature& signature);

}  // namespace trunkline::venue::hyperliquid
