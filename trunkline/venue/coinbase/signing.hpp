// How requests and subscriptions with a key are signed. No I/O; keys stay in the process and come into no message.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "trunkline/core/clock.hpp"
#include "trunkline/core/error.hpp"

namespace trunkline::venue::coinbase {

struct Credentials {
  std::string key;         // Exchange: the API key; Advanced: the key's name, organizations/.../apiKeys/...
  std::string secret;      // Exchange: base64; Advanced: SEC1 PEM, with line ends or the two characters \n
  std::string passphrase;  // Exchange only
};

// Exchange: base64 of HMAC-SHA256 over timestamp + METHOD + path with query + body. InvalidArgument where the secret is
// no base64.
Result<std::string> exchange_signature(std::string_view secret, std::string_view timestamp, std::string_view method,
                                       std::string_view path, std::string_view body = {});

// Advanced Trade: a token (JWT, ES256) that is good for two minutes. `uri` is "METHOD host/path" for requests and empty
// for WebSocket messages; `nonce` is any text that was not used before.
Result<std::string> advanced_token(const Credentials& credentials, Nanos now, std::string_view nonce,
                                   std::string_view uri = {});

// Sixteen random bytes in hex.
std::string random_nonce();

}  // namespace trunkline::venue::coinbase
