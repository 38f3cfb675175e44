#include "trunkline/protocol/signing/secret_key.hpp"

#include <openssl/crypto.h>

namespace trunkline::protocol::signing {

SecretKey SecretKey::taken_from(std::string& text) {
  SecretKey key{std::string_view(text)};
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
  return key;
}

void SecretKey::clear() noexcept {
  if (bytes_ != nullptr) OPENSSL_cleanse(bytes_.get(), size_);
  bytes_.reset();
  size_ = 0;
}

}  // namespace trunkline::protocol::signing
