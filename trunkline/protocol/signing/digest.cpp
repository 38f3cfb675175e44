#include "trunkline/protocol/signing/digest.hpp"

#include <cryptopp/keccak.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "trunkline/protocol/signing/text_form.hpp"

namespace trunkline::protocol::signing {

Hash keccak256(std::span<const std::uint8_t> bytes) {
  Hash hash;
  CryptoPP::Keccak_256().CalculateDigest(hash.data(), bytes.data(), bytes.size());
  return hash;
}
Hash keccak256(std::string_view text) {
  return keccak256(bytes_of(text));
}

Hash hmac_sha256(const SecretKey& key, std::string_view message) {
  Hash hash{};
  unsigned int size = 0;
  // Only a failed allocation makes it fail.
  HMAC(EVP_sha256(), key.bytes().data(), static_cast<int>(key.size()), bytes_of(message).data(), message.size(),
       hash.data(), &size);
  return hash;
}

}  // namespace trunkline::protocol::signing
