// The one account that the Coinbase sandbox knows; made for it, and good nowhere else.
#pragma once

#include <string_view>

namespace trunkline::sandbox::coinbase {

// Exchange feed.
inline constexpr std::string_view account_key = "trunkline-sandbox";
inline constexpr std::string_view account_secret = "dHJ1bmtsaW5lLXNhbmRib3gtc2VjcmV0";  // base64
inline constexpr std::string_view account_passphrase = "loopback";

// Advanced Trade: a P-256 key in SEC1 PEM.
inline constexpr std::string_view account_name = "organizations/trunkline/apiKeys/sandbox";
inline constexpr std::string_view account_private_key =
    "-----BEGIN EC "
    "PRIVATE KEY-----\n"
    "MHcCAQEEIJsLyrzn1hVdPsYijUHmL+c1SSKDrBNEOZG5ASLF0+xZoAoGCCqGSM49\n"
    "AwEHoUQDQgAEZ+jEZVcU0y8Me9MY/uw3hqUzih/cZ+Y8vpNG0gJ6fNsIgxfSGrN8\n"
    "z4wCpAiLcBPdmrUxaRGpjUyvRv1QHk1/DQ==\n"
    "-----END EC "
    "PRIVATE KEY-----\n";

}  // namespace trunkline::sandbox::coinbase
