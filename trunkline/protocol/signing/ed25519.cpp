#include "trunkline/protocol/signing/ed25519.hpp"

#include <openssl/evp.h>

#include "trunkline/protocol/signing/openssl_owned.hpp"
#include "trunkline/protocol/signing/text_form.hpp"

namespace trunkline::protocol::signing {

struct Ed25519Key::Impl {
  OwnedKey key;  // OpenSSL zeroes it
};

Result<Ed25519Key> Ed25519Key::read(const SecretKey& secret) {
  OwnedKey key;
  if (secret.size() == 32) {
    key.reset(EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, secret.bytes().data(), secret.size()));
  } else {
    key = read_pem_key(secret.view());
  }
  if (key == nullptr || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_ED25519) {
    return fail(ErrorCode::InvalidArgument, "the secret is no Ed25519 private key in PEM");
  }
  return Ed25519Key(std::make_shared<const Impl>(std::move(key)));
}

Ed25519Signature Ed25519Key::sign(std::string_view message) const {
  Ed25519Signature signature{};
  std::size_t size = signature.size();
  const OwnedDigest context(EVP_MD_CTX_new());
  EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, impl_->key.get());
  EVP_DigestSign(context.get(), signature.data(), &size, bytes_of(message).data(), message.size());
  return signature;
}

std::array<std::uint8_t, 32> Ed25519Key::public_key() const {
  std::array<std::uint8_t, 32> key{};
  std::size_t size = key.size();
  EVP_PKEY_get_raw_public_key(impl_->key.get(), key.data(), &size);
  return key;
}

}  // namespace trunkline::protocol::signing
