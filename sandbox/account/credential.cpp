#include "sandbox/account/credential.hpp"

#include <array>
#include <memory>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <optional>

namespace trunkline::sandbox {
namespace {

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

const unsigned char* bytes(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::optional<std::string> from_base64(std::string_view text) {
  if (text.empty() || text.size() % 4 != 0 || text.size() > 4096) return std::nullopt;
  std::string out(text.size() / 4 * 3, '\0');
  const int length =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes(text), static_cast<int>(text.size()));
  const std::size_t padding = text.ends_with("==") ? 2 : text.ends_with('=') ? 1 : 0;
  if (length < static_cast<int>(padding)) return std::nullopt;
  out.resize(static_cast<std::size_t>(length) - padding);
  return out;
}

Key read_public(std::string_view text) {
  if (text.starts_with("-----BEGIN")) {
    const std::unique_ptr<BIO, decltype(&BIO_free)> pem(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())),
                                                        BIO_free);
    return {PEM_read_bio_PUBKEY(pem.get(), nullptr, nullptr, nullptr), EVP_PKEY_free};
  }
  const auto raw = from_base64(text);
  if (!raw || raw->size() != 32) return {nullptr, EVP_PKEY_free};
  return {EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes(*raw), raw->size()), EVP_PKEY_free};
}

}  // namespace

std::string hmac_sha256_hex(std::string_view secret, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()), bytes(text), text.size(), digest.data(), &size);
  static constexpr char digits[] = "0123456789abcdef";
  std::string out;
  for (unsigned i = 0; i < size; ++i) {
    out += digits[digest[i] >> 4];
    out += digits[digest[i] & 15];
  }
  return out;
}

bool ed25519_verifies(std::string_view public_key, std::string_view text, std::string_view signature_base64) {
  const auto signature = from_base64(signature_base64);
  const Key key = read_public(public_key);
  if (!signature || !key || EVP_PKEY_id(key.get()) != EVP_PKEY_ED25519) return false;
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  return EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
         EVP_DigestVerify(context.get(), bytes(*signature), signature->size(), bytes(text), text.size()) == 1;
}

}  // namespace trunkline::sandbox
