#include "sandbox/coinbase/login.hpp"

#include <array>
#include <charconv>
#include <cstdlib>
#include <memory>
#include <openssl/bio.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <optional>
#include <string>

#include "sandbox/coinbase/account.hpp"

namespace trunkline::sandbox::coinbase {
namespace {

using nlohmann::json;

constexpr std::int64_t most_seconds_off = 30;

std::int64_t seconds(Nanos time) {
  return std::chrono::duration_cast<std::chrono::seconds>(time).count();
}

std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  if (found == object.end()) return {};
  // Clients write the timestamp as a number, too.
  return found->is_string() ? found->get<std::string>() : found->dump();
}

std::int64_t number_of(const json& object, const char* key, std::int64_t otherwise) {
  const auto found = object.find(key);
  return found != object.end() && found->is_number_integer() ? found->get<std::int64_t>() : otherwise;
}

std::optional<std::string> from_base64url(std::string text) {
  for (char& c : text) c = c == '-' ? '+' : c == '_' ? '/' : c;
  const std::size_t padding = (4 - text.size() % 4) % 4;
  text.append(padding, '=');
  std::string out(text.size() / 4 * 3, '\0');
  const int length =
      EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), reinterpret_cast<const unsigned char*>(text.data()),
                      static_cast<int>(text.size()));
  if (length < static_cast<int>(padding)) return std::nullopt;
  out.resize(static_cast<std::size_t>(length) - padding);
  return out;
}

// `raw`: r and s side by side.
bool signed_by_account(std::string_view text, std::string_view raw) {
  if (raw.size() != 64) return false;
  const auto* const bytes = reinterpret_cast<const unsigned char*>(raw.data());
  const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> signature(ECDSA_SIG_new(), ECDSA_SIG_free);
  ECDSA_SIG_set0(signature.get(), BN_bin2bn(bytes, 32, nullptr), BN_bin2bn(bytes + 32, 32, nullptr));
  std::array<unsigned char, 128> der{};
  unsigned char* at = der.data();
  const int size = i2d_ECDSA_SIG(signature.get(), &at);
  const std::unique_ptr<BIO, decltype(&BIO_free)> pem(
      BIO_new_mem_buf(account_private_key.data(), static_cast<int>(account_private_key.size())), BIO_free);
  const std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key(
      PEM_read_bio_PrivateKey(pem.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> digest(EVP_MD_CTX_new(), EVP_MD_CTX_free);
  return size > 0 && EVP_DigestVerifyInit(digest.get(), nullptr, EVP_sha256(), nullptr, key.get()) == 1 &&
         EVP_DigestVerify(digest.get(), der.data(), static_cast<std::size_t>(size),
                          reinterpret_cast<const unsigned char*>(text.data()), text.size()) == 1;
}

}  // namespace

Login exchange_login(const json& request, Nanos now) {
  if (!request.contains("signature")) return Login::None;
  const std::string timestamp = text_of(request, "timestamp");
  std::int64_t time = 0;
  std::from_chars(timestamp.data(), timestamp.data() + timestamp.size(), time);
  if (text_of(request, "key") != account_key || text_of(request, "passphrase") != account_passphrase ||
      std::abs(time - seconds(now)) > most_seconds_off) {
    return Login::Wrong;
  }
  std::array<unsigned char, 64> secret{};
  const int decoded = EVP_DecodeBlock(secret.data(), reinterpret_cast<const unsigned char*>(account_secret.data()),
                                      static_cast<int>(account_secret.size()));
  const std::string signed_text = timestamp + "GET/users/self/verify";
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), secret.data(), decoded, reinterpret_cast<const unsigned char*>(signed_text.data()),
           signed_text.size(), digest.data(), &size) == nullptr) {
    return Login::Wrong;
  }
  std::string expected(64, '\0');
  expected.resize(static_cast<std::size_t>(
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(expected.data()), digest.data(), static_cast<int>(size))));
  return text_of(request, "signature") == expected ? Login::Good : Login::Wrong;
}

Login advanced_login(const json& request, Nanos now) {
  if (!request.contains("jwt")) return Login::None;
  const std::string token = text_of(request, "jwt");
  const auto first = token.find('.');
  const auto second = first == std::string::npos ? first : token.find('.', first + 1);
  if (second == std::string::npos) return Login::Wrong;
  const auto raw = from_base64url(token.substr(second + 1));
  const auto payload = from_base64url(token.substr(first + 1, second - first - 1));
  if (!raw || !payload || !signed_by_account(std::string_view(token).substr(0, second), *raw)) return Login::Wrong;
  const json claims = json::parse(*payload, nullptr, false);
  if (!claims.is_object() || text_of(claims, "sub") != account_name) return Login::Wrong;
  const std::int64_t time = seconds(now);
  const bool in_time = number_of(claims, "nbf", time + 1) <= time && number_of(claims, "exp", time) > time;
  return in_time ? Login::Good : Login::Wrong;
}

}  // namespace trunkline::sandbox::coinbase
