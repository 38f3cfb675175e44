// ECDSA over secp256k1 with recovery, as Ethereum-like chains use it: nonces by RFC 6979 (the same digest gives the
// same signature), s in its lower half. Any thread may sign with a key that no other changes.
#pragma once

#include <array>
#include <cstdint>

#include "trunkline/core/error.hpp"
#include "trunkline/protocol/signing/digest.hpp"
#include "trunkline/protocol/signing/evm_address.hpp"
#include "trunkline/protocol/signing/secret_key.hpp"

namespace trunkline::protocol::signing {

struct RecoverableSignature {
  std::array<std::uint8_t, 32> r{};  // big-endian
  std::array<std::uint8_t, 32> s{};
  int v = 27;  // 27 or 28

  friend bool operator==(const RecoverableSignature&, const RecoverableSignature&) = default;
};

class Secp256k1Key {
 public:
  // 64 hex digits, with or without 0x. InvalidArgument shows nothing of them.
  static Result<Secp256k1Key> parse(std::string_view hex);

  const EvmAddress& address() const noexcept { return address_; }
  RecoverableSignature sign(const Hash& digest) const;

 private:
  Secp256k1Key(SecretKey key, EvmAddress address) noexcept : key_(std::move(key)), address_(address) {}
  SecretKey key_;
  EvmAddress address_;
};

// Whose signature it is; InvalidArgument where no key can have made it.
Result<EvmAddress> recover_signer(const Hash& digest, const RecoverableSignature& signature);

}  // namespace trunkline::protocol::signing
