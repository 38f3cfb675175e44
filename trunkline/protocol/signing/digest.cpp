#include "trunkline/protocol/signing/digest.hpp"

#include <algorithm>
#include <cryptopp/keccak.h>
#include <cryptopp/sha.h>

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

// SHA-256 after the key's block, of the inner and the outer hash; zeroed when it goes.
struct HmacSha256::Prepared {
  CryptoPP::SHA256 inner, outer;
};

HmacSha256::HmacSha256(const SecretKey& key) {
  SecretKey block(CryptoPP::SHA256::BLOCKSIZE);
  if (key.size() > block.size()) {
    CryptoPP::SHA256().CalculateDigest(block.data(), key.bytes().data(), key.size());
  } else {
    std::ranges::copy(key.bytes(), block.data());
  }
  const auto xor_all = [&block](std::uint8_t with) {
    for (std::size_t i = 0; i < block.size(); ++i) block.data()[i] ^= with;
  };
  auto prepared = std::make_unique<Prepared>();
  xor_all(0x36);
  prepared->inner.Update(block.bytes().data(), block.size());
  xor_all(0x36 ^ 0x5c);
  prepared->outer.Update(block.bytes().data(), block.size());
  prepared_ = std::move(prepared);
}
HmacSha256::~HmacSha256() = default;
HmacSha256::HmacSha256(HmacSha256&&) noexcept = default;
HmacSha256& HmacSha256::operator=(HmacSha256&&) noexcept = default;

Hash HmacSha256::of(std::string_view message) const {
  Hash hash;
  CryptoPP::SHA256 inner = prepared_->inner;
  inner.Update(bytes_of(message).data(), message.size());
  inner.Final(hash.data());
  CryptoPP::SHA256 outer = prepared_->outer;
  outer.Update(hash.data(), hash.size());
  outer.Final(hash.data());
  return hash;
}

}  // namespace trunkline::protocol::signing
