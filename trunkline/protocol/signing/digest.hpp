// Hashes and message authentication codes. Any thread.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "trunkline/protocol/signing/secret_key.hpp"

namespace trunkline::protocol::signing {

using Hash = std::array<std::uint8_t, 32>;

// The hash of Ethereum; its padding is not that of SHA3-256.
Hash keccak256(std::span<const std::uint8_t> bytes);
Hash keccak256(std::string_view text);

Hash hmac_sha256(const SecretKey& key, std::string_view message);

}  // namespace trunkline::protocol::signing
