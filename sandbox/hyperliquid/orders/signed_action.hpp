// A body of POST /exchange: the action, and who signed it. The venue reads an action into its own form before it hashes
// it, so members in another order or a number in another form ("1.50") make the signature somebody else's. Source:
// docs/venues/hyperliquid.md.
//
// Any thread.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sandbox/hyperliquid/orders/json.hpp"
#include "trunkline/venue/hyperliquid/signing.hpp"

namespace trunkline::sandbox::hyperliquid {

struct SignedAction {
  Json action;
  std::uint64_t nonce = 0;
  std::optional<protocol::signing::EvmAddress> vault = std::nullopt;
  std::optional<std::uint64_t> expires_after = std::nullopt;  // Unix ms
  // Who signed, as mainnet and as testnet clients do it: their networks are part of what is signed.
  std::vector<protocol::signing::EvmAddress> signers = {};
};

// Nullopt where the body is none.
std::optional<SignedAction> read_signed_action(const Json& body);

// The text that the venue hashes: members in its order, numbers in its form.
std::string canonical_text(const Json& action);

// The hundred highest nonces of one signer.
class Nonces {
 public:
  // Nullopt takes it; else the venue's words.
  std::optional<std::string> take(std::uint64_t nonce, std::int64_t now_ms);

 private:
  static constexpr std::size_t remembered = 100;
  std::set<std::uint64_t> highest_;
};

}  // namespace trunkline::sandbox::hyperliquid
