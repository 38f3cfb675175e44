#include "trunkline/venue/binance/orders/signer.hpp"

#include "trunkline/protocol/signing/text_form.hpp"

namespace trunkline::venue::binance::orders {

using namespace protocol::signing;

Result<Signer> Signer::make(std::string api_key, SecretKey secret) {
  if (api_key.empty() || secret.empty()) {
    return fail(ErrorCode::InvalidArgument, "Binance wants an API key and its secret");
  }
  Signer signer(std::move(api_key));
  if (secret.view().starts_with("-----BEGIN")) {
    auto key = Ed25519Key::read(secret);
    if (!key) return std::unexpected(key.error());
    signer.private_key_ = *std::move(key);
  } else {
    signer.secret_.emplace(secret);
  }
  return signer;
}

std::string Signer::sign(std::string_view payload) const {
  return private_key_ ? to_base64(private_key_->sign(payload)) : to_hex(secret_->of(payload));
}

}  // namespace trunkline::venue::binance::orders
