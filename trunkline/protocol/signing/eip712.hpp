// EIP-712: what a key signs of typed data. Flat structs of the types below, which is what exchanges use. One thread.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "trunkline/protocol/signing/digest.hpp"
#include "trunkline/protocol/signing/evm_address.hpp"

namespace trunkline::protocol::signing {

// The members in the order of the type: Eip712Struct("Agent(string source,bytes32 connectionId)").text("a").bytes(id).
class Eip712Struct {
 public:
  explicit Eip712Struct(std::string_view type) { bytes(keccak256(type)); }

  Eip712Struct& text(std::string_view value) { return bytes(keccak256(value)); }
  Eip712Struct& bytes(const Hash& value);
  Eip712Struct& number(std::uint64_t value);
  Eip712Struct& boolean(bool value) { return number(value ? 1 : 0); }
  Eip712Struct& address(const EvmAddress& value);

  Hash hash() const { return keccak256(encoded_); }

 private:
  std::vector<std::uint8_t> encoded_;
};

struct Eip712Domain {
  std::string_view name;
  std::string_view version;
  std::uint64_t chain_id = 0;
  EvmAddress verifying_contract = {};
};

// What is signed.
Hash eip712_digest(const Eip712Domain& domain, const Eip712Struct& message);

}  // namespace trunkline::protocol::signing
