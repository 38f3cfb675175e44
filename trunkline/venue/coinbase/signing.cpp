#include "trunkline/venue/coinbase/signing.hpp"

#include <array>
#include <fmt/format.h>
#include <openssl/rand.h>

#include "trunkline/protocol/signing/digest.hpp"
#include "trunkline/protocol/signing/openssl_owned.hpp"
#include "trunkline/protocol/signing/text_form.hpp"

namespace trunkline::venue::coinbase {
namespace {

using namespace protocol::signing;

std::string base64url(std::string_view text) {
  return to_base64url(bytes_of(text));
}

// Quotes, backslashes and control characters do not occur in names of keys; they are left out rather than trusted.
std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20) out += c;
  }
  return out + '"';
}

OwnedKey read_key(std::string_view pem) {
  std::string text(pem);
  for (auto at = text.find("\\n"); at != std::string::npos; at = text.find("\\n", at)) text.replace(at, 2, "\n");
  return read_pem_key(SecretKey::taken_from(text).view());
}

}  // namespace

Result<std::string> exchange_signature(std::string_view secret, std::string_view timestamp, std::string_view method,
                                       std::string_view path, std::string_view body) {
  const auto key = secret_from_base64(secret);
  if (!key) return fail(ErrorCode::InvalidArgument, "the Exchange API secret is no base64");
  return to_base64(HmacSha256(*key).of(fmt::format("{}{}{}{}", timestamp, method, path, body)));
}

Result<std::string> advanced_token(const Credentials& credentials, Nanos now, std::string_view nonce,
                                   std::string_view uri) {
  const OwnedKey key = read_key(credentials.secret);
  if (key == nullptr || EVP_PKEY_get_base_id(key.get()) != EVP_PKEY_EC || EVP_PKEY_get_bits(key.get()) != 256) {
    return fail(ErrorCode::InvalidArgument, "the Advanced Trade secret is no P-256 private key in PEM");
  }
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(now).count();
  const std::string name = json_text(credentials.key);
  const std::string header =
      fmt::format(R"({{"alg":"ES256","typ":"JWT","kid":{},"nonce":{}}})", name, json_text(nonce));
  std::string payload = fmt::format(R"({{"sub":{},"iss":"cdp","nbf":{},"exp":{})", name, seconds, seconds + 120);
  if (!uri.empty()) payload += fmt::format(R"(,"uri":{})", json_text(uri));
  payload += '}';
  std::string token = base64url(header) + '.' + base64url(payload);

  const OwnedDigest context(EVP_MD_CTX_new());
  std::array<unsigned char, 128> der{};
  std::size_t size = der.size();
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), der.data(), &size, bytes_of(token).data(), token.size()) != 1) {
    return fail(ErrorCode::InvalidArgument, "signing with ES256 failed");
  }
  // The token wants r and s side by side, not DER.
  const unsigned char* at = der.data();
  const OwnedEcdsaSignature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
  std::array<unsigned char, 64> raw{};
  if (signature == nullptr || BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), raw.data(), 32) != 32 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), raw.data() + 32, 32) != 32) {
    return fail(ErrorCode::InvalidArgument, "signing with ES256 failed");
  }
  token += '.';
  token += to_base64url(raw);
  return token;
}

std::string random_nonce() {
  std::array<unsigned char, 16> bytes{};
  RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  return to_hex(bytes);
}

}  // namespace trunkline::venue::coinbase
