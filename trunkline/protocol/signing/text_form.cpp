#include "trunkline/protocol/signing/text_form.hpp"

#include <openssl/evp.h>

namespace trunkline::protocol::signing {
namespace {

int digit_of(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

}  // namespace

std::string to_hex(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

bool from_hex(std::string_view text, std::span<std::uint8_t> out) noexcept {
  if (text.starts_with("0x") || text.starts_with("0X")) text.remove_prefix(2);
  if (text.size() != out.size() * 2) return false;
  for (std::size_t i = 0; i < out.size(); ++i) {
    const int high = digit_of(text[2 * i]);
    const int low = digit_of(text[2 * i + 1]);
    if (high < 0 || low < 0) return false;
    out[i] = static_cast<std::uint8_t>(high << 4 | low);
  }
  return true;
}

std::string to_base64(std::span<const std::uint8_t> bytes) {
  std::string out((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int length =
      EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes.data(), static_cast<int>(bytes.size()));
  out.resize(static_cast<std::size_t>(length));
  return out;
}

std::string to_base64url(std::span<const std::uint8_t> bytes) {
  std::string out = to_base64(bytes);
  for (char& c : out) c = c == '+' ? '-' : c == '/' ? '_' : c;
  while (out.ends_with('=')) out.pop_back();
  return out;
}

Result<SecretKey> secret_from_base64(std::string_view text) {
  const auto refuse = [] { return fail(ErrorCode::InvalidArgument, "the secret is no base64"); };
  if (text.empty() || text.size() % 4 != 0) return refuse();
  const auto padding = text.find('=');
  const bool padded = padding != std::string_view::npos;
  if (padded && (text.size() - padding > 2 || text.find_first_not_of('=', padding) != std::string_view::npos)) {
    return refuse();
  }
  SecretKey whole(text.size() / 4 * 3);
  const int length = EVP_DecodeBlock(whole.data(), bytes_of(text).data(), static_cast<int>(text.size()));
  if (length < 0) return refuse();
  std::size_t size = static_cast<std::size_t>(length);
  for (std::string_view rest = text; rest.ends_with('=') && size > 0; rest.remove_suffix(1)) --size;
  return SecretKey(whole.bytes().first(size));
}

}  // namespace trunkline::protocol::signing
