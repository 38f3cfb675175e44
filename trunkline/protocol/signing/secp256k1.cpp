#include "trunkline/protocol/signing/secp256k1.hpp"

#include <algorithm>
#include <cstdlib>
#include <openssl/crypto.h>
#include <openssl/rand.h>
#include <secp256k1.h>
#include <secp256k1_recovery.h>

namespace trunkline::protocol::signing {
namespace {

// Blinded against side channels once; read only from then on.
const secp256k1_context* context() {
  static const secp256k1_context* const made = [] {
    secp256k1_context* const context = secp256k1_context_create(SECP256K1_CONTEXT_SIGN | SECP256K1_CONTEXT_VERIFY);
    std::array<unsigned char, 32> seed{};
    // It answers 1 for every context that can sign.
    if (RAND_bytes(seed.data(), static_cast<int>(seed.size())) != 1 ||
        secp256k1_context_randomize(context, seed.data()) != 1) {
      std::abort();
    }
    OPENSSL_cleanse(seed.data(), seed.size());
    return context;
  }();
  return made;
}

EvmAddress address_of(const secp256k1_pubkey& key) {
  std::array<std::uint8_t, 65> point{};
  std::size_t size = point.size();
  secp256k1_ec_pubkey_serialize(context(), point.data(), &size, &key, SECP256K1_EC_UNCOMPRESSED);
  const Hash hash = keccak256(std::span<const std::uint8_t>(point).subspan(1));  // without the byte that names the form
  EvmAddress address;
  std::copy_n(hash.begin() + 12, 20, address.bytes.begin());
  return address;
}

}  // namespace

Result<Secp256k1Key> Secp256k1Key::parse(std::string_view hex) {
  SecretKey key(std::size_t{32});
  secp256k1_pubkey point;
  if (!from_hex(hex, {key.data(), key.size()}) || secp256k1_ec_pubkey_create(context(), &point, key.data()) != 1) {
    return fail(ErrorCode::InvalidArgument, "the secret is no secp256k1 private key: 64 hex digits");
  }
  return Secp256k1Key(std::move(key), address_of(point));
}

RecoverableSignature Secp256k1Key::sign(const Hash& digest) const {
  secp256k1_ecdsa_recoverable_signature made;
  // A key that parse() took can sign anything.
  static_cast<void>(
      secp256k1_ecdsa_sign_recoverable(context(), &made, digest.data(), key_.bytes().data(), nullptr, nullptr));
  std::array<std::uint8_t, 64> compact{};
  int recovery = 0;
  secp256k1_ecdsa_recoverable_signature_serialize_compact(context(), compact.data(), &recovery, &made);
  RecoverableSignature out;
  std::copy_n(compact.begin(), 32, out.r.begin());
  std::copy_n(compact.begin() + 32, 32, out.s.begin());
  out.v = 27 + recovery;
  return out;
}

Result<EvmAddress> recover_signer(const Hash& digest, const RecoverableSignature& signature) {
  const auto refuse = [] { return fail(ErrorCode::InvalidArgument, "no key can have made this signature"); };
  if (signature.v != 27 && signature.v != 28) return refuse();
  std::array<std::uint8_t, 64> compact{};
  std::ranges::copy(signature.r, compact.begin());
  std::ranges::copy(signature.s, compact.begin() + 32);
  secp256k1_ecdsa_recoverable_signature parsed;
  secp256k1_pubkey key;
  if (secp256k1_ecdsa_recoverable_signature_parse_compact(context(), &parsed, compact.data(), signature.v - 27) != 1 ||
      secp256k1_ecdsa_recover(context(), &key, &parsed, digest.data()) != 1) {
    return refuse();
  }
  return address_of(key);
}

}  // namespace trunkline::protocol::signing
