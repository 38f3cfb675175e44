// Hashes and message authentication codes. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "trunkline/protocol/signing/secret_key.hpp"

namespace trunkline::protocol::signing {

using Hash = std::array<std::uint8_t, 32>;

// The hash of Ethereum; its padding is not that of SHA3-256.
Hash keccak256(std::span<const std::uint8_t> bytes);
Hash keccak256(std::string_view text);

// HMAC-SHA256 with a key that is prepared once.
class HmacSha256 {
 public:
  explicit HmacSha256(const SecretKey& key);
  ~HmacSha256();
  HmacSha256(HmacSha256&&) noexcept;
  HmacSha256& operator=(HmacSha256&&) noexcept;

  Hash of(std::string_view message) const;

 private:
  struct Prepared;
  std::unique_ptr<const Prepared> prepared_;
};

}  // namespace trunkline::protocol::signing
