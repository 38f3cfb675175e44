// Whether a text was signed by the holder of a key. Nothing here is secret: sandbox keys are known to everybody.
#pragma once

#include <string>
#include <string_view>

namespace trunkline::sandbox {

std::string hmac_sha256_hex(std::string_view secret, std::string_view text);

// `public_key`: PEM, or 32 bytes in base64. False for anything malformed, too.
bool ed25519_verifies(std::string_view public_key, std::string_view text, std::string_view signature_base64);

}  // namespace trunkline::sandbox
