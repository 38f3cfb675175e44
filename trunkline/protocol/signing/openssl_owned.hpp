// OpenSSL objects that free themselves. For source files.
#pragma once

#include <memory>
#include <openssl/bio.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <string_view>

namespace trunkline::protocol::signing {

template <auto Free>
struct FreedWith {
  template <class T>
  void operator()(T* what) const noexcept {
    Free(what);
  }
};
using OwnedBio = std::unique_ptr<BIO, FreedWith<BIO_free_all>>;
using OwnedKey = std::unique_ptr<EVP_PKEY, FreedWith<EVP_PKEY_free>>;
using OwnedDigest = std::unique_ptr<EVP_MD_CTX, FreedWith<EVP_MD_CTX_free>>;
using OwnedEcdsaSignature = std::unique_ptr<ECDSA_SIG, FreedWith<ECDSA_SIG_free>>;

// A private key without a passphrase; null where the text holds none.
inline OwnedKey read_pem_key(std::string_view pem) {
  const OwnedBio bio(BIO_new_mem_buf(pem.data(), static_cast<int>(pem.size())));
  const auto no_passphrase = [](char*, int, int, void*) { return -1; };
  return OwnedKey(PEM_read_bio_PrivateKey(bio.get(), nullptr, no_passphrase, nullptr));
}

}  // namespace trunkline::protocol::signing
