#include "sandbox/coinbase/login.hpp"

#include <array>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string>

#include "sandbox/coinbase/protocol.hpp"

namespace trunkline::sandbox::coinbase {

bool logs_in(const nlohmann::json& request) {
  const auto text = [&](const char* key) {
    const auto found = request.find(key);
    if (found == request.end()) return std::string{};
    // Clients write the timestamp as a number, too.
    return found->is_string() ? found->get<std::string>() : found->dump();
  };
  if (text("key") != account_key || text("passphrase") != account_passphrase) return false;
  std::array<unsigned char, 64> secret{};
  const int decoded = EVP_DecodeBlock(secret.data(), reinterpret_cast<const unsigned char*>(account_secret.data()),
                                      static_cast<int>(account_secret.size()));
  if (decoded <= 0) return false;
  const std::string signed_text = text("timestamp") + "GET/users/self/verify";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), secret.data(), decoded, reinterpret_cast<const unsigned char*>(signed_text.data()),
           signed_text.size(), digest.data(), &size) == nullptr) {
    return false;
  }
  std::string expected(64, '\0');
  expected.resize(static_cast<std::size_t>(
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(expected.data()), digest.data(), static_cast<int>(size))));
  return text("signature") == expected;
}

}  // namespace trunkline::sandbox::coinbase
