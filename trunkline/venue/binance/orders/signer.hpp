// Signs requests with an account's key: HMAC-SHA256 with a secret, or Ed25519 with a private key in PEM.
// Source: docs/venues/binance.md.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "trunkline/core/error.hpp"
#include "trunkline/protocol/signing/digest.hpp"
#include "trunkline/protocol/signing/ed25519.hpp"
#include "trunkline/protocol/signing/secret_key.hpp"

namespace trunkline::venue::binance::orders {

class Signer {
 public:
  // A secret that begins as a PEM file does is an Ed25519 key. InvalidArgument shows nothing of it.
  static Result<Signer> make(std::string api_key, protocol::signing::SecretKey secret);

  const std::string& api_key() const noexcept { return api_key_; }
  // As it stands in a request: hexadecimal, or base64 that is not yet percent-encoded.
  std::string sign(std::string_view payload) const;

 private:
  explicit Signer(std::string api_key) : api_key_(std::move(api_key)) {}

  std::string api_key_;
  std::optional<protocol::signing::HmacSha256> secret_;
  std::optional<protocol::signing::Ed25519Key> private_key_;  // one of the two
};

}  // namespace trunkline::venue::binance::orders
