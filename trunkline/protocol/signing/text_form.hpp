// Bytes as hex and base64 text, and back. Any thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "trunkline/core/error.hpp"
#include "trunkline/protocol/signing/secret_key.hpp"

namespace trunkline::protocol::signing {

std::string to_hex(std::span<const std::uint8_t> bytes);  // lower case, without 0x
// Fills `out` from exactly twice as many hex digits, with or without 0x before them. False where the text is another.
[[nodiscard]] bool from_hex(std::string_view text, std::span<std::uint8_t> out) noexcept;

std::string to_base64(std::span<const std::uint8_t> bytes);
std::string to_base64url(std::span<const std::uint8_t> bytes);  // without padding
// InvalidArgument, without the text, where it is empty or no padded base64.
Result<SecretKey> secret_from_base64(std::string_view text);

inline std::span<const std::uint8_t> bytes_of(std::string_view text) noexcept {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace trunkline::protocol::signing
