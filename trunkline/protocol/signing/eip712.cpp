#include "trunkline/protocol/signing/eip712.hpp"

#include <algorithm>

namespace trunkline::protocol::signing {

Eip712Struct& Eip712Struct::bytes(const Hash& value) {
  encoded_.insert(encoded_.end(), value.begin(), value.end());
  return *this;
}

Eip712Struct& Eip712Struct::number(std::uint64_t value) {
  Hash word{};
  for (auto at = word.rbegin(); value != 0; value >>= 8) *at++ = static_cast<std::uint8_t>(value);
  return bytes(word);
}

Eip712Struct& Eip712Struct::address(const EvmAddress& value) {
  Hash word{};
  std::ranges::copy(value.bytes, word.end() - static_cast<std::ptrdiff_t>(value.bytes.size()));
  return bytes(word);
}

Hash eip712_digest(const Eip712Domain& domain, const Eip712Struct& message) {
  const Hash separator =
      Eip712Struct("EIP712Domain(string name,string version,uint256 chainId,address verifyingContract)")
          .text(domain.name)
          .text(domain.version)
          .number(domain.chain_id)
          .address(domain.verifying_contract)
          .hash();
  const Hash hash = message.hash();
  std::vector<std::uint8_t> whole{0x19, 0x01};
  whole.insert(whole.end(), separator.begin(), separator.end());
  whole.insert(whole.end(), hash.begin(), hash.end());
  return keccak256(whole);
}

}  // namespace trunkline::protocol::signing
