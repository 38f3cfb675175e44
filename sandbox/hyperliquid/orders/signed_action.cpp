#include "sandbox/hyperliquid/orders/signed_action.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "trunkline/core/decimal.hpp"

namespace trunkline::sandbox::hyperliquid {
namespace {

using protocol::signing::EvmAddress;
using protocol::signing::RecoverableSignature;

// In the order in which the venue packs them; no two kinds of action disagree.
constexpr std::array<std::string_view, 31> member_order{"type",
                                                        "orders",
                                                        "cancels",
                                                        "modifies",
                                                        "oid",
                                                        "order",
                                                        "asset",
                                                        "cloid",
                                                        "isCross",
                                                        "isBuy",
                                                        "leverage",
                                                        "ntli",
                                                        "a",
                                                        "b",
                                                        "p",
                                                        "s",
                                                        "r",
                                                        "t",
                                                        "c",
                                                        "o",
                                                        "limit",
                                                        "trigger",
                                                        "tif",
                                                        "isMarket",
                                                        "triggerPx",
                                                        "tpsl",
                                                        "grouping",
                                                        "builder",
                                                        "f",
                                                        "time",
                                                        "signatureChainId"};

bool is_number_text(std::string_view name) {
  return name == "p" || name == "s" || name == "triggerPx";
}

Json canonical(const Json& value) {
  if (value.is_array()) {
    Json out = Json::array();
    for (const Json& each : value) out.push_back(canonical(each));
    return out;
  }
  if (!value.is_object()) return value;
  std::vector<std::string> names;
  for (const auto& [name, inner] : value.items()) names.push_back(name);
  std::ranges::stable_sort(names, {}, [](const std::string& name) { return std::ranges::find(member_order, name); });
  Json out = Json::object();
  for (const std::string& name : names) {
    const Json& inner = value[name];
    if (inner.is_null()) continue;
    const auto number = inner.is_string() && is_number_text(name) ? Price::parse(inner.get_ref<const std::string&>())
                                                                  : std::unexpected(DecimalError{});
    out[name] = number ? Json(number->to_text()) : canonical(inner);
  }
  return out;
}

// SDKs differ in whether they write leading zeros.
bool read_scalar(const Json& signature, std::string_view name, std::array<std::uint8_t, 32>& out) {
  std::string text = text_at(signature, name);
  if (!text.starts_with("0x") || text.size() > 66) return false;
  text.erase(0, 2);
  return protocol::signing::from_hex(std::string(64 - text.size(), '0') + text, out);
}

std::optional<RecoverableSignature> read_signature(const Json& body) {
  const Json* const given = member(body, "signature");
  if (given == nullptr) return std::nullopt;
  RecoverableSignature out;
  const auto v = number_at(*given, "v");
  if (!v || *v > 28 || !read_scalar(*given, "r", out.r) || !read_scalar(*given, "s", out.s)) return std::nullopt;
  out.v = static_cast<int>(*v < 27 ? *v + 27 : *v);
  return out;
}

}  // namespace

std::string canonical_text(const Json& action) {
  return canonical(action).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::optional<SignedAction> read_signed_action(const Json& body) {
  const Json* const action = member(body, "action");
  const auto nonce = number_at(body, "nonce");
  const auto signature = read_signature(body);
  if (action == nullptr || !action->is_object() || !nonce || !signature) return std::nullopt;
  SignedAction out{.action = *action, .nonce = *nonce};
  if (const Json* const vault = member(body, "vaultAddress")) {
    const auto address = vault->is_string() ? EvmAddress::parse(vault->get_ref<const std::string&>())
                                            : Result<EvmAddress>(fail(ErrorCode::InvalidArgument, "no text"));
    if (!address) return std::nullopt;
    out.vault = *address;
  }
  if (member(body, "expiresAfter") != nullptr) {
    out.expires_after = number_at(body, "expiresAfter");
    if (!out.expires_after) return std::nullopt;
  }
  namespace venue = venue::hyperliquid;
  const std::string text = canonical_text(*action);
  for (const venue::Network network : {venue::Network::Testnet, venue::Network::Mainnet}) {
    const auto digest =
        venue::l1_digest(text, {.nonce = out.nonce, .vault = out.vault, .expires_after = out.expires_after}, network);
    if (!digest) return std::nullopt;
    if (const auto signer = protocol::signing::recover_signer(*digest, *signature)) out.signers.push_back(*signer);
  }
  return out;
}

std::optional<std::string> Nonces::take(std::uint64_t nonce, std::int64_t now_ms) {
  constexpr std::int64_t day = 24 * 60 * 60 * 1'000;
  const auto earliest = static_cast<std::uint64_t>(now_ms - 2 * day);
  const auto latest = static_cast<std::uint64_t>(now_ms + day);
  if (nonce <= earliest || nonce >= latest)
    return fmt::format("Invalid nonce: {} is not within two days before and one day after {}", nonce, now_ms);
  if (highest_.contains(nonce)) return fmt::format("Invalid nonce: duplicate nonce {}", nonce);
  if (highest_.size() >= remembered) {
    if (nonce < *highest_.begin())
      return fmt::format("Invalid nonce: {} is below the lowest remembered, {}", nonce, *highest_.begin());
    highest_.erase(highest_.begin());
  }
  highest_.insert(nonce);
  return std::nullopt;
}

}  // namespace trunkline::sandbox::hyperliquid
