// Ed25519 signatures (RFC 8032), as Binance takes them. One thread at a time.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>

#include "trunkline/core/error.hpp"
#include "trunkline/protocol/signing/secret_key.hpp"

namespace trunkline::protocol::signing {

using Ed25519Signature = std::array<std::uint8_t, 64>;

class Ed25519Key {
 public:
  // PKCS #8 in PEM ("BEGIN PRIVATE KEY"), or the 32 bytes of the seed. InvalidArgument shows nothing of it.
  static Result<Ed25519Key> read(const SecretKey& secret);

  Ed25519Signature sign(std::string_view message) const;
  std::array<std::uint8_t, 32> public_key() const;

  struct Impl;

 private:
  explicit Ed25519Key(std::shared_ptr<const Impl> impl) noexcept : impl_(std::move(impl)) {}
  std::shared_ptr<const Impl> impl_;
};

}  // namespace trunkline::protocol::signing
