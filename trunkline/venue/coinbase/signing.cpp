#include "trunkline/venue/coinbase/signing.hpp"

#include <array>
#include <fmt/format.h>
#include <memory>
#include <openssl/bio.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
#include <vector>

namespace trunkline::venue::coinbase {
namespace {

template <auto Free>
struct Freed {
  template <class T>
  void operator()(T* what) const noexcept {
    Free(what);
  }
};
using Bio = std::unique_ptr<BIO, Freed<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Freed<EVP_PKEY_free>>;
using Digest = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;
using Signature = std::unique_ptr<ECDSA_SIG, Freed<ECDSA_SIG_free>>;

using Bytes = std::vector<unsigned char>;

const unsigned char* bytes_of(std::string_view text) noexcept {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string base64(const unsigned char* data, std::size_t size) {
  std::string out((size + 2) / 3 * 4 + 1, '\0');
  const int length = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), data, static_cast<int>(size));
  out.resize(static_cast<std::size_t>(length));
  return out;
}
std::string base64url(const unsigned char* data, std::size_t size) {
  std::string out = base64(data, size);
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  while (out.ends_with('=')) out.pop_back();
  return out;
}
std::string base64url(std::string_view text) {
  return base64url(bytes_of(text), text.size());
}

bool from_base64(std::string_view text, Bytes& out) {
  if (text.empty() || text.size() % 4 != 0) return false;
  out.resize(text.size() / 4 * 3);
  const int length = EVP_DecodeBlock(out.data(), bytes_of(text), static_cast<int>(text.size()));
  if (length < 0) return false;
  std::size_t size = static_cast<std::size_t>(length);
  for (std::string_view rest = text; rest.ends_with('=') && size > 0; rest.remove_suffix(1)) --size;
  out.resize(size);
  return true;
}

// Quotes, backslashes and control characters do not occur in names of keys; they are left out rather than trusted.
std::string json_text(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    if (c != '"' && c != '\\' && static_cast<unsigned char>(c) >= 0x20) out += c;
  }
  return out + '"';
}

Key read_key(std::string_view pem) {
  std::string text(pem);
  for (auto at = text.find("\\n"); at != std::string::npos; at = text.find("\\n", at)) text.replace(at, 2, "\n");
  const Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  return Key(PEM_read_bio_PrivateKey(bio.get(), nullptr, nullptr, nullptr));
}

}  // namespace

Result<std::string> exchange_signature(std::string_view secret, std::string_view timestamp, std::string_view method,
                                       std::string_view path, std::string_view body) {
  Bytes key;
  if (!from_base64(secret, key)) return fail(ErrorCode::InvalidArgument, "the Exchange API secret is no base64");
  const std::string text = fmt::format("{}{}{}{}", timestamp, method, path, body);
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), bytes_of(text), text.size(), digest.data(), &size) ==
      nullptr) {
    return fail(ErrorCode::InvalidArgument, "HMAC-SHA256 failed");
  }
  return base64(digest.data(), size);
}

Result<std::string> advanced_token(const Credentials& credentials, Nanos now, std::string_view nonce,
                                   std::string_view uri) {
  const Key key = read_key(credentials.secret);
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

  const Digest context(EVP_MD_CTX_new());
  std::array<unsigned char, 128> der{};
  std::size_t size = der.size();
  if (EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key.get()) != 1 ||
      EVP_DigestSign(context.get(), der.data(), &size, bytes_of(token), token.size()) != 1) {
    return fail(ErrorCode::InvalidArgument, "signing with ES256 failed");
  }
  // The token wants r and s side by side, not DER.
  const unsigned char* at = der.data();
  const Signature signature(d2i_ECDSA_SIG(nullptr, &at, static_cast<long>(size)));
  std::array<unsigned char, 64> raw{};
  if (signature == nullptr || BN_bn2binpad(ECDSA_SIG_get0_r(signature.get()), raw.data(), 32) != 32 ||
      BN_bn2binpad(ECDSA_SIG_get0_s(signature.get()), raw.data() + 32, 32) != 32) {
    return fail(ErrorCode::InvalidArgument, "signing with ES256 failed");
  }
  token += '.';
  token += base64url(raw.data(), raw.size());
  return token;
}

std::string random_nonce() {
  std::array<unsigned char, 16> bytes{};
  RAND_bytes(bytes.data(), static_cast<int>(bytes.size()));
  std::string out;
  for (const unsigned char byte : bytes) out += fmt::format("{:02x}", byte);
  return out;
}

}  // namespace trunkline::venue::coinbase
